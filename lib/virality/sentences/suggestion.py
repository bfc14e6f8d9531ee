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
    Strength.CLEAR: "clear, all of its range is a gain",
    Strength.LEANING: "leaning, for it is more than luck, but how much it earns is open",
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
        kind = f"posts of {whatif.name(subject)}"
        return kind if more else f"fewer {kind}"
    words = concept(subject.concept)
    return _NUMBERS.get(subject.concept, (words.more, words.less))[not more]


def one(step: Step) -> str:
    """Say one suggestion: how sure, what to expect, what it rests on, and what could be wrong.

    Parameters
    ----------
    step : Step
    """
    parts = [
        f"**{capital(do(step.about, step.more))}**: {_STRENGTH[step.strength]}. {_expected(step)}",
        _lately(step),
        _apart(step),
        *(risk(step, each) for each in step.risks),
        _price(step),
    ]
    return " ".join(part for part in parts if part)


def _expected(step: Step) -> str:
    size = step.expected
    within = f"80 % between {multiple(size.low)} and {multiple(size.high)}"
    if isinstance(step.about, Slot):
        return (
            f"Expect {multiple(size.value)} the views of the habit ({within}); it was measured on "
            f"posts that did not choose the hour, and stood there at {multiple(step.raw)}."
        )
    kind = " [Your kinds of post](clustering.ipynb) shows such posts." if step.about.regime else ""
    return (
        f"Expect {multiple(size.value)} the views{per(step)} ({within}), after allowing for having "
        f"picked it; the record as it stands says {multiple(step.raw)}.{kind}"
    )


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
        f"{text}; doing it in all of the next {NEXT} would earn {multiple(step.over_habit)} what "
        "going on as usual earns, if it is the cause."
    )


def risk(step: Step, what: Risk) -> str:
    """Say what could be wrong with a suggestion.

    Parameters
    ----------
    step : Step
    what : Risk
    """
    return {
        Risk.FADED: f"**Risk:** in the newer half of the record alone it stands at "
        f"{multiple(step.newer)}, so it may belong to another time.",
        Risk.OPEN: f"**Risk:** the range holds {multiple(step.expected.low)} too; it may cost "
        "views instead.",
        Risk.OLD: "**Risk:** the last posts hardly did it, so all of it rests on older ones.",
        Risk.FEW: f"**Risk:** it rests on {plural(step.n_did, 'post')}.",
        Risk.TANGLED: f"**Risk:** it mostly comes {_along(step)}, and which of the two it is "
        "these posts hardly tell.",
        Risk.KINDS: "**Risk:** the kinds of post are not recorded, and one that does well anyway "
        "may be all there is to it.",
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
    if not step.apart:
        return ""
    return (
        f"So far no post did both this and suggestion {step.apart}: they are for different posts."
    )


def _price(step: Step) -> str:
    if step.experiment_posts is None:
        return "To be sure would take a longer experiment than can be planned here."
    posts = f"about {plural(step.experiment_posts, 'post')}"
    worth = multiple(step.expected.value)
    return f"To be sure takes an experiment of {posts}, if it is worth {worth}."
