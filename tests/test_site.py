"""Reports rendered by Quarto and looked at with a real browser, where they are installed.

The tests' small book, a creator whose views are noise, one with a dozen posts, a private report
and a pooled one. Pictures of every page stay in ``build/.tests/pages``.
"""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from virality.book import publish, quarto, session
from virality.book.plain import TEACHES
from virality.book.request import Request
from virality.core.chapters import book
from virality.core.paths import NOTEBOOKS, ROOT, Run
from virality.demo.model import Effects
from virality.demo.posts import simulate_creator
from virality.posts.export import write_posts

pytestmark = [
    pytest.mark.slow,
    pytest.mark.book,
    pytest.mark.skipif(not quarto.find(), reason="Quarto is not installed"),
]
QUICK = {"encoders": "classic", "n_folds": 3, "n_shifts": 49, "n_bootstrap": 100}
PICTURES = ROOT / "build" / ".tests" / "pages"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE, NARROW = {"width": 1300, "height": 900}, {"width": 390, "height": 844}
LOOK_OF_FOCUS = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at.tagName === "MAIN") return null;
  return {outline: getComputedStyle(at).outlineStyle, of: at.outerHTML.slice(0, 120)};
}"""
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


def several(n: int) -> pd.DataFrame:
    parts = [simulate_creator(30, seed).assign(author=f"creator {seed}") for seed in range(n)]
    posts = pd.concat(parts)
    return posts.assign(post_id=[f"{a}-{i}" for a, i in zip(posts["author"], posts["post_id"])])


#: Posts of each kind of report, and what is asked for.
KINDS = {
    "null": (lambda: simulate_creator(60, 3, Effects.null()), {}),
    "few": (lambda: simulate_creator(12, 5), {}),
    "private": (lambda: simulate_creator(40, 5), {"private": True}),
    "pooled": (lambda: several(3), {"pool": True}),
}


@pytest.fixture(scope="module", params=["small", *KINDS])
def report(request, tmp_path_factory):
    """A published run of each kind."""
    if request.param == "small":
        return request.getfixturevalue("small_book")
    folder = tmp_path_factory.mktemp(request.param)
    make, asked = KINDS[request.param]
    write_posts(make().sort_values("posted_at"), folder / "posts.csv")
    wish = Request(
        name=request.param,
        posts=str(folder / "posts.csv"),
        given=QUICK | asked,
        progress=False,
    )
    return session.report(wish, where=Run.at(folder / request.param))


@pytest.fixture(scope="module")
def site(report):
    return report.site


@pytest.fixture(scope="module")
def names(report, site):
    """Its pages, all there."""
    names = [spec.page for spec in book(report.pooled)] + ["glossary", "references"]
    assert not [name for name in names if not (site / f"{name}.html").exists()]
    return names


def served(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def address(site):
    server = served(site)
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
    context = browser.new_context(viewport=WIDE)
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


def opened(page, url, dark=False):
    page.goto(url)
    page.wait_for_load_state("networkidle")
    if dark:
        page.evaluate("window.quartoToggleColorScheme()")
        page.wait_for_timeout(200)


# --- every page of every report ---------------------------------------------------------------


def test_html_is_whole_and_self_contained(site, names):
    for name in names:
        text = (site / f"{name}.html").read_text()
        assert "?@" not in text, f"{name}: an unresolved reference"
        assert "quarto-unresolved-ref" not in text, name
        assert ":::" not in re.sub(r"<(script|pre)\b.*?</\1>", "", text, flags=re.DOTALL), name
        assert not re.search(r'<(script|link|img)[^>]+(src|href)="https?://', text), name


def test_every_link_and_anchor_leads_somewhere(page, address, site, names):
    anchors = {}
    for name in names:
        opened(page, f"{address}/{name}.html")
        anchors[f"{name}.html"] = set(
            page.eval_on_selector_all("[id]", "all => all.map(each => each.id)")
        )
    for name in names:
        page.goto(f"{address}/{name}.html")
        for link in page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)"):
            if not link.startswith(address):
                assert link.startswith(("https://", "http://", "javascript:")), f"{name}: {link}"
                continue
            target, _, anchor = link[len(address) + 1 :].partition("#")
            target = target or "index.html"
            assert (site / target).exists(), f"{name}: {link}"
            assert not anchor or anchor in anchors.get(target, ()), f"{name}: {link}"


def test_pages_open_without_trouble_at_any_width(page, address, names):
    for name in names:
        for width in (1440, 1300, 390):
            page.goto("about:blank")  # a page that is left breaks off what it still loads
            page.set_viewport_size({"width": width, "height": 900})
            opened(page, f"{address}/{name}.html")
            assert page.troubles == [], name
            assert page.evaluate(FITS), f"{name} is wider than a window of {width}"
        # the first page has the title of the book above its own
        assert page.locator("h1").count() == (2 if name == "index" else 1)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_everybody_can_use_the_pages(page, address, names, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    troubles = []
    for name in names:
        opened(page, f"{address}/{name}.html", dark)
        page.evaluate("document.querySelectorAll('details').forEach(all => { all.open = true })")
        found = axe.Axe().run(page).response["violations"]
        grave = [each for each in found if each["impact"] in ("serious", "critical")]
        troubles += [(name, each["id"], each["nodes"][0]["html"][:200]) for each in grave]
    assert not troubles


def test_the_keyboard_is_soon_in_the_text_and_its_place_is_seen(page, address, names):
    for name in names:
        page.goto(f"{address}/{name}.html")
        if not page.locator("main :is(a[href], button, summary, [tabindex='0'])").count():
            continue
        stops = 0
        while not page.evaluate("!!document.activeElement.closest('main')"):
            page.keyboard.press("Tab")
            stops += 1
            assert stops <= 9, f"{name}: more than eight stops before the text"
        for _ in range(12):
            look = page.evaluate(LOOK_OF_FOCUS)
            assert look is None or look["outline"] != "none", (name, look)
            page.keyboard.press("Tab")


def test_a_page_weighs_less_than_a_megabyte(page, address, names):
    """All that it loads, uncompressed, before anybody scrolls."""
    for name in names:
        sizes: dict[str, int] = {}
        page.on(
            "response",
            lambda r, sizes=sizes: sizes.update({r.url: int(r.headers.get("content-length", 0))}),
        )
        opened(page, f"{address}/{name}.html")
        heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
        assert sum(sizes.values()) < 1_000_000, (name, heaviest)


def test_print_shows_the_method_and_leaves_the_menus_out(page, address, names):
    page.emulate_media(media="print")
    for name in names:
        page.goto(f"{address}/{name}.html")
        for menu in ("#quarto-sidebar", ".nav-footer", ".quarto-color-scheme-toggle", "a.skip"):
            for each in page.locator(menu).all():
                assert not each.is_visible(), (name, menu)
        for inside in page.locator(".how .inside").all():
            assert inside.bounding_box()["height"] > 0, name


def test_what_others_show_of_a_link(site, names):
    for name in names:
        soup = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")
        said = {meta.get("name") or meta.get("property"): meta for meta in soup.select("meta")}
        for told in ("description", "og:title", "og:description", "og:image"):
            assert said[told]["content"].strip(), (name, told)


@pytest.mark.parametrize("window", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pictures_of_every_page_are_kept(page, report, address, names, window, dark):
    folder = PICTURES / report.name
    folder.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size(window)
    for name in names:
        opened(page, f"{address}/{name}.html", dark)
        mode = "dark" if dark else "light"
        path = folder / f"{name}-{mode}-{window['width']}.png"
        page.screenshot(path=path, full_page=True)
        assert path.stat().st_size > 5_000


def test_the_first_screen_is_one_screen_and_two_of_a_telephone(page, address):
    for window, height in ((WIDE, 900), (NARROW, 2 * 844)):
        page.set_viewport_size(window)
        opened(page, f"{address}/index.html")
        box = page.locator(".first-screen").bounding_box()
        assert box["y"] + box["height"] <= height, window
        before = "main .callout, main details, main figure"
        for each in page.locator(before).all():
            assert not each.is_visible() or each.bounding_box()["y"] > box["y"]


def test_every_chapter_is_reachable_from_the_first_page(page, address, names):
    page.goto(f"{address}/index.html")
    links = page.eval_on_selector_all("#quarto-sidebar a", "all => all.map(a => a.href)")
    for name in names:
        ends = (f"/{name}.html", "/") if name == "index" else (f"/{name}.html",)
        assert any(link.endswith(ends) for link in links), name


def test_figures_have_alt_text(page, address, names):
    for name in names:
        page.goto(f"{address}/{name}.html")
        for alt in page.eval_on_selector_all("figure img", "all => all.map(i => i.alt)"):
            assert alt.strip(), name


# --- what one report is enough for --------------------------------------------------------------

only_small = pytest.mark.parametrize("report", ["small"], indirect=True)


def test_renders_without_a_warning(own_book):
    own_book.stamp("site").unlink(missing_ok=True)
    assert publish.publish(own_book, "Title", private=False).warnings == ()


@only_small
def test_the_first_stop_leads_past_the_menus(page, address):
    page.goto(f"{address}/data.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"


@only_small
def test_search_finds_a_word(page, address):
    page.goto(f"{address}/index.html")
    page.locator("#quarto-search").click()
    page.keyboard.type("embargo", delay=20)
    page.wait_for_selector(".aa-Panel .aa-Item", timeout=5000)
    assert page.locator(".aa-Panel .aa-Item").count() > 0


@only_small
def test_dark_mode_switches(page, address):
    page.goto(f"{address}/index.html")
    color = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(color)
    page.locator(".quarto-color-scheme-toggle").first.click()
    page.wait_for_timeout(300)
    assert page.evaluate(color) != before


@only_small
def test_figures_enlarge(page, address):
    page.goto(f"{address}/data.html")
    page.locator("a.lightbox:visible").first.click()
    page.wait_for_selector(".glightbox-open .gslide img", timeout=5000)


@only_small
def test_a_link_into_the_method_opens_it(page, address, names):
    for name in names:
        page.goto(f"{address}/{name}.html")
        inside = page.locator(".how .inside [id^='fig-'], .how .inside [id^='tbl-']")
        if inside.count():
            page.goto(f"{address}/{name}.html#{inside.first.get_attribute('id')}")
            page.wait_for_timeout(300)
            assert inside.first.is_visible(), name
            return
    pytest.skip("no figure stands in a folded section of this book")


@only_small
def test_a_long_table_is_sorted_by_its_heads(page, address, names):
    for name in names:
        page.goto(f"{address}/{name}.html")
        heads = page.locator("button.sort")
        if heads.count():
            page.evaluate("document.querySelectorAll('details').forEach(all => {all.open = true})")
            heads.first.click()
            assert page.locator("th[aria-sort='ascending']").count() == 1
            return
    pytest.skip("no table of this book is long")


@only_small
def test_code_is_folded(page, address):
    for spec in book():
        page.goto(f"{address}/{spec.page}.html")
        cells = json.loads((NOTEBOOKS / f"{spec.slug}.ipynb").read_text())["cells"]
        teaching = sum("".join(cell["source"]).startswith(TEACHES) for cell in cells)
        assert page.locator("details.code-fold").count() <= teaching, spec.slug
        assert page.locator("details.code-fold[open]").count() == 0


@only_small
def test_executed_notebooks_can_be_downloaded(site):
    for spec in book():
        notebook = json.loads((site / "notebooks" / f"{spec.slug}.ipynb").read_text())
        assert any(cell.get("outputs") for cell in notebook["cells"])


@pytest.mark.parametrize("report", ["private"], indirect=True)
def test_a_private_report_has_no_captions_frames_and_notebooks(report, site, names):
    posts = pd.read_parquet(report.artefact("posts"))
    captions = [text for text in posts["caption"].dropna() if len(text) > 12]
    assert captions and not (site / "notebooks").exists()
    for name in names:
        text = (site / f"{name}.html").read_text()
        assert not [caption for caption in captions if caption in text], name
        assert set(posts["author"]).isdisjoint(re.findall(r"[\w@]+", text)), name


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


@only_small
def test_a_telephone_loads_the_narrow_figures_alone(page, address, names):
    for window, narrow in ((NARROW, True), (WIDE, False)):
        page.set_viewport_size(window)
        seen = []
        for name in names:
            opened(page, f"{address}/{name}.html")
            shown = "all => all.map(each => each.currentSrc)"
            seen += page.eval_on_selector_all("figure picture img", shown)
        assert len(seen) > 15 and {"-narrow." in source for source in seen} == {narrow}


@only_small
def test_an_enlarged_figure_is_the_wide_one(page, address):
    page.set_viewport_size(NARROW)
    opened(page, f"{address}/data.html")
    page.locator("a.lightbox").first.click()
    page.wait_for_selector(".gslide-image img")
    assert "-narrow" not in page.locator(".gslide-image img").first.get_attribute("src")


@only_small
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_map_opens_in_its_chapter_when_it_is_asked_for(page, address, dark):
    asked = []
    page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[1]))
    opened(page, f"{address}/clustering.html", dark)
    assert not {"vega.js", "map.html"} & set(asked)
    page.locator("details.explore summary").click()
    kind = "night" if dark else "day"
    frame = page.frame_locator(f"iframe.by-{kind}")
    frame.locator("svg.marks").wait_for()
    assert "vega.js" in asked and page.troubles == []
    frame.locator("select").select_option("date")
    frame.locator("input[type=range]").press("Home")
    page.wait_for_timeout(300)
    assert "views" in frame.locator("svg.marks").text_content()
    other = page.locator(f"iframe.by-{'day' if dark else 'night'}")
    assert not other.is_visible()
