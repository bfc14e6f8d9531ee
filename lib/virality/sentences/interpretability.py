"""What the interpretability chapter says."""

from __future__ import annotations

from collections.abc import Iterable

from virality.core.text import (
    about,
    agree,
    capital,
    decimals,
    listing,
    multiple,
    percent,
    plural,
    significant,
)
from virality.explanation.explain import Verdict
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


def _bold(blocks: Iterable[str]) -> str:
    return listing([f"**{block_name(block)}**" for block in blocks])


def _limits(low: float, high: float) -> str:
    return f"{significant(low, 2)} to {significant(high, 2)}"


# ------------------------------------------------------------- the answer, and what it rests on


def answer(found: Carriers) -> str:
    """The answer box."""
    if found.nothing is Nothing.FLAT:
        return "No block carries anything: the trees give every post the same forecast."
    if found.nothing:
        return (
            f"Nothing yet. With {plural(found.n_posts, 'post')} no model was fitted, so no block "
            "carries a forecast."
        )
    if found.order is Order.MIXED:
        return (
            "Nobody can say: the columns of all blocks were reduced together before the trees saw "
            "them; a reduction by block would show which of them a forecast came from."
        )
    return f"{_headline(found)} {_agreement(found)}{_indicative(found)}"


def _headline(found: Carriers) -> str:
    """What the forecasts lean on, and whether that means anything."""
    first, *others = found.blocks
    text = (
        f"The trees' forecasts lean most on **{block_name(first.block)}** ({percent(first.share)} "
        "of all that moves them)"
    )
    if others:
        second = f"**{block_name(others[0].block)}** ({percent(others[0].share)})"
        is_open = found.order is Order.OPEN
        text += f" and {second}; which of them leads is open" if is_open else f", then on {second}"
    if found.believed:
        return f"{text}."
    why = "they have not been shown to beat a plain rule"
    if found.skill.verdict is Verdict.WORSE:
        why = "they are clearly worse than a plain rule"
    return f"{text}. That is what the trees do, **not what moves the views**: {why}."


def _agreement(found: Carriers) -> str:
    """What the two checks without SHAP say of it, and how far they go together."""
    checks = found.checks
    if checks.support is Support.NONE and found.believed:
        return (
            "Shuffled among unseen posts, no single block is missed, so what makes the trees "
            "better than a plain rule stays open."
        )
    if checks.support is Support.NONE:
        return "Shuffled among unseen posts, no single block can be shown to help."
    if checks.support is Support.LEFT_OUT:
        return (
            "Shuffled among unseen posts, no block is missed; fitted again without "
            f"{_bold(checks.missed or ())}, the trees get worse, which is the fairer check of what "
            "changes slowly."
        )
    others = "" if found.names[0] in checks.helpful else "It is others that are missed: "
    shuffled = f"{'s' if others else 'S'}huffled among unseen posts, {_bold(checks.helpful)}"
    makes = agree([*map(block_name, checks.helpful)], "makes", "make")
    start = f"{others}{shuffled} {makes} forecasts worse ({_cost(checks)})"
    if checks.support is Support.SHUFFLED:
        return f"{start}. Whether another block could stand in was not tried."
    if checks.support is Support.REPLACEABLE:
        without = "it" if len(checks.helpful) == 1 else "any one of them"
        return (
            f"{start}, but trees fitted again without {without} get no clearly worse: that they "
            "use it is shown, that they need it is not."
        )
    return (
        f"{start}, and trees fitted again without {_bold(checks.needed)} get worse as well: two "
        "checks that agree."
    )


def _cost(checks: Checks) -> str:
    of_it = "" if len(checks.helpful) == 1 else f"{block_name(checks.helpful[0])}: "
    cost = checks.cost
    ends = f"{percent(cost.low)} to {percent(cost.high)}"
    return f"{of_it}mean miss + {percent(cost.value)}, 95 %: {ends}"


def _indicative(found: Carriers) -> str:
    if not found.indicative:
        return ""
    return f" From {plural(found.n_posts, 'post')} that is a hint."


def doubt(found: Carriers) -> str:
    """Say in a sentence what the trees know themselves; "" when nothing is explained."""
    if found.nothing or found.skill.verdict is Verdict.NOT_PREDICTED:
        return ""
    if found.skill.verdict is Verdict.NOT_COMPARED:
        return (
            "Nobody knows whether these trees beat a plain rule, for none was run beside them; an "
            "explanation is about the model alone."
        )
    misses = (
        f"their mean miss is × {found.skill.factor:.2f}, that of a plain rule "
        f"× {found.skill.baseline_factor:.2f}"
    )
    if found.believed:
        return (
            "An explanation is about the trees, and about views only as far as the trees are "
            f"right: {misses}."
        )
    return f"Trees without skill lean on something as well: {misses}."


def skill(found: Carriers) -> str:
    """Say how the model compares with a rule; "" when that was not asked."""
    known = found.skill
    if known.verdict in (Verdict.NOT_PREDICTED, Verdict.NOT_COMPARED):
        return ""
    told = {
        Verdict.BETTER: "better, clear of zero",
        Verdict.WORSE: "worse, clear of zero",
        Verdict.UNCLEAR: "not clear of zero",
    }[known.verdict]
    gap = _limits(known.low, known.high)
    return (
        f"On {plural(known.n, 'held-out post')} they are held against the "
        f"{model_name(known.baseline)}: model minus rule in log views {gap}, {told}."
    )


# ------------------------------------------------------------------------------ one post


def waterfall_texts(found: Example) -> tuple[str, str]:
    """Caption and alternative text of the waterfall."""
    largest, push = found.steps[0]
    helped = "right" if found.helped else "wrong"
    caption = (
        f"{found.post}: the trees start from {about(found.start)} views and arrive at "
        f"{about(found.forecast)}, most by {concept(largest).name} ({multiple(push)}); "
        f"{about(found.actual)} came. The {helped} move: off by {multiple(found.off)}, without it "
        f"by {multiple(found.start_off)}."
    )
    named = [f"{concept(key).name} {multiple(push)}" for key, push in found.steps if key != "rest"]
    return caption, (
        f"From {about(found.start)} views to a forecast of {about(found.forecast)}; "
        f"{about(found.actual)} came. Pushes, largest first: {listing(named)}."
    )


def alike_caption(found: Alike) -> str:
    """Caption of the table of earlier posts that are most like one."""
    did = f"{multiple(found.low)} to {multiple(found.high)}"
    posts = "The earlier posts most like it"
    if found.likeness is Likeness.ONE:
        posts, did = "The earlier post most like it", multiple(found.low)
    said = [f"{concept(key).name} {multiple(size)}" for key, size in found.says]
    says = f"; weighed by likeness: {listing(said)}" if said else ""
    return f"{posts} did {did} against the level of their time{says}."


# -------------------------------------------------------------------------- all the posts


def summary_texts(found: Carriers) -> tuple[str, str]:
    """Caption and alternative text of the beeswarm."""
    names = [concept(key).name for key, _ in found.leading]
    caption = (
        f"Pushed most: {listing(names[:3])}. A dot is one of "
        f"{plural(found.n_held_out, 'held-out post')}, right where its forecast was pushed up; "
        "colour and shape are its reading, grey where there is no single one."
    )
    sizes = [f"{concept(key).name} ({multiple(push)})" for key, push in found.leading]
    return caption, f"Features by the mean size of their pushes: {listing(sizes)}."


def blocks_texts(found: Carriers) -> tuple[str, str]:
    """Caption and alternative text of the bars by block."""
    first = found.blocks[0]
    finding = (
        f"{capital(block_name(first.block))} moves a forecast by {multiple(first.factor)} either "
        f"way{_lead(found)}."
    )
    named = [f"{block_name(each.block)} {percent(each.share)}" for each in found.blocks]
    return (
        f"{finding} Lines: 95 % intervals.",
        f"{finding} Shares of all that moves forecasts: {listing(named)}.",
    )


def _lead(found: Carriers) -> str:
    """Who leads, and whether that is settled."""
    if found.order in (Order.ONE_BLOCK, Order.MIXED):
        return ""
    second = block_name(found.names[1])
    if found.order is Order.CLEAR:
        return f", clearly ahead of {second}"
    return f", not clearly ahead of {second}"


def width(found: Carriers) -> str:
    """Say what the widest block has to do with the order; "" where there is none."""
    if found.order in (Order.ONE_BLOCK, Order.MIXED):
        return ""
    text = (
        f"The widest block, {block_name(found.widest)} with "
        f"{plural(found.widest_columns, 'column')}, "
    )
    if found.widest == found.names[0]:
        return text + "also stands first; whether that is more than width, the checks tell."
    place = dict(enumerate(_ORDINALS)).get(found.widest_place, f"{found.widest_place}th")
    return text + f"stands {place} of {len(found.blocks)}: width alone did not win."


def folds_texts(found: Folds) -> tuple[str, str]:
    """Caption and alternative text of the shares by fold."""
    span = [f"{block_name(b)} {percent(low)} to {percent(high)}" for b, low, high in found.spans]
    first = capital(block_name(found.first))
    if found.n == 1:
        finding = f"{first} leads in the only fold that so few posts allow."
    elif not found.others_first:
        finding = f"{first} leads in every fold.{_order_of_folds(found)}"
    else:
        finding = (
            f"{first} leads in {found.times_first} of {plural(found.n, 'fold')}, elsewhere "
            f"{_names(found.others_first, 'or')}.{_order_of_folds(found)}"
        )
    return finding, f"{finding} Shares over the folds: {listing(span)}."


def _order_of_folds(found: Folds) -> str:
    """How settled the order is from fold to fold."""
    if found.agreement is Agreement.TOO_FEW:
        return ""
    told = {
        Agreement.SETTLED: "the order hangs on no one stretch",
        Agreement.LOOSE: "top and bottom are recognisable, the middle is not",
        Agreement.NONE: "each stretch gives another order",
    }[found.agreement]
    if found.agreement is Agreement.SETTLED and found.lead is Order.OPEN:
        told += ", though its first place is open"
    return (
        f" Kendall's W, which is one where all folds agree, is {decimals(found.kendall_w)}: {told}."
    )


# ---------------------------------------------------------------------------- the checks


def checks_texts(found: Checks) -> tuple[str, str]:
    """Caption and alternative text of the two checks."""
    finding = "Shuffled, no block is missed by as much as could be shown."
    if found.helpful:
        helpful = [block_name(block) for block in found.helpful]
        finding = (
            f"Shuffled, {listing(helpful)} {agree(helpful, 'is', 'are')} missed, clear of zero."
        )
    if found.harmful:
        finding += f" Shuffling {_names(found.harmful)} even helps: the trees were misled there."
    if found.missed:
        finding += f" Left out, {_names(found.missed)}: nothing else stands in."
    elif found.missed is not None:
        finding += " Left out, no block is: another says the same, or the posts are too few."
    named = [f"{block_name(b)} {_limits(low, high)}" for b, low, high in found.limits]
    return finding, f"{finding} Error added by shuffling, in log views: {listing(named)}."


def table_caption(found: Carriers) -> str:
    """Caption of the table of importances."""
    top, costly = block_name(found.names[0]), block_name(found.checks.costliest)
    if not found.checks.helpful:
        same = f"SHAP puts {top} first; shuffling names none that is clear of zero"
    elif top == costly:
        same = f"SHAP and shuffling put the same block first, {top}"
    else:
        same = f"SHAP puts {top} first, shuffling {costly}"
    return f"{same}. Errors in log views, intervals for all blocks together (95 %, Bonferroni)."


# -------------------------------------------------------------------------- how they act


def dependence_texts(found: Iterable[Dependence]) -> tuple[str, str]:
    """Caption and alternative text of the dependence panels."""
    directions = " ".join(f"{_course(each)}." for each in found)
    return directions, f"{directions} Every dot is a held-out post."


def _course(found: Dependence) -> str:
    name = capital(concept(found.concept).name)
    if found.course is Course.TOO_LITTLE:
        return f"{name}: too little variation to tell"
    if found.course is Course.ROUND:
        parts = _PARTS[found.concept]
        return (
            f"{name}: forecasts are highest {parts[found.best]}, lowest {parts[found.worst]}, "
            f"{multiple(found.gap)} apart"
        )
    gap = f"the upper third of readings gets {multiple(found.gap)} against the lower"
    if found.course is Course.UP:
        return f"{name}: the higher, the higher the forecast; {gap}"
    if found.course is Course.DOWN:
        return f"{name}: the higher, the lower the forecast; {gap}"
    return f"{name}: no single direction; {gap}"
