"""Sentences on what changed on an account."""

from __future__ import annotations

from virality.advice.stretches import Stretch
from virality.core.text import about, listing, multiple, percent, plural
from virality.findings.changes import After, AfterHit, Dating, Last, Verdict, When


def answer(found: Last, dated: Dating) -> str:
    """Return the answer box: what the last posts say, and whether a change has a date.

    Parameters
    ----------
    found : Last
    dated : Dating
    """
    verdict = {
        Verdict.TOO_FEW: f"**That cannot be told yet.** {_needed(found.n, found.needed)}",
        Verdict.ALIKE: "**Nothing to tell:** the posts hardly differ, so there is no luck to "
        "compare with.",
        Verdict.LUCK: "**Nothing beyond ordinary luck.**",
        Verdict.DROP: "**Yes: the last posts lie lower than luck alone makes them.**",
        Verdict.RISE: "**Yes: the last posts lie higher than luck alone makes them.**",
    }[found.verdict]
    parts = (verdict, _main(found), _also(found), _date(dated), _young(found))
    return " ".join(part for part in parts if part)


def _young(found: Last) -> str:
    if not found.n_young:
        return ""
    kept = plural(found.n_young, "post is", "posts are")
    return f"{kept} left out: views that still grow look like a drop."


def _needed(n: int, needed: int) -> str:
    there = "there is" if n == 1 else "there are"
    return f"It takes {plural(needed, 'settled post')}, and so far {there} {n:,}."


def _main(found: Last) -> str:
    if found.main is None:
        return ""
    return (
        f"The last {plural(found.main.posts, 'settled post')} stand at "
        f"{multiple(found.main.factor)} the level of the {found.main.before} before "
        f"(95 % interval {_range(found.main)}). {_once(found, found.main)}."
    )


def _range(stretch: Stretch) -> str:
    return f"{multiple(stretch.low)} to {multiple(stretch.high)}"


def _once(found: Last, main: Stretch) -> str:
    far = "So deep a drop" if found.below else "So high a rise"
    often = (
        f"less than once in {about(found.at_most)} stretches"
        if found.seldom
        else f"once in about {about(main.once_in)} stretches"
    )
    return f"{far} comes by luck {often}"


def _also(found: Last) -> str:
    if not found.also:
        return ""
    named = listing([f"the last {each.posts} ({multiple(each.factor)})" for each in found.also])
    return f"The same holds for {named}."


def doubt(found: Last) -> str:
    """Say what could most easily make the answer wrong.

    Parameters
    ----------
    found : Last
    """
    if found.main is None:
        return "A change may well be there: so little cannot show it."
    return {
        Verdict.LUCK: f"Anything from {_range(found.main)} fits these "
        "posts, so a real change of such a size may hide in luck.",
        Verdict.DROP: "Another kind of post, a season or a topic that has passed would look the "
        "same, and whoever looks after every post gives luck a new chance each time.",
        Verdict.RISE: "Another kind of post, a season or a new topic would look the same, and "
        "whoever looks after every post gives luck a new chance each time.",
    }[found.verdict]


def banned(found: Last) -> str:
    """Answer the question that a drop raises; "" where the last posts are not lower.

    Parameters
    ----------
    found : Last
    """
    if found.main is None or not found.below:
        return ""
    return {
        Verdict.LUCK: "Nothing here asks for another explanation than luck, though views cannot "
        "prove that there is none.",
        Verdict.DROP: "Views cannot say. Luck explains it poorly, but a platform that holds back "
        "is one cause of several; where yours says how many people a post was shown to, look "
        "there.",
    }[found.verdict]


STRETCHES_CAPTION = "Once in so many stretches luck goes as far to that side."


def level_caption(found: Last, coverage: float) -> str:
    """State where the newest posts lie beside the level.

    Parameters
    ----------
    found : Last
    coverage : float
        How often the interval should hold the level.
    """
    return (
        f"{_where(found)} (line, with its {percent(coverage)} interval)."
        f"{' Open triangles still grow.' if found.n_young else ''}"
    )


def _where(found: Last) -> str:
    newest = f"The {plural(found.marked, 'newest settled post')} (diamonds)"
    return {
        Verdict.TOO_FEW: f"{newest} and the middle of the posts around each",
        Verdict.ALIKE: f"{newest} lie where all others do, at the level",
        Verdict.LUCK: f"{newest} lie within ordinary luck of the level before",
        Verdict.DROP: f"{newest} lie clearly below the level before",
        Verdict.RISE: f"{newest} lie clearly above the level before",
    }[found.verdict]


def level_alt(found: Last) -> str:
    """Say what the figure of the level shows to who cannot see it."""
    return (
        "Views of every post over time on a log scale, with the running middle of the posts "
        f"around and its interval. {_where(found)}."
    )


def luck_caption(found: Last) -> str:
    """State what the figure of ordinary luck shows."""
    return f"{_among(found)} (line)."


def _among(found: Last) -> str:
    main = found.main
    if main is None:
        return ""
    side = "low" if found.below else "high"
    return (
        f"At {main.seen:,} of {plural(main.earlier, 'earlier post')} ten posts stood as {side} "
        "beside those before as they do now"
    )


def luck_alt(found: Last) -> str:
    """Say what the figure of ordinary luck shows to who cannot see it."""
    return f"Histogram of ten posts beside those before. {_among(found)}."


def dated(found: Dating) -> str:
    """Say whether a change has a date; "" where too few posts could show one.

    Parameters
    ----------
    found : Dating
    """
    if found.when is When.TOO_FEW:
        return ""
    if found.when is When.NONE:
        return "**No date**: the best place to cut is no better than luck or a wandering level."
    return "**A date**, given in the answer: all of that holds."


def _date(found: Dating) -> str:
    turn = found.date
    if turn is None:
        return ""
    others = f" (dates from {found.first} to {found.last} fit as well)"
    between = "" if found.first == found.last else others
    return (
        f"**The level changed around {found.month}**{between}: the {plural(turn.after, 'post')} "
        f"since stand at {multiple(turn.factor)} the level of the {turn.before:,} before."
    )


def after_hit(found: AfterHit) -> str:
    """Say what later posts keep of a hit; "" where that cannot be told.

    Parameters
    ----------
    found : AfterHit
    """
    if found.after is After.UNTOLD:
        return ""
    over = f"over {plural(found.hits, 'hit')}, the ten posts after it"
    if found.after is After.NOTHING:
        return f"**Nothing of a hit stays**: {over} lay no higher than the ten before."
    verdict = {
        After.KEPT: "**Part of a hit stays**",
        After.GONE: "**Most of a hit is gone with the next post**",
        After.UNCLEAR: "**Whether anything of a hit stays is open**",
    }[found.after]
    within = f"{percent(found.coverage)} interval {percent(found.low)} to {percent(found.high)}"
    return (
        f"{verdict}: {over} kept {percent(found.share)} of what it had above the ten before "
        f"({within}, on the scale of factors)."
    )
