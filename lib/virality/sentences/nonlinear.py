"""Sentences of the nonlinear models: what they find, how sure they are, and what they are not."""

from __future__ import annotations

from virality.core.text import above_or_below, agree, capital, decimals, listing, p_value, plural
from virality.features.targets import TARGETS
from virality.findings import nonlinear as findings
from virality.findings.nonlinear import Chances, Components, Slope, Survival
from virality.findings.promises import Coverage, Groups
from virality.findings.scores import Claim, Comparison, Gain, Record, Verdict
from virality.models.catalogue import MAIN_NONLINEAR, model_name
from virality.sentences.promises import in_short
from virality.sentences.scores import allowance, gain, indicative, the, too_few


def in_sample(result: findings.InSample, record: Record) -> str:
    """Say how the score of a model falls when the test gets honest.

    Parameters
    ----------
    result : InSample
    record : Record
        Whose posts these are, and how many.
    """
    start = (
        f"{indicative(record)} Asked about {plural(result.n, 'post')} that it was fitted on, "
        f"XGBoost reaches an R² of {result.fitted:.2f}."
    ).strip()
    shuffled = f"{result.shuffled:.2f}"
    middle = (
        f"On shuffled folds {shuffled} is left"
        if result.less_when_shuffled
        else f"On shuffled folds it reaches {shuffled}"
    )
    end = {
        Survival.NOTHING: ": it does no better than the mean of the posts that it learnt from.",
        Survival.LITTLE: ". The rest was memory.",
        Survival.MUCH: ". Much of the score survives.",
    }[result.survival]
    return (
        f"{start} {middle}, and when it has to predict these same posts from earlier ones, "
        f"{result.ordered:.2f}{end}"
    )


def in_sample_caption(result: findings.InSample) -> str:
    """State what the in-sample check shows."""
    finding = (
        "One model, three exams, and nothing is lost on the way to an honest one"
        if result.lost is None
        else f"One model, three exams: {decimals(result.lost)} of its R² is lost on the way to an "
        "honest one"
    )
    return (
        f"{finding}. The same posts in every row; only the last says anything about the next post."
    )


def comparison(compared: Comparison) -> str:
    """Say which models beat the better of training median and rolling median, and which do not."""
    parts = [
        f"The rule to beat is {the(compared.rule)}: of the two plain rules it makes the smaller "
        f"error on these {plural(compared.n, 'held-out post')}."
    ]
    for verdict, one, many in (
        (Verdict.BETTER, "beats it", "beat it"),
        (Verdict.UNDECIDED, "does not clearly beat it", "do not clearly beat it"),
        (Verdict.WORSE, "does worse", "do worse"),
    ):
        chosen = compared.having(verdict)
        if chosen:
            names = listing([f"{model_name(each.model)} ({gain(each)})" for each in chosen])
            parts.append(f"{capital(names)} **{one if len(chosen) == 1 else many}**.")
    return " ".join([*parts, allowance(compared)])


def gaps_caption(compared: Comparison) -> str:
    """State whether any nonlinear model lies clearly left of the line."""
    better = [model_name(model) for model in compared.better]
    finding = (
        f"{capital(listing(better))} {agree(better, 'lies', 'lie')} clear of the line"
        if better
        else "No nonlinear model lies clear of the line on its good side"
    )
    return (
        f"{finding}. Error of each forecast minus that of {the(compared.rule)}, post by post. "
        "Intervals hold for all models at once; open circles need no model."
    )


def beyond_linear(result: Gain | None, compared: Comparison | None) -> str:
    """Say whether XGBoost differs from the best linear model, on the same posts.

    Parameters
    ----------
    result : Gain or None
        XGBoost against that model.
    compared : Comparison or None
        XGBoost and its kin against the better rule.
    """
    if result is None:
        return "There is no linear model on the same posts to compare with."
    verb, why = {
        Verdict.BETTER: (
            "gains clearly",
            "curves and combinations carry something here."
            if compared and compared.beats(MAIN_NONLINEAR)
            else "but as it does not beat the plain rule, that may be caution rather than curves.",
        ),
        Verdict.WORSE: ("loses clearly", "its freedom costs more than it finds."),
        Verdict.UNDECIDED: (
            "makes no clear difference",
            "nothing here is shown to need curves or combinations.",
        ),
    }[result.verdict]
    return (
        f"Against the best straight line, {model_name(result.against)}, XGBoost {verb} "
        f"({gain(result)}): {why}"
    )


def trees(result: Claim | None) -> str:
    """Say whether trees see something in the content that chance would not give them."""
    if result is None:
        return "There is too little content on record to put the trees to this test."
    size = f"rank correlation {decimals(result.statistic.value)}, p {p_value(result.p)}"
    start = (
        "**XGBoost sees something in the content** that shifted outcomes do not give it"
        if result.shown
        else "**XGBoost sees nothing in the content that chance would not show as well**"
    )
    return f"{start} ({size}, {plural(result.n, 'held-out post')})."


def published(theirs: float, ours: float, model: str) -> str:
    """State what the study's figures look like beside ours.

    Parameters
    ----------
    theirs, ours : float
        The smallest published mean absolute error, and the smallest of this run.
    model : str
        Whose that is.
    """
    return (
        f"The study's published XGBoost rows beside this run's. The smallest published MAE is "
        f"{theirs:.3f}; the smallest here is {ours:.3f}, by {the(model)}. Means over folds, and "
        "this run's folds are not the study's unless its split is."
    )


def calibration(result: findings.Calibration | None) -> str:
    """Say whether a predicted level means what it says, for normal and for viral posts."""
    if result is None:
        return "There is nothing to calibrate."
    if result.verdict is Slope.UNKNOWN:
        start = "The predictions do not differ from each other, so they cannot be calibrated."
    else:
        meaning = {
            Slope.RIGHT: "**nothing shows that predicted differences are too large or too small.**",
            Slope.NOT_SHOWN: "**it is not shown that a higher prediction means more views.**",
            Slope.EXAGGERATED: "**the model exaggerates**, and its high and low forecasts should "
            "be pulled in.",
            Slope.TIMID: "**the model is too timid**, and differences are larger than it says.",
        }[result.verdict]
        start = f"Where the prediction rises by one, outcomes rise by {result.slope:.2f}: {meaning}"
    if result.yet_seen:
        start += (
            " That is no contradiction to what the trees see in the content: in that test the "
            "account's level was taken out, here it is part of every forecast. A level that was "
            "forecast wrongly can hide an order that is right."
        )
    if result.normal is None or result.viral is None:
        return f"{start} Too few posts went viral to show them apart."
    normal, viral = above_or_below(result.normal), above_or_below(result.viral)
    return (
        f"{start} Normal posts ended {normal} their forecast on average. The "
        f"{plural(result.n_viral, 'post')} that went viral ended {viral} theirs"
        f"{': no forecast of a level sees them coming.' if result.unforeseen else '.'}"
    )


def calibration_caption(result: findings.Calibration) -> str:
    """State whether the points of all posts lie on the diagonal."""
    levels = plural(result.n_levels, "level")
    finding = (
        f"At {result.n_off} of {levels} the outcome clearly misses the prediction"
        if result.n_off
        else "The dotted diagonal lies inside every interval of all posts"
    )
    return (
        f"{finding}. Held-out posts in groups of similar prediction, normal and viral posts apart; "
        "95 % intervals. Sorting posts by how they turned out must pull the two lines apart; what "
        "counts is by how much."
    )


def viral(result: findings.Viral | None) -> str:
    """Say what the viral chances are worth, and whether that can be known at all."""
    if result is None:
        return "There are no held-out posts to judge the chances by."
    start = f"Of {plural(result.n, 'held-out post')}, **{result.positives} went viral**."
    if result.chances is Chances.NO_VIRAL_POST:
        return f"{start} With none to find, no skill can be measured."
    worth = {
        Chances.NOT_ESTIMABLE: "With so few viral posts **skill cannot be estimated**: these "
        "numbers would come out quite differently on another stretch of the same account.",
        Chances.KNOW_MORE: "**The chances know more than either rule.**",
        Chances.KNOW_THE_TIMES: "The chances beat the base rate, but not clearly the recent rate: "
        "**they mostly know that good times last.**",
        Chances.NOT_SHOWN: "**The chances are not shown to know anything.**",
    }[result.chances]
    return (
        f"{start} Skill is {result.base:+.2f} against the base rate and {result.recent:+.2f} "
        f"against the rate of the last twenty posts. {worth}"
    )


def reliability_caption(disagreeing: int, n: int) -> str:
    """State in how many groups the shares disagree with the chances.

    Parameters
    ----------
    disagreeing, n : int
        Groups that disagree, and all groups.
    """
    finding = (
        f"In {disagreeing} of {plural(n, 'group')} the share disagrees with the chance"
        if disagreeing
        else "Every group's share agrees with its chance, within wide intervals"
    )
    return (
        f"{finding}. Posts in groups of similar chance; exact 95 % intervals; viral posts "
        "counted. Dotted: perfect agreement; dashed: the base rate."
    )


def two_regimes(result: findings.Mixture | None) -> str:
    """Say whether knowing the post helps to tell a viral regime from a normal one."""
    if result is None:
        return "There are too few held-out posts to compare one regime with two."
    value, low, high = (
        f"{end:+.3f}".replace("-", "−")
        for end in (result.gain.value, result.gain.low, result.gain.high)
    )
    limits = f"{value} per post, interval {low} to {high}, {plural(result.n, 'held-out post')}"
    return {
        Components.TWO: f"**Two regimes describe these posts better** (log score {limits}): "
        "whether a post is a candidate for going viral can be told beforehand, in part.",
        Components.ONE: "**One regime with a heavy tail describes these posts better** (log score "
        f"of two regimes {limits}): whatever makes a post viral, it is not seen beforehand.",
        Components.UNDECIDED: "**Two regimes are not shown to describe these posts better** than "
        f"one with a heavy tail (log score {limits}): that candidates for going viral can be told "
        "beforehand is not shown.",
    }[result.components]


def targets_caption(clear: tuple[str, ...], given_away: tuple[str, ...]) -> str:
    """State which outcomes are predictable.

    Parameters
    ----------
    clear, given_away : tuple of str
        Outcomes on which XGBoost clearly beats the plain rule, and those that a feature gives away.
    """
    finding = (
        f"XGBoost clearly beats the better plain rule on {_outcomes(clear)}"
        if clear
        else "On no outcome does XGBoost clearly beat the better plain rule"
    )
    be = "is" if len(given_away) == 1 else "are"
    left_out = (
        f" Left out {be} {_outcomes(given_away)}: a feature gives it away, which is no prediction."
        if given_away
        else ""
    )
    return (
        f"{finding}. Error saved against the better of training median and rolling median, each "
        f"outcome on its own log scale, with intervals as wide as those above.{left_out}"
    )


def _outcomes(names: tuple[str, ...]) -> str:
    return listing([TARGETS[name] for name in names])


def answer(
    record: Record,
    compared: Comparison | None,
    intervals: Coverage | None,
    groups: Groups,
    chances: findings.Viral | None,
) -> str:
    """Return the answer box: does XGBoost find more, and can its uncertainty be trusted?

    Parameters
    ----------
    record : Record
        How many posts there are.
    compared : Comparison or None
        XGBoost and its kin against the better rule; None where nothing was modelled.
    intervals : Coverage or None
    groups : Groups
        Where the intervals miss their promise.
    chances : Viral or None
    """
    if compared is None:
        return too_few(record)
    parts = [
        _finds_more(compared),
        in_short(intervals, groups),
        _chances(chances),
        indicative(record),
    ]
    return "\n\n".join(part for part in parts if part)


def _finds_more(compared: Comparison) -> str:
    trees = next(one for one in compared.gains if one.model == MAIN_NONLINEAR)
    name, rule = model_name(MAIN_NONLINEAR), the(compared.rule)
    first = {
        Verdict.BETTER: f"**{capital(name)} does find more**: it beats {rule} ({gain(trees)}).",
        Verdict.WORSE: f"**No: {name} predicts worse than {rule}** ({gain(trees)}).",
        Verdict.UNDECIDED: f"**{capital(name)} does not clearly beat {rule}** ({gain(trees)}).",
    }[trees.verdict]
    parts = [first]
    for verdict, one, many in (
        (Verdict.BETTER, "beats that rule", "beat that rule"),
        (Verdict.WORSE, "does clearly worse than that rule", "do clearly worse than that rule"),
    ):
        others = [model_name(each.model) for each in compared.having(verdict) if each is not trees]
        if others:
            parts.append(
                f"{capital(listing(others))} {agree(others, one, many)}{_too(trees, verdict)}."
            )
    return " ".join(parts)


def _too(trees: Gain, verdict: Verdict) -> str:
    return " as well" if trees.verdict is verdict else ""


def _chances(result: findings.Viral | None) -> str:
    if result is None:
        return ""
    if result.chances in (Chances.NO_VIRAL_POST, Chances.NOT_ESTIMABLE):
        return (
            f"Whether it can tell which posts go viral cannot be known from "
            f"{plural(result.positives, 'viral post')}."
        )
    if result.chances is Chances.KNOW_MORE:
        return "Its chances of going viral know more than simple rates do."
    return "Its chances of going viral are not shown to know more than the recent rate does."
