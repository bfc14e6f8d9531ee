"""Sentences of the chapter on linear models and baselines."""

from __future__ import annotations

from virality.core.text import agree, capital, listing, p_value, plural
from virality.features.blocks import block_name
from virality.findings.baselines import (
    Blocks,
    Curve,
    Fall,
    MorePosts,
    Order,
    Promise,
    Replication,
    Shuffled,
)
from virality.findings.scores import Claim, Comparison, Leader, Record, Verdict
from virality.models.catalogue import model_name
from virality.sentences.scores import allowance, from_to, gain, indicative, the, too_few


def shuffled(result: Shuffled) -> str:
    """Say what shuffled folds promise."""
    start = f"On shuffled folds, {model_name(result.model)} reaches an R² of {result.r2:.2f}"
    if result.promise is Promise.NO_BETTER:
        return f"{start}, which is no better than one number for all posts. Not even that helps."
    hope = {
        Promise.SUCCESS: "That looks like a success.",
        Promise.MODEST: "Even so, that is not much.",
    }[result.promise]
    return f"{start}: it seems to foresee that share of the ups and downs. {hope}"


def shuffled_caption(fall: Fall | None) -> str:
    """State what became of the shuffled scores in time order."""
    if fall is None:
        return "Shuffled folds against folds in time order."
    model, lost = model_name(fall.model), f"{fall.lost:+.2f}"
    finding = (
        f"{capital(model)}, which shuffled folds like best, loses once it may only learn from the "
        f"past: R² falls from {fall.shuffled:.2f} to {fall.ordered:.2f}, paired loss {lost}"
        if fall.clear
        else f"The order of time costs {model}, which shuffled folds like best, nothing that is "
        f"clear of zero: R² {fall.shuffled:.2f} and {fall.ordered:.2f}, paired loss {lost}"
    )
    return f"{finding}. Both scores are about the same {plural(fall.n, 'post')}."


def folds_caption(n: int, gap_days: float) -> str:
    """Describe the folds.

    Parameters
    ----------
    n : int
        How many there are.
    gap_days : float
        The shortest gap between training posts and what follows.
    """
    if n == 0:
        return "There are too few posts for a fold in time order."
    gap = f"the gap between them is {gap_days:.0f} days"
    if n == 1:
        return (
            "There are enough posts for one fold, which predicts what came after its training "
            f"posts; {gap}."
        )
    return (
        f"{plural(n, 'fold')}, each predicting what came after its training posts; {gap} at least."
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
        f"It misses these {plural(n, 'held-out post')} by a factor of {model:.2f}, and the mean of "
        f"its training posts by a factor of {mean:.2f}."
    )


def scores_caption(leader: Leader) -> str:
    """State who leads the table of scores."""
    return (
        f"Smallest mean miss: {the(leader.model)}, a factor of {leader.factor:.2f} on "
        f"{plural(leader.n, 'held-out post')}. Intervals in brackets; R² is against the mean of "
        "the training posts."
    )


def comparison(compared: Comparison) -> str:
    """Say of each model whether it beats the better naive rule."""
    verdicts = {
        Verdict.BETTER: "beats it",
        Verdict.WORSE: "**is worse than it**",
        Verdict.UNDECIDED: "**does not clearly beat it**",
    }
    lines = [
        f"- {capital(model_name(one.model))} {verdicts[one.verdict]}: {gain(one)}."
        for one in compared.gains
    ]
    head = (
        f"The bar to clear is the {model_name(compared.rule)}. Against it, on the very same posts:"
    )
    return "\n".join([head, "", *lines, "", allowance(compared)])


def fold_by_fold(model: str, rule: str, wins: int, n: int, smallest: float, largest: float) -> str:
    """Say in how many of n folds the best model was nearer than the better naive rule.

    Parameters
    ----------
    model, rule : str
    wins, n : int
        Folds in which the model was nearer, and all folds.
    smallest, largest : float
        Its mean miss as a factor, in its best and its worst fold.
    """
    best, plain = model_name(model), model_name(rule)
    if n == 1:
        return (
            f"There are too few posts for more than one fold. In it, {best} was "
            f"{'nearer' if wins else 'not nearer'} than the {plain}."
        )
    return (
        f"{capital(best)} was nearer than the {plain} in {wins} of {plural(n, 'fold')}. Its "
        f"mean miss ran from a factor of {smallest:.2f} in its best fold to {largest:.2f} in "
        "its worst."
    )


def blocks_caption(result: Blocks | None) -> str:
    """State which block does most alone, and whether the order is better without one."""
    if result is None:
        return "No block could be scored alone."
    start = (
        "The block that does best alone is"
        if result.alone.spearman.clear
        else "No block alone is clearly above zero; the first is"
    )
    best = f"{block_name(result.alone.block)}: {result.alone.spearman:+.2f}"
    return (
        f"{start} {best}. All blocks together reach {result.whole:+.2f}."
        f"{_better_without(result.without)}"
    )


def _better_without(result: Order | None) -> str:
    if result is None:
        return ""
    said = f" Without {block_name(result.block)} they reach {result.spearman:+.2f}"
    if result.block != "momentum":
        return f"{said}."
    return f"{said}: inside a fold, the views of the last posts say little about the next one's."


def content_caption(result: Claim | None, named: tuple[str, ...]) -> str:
    """State what the content test found.

    Parameters
    ----------
    result : Claim or None
        Whether any content says something; None where nothing was tested.
    named : tuple of str
        Blocks that can be named.
    """
    if result is None:
        return "There was not enough to test."
    if not result.shown:
        finding = "No content is shown to say anything about views beyond the account's level"
    elif named:
        names = listing([block_name(block) for block in named])
        finding = f"Content says something about views; the test names {names}"
    else:
        finding = "Content says something about views, but no single block can be named"
    return (
        f"{finding} (blocks and all of them together taken as one claim: p {p_value(result.p)}). "
        f"Rank correlation on {plural(result.n, 'held-out post')}, "
        f"against {plural(result.n_shifts, 'different shift')}; the smallest p that so many can "
        f"give is {result.smallest_p:.3f}. This fit has the account's level taken out of views and "
        "content, so its correlations are not those of the blocks above, which have it."
    )


def history(result: Claim | None) -> str:
    """Say what the history test found."""
    if result is None:
        return "There were too few held-out posts to test the account's memory."
    start = (
        "**The account has a memory.** Recent posts forecast better than the long-run median"
        if result.shown
        else "**No memory is shown.** Recent posts do not clearly forecast better than the "
        "long-run median"
    )
    saved, least = (
        f"{share:+.0%}".replace("-", "−")
        for share in (result.statistic.value, result.statistic.low)
    )
    return (
        f"{start}: absolute error saved {saved}, with 95 % confidence at least {least}, p "
        f"{p_value(result.p)}."
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
    return (
        f"{finding} ({from_to(result)}). The same {plural(result.n, 'held-out post')} at every "
        "point."
    )


def smallest(result: Claim | None) -> str:
    """Say which effect this number of posts could have shown."""
    if result is None:
        return ""
    question = "How small an effect could these posts have shown?"
    if not result.statistic.known:
        return (
            f"{question} Even content that explained half of what the level leaves open would "
            "often have been missed. Silence of the test therefore means little here."
        )
    share = f"{result.statistic.value:.0%} of what the account's level leaves open"
    return (
        f"{question} Content that explains {share} would be found four times out of five. "
        "Anything much weaker can hide."
    )


def replication(result: Replication | None) -> str:
    """Say how well the study's rows came back, and what they are worth beside one line of code."""
    if result is None:
        return "The input of this run is another table, so there is nothing to compare."
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


def answer(
    record: Record,
    leader: Leader | None,
    compared: Comparison | None,
    content: tuple[str, ...],
    history: Claim | None,
) -> str:
    """Return the answer box.

    Parameters
    ----------
    record : Record
        How many posts there are.
    leader : Leader or None
    compared : Comparison or None
        The linear models against the better rule; None where nothing was modelled.
    content : tuple of str
        Blocks that the content test names.
    history : Claim or None
    """
    if leader is None or compared is None:
        return too_few(record)
    blocks = listing([block_name(block) for block in content]) or "no block"
    best = (
        f"a factor of {leader.factor:.2f}, by {the(leader.model)}; half of those forecasts were "
        f"within a factor of {leader.half:.1f}"
    )
    return (
        f"{_beaten(compared)} The smallest mean miss is {best}. The content test names "
        f"{blocks}.{_memory(history)} {indicative(record)}"
    ).strip()


def _beaten(compared: Comparison) -> str:
    bar = f"the {model_name(compared.rule)}, the better of two plain rules."
    wins = [model_name(model) for model in compared.better]
    losers = [model_name(each.model) for each in compared.having(Verdict.WORSE)]
    first = f"{capital(listing(wins))} {agree(wins, 'beats', 'beat')} {bar}"
    if not wins:
        first = f"No linear model clearly beats {bar}"
    if not losers:
        return first
    return f"{first} {capital(listing(losers))} {agree(losers, 'is', 'are')} clearly worse than it."


def _memory(result: Claim | None) -> str:
    if result is None:
        return ""
    if result.shown:
        return " Recent posts forecast better than the long-run median."
    return " Recent posts are not shown to forecast better than the long-run median."
