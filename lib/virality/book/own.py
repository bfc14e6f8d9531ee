"""The embargo `own`: made a number before any chapter runs, from the run's own posts.

The word is what a name remembers, so that a further export may change the number; chapters, their
stamps and every model get the number.
"""

from __future__ import annotations

from dataclasses import dataclass

from virality.book import params
from virality.core.paths import Inputs, split_paths
from virality.core.text import plural, plural_days
from virality.evaluation.own_embargo import own_embargo
from virality.posts.accounts import choose
from virality.posts.read import read_posts

PARAMETER = "embargo_days"


@dataclass(frozen=True)
class Settled:
    """Parameters without a word in them.

    Attributes
    ----------
    parameters : dict
    note : str
        What the word became, and why; "" where there was none.
    """

    parameters: dict
    note: str = ""


def settle(parameters: dict, inputs: Inputs) -> Settled:
    """Replace the word by a number of days.

    Parameters
    ----------
    parameters : dict
        As they are remembered.
    inputs : Inputs
        Where the posts lie.

    Returns
    -------
    Settled
        With the default where too few posts were read twice.

    Raises
    ------
    UserError
        The posts cannot be read.
    """
    parameter = params.known()[PARAMETER]
    word = parameter.range.word if parameter.range else ""
    if parameters.get(PARAMETER, parameter.default) != word:
        return Settled(parameters)
    said = {name: p.default for name, p in params.known().items()} | parameters
    paths = split_paths(inputs.posts)
    reading = choose(
        read_posts(paths, said["timezone"], columns=inputs.columns), said["author"], said["pool"]
    )
    own = own_embargo(reading.posts, reading.snapshots)
    if own is None:
        days = float(parameter.default)
        why = "too few posts were read young and after a month, so this is the usual number"
    else:
        days = own.days
        why = f"as {plural(own.n_posts, 'post')} show that were read young and after a month"
    note = f"{PARAMETER}={word}: {plural_days(days)}, {why}"
    return Settled(parameters | {PARAMETER: int(days)}, note)
