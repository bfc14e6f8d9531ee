"""Shares, dates and gains in the prose of the simulated creator's pages, recomputed by other means.

The pages are executed once. Their numbers are then read back from the text and computed anew from
what the run left behind, with pandas and NumPy where a few lines do it.
"""

import json
import os
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from chapters import run_chapter
from virality.advice.hours import SLOTS, Slot
from virality.book.tables import check_table
from virality.core.captions import hashtags
from virality.core.paths import RUN_VARIABLE, Inputs, Run
from virality.demo.creator import ensure_demo, load_truth
from virality.evidence.residuals import clipped
from virality.explanation import regimes as rg
from virality.sentences.timing import slot as slot_in_words

CHAPTERS = ("data", "changes", "embeddings", "timing", "whatif")
NUMBER = r"([\d,]+(?:\.\d+)?)"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The run of the simulated creator, its pages by chapter, its truth, and its record."""
    folder = tmp_path_factory.mktemp("told")
    files = ensure_demo(folder / "demo", videos=False)
    run = Run.at(folder / "run")
    run.save(inputs=Inputs(posts=str(files.posts), simulated=True), parameters={})
    pages = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(RUN_VARIABLE, str(run.folder))
        os.makedirs(run.artefact("regimes").parent, exist_ok=True)
        rg.empty().to_parquet(run.artefact("regimes"))
        for slug in CHAPTERS:
            page = run_chapter(run, slug, patch)
            pages[slug] = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), page)
    level = pd.read_parquet(run.artefact("level")).query("settled").set_index("post_id")
    posts = pd.read_parquet(run.artefact("posts")).set_index("post_id")
    return SimpleNamespace(
        run=run, pages=pages, truth=load_truth(files.truth), y=level["y"], posts=posts
    )


def numbers(page: str, pattern: str) -> list[float]:
    """What stands in a sentence at every `#`."""
    parts = [re.escape(part) for part in pattern.split("#")]
    found = re.search(NUMBER.join(parts).replace(r"\ ", r"\s"), page)
    assert found, pattern
    return [float(text.replace(",", "")) for text in found.groups()]


def excess(y: pd.Series) -> pd.Series:
    """Of the hits over the middle post."""
    n_hits = max(3, round(0.05 * len(y)))
    return y.nlargest(n_hits) - y.median()


def test_the_page_tells_regression_to_the_mean(told):
    hits, page = excess(told.y), told.pages["changes"]
    n, factor = numbers(page, "Of what # hits had above the middle post (×\N{NO-BREAK SPACE}#)")
    assert (n, factor) == (len(hits), pytest.approx(np.exp(hits.mean()), abs=0.005))
    places = told.y.index.get_indexer(hits.index) + 1
    after = told.y.iloc[places[places < len(told.y)]].median() - told.y.median()
    (told_after,) = numbers(page, "post right after stood at ×\N{NO-BREAK SPACE}# the middle")
    assert told_after == pytest.approx(np.exp(after), abs=0.005)


def test_the_last_posts_are_what_the_page_says(told):
    page, plain = told.pages["changes"], clipped(told.y.to_numpy(), "reflect")
    pattern = "The last # settled posts stand at ×\N{NO-BREAK SPACE}# the level of the # before"
    last, factor, before = numbers(page, pattern)
    last, before = int(last), int(before)
    gap = plain[-last:].mean() - plain[-last - before : -last].mean()
    assert factor == pytest.approx(np.exp(gap), abs=0.005)
    seen, earlier = numbers(page, "At # of # earlier posts ten posts stood as low")
    sizes = []
    for end in range(last + before, len(plain) + 1):
        now, past = plain[end - last : end], plain[end - last - before : end - last]
        square = ((now - now.mean()) ** 2).sum() + ((past - past.mean()) ** 2).sum()
        sizes.append((now.mean() - past.mean()) / np.sqrt(square / (last + before - 2)))
    assert earlier == len(sizes) - 1
    assert seen == (np.array(sizes[:-1]) <= sizes[-1]).sum()


def test_what_stays_of_hits_is_what_the_page_says(told):
    page, y = told.pages["changes"], told.y.to_numpy()
    plain = clipped(y)
    rows = [(y[i] - (plain[i - 10 : i].mean() + plain[i + 1 : i + 11].mean()) / 2, i)
            for i in range(10, len(y) - 10)]  # fmt: skip
    places = [i for _, i in sorted(rows)[-max(3, round(0.05 * len(y))) :]]
    rise = sum(y[i] - plain[i - 10 : i].mean() for i in places)
    after = sum(plain[i + 1 : i + 11].mean() - plain[i - 10 : i].mean() for i in places)
    n, share = numbers(page, "over # hits, the ten posts after it kept # % of what it had above")
    assert n == len(places)
    assert share == pytest.approx(100 * np.clip(after / rise, 0, 1), abs=0.5)
    hits = pd.read_parquet(told.run.artefact("hits"))
    check_table("hits", hits)
    explained = 100 * (hits["level"] + hits["content"]).sum() / hits["excess"].sum()
    (least,) = numbers(page, "at least # % was the account's level and the kind of post")
    (rest,) = numbers(page, "the rest, # % at most, did not come back before")
    assert least == round(explained) and rest == round(100 - explained)


def test_the_planted_drop_is_told_as_it_was_planted(told):
    page, truth = told.pages["changes"], told.truth.posts.set_index("post_id")
    fell = truth.index[truth["drop"] < 0]
    when = f"{truth['posted_at'][fell[0]]:%B %Y}"
    planted = "A drop to ×\N{NO-BREAK SPACE}# was planted in " + when + ", for # posts"
    factor, n = numbers(page, planted)
    assert (factor, n) == (round(np.exp(told.truth.effects.drop), 2), len(fell))
    (stand,) = numbers(page, "**Found**: the last 10 stand at ×\N{NO-BREAK SPACE}#")
    (otherwise,) = numbers(page, "Without the drop they would stand at ×\N{NO-BREAK SPACE}#")
    step = truth["drop"][told.y.index]
    made = np.exp(step.iloc[-10:].mean() - step.iloc[-40:-10].mean())
    assert otherwise == pytest.approx(stand / made, abs=0.02)


def test_the_habit_and_the_claim_are_those_of_the_posts(told):
    page, claim = told.pages["timing"], json.loads(told.run.artefact("timing_claim").read_text())
    when = told.posts["posted_at"][told.y.index].dt
    days, hours = when.day_of_week.to_numpy(), (when.hour + when.minute / 60).to_numpy()
    inside = {slot: slot.holds(days, hours) for slot in SLOTS}
    usual = max(SLOTS, key=lambda slot: inside[slot].sum())
    assert f"most usual slot is {slot_in_words(usual)}" in page
    share, n = numbers(page, f"most usual slot is {slot_in_words(usual)}, with # % of # posts")
    assert n == len(told.y) and share == round(100 * inside[usual].mean())
    least = int(np.ceil(max(5, 0.04 * n)))
    (enough,) = numbers(page, "Of 16 slots # have posts enough")
    assert enough == sum(held.sum() >= least for held in inside.values())
    slot, gain = Slot(claim["slot"]["part"], claim["slot"]["start"]), claim["gain"]
    assert f"**{slot_in_words(slot)}** (UTC)" in page
    (factor,) = numbers(page, "went with ×\N{NO-BREAK SPACE}# the views of the habit")
    (measured,) = numbers(page, "measured on # posts that had no say in the choice")
    assert measured == inside[slot][len(told.y) // 2 :].sum()
    assert factor == round(gain["factor"], 2)
    for row in pd.read_parquet(told.run.artefact("timing")).dropna(subset="factor").itertuples():
        if row.days in ("weekdays", "weekend"):
            assert f"×\N{NO-BREAK SPACE}{row.factor:.2f}" in page


def test_the_planted_hours_are_told_as_they_were_planted(told):
    page, truth = told.pages["timing"], told.truth.posts
    when, effects = truth["posted_at"].dt, told.truth.effects
    hour = when.hour + when.minute / 60
    gain = effects.evening * np.cos(2 * np.pi * (hour - 20) / 24)
    gain += effects.weekend * (when.day_of_week >= 5)
    best = re.search(r"Most was planted in (.*?), ×", page)[1]
    (slot,) = [slot for slot in SLOTS if slot_in_words(slot) == best]
    held = slot.holds(when.day_of_week.to_numpy(), hour.to_numpy())
    (planted,) = numbers(page, f"in {best}, ×\N{NO-BREAK SPACE}# the views of the habit")
    assert planted == round(np.exp(gain[held].mean() - gain.mean()), 2)


def test_what_went_with_what_is_that_of_the_posts(told):
    page, went = told.pages["whatif"], pd.read_parquet(told.run.artefact("whatif"))
    check_table("whatif", went)
    settled = told.posts.loc[told.y.index]
    tags = [{tag.casefold() for tag in hashtags(text)} for text in settled["caption"].dropna()]
    single = went[went["family"].eq("hashtags") & went["unit"].eq("yes or no")]
    assert len(single)
    for row in single.itertuples():
        wanted = {tag.casefold() for tag in row.label.split()}
        used = sum(bool(own & wanted) for own in tags)
        assert (row.n_with, row.n_without) == (used, len(tags) - used)
    named = went[(went["p_adjusted"] < 0.05)]
    assert len(named) or "choices went with views** in" in page
    for row in named.itertuples():
        shown = f"{row.factor:.2f} ({row.low:.2f} to {row.high:.2f})"
        assert shown in page, row.name
    told_n = went.dropna(subset="p")
    assert f"{len(told_n)} choices" in page and len(told_n) <= len(went)


def test_the_pages_hold_no_stray_value(told):
    for slug in ("changes", "timing", "whatif"):
        assert not re.search(r"\bnan\b|\bNone\b", told.pages[slug]), Path(slug)
