"""Figures and tables of what changed: the level over time, and the account's ordinary luck."""

from __future__ import annotations

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from virality.advice.dating import Dated
from virality.advice.stretches import RISK
from virality.core.text import about, multiple
from virality.figures import marks, theme
from virality.figures.data import LEVEL, POSTS, TOP, views_axis
from virality.findings.changes import MAIN, SELDOM


def level(table: pd.DataFrame, date: Dated | None = None) -> Figure:
    """Draw the posts over time, the level with its interval, and the last ten.

    Parameters
    ----------
    table : DataFrame
        The level, see :class:`virality.advice.changes.Changes`.
    date : Dated, optional
        Marked, with the dates that fit as well.
    """
    figure, axis = theme.figure(7.4, 3.7)
    times = table["posted_at"].dt.tz_localize(None).set_axis(table.index)
    settled, young = table[table["settled"]], table[~table["settled"]]
    recent = settled.index[-MAIN:]
    if date is not None:
        days = [mdates.date2num(day.tz_localize(None)) for day in (date.first, date.at, date.last)]
        axis.axvspan(days[0], days[2], color=theme.INK, alpha=0.15, linewidth=0, gid=marks.SOFT)
        axis.axvline(days[1], color=theme.INK, linestyle="--", label="the change")
    older = settled.index.difference(recent, sort=False)
    marks.points(axis, times[older], settled["y"][older], POSTS, size=3.5)
    axis.plot(times[recent], settled["y"][recent], "D", color=TOP, markersize=4.5,
              label="newest settled posts")  # fmt: skip
    if len(young):
        axis.plot(times[young.index], young["y"], "^", color=POSTS, markerfacecolor="none",
                  markersize=6, label="not settled")  # fmt: skip
    axis.plot(times[settled.index], settled["level"], color=LEVEL, linewidth=2, label="level")
    marks.band(axis, times[settled.index], settled["lower"], settled["upper"], LEVEL)
    _axes(axis, table["y"])
    axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4)
    return figure


def luck(size: np.ndarray, usual: float) -> Figure:
    """Draw how far ten posts lay from those before them, at every post.

    Parameters
    ----------
    size : ndarray of shape (n,)
        In units of the spread of the posts; the last is now.
    usual : float
        The root of the mean square of the earlier ones.
    """
    figure, axis = theme.figure(6.8, 2.8)
    told = size / usual
    reach = 1.05 * max(3.0, float(np.abs(told).max()))
    axis.hist(told[:-1], bins=np.linspace(-reach, reach, 35), color=POSTS, rwidth=0.93)
    axis.axvline(told[-1], color=TOP, linewidth=2)
    axis.text(told[-1], 1.02, "now", color=theme.text(TOP), transform=axis.get_xaxis_transform(),
              ha="center")  # fmt: skip
    axis.axvline(0, color=theme.INK, linewidth=1, linestyle=":")
    axis.set(xlabel="lower  ←  ten posts beside those before, in units of ordinary luck  →  higher")
    axis.set(ylabel="posts", xlim=(-reach, reach))
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def stretches_table(table: pd.DataFrame) -> pd.DataFrame:
    """The last posts beside those before them, as the page shows it.

    Parameters
    ----------
    table : DataFrame
        Artefact "changes".
    """
    seldom = table["once_in"] >= SELDOM
    once = table["once_in"].map(about).where(~seldom, f"more than {about(SELDOM)}")
    # a shorter or longer stretch that luck seldom makes, and whose turn did not come
    idle = ~table["claimed"] & (table["p"] <= RISK)
    said = table["claimed"].map({True: "yes", False: "not beyond luck"}).where(~idle, "not asked")
    return pd.DataFrame(
        {
            "the last": table["posts"].map("{:.0f} posts".format),
            "beside": table["before"].map("the {:.0f} before".format),
            "level": table["factor"].map(multiple),
            "from": table["low"].map(multiple),
            "to": table["high"].map(multiple),
            "by luck once in": once.map("{} stretches".format),
            "a change": said,
        }
    )


def stored(parts: pd.DataFrame | None) -> pd.DataFrame:
    """Return the hits as the artefact "hits" holds them; without a row where there are none."""
    if parts is not None:
        return parts.reset_index()
    index = pd.Index([], dtype="string", name="post_id")
    return pd.DataFrame(
        index=index, columns=["excess", "level", "content"], dtype=float
    ).reset_index()


def hits_table(parts: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """The hits, largest first, as the page shows them.

    Parameters
    ----------
    parts : DataFrame
        From :func:`virality.advice.luck.parts_of_hits`.
    names : dict of str to str
        What to call a post, escaped, by post_id.
    """
    rows = parts.sort_values("excess", ascending=False, kind="stable")
    shown = {name: np.exp(rows[name]).map(multiple) for name in ("excess", "level", "content")}
    return pd.DataFrame(
        {
            "post": [names[post] for post in rows.index],
            "over the middle": shown["excess"],
            "level": shown["level"],
            "kind of post": shown["content"],
        }
    )


def _axes(axis: plt.Axes, y: pd.Series) -> None:
    low, high = float(y.min()), float(y.max())
    room = max(0.06 * (high - low), 0.25)
    views_axis(axis.yaxis, low - room, high + room)
    theme.dates(axis)
    axis.set(ylabel="views (log scale)", ylim=(low - room, high + room))
