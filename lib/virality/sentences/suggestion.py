"""What the page says of one suggestion: what to do, what to expect, and what could be wrong."""

from __future__ import annotations

from virality.advice.hours import Slot
from virality.core.text import capital, multiple, plural
from virality.features.concepts import concept
from virality.findings.steps import NEXT, Risk, Step, Strength, Subject
from virality.sentences import associations, timing, whatif

_NUMBERS = {
    "metadata__duration": ("longer videos", "shorter videos"),
    "metadata__hashtags": ("more hashtags", "fewer hashtags"),
    "metadata__caption_length": ("longer captions", "shorter captions"),
}
_STRENGTH = {
    Strength.CLEAR: "clear",
    Strength.LEANING: "leaning: more than luck, but not by how much",
}


def name(subject: Subject) -> str:
    """Return what a suggestion is about, in words.

    Parameters
    ----------
    subject : Choice or Slot
    """
    return timing.slot(subject) if isinstance(subject, Slot) else whatif.name(subject)


def do(subject: Subject, more: bool = True) -> str:
    """Return what somebody would do, "late speech" or "speech at once".

    Parameters
    ----------
    subject : Choice or Slot
    more : bool
        False says the opposite.
    """
    if isinstance(subject, Slot):
        return timing.slot(subject)
    if subject.hashtag:
        return f"{whatif.name(subject)}" if more else f"no {whatif.name(subject)}"
    if subject.regime:
        kind = f"posts like {whatif.name(subject)}"
        return kind if more else f"fewer {kind}"
    words = concept(subject.concept)
    return _NUMBERS.get(subject.concept, (words.more, words.less))[not more]


def one(step: Step) -> str:
    """Say of one suggestion how sure it is, what it rests on, and what could be wrong with it.

    Parameters
    ----------
    step : Step
    """
    parts = [
        f"**{capital(do(step.about, step.more))}** ({_STRENGTH[step.strength]}): {_raw(step)}",
        _lately(step),
        _apart(step),
        *(f"**Risk:** {risk(step, each)}" for each in step.risks),
        _price(step),
    ]
    return " ".join(part for part in parts if part)


def expected(step: Step) -> str:
    """Say what to expect of a suggestion, after allowing for having picked it.

    Parameters
    ----------
    step : Step
    """
    size = step.expected
    of = " of the habit" if isinstance(step.about, Slot) else per(step)
    return (
        f"{multiple(size.value)} the views{of} (80 %: {multiple(size.low)} to "
        f"{multiple(size.high)})"
    )


def _raw(step: Step) -> str:
    if isinstance(step.about, Slot):
        return f"posts that did not choose the hour stood at {multiple(step.raw)}."
    return f"{multiple(step.raw)} before allowing for the pick."


def per(step: Step) -> str:
    """Return what a factor is per, " per 0.6 s more"; "" of what one does or does not."""
    yes_or_no = isinstance(step.about, Slot) or step.about.flag
    return "" if yes_or_no else f" per {amount(step)}"


def amount(step: Step) -> str:
    """Return what the factor of a number belongs to, "0.6 s more"."""
    if isinstance(step.about, Slot):
        return ""
    units = {"characters": " characters", "hashtags": " hashtags", "cuts": " cuts"}
    unit = units.get(step.about.unit, "")
    return f"{associations.step(step.about)}{unit} {'more' if step.more else 'less'}"


def _lately(step: Step) -> str:
    text = f"{step.lately} of the last {plural(step.lately_known, 'post')} did it"
    if step.over_habit != step.over_habit:
        return f"{text}."
    return (
        f"{text}; if it is the cause and all of the next {NEXT} do it, they earn "
        f"{multiple(step.over_habit)} the usual."
    )


def risk(step: Step, what: Risk) -> str:
    """Say what could be wrong with a suggestion.

    Parameters
    ----------
    step : Step
    what : Risk
    """
    return {
        Risk.FADED: f"the newer half of the record stands at {multiple(step.newer)}; it may "
        "belong to another time.",
        Risk.OPEN: f"the range holds {multiple(step.expected.low)} too; it may cost views.",
        Risk.OLD: "the last posts hardly did it; it rests on older ones.",
        Risk.FEW: f"it rests on {plural(step.n_did, 'post')}.",
        Risk.TANGLED: f"it mostly comes {_along(step)}, which may be what counts.",
        Risk.KINDS: "the kinds of post are not recorded; one that does well anyway may be all "
        "there is to it.",
    }[what]


def _along(step: Step) -> str:
    """What comes with it: "with a face", "without speech", "with longer videos"."""
    about, more = step.beside, step.beside_more
    if about is None:
        return "with another thing"
    if isinstance(about, Slot):
        return f"{'on' if more else 'outside'} {timing.slot(about)}"
    if about.regime:
        return f"{'in' if more else 'outside'} {whatif.name(about)}"
    if about.flag:
        return f"{'with' if more else 'without'} {whatif.name(about)}"
    return f"with {do(about, more)}"


def _apart(step: Step) -> str:
    return f"No post did both this and suggestion {step.apart} so far." if step.apart else ""


def _price(step: Step) -> str:
    if step.experiment_posts is None:
        return "No experiment that can be planned here would settle it."
    return f"To be sure: an experiment of {plural(step.experiment_posts, 'post')}."
