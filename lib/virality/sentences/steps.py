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
    Strength,
    Subject,
    Test,
    Verdict,
)
from virality.sentences.suggestion import do, name, one, per

_ASIDE = {
    State.HABIT: "is done in nearly all of the last posts already",
    State.SMALL: "is hardly worth anything once one allows for having picked it",
    State.SAME: "says the same as a suggestion above",
    State.FURTHER: "is sure enough as well, but three at once are enough to try",
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
    elif not isinstance(subject, Slot) and subject.regime:
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
            f"**Nothing yet.** The views of {plural(found.n, 'post')} have settled, and below "
            f"{found.needed} nothing is compared here. Until then the best plan is variety: what "
            f"was never done otherwise can never be told. From {found.needed} posts on this page "
            "offers an experiment."
        )
    if found.verdict is Verdict.SUGGESTED:
        return f"{_head(found)}\n\n{_listed(found)}\n\n{_same_for_all(found)}"
    return f"{_nothing(found)}\n\n{_way_out(found, run)}"


def _head(found: NextPosts) -> str:
    names = [do(step.about, step.more) for step in found.steps]
    return (
        f"**For the next {NEXT} posts: {listing(names)}.** Of {plural(found.n_asked, 'candidate')} "
        f"that {plural(found.n, 'post')} could tell of, "
        f"{plural(len(names), 'is', 'are')} sure enough with all of them considered together."
    )


def _listed(found: NextPosts) -> str:
    return "\n".join(f"{place}. {one(step)}" for place, step in enumerate(found.steps, start=1))


def _same_for_all(found: NextPosts) -> str:
    again = " An experiment is running already; finish it first." if found.running else ""
    return (
        "All of it is association: such posts may differ in something that nobody recorded, and "
        f"only dice can tell.{again}"
    )


def _nothing(found: NextPosts) -> str:
    if found.verdict is Verdict.EARLY:
        return (
            f"**Nothing is suggested from {plural(found.n, 'settled post')}.** What stands out of "
            f"so few is mostly luck; from {found.needed} on this page begins to suggest."
        )
    return (
        f"**Nothing here is sure enough.** Of {plural(found.n_asked, 'candidate')} that "
        f"{plural(found.n, 'post')} could tell of, not one is, with all of them considered "
        "together. So go on as you like: no habit of these posts is shown to cost anything."
    )


def _way_out(found: NextPosts, run: str) -> str:
    if found.running:
        return (
            "An experiment is planned already, and it tells more than any look back: "
            "[the experiment](experiments.ipynb) says how it stands."
        )
    if found.test is None:
        return (
            "There is no experiment to single out either: nothing was done in two ways often "
            "enough. Any difference that can be made on purpose can be tested: "
            "`virality plan --help` says how."
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
        f", about {plural(max(1, round(found.weeks)), 'week')} at the pace of the last posts"
        if found.weeks == found.weeks
        else ""
    )
    return (
        f"**One test would tell most: {do(found.about)}.** These posts still allow {allowed}. "
        f"{command(found.about, found.n_posts, run)} makes a calendar in which dice decide which "
        f"of two neighbouring posts gets it{weeks}. So many posts find a difference of "
        f"{multiple(found.detects)} or more in eighty of a hundred cases; {takes}. From what is "
        f"known so far, the chance that it decides is {percent(found.chance)}, and that is more "
        "than for any other candidate."
    )


# ------------------------------------------------------------------------------- the evidence

NO_POSTS = "Nothing is suggested, so there are no posts to show here."


def left(shares: Mapping[float, float], off: float) -> str:
    """Say what is left of estimates, the closer to their error the less.

    Parameters
    ----------
    shares : mapping of float to float
        What is left, by the estimate in standard errors.
    off : float
        Factor of one standard error.
    """
    said = [f"{percent(share)} of one that is {z:g} times its error" for z, share in shares.items()]
    return f"With an error of {multiple(off)}, what is left is {listing(said)}."


def aside(found: NextPosts) -> str:
    """Say what passed and is not suggested, and what only its own chapter claims.

    Parameters
    ----------
    found : NextPosts
    """
    lines = [f"- “{capital(do(each, more))}” {_ASIDE[state]}." for state, each, more in found.aside]
    if found.alone:
        names = listing([name(subject) for subject in found.alone])
        lines.append(
            f"- What stands out in its own chapter but is not sure enough among all candidates "
            f"together: {names}."
        )
    return "\n".join(lines)


def context(last: Last) -> str:
    """Say that the account has just changed, where it has.

    Parameters
    ----------
    last : Last
        The last posts, see :func:`virality.findings.changes.last`.
    """
    if last.main is None or last.verdict not in (Change.DROP, Change.RISE):
        return ""
    side = "lower" if last.verdict is Change.DROP else "higher"
    return (
        f"Keep in mind that the last {plural(last.main.posts, 'post')} lie {side} than luck alone "
        "makes them: [something changed](changes.ipynb), and what the record says is mostly about "
        "the time before."
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
        f"{start} can be suggested. Open circles: times the views as each chapter has it, with its "
        "interval. Filled: what is left when one allows for having picked it, with a range of "
        f"80 %. The {plural(found.n_drawn, 'surest candidate')}, from the top."
    )
    said = [f"{do(s.about, s.more)} {multiple(s.expected.value)}" for s in found.steps]
    rest = f"Suggested: {listing(said)}." if said else "Nothing is suggested."
    return caption, f"Factors of all candidates with intervals. {rest}"


def posts_caption(found: NextPosts) -> str:
    """Return the caption of the posts behind the suggestions.

    Parameters
    ----------
    found : NextPosts
    """
    names = listing([do(step.about, step.more) for step in found.steps])
    return (
        f"The newest settled posts that did what is suggested ({names}), and times the views that "
        "the ten posts around each usually had. They are the newest and not the best, so that "
        "nobody is shown the one that worked."
    )


# ------------------------------------------------------------------------------- the first page


def short(found: NextPosts, run: str) -> str:
    """Return what the first page says of the next posts.

    Parameters
    ----------
    found : NextPosts
    run : str
        Its name.
    """
    link = f"[The next {NEXT} posts](next.ipynb)"
    if found.verdict is Verdict.TOO_FEW:
        return f"{link}: nothing to suggest yet; it takes {found.needed} settled posts to compare."
    if found.steps:
        said = [
            f"**{do(s.about, s.more)}** ({multiple(s.expected.value)} the views{per(s)}, "
            f"{multiple(s.expected.low)} to {multiple(s.expected.high)}; {_WORD[s.strength]})"
            for s in found.steps
        ]
        return f"{link}: {listing(said)}."
    if found.running:
        return f"{link}: nothing is sure enough; [an experiment](experiments.ipynb) is on its way."
    if found.test is None:
        return f"{link}: nothing is sure enough, and nothing was varied enough to be tested."
    return (
        f"{link}: nothing is sure enough. The test that would tell most is "
        f"{command(found.test.about, found.test.n_posts, run)}."
    )


_WORD = {Strength.CLEAR: "clear", Strength.LEANING: "leaning"}
