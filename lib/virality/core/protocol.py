"""How an account is examined: one frozen object for every fit, test and interval."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from virality.core.bounds import shown, within
from virality.core.errors import UserError

MIN_POSTS = 30  # fewer posts are described, not modelled
INDICATIVE_POSTS = 80  # fewer posts give indications only
ALPHA = 0.05  # from which a p-value counts, everywhere in the book

SPLITS = ("expanding", "rolling", "shuffled", "study")
PRESETS = ("tuned", "study")
REDUCTIONS = ("block", "global", "none")
COVERAGES = (0.01, 0.99)  # that can be asked of an interval
TEST_SHARES = (0.05, 0.9)  # of a history that can be held out


class Extent(Enum):
    """What a number of posts allows."""

    TOO_FEW = "described, not modelled"
    INDICATIVE = "indicative at best"
    ENOUGH = "modelled"


def extent(n: int) -> Extent:
    """Return what so many posts allow."""
    if n < MIN_POSTS:
        return Extent.TOO_FEW
    return Extent.INDICATIVE if n < INDICATIVE_POSTS else Extent.ENOUGH


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What is predicted, from which past, by which models, and how sure an interval should be.

    Parameters
    ----------
    target : str
        The outcome, one of :data:`virality.features.targets.TARGETS`.
    split : {"expanding", "rolling", "shuffled", "study"}
        How folds follow time.
    n_folds : int
        Folds wanted; a short history gets fewer.
    test_share : float
        Newest share of the posts that is held out, in all folds together, but for the first twenty
        posts.  0.3 with one fold judges the last 30 % by what came before them.
    embargo_days : float
        Days before a post's outcome counts as known.
    preset : {"tuned", "study"}
        Models for about a hundred posts, or the study's as published.
    reduction : {"block", "global", "none"}
        Principal components of each block, of all columns together, or none.
    n_components : int
        Components of each block.
    coverage : float
        Share of posts that an interval should hold.
    seed : int
        Of everything that draws at random.

    Raises
    ------
    UserError
        When a value makes no sense; says which do.

    Examples
    --------
    >>> protocol = Protocol(n_folds=3)
    >>> protocol.but(split="rolling").split
    'rolling'
    >>> protocol.split
    'expanding'
    """

    target: str = "views"
    split: str = "expanding"
    n_folds: int = 5
    test_share: float = 0.6
    embargo_days: float = 7
    preset: str = "tuned"
    reduction: str = "block"
    n_components: int = 8
    coverage: float = 0.8
    seed: int = 0

    def __post_init__(self):
        _one_of("way of splitting", self.split, SPLITS)
        _one_of("preset", self.preset, PRESETS)
        _one_of("reduction", self.reduction, REDUCTIONS)
        within("n_folds", self.n_folds, 1)
        within("test_share", self.test_share, *TEST_SHARES)
        within("embargo_days", self.embargo_days, 0)  # below zero would train on the future
        within("n_components", self.n_components, 1)
        within("coverage", self.coverage, *COVERAGES)

    def but(self, **changes) -> Protocol:
        """Return the same protocol with some values changed."""
        return replace(self, **changes)


def _one_of(what: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise UserError(
            f"There is no {what} called {shown(value)}.", do=f"Choose one of: {', '.join(known)}."
        )


#: The protocol of the book, where nobody chooses another.
DEFAULT = Protocol()
