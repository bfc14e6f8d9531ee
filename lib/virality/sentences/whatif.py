"""What the page says of what went with what, and of one post made otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from virality.core.protocol import MIN_POSTS
from virality.core.text import capital, decimals, listing, multiple, plural, significant
from virality.features.concepts import concept
from virality.findings.associations import Verdict, WentWith
from virality.findings.whatif import Choice, Moved, Other, Otherwise, Weighed

_LONGER = {
    "seconds": "seconds longer",
    "characters": "characters more",
    "hashtags": "hashtags more",
    "cuts": "cuts more",
}
_CHANGED = {
    "hour": "posted at {0} instead of {1}",
    "length": "{0} long instead of {1}",
    "caption_length": "with a caption of {0} instead of {1}, hashtags included",
    "question": "with {0} in its caption instead of {1}",
}


def name(choice: Choice) -> str:
    """Return what a choice is called; text from data is escaped, and withheld where there is none.

    Parameters
    ----------
    choice : Choice
    """
    if choice.hashtag:
        tags = " + ".join(f"&#35;{tag}" for tag in choice.label)
        return tags or f"a hashtag of {plural(choice.n_with, 'post')}"
    if choice.regime:
        return str(choice.kind_name)
    return concept(choice.concept).name


def step(choice: Choice) -> str:
    """Return what the factor of a number belongs to, "13 seconds longer".

    Parameters
    ----------
    choice : Choice
    """
    return f"{significant(choice.step, 2)} {_LONGER[choice.unit]}"


def one(choice: Choice) -> str:
    """Say what went with one choice, per step, with its interval, and the price of knowing."""
    factor = choice.factor
    times = f"{multiple(factor.value)} the views"
    within = f"{multiple(factor.low)} to {multiple(factor.high)}"
    if choice.flag:
        behind = f"{plural(choice.n_with, 'post')} with, {choice.n_without:,} without"
        text = f"**{capital(name(choice))}** went with {times} ({within}; {behind})"
    else:
        text = (
            f"**{capital(name(choice))}**: {step(choice)} went with {times} ({within}; "
            f"{plural(choice.n, 'post')})"
        )
    return f"{text}. {_price(choice)}"


def _price(choice: Choice) -> str:
    if choice.experiment_posts is None:
        return "Whether it is the cause, no experiment that can be planned here would find out."
    return (
        "Whether it is the cause, an experiment would find out with about "
        f"{plural(choice.experiment_posts, 'post')}, if the difference is that large."
    )


def answer(found: WentWith[Choice]) -> str:
    """The answer box.

    Parameters
    ----------
    found : WentWith
        Of choices.
    """
    if found.verdict is Verdict.FOUND:
        return f"{_found(found)}{_indicative(found)}"
    if found.verdict is Verdict.NOTHING:
        return f"{_nothing(found)}{_indicative(found)}"
    if found.verdict is Verdict.UNTOLD:
        return (
            f"**Cannot be told.** The {plural(found.n_posts, 'post')} with settled views are all "
            "made much alike, and what is never done otherwise cannot be compared."
        )
    return (
        f"**Cannot be told yet.** The views of {plural(found.n_posts, 'post')} have settled, and "
        f"below {MIN_POSTS} nothing is compared here: a difference between so few posts would "
        "nearly always be luck."
    )


def _found(found: WentWith[Choice]) -> str:
    said = " ".join(one(choice) for choice in found.named)
    rest = ""
    if found.n_further:
        rest = f" {capital(plural(found.n_further, 'further choice is', 'further choices are'))}"
        rest += " in the figure below."
    return (
        f"**What went with views by more than chance: {listing(list(map(name, found.named)))}.** "
        f"{_equal(found.named)}: {said}{rest} All of it is association. Posts that "
        "have such a thing can differ in something that nobody recorded, and what stands out of "
        f"{plural(len(found.told), 'choice')} looks larger than it is."
    )


def _equal(named: Sequence[Choice]) -> str:
    """What is alike in what is compared; kinds of post are content themselves."""
    if all(choice.regime for choice in named):
        return "At equal level"
    if any(choice.regime for choice in named):
        return "At equal level and, but for kinds of post, equal content"
    return "At equal level and equal content"


def _nothing(found: WentWith[Choice]) -> str:
    return (
        "**No evidence that any of these choices went with views** at equal level and content: "
        f"{plural(len(found.told), 'choice')}, {plural(found.n_posts, 'post')}. That is the usual "
        f"answer. {_had_to(found)}{_cost(found.told[0])}"
    )


def _had_to(found: WentWith[Choice]) -> str:
    easy = found.easiest
    if not easy:
        return "So few posts with each could not have shown anything. "
    return (
        f"It does not say that they do not matter: {multiple(easy.detectable)} the views, or as "
        f"many times fewer, for {name(easy)}{_per(easy)} is the smallest thing that so many posts "
        "show in four cases of five. "
    )


def _per(choice: Choice) -> str:
    if choice.flag:
        return ""
    return f" ({step(choice)})"


def _cost(choice: Choice) -> str:
    if choice.experiment_posts is None:
        return (
            f"An experiment that finds {multiple(choice.tested)} the views would take more posts "
            "than can be planned here."
        )
    return (
        f"An experiment that finds {multiple(choice.tested)} the views takes about "
        f"{plural(choice.experiment_posts, 'post')}, whichever choice it is about."
    )


def _indicative(found: WentWith[Choice]) -> str:
    if not found.indicative:
        return ""
    return f" With {plural(found.n_posts, 'post')} all of it is indicative at most."


# ------------------------------------------------------------------------------- the evidence


def weighed(found: Weighed) -> str:
    """Say what became of the strongest plain correlation at equal level."""
    if found.choice is None:
        return "There is nothing to compare yet."
    return (
        f"As they stand, {name(found.choice)} runs with views most, at a correlation of "
        f"{decimals(found.plain)}. Set against the posts around, it is {decimals(found.near)}."
    )


def forest_texts(found: WentWith[Choice]) -> tuple[str, str]:
    """Return caption and alternative text of the factors."""
    told, clear = plural(len(found.told), "choice"), len(found.found)
    start = f"{clear} of {told}" if clear else f"Not one of {told}"
    grey = " Grey: what so many posts cannot tell, and what is missing." if found.untold else ""
    caption = (
        f"{start} went with views by more than chance. Dots: times the views with it, or per step "
        "of a number. Lines: intervals that hold for all of them together (95 %). Pale bars: what "
        f"is too small for so many posts to show.{grey}"
    )
    factors = [f"{name(choice)} {multiple(choice.factor.value)}" for choice in found.told]
    return caption, f"Factors with intervals, the strongest evidence first: {'; '.join(factors)}."


def table_caption(found: WentWith[Choice]) -> str:
    """Return the caption of the table of choices."""
    return (
        f"All {plural(len((*found.told, *found.untold)), 'choice')}, what went with them, what so "
        "many posts would have shown, and how many an experiment takes. Of numbers, posts above "
        "the mean count as with."
    )


# ------------------------------------------------------------------------------ one post


def otherwise(found: Otherwise) -> str:
    """Say what the models say of one post made otherwise."""
    if found.moved is Moved.NOT_ASKED:
        return (
            "There are too few settled posts for a model that could be asked, or nothing that was "
            "tried often enough to ask about."
        )
    which = "newest settled post" if found.settled else "newest post of all, not yet settled,"
    start = f"The {which} is {found.post}."
    models = f"the {plural(found.n_models, 'model')}"
    if found.moved is Moved.AGREED:
        said = "; ".join(_change(other) for other in found.agreed)
        return (
            f"{start} **On this {models} agree**, one change at a time: {said}. That is what the "
            "models say, not what would have happened: they have learnt from much the same posts, "
            "and often agree where nothing stands behind it."
        )
    if found.moved is Moved.DISAGREE:
        return (
            f"{start} **The models do not agree** on any change: between them they say "
            f"{multiple(found.least)} to {multiple(found.most)} the forecast, with no common "
            "direction."
        )
    return (
        f"{start} **Hardly anything moves its forecast**: whatever is changed, the mean of "
        f"{models} stays within a factor of {decimals(found.reach, 3)} of what it is."
    )


def _change(other: Other) -> str:
    words = _CHANGED[other.choice].format(other.value, other.own)
    factor = other.factor
    return (
        f"{words}, {multiple(factor.value)} the forecast ({multiple(factor.low)} to "
        f"{multiple(factor.high)})"
    )


def otherwise_texts(found: Otherwise) -> tuple[str, str]:
    """Return caption and alternative text of one post made otherwise."""
    caption = (
        f"{capital(found.post)}, made otherwise: the forecast as a factor of what it is. "
        f"Dots: mean of {plural(found.n_models, 'model')}; lines: from the lowest to the highest."
    )
    said = [f"{other.value} {multiple(other.factor.value)}" for other in found.others]
    return caption, f"Factors on the forecast: {'; '.join(said)}."


def otherwise_caption(found: Sequence[Otherwise]) -> str:
    """Return the caption of the table of posts made otherwise."""
    return (
        f"{capital(plural(len(found), 'post'))}, one choice changed at a time, to values that were "
        "tried before. This is what a model says, not what would happen."
    )
