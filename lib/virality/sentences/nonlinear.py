"""Sentences of the nonlinear models: what they find, how sure they are, and what they are not."""

from __future__ import annotations

import math
from math import exp, expm1

import pandas as pd

from virality.core.protocol import ALPHA, INDICATIVE_POSTS
from virality.core.text import capital, decimals, listing, plural
from virality.evaluation.scores import METRICS
from virality.features.targets import TARGETS
from virality.models.catalogue import model_name
from virality.sentences.scores import allowance, gain, indicative, interval, p_value, the, too_few
from virality.uncertainty.calibration import WHOLE
from virality.uncertainty.conformal import METHOD_NAMES

MODELS = ("xgboost", "stack")
EXAM_NAMES = {
    "learnt": "the posts that it was fitted on",
    "shuffled": "shuffled folds, blind to time",
    "ordered": "later posts, in the order of time",
}


# ------------------------------------------------------------------------------ the exams


def exams(table: pd.DataFrame, n: int) -> str:
    """Say how a model's score falls when the exam gets honest."""
    if table.empty:
        return too_few(n)
    r2 = table.set_index("exam")["r2"]
    start = (
        "Asked about the posts that it was fitted on, XGBoost reaches an R² of "
        f"{decimals(r2['learnt'])}."
    )
    if n < INDICATIVE_POSTS:
        start = f"{indicative(n)} {start}"
    middle = (
        f"On shuffled folds {decimals(r2['shuffled'])} is left"
        if r2["shuffled"] < r2["learnt"]
        else f"On shuffled folds it reaches {decimals(r2['shuffled'])}"
    )
    if r2["ordered"] <= 0:
        end = (
            "and when it has to predict later posts from earlier ones, "
            f"{decimals(r2['ordered'])}: it does no better than the mean of these posts, "
            "which nobody knew beforehand."
        )
    elif r2["ordered"] < 0.5 * r2["learnt"]:
        end = (
            f"and when it has to predict later posts from earlier ones, {decimals(r2['ordered'])}. "
            "The rest was memory."
        )
    else:
        end = (
            f"and when it has to predict later posts from earlier ones, {decimals(r2['ordered'])}. "
            "Much of the score survives."
        )
    return f"{start} {middle}, {end}"


def exam_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the three exams for reading."""
    return pd.DataFrame(
        {
            "examined on": [EXAM_NAMES[exam] for exam in table["exam"]],
            "posts": table["n"].to_numpy(),
            "R²": [decimals(value) for value in table["r2"]],
            "typical miss ×/÷": [f"{value:.2f}" for value in table["factor"]],
            "Spearman, all posts together": [decimals(value) for value in table["spearman"]],
        }
    )


def exam_caption(table: pd.DataFrame) -> str:
    """State what the three exams show."""
    r2 = table.set_index("exam")["r2"]
    gap = r2["learnt"] - r2["ordered"]
    finding = (
        f"One model, three exams: {decimals(gap)} of its R² is lost on the way to an honest one"
        if gap > 0
        else "One model, three exams, and nothing is lost on the way to an honest one"
    )
    return f"{finding}. Only the last row says anything about the next post."


# ----------------------------------------------------------------------------- the baselines


def comparison(gaps: pd.DataFrame, n: int) -> str:
    """Say which models beat the better of training mean and rolling median, and which do not."""
    rows = gaps[gaps["model"].isin(MODELS)]
    if rows.empty:
        return too_few(n)
    naive = _rule(rows["against"].iloc[0])
    parts = [
        f"The rule to beat is {naive}: of the two plain rules it makes the smaller error on "
        f"these {plural(int(rows['n'].iloc[0]), 'held-out post')}."
    ]
    for verdict, words in (
        ("better", "**beats it**" if (rows["verdict"] == "better").sum() == 1 else "**beat it**"),
        ("no clear difference", ""),
        ("worse", "**does worse**" if (rows["verdict"] == "worse").sum() == 1 else "**do worse**"),
    ):
        chosen = rows[rows["verdict"] == verdict]
        if chosen.empty:
            continue
        told = listing([f"{model_name(r.model)} ({gain(r)})" for r in chosen.itertuples()])
        if verdict == "no clear difference":
            verb = "does" if len(chosen) == 1 else "do"
            words = f"**{verb} not clearly beat it**"
        parts.append(f"{capital(told)} {words}.")
    return " ".join([*parts, allowance()])


def gaps_caption(gaps: pd.DataFrame) -> str:
    """State whether any nonlinear model lies clearly left of the line."""
    rows = gaps[gaps["model"].isin(MODELS)]
    better = [model_name(m) for m in rows.loc[rows["verdict"] == "better", "model"]]
    finding = (
        f"{capital(listing(better))} {'lies' if len(better) == 1 else 'lie'} clear of the line"
        if better
        else "No nonlinear model lies clear of the line on its good side"
    )
    naive = _rule(gaps["against"].iloc[0]) if len(gaps) else "the rule"
    return (
        f"{finding}. Error of each forecast minus that of {naive}, post by post. Intervals hold "
        "for all models at once; open circles need no model."
    )


def beyond_linear(gaps: pd.DataFrame) -> str:
    """Say whether XGBoost differs from the best linear model, on the same posts.

    Parameters
    ----------
    gaps : DataFrame
        From :func:`virality.evaluation.headline.against_linear`; one row, or none.
    """
    if gaps.empty:
        return "There is no linear model on the same posts to compare with."
    row = gaps.iloc[0]
    name = model_name(row.against)
    if row.verdict == "better":
        return (
            f"Against the best straight line, {name}, XGBoost gains clearly ({gain(row)}): curves "
            "and combinations carry something here."
        )
    if row.verdict == "worse":
        return (
            f"Against the best straight line, {name}, XGBoost loses clearly ({gain(row)}): its "
            "freedom costs more than it finds."
        )
    return (
        f"Against the best straight line, {name}, XGBoost makes no clear difference "
        f"({gain(row)}): nothing here is shown to need curves or combinations."
    )


def trees(evidence: pd.DataFrame) -> str:
    """Say whether trees see something in the content that chance would not give them."""
    if evidence.empty:
        return "There is too little content on record to put the trees to this test."
    row = evidence.sort_values("p").iloc[0]
    size = f"rank correlation {decimals(row.statistic)}, p {p_value(row.p)}"
    if row.p < ALPHA:
        return (
            f"**XGBoost sees something in the content** that shifted outcomes do not give it "
            f"({size}, {plural(int(row.n), 'held-out post')})."
        )
    return (
        f"**XGBoost sees nothing in the content that chance would not show as well** ({size}, "
        f"{plural(int(row.n), 'held-out post')})."
    )


def published(table: pd.DataFrame) -> str:
    """State what the study's figures look like beside ours."""
    theirs = table[table["source"] == "published"].sort_values("mae").iloc[0]
    ours = table[table["source"] == "this run"].sort_values("mae").iloc[0]
    return (
        f"The study's published XGBoost rows beside this run's. The smallest published MAE is "
        f"{theirs.mae:.3f}; the smallest here is {ours.mae:.3f}, by {the(ours.model)}. Means over "
        "folds, and this run's folds are not the study's unless its split is."
    )


def published_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return published and own scores for reading."""
    shown = table.assign(model=[model_name(m) for m in table["model"]])
    names = {name: METRICS[name][0] for name in ("r2", "rmse", "mae", "spearman")}
    for name in names:
        shown[name] = [interval(value, math.nan, math.nan, ".3f") for value in shown[name]]
    return shown.rename(columns=names)


# ------------------------------------------------------------------------- calibration


def calibration(levels: pd.DataFrame, slope: tuple[float, float, float]) -> str:
    """Say whether a predicted level means what it says, for normal and for viral posts."""
    if levels.empty:
        return "There is nothing to calibrate."
    value, low, high = slope
    if value != value:
        start = "The predictions do not differ from each other, so they cannot be calibrated."
    elif low <= 1 <= high and low > 0:
        start = (
            f"Where the prediction rises by one, outcomes rise by {_range(value, low, high)}: "
            "**nothing shows that predicted differences are too large or too small.**"
        )
    elif low <= 0:
        start = (
            f"Where the prediction rises by one, outcomes rise by {_range(value, low, high)}: "
            "**it is not shown that a higher prediction means more views.**"
        )
    elif high < 1:
        start = (
            f"Where the prediction rises by one, outcomes rise by {_range(value, low, high)}: "
            "**the model exaggerates**, and its high and low forecasts should be pulled in."
        )
    else:
        start = (
            f"Where the prediction rises by one, outcomes rise by {_range(value, low, high)}: "
            "**the model is too timid**, and differences are larger than it says."
        )
    return f"{start} {_regimes_apart(levels)}".strip()


def _regimes_apart(levels: pd.DataFrame) -> str:
    whole = levels[levels["bin"] == WHOLE].set_index("regime")
    mean = whole["gap"].to_dict()
    n_viral = int(whole["n"].get("viral", 0))
    if "viral" not in mean or "normal" not in mean:
        return "Too few posts went viral to show them apart."
    viral, normal = mean["viral"], mean["normal"]
    return (
        f"Normal posts ended {_moved(normal)} their forecast on average. The "
        f"{plural(n_viral, 'post')} that went viral ended {_moved(viral)} theirs"
        f"{': no forecast of a level sees them coming.' if viral > 0.7 else '.'}"
    )


def calibration_caption(levels: pd.DataFrame) -> str:
    """State whether the points of all posts lie on the diagonal."""
    rows = levels[(levels["regime"] == "all") & (levels["bin"] != WHOLE)]
    off = int(((rows["low"] > 0) | (rows["high"] < 0)).sum())
    finding = (
        "The dotted diagonal lies inside every interval of all posts"
        if not off
        else f"At {off} of {plural(len(rows), 'level')} the outcome clearly misses the prediction"
    )
    return (
        f"{finding}. Held-out posts in groups of similar prediction, normal and viral posts apart; "
        "95 % intervals. Sorting posts by how they turned out must pull the two lines apart; what "
        "counts is by how much."
    )


# ----------------------------------------------------------------------------- intervals


def coverage(table: pd.DataFrame) -> str:
    """Say whether the adaptive intervals hold what they promise, and how the others do."""
    if table.empty:
        return (
            "There are too few held-out posts for intervals: the first twenty are needed to learn "
            "how large the misses are."
        )
    rows = table.set_index("method")
    own = rows.loc["adaptive"]
    promise = f"{own.level:.0%}"
    held = f"{own.coverage:.0%} of {plural(int(own.n), 'post')}"
    limits = f"({own.low:.0%} to {own.high:.0%})"
    if own.low <= own.level <= own.high:
        start = (
            f"**The adaptive intervals hold their promise as far as these posts can tell**: "
            f"{promise} were promised, {held} fell inside {limits}."
        )
    elif own.coverage < own.level:
        start = (
            f"**The adaptive intervals hold less than they promise**: {promise} were promised, "
            f"{held} fell inside {limits}."
        )
    else:
        start = (
            f"**The adaptive intervals are wider than they need be**: {promise} were promised, "
            f"{held} fell inside {limits}."
        )
    wide = (
        f"A typical interval spans a factor of {exp(own.width):.1f} from its lower to its upper "
        "end."
    )
    return " ".join([start, wide, *_naive_sigma(rows)])


def _naive_sigma(rows: pd.DataFrame) -> list[str]:
    if "sigma" not in rows.index:
        return []
    naive = rows.loc["sigma"]
    if naive.coverage < naive.level - 0.05:
        return [
            "Intervals from the model's own training errors, which many reports show, held only "
            f"{naive.coverage:.0%}."
        ]
    return [
        f"Intervals from the model's own training errors held {naive.coverage:.0%}: here the usual "
        "mistake was not punished."
    ]


def coverage_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the methods side by side for reading."""
    return pd.DataFrame(
        {
            "method": [METHOD_NAMES[method] for method in table["method"]],
            "posts": table["n"].to_numpy(),
            "inside": [_share(r) for r in table.itertuples()],
            "mean width ×/÷": [f"{exp(width / 2):.2f}" for width in table["width"]],
            "interval score": [f"{score:.2f}" for score in table["score"]],
            "saturated": [f"{share:.0%}" for share in table["saturated"]],
        }
    )


def coverage_caption(table: pd.DataFrame) -> str:
    """State which method has the best interval score."""
    best = table.sort_values("score", kind="stable").iloc[0]
    level = float(table["level"].iloc[0])
    return (
        f"Intervals that promise {level:.0%}, on the same posts. Smallest interval score: "
        f"{METHOD_NAMES[best.method]}. The score adds the width and a fine for each miss "
        "(smaller is better) [@gneiting2007scoring]; an interval is saturated when the level asks "
        "for more than the errors seen so far can give."
    )


def band_caption(intervals: pd.DataFrame) -> str:
    """State how many posts fell outside their interval."""
    issued = intervals.dropna(subset=["lower", "upper"])
    out = int(((issued["y_true"] < issued["lower"]) | (issued["y_true"] > issued["upper"])).sum())
    high = int((issued["y_true"] > issued["upper"]).sum())
    return (
        f"{out} of {plural(len(issued), 'held-out post')} fell outside, {high} of them above. "
        "Bars are the intervals that were issued when each post went up."
    )


def groups_caption(groups: pd.DataFrame, level: float) -> str:
    """State where the adaptive intervals fall short."""
    rows = groups[groups["method"] == "adaptive"]
    short = rows[rows["high"] < level]
    wide = rows[rows["low"] > level]
    parts = []
    if len(short):
        parts.append(f"too few posts inside among {listing(list(short['group']))}")
    if len(wide):
        parts.append(f"more than promised among {listing(list(wide['group']))}")
    finding = (
        f"Adaptive intervals: {'; '.join(parts)}"
        if parts
        else "In no group do the adaptive intervals clearly miss their promise"
    )
    return f"{finding}. Dots with 95 % intervals; the dotted line is the promise."


# --------------------------------------------------------------------------------- viral


def viral(skill: pd.DataFrame) -> str:
    """Say what the viral chances are worth, and whether that can be known at all."""
    if skill.empty or not skill["n"].iloc[0]:
        return "There are no held-out posts to judge the chances by."
    base, recent = (
        skill[(skill["forecast"] == "model") & (skill["against"] == baseline)].iloc[0]
        for baseline in ("base_rate", "recent_rate")
    )
    n, positives = int(base.n), int(base.positives)
    start = f"Of {plural(n, 'held-out post')}, **{positives} went viral**."
    if positives == 0:
        return f"{start} With none to find, no skill can be measured."
    numbers = (
        f"Skill is {_skill(base)} against the base rate and {_skill(recent)} against the rate of "
        "the last twenty posts."
    )
    if not base.estimable:
        return (
            f"{start} {numbers} With so few viral posts **skill cannot be estimated**: these "
            "numbers would come out quite differently on another stretch of the same account."
        )
    if base.low > 0 and recent.low > 0:
        return f"{start} {numbers} **The chances know more than either rule.**"
    if base.low > 0:
        return (
            f"{start} {numbers} The chances beat the base rate, but not clearly the recent rate: "
            "**they mostly know that good times last.**"
        )
    return f"{start} {numbers} **The chances are not shown to know anything.**"


def reliability_caption(bins: pd.DataFrame) -> str:
    """State whether the shares agree with the chances."""
    if bins.empty:
        return "No held-out posts."
    off = int(((bins["chance"] < bins["low"]) | (bins["chance"] > bins["high"])).sum())
    finding = (
        "Every group's share agrees with its chance, within wide intervals"
        if not off
        else f"In {off} of {plural(len(bins), 'group')} the share disagrees with the chance"
    )
    return (
        f"{finding}. Posts in groups of similar chance; exact 95 % intervals; viral posts "
        "counted. Dotted: perfect agreement; dashed: the base rate."
    )


def two_regimes(verdict: dict) -> str:
    """Say whether knowing the post helps to tell a viral regime from a normal one."""
    if verdict["verdict"] == "not tested":
        return "There are too few held-out posts to compare one regime with two."
    gain, low, high = (f"{verdict[end]:+.3f}" for end in ("gain", "low", "high"))
    limits = f"{gain} per post, interval {low} to {high}".replace("-", "−")
    posts = plural(int(verdict["n"]), "held-out post")
    if verdict["verdict"] == "two regimes":
        return (
            f"**Two regimes describe these posts better** (log score {limits}, {posts}): "
            "whether a post is a candidate for going viral can be told beforehand, in part."
        )
    if verdict["verdict"] == "one regime":
        return (
            f"**One regime with a heavy tail describes these posts better** (log score of two "
            f"regimes {limits}, {posts}): whatever makes a post viral, it is not seen beforehand."
        )
    return (
        f"**Two regimes are not shown to describe these posts better** than one with a heavy "
        f"tail (log score {limits}, {posts}): that candidates for going viral can be told "
        "beforehand is not shown."
    )


# ------------------------------------------------------------------------------- targets


def targets_caption(table: pd.DataFrame) -> str:
    """State which outcome is the most predictable."""
    clear = table[table["saved_low"] > 0].sort_values("saved", ascending=False)
    if len(clear):
        names = listing([TARGETS[name] for name in clear["target"]])
        finding = f"XGBoost clearly beats the better plain rule on {names}"
    else:
        finding = "On no outcome does XGBoost clearly beat the better plain rule"
    return (
        f"{finding}. Error saved against the better of training mean and rolling median, each "
        f"outcome on its own log scale, with intervals as wide as those above.{_given_away(table)}"
    )


def _given_away(table: pd.DataFrame) -> str:
    names = [TARGETS[name] for name in table.loc[table["n"] == 0, "target"]]
    if not names:
        return ""
    be = "is" if len(names) == 1 else "are"
    return f" Left out {be} {listing(names)}: a feature gives it away, which is no prediction."


def targets_table(table: pd.DataFrame) -> pd.DataFrame:
    """Return the outcomes side by side for reading."""
    table = table[table["n"] > 0]
    return pd.DataFrame(
        {
            "outcome": [TARGETS[name] for name in table["target"]],
            "held-out posts": table["n"].to_numpy(),
            "Spearman": [
                interval(r.spearman, r.spearman_low, r.spearman_high, "+.2f")
                for r in table.itertuples()
            ],
            "R² against mean": [
                interval(r.r2_oos, r.r2_oos_low, r.r2_oos_high, "+.2f") for r in table.itertuples()
            ],
            "error saved": [
                interval(r.saved, r.saved_low, r.saved_high, "+.0%") for r in table.itertuples()
            ],
        }
    )


# --------------------------------------------------------------------------------- ending


def answer(gaps: pd.DataFrame, table: pd.DataFrame, skill: pd.DataFrame, n: int) -> str:
    """Return the answer box: does XGBoost find more, and can its uncertainty be trusted?"""
    rows = gaps[gaps["model"].isin(MODELS)]
    if rows.empty:
        return too_few(n)
    own = rows[rows["model"] == "xgboost"].iloc[0]
    naive = _rule(own.against)
    first = {
        "better": f"**XGBoost does find more**: it beats {naive} ({gain(own)}).",
        "worse": f"**No: XGBoost predicts worse than {naive}** ({gain(own)}).",
        "no clear difference": f"**XGBoost does not clearly beat {naive}** ({gain(own)}).",
    }[own.verdict]
    others = [
        model_name(m)
        for m in rows.loc[(rows["verdict"] == "better") & (rows["model"] != "xgboost"), "model"]
    ]
    if others:
        verb = "does" if len(others) == 1 else "do"
        first += f" {capital(listing(others))} {verb}{' too' if own.verdict == 'better' else ''}."
    parts = [first, _interval_answer(table), _viral_answer(skill), indicative(n)]
    return "\n\n".join(part for part in parts if part)


def _interval_answer(table: pd.DataFrame) -> str:
    if table.empty:
        return "There are too few held-out posts for intervals."
    own = table.set_index("method").loc["adaptive"]
    kept = own.low <= own.level <= own.high
    verdict = "can be trusted as far as these posts can tell" if kept else "cannot be trusted yet"
    return (
        f"Its intervals {verdict}: they promise {own.level:.0%} and held {own.coverage:.0%} of "
        f"{plural(int(own.n), 'held-out post')}. They are wide: from end to end a factor of "
        f"{exp(own.width):.1f}."
    )


def _viral_answer(skill: pd.DataFrame) -> str:
    if skill.empty:
        return ""
    base = skill[(skill["forecast"] == "model") & (skill["against"] == "base_rate")].iloc[0]
    recent = skill[(skill["forecast"] == "model") & (skill["against"] == "recent_rate")].iloc[0]
    if not base.estimable:
        return (
            f"Whether it can tell which posts go viral cannot be known from "
            f"{plural(int(base.positives), 'viral post')}."
        )
    if base.low > 0 and recent.low > 0:
        return "Its chances of going viral know more than simple rates do."
    return "Its chances of going viral are not shown to know more than the recent rate does."


def _rule(naive: str) -> str:
    return f"the {model_name(naive)}"


def _share(row) -> str:
    return f"{row.coverage:.0%} ({row.low:.0%} to {row.high:.0%})"


def _skill(row) -> str:
    return interval(row.skill, row.low, row.high, "+.2f")


def _range(value: float, low: float, high: float, form: str = ".2f") -> str:
    return interval(value, low, high, form)


def _moved(gap: float) -> str:
    """Return "12% below" or "a factor of 3.1 above" for a gap in log views."""
    side = "above" if gap > 0 else "below"
    size = f"a factor of {exp(abs(gap)):.1f}" if abs(gap) >= 0.7 else f"{abs(expm1(gap)):.0%}"
    return f"{size} {side}"
