"""Simulated accounts as real ones are: what they say returns and carries an effect that is known.

`known_truth` has columns without a meaning; here an account has captions, hours and lengths, so
that text features and similarities between posts can be tried on it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.demo.courses import level_course, spread_course, with_memory
from virality.demo.talk import speak
from virality.posts.platforms import TIKTOK
from virality.posts.schema import POSTS

LEVELS = ("white", "ar", "ar8", "slow", "walk", "jump", "spread")
LUCK = ("t", "viral", "normal")
MEMORY = {"ar": 0.5, "ar8": 0.8}  # of a post's luck
SLOW = 0.95  # memory of a slow level
TAIL = 4  # degrees of freedom of Student's t
VIRAL_CHANCE, VIRAL_SIZE = 0.08, 1.6  # a lucky post's extra, exponential, in units of ordinary luck
FIRST_DAY = pd.Timestamp("2022-01-03", tz="UTC")  # a Monday
PAUSE_CHANCE, PAUSE_DAYS = 0.02, (14, 60)
BEST_HOUR = 19.0  # where the accounts' hours have something in common
PHOTO_CHANCE = 0.05
MEDIAN_LENGTH = 19.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Shares of a post's own variance (the level apart), by what carries them; luck has the rest.

    Parameters
    ----------
    topics, series, hashtags, phrases : float
        What a post says.
    hour, weekday, length : float
        When it goes up (UTC), and how long it is.

    Raises
    ------
    UserError
        When a share is negative, or they are more than one together.
    """

    topics: float = 0.08
    series: float = 0.05
    hashtags: float = 0.03
    phrases: float = 0.02
    hour: float = 0.015
    weekday: float = 0.01
    length: float = 0.025

    def __post_init__(self):
        if min(asdict(self).values()) < 0 or self.total > 1:
            raise UserError("Shares of variance must not be negative, nor above one together.")

    @property
    def total(self) -> float:
        """All but luck."""
        return sum(asdict(self).values())

    def times(self, factor: float) -> Shares:
        """Every share multiplied."""
        return Shares(**{name: factor * share for name, share in asdict(self).items()})

    @classmethod
    def only(cls, **shares: float) -> Shares:
        """These shares, and none for anything else.

        >>> Shares.only(hashtags=0.25).total
        0.25
        """
        return replace(cls().times(0), **shares)


@dataclass(frozen=True, kw_only=True)
class World:
    """What kind of account is simulated.

    Parameters
    ----------
    n : int
        Posts, at least 1.
    level : {"white", "ar", "ar8", "slow", "walk", "jump", "spread"}
        No level; luck with memory .5 or .8; a level with memory .95; a random walk; rare jumps;
        no level, but a spread that grows fourfold.
    level_size : float
        Of the level, in units of a post's own spread: standard deviation of a slow level, and
        multiple of the usual steps of a walk or jump.
    luck : {"t", "viral", "normal"}
        Student's t with 4 degrees of freedom; normal with an exponential extra for 8 posts in a
        hundred; normal.  All of unit variance.
    shares : Shares
    half_life : float
        Posts after which half of an effect of words is forgotten; infinite = they stay.
    common : float
        Share of the effects of hour, weekday and length that all accounts have in common.
    paraphrase : float
        Chance of a topic's word to be another than the usual one of the same meaning.
    base, spread : float
        Mean and own standard deviation of a post's log views.
    days_between : float
        Mean days from post to post, pauses apart.

    Raises
    ------
    UserError
        When there would be no post, or for a level or luck that is not known.
    """

    n: int = 200
    level: str = "slow"
    level_size: float = 0.4
    luck: str = "t"
    shares: Shares = field(default_factory=Shares)
    half_life: float = 200.0
    common: float = 0.5
    paraphrase: float = 0.1
    base: float = 9.0
    spread: float = 1.1
    days_between: float = 2.0

    def __post_init__(self):
        if self.n < 1:
            raise UserError("A simulated creator needs at least one post.")
        for what, value, known in (("level", self.level, LEVELS), ("luck", self.luck, LUCK)):
            if value not in known:
                raise UserError(
                    f"There is no {what} called '{value}'.", do=f"Choose from: {', '.join(known)}."
                )


@dataclass(frozen=True)
class Truth:
    """What moved the views.

    Attributes
    ----------
    world : World
    terms : DataFrame of shape (n, 9)
        level, the ingredients of `Shares`, luck: in log units, index post_id.  With `world.base`
        they add up to the log views before these are rounded.
    """

    world: World
    terms: pd.DataFrame

    @property
    def shares(self) -> pd.Series:
        """Share of each ingredient, luck among them, of a post's own variance."""
        own = self.terms.drop(columns="level").var(ddof=0)
        return own / max(own.sum(), 1e-12)


def simulate_world(
    world: World, seed: int | list[int] = 0, author: str = "simulated"
) -> tuple[pd.DataFrame, Truth]:
    """Simulate one account.

    Parameters
    ----------
    world : World
    seed : int or list of int
        Everything follows from it.
    author : str
        Name of the account; post ids begin with it.

    Returns
    -------
    posts : DataFrame, n rows
        Columns and types of the tidy posts table, in order of time; no films.
    truth : Truth

    Examples
    --------
    >>> posts, truth = simulate_world(World(n=40), seed=1)
    >>> posts[["posted_at", "views"]].shape
    (40, 2)
    >>> list(truth.terms)[:4]
    ['level', 'topics', 'series', 'hashtags']
    """
    streams = np.random.default_rng(seed).spawn(5)
    talk = speak(world.n, world.paraphrase, streams[0])
    times = _times(world, talk.eras, streams[1])
    seconds = _lengths(world.n, streams[2])
    length = np.log(np.nan_to_num(seconds, nan=MEDIAN_LENGTH))
    clock = {"hour": _hour(times), "weekday": times.day_of_week, "length": length}
    unit = {what: _said(world, held, streams[3]) for what, held in talk.holds.items()}
    unit |= {what: _placed(world, what, np.asarray(at), streams[3]) for what, at in clock.items()}
    parts = _own(world, unit, streams[4])
    identifier = pd.Index([f"{author}{i:05d}" for i in range(world.n)], name="post_id")
    truth = Truth(world, pd.DataFrame(parts, index=identifier.astype("string")))
    return _tidy(author, talk.captions, times, seconds, truth, streams[4]), truth


def _own(world: World, unit: dict[str, np.ndarray], rng: np.random.Generator) -> dict:
    """Level, ingredients and luck in log units."""
    sizes = asdict(world.shares)
    course = world.spread * spread_course(world.level, world.n)
    parts = {what: np.sqrt(sizes[what]) * unit[what] * course for what in sizes}
    luck = np.sqrt(1 - world.shares.total) * _luck(world, rng) * course
    return {"level": world.spread * _level(world, rng), **parts, "luck": luck}


def _level(world: World, rng: np.random.Generator) -> np.ndarray:
    if world.level == "slow":
        return world.level_size * with_memory(rng.standard_normal(world.n), SLOW)
    return world.level_size * level_course(world.level, world.n, rng)


def _luck(world: World, rng: np.random.Generator) -> np.ndarray:
    """Luck of unit variance and mean zero."""
    if world.luck == "t":
        luck = rng.standard_t(TAIL, world.n) / np.sqrt(TAIL / (TAIL - 2))
    else:
        luck = rng.standard_normal(world.n)
    if world.luck == "viral":
        p, extra = VIRAL_CHANCE, VIRAL_SIZE
        luck += (rng.random(world.n) < p) * rng.exponential(extra, world.n) - p * extra
        luck /= np.sqrt(1 + p * (2 - p) * extra**2)
    return with_memory(luck, MEMORY[world.level]) if world.level in MEMORY else luck


def _said(world: World, held: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The effect of what posts say, of unit variance; each thing's own effect drifts."""
    paths = with_memory(rng.standard_normal(held.shape), 0.5 ** (1 / world.half_life))
    return _standard((held * paths).sum(axis=1))


def _placed(world: World, what: str, at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The effect of hour, weekday or length, of unit variance: in part the same for all."""
    if what == "hour":
        turn = 2 * np.pi * at / 24
        common = np.cos(turn - 2 * np.pi * BEST_HOUR / 24)
        waves = np.stack([wave(k * turn) for k in (1, 2) for wave in (np.sin, np.cos)])
        own = rng.standard_normal(4) @ waves
    elif what == "weekday":
        common, own = (at >= 5).astype(float), rng.standard_normal(7)[at]
    else:
        common, own = -at, rng.standard_normal() * at + rng.standard_normal() * _standard(at) ** 2
    share = world.common
    return _standard(np.sqrt(share) * _standard(common) + np.sqrt(1 - share) * _standard(own))


def _standard(values: np.ndarray) -> np.ndarray:
    """Mean zero and unit variance; zero where nothing varies."""
    spread = values.std()
    return (values - values.mean()) / spread if spread > 1e-12 else np.zeros(len(values))


def _times(world: World, eras: np.ndarray, rng: np.random.Generator) -> pd.DatetimeIndex:
    """Upload times in order: gaps vary with the era, hours are habits, and there are pauses."""
    pace = rng.lognormal(-0.125, 0.5, eras[-1] + 1)[eras]
    gaps = rng.gamma(0.8, world.days_between / 0.8, world.n) * pace
    gaps += (rng.random(world.n) < PAUSE_CHANCE) * rng.uniform(*PAUSE_DAYS, world.n)
    habit = rng.uniform(8, 22) + rng.normal(0, 1.5, eras[-1] + 1)[eras]
    hours = np.where(rng.random(world.n) < 0.75, rng.normal(habit, 2), rng.uniform(0, 24, world.n))
    seconds = np.sort(np.floor(np.cumsum(gaps)) * 86400 + np.floor(hours % 24 * 3600))
    return FIRST_DAY.as_unit("us") + pd.to_timedelta(seconds.astype("int64"), unit="s").as_unit(
        "us"
    )


def _lengths(n: int, rng: np.random.Generator) -> np.ndarray:
    """Lengths in seconds; NaN for photos."""
    seconds = rng.lognormal(np.log(MEDIAN_LENGTH), 0.6, n).clip(5, 180).round(2)
    return np.where(rng.random(n) < PHOTO_CHANCE, np.nan, seconds)


def _hour(times: pd.DatetimeIndex) -> np.ndarray:
    return (times.hour + times.minute / 60).to_numpy()


def _tidy(author, captions, times, seconds, truth: Truth, rng: np.random.Generator) -> pd.DataFrame:
    """The posts table that follows from the truth; what nobody measured is missing."""
    n = len(captions)
    log_views = truth.world.base + truth.terms.sum(axis=1).to_numpy()
    views = np.rint(np.expm1(log_views.clip(0, 30))).astype("int64")
    rates = {"likes": 0.06, "comments": 0.0006, "shares": 0.0012, "saves": 0.004}
    known = {
        "post_id": truth.terms.index,
        "author": author,
        "platform": TIKTOK,
        "posted_at": times,
        "hour_known": True,
        "caption": captions,
        "duration_s": seconds,
        "views": views,
        **{name: _count(views, rate, rng) for name, rate in rates.items()},
        "kind": np.where(np.isnan(seconds), "photo", "video"),
        "source": "simulated",
        "source_row": np.arange(1, n + 1),
    }
    return pd.DataFrame({c.name: pd.Series(known.get(c.name), range(n), c.dtype) for c in POSTS})


def _count(views: np.ndarray, rate: float, rng: np.random.Generator) -> np.ndarray:
    """How many viewers did something, at a rate that varies from post to post."""
    return (views * rate * rng.lognormal(0, 0.5, len(views))).clip(max=views).astype("int64")
