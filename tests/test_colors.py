"""Colours of figures: legible on a light and on a dark page, told apart without red or green."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from itertools import combinations

import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from skimage.color import deltaE_ciede2000, rgb2lab

from virality.book import twins
from virality.core.chapters import book
from virality.core.paths import NOTEBOOKS
from virality.figures import clustering, experiments, explorer, forecast, marks, nonlinear, theme
from virality.figures.data import LEVEL, POSTS, TOP
from virality.figures.interpretability import HIGH, LOW
from virality.models.catalogue import BASELINES, FORECAST, MODEL_COLORS, MODEL_MARKERS, MODELS

DAY, NIGHT = "#fdfcfa", "#16191d"  # the pages
APART = 10  # difference of two colours, CIEDE2000
# What eyes without the cones for green see: Machado, Oliveira and Fernandes (2009), full severity.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
#: Colours that stand in one picture.
TOGETHER = {
    "blocks": list(theme.BLOCK_COLORS.values()),
    "models": [MODEL_COLORS[name] for name in (*MODELS, FORECAST)],
    "kinds": list(clustering.REGIME_COLORS),
    "methods": list(nonlinear.METHOD_COLORS.values()),
    "posts by outcome": list(nonlinear.REGIME_COLORS.values()),
    "voices": list(forecast.COLORS.values()),
    "posts, level and top": [POSTS, LEVEL, TOP, theme.INK],
    "readings": [LOW, HIGH, theme.MUTED],
    "sides of an experiment": [experiments.A_COLOR, experiments.B_COLOR, theme.ACCENT],
    "cells": [theme.LESS, theme.FAINT, theme.MORE],
}
#: Marks of what stands in one picture, where its colour may not be alone.
SHAPES = {
    "blocks": list(theme.BLOCK_MARKERS.values()),
    "models": [MODEL_MARKERS[name] for name in (*MODELS, FORECAST, *BASELINES)],
    "kinds": [clustering.marker(kind) for kind in range(len(clustering.REGIME_COLORS))],
    "kinds on the map": list(explorer.SHAPES),
    "methods": list(nonlinear.METHOD_MARKERS.values()),
    "posts by outcome": list(nonlinear.REGIME_MARKERS.values()),
    "voices": list(forecast.HATCHES.values()),
}
MARKS = {color for colors in TOGETHER.values() for color in colors} - set(TOGETHER["cells"])
MARKS |= {MODEL_COLORS[name] for name in BASELINES}


def by_night(color) -> np.ndarray:
    """What the style of a dark page makes of a colour."""
    return np.clip(np.array(to_rgb(color)) * theme.NIGHT, 0, 1)


def linear(color) -> np.ndarray:
    channels = np.array(to_rgb(color))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one, other) -> float:
    bright, dim = sorted(linear(each) @ [0.2126, 0.7152, 0.0722] for each in (one, other))[::-1]
    return float((bright + 0.05) / (dim + 0.05))


def least_contrast(color) -> float:
    """On the light page as it is, and on the dark one as that shows it."""
    return min(contrast(color, DAY), contrast(by_night(color), NIGHT))


def seen(color) -> np.ndarray:
    """A colour as eyes see it that lack the cones for green."""
    channels = np.clip(DEUTERANOPIA @ linear(color), 0, 1)
    return np.where(channels <= 0.0031308, 12.92 * channels, 1.055 * channels ** (1 / 2.4) - 0.055)


def difference(one, other) -> float:
    return float(deltaE_ciede2000(rgb2lab(np.array(one)), rgb2lab(np.array(other))))


def test_the_measure_is_the_known_one():
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert difference(to_rgb("#000000"), to_rgb("#ffffff")) == pytest.approx(100, abs=0.1)
    # red and green of one brightness are one colour to such eyes
    assert (
        difference(seen("#a05050"), seen("#757550"))
        < difference(to_rgb("#a05050"), to_rgb("#757550")) / 3
    )


@pytest.mark.parametrize("group", TOGETHER)
@pytest.mark.parametrize("light", [to_rgb, by_night], ids=["day", "night"])
def test_colours_of_one_picture_are_told_apart(group, light):
    for one, other in combinations(TOGETHER[group], 2):
        assert difference(light(one), light(other)) >= APART
        assert difference(seen(light(one)), seen(light(other))) >= APART, (one, other)


@pytest.mark.parametrize("group", SHAPES)
def test_colour_is_never_alone(group):
    shapes = SHAPES[group]
    assert len(set(shapes)) == len(shapes)


def test_kinds_have_one_shape_on_both_maps():
    names = {"o": "circle", "s": "square", "^": "triangle-up", "D": "diamond", "P": "cross",
             "v": "triangle-down", ">": "triangle-right", "<": "triangle-left"}  # fmt: skip
    assert [names[shape] for shape in SHAPES["kinds"]] == SHAPES["kinds on the map"]
    assert len(clustering.REGIME_COLORS) == len(explorer.SHAPES)


@pytest.mark.parametrize("color", sorted(MARKS | {theme.INK, theme.MUTED, theme.ACCENT}))
def test_marks_and_their_names_stand_out_on_both_pages(color):
    assert least_contrast(color) >= 3
    assert least_contrast(theme.text(color)) >= 4.5


def test_ink_is_legible_on_both_pages_and_black_in_cells():
    assert least_contrast(theme.INK) >= 4.5
    for cell in TOGETHER["cells"]:
        assert min(contrast("black", cell), contrast("black", by_night(cell))) >= 4.5


def test_dark_pages_show_figures_as_bright_as_figures_expect():
    said = f"filter: brightness({theme.NIGHT})"
    assert said in (NOTEBOOKS / "theme-dark.scss").read_text(encoding="utf-8")
    assert said.replace(" ", "") in twins.BY_NIGHT
    for name, page in (("light", DAY), ("dark", NIGHT)):
        style = (NOTEBOOKS / f"theme-{name}.scss").read_text(encoding="utf-8")
        assert f"$body-bg: {page};" in style


# ------------------------------------------------------------------------ what is drawn

_SVG = "{http://www.w3.org/2000/svg}"
_CLEAR = {"none", "transparent"}


def styles(element) -> dict[str, str]:
    pairs = (pair.split(":", 1) for pair in element.get("style", "").split(";") if ":" in pair)
    return {key.strip(): value.strip() for key, value in pairs}


def strength(style: dict[str, str], kind: str, otherwise: str) -> float:
    """The least contrast of a fill or a stroke on the two pages; 0 where there is none."""
    color = style.get(kind, otherwise)
    if color in _CLEAR or not color.startswith("#"):
        return 0.0
    share = float(style.get("opacity", 1)) * float(style.get(f"{kind}-opacity", 1))
    grounds = ((to_rgb(color), DAY), (tuple(by_night(color)), NIGHT))
    found = []
    for own, ground in grounds:
        mixed = share * np.array(own) + (1 - share) * np.array(to_rgb(ground))
        found.append(contrast(mixed, ground))
    return min(found)


def weak(svg: str) -> tuple[list[str], list[str]]:
    """Texts and marks of a picture that do not stand out."""
    texts, drawn, root = [], [], ET.fromstring(svg)
    parents = {child: parent for parent in root.iter() for child in parent}

    def around(element):
        while element in parents:
            element = parents[element]
            yield element.get("id") or ""

    for element in root.iter():
        names = list(around(element))
        style = styles(element)
        if element.tag == f"{_SVG}g" and "scale(" in element.get("transform", ""):
            in_cell = style.get("fill", "#000000") == "#000000" and "QuadMesh" in svg
            if not in_cell and strength(style, "fill", "#000000") < 4.5:
                texts.append(str(style))
        elif element.tag in (f"{_SVG}path", f"{_SVG}use") and style:
            soft = {marks.SOFT, "QuadMesh", "patch_1", "patch_2", "legend"}
            if any(name.split("_")[0] in soft or name in soft for name in names):
                continue
            if style.get("stroke", "").lower() == theme.GRID[:7] and "0.25" in str(style):
                continue
            best = max(strength(style, "fill", "none"), strength(style, "stroke", "none"))
            if 0 < best < 3:
                drawn.append(f"{names[:2]} {style}")
    return texts, drawn


def test_the_look_finds_what_is_faint():
    figure, axis = theme.figure()
    axis.plot([0, 1], [0, 1], color="#d0d0d0")
    axis.set_xlabel("faint", color="#a0a0a0")
    texts, drawn = weak(theme.render(figure)["svg"].decode())
    assert len(texts) == len(drawn) == 1
    figure, axis = theme.figure()
    marks.points(axis, [0, 1], [0, 1], POSTS, label="a")
    marks.band(axis, [0, 1], [0, 1], [1, 2], LEVEL)
    marks.name_ends(axis, [(1, "here", TOP)])
    axis.legend()
    assert weak(theme.render(figure)["svg"].decode()) == ([], [])


def test_everything_in_the_figures_of_a_book_stands_out(small_book):
    found = 0
    pattern = re.compile(
        r"!\[\]\(data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)\)\{fig-alt=\"(.*?)\""
    )
    for spec in book():
        for cell in nbformat.read(small_book.executed(spec.slug), as_version=4).cells:
            for output in cell.get("outputs", []):
                for own, alt in pattern.findall(output.get("data", {}).get("text/markdown", "")):
                    assert weak(b64decode(own).decode()) == ([], []), f"{spec.slug}: {alt}"
                    found += 1
    assert found > 20
