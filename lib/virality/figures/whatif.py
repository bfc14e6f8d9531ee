"""Figures and tables of what went with what, and of one post made otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from virality.core.text import capital, interval, multiple, percent, significant
from virality.features.concepts import concept
from virality.figures import openings, theme
from virality.findings.associations import WentWith
from virality.findings.whatif import Choice, Other, Otherwise

_UNITS = {
    "seconds": "s",
    "characters": "characters",
    "hashtags": "hashtags",
    "cuts": "cuts",
    "speed": "heights/s",
    "count": "more",
}
_NARROWEST = np.log(1.1)  # half of an axis: no difference is drawn larger than it is


def forest(found: WentWith[Choice]) -> Figure:
    """Draw what went with each choice.

    Parameters
    ----------
    found : WentWith
        Of choices.
    """
    return openings.forest(found, label)


def label(choice: Choice) -> str:
    """Return what a choice is called on an axis, text from data made plain.

    Parameters
    ----------
    choice : Choice
    """
    if choice.hashtag:
        tags = theme.plain(" ".join(f"#{tag.raw}" for tag in choice.label), 30)
        return tags or f"Hashtag {choice.name.rsplit('_', 1)[-1]}"
    if choice.kind_name is not None:
        return capital(theme.plain(choice.kind_name.raw, 30))
    name = capital(concept(choice.concept).name)
    if choice.flag or not choice.factor.known:
        return name
    if choice.kind == "share":
        return f"{name}, + {percent(choice.step)}"
    return f"{name}, + {significant(choice.step, 2)} {_UNITS[choice.unit]}"


def choices_table(found: WentWith[Choice], name: Callable[[Choice], str]) -> pd.DataFrame:
    """Return every choice with what went with it, and the price of knowing.

    Parameters
    ----------
    found : WentWith
        Of choices.
    name : callable
        What a choice is called; safe Markdown.
    """
    rows = []
    for choice in (*found.told, *found.untold):
        factor = choice.factor
        told = factor.known and choice not in found.hopeless
        ends = factor.value, factor.low, factor.high
        rows.append(
            {
                "choice": name(choice),
                "posts with": choice.n_with,
                "without": choice.n_without,
                "times the views": interval(*ends, ".2f") if told else "cannot be told",
                "would have shown": multiple(choice.detectable),
                "experiment finds": multiple(choice.tested),
                "with posts": str(choice.experiment_posts or "more than any plan"),
            }
        )
    return pd.DataFrame(rows)


def otherwise(found: Otherwise) -> Figure:
    """Draw the forecast of one post made otherwise, as a factor of the forecast as it is.

    Parameters
    ----------
    found : Otherwise
        With changes.
    """
    others = found.others
    figure, axis = theme.figure(5.8, 0.27 * len(others) + 1.1)
    for row, other in enumerate(others):
        low, value, high = np.log([other.factor.low, other.factor.value, other.factor.high])
        color = theme.ACCENT if other.agreed else theme.INK
        axis.hlines(row, low, high, color=color, lw=2)
        axis.plot(value, row, "o", color=color, markersize=5)
    axis.axvline(0, color=theme.INK, lw=1)
    axis.set_yticks(range(len(others)), [change(other) for other in others])
    axis.set_ylim(len(others) - 0.4, -0.6)
    ends = [abs(np.log(end)) for other in others for end in (other.factor.low, other.factor.high)]
    reach = max(1.1 * max(ends), _NARROWEST)
    axis.set_xlim(-reach, reach)
    axis.xaxis.set_major_locator(MaxNLocator(5))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"× {np.exp(value):.2f}"))
    axis.set_xlabel("times the forecast as it is")
    axis.grid(axis="y", visible=False)
    return figure


def change(other: Other) -> str:
    """Return a change in words, "18:30, not 12:00"."""
    return f"{other.value}, not {other.own}"


def otherwise_table(found: Sequence[Otherwise]) -> pd.DataFrame:
    """Return every change of every post.

    Parameters
    ----------
    found : sequence of Otherwise
    """
    rows = [
        {
            "post": "newest settled" if each.settled else "not settled yet",
            "instead of": other.own,
            "with": other.value,
            "times the forecast": multiple(other.factor.value),
            "lowest model": multiple(other.factor.low),
            "highest model": multiple(other.factor.high),
        }
        for each in found
        for other in each.others
    ]
    return pd.DataFrame(rows)
