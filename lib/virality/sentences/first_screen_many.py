"""Words of the first screen of a report on several creators."""

from __future__ import annotations

from virality.core.text import brief, decimals, listing, p_value, percent, plural
from virality.features.blocks import block_name
from virality.findings.creators import Newcomer, Pooled, SharedContent, Skill, Within
from virality.findings.first_screen_many import ManyScreen
from virality.findings.scores import Verdict
from virality.sentences.first_screen import block, ends, quiet, row

_VERDICT = {
    Verdict.BETTER: "**Better than her own past**",
    Verdict.WORSE: "**Worse than her own past**",
    Verdict.UNDECIDED: "**Not clearly better than her own past**",
}


def screen(found: ManyScreen, run: str, spark: str = "") -> str:
    """Return the whole first screen, Markdown.

    Parameters
    ----------
    found : ManyScreen
    run : str
        Its name, for commands.
    spark : str
        A small picture of the views, Markdown.
    """
    rows = [
        row("finding", "Within a creator", within(found.found)),
        row("finding", "Does content tell?", content(found.found.content)),
        row("finding", "A new creator", newcomer(found.found.newcomer)),
        row("finding", "Next", coming(found.found, run)),
    ]
    parts = [
        block("who", head(found)),
        block("quiet", quiet(found.simulated, found.stand_ins)),
        block("reach", reach(found, spark)),
        *rows,
    ]
    inside = "\n\n".join(part for part in parts if part)
    return f":::::: {{.first-screen}}\n\n{inside}\n\n::::::"


def head(found: ManyScreen) -> str:
    """Say how many creators and posts these are, and from when."""
    when = found.first if found.first == found.last else f"{found.first} – {found.last}"
    creators = plural(found.found.n_creators, "creator")
    posts = plural(found.found.n_posts, "post")
    return " · ".join(part for part in (f"**{creators}**", posts, when) if part)


def reach(found: ManyScreen, spark: str = "") -> str:
    """Say how many views posts get, and how far creators lie apart.

    Parameters
    ----------
    found : ManyScreen
    spark : str
        A small picture of the views, Markdown.
    """
    if found.reach is None:
        return "There is no usable post."
    if not found.reach.ranged or found.found.single:
        return f"**The post in the middle has {brief(found.reach.median)} views.**"
    low, high = brief(found.reach.low), brief(found.reach.high)
    apart = f"creators' middles: {brief(found.lowest)} to {brief(found.highest)}"
    return (
        f"**Half of these posts get under {brief(found.reach.median)} views; eight in ten get "
        f"{low} to {high}.** [{spark} {apart}]{{.chip}}"
    )


def spark_alt(found: ManyScreen) -> str:
    """Describe the small picture of the views."""
    if found.reach is None:
        return "Views of the posts in order of time."
    return (
        f"Views of {plural(found.reach.n, 'post')} in order of time, log scale, around "
        f"{brief(found.reach.median)}."
    )


def within(found: Pooled) -> str:
    """Say whether a forecast beats a creator's own past, and orders her posts."""
    if found.skill is None:
        return "There is one creator." if found.single else "Too few posts to test a forecast on."
    gap = found.skill.gain
    size = f" (mean miss {ends(gap.error)})" if gap.error.bounded else ""
    return f"{_VERDICT[gap.verdict]}{size}. {order(found.skill)} [How](creators.ipynb)"


def order(found: Skill) -> str:
    """Say whether the forecasts order the posts of one creator."""
    value = found.within
    if found.reading is Within.UNKNOWN:
        return "Nothing varies enough to order her posts."
    size = f"{decimals(value.value)} ({decimals(value.low)} to {decimals(value.high)})"
    if found.reading is Within.NOT_SHOWN:
        return f"That it orders her posts is not shown: correlation {size}."
    how = "a little" if found.reading is Within.LITTLE else "in part"
    return f"It orders her posts {how}: correlation {size}."


def content(found: SharedContent | None) -> str:
    """Say whether content tells something that holds for all of them."""
    if found is None:
        return "Nothing could be tested."
    if not found.shown:
        return f"**Not shown** for these creators together (p {p_value(found.p)})."
    blocks = listing([block_name(each) for each in found.blocks])
    what = f" by {blocks}" if blocks else ""
    return f"**Yes**, something that holds for them together{what} (p {p_value(found.p)})."


def newcomer(found: Newcomer | None) -> str:
    """Say what to expect of a first post by somebody who is not among them."""
    if found is None:
        return ""
    return (
        f"Expect {brief(found.middle)} views of a first post, {percent(found.promised)} between "
        f"{brief(found.low)} and {brief(found.high)} (held: {percent(found.held)})."
    )


def coming(found: Pooled, run: str) -> str:
    """Say what to do next.

    Parameters
    ----------
    found : Pooled
    run : str
        Its name.
    """
    each = f"a report on each: `virality report --name {run} --by author`"
    if found.few:
        return (
            f"{plural(found.n_creators, 'creator')} cannot stand for others: bring more, or make "
            f"{each}"
        )
    return f"For what works for one of them alone, make {each}"


# -------------------------------------------------------------------------- below the first screen


def by_creator(found: ManyScreen) -> tuple[str, str]:
    """Return caption and alternative text of the picture of all creators."""
    middles = f"{brief(found.lowest)} to {brief(found.highest)} views"
    return (
        f"Creators' middles (bars) lie from {middles}: who posts says much of how many. Each dot "
        "is a post.",
        f"Views of every post by creator, log scale; their middles lie from {middles}.",
    )


def doubt(found: Pooled) -> str:
    """Return what could most easily make the first page wrong."""
    creators = plural(found.n_creators, "creator")
    return (
        f"Whoever brought posts was not drawn at random, and {creators} are "
        f"{'few' if found.few else 'no more than that'}, however many posts they have."
    )
