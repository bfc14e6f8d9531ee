"""The one place that decides which outcomes were known when: strictly older, and old enough."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from virality.core.embargo import (
    DAY_US,
    had_time_to_grow,
    is_matured_by,
    matured_before,
    microseconds,
)
from virality.core.errors import UserError

HOUR = DAY_US // 24
# Whole hours, so that posts at the very same moment and at the very edge are common.
TIMES = st.lists(st.integers(0, 24 * 40), max_size=60).map(
    lambda hours: np.array(hours, int) * HOUR
)
EMBARGO = st.sampled_from([0.0, 0.5, 1.0, 7.0, 30.0])


def by_hand(times, embargo_days, moment) -> int:
    """How many posts were known at a moment, one by one."""
    return sum(t < moment and t <= moment - round(embargo_days * DAY_US) for t in times.tolist())


@settings(max_examples=200, deadline=None)
@given(times=TIMES, embargo=EMBARGO)
def test_a_post_knows_those_that_are_strictly_older_and_old_enough(times, embargo):
    times = np.sort(times)
    known = matured_before(times, embargo)
    assert known.tolist() == [by_hand(times, embargo, moment) for moment in times]
    assert (known <= np.arange(len(times))).all(), "nobody knows itself or what came later"
    assert (np.diff(known) >= 0).all()


@settings(max_examples=200, deadline=None)
@given(times=TIMES, embargo=EMBARGO, moment=st.integers(0, 24 * 80))
def test_both_ways_of_asking_agree_and_order_does_not_matter(times, embargo, moment):
    moment *= HOUR
    mask = is_matured_by(times, embargo, moment)
    assert mask.sum() == by_hand(times, embargo, moment)
    assert mask.sum() == matured_before(np.sort(times), embargo, np.array([moment]))[0]
    shuffled = np.random.default_rng(0).permutation(len(times))
    assert (is_matured_by(times[shuffled], embargo, moment) == mask[shuffled]).all()


@settings(max_examples=100, deadline=None)
@given(times=TIMES, embargo=EMBARGO, data=st.data())
def test_the_future_changes_nothing(times, embargo, data):
    times = np.sort(times)
    kept = data.draw(st.integers(0, len(times)))
    later = data.draw(st.lists(st.integers(0, 24 * 40), max_size=10))
    start = times[kept - 1] if kept else 0
    other = np.concatenate([times[:kept], np.sort(start + np.array(later, int) * HOUR)])
    before, after = matured_before(times, embargo), matured_before(other, embargo)
    assert (before[:kept] == after[:kept]).all()


@settings(max_examples=100, deadline=None)
@given(times=TIMES, longer=st.sampled_from([0.0, 1.0, 6.5]), embargo=EMBARGO)
def test_a_longer_embargo_never_lets_more_be_known(times, longer, embargo):
    times = np.sort(times)
    assert (matured_before(times, embargo + longer) <= matured_before(times, embargo)).all()


def test_without_an_embargo_posts_of_the_same_moment_do_not_know_each_other():
    times = np.array([0, 5, 5, 5, 9])
    assert matured_before(times, 0).tolist() == [0, 1, 1, 1, 4]
    assert is_matured_by(times, 0, 5).tolist() == [True, False, False, False, False]


def test_the_edge_belongs_to_the_known():
    times = np.array([0, 7]) * DAY_US
    assert matured_before(times, 7).tolist() == [0, 1]
    assert matured_before(times - np.array([0, 1]), 7).tolist() == [0, 0]


@pytest.mark.parametrize("bad", [-1e-9, float("nan"), float("inf"), None])
def test_an_embargo_that_makes_no_sense_is_refused(bad):
    for ask in (lambda: matured_before(np.zeros(1, int), bad),
                lambda: is_matured_by(np.zeros(1, int), bad, 0),
                lambda: had_time_to_grow(pd.Series(pd.to_timedelta([1], "D")), bad)):  # fmt: skip
        with pytest.raises(UserError, match="embargo_days"):
            ask()


def test_posts_out_of_order_are_refused_where_order_counts():
    with pytest.raises(ValueError, match="ascending"):
        matured_before(np.array([2, 1]), 0)


def test_what_was_read_too_early_had_no_time_to_grow():
    age = pd.Series(pd.to_timedelta(["6 days", "7 days", None]))
    assert had_time_to_grow(age, 7).tolist() == [False, True, True]


def test_any_kind_of_time_is_read_alike():
    stamps = pd.Series(pd.to_datetime(["2024-05-31 18:00:00+02:00", "2024-06-01"], utc=True,
                                      format="mixed"))  # fmt: skip
    texts = ["2024-05-31 18:00:00+02:00", "2024-05-31 16:00:00+00:00"]
    assert microseconds(texts)[0] == microseconds(texts)[1] == microseconds(stamps)[0]
    assert microseconds(stamps.dt.tz_localize(None)).tolist() == microseconds(stamps).tolist()
