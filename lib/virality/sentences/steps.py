"""What the page says of the next ten posts: what the record suggests, or what to test."""

from __future__ import annotations

from collections.abc import Mapping

from virality.advice.hours import Slot
from virality.advice.steps.next_steps import State
from virality.core.text import about, capital, listing, multiple, percent, plural
from virality.findings.changes import Last
from virality.findings.changes import Verdict as Change
from virality.findings.steps import (
    NEXT,
    NextPosts,
    Subject,
    Test,
    Verdict,
)
from virality.sentences.suggestion import do, expected, name, one

_ASIDE = {
    State.HABIT: "nearly all of the last posts do it already",
    State.SMALL: "hardly anything is left of it after the pick",
    State.SAME: "says the same as a suggestion above",
    State.FURTHER: "sure enough as well, but three at once are enough to try",
}


def command(subject: Subject, n_posts: int, run: str) -> str:
    """Return the command that plans an experiment; nothing in it comes from the data.

    Parameters
    ----------
    subject : Choice or Slot
    n_posts : int
    run : str
        Its name.
    """
    what = do(subject)
    if not isinstance(subject, Slot) and subject.hashtag:
        what = "this hashtag"
    elif not isinstance(subject, Slot) and subject.kind_name is not None:
        what = f"posts of kind {subject.kind_name.letter}"
    return f'`virality plan "{what}" --posts {n_posts} --name {run}`'


# --------------------------------------------------------------------------------- the answer


def answer(found: NextPosts, run: str) -> str:
    """Return the answer box.

    Parameters
    ----------
    found : NextPosts
    run : str
        Its name, for the command of an experiment.
    """
    if found.verdict is Verdict.TOO_FEW:
        return (
            f"**Nothing yet.** {capital(plural(found.n, 'post'))} have settled, and nothing is "
            f"compared below {found.needed}. Until then vary: what was never done otherwise can "
            "never be told."
        )
    if found.verdict is Verdict.SUGGESTED:
        return _head(found)
    return f"{_nothing(found)}\n\n{_way_out(found, run)}"


def _head(found: NextPosts) -> str:
    named = "; ".join(f"**{do(step.about, step.more)}**, {expected(step)}" for step in found.steps)
    again = " An experiment is running already; finish it first." if found.running else ""
    return (
        f"For the next {NEXT} posts: {named}. Of {plural(found.n_asked, 'candidate')}, "
        f"{plural(len(found.steps), 'is', 'are')} sure enough with all considered together.{again}"
    )


def each(found: NextPosts) -> str:
    """Say every suggestion: how sure, what it rests on, and what could be wrong with it.

    Parameters
    ----------
    found : NextPosts
    """
    return "\n".join(f"{place}. {one(step)}" for place, step in enumerate(found.steps, start=1))


def _nothing(found: NextPosts) -> str:
    if found.verdict is Verdict.EARLY:
        return (
            f"**Nothing is suggested from {plural(found.n, 'settled post')}.** What stands out of "
            f"so few is mostly luck; suggestions begin at {found.needed}."
        )
    return (
        f"**Nothing here is sure enough.** Of {plural(found.n_asked, 'candidate')} that "
        f"{plural(found.n, 'post')} could tell of, not one is, with all considered together. No "
        "habit of these posts is shown to cost anything."
    )


def _way_out(found: NextPosts, run: str) -> str:
    if found.running:
        return "An experiment is planned already: [the experiment](experiments.ipynb)."
    if found.test is None:
        return (
            "Nothing was done in two ways often enough to single out a test either; any difference "
            "that can be made on purpose can be tested (`virality plan --help`)."
        )
    return test(found.test, run)


def test(found: Test, run: str) -> str:
    """Offer the experiment that is likeliest to decide.

    Parameters
    ----------
    found : Test
    run : str
        Its name.
    """
    allowed = f"{multiple(found.allowed.low)} to {multiple(found.allowed.high)} the views"
    takes = (
        f"{multiple(found.smaller)} would take about {about(found.smaller_takes or 0)}"
        if found.smaller_takes
        else f"no plan would find {multiple(found.smaller)}"
    )
    weeks = (
        f", about {plural(max(1, round(found.weeks)), 'week')} at the present pace"
        if found.weeks == found.weeks
        else ""
    )
    return (
        f"**One test would tell most: {do(found.about)}**, of which these posts still allow "
        f"{allowed}. {command(found.about, found.n_posts, run)} makes a calendar in which dice "
        f"decide which of two neighbouring posts gets it{weeks}. It finds "
        f"{multiple(found.detects)} or more in eighty of a hundred cases; {takes}. The chance that "
        f"it decides is {percent(found.chance)}."
    )


# ------------------------------------------------------------------------------- the evidence


def left(shares: Mapping[float, float], off: float) -> str:
    """Say what is left of estimates, the closer to their error the less.

    Parameters
    ----------
    shares : mapping of float to float
        What is left, by the estimate in standard errors.
    off : float
        Factor of one standard error.
    """
    said = [f"{percent(share)} at {z:g} times its error" for z, share in shares.items()]
    return f"With an error of {multiple(off)}, what is left of an estimate is {listing(said)}."


def aside(found: NextPosts) -> str:
    """Say what passed and is not suggested, and what only its own chapter claims.

    Parameters
    ----------
    found : NextPosts
    """
    lines = [f"- {capital(do(each, more))}: {_ASIDE[state]}." for state, each, more in found.aside]
    if found.alone:
        names = listing([name(subject) for subject in found.alone])
        lines.append(f"- {capital(names)}: claimed in a chapter, not sure enough among all.")
    return "\n".join(lines)


def doubt(found: NextPosts, last: Last) -> str:
    """Return what could most easily make the answer wrong.

    Parameters
    ----------
    found : NextPosts
    last : Last
        The last posts, see :func:`virality.findings.changes.last`.
    """
    if last.verdict in (Change.DROP, Change.RISE):
        side = "lower" if last.verdict is Change.DROP else "higher"
        return (
            f"The newest posts lie {side} than luck makes them ([changes](changes.ipynb)), so most "
            "of this speaks of the time before."
        )
    if found.steps:
        return (
            "Such posts may differ in something that nobody recorded; they went together, and only "
            "dice can tell."
        )
    return "That nothing stands out does not say that nothing matters: so few posts hide a lot."


def why_a_test(found: NextPosts) -> str:
    """Say how the test was chosen; "" where none is offered.

    Parameters
    ----------
    found : NextPosts
    """
    if found.test is None:
        return ""
    return (
        "What is left of an estimate is no single size but many, each with its chance. Over all of "
        "them the chance that an experiment decides is averaged, and the candidate with the best "
        "is offered. Looking back cannot tell whether a thing brings viewers or whether it is "
        "kept for posts that deserve them; dice can."
    )


def forest_texts(found: NextPosts) -> tuple[str, str]:
    """Return caption and alternative text of the candidates.

    Parameters
    ----------
    found : NextPosts
    """
    n = len(found.steps)
    start = f"{n} of {found.n_asked:,} candidates" if n else "Not one candidate"
    caption = (
        f"{start} can be suggested. Open circles: each chapter's factor with its interval; filled: "
        f"what is left after the pick, 80 %. The {plural(found.n_drawn, 'surest candidate')}."
    )
    said = [f"{do(s.about, s.more)} {multiple(s.expected.value)}" for s in found.steps]
    rest = f"Suggested: {listing(said)}." if said else "Nothing is suggested."
    return caption, f"{start} can be suggested: factors with intervals. {rest}"


def posts_caption(found: NextPosts) -> str:
    """Return the caption of the posts behind the suggestions.

    Parameters
    ----------
    found : NextPosts
    """
    posts = "the suggestion" if len(found.steps) == 1 else "each suggestion"
    return (
        f"The newest settled posts behind {posts}, not the best, and times the views that the ten "
        "around each usually had. Does an eye see what else they share?"
    )
