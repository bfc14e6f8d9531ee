"""Every claim of an advice chapter, in small: the very cells that `benchmarks/advice.py` prints.

Seeds are fixed.  A claim where nothing is may come in 5 % of creators; how many may have it is the
number that so many creators exceed once in a thousand times.
"""

import sys
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from virality.core.paths import ROOT

sys.path.append(str(ROOT / "benchmarks"))

from claims import changes, drafts, experiments, sizes, timing, whatif
from runner import Creators
from worlds import WORLDS

pytestmark = pytest.mark.slow
FIRST = 100


@cache
def asked(cell, creators: int, *arguments, worlds=tuple(WORLDS)) -> pd.DataFrame:
    """So many creators of every world; each is asked once."""
    these = Creators(creators, FIRST)
    return pd.concat([these.rows(cell, world, *arguments) for world in worlds])


def rare(found: pd.Series) -> bool:
    """Whether it came no oftener than one in twenty, as far as so many creators can tell."""
    known = found.dropna()
    return known.sum() <= stats.binom.ppf(0.999, len(known), 0.05)


def named(value) -> str | None:
    return getattr(value, "__name__", None) or (value if isinstance(value, str) else None)


@pytest.mark.parametrize(
    ("cell", "creators", "arguments", "what"),
    [
        (changes.change_cell, 15, (140,), "changed"),
        (changes.change_cell, 15, (140,), "dated"),
        (timing.timing_cell, 15, (140,), "claimed"),
        (whatif.whatif_cell, 6, (140,), "false"),
        (whatif.kinds_cell, 6, (140,), "false"),
        (whatif.kinds_cell, 6, (140,), "false, kinds matter"),
        (experiments.power_cell, 15, (40,), (1.0, "decided")),
    ],
    ids=named,
)
def test_where_nothing_is_nearly_nothing_is_claimed(cell, creators, arguments, what):
    assert rare(asked(cell, creators, *arguments)[what])


def test_kinds_that_are_found_are_seldom_called_better_where_none_is():
    found = asked(whatif.kinds_cell, 6, 140, True, worlds=("white", "walk", "viral"))
    told = found[found["kinds"] > 0]
    assert len(told) > 10 and rare(told["false"])


@pytest.mark.parametrize(
    ("cell", "arguments", "worlds", "what", "least"),
    [
        (changes.change_cell, (140,), ("white", "viral"), "last ten x0.3", 0.3),
        (changes.change_cell, (140,), ("white", "viral"), "dated x0.3", 0.3),
        (timing.timing_cell, (300, 0.8), ("white", "walk"), "claimed", 0.25),
        (whatif.whatif_cell, (300,), ("AR .5", "AR .8"), "found", 0.4),
        (whatif.kinds_cell, (300,), ("white", "AR .5"), "kind found", 0.5),
        (experiments.power_cell, (60,), ("white", "walk"), (2.0, "right"), 0.4),
    ],
    ids=named,
)
def test_what_is_planted_is_found(cell, arguments, worlds, what, least):
    assert asked(cell, 15, *arguments, worlds=worlds)[what].mean() >= least


def test_what_is_not_recorded_is_taken_for_the_hour_and_for_the_hashtag():
    """No analysis helps there, which the chapters say; so what is recorded does help."""
    hours = asked(timing.timing_cell, 20, 300, 0.0, False, worlds=("white", "walk"))
    tags = asked(whatif.whatif_cell, 15, 300, False, worlds=("white", "walk"))
    assert not rare(hours["claimed"]) and not rare(tags["false"])


def test_intervals_of_advice_hold():
    found = asked(whatif.whatif_cell, 6, 140)
    assert rare(1 - found["intervals hold"]) and rare(1 - found["interval holds"])
    hits = asked(changes.change_cell, 15, 140, worlds=("white", "viral"))
    assert rare(1 - hits["holds none"]), "nothing stays after a hit"
    plans = asked(experiments.power_cell, 15, 40)
    assert all(rare(1 - plans[factor, "held"]) for factor in (1.0, 2.0, 6.0))


def test_once_in_so_many_stretches_means_it():
    found = asked(changes.change_cell, 15, 140)
    for often in changes.SELDOM:
        due, came = 2 / often, found[f"once in {often}"].sum()
        assert came <= stats.binom.ppf(0.999, len(found), due)


def test_what_is_called_level_and_content_of_a_hit_is_at_least_there():
    found = asked(changes.luck_cell, 3, 140)
    assert found["told"].mean() < found["real"].mean()
    assert found["too much"].mean() < 0.25 and found["told"].mean() > 0.05


def test_as_many_posts_as_are_named_do_find_it():
    found = asked(experiments.price_cell, 40)
    assert len(found) == 40 * len(WORLDS)
    assert 0.65 < np.nanmean(found.to_numpy()) < 0.95


def test_models_agree_on_what_moves_views_and_often_where_nothing_does():
    """So the page does not call their agreement evidence."""
    idle = asked(whatif.otherwise_cell, 3, 0.0, worlds=("white",))
    moved = asked(whatif.otherwise_cell, 3, whatif.LENGTH_EFFECT, worlds=("white",))
    assert idle["agreed on any"].any() and idle["largest factor"].max() < 1.5
    assert moved["length the right way"].all() and not moved["length the wrong way"].any()


@pytest.mark.parametrize("skill", drafts.SKILLS)
def test_chances_of_two_drafts_came_as_they_were_said(skill):
    found = pd.concat([
        one for world in WORLDS for one in Creators(8, FIRST).each(drafts.drawn, world, skill)
    ])  # fmt: skip
    told = drafts.summed(found)
    assert told["creators"] == 8
    assert told["said"] == pytest.approx(told["came"], abs=4)
    if skill == 0:
        assert told["said"] < 52 and told["named"] < 10
    else:
        assert told["named"] > 25 and told["of these, came"] > 55


def test_without_anything_to_tell_by_the_books_own_forecast_says_even():
    found = pd.concat([drafts.forecast(s, drafts.FORECAST_CELLS["nothing, walk"]) for s in (1, 2)])
    assert found["said"].between(0.5, 0.56).all() and len(found) > 400


def test_the_next_post_is_seldom_out_of_range_and_one_of_another_account_mostly_is():
    found = pd.concat([Creators(40, FIRST).rows(drafts.reach_cell, "iid", n) for n in (60, 140)])
    assert rare(found["the next post"]) and found["another account's"].mean() > 0.5


@pytest.mark.parametrize(
    ("n", "stretches", "hours", "choices", "otherwise", "two"),
    [
        (12, False, False, False, False, None),
        (40, False, False, True, True, False),
        (80, True, False, True, True, False),
        (140, True, True, True, True, True),
        (1000, True, True, True, True, True),
    ],
)
def test_an_account_is_told_what_its_size_allows(n, stretches, hours, choices, otherwise, two):
    answers = {name: count for name, (count, _) in sizes.told(n).items()}
    said = {name: None if count is None else count > 0 for name, count in answers.items()}
    assert said == {
        "stretches": stretches,
        "hours": hours,
        "choices": choices,
        "made otherwise": otherwise,
        "posts of a plan": True,
        "chances of two drafts": two,
    }
