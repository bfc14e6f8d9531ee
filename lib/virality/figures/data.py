"""Figures and tables of the data chapter: tail, level, rhythm, length, hashtags; what is known."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from virality.core.text import percent, plural
from virality.features.blocks import block_name
from virality.figures import marks, theme
from virality.findings.data import Spread
from virality.posts import describe
from virality.posts.platforms import histories
from virality.posts.settling import bands

# Columns that hold what a creator wrote, or who she is.
_WORDS = "capt|desc|title|text|author|user|creator|account|handle"
_WIDEST = 95  # area of the largest dot, square points: no wider than an hour on a telephone
SECONDS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200, 3600)
POSTS, LEVEL, TOP = theme.BLOCK_COLORS["metadata"], theme.BLOCK_COLORS["momentum"], theme.ACCENT


def settling(table: pd.DataFrame, embargo_days: float) -> Figure:
    """Draw what share of its latest views a post had, by its age at an earlier reading.

    Parameters
    ----------
    table : DataFrame
        As `posts.settling.settling` gives it.
    embargo_days : float
        Marked by a line.
    """
    figure, axis = theme.figure(6.8, 3.3)
    age = table["age_days"].clip(lower=0.1)
    axis.set_xscale("log")
    marks.points(axis, age, 100 * table["share"], POSTS, label="a reading")
    middle = bands(table)
    if len(middle):
        x, y = middle["age_days"].clip(lower=0.1), 100 * middle["share"]
        axis.plot(x, y, "D-", color=LEVEL, linewidth=1.8, markersize=5, label="median by age")
    if embargo_days > 0:
        axis.axvline(embargo_days, color=TOP, linewidth=1.4, label="the embargo")
    low = min(age.min(), embargo_days or np.inf) / 1.3
    high = max(age.max(), embargo_days) * 1.3
    _plain_axis(axis, low, high, (0.1, 0.3, 1, 3, 7, 14, 30, 60, 120, 365, 1000))
    axis.set(xlabel="age of the post at the reading (days)")
    axis.set(ylabel="share of its latest views (%)", ylim=(0, max(105, 100 * table["share"].max())))
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 1.15), ncols=3)
    return figure


def views_histogram(posts: pd.DataFrame, spread: Spread) -> Figure:
    """Draw how many posts have how many views, on the log scale of the whole book.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    spread : Spread
        Their median and mean are marked.
    """
    y = describe.log_views(posts)
    figure, axis = theme.figure(7.0, 3.2)
    low, high = _padded(y)
    edges = np.linspace(low, high, int(np.clip(np.sqrt(len(y)) * 1.6, 6, 40)) + 1)
    axis.hist(y, bins=edges, color=POSTS, rwidth=0.93)
    lines = (("median", spread.median, "-", "right"), ("mean", spread.mean, "--", "left"))
    for name, value, style, side in lines:
        axis.axvline(np.log1p(value), color=LEVEL, linestyle=style, linewidth=1.6)
        _note(axis, np.log1p(value), f" {name} {compact(value)} ", side)
    views_axis(axis.xaxis, low, high)
    axis.set(xlabel="views (log scale)", ylabel="posts", xlim=(low, high))
    axis.yaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def timeline(posts: pd.DataFrame, level: pd.Series) -> Figure:
    """Draw every post's views over time, and the rolling median of ten posts.

    Of several creators or platforms each has a colour and a median of its own.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    level : Series of float
        The median at each post, in log views.
    """
    y = describe.log_views(posts)
    when = posts["posted_at"].dt.tz_localize(None).to_numpy()
    figure, axis = theme.figure(7.2, 3.6)
    if (history := histories(posts)).any():
        _lines_of_several(axis, history, when, y, level)
    else:
        _line_of_one(axis, when, y, level, posts["views"].astype(float).quantile(0.9))
    if when.min() == when.max():  # one moment has no span to fill the axis with
        axis.set_xlim(when.min() - np.timedelta64(3, "D"), when.max() + np.timedelta64(3, "D"))
    low, high = _padded(y)
    views_axis(axis.yaxis, low, high)
    theme.dates(axis)
    axis.set(ylabel="views (log scale)", ylim=(low, high))
    return figure


def _line_of_one(axis: plt.Axes, when, y, level, high: float) -> None:
    """Points, the most viewed tenth among them, and the rolling median of one creator."""
    top = (y >= np.log1p(high)) & (y > np.median(y))
    marks.points(axis, when[~top], y[~top], POSTS, label="a post")
    if top.any():
        axis.plot(when[top], y[top], "D", color=TOP, markersize=5, label="in the most viewed tenth")
    if level.notna().any():
        axis.plot(when, level, color=LEVEL, linewidth=2, label="median of ten posts")
    axis.legend(loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=3)


def _lines_of_several(axis: plt.Axes, history, when, y, level) -> None:
    """Points and rolling median of each history in a colour of its own."""
    numbers, markers = range(int(history.max()) + 1), list(theme.BLOCK_MARKERS.values())
    for number, color in zip(numbers, theme.many_colors(len(numbers)), strict=True):
        members = history == number
        marks.points(axis, when[members], y[members], color, markers[number % len(markers)], 3.5)
        axis.plot(when[members], level[members], color=color, linewidth=2)


def rhythm(posts: pd.DataFrame, timezone: str) -> Figure:
    """Draw the number of posts by weekday and hour.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts; those of which only the day is known are left out.
    timezone : str
        The creator's zone.
    """
    counts = describe.rhythm(posts, timezone)
    figure, axis = theme.figure(7.2, 2.7)
    most = int(counts.to_numpy().max())
    days, hours = np.nonzero(counts.to_numpy())
    posts_there = counts.to_numpy()[days, hours]
    axis.scatter(hours + 0.5, days, s=_WIDEST * posts_there / most, color=POSTS, linewidths=0)
    for number in sorted({1, most} | ({(1 + most) // 2} if most > 4 else set())):
        axis.scatter([], [], s=_WIDEST * number / most, color=POSTS, label=plural(number, "post"))
    axis.set_xticks(range(0, 25, 3), [f"{hour:02d}" for hour in range(0, 25, 3)])
    axis.set_yticks(range(7), list(describe.DAYS))
    axis.set(xlabel=f"hour of the day ({theme.plain(timezone)})", xlim=(0, 24), ylim=(6.5, -0.5))
    axis.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3)
    return figure


def lengths(seconds: pd.Series, y: pd.Series, several: bool) -> Figure:
    """Draw views against length, and the middle half of the posts in bands of length.

    Parameters
    ----------
    seconds, y : Series of float
        Length and log views of the same posts.
    several : bool
        Whether they are by several creators, brought to a common level.
    """
    bands = describe.length_bands(seconds, y)
    figure, axis = theme.figure(6.6, 3.4)
    axis.set_xscale("log")
    marks.points(axis, seconds, y, POSTS, label="a post")
    if len(bands):
        axis.vlines(bands["middle"], bands["q25"], bands["q75"], color=LEVEL, linewidth=2)
        axis.plot(
            bands["middle"],
            bands["median"],
            "D-",
            color=LEVEL,
            markersize=6,
            linewidth=1.2,
            label="median and middle half\nof posts of like length",
        )
    low, high = _padded(y)
    views_axis(axis.yaxis, low, high)
    _plain_axis(axis, seconds.min() / 1.15, seconds.max() * 1.15, SECONDS)
    scale = "at a common level" if several else "log scale"
    axis.set(xlabel="length (seconds, log scale)", ylabel=f"views ({scale})", ylim=(low, high))
    axis.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def hashtags(table: pd.DataFrame) -> Figure:
    """Draw each hashtag's shrunken effect with its interval, and the raw difference beside it.

    Parameters
    ----------
    table : DataFrame
        A row per hashtag or bundle of them: tag, n (posts with it), raw, effect, low, high in log
        views.
    """
    shown = table.sort_values("effect").reset_index(drop=True)
    figure, axis = theme.figure(6.8, 1.2 + 0.27 * len(shown))
    axis.axvline(0, color=theme.INK, linewidth=1)
    places = np.arange(len(shown))
    axis.hlines(places, shown["low"], shown["high"], color=POSTS, linewidth=2)
    axis.plot(shown["effect"], places, "o", color=POSTS, markersize=6, label="after shrinking")
    axis.plot(shown["raw"], places, "x", color=theme.INK, markersize=5, label="as it stands")
    names = [f"{_tags(t)} ({n})" for t, n in zip(shown["tag"], shown["n"], strict=True)]
    axis.set_yticks(places, names)
    _factor_axis(axis, shown[["low", "high", "raw"]].to_numpy())
    axis.set_xlabel("views with the hashtag, as a factor of views without it")
    axis.grid(axis="y", visible=False)
    axis.set_ylim(-0.7, len(shown) - 0.3)
    axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return figure


def _tags(bundle: str) -> str:
    first, *others = bundle.split(" ")
    return f"#{theme.plain(first, 24)}" + (f" and {len(others)} with it" if others else "")


# --- tables ---------------------------------------------------------------------------------------


def repairs_table(repairs: pd.DataFrame, private: bool = False) -> pd.DataFrame:
    """The repair log as the page shows it.

    Parameters
    ----------
    repairs : DataFrame
        As `schema.REPAIRS`.
    private : bool
        True leaves out what users wrote.

    Returns
    -------
    DataFrame of str
    """
    shown = repairs.copy()
    if private:
        words = shown["column"].str.contains(_WORDS, case=False).fillna(False)
        shown.loc[words | shown["row"].notna(), "found"] = ""
        shown.loc[words, "used"] = ""
    columns = ["severity", "row", "column", "found", "used", "why"]
    if len(shown["source"].unique()) > 1:
        columns.insert(1, "source")
    shown["row"] = shown["row"].astype("string").fillna("all")
    return shown[columns].astype("string").fillna("")


def hits_table(spread: Spread) -> pd.DataFrame:
    """The most viewed posts, as the page shows them; `post` is safe Markdown."""
    return pd.DataFrame(
        {
            "post": [str(hit.post) for hit in spread.hits],
            "views": [int(hit.views) for hit in spread.hits],
            "of all views": [percent(hit.share) for hit in spread.hits],
        }
    )


def features_table(listed: pd.DataFrame, filled: pd.Series) -> pd.DataFrame:
    """The ledger as the page shows it.

    Parameters
    ----------
    listed : DataFrame
        The ledger's rows of the features that there are.
    filled : Series of float
        Share of the posts that have a value; index feature.

    Returns
    -------
    DataFrame
    """
    return pd.DataFrame(
        {
            "feature": listed["feature"].str.split("__").str[-1].str.replace("_", " "),
            "block": listed["block"].map(block_name),
            "known": listed["known"],
            "filled": listed["feature"].map(filled).map(percent),
            "unit": listed["unit"],
            "what it is": listed["definition"],
        }
    )


# --- axes -----------------------------------------------------------------------------------------


def compact(value: float) -> str:
    """A count as an axis writes it: 950, 12K, 1.5M."""
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if value >= size:
            return f"{value / size:.3g}{unit}"
    return f"{value:.0f}"


def views_axis(axis, low: float, high: float) -> None:
    """Label an axis of log views with views.

    Parameters
    ----------
    axis : matplotlib Axis
        Its values are ln(1 + views).
    low, high : float
        Its limits, in log views.
    """
    steps = (1, 3) if high - low < 9 else (1,)
    counts = [0.0, *(s * 10.0**p for p in range(12) for s in steps)]
    if high - low < 2:
        counts += [s * 10.0**p for p in range(12) for s in (1.5, 2, 4, 5, 6, 7, 8, 9)]
    shown = sorted(c for c in counts if low <= np.log1p(c) <= high)
    if not shown:
        shown = [float(np.expm1((low + high) / 2))]
    axis.set_ticks([np.log1p(c) for c in shown], [compact(c) for c in shown])
    axis.set_minor_locator(plt.NullLocator())


def _plain_axis(axis: plt.Axes, low: float, high: float, steps: tuple[float, ...]) -> None:
    """Label those steps of a log axis that lie within its limits, as plain numbers."""
    shown = [step for step in steps if low <= step <= high] or [(low + high) / 2]
    axis.set_xlim(low, high)
    axis.set_xticks(shown, [f"{step:g}" for step in shown])
    axis.xaxis.set_minor_locator(plt.NullLocator())


def _factor_axis(axis: plt.Axes, logs: np.ndarray) -> None:
    """Label an axis of differences in log views with factors."""
    reach = max(float(np.nanmax(np.abs(logs))) * 1.08, np.log(1.5))
    ladder = [1, 1.5, 2, 3, 5, 10, 30, 100, 1000] if reach > 1 else [1, 1.2, 1.5, 2, 2.5]
    factors = [f for f in ladder if np.log(f) <= reach]
    up = [(np.log(f), f"{f:g}×") for f in factors]
    down = [(-np.log(f), f"1/{f:g}×") for f in factors if f > 1]
    places, labels = zip(*(down[::-1] + up), strict=True)
    axis.set_xticks(places, labels)
    axis.set_xlim(-reach, reach)


def _note(axis: plt.Axes, x: float, text: str, side: str) -> None:
    """Write beside a vertical line, just above the axes."""
    place = axis.get_xaxis_transform()
    axis.text(x, 1.02, text, color=theme.text(LEVEL), transform=place, ha=side, fontsize=8.5)


def _padded(y: np.ndarray) -> tuple[float, float]:
    """Limits around log views that leave room even when all are equal."""
    low, high = float(y.min()), float(y.max())
    room = max(0.06 * (high - low), 0.25)
    return max(low - room, -0.2), high + room
