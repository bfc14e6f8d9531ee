"""Words of the first screen: what an account reaches, what went with more, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from virality.core.text import brief, percent, plural, significant, smaller
from virality.findings.changes import Last
from virality.findings.changes import Verdict as Change
from virality.findings.first_screen import LAST, FirstScreen, Line, Reach, Told
from virality.findings.index import Prediction
from virality.findings.scores import Estimate, Extent, Verdict
from virality.findings.steps import NextPosts
from virality.findings.steps import Verdict as Coming
from virality.sentences import whatif
from virality.sentences.steps import command
from virality.sentences.suggestion import do, per

_OPEN = {True: "Undecided", False: "More or less of?"}
_FORECAST = {
    Verdict.BETTER: "clearly better",
    Verdict.WORSE: "clearly worse",
    Verdict.UNDECIDED: "not clearly better",
}


def screen(found: FirstScreen, run: str, spark: str = "") -> str:
    """Return the whole first screen, Markdown.

    Parameters
    ----------
    found : FirstScreen
    run : str
        Its name, for commands.
    spark : str
        A small picture of the views, Markdown.
    """
    rows = [
        row("finding more", "More of", _lines(found.more, less=False)),
        row("finding less", "Less of", _lines(found.less, less=True)),
        row("finding", _OPEN[found.told is Told.FOUND], undecided(found)),
        row("finding", "Can we forecast?", forecast(found)),
        row("finding", "Did something change?", changed(found.changed)),
        row("finding", "Next", coming(found.coming, run)),
    ]  # fmt: skip
    parts = [block("who", head(found)), block("quiet", quiet(found.simulated, found.stand_ins))]
    parts += [block("reach", reach(found.reach, spark)), *rows, block("quiet", ranges(found))]
    inside = "\n\n".join(part for part in parts if part)
    return f":::::: {{.first-screen}}\n\n{inside}\n\n::::::"


def block(kind: str, text: str) -> str:
    """Return a passage of one kind; "" where there is nothing to say.

    Parameters
    ----------
    kind : str
        Name of the class.
    text : str
        Markdown.
    """
    return f"::: {{.{kind}}}\n{text}\n:::" if text else ""


def row(kind: str, head: str, text: str) -> str:
    """Return a line with its head beside it; "" where there is nothing to say.

    Parameters
    ----------
    kind : str
        Names of its classes.
    head : str
    text : str
        Markdown.
    """
    if not text:
        return ""
    classes = " ".join(f".{each}" for each in kind.split())
    return f":::: {{{classes}}}\n{block('label', head)}\n\n{block('said', text)}\n::::"


# ---------------------------------------------------------------------------- who, and how many


def head(found: FirstScreen) -> str:
    """Say whose posts these are, how many, and from when."""
    when = found.first if found.first == found.last else f"{found.first} – {found.last}"
    who = "" if found.who is None else f"**{_handle(str(found.who))}**"
    return " · ".join(part for part in (who, plural(found.record.n, "post"), when) if part)


def _handle(name: str) -> str:
    return name if " " in name or name.startswith("&#64;") else f"&#64;{name}"


def quiet(simulated: bool, stand_ins: bool) -> str:
    """Say in a line that the data are simulated, and that stand-ins described something.

    Parameters
    ----------
    simulated, stand_ins : bool
    """
    return " ".join(
        text
        for text, there in (
            ("A simulated account.", simulated),
            ("Simple stand-ins for encoders described the posts.", stand_ins),
        )
        if there
    )


def reach(found: Reach | None, spark: str = "") -> str:
    """Say how many views posts get.

    Parameters
    ----------
    found : Reach or None
    spark : str
        A small picture of the views, Markdown.
    """
    if found is None:
        return "There is no usable post."
    if not found.ranged:
        return f"**The post in the middle has {brief(found.median)} views.**"
    chips = [f"[{spark} Last {LAST}: {brief(found.last)}]{{.chip}}"] if _known(found.last) else []
    share = f"{plural(found.top.n_top, 'post')} = {percent(found.top.top_share)} of the views"
    chips.append(f"[{share}]{{.chip}}")
    return (
        f"**Half of your posts get under {brief(found.median)} views; eight in ten get "
        f"{brief(found.low)} to {brief(found.high)}.** {' '.join(chips)}"
    )


def spark_alt(found: Reach | None) -> str:
    """Describe the small picture of the views."""
    if found is None or not _known(found.last):
        return "Views of the posts in order of time."
    return (
        f"Views of {plural(found.n, 'post')} in order of time, log scale: the last {LAST} have "
        f"{brief(found.last)} in the middle, all of them {brief(found.median)}."
    )


def _known(value: float) -> bool:
    return value == value


# ------------------------------------------------------------------ hashtags and kinds of post


def times(factor: Estimate) -> str:
    """Return a factor with its interval, "×2.1 (1.2–3.6)", as its digits are worth."""
    ends = f" ({_two(factor.low)}–{_two(factor.high)})" if factor.bounded else ""
    return f"×{_two(factor.value)}{ends}"


def _two(value: float) -> str:
    return significant(value, 2)


def _lines(lines: Sequence[Line], less: bool) -> str:
    return "\n\n".join(_line(line, less) for line in lines)


def _line(line: Line, less: bool) -> str:
    among = line.among_top or "none"
    top = f", {among} among the {line.n_top} largest" if less else ""
    size, posts = times(line.about.factor), plural(line.about.n_with, "post")
    return (
        f"**{whatif.name(line.about)}** [{size}]{{.size}} "
        f"[{posts}, {line.lately} of the last {line.lately_known}{top}]{{.behind}}"
    )


def undecided(found: FirstScreen) -> str:
    """Say of which hashtags and kinds nothing is shown."""
    if found.told is Told.TOO_FEW:
        return (
            f"Hashtags and kinds of post are compared from {plural(found.needed, 'settled post')} "
            "on."
        )
    if found.told is Told.UNTOLD:
        return "No hashtag and no kind of post was varied enough to compare."
    start = "" if found.told is Told.FOUND else "No hashtag or kind of post stood out beyond luck. "
    named = [f"{whatif.name(line.about)} {times(line.about.factor)}" for line in found.undecided]
    more = [f"[{found.n_further} more](whatif.ipynb)"] if found.n_further else []
    return f"{start}{' · '.join([*named, *more])}".strip()


def ranges(found: FirstScreen) -> str:
    """Say what the ranges are, and that nothing is proven to be a cause."""
    if found.told in (Told.TOO_FEW, Told.UNTOLD):
        return ""
    return (
        "× is times the views at equal level, with 95 % ranges that allow for the pick among all. "
        "Went together, not proven cause."
    )


# ------------------------------------------------------------------------ forecast, change, next


def forecast(found: FirstScreen) -> str:
    """Say whether the forecast beats a plain rule, and by how much."""
    if found.forecast is None:
        few = found.record.extent is Extent.TOO_FEW
        return f"Not yet: {'so few posts' if few else 'these posts'} leave nothing to test it on."
    half, rule = times(found.forecast.half), times(found.forecast.rule_half)
    return (
        f"Half of the forecasts were within {half}, a plain rule's within {rule}. "
        f"{gain(found.forecast)}. [Forecast](forecast.ipynb)"
    )


def gain(found: Prediction) -> str:
    """Return the verdict of the one comparison that was fixed beforehand, with its interval."""
    where = ", on the large misses" if found.in_large_misses else ""
    return f"Mean miss {ends(found.gain.error)}: **{_FORECAST[found.gain.verdict]}**{where}"


def ends(error: Estimate) -> str:
    """Return how much smaller or larger a miss is, and from where to where, each word once.

    Parameters
    ----------
    error : Estimate
        Difference of logarithms.
    """
    least, most = smaller(error.high), smaller(error.low)
    size, _, direction = least.rpartition(" ")
    if not most.endswith(direction):
        size = least
    return f"{smaller(error.value)} ({size} to {most})"


def changed(last: Last) -> str:
    """Say whether something changed.

    Parameters
    ----------
    last : Last
    """
    if last.main is None:
        if last.verdict is Change.TOO_FEW:
            return f"Cannot be told below {plural(last.needed, 'settled post')}."
        return "Cannot be told: the posts hardly differ."
    size = times(Estimate(last.main.factor, last.main.low, last.main.high))
    stand = f"the last {plural(last.main.posts, 'post')} stand at {size} of the level before"
    link = "[Changes](changes.ipynb)"
    if last.verdict is Change.LUCK:
        return f"**Not shown**: {stand}, within ordinary luck. {link}"
    which = "a drop" if last.verdict is Change.DROP else "a rise"
    return f"**Yes, {which}**: {stand}, beyond ordinary luck. {link}"


def coming(found: NextPosts, run: str) -> str:
    """Say the one step that the evidence supports, or the one test that would settle most.

    Parameters
    ----------
    found : NextPosts
    run : str
        Its name.
    """
    link = "[What next](next.ipynb)"
    if found.verdict is Coming.TOO_FEW:
        return f"Nothing is suggested before {plural(found.needed, 'settled post')}. {link}"
    if found.steps:
        return _step(found, run)
    if found.running:
        return "Nothing is sure enough yet; [the experiment](experiments.ipynb) goes on."
    if found.test is None:
        return f"Nothing is sure enough, and nothing was varied enough to be tested. {link}"
    test = found.test
    return (
        f"**Nothing is sure enough. The test that would tell most: {do(test.about)}** "
        f"({plural(test.n_posts, 'post')}, {percent(test.chance)} to decide): "
        f"{command(test.about, test.n_posts, run)} {link}"
    )


def _step(found: NextPosts, run: str) -> str:
    step = found.steps[0]
    price = ""
    if step.experiment_posts is not None:
        price = (
            f" To be sure: {plural(step.experiment_posts, 'post')}, "
            f"{command(step.about, step.experiment_posts, run)}."
        )
    rest = len(found.steps[1:])
    link = f"[{plural(rest, 'more step')}](next.ipynb)" if rest else "[What next](next.ipynb)"
    size = step.expected
    return (
        f"**Try {do(step.about, step.more)}**: expect ×{_two(size.value)} the views{per(step)} "
        f"(80 %: {_two(size.low)}–{_two(size.high)}), having allowed for the pick.{price} {link}"
    )
