"""The chapter on changes: what it says follows from its artefacts, and turns round with them."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import virality as vi
from chapters import run_chapters, shown_cells
from test_changes import series
from toyposts import toy_posts
from virality.advice.dating import Dated
from virality.advice.level import Outcomes
from virality.advice.luck import Kept
from virality.advice.stretches import Stretch, stretches
from virality.book.pieces import unbroken
from virality.book.tables import check_table
from virality.core.text import multiple
from virality.features.build import build_features
from virality.figures import changes as figures
from virality.findings import changes as findings
from virality.findings.changes import After, Verdict, When
from virality.findings.luck import of_hits
from virality.posts.export import write_posts
from virality.sentences import changes as sentences


def account(y: np.ndarray, young: int = 0) -> pd.DataFrame:
    """Posts with these log views; the newest have not settled."""
    posts, _ = toy_posts(len(y), seed=1)
    posts["views"] = pd.array(np.rint(np.expm1(y)).astype("int64"), "Int64")
    newest = posts["posted_at"].iloc[-1] + pd.Timedelta(days=30)
    early = posts["posted_at"] + pd.Timedelta(days=1)
    posts["captured_at"] = early.where(np.arange(len(y)) >= len(y) - young, newest)
    return posts


def told(y: np.ndarray, young: int = 0) -> SimpleNamespace:
    found = vi.changes(account(y, young))
    last, when = findings.last(found.level, found.stretches), findings.when(found)
    return SimpleNamespace(found=found, last=last, when=when, answer=sentences.answer(last, when))


def settled_views(level: pd.DataFrame) -> pd.Series:
    return level.loc[level["settled"], "y"]


def lifted(factor: float, seed: int, n: int = 140, posts: int = 10) -> np.ndarray:
    y = series("white", n, seed)
    y[-posts:] += np.log(factor)
    return y


def test_the_answer_turns_round_with_the_effect():
    drop, rise = told(lifted(0.1, 3)), told(lifted(10, 3))
    assert (drop.last.verdict, rise.last.verdict) == (Verdict.DROP, Verdict.RISE)
    assert "lie lower" in drop.answer and "So deep a drop" in drop.answer
    assert "lie higher" in rise.answer and "So high a rise" in rise.answer
    assert "below the level" in sentences.level_alt(drop.last)
    assert "above the level" in sentences.level_alt(rise.last)
    assert "Luck explains it poorly" in sentences.banned(drop.last)
    assert sentences.banned(rise.last) == "", "there is no drop to explain"
    plain = told(series("white", 140, 3))
    assert plain.last.verdict is Verdict.LUCK
    assert "Nothing beyond ordinary luck" in plain.answer and "**Yes" not in plain.answer


@pytest.mark.parametrize("n", [12, 40, 59])
def test_few_posts_are_described_and_nothing_is_claimed(n):
    found = told(series("white", n, 1))
    assert found.last.verdict is Verdict.TOO_FEW and found.found.stretches.empty
    assert f"It takes 60 settled posts, and so far there are {n}" in found.answer
    assert found.when.when is When.TOO_FEW
    after = findings.after_hit(found.found)
    assert after.after is After.UNTOLD and sentences.after_hit(after) == ""
    assert sentences.banned(found.last) == ""
    assert figures.level(found.found.level).axes[0].has_data()


@pytest.mark.parametrize(("n", "dates", "hits"), [(80, False, False), (140, True, True)])
def test_what_so_many_posts_may_say(n, dates, hits):
    found = told(series("white", n, 2))
    assert found.last.main is not None
    assert (found.when.when is not When.TOO_FEW) == dates
    assert (findings.after_hit(found.found).after is not After.UNTOLD) == hits


def test_posts_that_have_not_settled_are_named_and_kept_out():
    y = series("white", 140, 4)
    y[-6:] = 2
    young = told(y, young=6)
    assert young.last.n_young == 6 and young.last.n == 134
    assert "6 posts are left out" in young.answer
    assert young.last.verdict is Verdict.LUCK, "as if they had never gone up"
    older = vi.changes(account(y, 6).iloc[:-6])
    pd.testing.assert_frame_equal(young.found.stretches, older.stretches)
    assert "Open triangles" in sentences.level_caption(young.last, 0.8)


def test_equal_posts_are_nothing_to_compare():
    alike = told(np.full(90, 7.0))
    assert alike.last.verdict is Verdict.ALIKE and "hardly differ" in alike.answer


def test_a_date_is_told_in_words_with_those_that_fit_as_well():
    y = series("white", 160, 5)
    y[90:] -= np.log(6)
    found = told(y)
    assert found.when.when is When.DATED
    day = found.found.date
    said = found.answer[found.answer.index("**The level changed") :]
    assert f"around {day.at:%B %Y}" in said and multiple(day.factor) in said
    assert f"the {day.after} posts" in said and f"of the {day.before} before" in said
    assert "**A date**" in sentences.dated(found.when)
    assert "**No date**" in sentences.dated(told(series("walk", 160, 1)).when)


@pytest.mark.parametrize(
    ("kept", "after"),
    [
        (Kept(15, 0.4, 0.1, 0.7), After.KEPT),
        (Kept(15, 0.1, -0.2, 0.4), After.GONE),
        (Kept(7, 0.1, -0.6, 0.8), After.UNCLEAR),
    ],
)
def test_what_stays_after_a_hit_follows_its_interval(kept, after):
    found = told(series("white", 140, 6)).found
    other = vi.changes(account(series("white", 140, 6)))
    other = type(found)(other.level, other.stretches, other.date, kept)
    result = findings.after_hit(other)
    assert result.after is after
    assert 0 <= result.low <= result.share <= result.high <= 1


def test_the_page_computes_what_the_library_says():
    posts = account(lifted(0.3, 7, 160))
    run = SimpleNamespace(posts=posts, features=build_features(posts))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("virality.load_run", lambda name: run, raising=False)
        shown = SimpleNamespace(**shown_cells("changes"))
    ten = shown.found.stretches.set_index("posts").loc[10]
    assert np.exp(shown.difference[-1]) == pytest.approx(ten["factor"])
    same_side = shown.size[:-1] <= shown.size[-1]
    assert (same_side.sum(), len(same_side)) == (ten["seen"], ten["earlier"])
    y = settled_views(shown.found.level)
    lucky = of_hits(shown.parts, 160, y)
    assert lucky.hits.explained == pytest.approx(np.clip(shown.explained, 0, 1))
    assert lucky.rest == pytest.approx(1 - lucky.hits.explained)
    following = y.shift(-1)[shown.parts.index].median()
    assert lucky.after == pytest.approx(np.exp(following - y.median()))
    assert figures.luck(shown.size, shown.usual).axes[0].has_data()
    names = dict.fromkeys(shown.parts.index, "a post")
    table = figures.hits_table(shown.parts, names)
    assert len(table) == lucky.hits.hits
    date = Dated(*posts["posted_at"].iloc[[80, 75, 90]], 0.5, 80, 80)
    assert figures.level(shown.found.level, date).axes[0].has_data()
    for name, stored in (
        ("level", shown.found.level.reset_index()),
        ("changes", shown.found.stretches),
        ("hits", figures.stored(shown.parts)),
    ):
        check_table(name, stored)


@pytest.mark.parametrize("private", [False, True])
def test_every_number_of_the_page_follows_from_its_artefacts(tmp_path, monkeypatch, private):
    posts = account(lifted(0.1, 8, 150, 14), young=4)
    posts["caption"] = "a secret <b>caption</b>"
    write_posts(posts, tmp_path / "posts.csv")
    where = tmp_path / "run", monkeypatch, tmp_path / "posts.csv", "changes"
    run, said = run_chapters(*where, draw=False, private=private)
    page = said[said.rindex("**Yes: the last posts") :]
    stored = {name: pd.read_parquet(run.artefact(name)) for name in ("level", "changes", "hits")}
    settled = stored["level"].query("settled").set_index("post_id")
    again = stretches(settled["y"].to_numpy())
    pd.testing.assert_frame_equal(again, stored["changes"])
    ten = again.set_index("posts").loc[10]
    assert f"at {multiple(ten['factor'])} the level of the {ten['before']} before" in page
    assert f"At {ten['seen']} of {ten['earlier']} earlier posts" in page
    assert f"{len(stored['level']) - len(settled)} posts are left out" in page
    hits = stored["hits"]
    explained = (hits["level"] + hits["content"]).sum() / hits["excess"].sum()
    share = unbroken(f"{100 * np.clip(explained, 0, 1):.0f} %")
    assert share in page or "explain **nothing**" in page
    above = multiple(np.exp(hits["excess"].mean()))
    assert f"Of what {len(hits)} hits had above the middle post ({above})" in page
    middle = settled["y"].median()
    np.testing.assert_allclose(hits["excess"], settled["y"][hits["post_id"]] - middle)
    assert ("secret" in page) != private and "<b>" not in page
    assert not re.search(r"\bnan\b|None", page)


def test_few_posts_leave_empty_artefacts_that_keep_their_promise(tmp_path, monkeypatch):
    write_posts(account(series("white", 12, 9)), tmp_path / "posts.csv")
    where = tmp_path / "run", monkeypatch, tmp_path / "posts.csv", "changes"
    run, said = run_chapters(*where, draw=False)
    n = len(pd.read_parquet(run.artefact("level")))
    assert f"so far there are {n}" in said and "cannot be told yet" in said
    assert pd.read_parquet(run.artefact("changes")).empty
    assert pd.read_parquet(run.artefact("hits")).empty
    assert list(pd.read_parquet(run.artefact("changes"))) == list(Stretch.__dataclass_fields__)


def test_nothing_settled_breaks_nothing():
    posts = account(series("white", 20, 1), young=20)
    found = vi.changes(posts)
    assert not found.level["settled"].any() and found.level["level"].isna().all()
    last = findings.last(found.level, found.stretches)
    assert last.n == 0 and last.n_young == 20
    assert Outcomes(found.level).settled.empty
    assert figures.level(found.level).axes[0].has_data()


def test_a_stretch_whose_turn_did_not_come_is_not_called_luck():
    table = stretches(lifted(0.1, 3))
    rows = table.assign(p=[0.01, 0.02, 0.3], claimed=[False, True, False])
    assert figures.stretches_table(rows)["a change"].tolist() == [
        "not asked",
        "yes",
        "not beyond luck",
    ]


def test_nothing_of_a_hit_may_stay():
    found = told(series("white", 140, 2)).found
    gone = replace(found, kept=Kept(7, -0.2, -0.4, -0.05))
    assert findings.after_hit(gone).after is After.NOTHING
    assert "no higher than the ten before" in sentences.after_hit(findings.after_hit(gone))
