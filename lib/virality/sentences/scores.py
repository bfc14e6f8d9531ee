"""Words about scores that several chapters share."""

from __future__ import annotations

from math import expm1

import pandas as pd

from virality.core.protocol import MIN_POSTS
from virality.core.text import decimals, listing, plural
from virality.evaluation.headline import FAMILY
from virality.features.blocks import BLOCKS, block_name
from virality.features.targets import TARGETS
from virality.models.catalogue import BASELINES, model_name

INDICATIVE_BELOW = 80


def too_few(n: int) -> str:
    """Say that nothing is modelled, and why: too few posts, or outcomes that do not differ."""
    rest = "This chapter therefore predicts nothing: it says what it would do, and shows no result."
    if n < MIN_POSTS:
        are = "is" if n == 1 else "are"
        return (
            f"{plural(n, 'usable post')} {are} too few for a prediction that could be tested. "
            f"{rest}"
        )
    return (
        f"In these {plural(n, 'post')} there is nothing to predict: the outcome is the same for "
        f"all of them, or too few are old enough for it to be known. {rest}"
    )


def indicative(n: int) -> str:
    """Warn when the posts are few; "" otherwise."""
    if n >= INDICATIVE_BELOW:
        return ""
    return f"With {plural(n, 'post')}, every number on this page is indicative at best."


def starting_point(preset: str) -> str:
    """Say what the models start from: the account's level, or nothing, as in the study."""
    if preset == "study":
        return (
            "In this run the models have the published study's settings: they predict the outcome "
            "itself, and know the account's level only from the columns on momentum."
        )
    return (
        "Accounts drift, so the models do not predict from nothing: they say what a post adds "
        "to the level of the account, or takes from it. The level is a blend of the last matured "
        "posts and the long run, and how much each counts is learnt from the training posts. A "
        "model that sees one block alone does without it, unless that block is momentum."
    )


def other_target(target: str) -> str:
    """Say that this run predicts something else than views; "" when it does not."""
    if target == "views":
        return ""
    name = TARGETS.get(target, target)
    return f"This run predicts {name}. Where the text or a figure says views, read {name}."


def table(scores: pd.DataFrame) -> pd.DataFrame:
    """Return a score table for reading: one line a model, intervals beside the numbers.

    Parameters
    ----------
    scores : DataFrame
        From :func:`virality.evaluation.scores.score_table`, in the order to show.
    """
    return pd.DataFrame(
        {
            "model": [model_name(model) for model in scores["model"]],
            "typical miss ×/÷": [
                interval(row.factor, row.factor_low, row.factor_high, ".2f")
                for row in scores.itertuples()
            ],
            "R²": [decimals(value) for value in scores["r2"]],
            "R² against mean": [
                interval(row.r2_oos, row.r2_oos_low, row.r2_oos_high, "+.2f")
                for row in scores.itertuples()
            ],
            "Spearman": [
                interval(row.spearman, row.spearman_low, row.spearman_high, "+.2f")
                for row in scores.itertuples()
            ],
            "RMSE": [decimals(value) for value in scores["rmse"]],
            "MAE": [decimals(value) for value in scores["mae"]],
            "top tenth": [_top_tenth(row) for row in scores.itertuples()],
        }
    )


def fold_table(each: pd.DataFrame) -> pd.DataFrame:
    """Return the scores of each fold for reading.

    Parameters
    ----------
    each : DataFrame
        From :func:`virality.evaluation.scores.fold_scores`.
    """
    shown = pd.DataFrame(
        {
            "model": [model_name(model) for model in each["model"]],
            "fold": each["fold"].to_numpy(),
            "posts": each["n"].to_numpy(),
            "typical miss ×/÷": [decimals(value) for value in each["factor"]],
        }
    )
    names = {"r2": "R²", "r2_oos": "R² against mean", "spearman": "Spearman", "rmse": "RMSE",
             "mae": "MAE"}  # fmt: skip
    for column, name in names.items():
        shown[name] = [decimals(value) for value in each[column]]
    hits = zip(each["top10_hits"], each["top10_k"], strict=True)
    shown["top tenth"] = ["–" if h != h else f"{h:.3g} of {k:.0f}" for h, k in hits]
    return shown


def missed_table(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return what happens to the typical miss without each block, and with one alone, for reading.

    Parameters
    ----------
    gaps : DataFrame
        From :func:`virality.evaluation.headline.block_gaps`.
    """
    order = sorted(gaps["blocks"], key=_place)
    rows = gaps.set_index("blocks").loc[order]
    verdicts = {"worse": "clearly larger", "better": "clearly smaller"}
    return pd.DataFrame(
        {
            "the model sees": [_selection(name) for name in order],
            "typical miss, against all blocks": [
                f"{smaller(row.difference)} ({smaller(row.low)} to {smaller(row.high)})"
                for row in rows.itertuples()
            ],
            "verdict": [verdicts.get(v, "no clear difference") for v in rows["verdict"]],
        }
    )


def missed_caption(gaps: pd.DataFrame) -> str:
    """State which blocks are missed when they are left out."""
    out = gaps[gaps["blocks"].str.startswith("all-")]
    missed = out.loc[out["verdict"] == "worse", "blocks"].str.removeprefix("all-")
    finding = (
        f"Missed when left out: {listing([block_name(block) for block in missed])}"
        if len(missed)
        else "No block is clearly missed when it is left out"
    )
    return (
        f"{finding}. The same model and the same posts; intervals hold for all "
        f"{len(gaps)} comparisons at once."
    )


def _selection(blocks: str) -> str:
    if blocks.startswith("all-"):
        return f"all but {block_name(blocks.removeprefix('all-'))}"
    return f"only {listing([block_name(block) for block in blocks.split('+')])}"


def _place(blocks: str) -> tuple:
    """Each block left out, then each alone, in the order of the book."""
    names = blocks.removeprefix("all-").split("+")
    return not blocks.startswith("all-"), [list(BLOCKS).index(name) for name in names]


def _top_tenth(row) -> str:
    if row.top10_hits != row.top10_hits:
        return "–"
    luck = f"by luck {row.top10_expected:.1f}, p {p_value(row.top10_p)}"
    return f"{row.top10_hits:.3g} of {row.top10_k:.0f} ({luck})"


def interval(value: float, low: float, high: float, form: str) -> str:
    """Return "0.12 (−0.05 to 0.29)"; "–" when there is no value."""
    if value != value:
        return "–"
    text = format(value, form)
    if low == low and high == high:
        text += f" ({format(low, form)} to {format(high, form)})"
    return text.replace("-", "−")


def gain(row) -> str:
    """Return how much smaller or larger the typical miss is than the baseline's, with its interval.

    Parameters
    ----------
    row : namedtuple
        A row of :func:`virality.evaluation.scores.paired_differences` (absolute loss).
    """
    value, low, high = (smaller(gap) for gap in (row.difference, row.low, row.high))
    return f"typical miss {value}, interval {low} to {high}"


def smaller(gap: float) -> str:
    """Return "8% smaller" or "12% larger" for a gap in log views."""
    if gap == 0:
        return "equal"
    share = abs(round(expm1(gap), 2))
    return f"{f'{share:.0%}' if share else 'under 1%'} {'larger' if gap > 0 else 'smaller'}"


def the(model: str) -> str:
    """Return a model's name as a sentence needs it: rules have an article."""
    return f"the {model_name(model)}" if model in BASELINES else model_name(model)


def allowance() -> str:
    """Say what the comparisons with a rule allow for."""
    return (
        f"The intervals are wide enough to hold for all {FAMILY} models of this book at once, "
        "because the best of several has also been the luckiest."
    )


def p_value(p: float) -> str:
    """Return a p value as readers know it."""
    if p != p:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
