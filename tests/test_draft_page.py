"""The page on a draft: what the terminal says, with figures, as one file and nothing beside it."""

import html
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest

from chapters import run_chapter
from test_scoring import lay, soon, stamp
from toyposts import toy_posts
from toyscore import creator, drafts, vectors_of
from virality.advice.drafts.score import score as score_posts
from virality.book import draft_page, quarto, runner, scoring
from virality.book.pieces import unbroken
from virality.book.scoring import Wish, as_asked, asked_by
from virality.core import paths
from virality.core.errors import UserError
from virality.core.paths import RUN_VARIABLE, Inputs, Run
from virality.figures import draft as figures
from virality.findings import draft as findings
from virality.findings import tried
from virality.sentences import draft as sentences


@pytest.fixture(scope="module")
def laid(tmp_path_factory) -> Run:
    run = Run.at(tmp_path_factory.mktemp("page") / "alice")
    lay(run, toy_posts(80, content=0.5)[0])
    frame = {"post_id": pd.array([], dtype="string"), "jpeg": []}
    pd.DataFrame(frame).to_parquet(run.artefact("thumbnails"))
    stamp(run)
    return run


@pytest.fixture
def run(laid, monkeypatch) -> Run:
    monkeypatch.setenv(RUN_VARIABLE, str(laid.folder))
    return laid


def page(run, monkeypatch, **given) -> str:
    return run_chapter(run, "draft", monkeypatch, name="alice", **given)


def contents(run: Run) -> set:
    passing = {"lock", ".virality", "draft.ipynb"}  # the last is kept by the harness of these tests
    files = (path for path in run.folder.rglob("*") if path.name not in passing)
    return {(path, path.stat().st_mtime_ns) for path in files if path.is_file()}


def test_it_says_what_the_terminal_says(run, monkeypatch):
    at, words = soon(run), "why not? @friend"
    said = page(run, monkeypatch, caption=words, time=at)
    (found,) = scoring.score(run, Wish(captions=[words], at=at)).drafts
    for sentence in (sentences.forecast, sentences.viral, sentences.pushed, sentences.reach):
        assert unbroken(sentence(found)) in said
    assert all(unbroken(str(one.post)) in said for one in found.near) and found.near
    assert said.index("The answer") < said.index("fig-forecasts") < said.index("tbl-like")
    assert "fig-pushed" in said and "like the draft" not in said


def test_two_drafts_are_compared(run, monkeypatch):
    said = page(run, monkeypatch, caption="plain words\n---\nwhy not? @friend", time=soon(run))
    assert "**draft 1**" in said and "**draft 2.**" in said and "like the draft" in said
    assert "cannot be told yet" in said and "held-out posts on" in said


def test_a_private_page_quotes_nobody(run, monkeypatch):
    open_page = page(run, monkeypatch, caption="plain words", time=soon(run))
    private = page(run, monkeypatch, caption="plain words", time=soon(run), private=True)
    quoted = set(findings_of(run).near)
    assert quoted and all(unbroken(str(one.post)) in open_page for one in quoted)
    assert (
        not any(unbroken(str(one.post)) in private for one in quoted)
        and "the post of 20" in private
    )


def findings_of(run):
    return scoring.score(run, Wish(captions=["plain words"], at=soon(run))).drafts[0]


def test_a_draft_without_forecast_has_a_page(run, monkeypatch):
    said = page(run, monkeypatch, caption="much later", time=soon(run, 400))
    assert "longer pause" in said and "No draft has a forecast" in said and "fig-pushed" not in said


def test_what_is_refused_in_the_shell_is_refused_in_the_notebook(run, monkeypatch):
    with pytest.raises(UserError, match="neither a film nor a caption"):
        page(run, monkeypatch, caption="", time=soon(run))
    with pytest.raises(UserError, match="cannot be read"):
        page(run, monkeypatch, caption="x", time="soon")


def test_it_leaves_nothing_in_the_run(run, monkeypatch):
    before = contents(run)
    page(run, monkeypatch, caption="plain words", time=soon(run))
    assert contents(run) == before


def test_a_simulated_creators_present_is_her_newest_post(run):
    newest = pd.read_parquet(run.artefact("posts"))["posted_at"].max()
    asked = Wish(captions=["x"])
    assert scoring.look(run, asked).at > newest + pd.Timedelta(days=100), "now, for real people"
    run.save(inputs=Inputs(simulated=True))
    try:
        assert scoring._present(run) == newest + pd.Timedelta(days=1)
    finally:
        run.save(inputs=Inputs())


@pytest.mark.parametrize(
    "captions",
    [[], ["one"], ["one", "two #x"], ["a\nb", "- --", "c"], ["", "x"], ["---x", "x ---"]],
)
def test_a_wish_survives_as_parameters(captions, tmp_path):
    films = [str(tmp_path / name) for name in ("a.mp4", "b.mp4")]
    for film in films:
        open(film, "wb").close()
    wish = Wish(paths=films, captions=captions, at="2026-12-01 18:30")
    again = asked_by(**as_asked(wish))
    assert (again.paths, again.at) == (films, wish.at)
    assert again.captions == (captions or [""]), "no caption at all is an empty one"
    with pytest.raises(UserError, match="has no page"):
        as_asked(Wish(captions=["a\n---\nb"]))


def test_places_that_are_none(tmp_path):
    with pytest.raises(UserError, match=r"ends in \.html"):
        draft_page.place(str(tmp_path / "a.txt"))
    path = tmp_path / "a.html"
    path.write_text("<html>mine</html>")
    with pytest.raises(UserError, match="not an earlier page"):
        draft_page.place(str(path))
    assert draft_page.place(str(path), force=True) == path
    path.write_text(f"<head>{draft_page._MARK}")
    assert draft_page.place(str(path)) == path


def test_a_private_run_has_private_pages(run, tmp_path, monkeypatch):
    asked, before = [], run.load()["parameters"]
    empty = nbformat.v4.new_notebook()
    run_it = lambda run, slug, values: asked.append(values) or empty  # noqa: E731
    monkeypatch.setattr(runner, "execute_alone", run_it)
    monkeypatch.setenv("VIRALITY_QUARTO", "off")
    try:
        for private in (True, False):
            run.save(parameters=before | {"private": private})
            draft_page.make(run, Wish(captions=["x"], at="2026-12-01 18:30"), tmp_path / "a.html")
    finally:
        run.save(parameters=before)
    assert [values["private"] for values in asked] == [True, False]
    assert {"name", "video", "caption", "time", "private"} == set(asked[0])


@pytest.mark.slow
@pytest.mark.parametrize("with_quarto", [False, True])
def test_one_file_with_all_that_it_needs(run, tmp_path, monkeypatch, with_quarto):
    if with_quarto and not quarto.find():
        pytest.skip("Quarto is not installed")
    if not with_quarto:
        monkeypatch.setenv("VIRALITY_QUARTO", "off")
    path, before = tmp_path / "draft.html", contents(run)
    wish = Wish(captions=["<script>alert(1)</script> #dance", "plain words"], at=soon(run))
    draft_page.make(run, wish, path)
    text = path.read_text(encoding="utf-8")
    said = html.unescape(text)
    assert draft_page.place(str(path)) == path, "it may be made again"
    assert "Forecast:" in said and "Show the computation" in said and "data:image/svg" in text
    assert "alert(1)" not in text, "what was asked for stands in a cell that no page shows"
    assert str(paths.ROOT) not in text and str(tmp_path) not in text
    assert "load_run(name)" in said and "Chapter(" not in said
    assert contents(run) == before


def scored(**more):
    posts, tables, past = creator(160, 0.8)
    names = ("a", "b", "far")
    seen = vectors_of(tables, {"a": 70, "b": 80, "far": 90})
    seen.loc["far"] += 60
    scores = score_posts(posts, drafts(posts, names), tables, past=past, vectors=seen, **more)
    return posts, scores, findings.drafts(scores)


def test_the_figures_show_every_draft():
    posts, scores, found = scored()
    recent = tried.recent(posts, "views", 7)
    assert len(recent) == tried.RECENT
    axis = figures.forecasts(found, recent, "views").axes[0]
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert names == ["the last 60 posts", "a", "b", "far"]
    assert [text.get_text() for text in axis.texts].count("no forecast") == 1
    shown = figures.pushed(scores)
    assert len(shown.axes) == 2, "a draft without forecast has no pushes"
    for axis, name in zip(shown.axes, "ab", strict=True):
        mine = scores.pushes[scores.pushes["draft"] == name]
        widths = sum(bar.get_width() for bar in axis.patches)
        assert widths == pytest.approx(mine["value"].sum())
    table = figures.like_table(found, {})
    assert set(table["like the draft"]) == {"a", "b", "far"} and "first frame" not in table
    assert figures.like_table(found[:1], {found[0].near[0].post_id: "![]()"})["first frame"][0]


def test_an_account_without_posts_or_forecasts_breaks_no_figure():
    _, _, found = scored()
    assert figures.forecasts(found, np.empty(0), "views").axes
    nothing = tried.tried(pd.Series(dtype=float), pd.Series(dtype=bool), 0.8)
    assert not nothing.told and "too few" in sentences.doubt(nothing)
    kept = tried.tried(pd.Series([1.5] * 8 + [3.0] * 14), pd.Series([True] * 15 + [False] * 5), 0.8)
    assert kept.told and kept.inside.value == 0.75 and kept.half == 3.0
    assert (kept.n, kept.n_all) == (20, 22) and kept.inside.low < 0.75 < kept.inside.high


def test_where_forecasts_lie_is_told_by_the_posts_in_the_picture():
    posts, scores, found = scored()
    recent = tried.recent(posts, "views", 7)
    beside = tried.beside(found, recent)
    assert beside.middle == pytest.approx(np.expm1(np.median(recent))) and beside.n == 60
    assert beside.n_told == 2, "of three, one is out of range"
    assert beside.n_above == sum(one.value > beside.middle for one in found[:2])
    assert [one.name.raw for one in findings.explained(found, scores)] == ["a", "b"]
    assert tried.beside(found, np.empty(0)).n_above == 0


@pytest.mark.parametrize(
    ("column", "below", "same", "side", "words"),
    [
        ("hook__first_words", 1.0, 0.0, "MOST", "later than in any of your posts"),
        ("hook__first_words", 0.997, 0.0, "MORE", "later than 99 % of your posts"),
        ("hook__first_words", 0.1, 0.05, "LESS", "earlier than 85 % of your posts"),
        ("hook__first_words", 0.0, 0.0, "LEAST", "earlier than in any of your posts"),
        ("hook__first_words", 0.5, 0.0, "USUAL", "at 1.0 s"),
        ("hook__has_face", 0.0, 0.0, "NEW", "as in none of your posts"),
        ("hook__has_face", 0.9, 0.1, "RARE", "as in only 10 % of your posts"),
    ],
)
def test_where_a_fact_lies_among_those_of_the_posts(column, below, same, side, words):
    row = SimpleNamespace(column=column, value=1.0, below=below, same=same, n=90)
    found = findings._fact(row)
    assert found.side is findings.Side[side] and sentences.fact(found).endswith(words)
