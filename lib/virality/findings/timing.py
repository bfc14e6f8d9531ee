"""What the record says about when to post: one claim, or the reason why there is none."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.advice.hours import PARTS, Slot
from virality.advice.timing import CLAIM_FROM, SURE, Gain, WhenToPost
from virality.core.protocol import ALPHA, MIN_POSTS
from virality.core.text import DataText

NO_ZONE = "UTC"  # what is taken where nobody says where the creator lives
MOST_UNTRIED = 2  # slots that a sentence names


class Verdict(Enum):
    """What may be said about hours."""

    NO_HOURS = "no hour is known"
    TOO_FEW = "too few posts"
    NARROW = "nothing else was tried"
    NONE = "no difference is shown"
    UNSURE = "a difference, but no slot"
    GONE = "did not come back"
    CLAIM = "a better time"


class Size(Enum):
    """What the interval of a claimed gain says."""

    ABOVE = "all of it is a gain"
    OPEN = "it holds no gain as well"


class Content(Enum):
    """What is known of the kinds of post."""

    SEEN = "picture, sound or words"
    FORM = "form alone"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Untried:
    """A slot of which nothing can be said, and the posts that it lacks."""

    slot: Slot
    needed: int


@dataclass(frozen=True)
class When:
    """When to post.

    Attributes
    ----------
    verdict : Verdict
    n, n_untimed, missing : int
        Settled posts whose hour is known, those whose hour is not, and how many more a claim takes.
    zone : DataText
    zone_given : bool
        Whether it is another one than is taken where none is given.
    habit : Slot or None
        The slot with most posts; None where the posts make no habit yet.
    habit_share : float
        Of the posts.
    n_slots, n_tried : int
    untried : tuple of Untried
        Those that lack fewest posts, at most two.
    drawn : tuple of (float, float), or None
        The lowest and the highest factor over the habit that the picture shows; None without.
    p, chance : float
        Of the test, and that `slot` is better than the habit; NaN where nothing was tested.
    slot : Slot or None
        The best by the older half.
    factor, low, high : float
        Its gain over the habit in the newer half, with an 80 % interval.
    n_measured : int
        Posts of the slot behind it.
    size : Size
    detectable : float
        Factor that would have been claimed in about two cases of three.
    content : Content
    """

    verdict: Verdict
    n: int
    n_untimed: int
    missing: int
    zone: DataText
    zone_given: bool
    habit: Slot | None
    habit_share: float
    n_slots: int
    n_tried: int
    untried: tuple[Untried, ...]
    drawn: tuple[float, float] | None = None
    p: float = np.nan
    chance: float = np.nan
    slot: Slot | None = None
    factor: float = np.nan
    low: float = np.nan
    high: float = np.nan
    n_measured: int = 0
    size: Size = Size.OPEN
    detectable: float = np.nan
    content: Content = Content.NOTHING

    @property
    def against(self) -> float:
        """The chance that the slot is no better than the habit."""
        return 1 - self.chance


@dataclass(frozen=True)
class Luck:
    """The best raw slot, and the best one where views are shifted against hours, as factors."""

    raw: float
    shifted: float


def when(found: WhenToPost, timezone: str) -> When:
    """Judge what may be said about hours.

    Parameters
    ----------
    found : WhenToPost
    timezone : str
        In which hours were counted.

    Returns
    -------
    When
    """
    slots = found.hours[found.hours["days"].isin(PARTS)]
    fullest = slots.loc[slots["posts"].idxmax()]
    near = slots[slots["needed"] > 0].sort_values("needed", kind="stable").head(MOST_UNTRIED)
    gain = found.gain
    return When(
        verdict=_verdict(found),
        n=found.n,
        n_untimed=found.n_untimed,
        missing=max(0, CLAIM_FROM - found.n),
        zone=DataText(timezone),
        zone_given=timezone != NO_ZONE,
        habit=_slot(fullest) if found.n >= MIN_POSTS else None,
        habit_share=fullest["posts"] / found.n if found.n else np.nan,
        n_slots=len(slots),
        n_tried=int((slots["needed"] == 0).sum()),
        untried=tuple(Untried(_slot(row), int(row["needed"])) for _, row in near.iterrows()),
        drawn=(float(slots["factor"].min()), float(slots["factor"].max()))
        if slots["factor"].notna().any()
        else None,
        p=found.p,
        chance=found.chance,
        slot=found.slot,
        factor=gain.factor if gain else np.nan,
        low=gain.low if gain else np.nan,
        high=gain.high if gain else np.nan,
        n_measured=gain.posts if gain else 0,
        size=Size.ABOVE if gain and gain.low > 1 else Size.OPEN,
        detectable=found.detectable,
        content=_content(found.content),
    )


def luck(best: np.ndarray) -> Luck | None:
    """Set the best raw slot beside the best ones that luck alone makes.

    Parameters
    ----------
    best : ndarray of shape (1 + n_shifts,)
        Factor of the best slot over the usual post: as it is, then with views shifted.

    Returns
    -------
    Luck or None
        None where no slot has posts enough.
    """
    known = best[1:][np.isfinite(best[1:])]
    if not len(known) or not np.isfinite(best[0]):
        return None
    return Luck(float(best[0]), float(np.median(known)))


def stored(found: WhenToPost, timezone: str) -> dict:
    """Return the claim as an artefact holds it.

    Parameters
    ----------
    found : WhenToPost
    timezone : str

    Returns
    -------
    dict
        What JSON can hold; None for what is not known.
    """
    numbers = {"p": found.p, "chance": found.chance, "detectable": found.detectable}
    slot = found.slot
    return {
        "verdict": _verdict(found).name,
        "n": found.n,
        "n_untimed": found.n_untimed,
        "timezone": timezone,
        **{name: None if np.isnan(value) else value for name, value in numbers.items()},
        "slot": {"part": slot.part, "start": slot.start, "end": slot.end} if slot else None,
        "gain": asdict(found.gain) if found.gain else None,
        "content": list(found.content),
    }


def restored(claim: dict, hours: pd.DataFrame) -> WhenToPost:
    """Return the claim of the artefacts `timing_claim` and `timing`.

    Parameters
    ----------
    claim : dict
        From :func:`stored`.
    hours : DataFrame
        From :func:`hours_table`.

    Returns
    -------
    WhenToPost
    """
    numbers = {
        name: np.nan if claim[name] is None else float(claim[name])
        for name in ("p", "chance", "detectable")
    }
    slot, gain = claim["slot"], claim["gain"]
    return WhenToPost(
        n=claim["n"],
        n_untimed=claim["n_untimed"],
        hours=hours,
        slot=Slot(slot["part"], slot["start"]) if slot else None,
        gain=Gain(**gain) if gain else None,
        content=tuple(claim["content"]),
        **numbers,
    )


def hours_table(found: WhenToPost) -> pd.DataFrame:
    """Return the hours as the artefact holds them."""
    return found.hours.astype({"days": "string"}).reset_index(drop=True)


def _slot(row: pd.Series) -> Slot:
    return Slot(str(row["days"]), int(row["start"]))


def _verdict(found: WhenToPost) -> Verdict:
    if not found.n:
        return Verdict.NO_HOURS
    if found.n < CLAIM_FROM or np.isnan(found.p):
        return Verdict.TOO_FEW
    if found.slot is None or found.gain is None:
        return Verdict.NARROW
    if found.claimed:
        return Verdict.CLAIM
    if found.p > ALPHA:
        return Verdict.NONE
    return Verdict.UNSURE if found.chance <= SURE else Verdict.GONE


def _content(blocks: tuple[str, ...]) -> Content:
    if {"caption_text", "hashtag_text", "vision", "audio"} & set(blocks):
        return Content.SEEN
    return Content.FORM if blocks else Content.NOTHING
