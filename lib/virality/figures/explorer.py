"""The map of posts as one that answers: coloured as its reader likes, each post told beside it.

What is made here is a specification for Vega, which is data: a script that others keep draws it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from virality.core.text import brief, clean, is_missing, multiple
from virality.explanation.clusters import NOISE
from virality.explanation.naming import KindName
from virality.figures.clustering import BETWEEN, called, color

# By Vega's names; as many as there are colours of kinds.
SHAPES = (
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "triangle-right",
    "triangle-left",
)
WAYS = {
    "kind": "kind of post",
    "views": "views",
    "forecast": "forecast",
    "error": "views beside the forecast",
    "date": "date",
}
EMPTY = "transparent"  # of a post without a value, or of no kind
_STEPS = 5  # colours in the key of a number
_ENDS = 0.02  # share of the posts beyond each end of a number's colours
_LETTERS, _LINES = 36, 5  # of a caption, as it stands beside the map
_SIDE = 0.3  # share of the map's width, at either side, where names begin or end at their posts
_NEAR = 40  # pixels from a post at which a pointer means it
_ROW = 22  # pixels of an entry of the key


def specification(posts: pd.DataFrame, names: dict[int, KindName], alt: str) -> dict:
    """Return the map for Vega.

    Parameters
    ----------
    posts : DataFrame
        A row a post of the map: x, y, regime, typical, posted_at, views, y_true and y_pred (log,
        missing without a forecast), caption and frame (an address; "" where there is none).
    names : dict of int to KindName
        What each kind is called.
    alt : str
        What a reader who cannot see it should know.

    Returns
    -------
    dict
        What JSON can hold. Text from data is raw: what draws it reads no markup.
    """
    rows = posts.sort_values("posted_at", kind="stable", ignore_index=True)
    scales = _scales(rows, names)
    key = [
        {"by": way, "place": place, "fill": fill, "shape": shape, "words": words}
        for way, scale in scales.items()
        for place, (fill, shape, words) in enumerate(scale.key)
    ]
    told = _told(rows, names, {way: scale.fills for way, scale in scales.items()})
    placed = [_formula(f"p{side}", f"scale('{side}', datum.{side})") for side in "xy"]
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "description": alt,
        "autosize": "none",
        "padding": 0,
        "signals": [
            {"name": "pictured", "value": any(post["frame"] for post in told)},
            *_signals(len(rows), {way: len(scale.key) for way, scale in scales.items()}),
        ],
        "scales": [
            {"name": "x", "domain": [0, 1], "range": [14, {"signal": "across - 14"}]},
            {"name": "y", "domain": [0, 1], "range": [{"signal": "tall - 14"}, 36]},
        ],
        "data": [
            {"name": "posts", "values": told, "transform": placed},
            {"name": "chosen", "source": "posts", "transform": [_filter("datum.at === post")]},
            {"name": "key", "values": key, "transform": [_filter("datum.by === colour")]},
            {"name": "names", "values": _places(rows, names)},
        ],
        "marks": _marks(),
    }


def _formula(name: str, expression: str) -> dict:
    return {"type": "formula", "as": name, "expr": expression}


def _filter(expression: str) -> dict:
    return {"type": "filter", "expr": expression}


# ---------------------------------------------------------------------------------------- data


def _told(rows: pd.DataFrame, names: dict[int, KindName], fills: dict[str, list]) -> list[dict]:
    """All that the map tells of each post, oldest first."""
    x, y = _unit(rows["x"]), _unit(rows["y"])
    return [
        {
            "at": at,
            "x": x[at],
            "y": y[at],
            "shape": _shape(row.regime),
            "fills": {way: painted[at] for way, painted in fills.items()},
            "title": f"{row.posted_at:%d %b %Y} · {brief(row.views)} views",
            "kind": _kind(row.regime, names),
            "forecast": _forecast(row.y_true, row.y_pred),
            "caption": _broken(row.caption),
            "frame": row.frame,
        }
        for at, row in enumerate(rows.itertuples())
    ]


def _unit(values: pd.Series) -> list[float]:
    """Values between zero and one; one half where all are the same."""
    reach = float(np.ptp(values)) or 1.0
    middle = float(values.min() + values.max()) / 2
    return [round(float(value - middle) / reach + 0.5, 4) for value in values]


def _kind(regime: Any, names: dict[int, KindName]) -> str:
    found = None if is_missing(regime) else names.get(int(regime))
    return found.raw if found else BETWEEN


def _shape(regime: Any) -> str:
    return SHAPES[int(regime) % len(SHAPES)] if not is_missing(regime) else SHAPES[0]


def _forecast(came: float, said: float) -> str:
    if is_missing(said):
        return "no forecast: among the first posts"
    return f"forecast {brief(np.expm1(said))}, came {multiple(np.exp(came - said))}"


def _broken(caption: str) -> list[str]:
    lines = wrap(clean(caption), _LETTERS)
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], f"{lines[_LINES - 1]} …"]


def _places(rows: pd.DataFrame, names: dict[int, KindName]) -> list[dict]:
    """Where the names of kinds stand: above their posts, and inside the map; letters of many."""
    places = rows.assign(x=_unit(rows["x"]), y=_unit(rows["y"]))
    found = []
    for label, name in names.items():
        own = places[(places["regime"] == label).fillna(False)]
        if len(own):
            x, y = round(float(own["x"].median()), 4), float(own["y"].max())
            side = "left" if x < _SIDE else "right" if x > 1 - _SIDE else "center"
            told = called(label, names) if len(names) <= len(SHAPES) else name.letter
            found.append({"x": x, "y": y, "align": side, "name": told})
    return found


# ------------------------------------------------------------------------------------- colours


@dataclass(frozen=True)
class _Scale:
    """A colour for each post, and the key: fill, shape and words of each entry."""

    fills: list[str]
    key: list[tuple[str, str, str]]


def _scales(rows: pd.DataFrame, names: dict[int, KindName]) -> dict[str, _Scale]:
    """Every way to colour the posts; of numbers, for eyes without red or green as well."""
    views = np.log1p(rows["views"].to_numpy(float, na_value=np.nan))
    said, came = (rows[name].to_numpy(float) for name in ("y_pred", "y_true"))
    days = rows["posted_at"].dt.tz_localize(None).to_numpy("datetime64[s]").astype(float)
    found = {
        "kind": _of_kinds(rows, names),
        "views": _of_numbers(views, _views, "not known"),
        "forecast": _of_numbers(said, _views, "no forecast"),
        "error": _of_numbers(came - said, _ratio, "no forecast", both_ways=True),
        "date": _of_numbers(days, _month, "not known"),
    }
    return {way: scale for way, scale in found.items() if len(scale.key) > 1}


def _of_kinds(rows: pd.DataFrame, names: dict[int, KindName]) -> _Scale:
    none = [is_missing(regime) or regime == NOISE for regime in rows["regime"]]
    fills = [
        EMPTY if without else color(int(regime))
        for without, regime in zip(none, rows["regime"], strict=True)
    ]
    key = [(color(label), _shape(label), name.raw) for label, name in names.items()]
    return _Scale(fills, key + [(EMPTY, SHAPES[0], BETWEEN)] * any(none))


def _of_numbers(
    values: np.ndarray, words: Callable[[float], str], missing: str, both_ways: bool = False
) -> _Scale:
    known = values[np.isfinite(values)]
    if not len(known):
        return _Scale([EMPTY] * len(values), [])
    low, high = np.quantile(known, [_ENDS, 1 - _ENDS])
    if both_ways:
        high = max(abs(low), abs(high))
        low = -high
    paint = mpl.colormaps["PuOr_r" if both_ways else "cividis"]

    def colored(value: float) -> str:
        share = (value - low) / (high - low) if high > low else 0.5
        return to_hex(paint(float(np.clip(share, 0, 1)))) if np.isfinite(value) else EMPTY

    steps = np.linspace(high, low, _STEPS if high > low else 1)
    key = [(colored(step), SHAPES[0], words(step)) for step in steps]
    without = [(EMPTY, SHAPES[0], missing)] * (len(known) < len(values))
    return _Scale([colored(value) for value in values], key + without)


def _views(value: float) -> str:
    return brief(np.expm1(value))


def _ratio(value: float) -> str:
    return f"{multiple(np.exp(value))} the forecast"


def _month(value: float) -> str:
    return f"{pd.Timestamp(value, unit='s'):%b %Y}"


# ------------------------------------------------------------------------------- what is drawn


def _signals(n_posts: int, entries: dict[str, int]) -> list[dict]:
    """What the reader chooses, and where things stand: beside the map, or below it where narrow."""
    across = {"events": "window:resize", "update": "containerSize()[0]"}
    near = f"hypot(x() - datum.px, y() - datum.py) < {_NEAR} ? datum.at : post"
    ways = {"input": "select", "name": "Colour by ", "options": list(entries)}
    labels = [WAYS[way] for way in entries]
    walk = {"input": "range", "name": "Post ", "min": 0, "max": n_posts - 1, "step": 1}
    made = {
        "beside": "width >= 640",
        "across": "beside ? width - 260 : width",
        "tall": "clamp(0.8 * across, 250, 440)",
        "columns": "max(1, floor(across / 215))",
        "key_at": "tall + 18",
        "told_x": "beside ? across + 20 : 0",
        "told_y": f"beside ? 0 : key_at + {_ROW} * ceil(entries[colour] / columns)",
        "words_x": "told_x + (beside || !pictured ? 0 : 84)",
        "words_y": "told_y + (beside && pictured ? 206 : 14)",
        "height": f"beside ? key_at + {_ROW} * ceil(entries[colour] / columns) : told_y + 200",
    }
    return [
        {"name": "width", "init": "containerSize()[0]", "on": [across]},
        {"name": "entries", "value": entries},
        {"name": "colour", "value": "kind", "bind": ways | {"labels": labels}},
        {
            "name": "post",
            "value": n_posts - 1,
            "bind": walk,
            "on": [{"events": "@cells:pointermove, @cells:click", "update": near}],
        },
        *({"name": name, "update": update} for name, update in made.items()),
    ]


def _marks() -> list[dict]:
    """Posts, names of kinds, the chosen one, the key, and what is told of the chosen one."""
    at = {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "y"}}
    place = {
        "x": {"signal": "floor(across / columns) * (datum.place % columns) + 8"},
        "y": {"signal": f"key_at + {_ROW} * floor(datum.place / columns)"},
    }
    dots = {
        "fill": {"signal": "datum.fills[colour]"},
        "shape": {"signal": "colour === 'kind' ? datum.shape : 'circle'"},
    }
    swatches = {"fill": {"field": "fill"}, "shape": {"field": "shape"}}
    words = {"text": {"field": "words"}, "limit": {"signal": "floor(across / columns) - 28"}}
    picture = {
        "url": {"field": "frame"},
        "x": {"signal": "told_x"},
        "y": {"signal": "told_y"},
        "width": {"signal": "!pictured ? 0 : beside ? 108 : 72"},
        "height": {"signal": "!pictured ? 0 : beside ? 192 : 128"},
    }
    lines = (("title", 0, "bold"), ("kind", 20, ""), ("forecast", 38, ""), ("caption", 60, ""))
    return [
        _mark("symbol", "posts", at | dots, "dots", size=90),
        _mark("text", "names", at | {"text": {"field": "name"}, "align": {"field": "align"}},
              dy=-12, fontSize=13, fontWeight="bold"),
        _mark("symbol", "chosen", at, "ring", size=320, fill=EMPTY, strokeWidth=3),
        _mark("symbol", "key", place | swatches, "dots-of-key", size=72),
        _mark("text", "key", place | words, dx=12, baseline="middle", fontSize=13),
        _mark("image", "chosen", picture),
        *(_line(field, below, weight) for field, below, weight in lines),
        _cells(),
    ]  # fmt: skip


def _line(field: str, below: int, weight: str) -> dict:
    """What one field tells of the chosen post."""
    moving = {
        "text": {"field": field},
        "x": {"signal": "words_x"},
        "y": {"signal": f"words_y + {below}"},
        "limit": {"signal": "width - words_x"},
    }
    return _mark("text", "chosen", moving, fontSize=13, fontWeight=weight, lineHeight=18)


def _mark(kind: str, data: str, moving: dict, name: str = "", **fixed) -> dict:
    """A mark, which a page's style finds by its name; what it shows is told in words elsewhere."""
    standing = {key: {"value": value} for key, value in fixed.items()}
    mark = {
        "type": kind,
        "from": {"data": data},
        "aria": False,
        "interactive": False,
        "encode": {"enter": standing, "update": moving},
    }
    return mark | ({"name": name} if name else {})


def _cells() -> dict:
    """The room around each post, in which a pointer means that post."""
    around = {"type": "voronoi", "x": "datum.px", "y": "datum.py"}
    size = {"signal": "[[0, 0], [across, tall]]"}
    drawn = {"path": {"field": "path"}, "fill": {"value": EMPTY}}
    return {
        "type": "path",
        "name": "cells",
        "from": {"data": "posts"},
        "aria": False,
        "encode": {"update": drawn},
        "transform": [around | {"extent": size}],
    }
