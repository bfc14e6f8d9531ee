"""The small book rendered by Quarto and looked at with a real browser, where they are installed."""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading

import pytest

from virality.book import publish, quarto
from virality.book.plain import TEACHES
from virality.core.chapters import book
from virality.core.paths import NOTEBOOKS, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.book,
    pytest.mark.skipif(not quarto.find(), reason="Quarto is not installed"),
]
SLUGS = [spec.slug for spec in book()]
PAGES = [*SLUGS, "glossary", "references"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOK_OF_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at.tagName === "MAIN") return null;
  return {outline: getComputedStyle(at).outlineStyle, of: at.outerHTML.slice(0, 120)};
}"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def site(small_book):
    """The site that the small book's own report left."""
    return small_book.site


@pytest.fixture(scope="module")
def address(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    command = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not command:
        pytest.skip("no Chromium is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=command, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page that remembers what went wrong on it."""
    context = browser.new_context(viewport={"width": 1300, "height": 900})
    tab = context.new_page()
    tab.troubles = []
    tab.on("console", lambda m: tab.troubles.append(m.text) if m.type == "error" else None)
    tab.on("pageerror", lambda error: tab.troubles.append(str(error)))
    tab.on("requestfailed", lambda request: tab.troubles.append(f"failed {request.url}"))
    tab.on(
        "request",
        lambda r: (
            None
            if r.url.startswith(("http://127.0.0.1", "data:", "blob:"))
            else tab.troubles.append(f"asked elsewhere: {r.url}")
        ),
    )
    yield tab
    context.close()


def test_renders_without_a_warning(own_book):
    own_book.stamp("site").unlink(missing_ok=True)
    assert publish.publish(own_book, "Title", private=False).warnings == ()


@pytest.mark.parametrize("name", PAGES)
def test_html_is_whole_and_self_contained(site, name):
    text = (site / f"{name}.html").read_text()
    assert "?@" not in text, "an unresolved reference"
    assert "quarto-unresolved-ref" not in text
    assert not re.search(r'<(script|link|img)[^>]+(src|href)="https?://', text)
    markup = re.sub(r"<script\b.*?</script>", "", text, flags=re.DOTALL)
    for target in re.findall(r'href="([^"#?]+)', markup):
        assert ":" in target or (site / target).exists(), target


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_without_trouble(page, address, name):
    page.goto(f"{address}/{name}.html")
    page.wait_for_load_state("networkidle")
    assert page.troubles == []
    # the first page has the title of the book above its own
    assert page.locator("h1").count() == (2 if name == "index" else 1)
    wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide, "the page is wider than the window"


def test_narrow_screen_does_not_scroll_sideways(page, address):
    page.set_viewport_size({"width": 390, "height": 800})
    for name in SLUGS:
        page.goto(f"{address}/{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def test_every_chapter_is_reachable_from_the_first_page(page, address):
    page.goto(f"{address}/index.html")
    links = page.eval_on_selector_all("#quarto-sidebar a", "all => all.map(a => a.href)")
    for name in PAGES:
        ends = (f"/{name}.html", "/") if name == "index" else (f"/{name}.html",)
        assert any(link.endswith(ends) for link in links), name


def test_search_finds_a_word(page, address):
    page.goto(f"{address}/index.html")
    page.locator("#quarto-search").click()
    page.keyboard.type("embargo", delay=20)
    page.wait_for_selector(".aa-Panel .aa-Item", timeout=5000)
    assert page.locator(".aa-Panel .aa-Item").count() > 0


def test_dark_mode_switches(page, address):
    page.goto(f"{address}/index.html")
    color = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(color)
    page.locator(".quarto-color-scheme-toggle").first.click()
    page.wait_for_timeout(300)
    assert page.evaluate(color) != before


def test_figures_have_alt_text_and_enlarge(page, address):
    for name in SLUGS:
        page.goto(f"{address}/{name}.html")
        for alt in page.eval_on_selector_all("figure img", "all => all.map(i => i.alt)"):
            assert alt.strip(), name
    page.goto(f"{address}/data.html")
    page.locator("a.lightbox").first.click()
    page.wait_for_selector(".glightbox-open .gslide img", timeout=5000)


def test_code_is_folded_and_can_be_shown(page, address):
    for spec in book():
        page.goto(f"{address}/{spec.page}.html")
        cells = json.loads((NOTEBOOKS / f"{spec.slug}.ipynb").read_text())["cells"]
        teaching = sum("".join(cell["source"]).startswith(TEACHES) for cell in cells)
        assert page.locator("details.code-fold").count() == teaching, spec.slug
        assert page.locator("details.code-fold[open]").count() == 0


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_the_page(page, address, name, mode):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page.goto(f"{address}/{name}.html")
    page.wait_for_load_state("networkidle")
    if mode == "dark":
        page.evaluate("window.quartoToggleColorScheme()")
        page.wait_for_timeout(300)
    page.evaluate("document.querySelectorAll('details').forEach(all => { all.open = true })")
    found = axe.Axe().run(page).response["violations"]
    grave = [each for each in found if each["impact"] in ("serious", "critical")]
    assert not grave, [(each["id"], each["nodes"][0]["html"][:200]) for each in grave]


@pytest.mark.parametrize("name", PAGES)
def test_the_keyboard_is_soon_in_the_text_and_its_place_is_seen(page, address, name):
    page.goto(f"{address}/{name}.html")
    stops = 0
    while not page.evaluate("!!document.activeElement.closest('main')"):
        page.keyboard.press("Tab")
        stops += 1
        assert stops <= 9, "more than eight stops before the text"
    for _ in range(12):
        look = page.evaluate(LOOK_OF_FOCUS)
        assert look is None or look["outline"] != "none", look
        page.keyboard.press("Tab")


def test_the_first_stop_leads_past_the_menus(page, address):
    page.goto(f"{address}/data.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_weighs_less_than_a_megabyte(page, address, name):
    """All that it loads when it is read from top to bottom at once, uncompressed."""
    sizes: dict[str, int] = {}
    page.on("response", lambda r: sizes.update({r.url: int(r.headers.get("content-length", 0))}))
    page.goto(f"{address}/{name}.html")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) < 1_000_000, sorted(sizes.items(), key=lambda item: -item[1])[:5]


@pytest.mark.parametrize("name", PAGES)
def test_print_shows_the_method_and_leaves_the_menus_out(page, address, name):
    page.goto(f"{address}/{name}.html")
    page.emulate_media(media="print")
    for menu in ("#quarto-sidebar", ".nav-footer", ".quarto-color-scheme-toggle", "a.skip"):
        for each in page.locator(menu).all():
            assert not each.is_visible(), menu
    for inside in page.locator(".how .inside").all():
        assert inside.bounding_box()["height"] > 0


@pytest.mark.parametrize("name", PAGES)
def test_what_others_show_of_a_link(site, name):
    text = (site / f"{name}.html").read_text()
    for told in ("description", "og:title", "og:description"):
        assert re.search(rf'<meta[^>]+content="[^"]+"[^>]+(?:name|property)="{told}"', text), told


def test_executed_notebooks_can_be_downloaded(site):
    for slug in SLUGS:
        notebook = json.loads((site / "notebooks" / f"{slug}.ipynb").read_text())
        assert any(cell.get("outputs") for cell in notebook["cells"])


def test_quarto_render_hands_the_profile_on(tmp_path):
    """`quarto render --profile alice` runs `virality publish` for that name."""
    project = tmp_path / "project"
    project.mkdir()
    shutil.copyfile(ROOT / "_quarto.yml", project / "_quarto.yml")
    binaries = tmp_path / "bin"
    binaries.mkdir()
    script = binaries / "virality"
    script.write_text(f'#!/bin/sh\necho "$QUARTO_PROFILE $@" > "{tmp_path}/called"\n')
    script.chmod(0o755)
    environment = os.environ | {"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [quarto.find(), "render", "--profile", "alice"],
        cwd=project,
        env=environment,
        check=True,
        capture_output=True,
    )
    assert (tmp_path / "called").read_text().split() == ["alice", "publish"]
