"""The boxes on the planted drop and the planted hours, in the chapters that advise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import virality as vi
from virality.advice.dating import Dated
from virality.demo.model import Effects
from virality.demo.posts import simulate_creator
from virality.findings import changes as of_changes
from virality.findings import timing as of_timing
from virality.findings.recovered_advice import (
    Date,
    planted_gains,
    recovered_drop,
    recovered_hours,
)
from virality.findings.recovered_facts import Seen
from virality.sentences import recovered_advice as words

# An account whose views hold little but the drop.
STILL = replace(Effects.null(0.4), drop=float(np.log(0.3)), drop_share=0.06)


def drop(effects: Effects, n: int = 180, others: int = 3):
    posts, truth = simulate_creator(n, 1, effects, return_truth=True)
    found = vi.changes(posts)
    last = of_changes.last(found.level, found.stretches)
    settled = found.level.index[found.level["settled"]]
    return recovered_drop(truth, settled, last, of_changes.when(found), others)


def test_a_clear_drop_is_found_and_turns_round():
    fell, rose = drop(STILL), drop(STILL.reversed())
    assert fell.seen is rose.seen is Seen.FOUND
    assert fell.falls and not rose.falls
    assert fell.planted.factor == pytest.approx(0.3) == pytest.approx(1 / rose.planted.factor)
    assert fell.found < 0.5 and rose.found > 2
    assert fell.named == rose.named == fell.of == 3
    # what is left once the planted step is taken off is luck
    assert 0.6 < fell.otherwise < 1.6 and fell.otherwise == pytest.approx(fell.found / 0.3, rel=0.1)
    assert words.drop(fell).startswith("A drop to") and words.drop(rose).startswith("A rise to")


def test_a_drop_that_luck_hides_is_missed():
    hidden = drop(replace(STILL, drop=float(np.log(0.9)), noise=1.2))
    assert hidden.seen is Seen.MISSED and hidden.named < hidden.of
    assert "**Missed**" in words.drop(hidden)


def test_no_drop_is_said():
    null = drop(Effects.null())
    assert null.seen is Seen.NOTHING and null.planted is None and not null.of
    assert drop(Effects.null(), 40).seen is Seen.UNKNOWN
    few = drop(STILL, 40)
    assert few.seen is Seen.UNKNOWN and few.planted.posts == 2 and few.named == 0


def test_a_drop_of_long_ago_is_not_what_the_last_posts_show():
    old = drop(replace(STILL, drop_share=0.5))
    assert old.past and old.seen is Seen.MISSED and old.otherwise == pytest.approx(old.found)
    assert "only a date could show it" in words.drop(old)


@pytest.mark.parametrize("change", ["reversed", "false alarm"])
def test_what_was_claimed_wrongly_is_said(change):
    posts, truth = simulate_creator(180, 1, STILL, return_truth=True)
    found = vi.changes(posts)
    last = of_changes.last(found.level, found.stretches)
    told = of_changes.when(found)
    if change == "reversed":
        last = replace(last, verdict=of_changes.Verdict.RISE, below=False)
        assert recovered_drop(truth, list(posts["post_id"]), last, told, 0).seen is Seen.REVERSED
    else:
        _, null = simulate_creator(180, 1, Effects.null(), return_truth=True)
        assert recovered_drop(null, list(posts["post_id"]), last, told).seen is Seen.FALSE_ALARM


def test_its_date_is_judged():
    posts, truth = simulate_creator(180, 1, STILL, return_truth=True)
    found = vi.changes(posts)
    last, at = of_changes.last(found.level, found.stretches), truth.drop().at
    day = pd.Timedelta(days=1)
    for first, date in ((at - day, Date.RIGHT), (at + day, Date.WRONG)):
        dated = Dated(at, first, at + 9 * day, 0.3, 170, 10)
        told = of_changes.Dating(of_changes.When.DATED, 180, 140, dated)
        assert recovered_drop(truth, list(posts["post_id"]), last, told, 0).date is date


def hours(effects: Effects, n: int = 300):
    posts, truth = simulate_creator(n, 3, effects, return_truth=True)
    found = vi.timing(posts)
    return truth, recovered_hours(truth, found, of_timing.when(found, "UTC"), "UTC")


def test_planted_hours_are_found_and_turn_round():
    strong = replace(Effects.null(0.4), evening=0.9)
    truth, evening = hours(strong)
    turned, morning = hours(strong.reversed())
    assert evening.seen is morning.seen is Seen.FOUND
    assert evening.best.start in (18, 21) and evening.best.start != morning.best.start
    assert evening.own > 1 and evening.planted >= evening.own
    gains, back = planted_gains(truth, "UTC"), planted_gains(turned, "UTC")
    product = [gains[slot] * back[slot] for slot in gains]
    np.testing.assert_allclose(product, 1)
    assert "**Found**" in words.hours(evening)


def test_the_gain_of_a_slot_follows_the_zone():
    truth, _ = hours(replace(Effects.null(0.4), evening=0.9), 60)
    near, far = planted_gains(truth, "UTC"), planted_gains(truth, "Asia/Tokyo")
    start = {zone: max(gains, key=gains.get).start for zone, gains in (("u", near), ("t", far))}
    assert (start["t"] - start["u"]) % 24 in (6, 9, 12)


def test_hours_that_were_not_planted_or_not_asked():
    _, null = hours(Effects.null())
    assert null.best is None and null.seen in (Seen.NOTHING, Seen.FALSE_ALARM)
    _, few = hours(Effects(), 60)
    assert few.seen is Seen.UNKNOWN and few.planted > 1
    _, weak = hours(replace(Effects.null(1.0), evening=0.1))
    assert weak.seen is Seen.MISSED and not weak.in_reach
    assert "to be expected" in words.hours(weak)
