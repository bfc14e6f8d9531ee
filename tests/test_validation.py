"""Folds follow the clock, keep their gap, and differ in what they say they differ in."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.dummy import DummyRegressor
from sklearn.model_selection import TimeSeriesSplit, cross_val_score

from toyposts import toy_posts
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.evaluation import validation as va


def times(n=140, seed=0, every=5.0):
    return toy_posts(n, seed, every_days=every)[0]["posted_at"]


@settings(max_examples=30, deadline=None)
@given(
    n=st.integers(1, 300),
    seed=st.integers(0, 1000),
    every=st.sampled_from([0.05, 1.0, 5.0, 40.0]),
    gap=st.sampled_from([0.0, 1.0, 7.0, 30.0]),
    name=st.sampled_from(["expanding", "rolling"]),
)
def test_training_posts_had_matured_when_the_fold_began(n, seed, every, gap, name):
    when = times(n, seed, every)
    tested = []
    for train, test in va.make_splitter(when, Protocol(split=name, embargo_days=gap)).split():
        opening = when.iloc[test].min()
        assert when.iloc[train].max() <= opening - pd.Timedelta(days=gap)
        assert when.iloc[train].max() < opening
        assert len(train) >= va.MIN_TRAIN and len(test) >= va.MIN_TEST
        tested.extend(test)
    assert len(tested) == len(set(tested))
    assert tested == sorted(tested)


def test_expanding_grows_and_rolling_does_not():
    when = times()
    expanding = list(va.ExpandingWindow(when).split())
    rolling = list(va.RollingWindow(when).split())
    assert len(expanding) == len(rolling) == 5
    sizes = [len(train) for train, _ in expanding]
    assert sizes == sorted(set(sizes))
    assert len({len(train) for train, _ in rolling}) == 1
    for (grown, test), (fixed, same_test) in zip(expanding, rolling, strict=True):
        np.testing.assert_array_equal(test, same_test)
        assert set(fixed) < set(grown)
        assert grown[0] == 0 and max(fixed) == max(grown)


@pytest.mark.parametrize("name", ["expanding", "rolling"])
def test_the_reference_split_holds_the_newest_posts_out(name):
    when = times(200, every=1.0)
    last = Protocol(split=name, n_folds=1, test_share=0.3, embargo_days=3)
    ((train, test),) = va.make_splitter(when, last).split()
    assert test.tolist() == list(range(140, 200))
    assert when.iloc[train].max() <= when.iloc[140] - pd.Timedelta(days=3)
    assert train.max() >= 135 and (name == "rolling") == (train.min() > 0)


@pytest.mark.parametrize("n", [30, 31, 50, 140, 999])
def test_the_share_that_nobody_chose_is_three_fifths(n):
    assert va.first_train_size(n) == max(20, round(0.4 * n))


def test_no_share_leaves_fewer_than_twenty_posts_to_learn_from():
    for train, _ in va.ExpandingWindow(times(40), gap_days=0, test_share=0.9).split():
        assert len(train) >= 20


def test_five_folds_of_140_posts_test_three_fifths():
    folds = list(va.ExpandingWindow(times()).split())
    assert [len(test) for _, test in folds] == [17, 17, 17, 17, 16]


@pytest.mark.parametrize(
    ("n", "folds"), [(0, 0), (1, 0), (29, 0), (30, 1), (40, 3), (60, 5), (140, 5)]
)
def test_short_histories_get_fewer_folds(n, folds):
    for name in ("expanding", "rolling"):
        splitter = va.make_splitter(times(max(n, 1)).iloc[:n], Protocol(split=name))
        assert splitter.get_n_splits() == folds


def test_shuffled_folds_are_blind_to_time_and_repeat_themselves():
    when = times()
    one, two = (list(va.Shuffled(when, seed=3).split()) for _ in range(2))
    for (train, test), (again, _) in zip(one, two, strict=True):
        np.testing.assert_array_equal(train, again)
        assert when.iloc[train].max() > when.iloc[test].min()
    assert sorted(np.concatenate([test for _, test in one])) == list(range(140))


def test_the_studys_folds_are_those_of_scikit_learn():
    for ours, theirs in zip(
        va.Study(times()).split(), TimeSeriesSplit(3).split(np.zeros(140)), strict=True
    ):
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(a, b)


def test_row_order_does_not_matter():
    when = times()
    order = np.random.default_rng(0).permutation(140)
    for (train, test), (train2, test2) in zip(
        va.ExpandingWindow(when).split(), va.ExpandingWindow(when.iloc[order]).split(), strict=True
    ):
        np.testing.assert_array_equal(train, order[train2])
        np.testing.assert_array_equal(test, order[test2])


def test_they_serve_scikit_learn():
    X, y = np.zeros((140, 1)), np.arange(140.0)
    splitter = va.ExpandingWindow(times())
    scores = cross_val_score(DummyRegressor(), X, y, cv=splitter)
    assert len(scores) == splitter.get_n_splits(X) == 5
    with pytest.raises(ValueError, match="140"):
        list(splitter.split(X[:5]))


def test_folds_as_a_table():
    when, y = times(), np.arange(140.0)
    table = va.folds_table(va.ExpandingWindow(when, gap_days=7), y)
    assert list(table["fold"]) == [1, 2, 3, 4, 5]
    assert (table["gap_days"] >= 7).all()
    train, _ = next(va.ExpandingWindow(when, gap_days=7).split())
    assert table.loc[0, "train_mean"] == pytest.approx(y[train].mean())
    assert table.loc[0, "train_p90"] == pytest.approx(np.quantile(y[train], 0.9))
    assert (va.folds_table(va.Shuffled(when), y)["gap_days"] < 0).all()
    nothing = va.folds_table(va.ExpandingWindow(when.iloc[:10]))
    assert nothing.empty and list(nothing.columns) == list(va.FOLD_COLUMNS)
    assert dict(nothing.dtypes.astype(str)) == dict(table.dtypes.astype(str))


def test_a_splitter_prints_its_folds():
    printed = str(va.ExpandingWindow(times()))
    assert len(printed.splitlines()) == 6
    assert "gap_days" in printed and "train_mean" not in printed


def test_an_unknown_splitter_is_refused():
    with pytest.raises(UserError, match="expanding"):
        Protocol(split="random")
