"""A plan: which variant goes up when, drawn at random and fixed before the first post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

from virality.advice.experiments.detectable import pair_spread
from virality.advice.experiments.schedule import days, habit, hours
from virality.advice.experiments.sequential import FEWEST_PAIRS, MOST_PAIRS
from virality.core import hashing
from virality.core.bounds import holds, shown
from virality.core.errors import UserError
from virality.core.text import clean
from virality.posts.timing import known_zone

FEWEST_POSTS, MOST_POSTS = 2 * FEWEST_PAIRS, 2 * MOST_PAIRS
LONGEST_NAME = 60
MOST_SEED = 10**9
USUAL_WAY = "as usual"
A, B = "A", "B"
#: What a post has beside its variant that the past can tell the worth of.
ASPECTS = ("caption", "hashtags", "length", "time")
_LETTERS = "bcdfghjkmnpqrstvwxz"  # no vowels: no words by accident
_LABEL = re.compile(r"0*(\d{1,3})([ab])", re.IGNORECASE)


@dataclass(frozen=True)
class Slot:
    """One post of a plan.

    Parameters
    ----------
    number, pair : int
        From 1.
    variant : {"A", "B"}
    day : date
        On which it goes up, in the creator's time zone.
    hour : str
        As "18:30", local; "" where the creator chooses.
    """

    number: int
    pair: int
    variant: str
    day: date
    hour: str

    @property
    def label(self) -> str:
        """The slot in short, "12A"."""
        return f"{self.pair}{self.variant}"


@dataclass(frozen=True)
class Plan:
    """An experiment on two variants, A and B, in pairs of neighbouring posts.

    Parameters
    ----------
    what, against : str
        What A and B are, in the creator's words.
    slots : tuple of Slot
        In order of time, two a pair.
    seed : int
        That the order within pairs, and the hours, were drawn from.
    timezone : str
        Of days and hours.
    spread : float
        Usual difference between neighbouring posts when it was planned, log views.
    spread_posts : int
        Posts that it rests on; 0 where it is that of simulated accounts.
    untouched : tuple of str
        Of `ASPECTS`, what both variants leave as it would be: what the past tells of it is
        subtracted from the difference.

    Examples
    --------
    >>> made = plan("words on screen", n_posts=12, start="2026-12-01")
    >>> made.n_pairs, made.slots[0].day.isoformat(), len(made.tag(made.slots[0]))
    (6, '2026-12-01', 8)
    """

    what: str
    against: str
    slots: tuple[Slot, ...]
    seed: int
    timezone: str
    spread: float
    spread_posts: int = 0
    untouched: tuple[str, ...] = ()

    @property
    def n_posts(self) -> int:
        """Posts that it takes."""
        return len(self.slots)

    @property
    def n_pairs(self) -> int:
        """Pairs that it takes."""
        return len(self.slots) // 2

    @property
    def numbers(self) -> range:
        """The numbers of its pairs, from 1."""
        return range(1, self.n_pairs + 1)

    @property
    def start(self) -> date:
        """Day of the first post."""
        return self.slots[0].day

    @property
    def end(self) -> date:
        """Day of the last post."""
        return self.slots[-1].day

    @cached_property
    def code(self) -> str:
        """How the hashtags of this plan begin."""
        number = int(
            hashing.of_value([self.what, self.against, self.seed, str(self.start)])[:8], 16
        )
        letters = [_LETTERS[number // len(_LETTERS) ** i % len(_LETTERS)] for i in range(4)]
        return "vx" + "".join(letters)

    def words(self, variant: str) -> str:
        """What a variant is called."""
        return self.what if variant == A else self.against

    def tag(self, slot: Slot) -> str:
        """Return the hashtag that tells a post's place in the plan, without its sign."""
        return f"{self.code}{slot.label.lower()}"

    def pair(self, number: int) -> tuple[Slot, Slot]:
        """Return the two slots of a pair, the earlier one first."""
        return self.slots[2 * number - 2], self.slots[2 * number - 1]

    def place(self, label: str) -> tuple[int, str] | None:
        """Return the pair and the variant that a label such as "12A" names; None for no place."""
        found = _LABEL.fullmatch(label)
        if found is None or not 1 <= int(found[1]) <= self.n_pairs:
            return None
        return int(found[1]), found[2].upper()

    def table(self) -> pd.DataFrame:
        """Return the slots as a table: number, pair, variant, what, day, hour, hashtag."""
        rows = [
            {
                "number": slot.number,
                "pair": slot.pair,
                "variant": slot.variant,
                "what": self.words(slot.variant),
                "day": slot.day.isoformat(),
                "hour": slot.hour,
                "hashtag": f"#{self.tag(slot)}",
            }
            for slot in self.slots
        ]
        return pd.DataFrame(rows)


def plan(
    what: str,
    posts: pd.DataFrame | None = None,
    *,
    n_posts: int = 40,
    start: str | date,
    against: str = USUAL_WAY,
    seed: int | None = None,
    timezone: str = "UTC",
    untouched: tuple[str, ...] = (),
    embargo_days: float = 7,
) -> Plan:
    """Plan an experiment: pairs of neighbouring posts, with it and without, in random order.

    Parameters
    ----------
    what : str
        What is tried, such as "words on screen".
    posts : DataFrame, optional
        Tidy posts of the account so far: days and hours follow its habit, and what can be detected
        its spread.  Without them one post a day at an hour that is left open.
    n_posts : int
        Posts of the plan, an even number from 12 to 400.
    start : str or date
        First day, as "2026-12-01".
    against : str
        What it is compared with.
    seed : int, optional
        Of everything that is drawn; made from the other choices when left out, and recorded.
    timezone : str
        The creator's.
    untouched : tuple of str
        Of `ASPECTS`, what both variants leave as it would be.
    embargo_days : float
        Days until a post counts as matured.

    Returns
    -------
    Plan

    Raises
    ------
    UserError
        When something cannot be planned so; says why.

    Examples
    --------
    >>> import virality as vi
    >>> plan = vi.plan("words on screen", n_posts=40, start="2026-12-01")
    >>> plan.table().groupby("pair")["variant"].agg(sorted).str.join("").unique().tolist()
    ['AB']
    """
    names = _name(what, "what is tried"), _name(against, "what it is compared with")
    if names[0].casefold() == names[1].casefold():
        raise UserError("Both variants have the same name.", do="Say what B is with --against.")
    if not holds(n_posts, FEWEST_POSTS, MOST_POSTS) or n_posts % 2:
        raise UserError(
            f"{shown(n_posts)} posts cannot be planned in pairs.",
            do=f"Choose an even number from {FEWEST_POSTS} to {MOST_POSTS}.",
        )
    first, zone = read_day(start), str(known_zone(timezone))
    drawn = _drawn_seed(names, n_posts, first) if seed is None else seed
    if not holds(drawn, 0, MOST_SEED):
        raise UserError(
            f"The seed {shown(drawn)} is none.", do=f"Choose a whole number from 0 to {MOST_SEED}."
        )
    _refuse_posted(posts, first, zone)
    spread, rests_on = pair_spread(posts, embargo_days)
    own, variants = habit(posts, zone), order(drawn, n_posts // 2)
    of_pairs = hours(n_posts // 2, own, np.random.default_rng([drawn, 2]))
    slots = tuple(
        Slot(i + 1, i // 2 + 1, variant, day, of_pairs[i // 2])
        for i, (variant, day) in enumerate(zip(variants, days(first, n_posts, own), strict=True))
    )
    return Plan(*names, slots, int(drawn), zone, spread, rests_on, checked_aspects(untouched))


def _refuse_posted(posts: pd.DataFrame | None, first: date, timezone: str) -> None:
    """Raise UserError where posts are there that a plan should have come before."""
    if posts is None or posts.empty:
        return
    last = posts["posted_at"].max().tz_convert(timezone).date()
    if last >= first:
        raise UserError(
            f"There is a post of {last} already, and the dice come before the posts.",
            do=f"Let the plan begin after it: --start {last + timedelta(days=1)}",
        )


def order(seed: int, n_pairs: int) -> str:
    """Return the variants in order of time, such as "ABBAAB": within each pair drawn at random.

    Parameters
    ----------
    seed, n_pairs : int

    Examples
    --------
    >>> order(3, 3) == order(3, 3), len(order(3, 3))
    (True, 6)
    """
    coins = np.random.default_rng([seed, 1]).random(n_pairs) < 0.5
    return "".join(A + B if coin else B + A for coin in coins)


def checked_aspects(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return aspects each once and in order.

    Parameters
    ----------
    names : tuple of str

    Raises
    ------
    UserError
        There is no aspect of that name.
    """
    for name in names:
        if name not in ASPECTS:
            raise UserError(
                f"No part of a post is called {shown(name)} here.",
                do=f"Choose from: {', '.join(ASPECTS)}.",
            )
    return tuple(name for name in ASPECTS if name in names)


def read_day(day: str | date) -> date:
    """Return a day as a date.

    Parameters
    ----------
    day : str or date
        As "2026-12-01".

    Raises
    ------
    UserError
        It is none, or lies outside 2000 to 2100.
    """
    try:
        found = day if isinstance(day, date) else datetime.strptime(day, "%Y-%m-%d")
        found = found.date() if isinstance(found, datetime) else found
    except (TypeError, ValueError):
        found = None
    if found is None or not 2000 <= found.year <= 2100:
        raise UserError(f"{shown(day)} is no day.", do="Write it as 2026-12-01.")
    return found


def _name(text: str, what: str) -> str:
    """What a variant is called, on one line."""
    name = clean(text) if isinstance(text, str) else ""
    if not name or len(name) > LONGEST_NAME or name != re.sub(" +", " ", text).strip():
        raise UserError(
            f"{shown(text)} cannot name {what}.",
            do=f"Use 1 to {LONGEST_NAME} characters on one line.",
        )
    return name


def _drawn_seed(names: tuple[str, str], n_posts: int, first: date) -> int:
    return int(hashing.of_value([*names, n_posts, str(first)])[:12], 16) % MOST_SEED
