"""What the first page quotes of the chapters on what to do, a line each."""

from __future__ import annotations

from virality.core.text import capital, factor, listing, multiple, plural
from virality.findings.associations import Verdict as Went
from virality.findings.associations import WentWith
from virality.findings.changes import Last
from virality.findings.changes import Verdict as Change
from virality.findings.timing import Verdict as Hour
from virality.findings.timing import When
from virality.findings.to_do import ToDo
from virality.findings.whatif import Choice
from virality.sentences import steps, timing, whatif

_CHANGED = "[Did something change?](changes.ipynb)"
_WHEN = "[When to post](timing.ipynb)"
_WENT = "[What went with what](whatif.ipynb)"
_REGIMES = (
    "A regime is a kind of post: posts that look, read and sound alike. The chapter on "
    "[content regimes](clustering.ipynb) shows them."
)
_TESTED = (Hour.NONE, Hour.UNSURE, Hour.GONE)


def lines(found: ToDo, run: str) -> str:
    """Return the list.

    Parameters
    ----------
    found : ToDo
    run : str
        Its name.
    """
    told = (
        steps.short(found.coming, run),
        changed(found.last),
        hours(found.when),
        choices(found.went),
    )
    listed = "\n".join(f"- {line}" for line in told)
    return f"{listed}\n\n{_REGIMES}" if found.of_regimes else listed


def changed(last: Last) -> str:
    """Say whether something changed.

    Parameters
    ----------
    last : Last
    """
    if last.main is None:
        return f"{_CHANGED} Cannot be told: {_why_untold(last)}"
    size = (
        f"the last {plural(last.main.posts, 'post')} stand at {factor(last.main.factor)} the level "
        f"before them ({last.main.low:.2g} to {factor(last.main.high)})"
    )
    if last.verdict is Change.LUCK:
        return f"{_CHANGED} Not shown: {size}, within ordinary luck."
    return f"{_CHANGED} **Yes**: {size}, beyond ordinary luck."


def _why_untold(last: Last) -> str:
    if last.verdict is Change.TOO_FEW:
        return f"it takes {plural(last.needed, 'settled post')}."
    return "the posts hardly differ."


def hours(when: When) -> str:
    """Say when to post.

    Parameters
    ----------
    when : When
    """
    if when.slot is None or when.verdict not in (Hour.CLAIM, *_TESTED):
        return f"{_WHEN}: cannot be told; {_no_hour(when)}"
    size = f"{multiple(when.factor)} the views of the habit"
    within = f"{multiple(when.low)} to {multiple(when.high)}"
    if when.verdict is Hour.CLAIM:
        return f"{_WHEN}: **{timing.slot(when.slot)}** went with {size} ({within})."
    return f"{_WHEN}: not shown for any hour; the best one stands at {size} ({within})."


def _no_hour(when: When) -> str:
    if when.verdict is Hour.NO_HOURS:
        return "the hours of the posts are not known."
    if when.verdict is Hour.TOO_FEW:
        return f"{plural(when.n, 'settled post')} with a known hour are too few."
    return "other hours were hardly tried."


def choices(went: WentWith[Choice]) -> str:
    """Say which choices went with views.

    Parameters
    ----------
    went : WentWith
        Choices other than openings.
    """
    if went.verdict is Went.FOUND:
        return f"{_WENT}: {listing([f'**{whatif.name(c)}** ({_size(c)})' for c in went.named])}."
    if went.verdict is Went.NOTHING:
        first = went.told[0]
        return (
            f"{_WENT}: not shown for any of {plural(len(went.told), 'choice')} beside the opening. "
            f"{capital(whatif.name(first))} comes nearest: {_size(first)}."
        )
    return f"{_WENT}: cannot be told from {plural(went.n_posts, 'settled post')}."


def _size(choice: Choice) -> str:
    size = choice.factor
    per = "" if choice.flag else f" for {whatif.step(choice)}"
    return f"{multiple(size.value)} the views{per}, {multiple(size.low)} to {multiple(size.high)}"
