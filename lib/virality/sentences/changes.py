"""Sentences on what changed on an account."""

from __future__ import annotations

from virality.advice.stretches import Stretch
from virality.core.text import about, factor, listing, percent, plural
from virality.findings.changes import After, AfterHit, Dating, Last, Verdict, When


def answer(found: Last, dated: Dating) -> str:
    """Return the answer box: what the last posts say, and whether a change has a date.

    Parameters
    ----------
    found : Last
    dated : Dating
    """
    verdict = {
        Verdict.TOO_FEW: "**That cannot be told yet.** " + _needed(found.n, found.needed),
        Verdict.ALIKE: "**Nothing to tell:** the posts hardly differ from each other, so that "
        "there is no luck to compare with.",
        Verdict.LUCK: "**Nothing beyond ordinary luck.**",
        Verdict.DROP: "**Yes, the last posts lie lower, by more than luck makes of it.**",
        Verdict.RISE: "**Yes, the last posts lie higher, by more than luck makes of it.**",
    }[found.verdict]
    parts = [f"{verdict} {_main(found)}".strip(), _also(found), _date(dated), young(found)]
    return "\n\n".join(part for part in parts if part)


def young(found: Last) -> str:
    """Say how many posts are kept out because they still grow."""
    if not found.n_young:
        return ""
    kept = plural(found.n_young, "post is", "posts are")
    return f"{kept} kept out: views that still grow would look like a drop."


def _needed(n: int, needed: int) -> str:
    so_far = f"It takes {plural(needed, 'settled post')}, and this account has {n:,} so far"
    return f"{so_far}: this page describes, and claims nothing."


def _main(found: Last) -> str:
    if found.main is None:
        return ""
    side = "below" if found.below else "above"
    return (
        f"The last {plural(found.main.posts, 'settled post')} stand at {factor(found.main.factor)} "
        f"the level of the {found.main.before} before them "
        f"(anything from {found.main.low:.2g} to {factor(found.main.high)} is possible). "
        f"{_once(found, found.main)}; it stood as far {side} at "
        f"{found.main.seen:,} of {plural(found.main.earlier, 'earlier post')}."
    )


def _once(found: Last, main: Stretch) -> str:
    far = "A drop this deep" if found.below else "A rise this high"
    often = (
        f"less than once in {about(found.at_most)} stretches"
        if found.seldom
        else f"once in about {about(main.once_in)} stretches"
    )
    return f"{far} happens to this account by luck {often}"


def _also(found: Last) -> str:
    if not found.also:
        return ""
    named = listing([f"the last {each.posts} ({factor(each.factor)})" for each in found.also])
    return f"The same holds for {named}."


def banned(found: Last) -> str:
    """Answer the question that a drop raises.

    Parameters
    ----------
    found : Last
    """
    if found.main is None:
        return (
            "**Am I shadow-banned?** Nobody can read that off so few numbers, or off numbers that "
            "are all alike. Whoever says otherwise is guessing."
        )
    seen = f"**Am I shadow-banned?** {_once(found, found.main)}"
    if not found.below:
        return (
            "**Am I shadow-banned?** There is no drop to explain: the last "
            f"{plural(found.main.posts, 'settled post does', 'settled posts do')} not lie below "
            "those before."
        )
    return {
        Verdict.LUCK: f"{seen}. Nothing in these numbers asks for another explanation than that. "
        "They cannot prove that there is none: a halving that lasts for a few posts only looks "
        "like luck more often than not.",
        Verdict.DROP: f"{seen}, so luck is a poor explanation. That is all that views can say. A "
        "platform that shows posts to fewer people, a season, another kind of posts and a topic "
        "that has passed all look the same from here; where a platform says how many people a post "
        "was shown to, look there.",
    }[found.verdict]


def stretches_caption(found: Last) -> str:
    """State what the table of stretches shows."""
    verdict = {
        Verdict.LUCK: "The last ten posts are not beyond ordinary luck",
        Verdict.DROP: "The last posts lie lower than luck makes them",
        Verdict.RISE: "The last posts lie higher than luck makes them",
    }[found.verdict]
    return (
        f"{verdict}. The last posts beside those before them; once in so many stretches luck "
        "carries this account as far to that side."
    )


def level_caption(found: Last, coverage: float) -> str:
    """State what the figure of the level shows.

    Parameters
    ----------
    found : Last
    coverage : float
        How often the interval should hold the level.
    """
    open_dots = " Open dots have not settled and count for nothing." if found.n_young else ""
    return (
        "Each dot is a post. The line is the middle of the settled posts around each, with an "
        f"interval for it ({percent(coverage)}). Diamonds mark the newest "
        f"settled posts ({found.marked}).{open_dots}"
    )


LEVEL_ALT = (
    "Views of every post over time on a log scale, with the running middle of the posts around, "
    "its interval as a band, and the newest settled posts marked."
)


def luck_caption(found: Last) -> str:
    """State what the figure of ordinary luck shows."""
    where = {
        Verdict.LUCK: "The newest comparison lies among the others",
        Verdict.DROP: "The newest comparison lies far to the left",
        Verdict.RISE: "The newest comparison lies far to the right",
    }[found.verdict]
    return (
        f"{where}. The same comparison, ten posts beside those before them, at each of "
        f"{plural(found.main.earlier if found.main else 0, 'earlier post')}; the line is now."
    )


LUCK_ALT = (
    "Histogram of how far ten posts lay above or below those before them, at every earlier post, "
    "with a line where the account stands now."
)


def dated(found: Dating) -> str:
    """Say whether a change has a date.

    Parameters
    ----------
    found : Dating
    """
    if found.when is When.TOO_FEW:
        return (
            f"**No date, with so few posts.** It takes {found.needed} settled posts to tell a jump "
            f"from a level that wanders, and this account has {found.n:,}."
        )
    if found.when is When.NONE:
        return (
            "**No date.** Somewhere every record has its best place to be cut in two; here that "
            "place is no better than luck, or than a level that wanders, would make it."
        )
    return _date(found)


def _date(found: Dating) -> str:
    turn = found.date
    if turn is None:
        return ""
    others = f" (dates from {found.first} to {found.last} fit as well)"
    between = "" if found.first == found.last else others
    return (
        f"**The level changed around {found.month}**{between}: the {plural(turn.after, 'post')} "
        f"since then stand at {factor(turn.factor)} the level of the {turn.before:,} before. What "
        "happened then, the numbers do not know."
    )


def after_hit(found: AfterHit) -> str:
    """Say what later posts keep of a hit.

    Parameters
    ----------
    found : AfterHit
    """
    if found.after is After.UNTOLD:
        return (
            "**What stays after a hit cannot be told yet.** It takes "
            f"{plural(found.needed, 'settled post')} that differ from each other, and this account "
            f"has {found.n:,}."
        )
    if found.after is After.NOTHING:
        return (
            f"**Nothing of a hit stays**: over {plural(found.hits, 'hit')}, the ten posts after it "
            "lay no higher than the ten before."
        )
    verdict = {
        After.KEPT: "**Part of a hit stays**",
        After.GONE: "**Most of a hit is gone with the next post**",
        After.UNCLEAR: "**Whether anything stays after a hit is not clear**",
    }[found.after]
    return (
        f"{verdict}: over {plural(found.hits, 'hit')}, the ten posts after it kept "
        f"{percent(found.share)} of what it had above the ten before "
        f"({percent(found.low)} to {percent(found.high)}, on the scale of factors)."
    )
