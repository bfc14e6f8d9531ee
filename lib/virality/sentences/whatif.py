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
    """Say what went with one choice, per step, with its interval and the posts behind it."""
    factor = choice.factor
    views = "more views" if choice.raises else "fewer views"
    within = f"95 %: {multiple(factor.low)} to {multiple(factor.high)}"
    if choice.flag:
        behind = f"{choice.n_with:,} of {plural(choice.n, 'post')}"
        return (
            f"**{name(choice)}** went with {views} ({multiple(factor.value)}; {within}; {behind})"
        )
    return (
        f"**{name(choice)}** went with {views} ({multiple(factor.value)} per {step(choice)}; "
        f"{within}; {plural(choice.n, 'post')})"
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
        f"choices are compared from {MIN_POSTS} on: between fewer, a difference would nearly "
        "always be luck."
    )


def _found(found: WentWith[Choice]) -> str:
    said = listing([one(choice) for choice in found.named])
    rest = f", and {found.n_further:,} more in the figure" if found.n_further else ""
    return f"More than luck would do, {said}{rest}. {_price(found.named)}"


def _price(named: Sequence[Choice]) -> str:
    """What it would take to know whether it is the cause."""
    known = [choice for choice in named if choice.experiment_posts is not None]
    if not known:
        return "Whether it is the cause, no experiment that can be planned here would find out."
    posts = listing([f"{choice.experiment_posts:,} posts for {name(choice)}" for choice in known])
    if len(named) == 1:
        posts = plural(known[0].experiment_posts or 0, "post")
    return f"An experiment would tell whether it is the cause: about {posts}, if it is that large."


def _nothing(found: WentWith[Choice]) -> str:
    return (
        f"**No evidence that any of {plural(len(found.told), 'choice')} went with views** in "
        f"{plural(found.n_posts, 'post')}: {_had_to(found)}. {_cost(found.told[0])}"
    )


def _had_to(found: WentWith[Choice]) -> str:
    easy = found.easiest
    if not easy:
        return "so few with each could not have shown anything"
    return (
        f"{multiple(easy.detectable)} the views, or as many times fewer, for {name(easy)}"
        f"{_per(easy)} is the least that would have shown"
    )


def _per(choice: Choice) -> str:
    return "" if choice.flag else f" ({step(choice)})"


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
    return f" With {plural(found.n_posts, 'post')} even that is no more than a hint."


def doubt(found: WentWith[Choice]) -> str:
    """Say in a sentence what most could make it wrong; "" where nothing was compared."""
    if found.verdict is Verdict.FOUND:
        return (
            "Such posts may have been made when there was more to show, which no record holds, and "
            f"the largest of {plural(len(found.told), 'difference')} owes a part to luck."
        )
    if found.verdict is Verdict.NOTHING and found.hardest:
        hard = found.hardest
        return (
            f"What is smaller stays in the noise: of {name(hard)}{_per(hard)} anything below "
            f"{multiple(hard.detectable)} the views would be missed too often."
        )
    return ""


# ------------------------------------------------------------------------------- the evidence


def weighed(found: Weighed) -> str:
    """Say what became of the strongest plain correlation at equal level; "" without any."""
    if found.choice is None:
        return ""
    return (
        f"As they stand, {name(found.choice)} runs with views most (correlation "
        f"{decimals(found.plain)}); set against the posts around, it is {decimals(found.near)}."
    )


def forest_texts(found: WentWith[Choice]) -> tuple[str, str]:
    """Return caption and alternative text of the factors."""
    told, clear = plural(len(found.told), "choice"), len(found.found)
    start = f"{clear} of {told}" if clear else f"Not one of {told}"
    finding = f"{start} went with views by more than luck."
    slanted = " Slanted: what cannot be told, and what is missing." if found.untold else ""
    caption = (
        f"{finding} Dots: how many times the views; lines: 95 % intervals over all choices; inside "
        f"pale bars nothing could have shown.{slanted}"
    )
    factors = [
        f"{_plain(choice)} {multiple(choice.factor.value)}"
        for choice in found.told
        if choice not in found.hopeless
    ]
    first = f" Strongest evidence first: {'; '.join(factors)}." if factors else ""
    return caption, f"{finding}{first}"


def _plain(choice: Choice) -> str:
    """What a choice is called in an attribute, which is no Markdown: `pieces` makes it safe."""
    if choice.kind_name:
        return choice.kind_name.raw
    tags = " + ".join(f"#{tag.raw}" for tag in choice.label)
    return tags if choice.hashtag and tags else name(choice)


def table_caption(found: WentWith[Choice]) -> str:
    """Return the caption of the table of choices."""
    return (
        f"All {plural(len((*found.told, *found.untold)), 'choice')}, the strongest evidence first. "
        "Of numbers, posts above the mean count as with."
    )


# ------------------------------------------------------------------------------ one post


def otherwise(found: Otherwise) -> str:
    """Say what the models say of one post made otherwise; "" where none was asked."""
    if found.moved is Moved.NOT_ASKED:
        return ""
    which = "Newest settled post" if found.settled else "Newest post of all, not yet settled"
    return f"{which}, {found.post}: {_moved(found)}."


def _moved(found: Otherwise) -> str:
    models = f"all {plural(found.n_models, 'model')}"
    if found.moved is Moved.AGREED:
        changes = "; ".join(_change(other) for other in found.agreed)
        return f"{models} move the forecast one way, {changes}"
    if found.moved is Moved.DISAGREE:
        return (
            f"no change moves {models} one way; they say {multiple(found.least)} to "
            f"{multiple(found.most)} the forecast"
        )
    return (
        "hardly anything moves its forecast, which stays within a factor of "
        f"{decimals(found.reach, 3)}"
    )


def _change(other: Other) -> str:
    words = _CHANGED[other.choice].format(other.value, other.own)
    factor = other.factor
    return f"{words}, {multiple(factor.value)} ({multiple(factor.low)} to {multiple(factor.high)})"


def otherwise_texts(found: Otherwise) -> tuple[str, str]:
    """Return caption and alternative text of one post made otherwise."""
    said = [f"{other.value} {multiple(other.factor.value)}" for other in found.others]
    return f"{otherwise(found)} Lines: lowest to highest model.", (
        f"{capital(_moved(found))}. Times the forecast as it is: {'; '.join(said)}."
    )


def otherwise_caption(found: Sequence[Otherwise]) -> str:
    """Return the caption of the table of posts made otherwise."""
    return f"{capital(plural(len(found), 'post'))}, one choice changed at a time."
