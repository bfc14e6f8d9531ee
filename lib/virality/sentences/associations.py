"""What the page says of what went with the openings of an account."""

from __future__ import annotations

from virality.core.protocol import MIN_POSTS
from virality.core.text import factor, listing, multiple, plural, points, significant
from virality.features.concepts import concept
from virality.findings.associations import HOPELESS, Fact, Verdict, WentWith

_NAMES = 4  # facts that are named together


def step(fact: Fact) -> str:
    """Return what the factor of a number belongs to, "0.6 s"."""
    if fact.kind == "share":
        return points(fact.step)
    unit = {"seconds": " s", "speed": " picture heights a second"}.get(fact.kind, "")
    return f"{significant(fact.step, 2)}{unit}"


def in_short(found: WentWith) -> str:
    """Say what went with openings, for an answer: usually that there is no evidence."""
    if found.verdict is Verdict.SEVERAL:
        return "What went with views is asked of one creator alone, in the report on each."
    if found.verdict is Verdict.TOO_FEW:
        return (
            f"Whether any of it went with views, {plural(found.n_posts, 'settled post')} cannot "
            f"tell; it is asked from {MIN_POSTS} on."
        )
    if found.verdict is Verdict.UNTOLD:
        return (
            "Whether any of it went with views, this record cannot tell: nearly every opening has "
            "it, or nearly none."
        )
    text = _found(found) if found.verdict is Verdict.FOUND else _nothing(found)
    return f"{text}{_indicative(found)}"


def _found(found: WentWith) -> str:
    said = listing([one(fact) for fact in found.named])
    rest = f", and {found.n_further:,} more in the figure" if found.n_further else ""
    return f"By more than luck, {said}{rest}. That is no proof of cause."


def one(fact: Fact) -> str:
    """Say what went with one fact, per step, with its interval and the posts behind it."""
    words, times = concept(fact.name), multiple(fact.factor.value)
    views = "more views" if fact.raises else "fewer views"
    within = f"95 %: {multiple(fact.factor.low)} to {multiple(fact.factor.high)}"
    if fact.flag:
        posts = f"{fact.n_with:,} of {plural(fact.n, 'post')}"
        return f"**{words.name}** went with {views} ({times}; {within}; {posts})"
    posts = plural(fact.n, "post")
    return f"**{words.more}** went with {views} ({times} per {_per(fact)}; {within}; {posts})"


def _per(fact: Fact) -> str:
    return f"{step(fact)} more" if fact.kind == "count" else step(fact)


def _nothing(found: WentWith) -> str:
    easy = found.easiest
    had_to = "so few could not have shown any"
    if easy:
        had_to = (
            f"even {_of(easy)} had to go with {multiple(easy.detectable)} the views, or as many "
            "times fewer, to be seen"
        )
    return (
        f"**No evidence that any of {plural(len(found.told), 'fact')} went with views** in "
        f"{plural(found.n_posts, 'post')}: {had_to}."
    )


def _indicative(found: WentWith) -> str:
    return f" With {found.n_posts} posts it is a hint at most." if found.indicative else ""


def _of(fact: Fact) -> str:
    words = concept(fact.name)
    return words.name if fact.flag else f"{words.more} (per {_per(fact)})"


def doubt(found: WentWith) -> str:
    """Say in a sentence what most could make it wrong."""
    if found.verdict is Verdict.FOUND:
        return (
            "Such openings may differ in something that nobody recorded, and what stands out of "
            f"{plural(len(found.told), 'fact')} looks larger than it is."
        )
    if found.verdict is Verdict.NOTHING and found.hopeless:
        return (
            f"Not found is not absent: of {_names(found.hopeless)} not even {factor(HOPELESS)} the "
            "views would show, because other facts, or the kind of post, say nearly the same."
        )
    if found.verdict is Verdict.NOTHING and found.hardest:
        return (
            f"Not found is not absent: {_of(found.hardest)} could go with up to "
            f"{multiple(found.hardest.detectable)} the views and stay in the noise."
        )
    return "Programs found these facts, and programs overlook and mishear."


def _names(facts: tuple[Fact, ...]) -> str:
    return listing([concept(fact.name).name for fact in facts], most=_NAMES)


def forest_texts(found: WentWith) -> tuple[str, str]:
    """Return caption and alternative text of the factors."""
    told = plural(len(found.told), "fact")
    start = f"{len(found.found)} of {told}" if found.found else f"Not one of {told}"
    again = ""
    if found.n_again:
        again = f"; {plural(found.n_again, 'says', 'say')} the same as another"
    finding = f"{start} went with views by more than luck{again}."
    grey = " Below: what this record cannot tell, and what it lacks." if found.untold else ""
    caption = (
        f"{finding} Dots: times the views, with the fact or per step of a number; lines: 95 % "
        f"intervals for all facts together; pale bars: too small for so many posts to show.{grey}"
    )
    factors = [
        f"{concept(fact.name).name} {multiple(fact.factor.value)} ({multiple(fact.factor.low)} to "
        f"{multiple(fact.factor.high)})"
        for fact in found.told
        if fact not in found.hopeless
    ]
    first = f" Times the views, strongest evidence first: {'; '.join(factors)}." if factors else ""
    return caption, f"{finding}{first}"


def detectable(found: WentWith) -> str:
    """Say how large an effect had to be for so many posts to show it; "" where none was asked."""
    easy, hard = found.easiest, found.hardest
    if not easy or not hard:
        return ""
    text = (
        "In four cases of five so many posts show a factor, up or down, of "
        f"{multiple(easy.detectable)} for {_of(easy)}"
    )
    if hard.name != easy.name:
        text += f" and of {multiple(hard.detectable)} for {_of(hard)}"
    return f"{text}."
