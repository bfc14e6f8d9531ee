"""What the first screen of a report says: the numbers of its chapters, and no number of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from virality.advice.choices import HASHTAGS, KIND, SEPARATOR
from virality.advice.steps.candidates import TOGETHER
from virality.advice.steps.next_steps import LATELY, State
from virality.core.captions import hashtags
from virality.core.paths import UNKNOWN_AUTHOR
from virality.core.protocol import MIN_POSTS
from virality.core.text import DataText
from virality.explanation.clusters import letter
from virality.findings import changes, steps
from virality.findings.changes import Last
from virality.findings.data import Concentration, top_tenth
from virality.findings.index import Prediction, prediction
from virality.findings.scores import Record, record
from virality.findings.steps import NextPosts
from virality.findings.whatif import Choice

LAST = 10  # settled posts that say how it goes lately
RANGE = (0.1, 0.5, 0.9)  # of views: eight in ten lie between the outer two
MOST_UNDECIDED = 3  # that are named
_PASSED = (State.HABIT, State.SAME, State.FURTHER, State.SUGGESTED)
_CLASSIC = "classic"  # kind of an encoder that has learned nothing

#: What may be said of hashtags and kinds of post; UNTOLD: nothing was done in two ways.
Told = Enum("Told", "TOO_FEW UNTOLD NOTHING FOUND")


@dataclass(frozen=True)
class Reach:
    """How many views posts get.

    Attributes
    ----------
    n : int
    low, median, high : float
        Eight in ten posts get views between the outer two.
    views : tuple of float
        Of every post, in order of time.
    last : float
        Median of the last `LAST` settled posts; NaN where there are not so many.
    top : Concentration
    """

    n: int
    low: float
    median: float
    high: float
    views: tuple[float, ...]
    last: float
    top: Concentration

    @property
    def ranged(self) -> bool:
        """Whether there are posts enough, and different enough, for a range."""
        return self.top.uneven is not None and self.low < self.high


@dataclass(frozen=True)
class Line:
    """A hashtag or a kind of post, and what went with it.

    Attributes
    ----------
    about : Choice
        Its `factor` has an interval that holds for all choices together.
    lately, lately_known : int
        Of so many last settled posts, so many have it.
    among_top, n_top : int
        Of so many most viewed posts, so many have it.
    """

    about: Choice
    lately: int
    lately_known: int
    among_top: int
    n_top: int


@dataclass(frozen=True)
class FirstScreen:
    """What the first screen says.

    Attributes
    ----------
    who : DataText or None
        Whose posts these are; None where it is withheld, not known, or several.
    first, last : str
        Months of the first and the last post: "Feb 2023".
    simulated, stand_ins : bool
        Whether a program made the posts, and whether something is described by the classic
        encoders, which have learned nothing.
    reach : Reach or None
        None without a post.
    told : Told
    needed : int
        Settled posts from which anything is compared.
    more, less, undecided : tuple of Line
        What stood out of all candidates together, and of the others the most used.
    n_further : int
        Hashtags and kinds beyond those that are named.
    record : Record
    forecast : Prediction or None
    changed : Last
    coming : NextPosts
    """

    who: DataText | None
    first: str
    last: str
    simulated: bool
    stand_ins: bool
    reach: Reach | None
    told: Told
    needed: int
    more: tuple[Line, ...]
    less: tuple[Line, ...]
    undecided: tuple[Line, ...]
    n_further: int
    record: Record
    forecast: Prediction | None
    changed: Last
    coming: NextPosts

    @property
    def views(self) -> tuple[float, ...]:
        """Of every post, in order of time."""
        return self.reach.views if self.reach else ()


def first_screen(
    run: Mapping[str, Any],
    facts: dict,
    *,
    private: bool = False,
    running: bool = False,
    simulated: bool = False,
    embargo_days: float = 7,
) -> FirstScreen:
    """Return what the first screen says.

    Parameters
    ----------
    run : mapping of str to artefact
        Its `posts`, `level`, `changes`, `regimes`, `next` and `encoders`.
    facts : dict
        From :func:`virality.findings.summary.facts`.
    private : bool
        True names neither the creator nor a hashtag.
    running : bool
        Whether an experiment is planned.
    simulated : bool
        Whether a program made the posts.
    embargo_days : float
        Days until a post counts as matured.

    Returns
    -------
    FirstScreen
    """
    posts = run["posts"].sort_values("posted_at", kind="stable")
    level, table = run["level"], run["next"]
    settled = set(level.loc[level["settled"], "post_id"])
    told, passed, others = _compared(table, posts, run["regimes"], settled, private)
    first, last = months(posts)
    return FirstScreen(
        who=None if private else _who(posts),
        first=first,
        last=last,
        simulated=simulated,
        stand_ins=stand_ins(run["encoders"]),
        reach=reach(posts, settled),
        told=told,
        needed=MIN_POSTS,
        more=tuple(line for line in passed if line.about.factor.value > 1),
        less=tuple(line for line in passed if not line.about.factor.value > 1),
        undecided=others[:MOST_UNDECIDED],
        n_further=len(others[MOST_UNDECIDED:]),
        record=record(facts["n_posts"]),
        forecast=prediction(facts),
        changed=changes.last(level, run["changes"]),
        coming=steps.next_posts(
            table, posts, private=private, running=running, embargo_days=embargo_days
        ),
    )


def reach(posts: pd.DataFrame, settled: set[str] | None = None) -> Reach | None:
    """Return how many views posts get; None without a post.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts, in order of time.
    settled : set of str, optional
        Posts that had time to grow, by post_id; all when left out.
    """
    if posts.empty:
        return None
    views = posts["views"].astype(float)
    last = views if settled is None else views[posts["post_id"].isin(settled).to_numpy()]
    lately = float(last.tail(LAST).median()) if len(last) >= LAST else np.nan
    low, median, high = map(float, np.quantile(views, RANGE))
    return Reach(len(posts), low, median, high, tuple(views), lately, top_tenth(posts))


def _who(posts: pd.DataFrame) -> DataText | None:
    authors = posts["author"].unique()
    named = len(authors) == 1 and authors[0] != UNKNOWN_AUTHOR
    return DataText(str(authors[0])) if named else None


def months(posts: pd.DataFrame) -> tuple[str, str]:
    """Return the months of the first and of the last post: "Feb 2023"; "" without one."""
    if posts.empty:
        return "", ""
    days = posts["posted_at"]
    return f"{days.min():%b %Y}", f"{days.max():%b %Y}"


def stand_ins(encoders: Mapping[str, Any]) -> bool:
    """Return whether the classic encoders, which have learned nothing, described something.

    Parameters
    ----------
    encoders : mapping
        Artefact.
    """
    parts = (encoders.get(f"{part}_encoder") or {} for part in ("text", "vision", "audio"))
    return any(part.get("kind") == _CLASSIC for part in parts)


# ------------------------------------------------------------------ hashtags and kinds of post


def _compared(
    table: pd.DataFrame,
    posts: pd.DataFrame,
    regimes: pd.DataFrame,
    settled: set[str],
    private: bool,
) -> tuple[Told, list[Line], tuple[Line, ...]]:
    """What may be said, the lines that stood out, and the others, the most used first."""
    named = ((table["family"] == HASHTAGS) | (table["family"] == KIND)) & (table["label"] != "")
    asked = table[named & np.isfinite(table["p"])]
    if not len(table) or table["n"].max() < MIN_POSTS:
        return Told.TOO_FEW, [], ()
    if asked.empty:
        return Told.UNTOLD, [], ()
    passed = asked["state"].isin([state.name for state in _PASSED])
    kinds = (asked["family"] == KIND).rename("kind")
    rest = asked.assign(kind=kinds)[~passed].sort_values(
        ["kind", "n_with"], ascending=False, kind="stable"
    )
    lines = [
        (row.Index, _line(row, has, posts, settled, private))
        for row, has in _apart(pd.concat([asked[passed], rest]), posts, regimes)
    ]
    stood_out = [line for place, line in lines if passed[place]]
    others = tuple(line for place, line in lines if not passed[place])
    return Told.FOUND if stood_out else Told.NOTHING, stood_out, others


def _apart(
    rows: pd.DataFrame, posts: pd.DataFrame, regimes: pd.DataFrame
) -> Iterator[tuple[Any, pd.Series]]:
    """Those that say something of their own, in order: not the posts of one before them again."""
    taken: list[tuple[Any, pd.Series]] = []
    for row in rows.itertuples():
        has = _having(row, posts, regimes)
        tags = _tags(row)
        if any(tags & _tags(other) or _alike(has, its) for other, its in taken):
            continue
        taken.append((row, has))
        yield row, has


def _tags(row) -> set[str]:
    words = row.label.casefold().split(SEPARATOR)
    return {word[1:] for word in words if word[0] == "#"} if row.family == KIND else set(words)


def _having(row, posts: pd.DataFrame, regimes: pd.DataFrame) -> pd.Series:
    """Whether each post has the hashtag, or is of the kind: 1, 0, or NaN where not known."""
    words = row.label.split(SEPARATOR)
    if row.family == KIND:
        kind = regimes.set_index("post_id")["regime"].dropna().map(letter)
        own = kind.reindex(posts["post_id"])
        return own.eq(words[0]).astype(float).where(own.notna())
    tags = {tag.casefold() for tag in words}
    used = [
        float(bool(tags & {tag.casefold() for tag in hashtags(caption)}))
        if isinstance(caption, str)
        else np.nan
        for caption in posts["caption"]
    ]
    return pd.Series(used, index=posts["post_id"])


def _alike(one: pd.Series, other: pd.Series) -> bool:
    """Whether two sit on much the same posts, or on all but the same."""
    both = np.isfinite(one.to_numpy()) & np.isfinite(other.to_numpy())
    pair = np.stack([one.to_numpy()[both], other.to_numpy()[both]])
    if pair.shape[1] < 3 or not (np.ptp(pair, axis=1) > 0).all():
        return False
    return bool(abs(np.corrcoef(pair)[0, 1]) >= TOGETHER)


def _line(row, has: pd.Series, posts: pd.DataFrame, settled: set[str], private: bool) -> Line:
    known = has[has.index.isin(settled)].dropna().tail(LATELY)
    n_top = top_tenth(posts).n_top
    top = posts.sort_values("views", ascending=False, kind="stable")["post_id"].head(n_top)
    about = steps.subject(row, private)
    assert isinstance(about, Choice)  # a hashtag or a kind of post
    return Line(about, int(known.sum()), len(known), int(has[list(top)].sum()), n_top)
