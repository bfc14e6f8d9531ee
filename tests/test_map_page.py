"""The map of posts to explore: what it holds, and how it behaves in a browser, from disk."""

import json
import re
import shutil
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from virality.book import map_page
from virality.core.paths import Inputs, Run
from virality.explanation.naming import kind_names
from virality.figures import explorer

EVIL = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>'
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
N = 24


@pytest.fixture
def run(tmp_path) -> Run:
    """A run that has a map of three kinds, one post between them, and a hostile caption."""
    run = Run.at(tmp_path / "mapped")
    run.save(inputs=Inputs(posts="posts.csv"), parameters={})
    ids = [f"../{i}" for i in range(N)]
    kinds = np.arange(N) % 3
    regimes = pd.DataFrame(
        {
            "post_id": pd.array(ids, "string"),
            "regime": pd.array([*kinds[:-1], -1], "Int64"),
            "x": kinds + 0.1 * np.arange(N),
            "y": np.arange(N, dtype=float),
            "typical": pd.array([1, 1, 1, *[2] * (N - 3)], "Int64"),
            "hashtags": pd.array([f"#tag{kind}" for kind in kinds], "string"),
            "words": "",
            "traits": "",
        }
    )
    posts = pd.DataFrame(
        {
            "post_id": pd.array(ids, "string"),
            "posted_at": pd.date_range("2024-01-01", periods=N, freq="7D", tz="UTC").as_unit("us"),
            "views": pd.array([100 * (i + 1) for i in range(N)], "Int64"),
            "caption": [f"Caption number {i} #tag{i % 3}" for i in range(N - 1)] + [EVIL],
        }
    )
    forecast = pd.DataFrame({"post_id": ids[4:], "model": "forecast", "y_true": 8.0, "y_pred": 7.0})
    picture = BytesIO()
    Image.new("RGB", (72, 128), "red").save(picture, "JPEG")
    thumbnails = pd.DataFrame({"post_id": ids, "jpeg": [picture.getvalue()] * N})
    tables = {"regimes": regimes, "posts": posts, "forecast": forecast, "thumbnails": thumbnails}
    for name, table in tables.items():
        run.artefact(name).parent.mkdir(parents=True, exist_ok=True)
        table.to_parquet(run.artefact(name))
    return run


@pytest.fixture
def site(tmp_path):
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


def specification(site) -> dict:
    page = (site / map_page.PAGE).read_text(encoding="utf-8")
    told = re.search(r'vegaEmbed\("#map", (\{.*\}), \{\nmode', page, re.DOTALL)
    return json.loads(told[1])


def of(drawn: dict, name: str) -> list[dict]:
    return next(data["values"] for data in drawn["data"] if data["name"] == name)


def test_every_post_is_told_in_the_order_of_time(run, site):
    map_page.write(run, site, private=False)
    told = of(specification(site), "posts")
    assert len(told) == N and [post["at"] for post in told] == list(range(N))
    first, last = told[0], told[-1]
    assert first["title"].replace("\xa0", " ") == "01 Jan 2024 · 100 views"
    assert first["forecast"].startswith("no forecast") and "2.72" in last["forecast"]
    assert first["kind"] == "#tag0" and last["kind"] == "between the kinds"
    assert last["fills"]["kind"] == first["fills"]["forecast"] == explorer.EMPTY
    assert set(first["fills"]) == set(explorer.WAYS)
    assert {0.0, 1.0} <= {post["x"] for post in told} <= set(np.round(np.linspace(0, 1, 10001), 4))


def test_frames_are_files_whose_names_no_data_chose(run, site):
    map_page.write(run, site, private=False)
    assert len(list((site / "pictures" / "frames").iterdir())) == N
    assert all((site / post["frame"]).is_file() for post in of(specification(site), "posts"))


def test_a_private_map_tells_neither_captions_nor_frames(run, site):
    map_page.write(run, site, private=True)
    page = (site / map_page.PAGE).read_text(encoding="utf-8")
    assert "Caption" not in page and "#tag" not in page and not (site / "pictures").exists()
    told = of(specification(site), "posts")
    assert {post["frame"] for post in told} == {""} and told[0]["kind"] == "kind A"


def test_nothing_in_a_caption_ends_the_script(run, site):
    map_page.write(run, site, private=False)
    page = (site / map_page.PAGE).read_text(encoding="utf-8")
    assert page.count("</script>") == 2 and "<img" not in page
    assert EVIL in "".join(of(specification(site), "posts")[-1]["caption"])


def test_every_way_to_colour_has_a_key_and_kinds_have_shapes(run, site):
    map_page.write(run, site, private=False)
    drawn = specification(site)
    entries = next(signal["value"] for signal in drawn["signals"] if signal["name"] == "entries")
    key = of(drawn, "key")
    assert entries == {way: sum(each["by"] == way for each in key) for way in explorer.WAYS}
    kinds = [each for each in key if each["by"] == "kind" and each["fill"] != explorer.EMPTY]
    assert len({each["shape"] for each in kinds}) == len({each["fill"] for each in kinds}) == 3
    assert [place["name"] for place in of(drawn, "names")] == ["#tag0", "#tag1", "#tag2"]


def test_without_forecasts_there_are_three_ways(run, site):
    run.artefact("forecast").unlink()
    run.artefact("thumbnails").unlink()
    map_page.write(run, site, private=False)
    told = of(specification(site), "posts")
    assert set(told[0]["fills"]) == {"kind", "views", "date"} and told[0]["frame"] == ""


def test_there_is_a_map_where_posts_have_a_place(run):
    assert map_page.is_there(run)
    regimes = pd.read_parquet(run.artefact("regimes"))
    regimes.assign(x=np.nan, y=np.nan).to_parquet(run.artefact("regimes"))
    assert not map_page.is_there(run)
    run.artefact("regimes").unlink()
    assert not map_page.is_there(run)


def test_it_is_offered_below_its_picture_alone():
    picture = '::: {#fig-map}\n\n![](a.svg){fig-alt="A" .lightbox}\n\nSo.\n\n:::'
    assert map_page.offer(picture).startswith(picture) and "<iframe" in map_page.offer(picture)
    assert map_page.offer("Text.") == "Text."


@pytest.fixture(scope="module")
def browser():
    command = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not command:
        pytest.skip("no Chromium is installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=command, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(run, site, browser):
    """The page from disk, which remembers what went wrong and what it asked for."""
    map_page.write(run, site, private=False)
    (site / "favicon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    tab = browser.new_page(viewport={"width": 1000, "height": 800})
    tab.troubles, tab.asked = [], []
    tab.on("console", lambda message: tab.troubles.append(message.text))
    tab.on("pageerror", lambda error: tab.troubles.append(str(error)))
    tab.on("dialog", lambda dialog: (tab.troubles.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.goto((site / map_page.PAGE).as_uri())
    tab.wait_for_selector("svg.marks")
    yield tab
    tab.close()


def shown(tab) -> str:
    tab.wait_for_timeout(250)
    text = tab.evaluate("document.querySelector('svg.marks').textContent")
    return text.replace("\xa0", " ")


def fills(tab) -> list[str]:
    return tab.evaluate(
        "[...document.querySelectorAll('g.dots path')].map(dot => dot.getAttribute('fill'))"
    )


@pytest.mark.slow
def test_a_keyboard_walks_through_the_posts(opened, site):
    assert EVIL[:20] in shown(opened)  # the newest comes first
    opened.keyboard.press("Tab")
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.name") == "post"
    opened.keyboard.press("ArrowLeft")
    assert f"Caption number {N - 2}" in shown(opened) and "03 Jun 2024 · 2.3 K views" in shown(
        opened
    )
    opened.keyboard.press("Home")
    assert "Caption number 0" in shown(opened) and "#tag0" in shown(opened)
    # Only frames of posts that were looked at are loaded, and nothing from elsewhere.
    frames = [url for url in opened.asked if url.endswith(".jpg")]
    assert 1 < len(frames) <= 4
    assert all(url.startswith(site.as_uri()) for url in opened.asked)
    assert opened.troubles == []


@pytest.mark.slow
def test_a_pointer_means_the_post_that_is_near(opened):
    first = opened.evaluate(
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        "(document.querySelector('g.dots path').getBoundingClientRect())"
    )
    opened.mouse.move(first[0] + 4, first[1] + 3)
    assert "Caption number 0" in shown(opened)
    assert opened.evaluate("document.querySelector('input[type=range]').value") == "0"


@pytest.mark.slow
def test_colours_follow_the_choice(opened):
    seen = [tuple(fills(opened))]
    for way in list(explorer.WAYS)[1:]:
        opened.select_option("select", way)
        assert shown(opened)
        seen.append(tuple(fills(opened)))
    assert len(set(seen)) == len(explorer.WAYS) and opened.troubles == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [340, 1000])
@pytest.mark.parametrize("address", ["", "#day", "#night"])
def test_nothing_is_cut_and_all_is_accessible(opened, width, address):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    opened.goto(opened.url.split("#")[0] + address)
    opened.reload()
    opened.set_viewport_size({"width": width, "height": 700})
    opened.wait_for_selector("svg.marks")
    assert shown(opened)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    svg = opened.evaluate("document.querySelector('svg.marks').getBoundingClientRect().right")
    assert svg <= width
    ground = {"#night": "#16191d"}.get(address, "#fdfcfa")
    if address:  # as it stands in a chapter
        opened.add_style_tag(content=f"html{{background:{ground}}}")
    found = axe.Axe().run(opened).response["violations"]
    grave = [each["id"] for each in found if each["impact"] in ("serious", "critical")]
    # headings are hidden where a chapter has them around the map
    assert grave == [] and opened.troubles == []


def test_the_same_run_gives_the_same_bytes(run, site, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for folder in (site, other):
        map_page.write(run, folder, private=False)
    assert (site / map_page.PAGE).read_bytes() == (other / map_page.PAGE).read_bytes()


def test_kinds_are_called_as_elsewhere(run):
    regimes = pd.read_parquet(run.artefact("regimes"))
    assert [name.raw for name in kind_names(regimes).values()] == ["#tag0", "#tag1", "#tag2"]
