"""The chapter on the next ten posts: it says what the library says, for few posts and for many."""

import json
import re
import shlex

import numpy as np
import pandas as pd
import pytest

import virality as vi
from chapters import run_chapter
from test_whatif import account
from toyplans import planned
from virality.advice.experiments.plan_files import as_json
from virality.advice.hours import Slot
from virality.advice.steps.candidates import HOURS
from virality.advice.steps.next_steps import State, next_steps
from virality.advice.timing import Gain, WhenToPost
from virality.book.pieces import unbroken
from virality.book.tables import check_table
from virality.core.paths import RUN_VARIABLE, Inputs, Run
from virality.core.text import multiple
from virality.explanation import regimes as rg
from virality.features.openings import COLUMNS as OPENINGS
from virality.figures import steps as figures
from virality.findings import steps as findings
from virality.findings import timing as on_timing
from virality.findings.whatif import CONCEPTS
from virality.media.hook.facts import FACTS
from virality.sentences import steps as sentences
from virality.sentences import suggestion


@pytest.fixture
def run(tmp_path, monkeypatch) -> Run:
    run = Run.at(tmp_path / "alice")
    run.save(inputs=Inputs(posts="posts.csv"))
    run.artefact("posts").parent.mkdir(parents=True)
    monkeypatch.setenv(RUN_VARIABLE, str(run.folder))
    return run


def lay(run: Run, n: int, effect: float, frames: bool = True) -> tuple:
    """All that the chapter reads, as the chapters before would leave it."""
    posts, features = account(3, 300, "white", effect)
    posts, features = posts.iloc[:n], [table.iloc[:n] for table in features]
    when, changed = vi.timing(posts, features), vi.changes(posts)
    tables = {
        "posts": posts, "features": features[0], "embeddings": features[1],
        "regimes": rg.empty(), "associations": vi.associations(posts, features),
        "whatif": vi.what_if(posts, features), "timing": on_timing.hours_table(when),
        "level": changed.level.reset_index(), "changes": changed.stretches,
        "thumbnails": pd.DataFrame({"post_id": posts["post_id"], "jpeg": [b"x"] * n}),
    }  # fmt: skip
    for name, table in tables.items():
        table.to_parquet(run.artefact(name))
    run.artefact("timing_claim").write_text(json.dumps(on_timing.stored(when, "UTC")))
    return posts, features


def found_of(run: Run, **asked) -> findings.NextPosts:
    return findings.next_posts(
        pd.read_parquet(run.artefact("next")), pd.read_parquet(run.artefact("posts")), **asked
    )


@pytest.mark.parametrize(("n", "effect"), [(12, 1.5), (40, 1.5), (80, 0.0), (140, 0.0), (300, 1.5)])
def test_the_chapter_says_what_the_library_says(run, monkeypatch, n, effect):
    posts, features = lay(run, n, effect)
    said = run_chapter(run, "next", monkeypatch)
    table = pd.read_parquet(run.artefact("next"))
    check_table("next", table)
    pd.testing.assert_frame_equal(table, next_steps(posts, features), check_dtype=False)
    found = found_of(run, blocks=("vision",))
    assert unbroken(sentences.answer(found, "alice")) in said
    assert found.verdict is {
        12: findings.Verdict.TOO_FEW, 40: findings.Verdict.EARLY, 300: findings.Verdict.SUGGESTED
    }.get(n, findings.Verdict.NONE)  # fmt: skip
    assert ("fig-candidates" in said) == (n > 12) and ("tbl-posts" in said) == (n == 300)
    test = re.search(r"`virality plan \"([^\"]+)\" --posts 40 --name alice`", said)
    assert bool(test) == (n in (40, 80, 140))
    if n == 300:
        row = table[table["label"] == "sun"].iloc[0]
        number = r"×\s([\d.]+)"
        told = rf"sun\*\*, {number} the views \(80 %: {number} to {number}\)"
        expect = re.search(told.replace(" %", r"\s%"), said)
        ends = [row["expected"], row["expected_low"], row["expected_high"]]
        assert [float(each) for each in expect.groups()] == pytest.approx(ends, abs=0.006)
        share = row["lately"] / row["lately_known"]
        assert f"they earn {multiple(row['expected'] ** (1 - share))}" in said
        assert f"{multiple(row['factor'])} before allowing for the pick" in said
        assert said.index("The answer") < said.index("fig-candidates") < said.index("tbl-posts")
        assert "First frame" in said
    assert ("dice can." in said) == (n in (40, 80, 140)), "why a test: where one is offered"


def test_a_private_page_shows_neither_hashtags_nor_frames(run, monkeypatch):
    lay(run, 300, 1.5)
    said = run_chapter(run, "next", monkeypatch, private=True)
    assert "tbl-posts" in said
    assert (
        "sun" not in said
        and "First frame" not in said
        and "words" not in said.split("tbl-posts")[1]
    )


def test_a_plan_that_runs_is_pointed_at(run, monkeypatch):
    lay(run, 80, 0.0)
    plan, _ = planned(24)
    run.plan.parent.mkdir(parents=True, exist_ok=True)
    run.plan.write_text(as_json(plan), encoding="utf-8")
    said = run_chapter(run, "next", monkeypatch)
    assert "[the experiment](experiments.ipynb)" in said and "virality plan" not in said
    assert "**Go on" in said or "**Ended" in said


def test_sentences_turn_round_with_the_effect():
    answers = []
    for effect in (1.5, -1.5):
        posts, features = account(3, 300, "white", effect)
        found = findings.next_posts(vi.next_steps(posts, features), posts)
        tag = next(step for step in found.steps if step.key != HOURS and step.about.hashtag)
        assert tag.expected.value > 1
        answers.append(suggestion.one(tag))
    assert answers[0].startswith("**&#35;sun**") and answers[1].startswith("**No &#35;sun**")


def row(**changes) -> pd.DataFrame:
    """One hashtag that passed."""
    base = {
        "name": "choice__hashtag_1", "family": "hashtags", "unit": "yes or no", "label": "sun",
        "n": 200, "n_with": 80, "n_without": 120, "step": 1.0, "factor": 1.9, "low": 1.2,
        "high": 2.9, "p": 1e-5, "claimed": True, "p_together": 0.001, "state": "SUGGESTED",
        "more": True, "expected": 1.6, "expected_low": 1.2, "expected_high": 2.2, "newer": 1.5,
        "lately": 8, "lately_known": 20, "together_with": "",
        "together_more": pd.NA, "apart_from": "", "chance": 0.4, "to_test": False,
    }  # fmt: skip
    return pd.DataFrame([base | changes])


def judged(**changes) -> findings.Step:
    posts, _ = account(0, 60)
    return findings.next_posts(row(**changes), posts).steps[0]


def test_how_sure_it_is_and_what_could_be_wrong_follow_from_the_numbers():
    assert judged().strength is findings.Strength.CLEAR and judged().risks == ()
    risk = findings.Risk
    for changes, told, clear in (
        ({"newer": 0.8}, risk.FADED, False),
        ({"expected_low": 0.9}, risk.OPEN, False),
        ({"lately": 1}, risk.OLD, True),
        ({"n_with": 7}, risk.FEW, True),
        ({"n_without": 7, "more": False}, risk.FEW, True),
    ):
        step = judged(**changes)
        assert step.risks == (told,) and (step.strength is findings.Strength.CLEAR) == clear
    assert judged(more=False).raw == pytest.approx(1 / 1.9)
    assert np.isnan(judged(unit="seconds", name="choice__length", family="length").over_habit)


def test_what_comes_with_it_is_told_with_its_side_and_what_no_post_did_both_of():
    posts, _ = account(0, 60)
    kind = row(name="choice__kind_C", family="kind", label="C #b")
    kind = kind.assign(together_with="hook__has_speech")
    speech = row(name="hook__has_speech", family="opening", label="", apart_from="choice__kind_C")
    told = []
    for more in (True, False):
        table = pd.concat([kind.assign(together_more=more), speech], ignore_index=True)
        steps = findings.next_posts(table, posts).steps
        assert steps[0].risks == (findings.Risk.TANGLED,) and steps[0].beside_more is more
        assert (steps[0].apart, steps[1].apart) == (0, 1)
        told.append(suggestion.one(steps[0]))
    assert "comes with speech," in told[0] and "comes without speech," in told[1]
    assert "did both this and suggestion 1" in suggestion.one(steps[1])
    assert "did both" not in told[0]


def test_hashtags_from_data_are_harmless_and_never_in_a_command():
    posts, _ = account(0, 60)
    table = row(label="a`$(x)", state="OPEN", p_together=1.0, to_test=True, expected=np.nan)
    found = findings.next_posts(table, posts)
    said = sentences.answer(found, "alice")
    assert '"this hashtag"' in said and "$(x)`" not in said and "a`" not in said
    assert figures.forest(findings.forest(table))
    kind = row(name="choice__kind_B", family="kind", label="B #a`$(x) #b", to_test=True)
    found = findings.next_posts(kind.assign(state="OPEN", p_together=1.0), posts)
    said = sentences.answer(found, "alice")
    assert 'plan "posts of kind B" --posts' in said and "a`" not in said


def test_the_table_of_posts_does_without_views_and_frames():
    posts, _ = account(0, 60)
    behind = pd.DataFrame({"name": "x", "post_id": posts["post_id"][:2], "factor": [1.5, 0.5]})
    posts.loc[0, "views"] = pd.NA
    labels = dict.fromkeys(posts["post_id"], "a post")
    table = figures.posts_table(behind, posts, {"x": "late speech"}, labels, {})
    assert list(table) == ["suggestion", "post", "views", "beside its neighbours"]
    assert table["views"].tolist() == ["–", f"{posts['views'][1]:,}"]


def test_a_claim_about_hours_survives_being_stored():
    posts, features = account(1, 160)
    when = vi.timing(posts, features)
    full = WhenToPost(160, 3, when.hours, 0.01, Slot("weekend", 9), 0.95, Gain(1.4, 1.1, 1.7, 9),
                      1.5, ("vision",))  # fmt: skip
    for each in (when, full, vi.timing(posts.iloc[:30])):
        again = on_timing.restored(on_timing.stored(each, "UTC"), on_timing.hours_table(each))
        assert again.claimed == each.claimed and again.slot == each.slot
        assert again.gain == each.gain and again.n == each.n
        left, right = (next_steps(posts, features, when=one) for one in (each, again))
        pd.testing.assert_frame_equal(left, right)
    assert State.SUGGESTED.name in next_steps(posts, features, when=full)["state"].tolist()


def test_every_command_that_is_offered_makes_a_plan():
    posts, _ = account(0, 80)
    names = [fact.column for fact in FACTS] + [name for name, *_ in OPENINGS] + [*CONCEPTS]
    for name in names:
        for unit in ("yes or no", "seconds"):
            table = row(name=name, family="opening", unit=unit, label="")
            (step,) = findings.next_posts(table, posts).steps
            said = shlex.split(sentences.command(step.about, 40, "alice").strip("`"))
            assert said[:2] == ["virality", "plan"] and said[3:5] == ["--posts", "40"]
            assert vi.plan(said[2], posts, n_posts=40, start="2031-01-01").what == said[2]
    slot = sentences.command(Slot("weekend", 9), 40, "alice")
    assert vi.plan(shlex.split(slot.strip("`"))[2], n_posts=40, start="2031-01-01").n_posts == 40
