"""Sentences of the baselines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.protocol import ALPHA
from virality.core.text import capital, decimals, listing, plural
from virality.features.blocks import block_name
from virality.models.catalogue import LINEAR, model_name
from virality.sentences.scores import allowance, gain, indicative, interval, p_value, the, too_few

__all__ = ["indicative", "too_few"]


def triumph(shuffled: pd.DataFrame) -> str:
    """Say what shuffled folds promise."""
    best = shuffled.loc[shuffled["r2"].idxmax()] if shuffled["r2"].notna().any() else None
    if best is None:
        return "The outcomes of these posts do not differ, so there is nothing to predict."
    start = f"On shuffled folds, {model_name(best.model)} reaches an R² of {decimals(best.r2)}"
    if best.r2 <= 0:
        return f"{start}, which is no better than one number for all posts. Not even that helps."
    hope = "That looks like a success." if best.r2 > 0.1 else "Even so, that is not much."
    return f"{start}: it seems to foresee that share of the ups and downs. {hope}"


def triumph_caption(shuffled: pd.DataFrame, honest: pd.DataFrame) -> str:
    """State what became of the shuffled scores in time order.

    Parameters
    ----------
    shuffled, honest : DataFrame
        Score tables over the very same posts.
    """
    both = shuffled.merge(honest, on="model", suffixes=("", "_honest"))
    falls = both["r2"] - both["r2_honest"]
    if not falls.notna().any():
        return "Shuffled folds against folds in time order."
    biggest = both.loc[falls.idxmax()]
    if falls.max() > 0.05:
        finding = (
            f"{capital(model_name(biggest.model))} falls from {decimals(biggest.r2)} to "
            f"{decimals(biggest.r2_honest)} once it may only learn from the past"
        )
    else:
        finding = "Here the order of time hardly changes the scores"
    same = plural(int(biggest.n), "post")
    return f"{finding}. Both scores are about the same {same}; lines are bootstrap intervals."


def fold_by_fold(each: pd.DataFrame, naive: str) -> str:
    """Say in how many folds the best model was nearer than the better naive rule.

    Parameters
    ----------
    each : DataFrame
        Fold scores of the models with all blocks and of the baselines.
    naive : str
        The better naive rule.
    """
    miss = each.pivot_table(index="fold", columns="model", values="mae")
    own = [name for name in LINEAR if name in miss]
    if not own or naive not in miss:
        return "No model and no rule can be compared fold by fold."
    best = min(own, key=lambda name: miss[name].mean())
    if len(miss) == 1:
        nearer = "nearer" if miss[best].iloc[0] < miss[naive].iloc[0] else "not nearer"
        return (
            f"There are too few posts for more than one fold. In it, {model_name(best)} was "
            f"{nearer} than the {model_name(naive)}."
        )
    wins, n = int((miss[best] < miss[naive]).sum()), len(miss)
    low, high = np.exp(miss[best].min()), np.exp(miss[best].max())
    return (
        f"{capital(model_name(best))} was nearer than the {model_name(naive)} in {wins} of "
        f"{plural(n, 'fold')}. Its typical miss ran from a factor of {low:.2f} in its best fold to "
        f"{high:.2f} in its worst."
    )


def replication(table: pd.DataFrame) -> str:
    """Say how well the study's rows came back, and what they are worth beside one line of code."""
    if table.empty:
        return "The input of this run is another table, so there is nothing to compare."
    of = {source: part.set_index("model") for source, part in table.groupby("source")}
    published, rebuilt, tuned, naive = (
        of[source] for source in ("published", "rebuilt", "tuned", "naive")
    )
    gaps = (rebuilt["r2"] - published["r2"]).abs()
    exact = [model_name(name) for name in published.index if gaps[name] < 5e-5]
    near = [model_name(name) for name in published.index if gaps[name] >= 5e-5]
    first = f"The rows of {listing(exact)} come back to four digits." if exact else ""
    second = f" {capital(listing(near))} comes near, in a newer version." if near else ""
    better = [
        name
        for name in rebuilt.index
        if (tuned.loc[name, ["rmse", "mae"]] < rebuilt.loc[name, ["rmse", "mae"]]).all()
        and tuned.loc[name, "r2"] > rebuilt.loc[name, "r2"]
    ]
    third = (
        " Tuned beforehand on simulated creators, every model is better on these folds in R², RMSE "
        "and MAE."
        if len(better) == len(rebuilt)
        else f" Tuned beforehand on simulated creators, {len(better)} of {len(rebuilt)} models are "
        "better in R², RMSE and MAE."
    )
    rule = naive["mae"].idxmin()
    best = pd.concat([published, tuned])["mae"].min()
    verdict = "still beats them all" if naive["mae"].min() < best else "is beaten"
    return (
        f"{first}{second}{third} In MAE the {model_name(rule)} "
        f"({naive['mae'].min():.3f}) {verdict}: it is one line of code."
    ).strip()


def replication_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return published and rebuilt scores for reading."""
    words = {"published": "published", "rebuilt": "rebuilt here", "tuned": "tuned", "naive": "rule"}
    shown = pd.DataFrame(
        {"whose": table["source"].map(words), "model": [model_name(m) for m in table["model"]]}
    )
    shown["R²"] = [decimals(value, 4) for value in table["r2"]]
    names = {"r2_clipped": "clipped R²", "rmse": "RMSE", "mae": "MAE", "smape": "sMAPE",
             "spearman": "Spearman", "top10": "top tenth"}  # fmt: skip
    for column, name in names.items():
        shown[name] = [decimals(value, 3) for value in table[column]]
    return shown


def folds_caption(folds: pd.DataFrame) -> str:
    """Describe the folds."""
    if folds.empty:
        return "There are too few posts for a fold in time order."
    gap = folds["gap_days"].min()
    if len(folds) == 1:
        return (
            "There are enough posts for one fold, which predicts what came after its training "
            f"posts; the gap between them is {gap:.0f} days."
        )
    return (
        f"{plural(len(folds), 'fold')}, each predicting what came after its training posts; the "
        f"gap between them is {gap:.0f} days at least."
    )


def folds_table(folds: pd.DataFrame) -> pd.DataFrame:
    """Return the folds for reading."""
    day = "%Y\u2011%m\u2011%d"  # hyphens that do not break the line
    return pd.DataFrame(
        {
            "fold": folds["fold"],
            "training posts": folds["n_train"],
            "from": folds["train_start"].dt.strftime(day),
            "to": folds["train_end"].dt.strftime(day),
            "gap (days)": [f"{gap:.1f}" for gap in folds["gap_days"]],
            "held-out posts": folds["n_test"],
            "from ": folds["test_start"].dt.strftime(day),
            "to ": folds["test_end"].dt.strftime(day),
        }
    )


def scores_caption(scores: pd.DataFrame) -> str:
    """State who leads the table of scores."""
    best = scores.iloc[0]
    return (
        f"Smallest typical miss: {the(best.model)}, a factor of {best.factor:.2f} on "
        f"{plural(int(best.n), 'held-out post')}. Intervals in brackets."
    )


def comparison(gaps: pd.DataFrame, naive: str) -> str:
    """Say of each model whether it beats the better naive rule."""
    lines = []
    for row in gaps.itertuples():
        verdict = {
            "better": "beats it",
            "worse": "**is worse than it**",
            "no clear difference": "**does not clearly beat it**",
        }[row.verdict]
        lines.append(f"- {capital(model_name(row.model))} {verdict}: {gain(row)}.")
    head = f"The bar to clear is the {model_name(naive)}. Against it, on the very same posts:"
    return "\n".join([head, "", *lines, "", allowance()])


def block_table(scores: pd.DataFrame, model: str) -> pd.DataFrame:
    """Return, for one model, each block alone and each block left out.

    Parameters
    ----------
    scores : DataFrame
        Score table over all selections of blocks.
    model : str
        Whose scores.
    """
    own = scores[scores["model"] == model].copy()
    alone = own[~own["blocks"].str.contains(r"^all|\+|^none$", regex=True)]
    without = own[own["blocks"].str.startswith("all-")]
    return pd.concat(
        [
            alone.assign(block=alone["blocks"], kind="alone"),
            without.assign(block=without["blocks"].str[4:], kind="left out"),
        ],
        ignore_index=True,
    )


def blocks_caption(table: pd.DataFrame, whole: float) -> str:
    """State which block does most alone, and whether the order is better without one."""
    alone = table[(table["kind"] == "alone") & table["spearman"].notna()]
    if alone.empty:
        return "No block could be scored alone."
    best = alone.loc[alone["spearman"].idxmax()]
    value = interval(best.spearman, best.spearman_low, best.spearman_high, "+.2f")
    start = (
        f"The block that does best alone is {block_name(best.block)}"
        if best.spearman_low > 0
        else f"No block alone is clearly above zero; the first is {block_name(best.block)}"
    )
    said = f"{start}: {value}. All blocks together reach {decimals(whole)}."
    return f"{said} {_better_without(table, whole)}".strip()


def _better_without(table: pd.DataFrame, whole: float) -> str:
    """Name the block without which posts are put in a better order; "" when there is none."""
    without = table[(table["kind"] == "left out") & (table["spearman_low"] > whole)]
    if without.empty:
        return ""
    best = without.loc[without["spearman"].idxmax()]
    value = interval(best.spearman, best.spearman_low, best.spearman_high, "+.2f")
    said = f"Without {block_name(best.block)} they reach {value}"
    if best.block != "momentum":
        return f"{said}."
    return f"{said}: inside a fold, the views of the last posts say little about the next one's."


def content_table(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the content tests for reading."""
    rows = evidence[evidence["kind"].isin(["content_any", "content"])]
    together = (rows["kind"] == "content_any").to_numpy()
    names = ["all blocks together" if b == "all" else block_name(b) for b in rows["block"]]
    return pd.DataFrame(
        {
            "content": names,
            "Spearman": rows["statistic"].round(2).to_numpy(),
            "p": rows["p"].map(p_value).to_numpy(),
            "p corrected": ["–" if t else p_value(p) for t, p in zip(together, rows["p_adjusted"])],
            "shifts": rows["n_shifts"].to_numpy(),
        }
    )


def content_caption(evidence: pd.DataFrame) -> str:
    """State what the content test found."""
    any_row = evidence[evidence["kind"] == "content_any"]
    named = _named(evidence)
    if any_row.empty:
        return "There was not enough to test."
    any_p = any_row.iloc[0]["p_adjusted"]
    shown = any_p < ALPHA
    if shown and named:
        finding = f"Content says something about views; the test names {listing(named)}"
    elif shown:
        finding = "Content says something about views, but no single block can be named"
    else:
        finding = "No content is shown to say anything about views beyond the account's level"
    finding += f" (blocks and all of them together taken as one claim: p {p_value(any_p)})"
    n_shifts = int(any_row.iloc[0]["n_shifts"])
    return (
        f"{finding}. Rank correlation on {plural(int(any_row.iloc[0]['n']), 'held-out post')}, "
        f"against {plural(n_shifts, 'different shift')}; the smallest p that so many can give is "
        f"{1 / (1 + n_shifts):.3f}."
    )


def history(evidence: pd.DataFrame) -> str:
    """Say what the history test found."""
    rows = evidence[evidence["kind"] == "history"]
    if rows.empty:
        return "There were too few held-out posts to test the account's memory."
    row = rows.iloc[0]
    saved = interval(row.statistic, row.low, row.high, "+.0%")
    if row.p < ALPHA:
        start = "**The account has a memory.** Recent posts forecast better than the long-run mean"
    else:
        start = (
            "**No memory is shown.** Recent posts do not clearly forecast better than the "
            "long-run mean"
        )
    return f"{start}: squared error saved {saved}, p {p_value(row.p)}."


def curve_caption(curve: pd.DataFrame) -> str:
    """State whether more posts helped."""
    last = curve.sort_values("m").groupby("model", sort=False).tail(1)
    helped = last[last["gain_low"] > 0]
    n = int(curve["n"].max())
    if len(helped):
        finding = "The last doubling of posts still helped, so more posts are likely to help more"
    else:
        finding = "Beyond the smallest training sets, more posts did not clearly help"
    return f"{finding}. The same {plural(n, 'held-out post')} at every point."


def smallest(evidence: pd.DataFrame) -> str:
    """Say which effect this number of posts could have shown."""
    rows = evidence[evidence["kind"] == "smallest_effect"]
    if rows.empty:
        return ""
    value = rows.iloc[0]["statistic"]
    if not np.isfinite(value):
        return (
            "How small an effect could these posts have shown? Even content that explained half "
            "of what the level leaves open would often have been missed. Silence of the test "
            "therefore means little here."
        )
    return (
        "How small an effect could these posts have shown? Content that explains "
        f"{value:.0%} of what the account's level leaves open would be found four times out of "
        "five. Anything much weaker can hide."
    )


def answer(scores: pd.DataFrame, gaps: pd.DataFrame, evidence: pd.DataFrame, n: int) -> str:
    """Return the answer box."""
    if scores.empty:
        return too_few(n)
    models = gaps[gaps["preset"] != "baseline"]
    rule = f"the {model_name(gaps['against'].iloc[0])}" if len(gaps) else "the plain rules"
    wins = [model_name(row.model) for row in models.itertuples() if row.verdict == "better"]
    best = scores.iloc[0]
    start = (
        f"{capital(listing(wins))} {'beats' if len(wins) == 1 else 'beat'} {rule}, the better of "
        "two plain rules."
        if wins
        else f"No linear model clearly beats {rule}, the better of two plain rules."
    )
    named = _named(evidence)
    content = (
        f" The content test names {listing(named)}."
        if named
        else " The content test names no block."
    )
    return (
        f"{start} The smallest typical miss is a factor of {best.factor:.2f}, by "
        f"{the(best.model)}.{content}{_memory(evidence)} {indicative(n)}"
    ).strip()


def _memory(evidence: pd.DataFrame) -> str:
    rows = evidence[evidence["kind"] == "history"]
    if rows.empty:
        return ""
    if rows.iloc[0]["p"] < ALPHA:
        return " Recent posts forecast better than the long-run mean."
    return " Recent posts are not shown to forecast better than the long-run mean."


def _named(evidence: pd.DataFrame) -> list[str]:
    rows = evidence[(evidence["kind"] == "content") & (evidence["p_adjusted"] < ALPHA)]
    return [block_name(block) for block in rows.sort_values("p_adjusted")["block"]]
