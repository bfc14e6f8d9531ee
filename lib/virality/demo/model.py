"""The structural model that the simulated creator's views come from.

For post *i*, uploaded at time *t* (days), in content regime *r* with early energy *e*::

    log_views = base
              + level(t)                                  slow momentum of the account
              + carry_over(t)                             what a recent hit leaves behind
              + drop * (1 among the last posts)           a change that comes and stays
              + evening * cos(2 pi (hour - 20) / 24)      posting time, hour in UTC
              + weekend * (1 if Saturday or Sunday)
              + regime * PATTERN[r]                       content regime
              + energy * (e - 0.5) * sqrt(12)             early energy, e uniform on (0, 1)
              + words * (w - mean of w)                   only in one regime
              + late_speech * (s - mean of s)             only where somebody speaks
              + lottery                                   only in the viral regime
              + noise * student_t(6), scaled to unit variance

    level:      an Ornstein-Uhlenbeck process, standard deviation `momentum`, memory
                `momentum_days`; it starts in its stationary state
    carry_over: `carry_over` * trail, trail_i = exp(-gap / carry_days) * max(trail_{i-1}, x_{i-1})
                where x is the part of (lottery + noise) of the earlier post above `HIT`
    drop:       a step of the level before the last `drop_share` of the posts; none by default,
                and the demo's account falls by it
    lottery:    with probability `viral_rate` a jump of `viral_size` * (1 + Exp(1)), minus the
                mean of that, so the viral regime's *expected* log views are those of its
                pattern: no model of the mean can see it, only a model of the probability can
    w:          1 if the first seconds show words on the screen, by a coin within the regime
                `words_regime`; all films of another regime show words, or none does
    s:          1 if the voice begins late, by a coin; late is `LATE` seconds after where it
                would have begun, and until then somebody knocks as often and as loudly
                Means are those over the posts that the coin was thrown for, so that neither
                moves the mean of a regime

`log_views` is ln(1 + views). Posting times, regimes, energies, captions and all shocks are
drawn from streams of their own that depend on the seed alone, so two creators of one seed and
different effects differ in their views (and what follows from views) and in nothing else.

The hook effects are as large as 140 posts need. In a regime of 42 posts whose luck has a standard
deviation near 0.8 the standard error of the difference between halves is 0.25 log views, in the
87 posts of regimes that speak 0.17; what content and other facts take off adds a fifth or more.
Of a family of twenty facts one is named from about three standard errors on. With a factor of
2.5 for each, most creators show one of the two (`benchmarks/hooks.py`).

What is *not* planted is as much part of the truth: video length, caption length, number of
hashtags, language and day of the year move nothing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from virality.core.paths import DEMO_AUTHOR as AUTHOR
from virality.demo.table_errors import TableError

ZONE = "UTC"
BASE = 10.6  # about 40,000 views
HIT = 1.0  # log views above what was expected, from which a post leaves a trail
FIRST_DAY = pd.Timestamp("2023-02-01", tz="UTC")

# share of posts, effect in units of `Effects.regime` (mean zero over the shares)
REGIMES = {
    "storytime": (0.30, -1.0),
    "coffee": (0.20, 0.0),
    "travel": (0.20, 1.2),
    "science": (0.12, 0.5),
    "cat": (0.18, 0.0),
}
WORDLESS = ("cat",)  # regimes whose films never show words
SPEAKING = ("storytime", "coffee", "science")  # regimes in which somebody speaks
LATE = (1.2, 1.8)  # seconds: by how much later a late voice begins
DEMO_DROP = float(np.log(0.4))  # of the demo's level, beside its wandering
STAY = 0.25  # chance that a post continues the series of the one before
# terms that could be known when a post goes up, in the order of the book
KNOWABLE = ("momentum", "posting_time", "content", "energy", "words", "late_speech")
HOOK = KNOWABLE[-2:]  # terms that came with the facts of the first seconds


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
    drop : float
        Step of the level near the end of the record; negative: it falls.
    drop_share : float
        Share of the posts, the last ones, that come after that step.
    evening : float
        Height of the daily wave, peak at 20:00 UTC; negative: mornings are better.
    weekend : float
        Gain of a post on Saturday or Sunday.
    regime : float
        Multiplies the pattern of the content regimes; negative turns their order round.
    energy : float
        Gain per standard deviation of early energy.
    words : float
        Gain of a post that shows words on the screen over one that does not.
    words_regime : str
        The only regime in which that makes a difference, and in which both are met with.
    late_speech : float
        Gain of a post whose voice begins late; negative: it hurts.
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
    drop: float = 0.0
    drop_share: float = 0.055
    evening: float = 0.4
    weekend: float = 0.15
    regime: float = 0.6
    energy: float = 0.12
    words: float = 0.9
    words_regime: str = "storytime"
    late_speech: float = -0.9
    viral_regime: str = "cat"
    viral_rate: float = 0.25
    viral_size: float = 1.1
    noise: float = 0.7

    def __post_init__(self):
        if self.viral_regime not in REGIMES:
            raise ValueError(f"viral_regime must be one of {', '.join(REGIMES)}")
        if self.words_regime not in set(REGIMES).difference(WORDLESS):
            raise ValueError("words_regime must be a regime whose films show words")
        if not 0 <= self.viral_rate <= 1:
            raise ValueError("viral_rate must lie between 0 and 1")
        if not 0 <= self.drop_share <= 1:
            raise ValueError("drop_share must lie between 0 and 1")

    def reversed(self) -> Effects:
        """Return the effects with their signs turned round: drop, time, regime, energy, hook."""
        signed = ("drop", "evening", "weekend", "regime", "energy", *HOOK)
        turned: dict[str, Any] = {name: -getattr(self, name) for name in signed}
        return replace(self, **turned)

    def without(self, *names: str) -> Effects:
        """Return the effects with those named set to zero."""
        nothing: dict[str, Any] = dict.fromkeys(names, 0.0)
        return replace(self, **nothing)

    @classmethod
    def demo(cls) -> Effects:
        """Return the effects of the demo: the usual ones, and a level that falls near the end."""
        return cls(drop=DEMO_DROP)

    @classmethod
    def null(cls, noise: float = 0.7) -> Effects:
        """Return effects of which nothing but noise is left."""
        account = ("momentum", "carry_over", "drop", "viral_rate")
        return cls(noise=noise).without(*account, "evening", "weekend", "regime", "energy", *HOOK)


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one ingredient; adding an ingredient leaves others alone.

    Parameters
    ----------
    seed : int
        Of the creator.
    name : str
        Of the ingredient.

    Returns
    -------
    Generator
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _draw_regimes(n_posts: int, seed: int) -> np.ndarray:
    """Return the regime of each post, in short series."""
    rng = stream(seed, "regimes")
    names, shares = list(REGIMES), [share for share, _ in REGIMES.values()]
    drawn = rng.choice(len(names), n_posts, p=shares)
    new = rng.random(n_posts) >= STAY
    new[0] = True
    return np.array(names)[drawn[np.maximum.accumulate(np.where(new, np.arange(n_posts), 0))]]


def _slow_level(days: np.ndarray, effects: Effects, seed: int) -> np.ndarray:
    """Return the account's level at the given days (exact at irregular gaps)."""
    shocks = stream(seed, "level").normal(size=len(days))
    keep = np.exp(-np.diff(days) / effects.momentum_days)
    level = np.empty(len(days))
    level[0] = shocks[0]
    for i, memory in enumerate(keep, start=1):
        level[i] = memory * level[i - 1] + np.sqrt(1 - memory**2) * shocks[i]
    return effects.momentum * level


def _trail_of_hits(days: np.ndarray, surprise: np.ndarray, effects: Effects) -> np.ndarray:
    """Return what earlier hits still give at each post."""
    fade = np.exp(-np.diff(days) / effects.carry_days)
    excess = np.clip(surprise - HIT, 0, None)
    trail = np.zeros(len(days))
    for i, share in enumerate(fade, start=1):
        trail[i] = share * max(trail[i - 1], excess[i - 1])
    return effects.carry_over * trail


def _step(n_posts: int, effects: Effects) -> np.ndarray:
    """Return by how much the level has changed for good at each post."""
    after = round(effects.drop_share * n_posts)
    return effects.drop * (np.arange(n_posts) >= n_posts - after)


def _play(plays: np.ndarray, effects: Effects, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Which posts win the lottery, and what it adds to each; on average nothing."""
    rng = stream(seed, "lottery")
    viral = plays & (rng.random(len(plays)) < effects.viral_rate)
    jump = effects.viral_size * (1 + rng.exponential(1.0, len(plays)))
    return viral, np.where(viral, jump, 0) - plays * effects.viral_rate * 2 * effects.viral_size


def _draw_words(regime: np.ndarray, effects: Effects, seed: int) -> np.ndarray:
    """Whether each post shows words on the screen: by a coin in one regime, else by regime."""
    heads = stream(seed, "words on screen").random(len(regime)) < 0.5
    return np.where(regime == effects.words_regime, heads, ~np.isin(regime, WORDLESS))


def _draw_delays(regime: np.ndarray, seed: int) -> np.ndarray:
    """By how many seconds each post's voice is late; 0 where it is not, or nobody speaks."""
    rng = stream(seed, "late speech")
    late = rng.random(len(regime)) < 0.5
    return np.where(late & np.isin(regime, SPEAKING), rng.uniform(*LATE, len(regime)), 0.0)


def _gain(size: float, chosen: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return what the chosen posts gain over others among which they are; on average nothing."""
    return size * among * (chosen - (chosen[among].mean() if among.any() else 0.0))


def structural_terms(times: pd.DatetimeIndex, effects: Effects, seed: int) -> pd.DataFrame:
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
        ``regime``, ``early_energy`` (0 to 1), ``viral``, ``words_on_screen`` (bool),
        ``speech_delay`` (s; 0 where no voice is late), the terms ``level``, ``carry_over``,
        ``drop``, ``posting_time``, ``content``, ``energy``, ``words``, ``late_speech``,
        ``lottery``, ``noise`` and their sum with the base, ``log_views``.
    """
    n = len(times)
    days = (times - FIRST_DAY) / pd.Timedelta(days=1)
    hour = times.hour + times.minute / 60
    regime = _draw_regimes(n, seed)
    early_energy = stream(seed, "energy").uniform(0, 1, n)
    viral, lottery = _play(regime == effects.viral_regime, effects, seed)
    shown, delay = _draw_words(regime, effects, seed), _draw_delays(regime, seed)
    noise = effects.noise * stream(seed, "noise").standard_t(6, n) / np.sqrt(6 / 4)

    terms = pd.DataFrame(
        {
            "level": _slow_level(np.asarray(days), effects, seed),
            "carry_over": _trail_of_hits(np.asarray(days), lottery + noise, effects),
            "drop": _step(n, effects),
            "posting_time": effects.evening * np.cos(2 * np.pi * (hour - 20) / 24)
            + effects.weekend * (times.day_of_week >= 5),
            "content": effects.regime * np.array([REGIMES[name][1] for name in regime]),
            "energy": effects.energy * (early_energy - 0.5) * np.sqrt(12),
            "words": _gain(effects.words, shown, regime == effects.words_regime),
            "late_speech": _gain(effects.late_speech, delay > 0, np.isin(regime, SPEAKING)),
            "lottery": lottery,
            "noise": noise,
        }
    )
    log_views = np.maximum(BASE + terms.sum(axis=1), 0.0)
    drawn = {
        "regime": regime,
        "early_energy": early_energy,
        "viral": viral,
        "words_on_screen": shown,
        "speech_delay": delay,
    }
    return pd.concat([pd.DataFrame(drawn), terms, log_views.rename("log_views")], axis=1)


@dataclass(frozen=True)
class Drop:
    """A planted step of the level.

    Parameters
    ----------
    at : Timestamp
        The first post after it.
    factor : float
        The level after it over the one before.
    posts : int
        Posts after it.
    """

    at: pd.Timestamp
    factor: float
    posts: int


@dataclass(frozen=True)
class Truth:
    """Everything that the simulation knows.

    Parameters
    ----------
    seed, n_posts : int
        What it was made from.
    effects : Effects
        Planted sizes in log views.
    posts : DataFrame
        One row a post: ``post_id``, ``posted_at``, ``regime``, ``early_energy``, ``viral``,
        ``words_on_screen``, ``speech_delay``, the terms of the structural model and
        ``log_views``.
    errors : tuple of TableError
        What is wrong in the CSV on purpose.
    odd_videos : dict of str to str
        post_id -> "no file", "no sound", "short" or "photo".
    author, zone : str
        Handle; time zone of the times in the CSV.
    """

    seed: int
    n_posts: int
    effects: Effects
    posts: pd.DataFrame
    errors: tuple[TableError, ...] = ()
    odd_videos: dict[str, str] = field(default_factory=dict)
    author: str = AUTHOR
    zone: str = ZONE

    def terms(self) -> pd.DataFrame:
        """Return the knowable terms, indexed by ``post_id`` (log views; columns `KNOWABLE`)."""
        posts = self.posts.set_index("post_id")
        terms = posts[[name for name in KNOWABLE if name != "momentum"]].copy()
        terms["momentum"] = posts["level"] + posts["carry_over"] + posts["drop"]
        return terms[list(KNOWABLE)]

    def drop(self) -> Drop | None:
        """Return the planted step of the level; None where there is none among these posts."""
        after = self.posts["drop"] != 0
        if not after.any():
            return None
        at = self.posts.loc[after, "posted_at"].min()
        return Drop(at, float(np.exp(self.effects.drop)), int(after.sum()))

    def planted(self) -> pd.Series:
        """Return the standard deviation of each knowable term.

        0 where nothing was planted; NaN for a single post, which cannot show it.
        """
        return self.terms().std(ddof=0 if len(self.posts) > 1 else 1)

    def ceiling(self) -> float:
        """Return R² of somebody who knows every term but lottery and noise (NaN if undefined).

        No honest model can be expected to come near it: it would have to know the account's
        level at the very moment of posting and every effect exactly.
        """
        known = self.terms().sum(axis=1).to_numpy()
        total = self.posts["log_views"].to_numpy()
        spread = np.square(total - total.mean()).sum()
        rest = (total - known) - (total - known).mean()
        return float(1 - np.square(rest).sum() / spread) if spread > 0 else float("nan")
