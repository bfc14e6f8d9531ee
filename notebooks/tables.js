// Pictures that are folded or far below come at the reader's first move, and so before any print.
const load = () =>
  document.querySelectorAll("img[loading=lazy]").forEach((image) => { image.loading = "eager"; });
["keydown", "pointerdown", "scroll", "beforeprint"].forEach((move) =>
  addEventListener(move, load, { once: true, passive: true }));

// Long tables are sorted by a click on their heads; tables that scroll can be reached by Tab.
const long = 20;
const value = (cell) => {
  const text = cell.textContent.trim();
  if (/^\d{4}.\d{2}/.test(text)) return text;
  const number = /[-−]?\d[\d,]*\.?\d*/.exec(text.replace(/\u2212/g, "-"));
  return number ? parseFloat(number[0].replace(/,/g, "")) : text.toLowerCase();
};
const compare = (a, b) =>
  typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;

document.querySelectorAll("main table").forEach((table) => {
  const body = table.tBodies[0];
  if (!body || body.rows.length <= long) return;
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.className = "sort";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      [...table.tHead.rows[0].cells].forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const rows = [...body.rows].sort(
        (a, b) => compare(value(a.cells[column]), value(b.cells[column])) * (down ? -1 : 1));
      body.append(...rows);
    });
  });
});

const reachable = () => document.querySelectorAll("main table").forEach((table) => {
  const box = table.parentElement;
  const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
  if (!scrolls) return box.removeAttribute("tabindex");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  const caption = table.closest("figure")?.querySelector("figcaption") ?? table.caption;
  box.setAttribute("aria-label", caption?.textContent.trim().split(". ")[0] || "A table that scrolls");
});
reachable();
addEventListener("resize", reachable);
