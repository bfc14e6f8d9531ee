"""Posts of a simulated creator: when, what about, in which words, and what else a creator sees.

The subject shows in words and hashtags, as it does with real creators; language, length and
number of hashtags are drawn without regard to anything else.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Literal, overload

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.demo.model import AUTHOR, FIRST_DAY, Effects, Truth, stream, structural_terms
from virality.demo.table_errors import PHOTO
from virality.posts.platforms import TIKTOK
from virality.posts.schema import POSTS

DAYS_PER_POST = 5.2  # 140 posts in two years
TWO_YEARS = 730.0
LONGEST_SPAN = 2500.0  # days; more posts than fit this are posted more often
# positions (0-based, in time) of posts whose video is odd on purpose
ODD_VIDEOS = {9: "no file", 17: "no sound", 23: "short", PHOTO: "photo"}

UNWRITABLE = ("ja",)  # the font inside matplotlib has no such letters: films say it in English
_CAPTIONS = tomllib.loads(files("virality.demo").joinpath("captions.toml").read_text("utf-8"))
LANGUAGES = {"en": 0.72, "es": 0.10, "pt": 0.07, "de": 0.06, "ja": 0.05}


@overload
def simulate_creator(
    n_posts: int = ..., seed: int = ..., effects: Effects | None = ..., *,
    return_truth: Literal[False] = ...
) -> pd.DataFrame: ...  # fmt: skip


@overload
def simulate_creator(
    n_posts: int = ..., seed: int = ..., effects: Effects | None = ..., *,
    return_truth: Literal[True]
) -> tuple[pd.DataFrame, Truth]: ...  # fmt: skip


def simulate_creator(
    n_posts: int = 140,
    seed: int = 0,
    effects: Effects | None = None,
    *,
    return_truth: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, Truth]:
    """Simulate a creator whose truth is known: the posts, and what moved their views.

    Parameters
    ----------
    n_posts : int
        Posts, at least 1.
    seed : int
        Everything follows from it.
    effects : Effects, optional
        Sizes of what is planted, in log views; the default is a realistic creator, and
        :meth:`Effects.null` one whose views are noise.
    return_truth : bool
        Whether to return the truth as well.

    Returns
    -------
    posts : DataFrame, n_posts rows
        Columns and types of the tidy posts table, in order of time; no films.
    truth : Truth
        Terms of the model post by post (log views).  Only with `return_truth`.

    Raises
    ------
    UserError
        When there would be no post.

    Examples
    --------
    >>> posts = simulate_creator(n_posts=40, seed=1)
    >>> posts[["posted_at", "views"]].shape
    (40, 2)
    >>> posts, truth = simulate_creator(n_posts=40, seed=1, return_truth=True)
    >>> list(truth.terms())
    ['momentum', 'posting_time', 'content', 'energy', 'words', 'late_speech']
    """
    posts, truth, _ = simulate(n_posts, seed, effects or Effects())
    return (posts, truth) if return_truth else posts


def simulate(n_posts: int, seed: int, effects: Effects) -> tuple[pd.DataFrame, Truth, list[str]]:
    """Return clean posts, the truth behind them, and the words that their films show.

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
    posts : DataFrame, n_posts rows
    truth : Truth
    hooks : list of str
        "" where a film shows no words.

    Raises
    ------
    UserError
        When there would be no post.
    """
    if n_posts < 1:
        raise UserError("A simulated creator needs at least one post.")
    times = _draw_times(n_posts, seed)
    ids = _make_ids(times, seed)
    terms = structural_terms(times, effects, seed)
    terms.insert(0, "post_id", ids)
    terms.insert(1, "posted_at", times.as_unit("us"))
    captions, words = _write_captions(terms["regime"], stream(seed, "captions"))
    hooks = np.where(terms["words_on_screen"], words, "").tolist()
    odd = {ids[at]: kind for at, kind in ODD_VIDEOS.items() if at < n_posts}
    truth = Truth(seed=seed, n_posts=n_posts, effects=effects, posts=terms, odd_videos=odd)
    return _tidy(truth, captions), truth, hooks


def _tidy(truth: Truth, captions: list[str]) -> pd.DataFrame:
    """The posts table that follows from the truth; what nobody measured is missing."""
    ids, n_posts = truth.posts["post_id"], truth.n_posts
    views = np.rint(np.expm1(truth.posts["log_views"])).astype("int64").to_numpy()
    lengths = _draw_lengths(n_posts, truth.seed)
    known = {
        "post_id": ids,
        "author": AUTHOR,
        "platform": TIKTOK,
        "posted_at": truth.posts["posted_at"],
        "hour_known": True,
        "caption": captions,
        "duration_s": lengths,
        "views": views,
        **_outcomes(views, lengths, truth.posts["viral"].to_numpy(), truth.seed),
        "kind": "video",
        "url": [f"https://www.tiktok.com/@{AUTHOR}/video/{one}" for one in ids],
        "source": "simulated",
        "source_row": np.arange(1, n_posts + 1),
    }
    return pd.DataFrame({c.name: pd.Series(known.get(c.name), ids.index, c.dtype) for c in POSTS})


def _write_captions(regimes: pd.Series, rng: np.random.Generator) -> tuple[list[str], list[str]]:
    """A caption and the words in the picture for each post; the subject follows the regime."""
    languages = rng.choice(list(LANGUAGES), len(regimes), p=list(LANGUAGES.values()))
    dice = rng.random((len(regimes), 12))  # a fixed number a post, so posts stay apart
    pairs = [_write(*row) for row in zip(regimes, languages, dice, strict=True)]
    return [caption for caption, _ in pairs], [hook for _, hook in pairs]


def _write(regime: str, language: str, dice: np.ndarray) -> tuple[str, str]:
    text = _words(regime, language, dice)
    written = text if language not in UNWRITABLE else _words(regime, "en", dice)
    emoji = _pick(_CAPTIONS["emoji"][regime], dice[2]) * (1 + int(dice[3] * 2))
    tags = _some(_CAPTIONS["tags"][regime], 1 + int(dice[5] * 4), dice[6])
    tags += _some(_CAPTIONS["anywhere"], int(dice[7] * 3), dice[8])
    parts = [text, emoji if dice[4] < 0.55 else "", *(f"#{tag}" for tag in tags)]
    return " ".join(filter(None, parts)), written


def _words(regime: str, language: str, dice: np.ndarray) -> str:
    return _pick(_CAPTIONS["words"][regime][language], dice[0]).format(n=2 + int(dice[1] * 28))


def _pick(choices: list[str], die: float) -> str:
    return choices[int(die * len(choices))]


def _some(choices: list[str], count: int, die: float) -> list[str]:
    start = int(die * len(choices))
    return [choices[(start + i) % len(choices)] for i in range(min(count, len(choices)))]


def span_days(n_posts: int) -> float:
    """Return over how many days so many posts are spread."""
    if n_posts * DAYS_PER_POST <= TWO_YEARS:
        return n_posts * DAYS_PER_POST
    return min(LONGEST_SPAN, TWO_YEARS * (n_posts * DAYS_PER_POST / TWO_YEARS) ** 0.35)


def _draw_times(n_posts: int, seed: int) -> pd.DatetimeIndex:
    """Return upload times in order: whole seconds, mostly evenings, some middays and nights."""
    rng = stream(seed, "times")
    days = np.floor(np.cumsum(rng.gamma(0.9, span_days(n_posts) / n_posts / 0.9, n_posts)))
    kind = stream(seed, "time of day").choice(3, n_posts, p=[0.5, 0.3, 0.2])
    spread = stream(seed, "hours")
    evening, midday = spread.normal(19.5, 2.0, n_posts), spread.normal(12.5, 2.5, n_posts)
    hours = np.choose(kind, [evening, midday, spread.uniform(0, 24, n_posts)])
    seconds = np.sort(days * 86400 + np.floor(hours % 24 * 3600)).astype("int64")
    return FIRST_DAY + pd.to_timedelta(seconds, unit="s")


def _make_ids(times: pd.DatetimeIndex, seed: int) -> pd.Series:
    """Return video ids as text; ``id >> 32`` is the upload time in Unix seconds."""
    upload = times.as_unit("s").asi8
    rest = stream(seed, "ids").integers(0, 2**32, len(times))
    return pd.Series([str((int(a) << 32) | int(b)) for a, b in zip(upload, rest, strict=True)])


def _outcomes(views: np.ndarray, duration: np.ndarray, viral: np.ndarray, seed: int) -> dict:
    """What else a creator sees, in keeping with views and length (seconds); column by name."""
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
    return {
        "likes": count(share(0.06, 0.4, 1.5)),
        "comments": count(share(0.0006, 0.7)),
        "shares": count(share(0.0012, 0.7, 2.0)),
        "saves": count(share(0.004, 0.6, 1.5)),
        "avg_watch_s": np.round(part * duration, 1),
        "watched_full": np.round(part**1.8 * 0.8, 4),
        "new_followers": count(share(0.0009, 0.6, 1.3)),
    }


def _draw_lengths(n_posts: int, seed: int) -> np.ndarray:
    """Return lengths of the published videos in seconds, 6 to 90, most below 30."""
    drawn = stream(seed, "lengths").lognormal(np.log(19), 0.6, n_posts)
    return np.round(np.clip(drawn, 6, 90), 2)
