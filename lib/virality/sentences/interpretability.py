"""What the interpretability chapter says."""

from __future__ import annotations

from collections.abc import Iterable

from virality.core.protocol import MIN_POSTS
from virality.core.text import about, capital, listing, multiple, percent, plural, significant
from virality.explanation.explain import Skill, Verdict
from virality.features.blocks import block_name
from virality.features.concepts import concept
from virality.findings.checks import Checks, Support
from virality.findings.interpretability import (
    Agreement,
    Alike,
    Carriers,
    Course,
    Dependence,
    Example,
    Folds,
    Likeness,
    Nothing,
    Order,
)
from virality.models.catalogue import model_name

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Parts of readings that go round, in the order of `findings.interpretability.CIRCLES`.
_PARTS = {
    "metadata__hour": (
        "at night (0 to 6 h)",
        "from 6 to 12 h",
        "from 12 to 18 h",
        "from 18 to 24 h",
    ),
    "metadata__weekday": tuple(f"on {day}s" for day in _DAYS),
    "metadata__season": (
        "from January to March",
        "from April to June",
        "from July to September",
        "from October on",
    ),
}
_ORDINALS = ("none", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def _names(blocks: Iterable[str], last: str = "and") -> str:
    return listing([block_name(block) for block in blocks], last)


def _limits(low: float, high: float) -> str:
    return f"{significant(low, 2)} to {significant(high, 2)}"


# -------------------------------------------------------------------- is there anything?


def nothing(found: Carriers) -> str:
    """Say why there is nothing to explain."""
    rest = "The text below says what this chapter would show."
    if found.nothing is Nothing.FLAT:
        return (
            "The trees give every post of a fold the same forecast: they found nothing to split "
            f"on, so nothing pushes a forecast up or down. {rest}"
        )
    if found.nothing is Nothing.TOO_FEW:
        return (
            f"This record holds {plural(found.n_posts, 'post')}. Below {MIN_POSTS} this book "
            f"describes and does not model, so there is no forecast to take apart. {rest}"
        )
    return (
        f"For these {plural(found.n_posts, 'post')} nothing was predicted; the chapter on "
        f"baselines says why. So there is no forecast to take apart. {rest}"
    )


def skill(found: Carriers) -> str:
    """Say whether the model that is explained knows anything; "" when nothing was predicted."""
    if found.skill.verdict is Verdict.NOT_PREDICTED:
        return ""
    if found.skill.verdict is Verdict.NOT_COMPARED:
        return (
            "The naive rules were not run beside this model, so nobody knows whether it beats "
            "them. **Read what follows as a description of the model, not of the views.**"
        )
    return (
        f"On the {plural(found.skill.n, 'held-out post')} the mean miss of XGBoost is a factor of "
        f"{found.skill.factor:.2f}. For the better of two rules that never look at the post, the "
        f"{model_name(found.skill.baseline)}, it is {found.skill.baseline_factor:.2f}. "
        f"{_skill_verdict(found.skill)}{_indicative(found)}"
    )


def _skill_verdict(found: Skill) -> str:
    limits = f"(model minus rule, in log views: {_limits(found.low, found.high)})"
    if found.verdict is Verdict.BETTER:
        return (
            f"The model is better, and the difference is clear of zero {limits}. So what it leans "
            "on says something about this creator's posts, as far as a model of past posts can."
        )
    if found.verdict is Verdict.WORSE:
        return (
            f"The model is worse, and clearly so {limits}. **What follows describes what the trees "
            "picked up, not what moves the views.** A model without skill has importances too."
        )
    return (
        f"The difference is not clear of zero {limits}. **Read what follows as a description of "
        "the model, not of the views**: it has not been shown to know more than that rule, and a "
        "model without skill has importances too."
    )


def _indicative(found: Carriers) -> str:
    if not found.indicative:
        return ""
    return f" With {found.n_posts} posts all of it is indicative at most."


# ------------------------------------------------------------------------------ one post


def waterfall_texts(found: Example) -> tuple[str, str]:
    """Caption and alternative text of the waterfall."""
    largest, push = found.steps[0]
    caption = (
        f"One forecast taken apart: {found.post}. The model starts from {about(found.start)} views "
        f"and arrives at {about(found.forecast)}; {about(found.actual)} came. The largest step is "
        f"{concept(largest).name}, {multiple(push)}."
    )
    named = [f"{concept(key).name} {multiple(push)}" for key, push in found.steps if key != "rest"]
    return caption, f"Waterfall of the pushes behind one forecast, largest first: {listing(named)}."


def waterfall_reading(found: Example) -> str:
    """Say whether the model moved this post the right way."""
    text = (
        "This is the held-out post that the model moved furthest from its starting point. It was "
        "chosen by its forecast alone, not by how well that turned out. "
    )
    if found.helped:
        return text + (
            f"Here the move was in the right direction: the forecast is off by "
            f"{multiple(found.off)}, the starting point would have been off by "
            f"{multiple(found.start_off)}. One post proves nothing."
        )
    return text + (
        f"Here the move did not help: the forecast is off by {multiple(found.off)}, the starting "
        f"point would have been off by {multiple(found.start_off)}. One post proves nothing, in "
        "either direction."
    )


def alike_reading(found: Alike) -> str:
    """Name the earlier posts that are most like one, and say what they did."""
    if found.likeness is Likeness.NOT_COMPARED:
        return "This run's features do not compare posts with each other, so none is named here."
    if found.likeness is Likeness.NOBODY_KNOWN:
        return (
            "When this post went up, the views of no earlier post were known yet: there was "
            "nothing that it could be like."
        )
    if found.likeness is Likeness.NONE:
        return (
            "No earlier post is much more like it than the others are, in words, hour, weekday and "
            "length taken together: similar posts say little here."
        )
    if found.likeness is Likeness.ONE:
        text = (
            f"One earlier post is like it: {found.posts[0]}. It did {multiple(found.low)} against "
            "the level that the account had then."
        )
    else:
        text = (
            f"The earlier posts that are most like it are {listing(found.posts)}. Against the "
            f"level that the account had then they did between {multiple(found.low)} and "
            f"{multiple(found.high)}."
        )
    return f"{text} {_says(found)}"


def _says(found: Alike) -> str:
    if not found.says:
        return "Weighed by likeness, the earlier posts say nothing but the level."
    said = [f"{concept(key).name} {multiple(size)}" for key, size in found.says]
    return (
        f"Weighed by likeness and drawn towards the level, the earlier posts say: {listing(said)}."
    )


def alike_caption() -> str:
    """Caption of the table of earlier posts that are like one."""
    return (
        "Earlier posts like this one. Their say is a mean over everything in which posts are "
        "compared; what is missing to the whole is the say of further posts, and of the level."
    )


# -------------------------------------------------------------------------- all the posts


def summary_texts(found: Carriers) -> tuple[str, str]:
    """Caption and alternative text of the beeswarm."""
    names = [concept(key).name for key, _ in found.leading]
    caption = (
        f"Every dot is one of {plural(found.n_held_out, 'held-out post')}: how far a reading "
        f"pushed its forecast up (right) or down (left). Widest on the whole: {listing(names[:3])}."
    )
    sizes = [f"{concept(key).name} ({multiple(push)})" for key, push in found.leading]
    return (
        caption,
        f"Rows of dots, one row per feature, by mean size of the push: {listing(sizes)}.",
    )


def blocks_texts(found: Carriers) -> tuple[str, str]:
    """Caption and alternative text of the bars by block."""
    first = found.blocks[0]
    caption = (
        "Mean size of each block's push on held-out forecasts, with 95 % intervals. "
        f"The largest come from {block_name(first.block)}, {multiple(first.factor)} either way: "
        f"{percent(first.share)} of all pushes."
    )
    named = [f"{block_name(each.block)} {percent(each.share)}" for each in found.blocks]
    return caption, f"Bars of the blocks' shares of all pushes: {listing(named)}."


def blocks_reading(found: Carriers) -> str:
    """Say who leads, whether that is settled, and what width has to do with it."""
    if found.order is Order.MIXED:
        return (
            "The columns of all blocks were reduced together before the model saw them. After that "
            "nobody can say which block a push came from; choose a reduction by block to see it."
        )
    first = block_name(found.names[0])
    if found.order is Order.ONE_BLOCK:
        return f"There is only one block, {first}."
    second = block_name(found.names[1])
    if found.order is Order.CLEAR:
        order = f"The lead of {first} over {second} is clear of zero."
    else:
        order = f"Between {first} and {second} the order is open: the lead is not clear of zero."
    return f"{order} {_width(found)}"


def _width(found: Carriers) -> str:
    columns = plural(found.widest_columns, "column")
    text = f"The widest block, {block_name(found.widest)} with {columns}, "
    if found.widest == found.names[0]:
        return text + "also stands first. Whether that is more than width, the checks below tell."
    place = dict(enumerate(_ORDINALS)).get(found.widest_place, f"{found.widest_place}th")
    return text + f"stands {place} of {len(found.blocks)}: width alone did not win."


def folds_texts(found: Folds) -> tuple[str, str]:
    """Caption and alternative text of the shares by fold."""
    span = [f"{block_name(b)} {percent(low)} to {percent(high)}" for b, low, high in found.spans]
    alt = f"Lines of each block's share of the pushes over the folds: {listing(span)}."
    first = capital(block_name(found.first))
    if found.n == 1:
        return f"{first} has the largest share in the only fold that so few posts allow.", alt
    if not found.others_first:
        return f"{first}: the largest share of the pushes in every fold.", alt
    return (
        f"{first}: the largest share in {found.times_first} of {plural(found.n, 'fold')}; "
        f"elsewhere it is {_names(found.others_first, 'or')}.",
        alt,
    )


def folds_reading(found: Folds) -> str:
    """Say how settled the order is from fold to fold."""
    if found.agreement is Agreement.TOO_FEW:
        return "There are too few folds or blocks to compare their orders."
    scale = "on a scale from 0, no agreement, to 1, the same order in every fold"
    text = f"The folds' orders agree with {found.kendall_w:.2f} ({scale}; Kendall's W). "
    if found.agreement is Agreement.SETTLED and found.lead is Order.OPEN:
        return text + (
            "So the ranking as a whole does not hang on one stretch; who stands first in it stays "
            "open, as said above."
        )
    if found.agreement is Agreement.SETTLED:
        return text + "The ranking is a property of this creator's model, not of one stretch."
    if found.agreement is Agreement.LOOSE:
        return text + "The ranking is loose: top and bottom are recognisable, the middle is not."
    return text + "There is no ranking to speak of: each stretch of time gives another order."


# ---------------------------------------------------------------------------- the checks


def checks_texts(found: Checks) -> tuple[str, str]:
    """Caption and alternative text of the two checks."""
    clear = (
        f"Clear of zero when shuffled: {_names(found.helpful)}."
        if found.helpful
        else "No interval for shuffling lies clear of zero."
    )
    named = [f"{block_name(b)} {_limits(low, high)}" for b, low, high in found.limits]
    return (
        "How much the mean miss grows when a block is taken away from held-out posts. " + clear,
        f"Intervals of the error added by shuffling each block, in log views: {listing(named)}.",
    )


def checks_reading(found: Carriers) -> str:
    """Say what the two checks found, and whether they agree with SHAP."""
    checks = found.checks
    parts = [_shuffled(checks)]
    if found.believed and checks.support is Support.NONE:
        parts.append(
            "Together the blocks do help, since the forecasts beat the naive rules: no single "
            "one is needed, or the posts are too few to say which."
        )
    if checks.harmful:
        parts.append(
            f"Shuffling {_names(checks.harmful)} even makes them better: what the "
            "trees learnt there misled them."
        )
    if checks.missed:
        parts.append(
            f"Fitted again without {_names(checks.missed)}, the model gets worse: nothing else in "
            "the data stands in."
        )
    elif checks.missed is not None:
        parts.append(
            "Fitted again without any one block, the model gets no worse by as much as could be "
            "shown: the block says little, or another says the same, or the posts are too few to "
            "tell."
        )
    return " ".join(parts)


def _shuffled(checks: Checks) -> str:
    if not checks.helpful:
        return (
            "No block's loss is clear of zero. Whatever the trees lean on, one block at a time, "
            "cannot be shown by shuffling to help them on posts that they have not seen."
        )
    of_it = "" if len(checks.helpful) == 1 else f"for {block_name(checks.helpful[0])} "
    return (
        f"Shuffling {_names(checks.helpful)} makes forecasts of unseen posts worse, clear of "
        f"zero; {of_it}the mean miss grows by {checks.cost:.1%}."
    )


def table_caption(found: Carriers) -> str:
    """Caption of the table of importances."""
    top, costly = block_name(found.names[0]), block_name(found.checks.costliest)
    if not found.checks.helpful:
        same = f"SHAP puts {top} first; shuffling names none that is clear of zero."
    elif top == costly:
        same = f"SHAP and shuffling put the same block first, {top}."
    else:
        same = f"SHAP puts {top} first, shuffling {costly}."
    return (
        f"Three importances side by side. {same} Errors in log views; their intervals hold for all "
        "blocks together (95 %, Bonferroni)."
    )


# -------------------------------------------------------------------------- how they act


def dependence_texts(found: Iterable[Dependence]) -> tuple[str, str]:
    """Caption and alternative text of the dependence panels."""
    directions = " ".join(f"{_course(each)}." for each in found)
    names = listing([concept(each.concept).name for each in found])
    return (
        f"What the leading readable features do. {directions}",
        f"Scatter of reading against push for {names}. {directions}",
    )


def _course(found: Dependence) -> str:
    name = capital(concept(found.concept).name)
    if found.course is Course.TOO_LITTLE:
        return f"{name}: too little variation to tell"
    if found.course is Course.ROUND:
        parts = _PARTS[found.concept]
        return (
            f"{name}: forecasts are highest {parts[found.best]}, lowest {parts[found.worst]}; "
            f"between the two lies {multiple(found.gap)}"
        )
    gap = f"the upper third of readings gets {multiple(found.gap)} against the lower third"
    if found.course is Course.UP:
        return f"{name}: the higher, the higher the forecast; {gap}"
    if found.course is Course.DOWN:
        return f"{name}: the higher, the lower the forecast; {gap}"
    return f"{name}: no single direction; {gap}"


# ---------------------------------------------------------------------------- the answer


def answer(found: Carriers) -> str:
    """The answer box."""
    if found.nothing is Nothing.FLAT:
        return "No block carries anything: the trees give every post the same forecast."
    if found.nothing:
        return (
            f"Nothing yet. With {plural(found.n_posts, 'post')} no model was fitted, so no block "
            "carries a forecast."
        )
    return _headline(found) + _agreement(found) + _indicative(found)


def _headline(found: Carriers) -> str:
    """What the forecasts lean on, and whether that means anything."""
    first, *others = found.blocks
    text = (
        f"The trees' forecasts lean most on **{block_name(first.block)}** "
        f"({percent(first.share)} of all pushes)"
    )
    if others:
        text += f", then on {block_name(others[0].block)} ({percent(others[0].share)})"
    if found.believed:
        return text + ", and these forecasts beat the naive rules on posts that they had not seen."
    if found.skill.verdict is Verdict.WORSE:
        return text + (
            ". But they are clearly worse than a naive rule, so this says what the model does, "
            "**not what moves the views**."
        )
    return text + (
        ". But they have not been shown to beat the naive rules, so this says what the model does, "
        "**not what moves the views**."
    )


def _agreement(found: Carriers) -> str:
    """What the two checks without SHAP say of it, and how far they go together."""
    checks = found.checks
    names = listing([f"**{block_name(block)}**" for block in checks.helpful])
    if checks.support is Support.NONE and found.believed:
        return (
            " Which block that is due to cannot be shown: shuffled one at a time, no single "
            "one is missed."
        )
    if checks.support is Support.NONE:
        return " When blocks are shuffled one at a time, none can be shown to help."
    if checks.support is Support.LEFT_OUT:
        missed = listing([f"**{block_name(block)}**" for block in checks.missed or ()])
        return (
            f" Shuffled one at a time, no block is missed; fitted again without {missed}, the "
            "model gets worse. For what changes slowly, that is the fairer check."
        )
    start = f" {_beside_shap(found)}: shuffled, {names} {_makes(checks)} forecasts worse"
    if checks.support is Support.SHUFFLED:
        return f"{start}. Whether another block could stand in was not tried."
    if checks.support is Support.REPLACEABLE:
        return (
            f"{start}, but fitted again without {_it(checks)}, the model gets no clearly worse: "
            "that the trees use this is shown, that they need it is not."
        )
    needed = listing([f"**{block_name(block)}**" for block in checks.needed])
    return (
        f"{start}, and fitted again without {needed}, the model gets worse as well. Two checks "
        "that agree are the evidence to rely on; SHAP shows what is used, not what it is good for."
    )


def _beside_shap(found: Carriers) -> str:
    if found.names[0] in found.checks.helpful:
        return "The check without SHAP agrees"
    return "The check without SHAP names others"


def _makes(checks: Checks) -> str:
    return "makes" if len(checks.helpful) == 1 else "make"


def _it(checks: Checks) -> str:
    return "it" if len(checks.helpful) == 1 else "any one of them"
