"""What the interpretability chapter says, from the explanation alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from virality.core.protocol import INDICATIVE_POSTS, MIN_POSTS
from virality.core.text import listing, plural, significant
from virality.explanation import explain
from virality.explanation.explain import Explanation, Skill
from virality.features.blocks import block_name
from virality.models.catalogue import model_name
from virality.sentences.concepts import concept

# Where a reading goes round, "higher" has no meaning: edges and names of its parts.
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
CIRCLES = {
    "metadata__hour": (
        [0, 6, 12, 18, 24],
        ["at night (0 to 6 h)", "from 6 to 12 h", "from 12 to 18 h", "from 18 to 24 h"],
    ),
    "metadata__weekday": ([*range(8)], [f"on {day}s" for day in _DAYS]),
    "metadata__season": (
        [1, 91, 182, 274, 367],
        [
            "from January to March",
            "from April to June",
            "from July to September",
            "from October on",
        ],
    ),
}
ONE_WAY = 0.5  # Spearman between a reading and its push that counts as a direction


def factor(log_views: float) -> str:
    """Return a difference of log views as a factor, "× 1.25"."""
    return f"× {np.exp(log_views):.2f}"


def views(log_views: float) -> str:
    """Return log views as a number of views, to two digits."""
    count = max(float(np.expm1(log_views)), 0.0)
    return f"{float(f'{count:.2g}'):,.0f}"


def percent(share: float) -> str:
    """Return a share as whole per cent."""
    return f"{100 * share:.0f} %".replace("-", "−")


def interval(low: float, high: float) -> str:
    """Return "−0.02 to 0.05"."""
    return f"{significant(low, 2)} to {significant(high, 2)}"


# -------------------------------------------------------------------- is there anything?


def nothing(own: Explanation) -> str:
    """Say why there is nothing to explain."""
    n_posts, rest = len(own.order), "The text below says what this chapter would show."
    if not own.empty:
        return (
            "The trees give every post of a fold the same forecast: they found nothing to split "
            f"on, so nothing pushes a forecast up or down. {rest}"
        )
    if n_posts < MIN_POSTS:
        return (
            f"This record holds {plural(n_posts, 'post')}. Below {MIN_POSTS} this book describes "
            f"and does not model, so there is no forecast to take apart. {rest}"
        )
    return (
        f"For these {plural(n_posts, 'post')} nothing was predicted; the chapter on baselines says "
        f"why. So there is no forecast to take apart. {rest}"
    )


def skill(own: Explanation) -> str:
    """Say whether the model that is explained knows anything."""
    found = own.skill
    if not found.baseline:
        return (
            "The naive rules were not run beside this model, so nobody knows whether it beats "
            "them. **Read what follows as a description of the model, not of the views.**"
        )
    text = (
        f"On the {plural(found.n, 'held-out post')} XGBoost is typically off by a factor of "
        f"{np.exp(found.miss):.2f}. The better of two rules that never look at the post, the "
        f"{model_name(found.baseline)}, is off by {np.exp(found.baseline_miss):.2f}. "
    )
    return text + _skill_verdict(found) + _indicative(len(own.order))


def _skill_verdict(found: Skill) -> str:
    limits = f"(model minus rule, in log views: {interval(found.low, found.high)})"
    if found.verdict == "better":
        return (
            f"The model is better, and the difference is clear of zero {limits}. So what it leans "
            "on says something about this creator's posts, as far as a model of past posts can."
        )
    if found.verdict == "worse":
        return (
            f"The model is worse, and clearly so {limits}. **What follows describes what the trees "
            "picked up, not what moves the views.** A model without skill has importances too."
        )
    return (
        f"The difference is not clear of zero {limits}. **Read what follows as a description of "
        "the model, not of the views**: it has not been shown to know more than that rule, and a "
        "model without skill has importances too."
    )


def _indicative(n_posts: int) -> str:
    if n_posts >= INDICATIVE_POSTS:
        return ""
    return f" With {n_posts} posts all of it is indicative at most."


# ------------------------------------------------------------------------------ one post


def waterfall_caption(
    steps: pd.DataFrame, label: str, base: float, prediction: float, actual: float
) -> str:
    """Caption of the waterfall; `label` is escaped already."""
    first = steps.iloc[0]
    return (
        f"One forecast taken apart: {label}. The model starts from {views(base)} views and "
        f"arrives at {views(prediction)}; {views(actual)} came. The largest step is "
        f"{concept(first.concept).name}, {factor(first.value)}."
    )


def waterfall_alt(steps: pd.DataFrame) -> str:
    """Alternative text of the waterfall."""
    named = [
        f"{concept(step.concept).name} {factor(step.value)}"
        for step in steps.itertuples()
        if step.concept != "rest"
    ]
    return f"Waterfall of the pushes behind one forecast, largest first: {listing(named)}."


def waterfall_texts(
    steps: pd.DataFrame, label: str, base: float, prediction: float, actual: float
) -> tuple[str, str]:
    """Caption and alternative text together."""
    return waterfall_caption(steps, label, base, prediction, actual), waterfall_alt(steps)


def waterfall_reading(base: float, prediction: float, actual: float) -> str:
    """Say whether the model moved this post the right way."""
    off, started = abs(actual - prediction), abs(actual - base)
    text = (
        "This is the held-out post that the model moved furthest from its starting point. It was "
        "chosen by its forecast alone, not by how well that turned out. "
    )
    if off < started:
        return text + (
            f"Here the move was in the right direction: the forecast is off by {factor(off)}, the "
            f"starting point would have been off by {factor(started)}. One post proves nothing."
        )
    return text + (
        f"Here the move did not help: the forecast is off by {factor(off)}, the starting point "
        f"would have been off by {factor(started)}. One post proves nothing, in either direction."
    )


# -------------------------------------------------------------------------- all the posts


def summary_caption(importance: pd.DataFrame, n_posts: int) -> str:
    """Caption of the beeswarm; `importance` is :func:`explain.concept_importance`."""
    leading = [concept(key).name for key in importance["concept"].head(3)]
    return (
        f"Every dot is one of {plural(n_posts, 'held-out post')}: how far a reading pushed its "
        f"forecast up (right) or down (left). Widest on the whole: {listing(leading)}."
    )


def summary_alt(importance: pd.DataFrame) -> str:
    """Alternative text of the beeswarm."""
    named = [
        f"{concept(row.concept).name} ({factor(row.importance)})"
        for row in importance.head(6).itertuples()
    ]
    return f"Rows of dots, one row per feature, by mean size of the push: {listing(named)}."


def summary_texts(importance: pd.DataFrame, n_posts: int) -> tuple[str, str]:
    """Caption and alternative text together."""
    return summary_caption(importance, n_posts), summary_alt(importance)


def blocks_caption(own: Explanation) -> str:
    """Caption of the bars by block."""
    first = own.blocks.iloc[0]
    return (
        f"Mean size of each block's push on held-out forecasts, with 95 % intervals. "
        f"The largest come from {block_name(first.block)}, {factor(first.importance)} either way: "
        f"{percent(first.share)} of all pushes."
    )


def blocks_alt(own: Explanation) -> str:
    """Alternative text of the bars by block."""
    named = [f"{block_name(b.block)} {percent(b.share)}" for b in own.blocks.itertuples()]
    return f"Bars of the blocks' shares of all pushes: {listing(named)}."


def blocks_texts(own: Explanation) -> tuple[str, str]:
    """Caption and alternative text together."""
    return blocks_caption(own), blocks_alt(own)


def blocks_reading(own: Explanation) -> str:
    """Say who leads, whether that is settled, and what width has to do with it."""
    if list(own.blocks["block"]) == ["all"]:
        return (
            "The columns of all blocks were reduced together before the model saw them. After that "
            "nobody can say which block a push came from; choose a reduction by block to see it."
        )
    if len(own.blocks) == 1:
        return f"There is only one block, {block_name(own.blocks['block'].iloc[0])}."
    first, second = (block_name(block) for block in own.blocks["block"].head(2))
    low = own.lead[1]
    if low > 0:
        order = f"The lead of {first} over {second} is clear of zero."
    else:
        order = f"Between {first} and {second} the order is open: the lead is not clear of zero."
    return f"{order} {_width(own.blocks)}"


def _width(blocks: pd.DataFrame) -> str:
    widest = blocks["columns"].idxmax()
    place, name = int(widest) + 1, block_name(blocks["block"][widest])
    text = f"The widest block, {name} with {plural(int(blocks['columns'][widest]), 'column')}, "
    if place == 1:
        return text + "also stands first. Whether that is more than width, the checks below tell."
    return text + f"stands {_ordinal(place)} of {len(blocks)}: width alone did not win."


def folds_caption(own: Explanation) -> str:
    """Caption of the shares by fold."""
    leaders = own.by_fold.idxmax(axis=1)
    first = own.blocks["block"].iloc[0]
    times = int((leaders == first).sum())
    if len(leaders) == 1:
        return f"{_name(first)} has the largest share in the only fold that so few posts allow."
    if times == len(leaders):
        return f"{_name(first)}: the largest share of the pushes in every fold."
    others = [block_name(b) for b in dict.fromkeys(leaders) if b != first]
    return (
        f"{_name(first)}: the largest share in {times} of {plural(len(leaders), 'fold')}; "
        f"elsewhere it is {listing(others, 'or')}."
    )


def folds_alt(own: Explanation) -> str:
    """Alternative text of the shares by fold."""
    span = [
        f"{block_name(b)} {percent(own.by_fold[b].min())} to {percent(own.by_fold[b].max())}"
        for b in own.by_fold.columns
    ]
    return f"Lines of each block's share of the pushes over the folds: {listing(span)}."


def folds_texts(own: Explanation) -> tuple[str, str]:
    """Caption and alternative text together."""
    return folds_caption(own), folds_alt(own)


def folds_reading(own: Explanation) -> str:
    """Say how settled the order is from fold to fold."""
    ranks = own.by_fold.rank(axis=1)
    if len(ranks) < 2 or ranks.shape[1] < 3:
        return "There are too few folds or blocks to compare their orders."
    agreement = _concordance(ranks.to_numpy())
    scale = "on a scale from 0, no agreement, to 1, the same order in every fold"
    text = f"The folds' orders agree with {agreement:.2f} ({scale}; Kendall's W). "
    if agreement >= 0.7:
        return text + "The ranking is a property of this creator's model, not of one stretch."
    if agreement >= 0.4:
        return text + "The ranking is loose: top and bottom are recognisable, the middle is not."
    return text + "There is no ranking to speak of: each stretch of time gives another order."


def _concordance(ranks: np.ndarray) -> float:
    """Kendall's W of n folds (rows) over k blocks (columns), without ties."""
    n, k = ranks.shape
    spread = ((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()
    return float(12 * spread / (n**2 * (k**3 - k)))


# ---------------------------------------------------------------------------- the checks


def useful(own: Explanation, check: str = "shuffle") -> list[str]:
    """Blocks whose loss makes held-out forecasts worse, clear of zero, largest loss first."""
    table = own.blocks[own.blocks[f"{check}_low"] > 0]
    return list(table.sort_values(check, ascending=False)["block"])


def harmful(own: Explanation) -> list[str]:
    """Blocks whose shuffling makes held-out forecasts better, clear of zero."""
    return list(own.blocks.loc[own.blocks["shuffle_high"] < 0, "block"])


def checks_caption(own: Explanation) -> str:
    """Caption of the two checks."""
    good = useful(own)
    if not good:
        return (
            "How much the typical error grows when a block is taken away from held-out posts. No "
            "interval for shuffling lies clear of zero."
        )
    return (
        "How much the typical error grows when a block is taken away from held-out posts. Clear of "
        f"zero when shuffled: {listing([block_name(b) for b in good])}."
    )


def checks_alt(own: Explanation) -> str:
    """Alternative text of the two checks."""
    named = [
        f"{block_name(b.block)} {interval(b.shuffle_low, b.shuffle_high)}"
        for b in own.blocks.itertuples()
    ]
    return f"Intervals of the error added by shuffling each block, in log views: {listing(named)}."


def checks_texts(own: Explanation) -> tuple[str, str]:
    """Caption and alternative text together."""
    return checks_caption(own), checks_alt(own)


def checks_reading(own: Explanation) -> str:
    """Say what the two checks found, and whether they agree with SHAP."""
    good, bad, again = useful(own), harmful(own), useful(own, "refit")
    parts = []
    if good:
        cost = own.blocks.set_index("block").loc[good[0], "shuffle"]
        of_it = "" if len(good) == 1 else f"for {block_name(good[0])} "
        parts.append(
            f"Shuffling {listing([block_name(b) for b in good])} makes forecasts of unseen posts "
            f"worse, clear of zero; {of_it}the typical error grows by {percent(np.expm1(cost))}."
        )
    else:
        parts.append(
            "No block's loss is clear of zero. Whatever the trees lean on, one block at a time, "
            "cannot be shown to help them on posts that they have not seen."
        )
        if own.skill and own.skill.verdict == "better":
            parts.append(
                "Together the blocks do help, since the forecasts beat the naive rules: no single "
                "one is needed, or the posts are too few to say which."
            )
    if bad:
        parts.append(
            f"Shuffling {listing([block_name(b) for b in bad])} even makes them better: what the "
            "trees learnt there misled them."
        )
    parts.append(_refits(own, again))
    return " ".join(part for part in parts if part)


def _refits(own: Explanation, again: list[str]) -> str:
    if own.blocks["refit"].isna().all():
        return ""
    if again:
        return (
            f"Fitted again without it, the model misses {listing([block_name(b) for b in again])}: "
            "nothing else in the data stands in for it."
        )
    return (
        "Fitted again without any one block, the model gets no worse by as much as could be shown: "
        "the block says little, or another says the same, or the posts are too few to tell."
    )


def importance_table(own: Explanation) -> pd.DataFrame:
    """The three importances side by side, one row a block."""
    table = pd.DataFrame(
        {
            "block": own.blocks["block"].map(block_name),
            "columns": own.blocks["columns"],
            "typical push": own.blocks["importance"].map(factor),
            "share of pushes": own.blocks["share"].map(percent),
            "error added when shuffled": _with_limits(own.blocks, "shuffle"),
        }
    )
    if own.blocks["refit"].notna().any():
        table["error added when fitted without"] = _with_limits(own.blocks, "refit")
    return table


def table_caption(own: Explanation) -> str:
    """Caption of the table of importances."""
    top = own.blocks["block"].iloc[0]
    costly = own.blocks.loc[own.blocks["shuffle"].idxmax(), "block"]
    if top == costly:
        same = f"SHAP and shuffling put the same block first, {block_name(top)}."
    else:
        same = f"SHAP puts {block_name(top)} first, shuffling {block_name(costly)}."
    return (
        f"Three importances side by side. {same} Errors in log views; their intervals hold for all "
        "blocks together (95 %, Bonferroni)."
    )


def _with_limits(blocks: pd.DataFrame, name: str) -> list[str]:
    return [
        f"{significant(value, 2)} ({interval(low, high)})"
        for value, low, high in zip(
            blocks[name], blocks[f"{name}_low"], blocks[f"{name}_high"], strict=True
        )
    ]


# -------------------------------------------------------------------------- how they act


def dependence_caption(tables: dict[str, pd.DataFrame]) -> str:
    """Caption of the dependence panels."""
    return "What the leading readable features do. " + " ".join(
        _direction(key, table) for key, table in tables.items()
    )


def dependence_alt(tables: dict[str, pd.DataFrame]) -> str:
    """Alternative text of the dependence panels."""
    named = [concept(key).name for key in tables]
    return f"Scatter of reading against push for {listing(named)}. " + " ".join(
        _direction(key, table) for key, table in tables.items()
    )


def dependence_texts(tables: dict[str, pd.DataFrame]) -> tuple[str, str]:
    """Caption and alternative text together."""
    return dependence_caption(tables), dependence_alt(tables)


def _direction(key: str, table: pd.DataFrame) -> str:
    name = concept(key).name
    name = name[0].upper() + name[1:]
    if len(table) < 8 or table["reading"].nunique() < 2 or table["value"].nunique() < 2:
        return f"{name}: too little variation to tell."
    if key in CIRCLES:
        return f"{name}: {_around(*CIRCLES[key], table)}."
    rho = float(spearmanr(table["reading"], table["value"]).statistic)
    low, high = table["reading"].quantile([1 / 3, 2 / 3])
    below, above = (
        table.loc[table["reading"] <= low, "value"].mean(),
        table.loc[table["reading"] >= high, "value"].mean(),
    )
    gap = f"the upper third of readings gets {factor(above - below)} against the lower third"
    if rho >= ONE_WAY:
        return f"{name}: the higher, the higher the forecast; {gap}."
    if rho <= -ONE_WAY:
        return f"{name}: the higher, the lower the forecast; {gap}."
    return f"{name}: no single direction; {gap}."


def _around(edges: list[float], names: list[str], table: pd.DataFrame) -> str:
    """Name the parts of a circle with the highest and the lowest mean push."""
    part = pd.cut(table["reading"], edges, labels=names, right=False)
    pushes = table["value"].groupby(part, observed=True).mean()
    best, worst = str(pushes.idxmax()), str(pushes.idxmin())
    gap = factor(pushes.max() - pushes.min())
    return f"forecasts are highest {best}, lowest {worst}; between the two lies {gap}"


# ---------------------------------------------------------------------------- the answer


def answer(own: Explanation) -> str:
    """The answer box."""
    if own.empty:
        return (
            f"Nothing yet. With {plural(len(own.order), 'post')} no model was fitted, so no block "
            "carries a forecast."
        )
    if not own.tells:
        return "No block carries anything: the trees give every post the same forecast."
    return headline(own.blocks, own.skill) + _agreement(own) + _indicative(len(own.order))


def headline(blocks: pd.DataFrame, found: Skill) -> str:
    """One or two sentences: what the forecasts lean on, and whether that means anything.

    Parameters
    ----------
    blocks : DataFrame
        From :func:`explain.block_importance` or ``Explanation.blocks``.
    found : Skill
        From :func:`explain.skill`.
    """
    first = blocks.iloc[0]
    text = (
        f"The trees' forecasts lean most on **{block_name(first.block)}** "
        f"({percent(first.share)} of all pushes)"
    )
    if len(blocks) > 1:
        second = blocks.iloc[1]
        text += f", then on {block_name(second.block)} ({percent(second.share)})"
    if found.verdict == "better":
        return text + ", and these forecasts beat the naive rules on posts that they had not seen."
    if found.verdict == "worse":
        return text + (
            ". But they are clearly worse than a naive rule, so this says what the model does, "
            "**not what moves the views**."
        )
    return text + (
        ". But they have not been shown to beat the naive rules, so this says what the model does, "
        "**not what moves the views**."
    )


def _agreement(own: Explanation) -> str:
    good, first = useful(own), own.blocks["block"].iloc[0]
    names = listing([f"**{block_name(b)}**" for b in good])
    if not good:
        if own.skill and own.skill.verdict == "better":
            return (
                " Which block that is due to cannot be shown: shuffled one at a time, no single "
                "one is missed."
            )
        return " When blocks are shuffled one at a time, none can be shown to help."
    if first in good:
        return (
            f" The check without SHAP agrees: the forecasts get worse without {names}. Of the two, "
            "that is the evidence to rely on."
        )
    return (
        f" The check without SHAP names others: the forecasts get worse without {names}. Trust "
        "that one; SHAP shows what is used, shuffling what it is good for."
    )


def of_artefacts(shap_blocks: pd.DataFrame, predictions: pd.DataFrame, posts: pd.DataFrame) -> str:
    """Return the headline from the artefacts alone, for the index; "" when nothing was modelled."""
    if shap_blocks.empty:
        return ""
    order = posts.set_index("post_id")["posted_at"]
    own = explain.of_shap(predictions, shap_blocks)
    whole = own[own["blocks"] == "all"]
    return headline(explain.block_importance(shap_blocks, order), explain.skill(whole, predictions))


def _name(block: str) -> str:
    name = block_name(block)
    return name[0].upper() + name[1:]


def _ordinal(place: int) -> str:
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
    return words[place - 1] if place <= len(words) else f"{place}th"
