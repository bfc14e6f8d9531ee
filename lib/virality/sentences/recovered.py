"""Words of the one box that reads the truth: was what had been planted recovered?

For simulated creators only. Everything is a function of the truth and of artefacts.
"""

from __future__ import annotations

import pandas as pd

from virality.core.protocol import ALPHA
from virality.core.text import listing, plural
from virality.demo.model import Truth
from virality.features.blocks import BLOCKS, block_name
from virality.findings.recovered import recovery
from virality.models.catalogue import model_name

TITLE = "Did we recover what was planted?"

TERM_NAMES = {
    "momentum": "account momentum",
    "posting_time": "posting time",
    "content": "content regime",
    "energy": "early energy",
}
ALMOST_ALL = 0.7  # share of a planted effect from which we do not call it a part


def held_out(
    predictions: pd.DataFrame, model: str = "xgboost", split: str = "expanding"
) -> pd.DataFrame:
    """Return the held-out predictions of one model with all blocks on one split."""
    chosen = (
        (predictions["model"] == model)
        & (predictions["split"] == split)
        & (predictions["blocks"] == "all")
        & (predictions["preset"] != "study")
    )
    return predictions[chosen]


def box(
    truth: Truth,
    predictions: pd.DataFrame,
    evidence: pd.DataFrame | None = None,
    intervals: pd.DataFrame | None = None,
    model: str = "xgboost",
    split: str = "expanding",
) -> str:
    """Return the body of the box.

    Parameters
    ----------
    truth : Truth
        What was planted.
    predictions : DataFrame
        Long table of held-out predictions (`predictions_linear` or `predictions_nonlinear`).
    evidence : DataFrame, optional
        One row per test: ``kind``, ``block``, ``p``, ``p_adjusted``.
    intervals : DataFrame, optional
        ``post_id``, ``model``, ``p_viral``.
    model, split : str
        Which predictions to judge.

    Returns
    -------
    str
        Markdown: what the box is, a list with one planted effect a line, and the tests.
    """
    found = recovery(truth, held_out(predictions, model, split))
    parts = [introduction(truth, model), "\n".join(f"- {term(row)}" for row in found.itertuples())]
    if intervals is not None:
        parts.append(lottery(truth, intervals))
    if evidence is not None and len(evidence):
        parts.append(tests(truth, evidence))
    return "\n\n".join(part for part in parts if part)


def introduction(truth: Truth, model: str) -> str:
    """Say what is compared with what, and what even full knowledge could reach."""
    text = (
        "This box alone reads how the creator was simulated. For each planted effect it asks how "
        f"much of it appears in the held-out predictions of {model_name(model)}: 100 % means "
        "exactly as planted, 0 % means not seen. Cautious models stay below 100 % by design."
    )
    ceiling = truth.ceiling()
    if (truth.planted() == 0).all():
        return f"{text} Nothing was planted here: views are noise."
    if ceiling != ceiling:
        return text
    return f"{text} Somebody who knew every effect exactly would reach an R² of {ceiling:.2f}."


def verdict(slope: float, lower: float, upper: float) -> str:
    """Return in two or three words what the share of a planted effect amounts to."""
    if slope != slope:
        return "too few posts to tell"
    if upper < 0:
        return "the wrong way round"
    if lower <= 0:
        return "not recovered"
    if lower > 1:
        return "overstated"
    return "recovered" if slope >= ALMOST_ALL else "recovered in part"


def term(row) -> str:
    """Return one planted effect, how strong it was and what became of it.

    Parameters
    ----------
    row : namedtuple
        A row of `virality.findings.recovered.recovery`.
    """
    name = f"**{TERM_NAMES[row.term].capitalize()}**"
    if row.planted_sd == 0:
        return f"{name}: nothing planted."
    text = f"{name}: planted with a spread of {row.planted_sd:.2f} log views; "
    text += verdict(row.slope, row.lower, row.upper)
    if row.slope != row.slope:
        return f"{text}."
    return (
        f"{text} ({_share(row.slope)}, 95 % interval {_share(row.lower)} to {_share(row.upper)})."
    )


def lottery(truth: Truth, intervals: pd.DataFrame) -> str:
    """Say whether the regime with the lottery was given a higher chance to go viral."""
    effects = truth.effects
    if effects.viral_rate == 0 or "p_viral" not in intervals:
        return ""
    chances = intervals.dropna(subset=["p_viral"]).groupby("post_id")["p_viral"].mean()
    told = truth.posts.set_index("post_id").loc[lambda table: table.index.isin(chances.index)]
    plays = told["regime"] == effects.viral_regime
    if not plays.any() or plays.all():
        return ""
    chances = chances.loc[told.index]
    inside, outside = chances[plays].mean(), chances[~plays].mean()
    higher = "higher" if inside > outside else "not higher"
    count = plural(plays.sum(), "post")
    return (
        f"Posts of the regime “{effects.viral_regime}” win a lottery with probability "
        f"{_share(effects.viral_rate)}, which no prediction of the mean can see. Their viral "
        f"probability was {higher}: {_share(inside)} on average over {count}, "
        f"against {_share(outside)} for all others."
    )


def tests(truth: Truth, evidence: pd.DataFrame) -> str:
    """Compare what the null tests said with what had been planted, block by block."""
    content, history = (evidence[evidence["kind"] == kind] for kind in ("content", "history"))
    lines = []
    if len(content):
        named = set(content.loc[content["p_adjusted"] < ALPHA, "block"])
        lines += content_verdicts(planted_blocks(truth), named, set(content["block"]))
    if len(history):
        lines.append(_history(bool(truth.planted()["momentum"] > 0), (history["p"] < ALPHA).any()))
    return " ".join(lines)


def planted_blocks(truth: Truth) -> set[str]:
    """Return the content blocks in which a planted effect on the mean can be seen."""
    planted = truth.planted()
    shows = {
        "posting_time": ["metadata"],
        # metadata counts hashtags and words, and these differ between subjects
        "content": ["metadata", "caption_text", "hashtag_text", "vision", "audio", "energy"],
        "energy": ["energy"],
    }
    return {block for name, blocks in shows.items() if planted[name] > 0 for block in blocks}


def content_verdicts(planted: set[str], named: set[str], tested: set[str]) -> list[str]:
    """Return a sentence each for blocks rightly named, missed, and named without reason."""
    right, missed, false = named & planted, (tested & planted) - named, named - planted
    sentences = []
    if right:
        sentences.append(f"The content test rightly names {_listed(right)}.")
    if missed:
        word = "also " if right else ""
        sentences.append(f"It misses what {_listed(missed)} {word}could have shown.")
        if not right:
            sentences[-1] = sentences[-1].replace("It", "The content test", 1)
    if false:
        sentences.append(f"A false alarm: the content test names {_listed(false)}.")
    return sentences or ["The content test names no block, and nothing was planted in any."]


def _history(planted: bool, found: bool) -> str:
    if planted and found:
        return "The history test rightly finds memory in the account's level."
    if planted:
        return "The history test misses the memory in the account's level."
    if found:
        return "A false alarm: the history test finds memory where none was planted."
    return "The history test rightly finds no memory in the account's level."


def _listed(blocks: set[str]) -> str:
    return listing([block_name(one) for one in BLOCKS if one in blocks])


def _share(value: float) -> str:
    return f"{100 * value:.0f} %".replace("-", "−")
