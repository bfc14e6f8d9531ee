"""From the views of a young post to its final number, with an interval.

A nowcast is made at the moment of a reading, from those earlier posts of the account whose final
number had been read by then; nothing that was read later can change it.

How far it may miss comes from the same posts: each is nowcast from a curve to which it and its
neighbours in time did not contribute, its error is divided by the typical error at its age, and the
interval lies between quantiles of these (locally weighted conformal prediction, Lei and others
2018, Journal of the American Statistical Association 113, 1094-1111, with errors of left-out blocks
as in Barber and others 2021, Annals of Statistics 49, 486-507).  Errors of nowcasts that were
really made would be purer still, but exports that lie a month apart make known a month of posts at
once, and there are none; `hindcast` gives them where there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.bounds import within
from virality.core.protocol import COVERAGES, DEFAULT
from virality.models.growth import Curve, fit_curve
from virality.posts.platforms import histories
from virality.posts.settling import FINAL_DAYS, growth, readings

BLOCKS = 10  # left out in turn
NEAREST = 30  # posts, by the age at which they were read, whose errors make an interval
NEWEST = 300  # posts that are known best are enough
LEAST_SPREAD = 0.01  # log units: counts are rounded and corrected by that much
COLUMNS = ["post_id", "captured_at", "age_days", "views", "expected", "lower", "upper", "n_known"]


def fewest_known(coverage: float = DEFAULT.coverage) -> int:
    """Posts that are needed before an interval of this coverage has two finite ends."""
    return int(np.ceil(round(2 / (1 - within("coverage", coverage, *COVERAGES)), 6))) - 1


def nowcast(
    posts: pd.DataFrame, snapshots: pd.DataFrame, coverage: float = DEFAULT.coverage
) -> pd.DataFrame:
    """What the young posts of an account are on their way to.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts; those without `captured_at` are passed over.
    snapshots : DataFrame
        post_id, captured_at, views, posted_at: readings of posts that were read at two times.
    coverage : float
        Share of final numbers that an interval should hold.

    Returns
    -------
    DataFrame
        A row a post whose latest reading found it younger than 30 days, oldest first: post_id,
        captured_at, age_days and views of that reading; expected, lower and upper (views at the
        first reading from the age of 30 days on) and n_known, the number of posts that they rest
        on.  Expected, lower and upper are NaN where these are too few, or none was as young.

    Raises
    ------
    UserError
        For a coverage that makes no sense.

    Examples
    --------
    >>> from virality.demo.growth import simulate_readings
    >>> snapshots = simulate_readings("steady", seed=1)
    >>> posts = snapshots.drop_duplicates("post_id", keep="last")
    >>> made = nowcast(posts, snapshots).dropna().iloc[-1]
    >>> bool(made["views"] < made["lower"] < made["expected"] < made["upper"])
    True
    """
    latest = readings(_every(posts, snapshots)).drop_duplicates("post_id", keep="last")
    young = latest[latest["age_days"] < FINAL_DAYS]
    made = _made(young, posts, growth(snapshots), coverage)
    return made.sort_values(["captured_at", "age_days", "post_id"], ascending=[True, False, True],
                            ignore_index=True)  # fmt: skip


def hindcast(
    posts: pd.DataFrame,
    snapshots: pd.DataFrame,
    coverage: float = DEFAULT.coverage,
    most: int = 300,
) -> pd.DataFrame:
    """The nowcasts that could have been made of posts whose final number is known by now.

    Parameters
    ----------
    posts, snapshots, coverage
        As for `nowcast`.
    most : int
        So many readings, the latest, are nowcast.

    Returns
    -------
    DataFrame
        Columns of `nowcast` and final (views), a row an earlier reading, those that were refused
        left out, in order of reading.
    """
    known = growth(snapshots)
    tried = known.sort_values(["captured_at", "post_id"]).tail(most)
    made = _made(tried, posts, known, coverage)
    made["final"] = tried["final"].to_numpy()
    return made.dropna(subset=["expected"]).reset_index(drop=True)


def _every(posts: pd.DataFrame, snapshots: pd.DataFrame) -> pd.DataFrame:
    """All readings: those of the posts table, and those of posts that were read twice."""
    columns = ["post_id", "captured_at", "views", "posted_at"]
    if "captured_at" not in posts:
        return snapshots
    tables = [table[columns] for table in (posts, snapshots) if len(table)]
    return pd.concat(tables, ignore_index=True) if tables else snapshots


def _made(targets, posts: pd.DataFrame, known: pd.DataFrame, coverage: float) -> pd.DataFrame:
    """A nowcast of each reading, in their order, from what its own history knew then."""
    history = pd.Series(histories(posts), index=posts["post_id"].to_numpy())
    mine, theirs = targets["post_id"].map(history), known["post_id"].map(history)
    out = targets.assign(expected=np.nan, lower=np.nan, upper=np.nan, n_known=0)
    for (moment, account), rows in out.groupby(["captured_at", mine], sort=False).groups.items():
        before = known[(known["known_at"] <= moment) & (theirs == account)]
        made = _from(before, out.loc[rows, "age_days"].to_numpy(), coverage)
        count = 1 + out.loc[rows, "views"].to_numpy(dtype=float)
        out.loc[rows, "n_known"] = before["post_id"].nunique()
        out.loc[rows, ["expected", "lower", "upper"]] = count[:, None] * np.exp(made) - 1
    return out[COLUMNS].astype({"views": "int64", "age_days": float, "n_known": int})


def _from(known: pd.DataFrame, age_days: np.ndarray, coverage: float) -> np.ndarray:
    """Log growth that is expected at each age, and its bounds, shape (n, 3); NaN where refused."""
    made = np.full((len(age_days), 3), np.nan)
    if known["post_id"].nunique() < fewest_known(coverage):
        return made
    past = _Past.of(known)
    for place in np.flatnonzero(age_days >= past.curve.youngest):
        made[place] = past.nowcast(age_days[place], coverage)
    return made


@dataclass(frozen=True)
class _Past:
    """What posts with a known final number tell.

    Attributes
    ----------
    curve, spread : Curve
        Median growth by age, and the median size of its errors.
    post, log_age, error : ndarray of shape (n_readings,)
        The error of each reading of a left-out post, over the spread at its age.
    lowest : float
        The least growth of all, or zero.
    """

    curve: Curve
    spread: Curve
    post: np.ndarray
    log_age: np.ndarray
    error: np.ndarray
    lowest: float

    @classmethod
    def of(cls, known: pd.DataFrame) -> _Past:
        """Learn from readings of posts with a known final number, see `growth`."""
        known = known.sort_values(["posted_at", "post_id", "age_days"])
        post = pd.factorize(known["post_id"])[0]
        recent = post > post.max() - NEWEST
        known, post = known[recent], post[recent] - post[recent].min()
        age, grown = known["age_days"].to_numpy(), known["log_growth"].to_numpy()
        curve, error = fit_curve(age, grown), _left_out(age, grown, post)
        spread = fit_curve(age, np.abs(error), ends_at_zero=False)
        error = error / np.maximum(spread(age), LEAST_SPREAD)
        return cls(curve, spread, post, np.log(age), error, min(grown.min(), 0.0))

    def nowcast(self, age_days: float, coverage: float) -> tuple[float, float, float]:
        """Expected log growth at an age, and its bounds."""
        at = np.array([age_days])
        middle, width = self.curve(at)[0], max(self.spread(at)[0], LEAST_SPREAD)
        away = np.abs(self.log_age - np.log(age_days))
        order = np.argsort(away, kind="stable")
        first = np.sort(np.unique(self.post[order], return_index=True)[1])[:NEAREST]
        sides = [(1 - coverage) / 2, (1 + coverage) / 2]
        # (n + 1) p-th of n errors: what a further post exceeds with that probability
        low, high = np.quantile(self.error[order[first]], sides, method="weibull")
        lower = max(middle + width * min(low, 0.0), self.lowest)
        return middle, lower, middle + width * max(high, 0.0)


def _left_out(age: np.ndarray, grown: np.ndarray, post: np.ndarray) -> np.ndarray:
    """Growth minus what the posts outside a post's own block of time make of its age."""
    error = np.empty(len(age))
    for block in np.array_split(np.unique(post), min(BLOCKS, post.max() + 1)):
        out = np.isin(post, block)
        error[out] = grown[out] - fit_curve(age[~out], grown[~out])(age[out])
    return error
