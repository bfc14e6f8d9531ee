"""Whatever data says, the rendered site asks nobody for anything and runs nothing of it."""

import functools
import http.server
import shutil
import threading

import pytest
from bs4 import BeautifulSoup

import exports
from chapters import run_chapters
from test_site import BROWSERS, FLAGS
from virality.book import map_page, publish, quarto
from virality.core.chapters import book

EVIL = "http://evil.invalid"
CAPTIONS = (
    f'<script>window.hacked=1;fetch("{EVIL}/s")</script> #fyp',
    f'</div></div></main><img src="{EVIL}/i.png" onerror="window.hacked=1">',
    f"![pic]({EVIL}/m.png) [tap]({EVIL}/l) [run](javascript:window.hacked=1)",
    "::: {.callout-note}\nnot closed {{< include /etc/passwd >}} :::",
    f"{{{{< video {EVIL}/v.mp4 >}}}} {{{{< meta title >}}}} @fig-tail @tbl-repairs [@xgboost]",
    f'`<img src="{EVIL}/raw.png">`{{=html}} ```{{=html}}\n<b>x</b>\n```',
    "$$\\require{html}\\href{javascript:window.hacked=1}{x}$$ `{python} 1/0` `r 1/0`",
    f"<style>@import url({EVIL}/c.css);*{{background:url({EVIL}/b.png)}}</style>",
    f'<iframe src="{EVIL}/f"></iframe><link rel="stylesheet" href="{EVIL}/l.css">',
    "---\ntitle: taken over\n---\n# A heading\n<!-- no end",
    f"&#60;script src=&#34;{EVIL}/e.js&#34;&#62;&#60;/script&#62; &lt;b&gt;",
    "```{mermaid}\ngraph LR; a-->b\n```\n```{python}\nopen('hacked','w')\n```",
    "\u202egnirts desrever\u202c and zero\u200bwidth \u2066isolated",
    '=HYPERLINK("http://evil.invalid","x") | a | b |\n|---|---|',
    f"#<script>alert(1)</script> #tag{EVIL} #`x` {EVIL}/auto <{EVIL}/angle>",
)


def hostile_posts() -> bytes:
    """A table in which every text is hostile, and so is a cell that will stand in the log."""
    rows = [["url", "date", "title", "views", "likes", "account", "file"]]
    for caption, post in zip(CAPTIONS, exports.made_up_posts(len(CAPTIONS)).itertuples()):
        when = f"{post.posted_at:%Y-%m-%d %H:%M}"
        author, file = CAPTIONS[1], f"{CAPTIONS[0]}.mp4"
        rows.append([post.url, when, caption, str(post.views), caption, author, file])
    return exports.as_csv(rows).encode()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / '<img src=x onerror="window.hacked=1">.csv'
    path.write_bytes(hostile_posts())
    with pytest.MonkeyPatch.context() as patch:
        return run_chapters(folder / "run", patch, path, draw=False)[0]


def holds(page: str) -> tuple[set[str], list[str]]:
    """Names of a page's elements in its body, and the values of all attributes, events apart."""
    soup = BeautifulSoup(page, "html.parser")
    values = []
    for element in soup.find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")], element
        values += [str(value) for value in element.attrs.values()]
    return {element.name for element in soup.body.find_all(True)}, values


@pytest.mark.slow
def test_plain_pages_hold_no_markup_from_data(run):
    publish.publish(run, f"The views of {CAPTIONS[1]}", private=False, force_plain=True)
    for path in run.site.glob("*.html"):
        page = path.read_text()
        names, values = holds(page)
        assert not [each for each in values if each.startswith(("javascript:", EVIL))], path.name
        own = {"script"} if path.name == map_page.PAGE else set()
        frames = {"iframe"} if path.stem == map_page.CHAPTER else set()
        assert not names & {"script", "iframe", "style", "link", "base"} - own - frames, path.name
        assert "root:" not in page, "a file of this machine was included"


@pytest.mark.slow
@pytest.mark.book
@pytest.mark.skipif(not quarto.find(), reason="Quarto is not installed")
def test_the_rendered_site_asks_nobody_and_runs_nothing(run):
    command = next(filter(None, map(shutil.which, BROWSERS)), None)
    playwright = pytest.importorskip("playwright.sync_api")
    run.stamp("site").unlink(missing_ok=True)
    site = publish.publish(run, f"The views of {CAPTIONS[1]}", private=False)
    assert site.warnings == ()
    if not command:
        pytest.skip("no Chromium is installed")
    handler = functools.partial(Quiet, directory=str(run.site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with playwright.sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=command, args=FLAGS)
            for spec in book():
                address = f"http://127.0.0.1:{server.server_address[1]}/{spec.slug}.html"
                assert look(browser, address) == [], spec.slug
            browser.close()
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def look(browser, address: str) -> list[str]:
    """What went wrong on a page: requests to elsewhere, scripts, dialogs, broken structure."""
    wrong, tab = [], browser.new_page()
    tab.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1", "data:", "blob:"))
            else wrong.append(request.url)
        ),
    )
    tab.goto(address)
    tab.wait_for_load_state("networkidle")
    if tab.evaluate("window.hacked"):
        wrong.append("a script from data ran")
    links = tab.eval_on_selector_all("a, area", "all => all.map(a => a.href)")
    wrong += [link for link in links if "evil.invalid" in link or "hacked" in link]
    if "root:" in tab.content():
        wrong.append("a file of this machine was included")
    if tab.locator("main").count() != 1 or tab.locator("main h1, main table").count() == 0:
        wrong.append("the page has lost its structure")
    tab.close()
    return wrong
