"""What the page says of what went with the openings of an account."""

from __future__ import annotations

from virality.core.protocol import MIN_POSTS
from virality.core.text import capital, factor, listing, multiple, plural, points, significant
from virality.features.concepts import concept
from virality.findings.associations import HOPELESS, Fact, Verdict, WentWith

_NAMES = 4  # facts that are named together


def step(fact: Fact) -> str:
    """Return what the factor of a number belongs to, "0.6 s"."""
    if fact.kind == "share":
        return points(fact.step)
    unit = {"seconds": " s", "speed": " picture heights a second"}.get(fact.kind, "")
    return f"{significant(fact.step, 2)}{unit}"


def reading(found: WentWith) -> str:
    """Say what went with the openings: usually that there is no evidence."""
    if found.verdict is Verdict.SEVERAL:
        return (
            "Several creators stand in this report. What went with an opening is asked on one "
            "account alone; the report on each creator does."
        )
    if found.verdict is Verdict.TOO_FEW:
        return (
            f"The views of {plural(found.n_posts, 'post')} have settled. Below {MIN_POSTS} this "
            "book describes and does not compare: a difference between so few posts would nearly "
            "always be luck."
        )
    if found.verdict is Verdict.UNTOLD:
        return (
            f"Nothing can be told of these facts from the {plural(found.n_posts, 'post')} with "
            "settled views: nearly every opening has it, or nearly none. Only openings that differ "
            "can show a difference."
        )
    text = _found(found) if found.verdict is Verdict.FOUND else _nothing(found)
    return f"{text} {_detectable(found)}{_indicative(found)}"


def _nothing(found: WentWith) -> str:
    return (
        "**No evidence that any of it went with views**: "
        f"{plural(len(found.told), 'fact')}, {plural(found.n_posts, 'post')}. "
        "That is the usual answer. It does not say that openings do not matter; it says that these "
        "posts do not show how."
    )


def _found(found: WentWith) -> str:
    said = " ".join(f"{one(fact)}." for fact in found.named)
    rest = ""
    if found.n_further:
        rest = f" {plural(found.n_further, 'further fact is', 'further facts are')} in the figure."
    same = (
        " Some of these say the same thing in several ways, so do not count them twice."
        if found.repeated
        else ""
    )
    return (
        f"Level, content and the other facts taken off: {said}{rest}{same} It is an association: "
        "such posts may differ in something that nobody recorded. Only posts made with and without "
        "it, chosen by a coin, could tell whether it is the cause."
    )


def one(fact: Fact) -> str:
    """Say what went with one fact, per step, with its interval and the posts behind it."""
    times = f"{multiple(fact.factor.value)} the views"
    within = f"{multiple(fact.factor.low)} to {multiple(fact.factor.high)}"
    if fact.flag:
        posts = f"{plural(fact.n_with, 'post')} with, {fact.n_without:,} without"
        return f"**{capital(concept(fact.name).name)}** went with {times} ({within}; {posts})"
    more = concept(fact.name).more
    return (
        f"**{capital(concept(fact.name).name)}**: {step(fact)} more ({more}) went with "
        f"{times} ({within}; {plural(fact.n, 'post')})"
    )


def _detectable(found: WentWith) -> str:
    easy, hard = found.easiest, found.hardest
    parts = []
    if easy and hard:
        text = (
            f"In four cases of five, so many posts show an effect of {multiple(easy.detectable)} "
            f"the views, or as many times fewer, for {_of(easy)}"
        )
        if hard.name != easy.name:
            text += f", and of {multiple(hard.detectable)} for {_of(hard)}"
        parts.append(f"{text}. What is smaller stays in the noise.")
    if found.hopeless:
        names = listing([concept(fact.name).name for fact in found.hopeless], most=_NAMES)
        parts.append(
            f"Of {names} not even {factor(HOPELESS)} the views would show: other facts, or the "
            "kind of post, say nearly the same."
        )
    return " ".join(parts)


def _of(fact: Fact) -> str:
    name = concept(fact.name).name
    return name if fact.flag else f"{step(fact)} more in “{name}”"


def _indicative(found: WentWith) -> str:
    if not found.indicative:
        return ""
    return f" With {found.n_posts} posts all of it is indicative at most."


def forest_texts(found: WentWith) -> tuple[str, str]:
    """Return caption and alternative text of the factors."""
    return _forest_caption(found), _forest_alt(found)


def _forest_caption(found: WentWith) -> str:
    told = plural(len(found.told), "fact")
    start = f"{len(found.found)} of {told}" if found.found else f"Of {told}, not one"
    grey = ""
    if found.untold:
        grey = " Below them, facts that so many posts cannot tell, and what is missing."
    return (
        f"{start} went with views by more than chance. Dots: times the views with the fact, or per "
        "step of a number. Lines: intervals that hold for all facts together (95 %). Pale bars: "
        f"effects too small for so many posts.{grey}"
    )


def _forest_alt(found: WentWith) -> str:
    told = [
        f"{concept(fact.name).name} {multiple(fact.factor.value)} ({multiple(fact.factor.low)} to "
        f"{multiple(fact.factor.high)})"
        for fact in found.told
        if fact not in found.hopeless
    ]
    return f"Factors with intervals, the strongest evidence first: {'; '.join(told)}."


def in_short(found: WentWith) -> str:
    """Say in a sentence what went with openings, for an answer; "" where nothing was asked."""
    if found.verdict is Verdict.FOUND:
        return (
            f"**What went with views by more than chance: {_named(found)}.** That is an "
            "association, not a cause."
        )
    if found.verdict is Verdict.NOTHING:
        return (
            f"**No evidence that any of it went with views** on {plural(found.n_posts, 'post')}"
            f"{_had_to(found)}."
        )
    return ""


def _had_to(found: WentWith) -> str:
    if not found.easiest:
        return ""
    least = multiple(found.easiest.detectable)
    return (
        f": even {_of(found.easiest)} had to go with {least} the views, or as many times fewer, to "
        "be seen"
    )


def beside_the_answer(found: WentWith) -> str:
    """Name what was found, for the first page; "" where that is nothing."""
    if not found.found:
        return ""
    return (
        f"Among the facts of this account's openings, {_named(found)} went with views by more "
        "than chance; the chapter on [the first three seconds](embeddings.ipynb) says what that "
        "can and cannot mean."
    )


def _named(found: WentWith) -> str:
    named = [
        f"{concept(fact.name).name} ({multiple(fact.factor.value)} the views"
        f"{'' if fact.flag else ' per ' + step(fact)})"
        for fact in found.named
    ]
    return listing(named)
