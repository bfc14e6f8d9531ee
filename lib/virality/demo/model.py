"""The structural model that the simulated creator's views come from.

For post *i*, uploaded at time *t* (days), in content regime *r* with early energy *e*::

    log_views = base
              + level(t)                                  slow momentum of the account
              + carry_over(t)                             what a recent hit leaves behind
              + evening * cos(2 pi (hour - 20) / 24)      posting time, hour in UTC
              + weekend * (1 if Saturday or Sunday)
              + regime * PATTERN[r]                       content regime
              + energy * (e - 0.5) * sqrt(12)             early energy, e uniform on (0, 1)
              + lottery                                   only in the viral regime
              + noise * student_t(6), scaled to unit variance

    level:      an Ornstein-Uhlenbeck process, standard deviation `momentum`, memory
                `momentum_days`; it starts in its stationary state
    carry_over: `carry_over` * trail, trail_i = exp(-gap / carry_days) * max(trail_{i-1}, x_{i-1})
                where x is the part of (lottery + noise) of the earlier post above `HIT`
    lottery:    with probability `viral_rate` a jump of `viral_size` * (1 + Exp(1)), minus the
                mean of that, so the viral regime's *expected* log views are those of its
                pattern: no model of the mean can see it, only a model of the probability can

`log_views` is ln(1 + views). Posting times, regimes, energies, captions and all shocks are
drawn from streams of their own that depend on the seed alone, so two creators of one seed and
different effects differ in their views (and what follows from views) and in nothing else.

What is *not* planted is as much part of the truth: video length, caption length, number of
hashtags, language and day of the year move nothing.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.demo.captions import Wording, write_captions
from virality.posts.platforms import TIKTOK

AUTHOR = "simulated_creator"
BASE = 10.6  # about 40,000 views
HIT = 1.0  # log views above what was expected, from which a post leaves a trail
FIRST_DAY = pd.Timestamp("2023-02-01", tz="UTC")
DAYS_PER_POST = 5.2  # 140 posts in two years
TWO_YEARS = 730.0
LONGEST_SPAN = 2500.0  # days; more posts than fit this are posted more often

# share of posts, effect in units of `Effects.regime` (mean zero over the shares)
REGIMES = {
    "storytime": (0.30, -1.0),
    "coffee": (0.20, 0.0),
    "travel": (0.20, 1.2),
    "science": (0.12, 0.5),
    "cat": (0.18, 0.0),
}
_TYPES = {
    **dict.fromkeys(["post_id", "author", "platform", "caption", "kind"], "string"),
    **dict.fromkeys(["url", "media_file", "source"], "string"),
    **dict.fromkeys(["views", "likes", "comments", "shares", "saves", "new_followers"], "Int64"),
    **dict.fromkeys(["followers", "source_row"], "Int64"),
    **dict.fromkeys(["hour_known", "is_paid", "is_pinned"], "boolean"),
}
STAY = 0.25  # chance that a post continues the series of the one before


@dataclass(frozen=True)
class Effects:
    """Sizes of the planted effects, in natural log views.

    Parameters
    ----------
    momentum : float
        Standard deviation of the account's slow level; 0 for none.
    momentum_days : float
        Memory of the level (days until a correlation of 1/e).
    carry_over : float
        Share of a hit's surprise that the next post inherits.
    carry_days : float
        Time constant of that inheritance.
    evening : float
        Height of the daily wave, peak at 20:00 UTC; negative: mornings are better.
    weekend : float
        Gain of a post on Saturday or Sunday.
    regime : float
        Multiplies the pattern of the content regimes; negative turns their order round.
    energy : float
        Gain per standard deviation of early energy.
    viral_regime : str
        The regime with the lottery.
    viral_rate : float
        Its chance to win.
    viral_size : float
        Half of the mean jump of a win.
    noise : float
        Standard deviation of what nobody can know.
    """

    momentum: float = 0.6
    momentum_days: float = 150.0
    carry_over: float = 0.2
    carry_days: float = 20.0
    evening: float = 0.4
    weekend: float = 0.15
    regime: float = 0.6
    energy: float = 0.12
    viral_regime: str = "cat"
    viral_rate: float = 0.25
    viral_size: float = 1.1
    noise: float = 0.7

    def __post_init__(self):
        if self.viral_regime not in REGIMES:
            raise ValueError(f"viral_regime must be one of {', '.join(REGIMES)}")
        if not 0 <= self.viral_rate <= 1:
            raise ValueError("viral_rate must lie between 0 and 1")

    def reversed(self) -> Effects:
        """Return the effects with the sign of posting time, regime and energy turned round."""
        signed = ("evening", "weekend", "regime", "energy")
        return replace(self, **{name: -getattr(self, name) for name in signed})

    def without(self, *names: str) -> Effects:
        """Return the effects with those named set to zero."""
        return replace(self, **dict.fromkeys(names, 0.0))

    @classmethod
    def null(cls, noise: float = 0.7) -> Effects:
        """Return effects of which nothing but noise is left."""
        everything = ("momentum", "carry_over", "evening", "weekend", "regime", "energy")
        return cls(noise=noise).without(*everything, "viral_rate")

    def as_dict(self) -> dict:
        """Return the effects as plain values."""
        return asdict(self)


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one ingredient; adding an ingredient leaves others alone."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def span_days(n_posts: int) -> float:
    """Return over how many days so many posts are spread."""
    if n_posts * DAYS_PER_POST <= TWO_YEARS:
        return n_posts * DAYS_PER_POST
    return min(LONGEST_SPAN, TWO_YEARS * (n_posts * DAYS_PER_POST / TWO_YEARS) ** 0.35)


def draw_times(n_posts: int, seed: int) -> pd.DatetimeIndex:
    """Return upload times in order: whole seconds, mostly evenings, some middays and nights."""
    rng = stream(seed, "times")
    days = np.floor(np.cumsum(rng.gamma(0.9, span_days(n_posts) / n_posts / 0.9, n_posts)))
    kind = stream(seed, "time of day").choice(3, n_posts, p=[0.5, 0.3, 0.2])
    spread = stream(seed, "hours")
    hours = np.choose(
        kind,
        [
            spread.normal(19.5, 2.0, n_posts),
            spread.normal(12.5, 2.5, n_posts),
            spread.uniform(0, 24, n_posts),
        ],
    )
    seconds = np.sort(days * 86400 + np.floor(hours % 24 * 3600)).astype("int64")
    return FIRST_DAY + pd.to_timedelta(seconds, unit="s")


def draw_regimes(n_posts: int, seed: int) -> np.ndarray:
    """Return the regime of each post, in short series."""
    rng = stream(seed, "regimes")
    names, shares = list(REGIMES), [share for share, _ in REGIMES.values()]
    drawn = rng.choice(len(names), n_posts, p=shares)
    new = rng.random(n_posts) >= STAY
    new[0] = True
    return np.array(names)[drawn[np.maximum.accumulate(np.where(new, np.arange(n_posts), 0))]]


def slow_level(days: np.ndarray, effects: Effects, seed: int) -> np.ndarray:
    """Return the account's level at the given days (exact at irregular gaps)."""
    shocks = stream(seed, "level").normal(size=len(days))
    keep = np.exp(-np.diff(days) / effects.momentum_days)
    level = np.empty(len(days))
    level[0] = shocks[0]
    for i, memory in enumerate(keep, start=1):
        level[i] = memory * level[i - 1] + np.sqrt(1 - memory**2) * shocks[i]
    return effects.momentum * level


def trail_of_hits(days: np.ndarray, surprise: np.ndarray, effects: Effects) -> np.ndarray:
    """Return what earlier hits still give at each post."""
    fade = np.exp(-np.diff(days) / effects.carry_days)
    excess = np.clip(surprise - HIT, 0, None)
    trail = np.zeros(len(days))
    for i, share in enumerate(fade, start=1):
        trail[i] = share * max(trail[i - 1], excess[i - 1])
    return effects.carry_over * trail


def components(times: pd.DatetimeIndex, effects: Effects, seed: int) -> pd.DataFrame:
    """Return every term of the structural model, one row a post.

    Parameters
    ----------
    times : DatetimeIndex of length n
        Upload times in order.
    effects : Effects
        Planted sizes.
    seed : int
        Of all streams.

    Returns
    -------
    DataFrame
        ``regime``, ``early_energy`` (0 to 1), ``viral`` (bool), the terms ``level``,
        ``carry_over``, ``posting_time``, ``content``, ``energy``, ``lottery``, ``noise`` and
        their sum with the base, ``log_views``.
    """
    n = len(times)
    days = (times - FIRST_DAY) / pd.Timedelta(days=1)
    hour = times.hour + times.minute / 60
    regime = draw_regimes(n, seed)
    early_energy = stream(seed, "energy").uniform(0, 1, n)

    lottery_rng = stream(seed, "lottery")
    plays = regime == effects.viral_regime
    viral = plays & (lottery_rng.random(n) < effects.viral_rate)
    jump = effects.viral_size * (1 + lottery_rng.exponential(1.0, n))
    lottery = np.where(viral, jump, 0) - plays * effects.viral_rate * 2 * effects.viral_size
    noise = effects.noise * stream(seed, "noise").standard_t(6, n) / np.sqrt(6 / 4)

    terms = pd.DataFrame(
        {
            "level": slow_level(np.asarray(days), effects, seed),
            "carry_over": trail_of_hits(np.asarray(days), lottery + noise, effects),
            "posting_time": effects.evening * np.cos(2 * np.pi * (hour - 20) / 24)
            + effects.weekend * (times.day_of_week >= 5),
            "content": effects.regime * np.array([REGIMES[name][1] for name in regime]),
            "energy": effects.energy * (early_energy - 0.5) * np.sqrt(12),
            "lottery": lottery,
            "noise": noise,
        }
    )
    log_views = np.maximum(BASE + terms.sum(axis=1), 0.0)
    told = pd.DataFrame({"regime": regime, "early_energy": early_energy, "viral": viral})
    return pd.concat([told, terms, log_views.rename("log_views")], axis=1)


def make_ids(times: pd.DatetimeIndex, seed: int) -> pd.Series:
    """Return video ids as text; ``id >> 32`` is the upload time in Unix seconds."""
    upload = times.as_unit("s").asi8
    rest = stream(seed, "ids").integers(0, 2**32, len(times))
    return pd.Series([str((int(a) << 32) | int(b)) for a, b in zip(upload, rest, strict=True)])


def outcomes(views: np.ndarray, duration: np.ndarray, viral: np.ndarray, seed: int) -> pd.DataFrame:
    """Return what else a creator sees, in keeping with views and length.

    Parameters
    ----------
    views, duration, viral : ndarray of length n
        Views, seconds, and whether the lottery was won.
    seed : int
        Of the stream.

    Returns
    -------
    DataFrame
        ``likes``, ``comments``, ``shares``, ``saves``, ``new_followers`` (counts),
        ``avg_watch_s`` (below the length) and ``watched_full`` (share, 0 to 1).
    """
    rng = stream(seed, "outcomes")

    def share(middle: float, spread: float, lift: float = 1.0) -> np.ndarray:
        rate = middle * np.exp(spread * rng.normal(size=len(views))) * np.where(viral, lift, 1)
        return np.minimum(rate, 0.6)

    def count(rate: np.ndarray) -> np.ndarray:
        return np.floor(views * rate).astype("int64")

    # Longer videos are watched longer, and a smaller part of them.
    part = np.clip(
        0.9 * (duration / 5) ** -0.55 * np.exp(0.2 * rng.normal(size=len(views))), 0, 0.95
    )
    return pd.DataFrame(
        {
            "likes": count(share(0.06, 0.4, 1.5)),
            "comments": count(share(0.0006, 0.7)),
            "shares": count(share(0.0012, 0.7, 2.0)),
            "saves": count(share(0.004, 0.6, 1.5)),
            "avg_watch_s": np.round(part * duration, 1),
            "watched_full": np.round(part**1.8 * 0.8, 4),
            "new_followers": count(share(0.0009, 0.6, 1.3)),
        }
    )


def draw_lengths(n_posts: int, seed: int) -> np.ndarray:
    """Return lengths of the published videos in seconds, 6 to 90, most below 30."""
    drawn = stream(seed, "lengths").lognormal(np.log(19), 0.6, n_posts)
    return np.round(np.clip(drawn, 6, 90), 2)


def simulate_posts(
    n_posts: int, seed: int, effects: Effects
) -> tuple[pd.DataFrame, pd.DataFrame, list[Wording]]:
    """Return clean posts, the terms behind their views, and the wording of their captions.

    Parameters
    ----------
    n_posts : int
        At least 1.
    seed : int
        Everything follows from it.
    effects : Effects
        What is planted.

    Returns
    -------
    posts : DataFrame, n rows
        Columns and types of the tidy posts table.
    told : DataFrame, n rows
        The truth: `components` keyed by ``post_id``, with ``posted_at``.
    wordings : list of Wording
        Language, text and tags of each caption.
    """
    if n_posts < 1:
        raise UserError("A simulated creator needs at least one post.")
    times = draw_times(n_posts, seed)
    told = components(times, effects, seed)
    ids = make_ids(times, seed)
    views = np.rint(np.expm1(told["log_views"])).astype("int64").to_numpy()
    lengths = draw_lengths(n_posts, seed)
    wordings = write_captions(told["regime"], stream(seed, "captions"))
    counts = outcomes(views, lengths, told["viral"].to_numpy(), seed)
    posts = pd.DataFrame(
        {
            "post_id": ids,
            "author": AUTHOR,
            "platform": TIKTOK,
            "posted_at": times.as_unit("us"),
            "hour_known": True,
            "caption": [wording.caption for wording in wordings],
            "duration_s": lengths,
            "views": views,
            **{name: counts[name] for name in counts},
            "followers": pd.NA,
            "kind": "video",
            "is_paid": pd.NA,
            "is_pinned": pd.NA,
            "url": [f"https://www.tiktok.com/@{AUTHOR}/video/{one}" for one in ids],
            "media_file": pd.NA,
            "captured_at": pd.Series(pd.NaT, index=ids.index, dtype="datetime64[us, UTC]"),
            "source": "simulated",
            "source_row": np.arange(1, n_posts + 1),
        }
    )
    posts = posts.astype(_TYPES)
    told.insert(0, "post_id", ids)
    told.insert(1, "posted_at", times.as_unit("us"))
    return posts, told, wordings
