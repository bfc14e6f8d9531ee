"""Time-ordered validation: every fold is trained on the past and judged on what came next.

Between the last training post and the first test post lies a gap of days, the embargo: a post
counts for training only when its outcome had matured by the time the test fold began.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, TimeSeriesSplit

from virality.core.bounds import within
from virality.core.embargo import is_matured_by, microseconds
from virality.core.protocol import DEFAULT, MIN_POSTS, TEST_SHARES, Protocol

MIN_TRAIN = 12
MIN_TEST = 6

Indices = tuple[np.ndarray, np.ndarray]


class TimeSplitter(ABC):
    """Splits by posting time, in the manner of scikit-learn's splitters.

    Parameters
    ----------
    times : array-like of datetime64, shape (n_posts,)
        When each row was posted.  Rows may come in any order; folds follow the clock.
    n_folds : int
        Folds wanted; a short history gets fewer, and fewer than 30 posts get none.
    gap_days : float
        Days between the last training post and the first test post.
    test_share : float
        Newest share of the posts that is held out, in all folds together.
    """

    name = ""

    def __init__(
        self,
        times,
        n_folds: int = 5,
        gap_days: float = 7,
        test_share: float = DEFAULT.test_share,
    ):
        self.times = microseconds(times).view("datetime64[us]")
        self.n_folds = int(within("n_folds", n_folds, 1))
        self.gap_days = within("gap_days", gap_days, 0)  # below zero would train on the future
        self.test_share = within("test_share", test_share, *TEST_SHARES)

    def split(self, X=None, y=None, groups=None) -> Iterator[Indices]:
        """Yield (train, test) row numbers, in time order.

        `X` is only checked for its length: the times were given to the splitter.
        """
        n = len(self.times)
        if X is not None and len(X) != n:
            raise ValueError(f"the splitter knows {n} times but X has {len(X)} rows")
        yield from self._folds()

    def __str__(self) -> str:
        """The folds as a table; `figures.baselines.folds` draws them."""
        return folds_table(self).dropna(axis=1, how="all").to_string(index=False)

    def get_n_splits(self, X=None, y=None, groups=None) -> int:
        """Folds that there really are."""
        return sum(1 for _ in self._folds())

    def learnt_by(self, moment: int) -> np.ndarray:
        """Row numbers to train on for a post that goes up at a moment, in time order.

        Parameters
        ----------
        moment : int
            In microseconds since 1970, UTC.
        """
        order = np.argsort(self.times, kind="stable")
        clock = self.times.astype("int64")[order]
        return self._train(order[is_matured_by(clock, self.gap_days, moment)], len(order))

    def _folds(self) -> Iterator[Indices]:
        order = np.argsort(self.times, kind="stable")
        clock = self.times.astype("int64")
        for test in self._test_blocks(order):
            train = self.learnt_by(int(clock[test[0]]))
            if len(train) >= MIN_TRAIN:
                yield train, test

    def _test_blocks(self, order: np.ndarray) -> list[np.ndarray]:
        n = len(order)
        first = first_train_size(n, self.test_share)
        folds = min(self.n_folds, (n - first) // MIN_TEST)
        if n < MIN_POSTS or folds < 1:
            return []
        return np.array_split(order[first:], folds)

    @abstractmethod
    def _train(self, past: np.ndarray, n: int) -> np.ndarray:
        """Training rows among the matured past rows."""


class ExpandingWindow(TimeSplitter):
    """Train on everything that had matured: the window grows from fold to fold.

    Parameters
    ----------
    times, n_folds, gap_days, test_share
        As for `TimeSplitter`.

    Examples
    --------
    >>> times = np.datetime64("2026-01-01") + np.arange(60)
    >>> [(len(train), len(test)) for train, test in ExpandingWindow(times, n_folds=3).split()]
    [(18, 12), (30, 12), (42, 12)]
    """

    name = "expanding"

    def _train(self, past: np.ndarray, n: int) -> np.ndarray:
        return past


class RollingWindow(TimeSplitter):
    """Train on a window of fixed length: the newest matured posts, older ones are forgotten.

    Parameters
    ----------
    times, n_folds, gap_days, test_share
        As for `TimeSplitter`.
    window : int, optional
        Posts in the window; by default about a third of the history, always shorter than what the
        expanding window starts with, so that the two never train on the same posts.

    Examples
    --------
    >>> times = np.datetime64("2026-01-01") + np.arange(60)
    >>> [(len(train), len(test)) for train, test in RollingWindow(times, n_folds=3).split()]
    [(18, 12), (19, 12), (19, 12)]
    """

    name = "rolling"

    def __init__(
        self,
        times,
        n_folds: int = 5,
        gap_days: float = 7,
        test_share: float = DEFAULT.test_share,
        window: int | None = None,
    ):
        super().__init__(times, n_folds, gap_days, test_share)
        self.window = window

    def _train(self, past: np.ndarray, n: int) -> np.ndarray:
        window = self.window or max(MIN_TRAIN, round(0.8 * first_train_size(n, self.test_share)))
        return past[-window:]


class Shuffled(TimeSplitter):
    """Folds drawn at random, blind to time: only here to show the illusion that they give."""

    name = "shuffled"

    def __init__(self, times, n_folds: int = 5, gap_days: float = 0, seed: int = 0):
        super().__init__(times, n_folds, 0)
        self.seed = seed

    def _folds(self) -> Iterator[Indices]:
        n = len(self.times)
        if n < MIN_POSTS:
            return
        order = np.argsort(self.times, kind="stable")
        folds = KFold(min(self.n_folds, n // MIN_TEST), shuffle=True, random_state=self.seed)
        for train, test in folds.split(order):
            yield order[train], order[test]

    def _train(self, past, n):
        return past


class Study(TimeSplitter):
    """The study's folds: `TimeSeriesSplit` with three folds, no gap, in the order of the table."""

    name = "study"

    def __init__(self, times, n_folds: int = 3, gap_days: float = 0):
        super().__init__(times, n_folds, 0)

    def _folds(self) -> Iterator[Indices]:
        order = np.argsort(self.times, kind="stable")
        if len(order) < MIN_POSTS:
            return
        for train, test in TimeSeriesSplit(self.n_folds).split(order):
            yield order[train], order[test]

    def _train(self, past, n):
        return past


SPLITTERS: dict[str, Callable[..., TimeSplitter]] = {
    cls.name: cls for cls in (ExpandingWindow, RollingWindow, Shuffled, Study)
}


def make_splitter(times, protocol: Protocol = DEFAULT) -> TimeSplitter:
    """Return the splitter of a protocol.

    Parameters
    ----------
    times : array-like of datetime64, shape (n_posts,)
    protocol : Protocol
        Its split, folds, embargo, share held out and seed.
    """
    if protocol.split == "study":
        return Study(times)
    if protocol.split == "shuffled":
        return Shuffled(times, protocol.n_folds, seed=protocol.seed)
    return SPLITTERS[protocol.split](
        times, protocol.n_folds, protocol.embargo_days, protocol.test_share
    )


def first_train_size(n: int, test_share: float = DEFAULT.test_share) -> int:
    """Posts before the first test fold: what is not held out, at least twenty.

    Parameters
    ----------
    n : int
        Posts of the history.
    test_share : float
        Share of them that is held out.
    """
    return max(20, round((1 - test_share) * n))


FOLD_COLUMNS = {
    "split": "string",
    "fold": "int64",
    "n_train": "int64",
    "n_test": "int64",
    "train_start": "datetime64[us, UTC]",
    "train_end": "datetime64[us, UTC]",
    "test_start": "datetime64[us, UTC]",
    "test_end": "datetime64[us, UTC]",
    "gap_days": "float64",
    "train_mean": "float64",
    "train_median": "float64",
    "train_p90": "float64",
}


def folds_table(splitter: TimeSplitter, y=None) -> pd.DataFrame:
    """Print-ready table of the folds: sizes, dates, the real gap, and the training outcomes.

    Parameters
    ----------
    splitter : TimeSplitter
    y : array-like of float, shape (n_posts,), optional
        Log outcomes, for the training mean, median and 90th percentile.

    Returns
    -------
    DataFrame
        One row per fold, columns as in `FOLD_COLUMNS`; `gap_days` is the gap that really lies
        between the last training post and the first test post (negative in shuffled folds).
    """
    y = np.full(len(splitter.times), np.nan) if y is None else np.asarray(y, dtype=float)
    rows = [
        _fold_row(splitter, fold, train, test, y)
        for fold, (train, test) in enumerate(splitter.split(), start=1)
    ]
    return pd.DataFrame(rows, columns=list(FOLD_COLUMNS)).astype(FOLD_COLUMNS)


def _fold_row(splitter: TimeSplitter, fold: int, train, test, y: np.ndarray) -> dict:
    before, after = splitter.times[train], splitter.times[test]
    known = y[train][~np.isnan(y[train])]
    mean, median, p90 = (
        (known.mean(), np.median(known), np.quantile(known, 0.9)) if len(known) else (np.nan,) * 3
    )
    stamp = lambda t: pd.Timestamp(t, tz="UTC")  # noqa: E731
    return {
        "split": splitter.name,
        "fold": fold,
        "n_train": len(train),
        "n_test": len(test),
        "train_start": stamp(before.min()),
        "train_end": stamp(before.max()),
        "test_start": stamp(after.min()),
        "test_end": stamp(after.max()),
        "gap_days": (after.min() - before.max()) / np.timedelta64(1, "D"),
        "train_mean": mean,
        "train_median": median,
        "train_p90": p90,
    }
