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
from virality.sentences.scores import gain, indicative, the, too_few

# ------------------------------------------------------------------- the answer and its picture


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
        return too_few(record, "trees")
    parts = [
        _finds_more(compared),
        in_short(intervals, groups),
        _chances(chances),
        indicative(record, "what trees do here"),
    ]
    return " ".join(part for part in parts if part)


def _finds_more(compared: Comparison) -> str:
    trees = _trees(compared)
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


def _trees(compared: Comparison) -> Gain:
    return next(one for one in compared.gains if one.model == MAIN_NONLINEAR)


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


def gaps_caption(compared: Comparison) -> str:
    """State whether any nonlinear model lies clearly left of the line."""
    better = [model_name(model) for model in compared.better]
    finding = (
        f"{capital(listing(better))} {agree(better, 'lies', 'lie')} clear of the line"
        if better
        else "No nonlinear model lies clear of the line on its good side"
    )
    return (
        f"{finding} ({the(compared.rule)}, on {plural(compared.n, 'post')}); the intervals allow "
        "for all models, and open circles are rules."
    )


def gaps_alt(compared: Comparison) -> str:
    """Say the same to who cannot see the figure, model by model."""
    lines = [f"{model_name(each.model)} {gain(each)}" for each in compared.gains]
    return f"Error of each forecast minus that of {the(compared.rule)}: {'; '.join(lines)}."


def doubt(result: Gain | None, compared: Comparison | None) -> str:
    """Say what could most easily make the answer wrong; "" where nothing was modelled.

    Parameters
    ----------
    result : Gain or None
        XGBoost against the best linear model, on the same posts.
    compared : Comparison or None
        XGBoost and its kin against the better rule.
    """
    if result is None or compared is None:
        return ""
    verb, why = {
        Verdict.BETTER: (
            "gains clearly",
            "but a lead on one account's past lasts only while its posts stay of that kind"
            if compared.beats(MAIN_NONLINEAR)
            else "but as it does not beat the plain rule, that may be caution rather than curves",
        ),
        Verdict.WORSE: ("loses clearly", "its freedom costs more than it finds"),
        Verdict.UNDECIDED: (
            "makes no clear difference",
            "nothing here is shown to need curves or combinations",
        ),
    }[result.verdict]
    return (
        f"Against the best straight line, {model_name(result.against)}, XGBoost {verb} "
        f"({gain(result)}): {why}."
    )


def band_caption(covered: Coverage, outside: int, above: int) -> str:
    """State how many posts fell outside the intervals that were issued for them.

    Parameters
    ----------
    covered : Coverage
    outside, above : int
        Posts outside, and above.
    """
    return (
        f"{outside} of {plural(covered.n, 'post')} ended outside the interval that was issued when "
        f"they went up, {above} of them above; the promise allows {covered.allowed:.0f}."
    )


def band_alt(covered: Coverage, outside: int) -> str:
    """Say the same to who cannot see the figure.

    Parameters
    ----------
    covered : Coverage
    outside : int
        Posts outside.
    """
    return (
        f"Held-out posts in time, each with its interval; {outside} of {covered.n} lie outside it."
    )


def reliability_caption(disagreeing: int, result: findings.Viral) -> str:
    """State in how many groups the shares disagree with the chances.

    Parameters
    ----------
    disagreeing : int
        Groups that disagree.
    result : Viral
    """
    finding = (
        f"In {plural(disagreeing, 'group')} the share that went viral disagrees with the chance"
        if disagreeing
        else "No group's share contradicts the chance that it was given"
    )
    return (
        f"{finding}: of {plural(result.n, 'held-out post')}, {result.positives} ended above nine "
        "tenths of those learnt from. Dotted: perfect agreement; dashed: one in ten."
    )


def reliability_alt(disagreeing: int, n: int) -> str:
    """Say the same to who cannot see the figure.

    Parameters
    ----------
    disagreeing, n : int
        Groups that disagree, and all groups.
    """
    return (
        "Share of posts that went viral over the chance that they were given; the two disagree in "
        f"{disagreeing} of {plural(n, 'group')}."
    )


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
        f"{finding}. Some outcomes follow from the post itself, as the time watched from its "
        f"length: what can be predicted need not be of use.{left_out}"
    )


def _outcomes(names: tuple[str, ...]) -> str:
    return listing([TARGETS[name] for name in names])


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


# ------------------------------------------------------------------------------- how we know


def in_sample(result: findings.InSample | None) -> str:
    """Say how the score of a model falls when the test gets honest; "" where nothing was fitted."""
    if result is None:
        return ""
    end = {
        Survival.NOTHING: "nothing of what it seemed to save is left",
        Survival.LITTLE: "most of what it seemed to save was memory",
        Survival.MUCH: "much of what it saves is left",
    }[result.survival]
    return (
        f"Asked about {plural(result.n, 'post')} that it was fitted on, XGBoost misses by a factor "
        f"of {result.fitted:.2f}, on shuffled folds by {result.shuffled:.2f}, from earlier posts "
        f"alone by {result.ordered:.2f}; {the(result.rule)} misses by {result.rule_factor:.2f}: "
        f"**{end}**."
    )


def trees(result: Claim | None) -> str:
    """Say whether trees see something in the content that chance would not give them."""
    if result is None:
        return ""
    size = f"rank correlation {decimals(result.statistic.value)}, p {p_value(result.p)}"
    start = (
        "**XGBoost sees something in the content** that shifted outcomes do not give it"
        if result.shown
        else "**XGBoost sees nothing in the content that chance would not show as well**"
    )
    return f"{start} ({size}, {plural(result.n, 'held-out post')})."


def calibration_caption(result: findings.Calibration) -> str:
    """State whether a predicted level means what it says, for normal and for viral posts."""
    off = (
        f"; at {result.n_off} of {plural(result.n_levels, 'level')} the outcome clearly misses it"
        if result.n_off
        else ""
    )
    return f"{_steepness(result)}{off}.{_apart(result)}{_yet_seen(result)}"


def calibration_alt(result: findings.Calibration) -> str:
    """Say the same to who cannot see the figure."""
    return f"Mean outcome over mean forecast of similar posts, with the diagonal. {_slope(result)}."


def _steepness(result: findings.Calibration) -> str:
    meaning = {
        Slope.UNKNOWN: "",
        Slope.RIGHT: ": **nothing shows that predicted differences are too large or too small**",
        Slope.NOT_SHOWN: ": **it is not shown that a higher prediction means more views**",
        Slope.EXAGGERATED: ": **the model exaggerates**",
        Slope.TIMID: ": **the model is too timid**",
    }[result.verdict]
    return f"{_slope(result)}{meaning}"


def _slope(result: findings.Calibration) -> str:
    if result.verdict is Slope.UNKNOWN:
        return "The predictions do not differ from each other"
    return f"Where the prediction rises by one, outcomes rise by {result.slope:.2f}"


def _apart(result: findings.Calibration) -> str:
    if result.normal is None or result.viral is None:
        return " Too few posts went viral to show them apart."
    normal, viral = above_or_below(result.normal), above_or_below(result.viral)
    return (
        f" Normal posts ended {normal} their forecast, the "
        f"{plural(result.n_viral, 'viral one')} {viral}"
        f"{': no level sees them coming.' if result.unforeseen else '.'}"
    )


def _yet_seen(result: findings.Calibration) -> str:
    if not result.yet_seen:
        return ""
    return (
        " That is no contradiction to what the trees see in the content: in that test the level "
        "was taken out, and here a level that was forecast wrongly can hide an order that is right."
    )


def viral(result: findings.Viral | None) -> str:
    """Say what the viral chances are worth, and whether that can be known at all."""
    if result is None:
        return ""
    if result.chances is Chances.NO_VIRAL_POST:
        return f"Of {plural(result.n, 'held-out post')} none went viral, so no skill can be told."
    worth = {
        Chances.NOT_ESTIMABLE: "From so few viral posts **it cannot be estimated**.",
        Chances.KNOW_MORE: "**The chances know more than either rule.**",
        Chances.KNOW_THE_TIMES: "**They mostly know that good times last.**",
        Chances.NOT_SHOWN: "**The chances are not shown to know anything.**",
    }[result.chances]
    return (
        f"It is {result.base:+.2f} against the base rate and {result.recent:+.2f} against the rate "
        f"of the last twenty posts. {worth}"
    )


def two_regimes(result: findings.Mixture | None) -> str:
    """Say whether knowing the post helps to tell a viral regime from a normal one."""
    if result is None:
        return ""
    value, low, high = (
        f"{end:+.3f}".replace("-", "−")
        for end in (result.gain.value, result.gain.low, result.gain.high)
    )
    verdict = {
        Components.TWO: "Whether a post is a candidate for going viral **can be told beforehand, "
        "in part**",
        Components.ONE: "Whatever makes a post viral **is not seen beforehand**",
        Components.UNDECIDED: "That candidates for going viral can be told beforehand **is not "
        "shown**",
    }[result.components]
    return (
        f"{verdict}: log score of two kinds of post over one with a heavy tail {value} per post, "
        f"interval {low} to {high}, on {plural(result.n, 'held-out post')}."
    )
