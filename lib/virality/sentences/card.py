"""Words of the share card: three numbers of the first screen, as plain text for a picture."""

from __future__ import annotations

from virality.core.text import brief, plural
from virality.findings.first_screen import LAST, FirstScreen, Line, Reach, Told
from virality.findings.first_screen_many import ManyScreen
from virality.findings.index import Prediction
from virality.findings.whatif import Choice
from virality.sentences import first_screen_many
from virality.sentences.first_screen import gain, times

MADE = "Made with virality"


def words(found: FirstScreen) -> dict[str, str]:
    """Return what stands where on the card, unescaped, without a caption.

    Parameters
    ----------
    found : FirstScreen

    Returns
    -------
    dict of str to str
        `who`, `record`, `half`, `range`, `lately`, `more`, `less`, `none`, `forecast`, `gain` and
        `note`; "" for what is not there.
    """
    forecast = found.forecast
    return {
        "who": _handle(found.who.raw) if found.who else "",
        "record": f"{plural(found.record.n, 'post')} · {_months(found)}".rstrip(" ·"),
        "half": brief(found.reach.median) if found.reach else "–",
        "range": _range(found.reach),
        "lately": _lately(found.reach),
        "more": _line(found.more),
        "less": _line(found.less),
        "none": "" if found.more or found.less else _none(found),
        "forecast": _halves(forecast)
        if forecast
        else "Not yet: so few posts leave nothing to test",
        "gain": _plain(gain(forecast)) if forecast else "",
        "note": _note(found.simulated),
    }


def of_many(found: ManyScreen) -> dict[str, str]:
    """Return what stands on the card of a report on several creators; nobody is named.

    Parameters
    ----------
    found : ManyScreen
    """
    reach, skill = found.reach, found.found.skill
    apart = f"creators' middles: {brief(found.lowest)} to {brief(found.highest)}" if reach else ""
    return {
        "who": plural(found.found.n_creators, "creator"),
        "record": f"{plural(found.found.n_posts, 'post')} · {_months(found)}".rstrip(" ·"),
        "half": brief(reach.median) if reach else "–",
        "range": _range(reach),
        "lately": apart,
        "more": "",
        "less": "",
        "none": f"Does content tell? {_plain(first_screen_many.content(found.found.content))}",
        "forecast": _plain(first_screen_many.within(found.found)).partition(". ")[0],
        "gain": first_screen_many.order(skill) if skill else "",
        "note": _note(found.simulated),
    }


def _plain(text: str) -> str:
    return text.replace("**", "").removesuffix(".")


def _handle(name: str) -> str:
    return name if " " in name or name.startswith("@") else f"@{name}"


def _months(found: FirstScreen | ManyScreen) -> str:
    return found.first if found.first == found.last else f"{found.first} – {found.last}"


def _note(simulated: bool) -> str:
    return " · ".join(("Simulated", MADE) if simulated else (MADE,))


def _range(found: Reach | None) -> str:
    if found is None or not found.ranged:
        return "views has the post in the middle"
    low, high = brief(found.low), brief(found.high)
    return f"Half of the posts get fewer views than that; eight in ten get {low} to {high}"


def _halves(found: Prediction) -> str:
    half, rule = f"×{found.half.value:.1f}", f"×{found.rule_half.value:.1f}"
    return f"Half of the forecasts were within {half} (a plain rule: {rule})"


def _lately(found: Reach | None) -> str:
    known = found is not None and found.last == found.last
    return f"every post; the last {LAST}: {brief(found.last)}" if found and known else ""


def _line(lines: tuple[Line, ...]) -> str:
    return f"{_name(lines[0].about)}  {times(lines[0].about.factor)}" if lines else ""


def _name(choice: Choice) -> str:
    if choice.kind_name is not None:
        return choice.kind_name.raw
    return " ".join(f"#{tag.raw}" for tag in choice.label) or "a hashtag"


def _none(found: FirstScreen) -> str:
    if found.told is Told.NOTHING:
        return "No hashtag or kind of post stood out beyond luck"
    return "Too few posts, or too much alike, to compare"
