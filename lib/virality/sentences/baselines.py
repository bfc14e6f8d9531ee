"""Sentences of the chapter on linear models and baselines."""

from __future__ import annotations

from virality.core.text import agree, capital, decimals, listing, p_value, percent, plural, smaller
from virality.features.blocks import block_name
from virality.findings.baselines import (
    Curve,
    Fall,
    MorePosts,
    Nearest,
    Replication,
    Seasons,
)
from virality.findings.scores import Claim, Comparison, Record, Verdict
from virality.models.catalogue import model_name
from virality.sentences.scores import change, from_to, gain, indicative, the, too_few


def answer(
    record: Record,
    compared: Comparison | None,
    nearest: Nearest | None,
    content: Claim | None,
    named: tuple[str, ...],
) -> str:
    """Return the answer box.

    Parameters
    ----------
    record : Record
        How many posts there are.
    compared : Comparison or None
        The linear models against the better rule; None where nothing was modelled.
    nearest : Nearest or None
        What half of the best one's forecasts were within.
    content : Claim or None
        Whether any content says something.
    named : tuple of str
        Blocks that the test of content names.
    """
    if compared is None or nearest is None:
        return too_few(record, "lines")
    parts = [
        _beaten(compared),
        _half(nearest),
        _content(content, named),
        indicative(record, "what lines do here"),
    ]
    return " ".join(part for part in parts if part)


def _beaten(compared: Comparison) -> str:
    bar = f"the {model_name(compared.rule)}, the better of two plain rules"
    best, wins = compared.gains[0], [model_name(model) for model in compared.better]
    losers = [model_name(each.model) for each in compared.having(Verdict.WORSE)]
    first = (
        f"**{capital(listing(wins))} {agree(wins, 'beats', 'beat')} {bar}**: {gain(best)}"
        f"{f' for {model_name(best.model)}' if wins[1:] else ''}."
        if wins
        else f"**No linear model clearly beats {bar}**; nearest comes {model_name(best.model)} "
        f"({gain(best)})."
    )
    if not losers:
        return first
    return f"{first} {capital(listing(losers))} {agree(losers, 'is', 'are')} clearly worse than it."


def _half(found: Nearest) -> str:
    return (
        f"Half of the forecasts of {model_name(found.model)} were within a factor of "
        f"{found.half:.1f}, half of the rule's within {found.rule_half:.1f}."
    )


def _content(found: Claim | None, named: tuple[str, ...]) -> str:
    """What content says beyond the level, in one sentence; "" where nothing was tested."""
    if found is None:
        return ""
    blocks = listing([block_name(block) for block in named], most=3) or "something in the posts"
    said = f"{blocks} went with views" if found.shown else "nothing is shown to go with views"
    return f"Once the account's level is taken out, {said} (p {p_value(found.p)})."


def gaps_caption(compared: Comparison) -> str:
    """State which linear models miss clearly less than the rule."""
    better = [model_name(model) for model in compared.better]
    finding = (
        f"{capital(listing(better))} {agree(better, 'misses', 'miss')} clearly less"
        if better
        else "No line misses clearly less"
    )
    return (
        f"{finding} than {the(compared.rule)} (dotted; left of it is better, open circles are "
        f"rules). Intervals hold for all {compared.n_models} models of this book at once: the best "
        "of several was also the luckiest."
    )


def gaps_alt(compared: Comparison) -> str:
    """Say the same to who cannot see the figure, model by model."""
    lines = [f"{model_name(each.model)}: {gain(each)}" for each in compared.gains]
    return f"Misses beside those of {the(compared.rule)}. {'; '.join(lines)}."


def doubt(compared: Comparison | None, found: Seasons | None) -> str:
    """Say what could most easily make the answer wrong; "" where there is none.

    Parameters
    ----------
    compared : Comparison or None
    found : Seasons or None
        The best linear model beside the rule, fold by fold.
    """
    if compared is None or found is None:
        return ""
    best, held_out = compared.gains[0], plural(compared.n, "held-out post")
    if best.verdict is Verdict.UNDECIDED and best.error.bounded:
        return (
            f"On {held_out} a miss that is truly {smaller(best.error.low)} could look like this, "
            "so not shown is not the same as not there."
        )
    return (
        f"In {found.wins} of {plural(found.n, 'stretch', 'stretches')} of time "
        f"{model_name(found.model)} was nearer than the rule; the next stretch may be of the "
        "other kind."
    )


# --- what the posts themselves tell, and how many are needed ----------------------------------


def content_caption(result: Claim, named: tuple[str, ...]) -> str:
    """State what the content test found.

    Parameters
    ----------
    result : Claim
        Whether any content says something.
    named : tuple of str
        Blocks that can be named.
    """
    if not result.shown:
        finding = "No content did better than another post's"
    elif named:
        names = [block_name(block) for block in named]
        finding = f"{capital(listing(names))} did better than another post's"
    else:
        finding = "Content did better than another post's, but in no block that can be named"
    return (
        f"{finding} (p {p_value(result.p)} for all together). Rank correlation with how far "
        f"{plural(result.n, 'held-out post')} stood above the level, against "
        f"{plural(result.n_shifts, 'shift')} along the calendar; no p can be below "
        f"{result.smallest_p:.3f}."
    )


def curve_caption(result: Curve | None) -> str:
    """State whether more posts helped; None where only one size could be tried."""
    if result is None:
        return "So few posts allow one size of training set only, so nothing is compared."
    finding = {
        MorePosts.HELPED: "The last step still helped, so more posts are likely to help more",
        MorePosts.HURT: "The last step made forecasts worse: old posts may mislead here",
        MorePosts.NOT_SHOWN: "The last step did not clearly help",
    }[result.verdict]
    return f"{finding} ({from_to(result)}). The {result.n} posts to forecast stay the same."


def curve_alt(result: Curve | None) -> str:
    """Say the same to who cannot see the figure."""
    step = f"; {from_to(result)}" if result else ""
    return f"A curve of the mean miss over the number of posts that were learnt from{step}."


def smallest(result: Claim | None) -> str:
    """Say which effect this number of posts could have shown."""
    if result is None:
        return ""
    if not result.statistic.known:
        return (
            "Even content that explained half of what the level leaves open would often have been "
            "missed, so silence means little here."
        )
    return (
        f"Content that explains {percent(result.statistic.value)} of what the account's level "
        "leaves open would be found four times out of five; weaker content can hide."
    )


def replication(result: Replication | None) -> str:
    """Say how well the study's rows came back, and what they are worth beside one line of code."""
    if result is None:
        return ""
    exact, near = (
        listing([model_name(m) for m in models]) for models in (result.exact, result.near)
    )
    first = f"The rows of {exact} come back to four digits." if exact else ""
    second = f" {capital(near)} comes near, in a newer version." if near else ""
    third = (
        "every model is better on these folds in R², RMSE and MAE."
        if result.n_better == result.n
        else f"{result.n_better} of {result.n} models are better in R², RMSE and MAE."
    )
    verdict = "still beats them all" if result.wins else "is beaten"
    return (
        f"{first}{second} Tuned beforehand on simulated creators, {third} In MAE the "
        f"{model_name(result.rule)} ({result.mae:.3f}) {verdict}: it is one line of code."
    ).strip()


# --- how we know ------------------------------------------------------------------------------


def folds_caption(n: int, gap_days: float) -> str:
    """Describe the folds.

    Parameters
    ----------
    n : int
        How many there are.
    gap_days : float
        The shortest gap between training posts and what follows.
    """
    return (
        f"{plural(n, 'fold')}, each tested on what came after the posts that it learnt from, "
        f"{gap_days:.0f} days later at least."
    )


def shuffled(fall: Fall | None) -> str:
    """Say what shuffled folds flatter; "" where there is nothing to compare."""
    if fall is None:
        return ""
    verdict = "clearly more" if fall.clear else "not clearly more"
    return (
        f"{capital(model_name(fall.model))} misses by a factor of {fall.shuffled:.2f} when posts "
        f"are shuffled, and the same {plural(fall.n, 'post')} by {fall.ordered:.2f} when it may "
        f"only learn from earlier ones: {verdict} (mean miss {change(fall.lost)})."
    )


def by_hand(model: float, mean: float, n: int) -> str:
    """Say how far a model that was fitted by hand misses.

    Parameters
    ----------
    model, mean : float
        Its mean miss, and that of the mean of its training posts, as factors.
    n : int
        Held-out posts.
    """
    return (
        f"With scikit-learn alone, a plain Ridge misses the {plural(n, 'post')} of the last fold "
        f"by a factor of {model:.2f}, the mean of its training posts by {mean:.2f}."
    )


def scores_caption(compared: Comparison) -> str:
    """State whose mean miss is the smallest, and what the brackets are."""
    best = compared.gains[0]
    return (
        f"{capital(model_name(best.model))} has the smallest mean miss of the lines on "
        f"{plural(compared.n, 'held-out post')}. Brackets hold intervals; R² is against the mean "
        "of the training posts."
    )


def seasons_caption(found: Seasons) -> str:
    """State in how many folds the best model was nearer than the better naive rule."""
    best, plain = model_name(found.model), the(found.rule)
    ends = f"a factor of {decimals(found.smallest)} to {decimals(found.largest)}"
    if found.n == 1:
        return (
            f"There are too few posts for more than one fold. In it, {best} was "
            f"{'nearer' if found.wins else 'not nearer'} than {plain}."
        )
    return (
        f"{capital(best)} was nearer than {plain} in {found.wins} of {plural(found.n, 'fold')}; "
        f"its mean miss ran from {ends}."
    )


def seasons_alt(found: Seasons) -> str:
    """Say the same to who cannot see the figure."""
    return (
        f"Mean miss of each line and of {the(found.rule)}, fold by fold; {model_name(found.model)} "
        f"lies below the rule in {found.wins} of {found.n}."
    )


def history(result: Claim | None) -> str:
    """Say what the history test found."""
    if result is None:
        return ""
    start = (
        "**The account has a memory**: recent posts forecast better than the long-run median"
        if result.shown
        else "**No memory is shown**: recent posts do not clearly forecast better than the "
        "long-run median"
    )
    saved, least = percent(result.statistic.value), percent(result.statistic.low)
    return (
        f"{start} (absolute error saved {saved}, at least {least} with 95 % confidence, p "
        f"{p_value(result.p)})."
    )
