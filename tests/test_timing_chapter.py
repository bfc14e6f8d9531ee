"""The chapter on when to post: its numbers are those of its artefacts, its words turn round."""

import json
import os
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import virality as vi
from chapters import run_chapter, shown_cells
from virality.advice import timing as when
from virality.advice.hours import PARTS, Slot
from virality.book.tables import check_table
from virality.core.paths import RUN_VARIABLE, Inputs, Run
from virality.core.text import multiple, p_value
from virality.figures import timing as figures
from virality.findings import timing as findings
from virality.findings.timing import Content, Size, Verdict
from virality.sentences import timing as sentences


@pytest.fixture
def run(tmp_path, monkeypatch):
    made = Run.at(tmp_path / "a run")
    made.save(inputs=Inputs(posts="posts.csv"), parameters={})
    monkeypatch.setenv(RUN_VARIABLE, str(made.folder))
    return made


def lay(run: Run, posts: pd.DataFrame) -> None:
    """The artefacts that the chapter reads."""
    features = vi.build_features(posts)
    empty = pd.DataFrame({"vision__000": np.nan}, index=features.index)
    for name, table in {"posts": posts, "features": features, "embeddings": empty}.items():
        path = run.artefact(name)
        os.makedirs(path.parent, exist_ok=True)
        table.to_parquet(path)


@pytest.mark.parametrize("n", [12, 40, 80, 140, 1000])
def test_every_page_says_what_it_may(run, monkeypatch, n):
    posts = vi.simulate_creator(n_posts=n)
    lay(run, posts)
    said = run_chapter(run, "timing", monkeypatch)
    assert said.index("The answer") < said.index("fig-week") < said.index("tbl-slots")
    claim = json.loads(run.artefact("timing_claim").read_text())
    hours = pd.read_parquet(run.artefact("timing"))
    check_table("timing", hours)
    if n < when.CLAIM_FROM:
        assert "No claim yet" in said and f"{140 - n} more are needed" in said
        assert "views of the habit" not in said and hours["factor"].isna().all()
        assert ("make no habit yet" in said) == (n < 30)
    else:
        assert claim["verdict"] == "CLAIM", "the demo's evening"
        told_of_the_artefacts(said, claim)
    for row in hours[hours["days"].isin(PARTS) & (hours["needed"] > 0)].itertuples():
        assert f"{row.needed} more post" in said and "needed" in said


def told_of_the_artefacts(said: str, claim: dict) -> None:
    """The answer's numbers, from what is stored."""
    slot, gain = Slot(claim["slot"]["part"], claim["slot"]["start"]), claim["gain"]
    assert f"**{sentences.slot(slot)}**" in said
    low, high = multiple(gain["low"]), multiple(gain["high"])
    assert f"{multiple(gain['factor'])} the views of the habit" in said
    assert f"(80\N{NO-BREAK SPACE}%: {low} to {high}" in said
    assert f"p = {p_value(claim['p'])}" in said and claim["chance"] > when.SURE
    assert (f"which holds {multiple(1)} as well" in said) == (gain["low"] <= 1)


def judged(sign: float, n: int = 400) -> findings.When:
    """An account whose weekday evenings earn more, or less, than everything else."""
    rng = np.random.default_rng(0)
    days, hours = rng.integers(0, 7, n), rng.normal(16, 4, n) % 24
    gain = sign * 1.5 * ((hours >= 18) & (hours < 21))
    content = pd.DataFrame(index=range(n))
    return findings.when(when.examine(9 + rng.normal(size=n) + gain, days, hours, content), "UTC")


def test_words_turn_round_with_the_effect():
    more, less = judged(1), judged(-1)
    assert more.verdict is Verdict.CLAIM and more.slot.start == 18 and more.size is Size.ABOVE
    assert "18:00 to 21:00**" in sentences.answer(more)
    assert less.slot.start != 18 and "18:00 to 21:00**" not in sentences.answer(less)
    assert more.content is Content.NOTHING and "Nothing is recorded" in sentences.doubt(more)
    none = judged(0)
    assert none.verdict is Verdict.NONE and "post when it suits" in sentences.answer(none)
    assert multiple(none.detectable) in sentences.doubt(none)


def test_it_is_an_association_and_an_experiment_is_offered():
    for sign in (-1, 0, 1):
        found = judged(sign)
        text = sentences.answer(found)
        assert "virality plan" in text
        assert ("need not be the cause" in text) == (found.verdict is Verdict.CLAIM)
        assert not re.search(r"\b(because of|causes|boosts?|will get)\b", text)


def test_a_gain_that_does_not_come_back_is_no_claim():
    gain = when.Gain(0.9, 0.7, 1.2, 20)
    hours = when.tried(np.zeros(200, int), np.full(200, 12.0)).assign(factor=1.0, chance=0.5)
    found = when.WhenToPost(200, 0, hours, 0.01, Slot("weekdays", 12), 0.95, gain, 1.5)
    assert not found.claimed and findings.when(found, "UTC").verdict is Verdict.GONE
    unsure = when.WhenToPost(200, 0, hours, 0.01, Slot("weekdays", 12), 0.6, gain, 1.5)
    assert findings.when(unsure, "UTC").verdict is Verdict.UNSURE


def test_the_page_computes_what_the_library_computes():
    posts = vi.simulate_creator(n_posts=140)
    features = vi.build_features(posts)
    empty = pd.DataFrame({"vision__000": np.nan}, index=features.index)
    stored = SimpleNamespace(posts=posts, features=features, embeddings=empty)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("virality.load_run", lambda name: stored, raising=False)
        shown = SimpleNamespace(**shown_cells("timing"))
    assert shown.found.p == vi.timing(posts, features).p
    y, local = np.log1p(posts["views"].astype(float)), posts["posted_at"].dt
    groups = y.groupby([local.day_of_week >= 5, local.hour // 3])
    best = groups.median()[groups.size() >= 5].max() - y.median()
    luck = findings.luck(shown.best)
    assert luck.raw == pytest.approx(np.exp(best)) and luck.shifted > 1.3
    assert findings.luck(np.array([np.nan, np.nan])) is None


@pytest.mark.parametrize("n", [1, 60, 140])
def test_the_week_is_drawn_and_blank_where_untried(n):
    found = vi.timing(vi.simulate_creator(n_posts=n))
    axis = figures.week(found.hours, "Europe/Berlin", Slot("weekdays", 18)).axes[0]
    counts = [int(text.get_text()) for text in axis.texts]
    assert sum(counts) == n
    mesh = axis.collections[0].get_array()
    colored = found.hours["factor"] if n == 140 else found.hours["posts"].replace(0, np.nan)
    days = ~found.hours["days"].isin(PARTS)
    assert np.ma.count(mesh) == colored[days].notna().sum()
    table = figures.slots_table(found.hours)
    assert len(table) == 16 and table["posts"].sum() == n


def test_numbers_stand_out_from_their_cells():
    found = vi.timing(vi.simulate_creator(n_posts=300))
    axis = figures.week(found.hours, "UTC").axes[0]
    (mesh,) = axis.collections
    colors = mesh.to_rgba(mesh.get_array().reshape(7, 8))
    assert np.isin(colors[..., 3], [0, 1]).all()  # one look on white and on dark pages
    for text in axis.texts:
        column, row = (int(place) for place in text.get_position())
        cell, ink = colors[row, column], to_rgb(text.get_color())
        if cell[3]:
            bright, dark = sorted((luminance(cell[:3]), luminance(ink)), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 4.5


def luminance(color) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))
