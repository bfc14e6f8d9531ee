"""Every figure has a narrow twin, which is legible on a telephone and is loaded there alone."""

import re
import xml.etree.ElementTree as ET
from base64 import b64decode, b64encode
from itertools import combinations, pairwise

import nbformat
import numpy as np
import pytest
from matplotlib.text import Text

from virality.book import markup, publish, twins
from virality.core.chapters import book
from virality.figures import narrow, theme

TELEPHONE = 339  # pixels that the text of a page has where a telephone has 390
LEGIBLE = 9  # pixels
_SIZES = re.compile(r"scale\((0\.\d+) -0\.\d+\)")  # of letters, in hundredths of a point
_SVG = "{http://www.w3.org/2000/svg}"
_PLACE = re.compile(
    r"translate\(([-\d.]+) ([-\d.]+)\)(?: rotate\((-?[\d.]+)\))? scale\(([\d.]+) -[\d.]+\)"
)
_SHIFT = re.compile(r"translate\(([-\d.]+)")
_WIDE = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")
_WIDTH = re.compile(r'width="([\d.]+)pt"')


def boxes(svg: str) -> tuple[float, float, list[tuple[float, ...]]]:
    """Width and height of a picture, and about where its level and upright texts stand."""
    root = ET.fromstring(svg)
    found = []
    for text in root.iter(f"{_SVG}g"):
        place = _PLACE.fullmatch(text.get("transform", "").strip())
        if not place:
            continue
        x, y, size = float(place[1]), float(place[2]), float(place[4])
        last = max((float(_SHIFT.search(letter.get("transform") or "translate(0")[1])
                    for letter in text.iter(f"{_SVG}use")), default=0)  # fmt: skip
        long, high = (last + 58) * size, 75 * size
        if not place[3]:
            found.append((x, y - high, x + long, y))
        elif place[3] == "-90":
            found.append((x - high, y - long, x, y))
    return *(float(end) for end in root.get("viewBox").split()[2:]), found


def crowding(svg: str) -> list[tuple]:
    """Texts of a picture that are cut off, or stand on each other."""
    width, height, found = boxes(svg)
    cut = [box for box in found
           if min(box[:2]) < -2 or box[2] > width + 3 or box[3] > height + 2]  # fmt: skip
    touching = [
        (one, other)
        for one, other in combinations(found, 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 2
        and min(one[3], other[3]) - max(one[1], other[1]) > 2
    ]
    return [*cut, *touching]


def smallest(svg: bytes) -> float:
    """The size of a picture's smallest letters in pixels, on a telephone."""
    text = svg.decode()
    points = 100 * min(map(float, _SIZES.findall(text)))
    return points * TELEPHONE / float(_WIDTH.search(text)[1])


def crowded(columns=3, rows=6):
    """A figure that is too wide for a telephone in every way."""
    figure, axes = theme.figure(8.0, 2.4, ncols=columns, sharey=True)
    for axis in axes:
        for name in ("the first of the lines", "the second of the lines", "another"):
            axis.plot(np.arange(rows), np.arange(rows), label=name)
        axis.set_xticks(np.linspace(0, 5, 21), [f"{1e6 * x:,.0f}" for x in np.linspace(0, 5, 21)])
        axis.set_xlabel("a long label of what is told along this axis, and in which unit (log)")
        axis.text(0, 0, "tiny", fontsize=5)
    axes[0].set_yticks(
        range(rows), [f"{i} a name that is long, longer, longest" for i in range(rows)]
    )
    axes[0].set_ylabel("posts")
    axes[-1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return figure


def shown_texts(figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


def test_a_row_of_panels_becomes_a_column_in_which_nothing_is_cut_or_touches():
    figure = crowded()
    figure.draw_without_rendering()
    narrow.reflow(figure)
    figure.draw_without_rendering()
    assert figure.get_figwidth() == narrow.WIDTH
    places = [axis.get_position() for axis in figure.axes]
    assert all(one.y0 > other.y1 for one, other in pairwise(places))
    assert {axis.get_ylabel() for axis in figure.axes} == {"posts"}
    for text in shown_texts(figure):
        box = text.get_window_extent()
        assert text.get_fontsize() >= narrow.SMALLEST
        if text not in {label for axis in figure.axes for label in axis.texts}:
            assert box.x0 > -1 and box.x1 < figure.bbox.width + 1, text
            assert box.y0 > -1 and box.y1 < figure.bbox.height + 1, text
    for axis in figure.axes:
        assert axis.get_position().height * figure.get_figheight() > 1.2
        boxes = [text.get_window_extent() for text in axis.get_xticklabels()]
        assert all(one.x1 < other.x0 for one, other in pairwise(boxes))
        boxes = [text.get_window_extent() for text in axis.get_yticklabels()]
        assert all(one.y1 < other.y0 for one, other in pairwise(boxes))


def test_the_look_finds_what_is_cut_and_what_touches():
    figure, axis = theme.figure()
    axis.text(0.5, 0.5, "one word", transform=figure.transFigure)
    assert crowding(theme.render(figure)["svg"].decode()) == []
    for x, word in ((0.51, "another"), (0.98, "cut off"), (-0.05, "cut")):
        figure, axis = theme.figure()
        axis.set_axis_off()
        for at, told in ((0.5, "one word"), (x, word)):
            axis.text(at, 0.5, told, transform=figure.transFigure).set_in_layout(False)
        assert len(crowding(theme.render(figure)["svg"].decode())) == 1, word


def test_a_twin_is_legible_and_the_same_every_time():
    files = theme.render(crowded())
    assert set(files) == {"svg", "png", "narrow"}
    assert smallest(files["narrow"]) >= LEGIBLE > smallest(files["svg"])
    assert theme.render(crowded())["narrow"] == files["narrow"]


def test_every_figure_of_a_book_has_a_legible_twin(small_book):
    found = 0
    for spec in book():
        for cell in nbformat.read(small_book.executed(spec.slug), as_version=4).cells:
            for output in cell.get("outputs", []):
                text = output.get("data", {}).get("text/markdown", "")
                if "{#fig-" in text and "data:image/svg+xml" in text:
                    kind, _, content = output.data[twins.KIND].partition(",")
                    assert kind == "data:image/svg+xml;base64"
                    assert smallest(b64decode(content)) >= LEGIBLE, (spec.slug, cell.source)
                    wide = _WIDE.search(output.data["text/markdown"])[1]
                    for own in (wide, content):
                        assert crowding(b64decode(own).decode()) == [], (spec.slug, cell.source)
                    found += 1
    assert found > 12


@pytest.fixture
def output():
    wide, twin = (b64encode(f"<svg>{word}</svg>".encode()).decode() for word in ("wide", "narrow"))
    kind = "data:image/svg+xml;base64,"
    text = (
        f'::: {{#fig-x}}\n\n![]({kind}{wide}){{fig-alt="Says > all" .lightbox}}\n\nIt is so.\n\n:::'
    )
    data = {"text/markdown": text, twins.KIND: kind + twin}
    return nbformat.v4.new_output("display_data", data)


def test_a_page_loads_the_one_that_fits(output, tmp_path):
    told = publish._unpack(twins.as_told(output), "one", tmp_path)
    assert "base64" not in told
    assert (tmp_path / "pictures" / "one-x.svg").read_text() == "<svg>wide</svg>"
    assert (tmp_path / "pictures" / "one-x-narrow.svg").read_text() == "<svg>narrow</svg>"
    page = markup.as_html(told)
    assert page.count("<picture>") == page.count("one-x-narrow.svg") == 1
    assert 'src="pictures/one-x.svg" alt="Says &gt; all"' in page and "data-narrow" not in page
    assert '<div class="float" id="fig-x">' in page and "It is so." in page


def test_what_quarto_makes_of_it_becomes_a_picture_as_well():
    image = '<img src="a.svg" data-narrow="b.svg" alt="">'
    made = f'<div data-narrow="b.svg"><a href="a.svg">{image}</a></div>'
    source = '<source media="(max-width: 600px)" srcset="b.svg">'
    assert twins.chosen(made) == (
        f'<div><a href="a.svg"><picture>{source}<img src="a.svg" alt=""></picture></a></div>'
    )


def test_a_picture_without_a_twin_stays_as_it_is(output):
    del output.data[twins.KIND]
    assert "narrow" not in twins.as_told(output)
    assert "<picture>" not in markup.as_html(twins.as_told(output))
