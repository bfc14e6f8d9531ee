"""Figures and tables of the first three seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont, ImageOps

from virality.features.blocks import block_name
from virality.figures import theme

_TILE = (72, 128)
_MOST_TILES = 48
_MARKS, _BAND = "WFSM", 19  # letters below a frame, and the height of their band
_DARK, _LIT = (34, 34, 34), (255, 255, 255)
_COLUMNS, _NARROW_COLUMNS = 12, 6


def contact_sheets(
    thumbnails: list[bytes], marks: Sequence[tuple[bool, ...]] | None = None
) -> tuple[bytes, bytes, int]:
    """Return small first frames in one JPEG, in the order given, and the same for a narrow page.

    When there are many, they are evenly thinned.

    Parameters
    ----------
    thumbnails : list of bytes
        JPEG files.
    marks : sequence of tuple of bool, optional
        Which of "WFSM" stand below each frame.

    Returns
    -------
    tuple of (bytes, bytes, int)
        The wide file, the narrow one, and how many frames each shows.
    """
    places = np.unique(np.linspace(0, len(thumbnails) - 1, min(len(thumbnails), _MOST_TILES)))
    chosen = [thumbnails[int(place)] for place in places]
    below = [marks[int(place)] for place in places] if marks else None
    wide, narrow = (_sheet(chosen, columns, below) for columns in (_COLUMNS, _NARROW_COLUMNS))
    return wide, narrow, len(chosen)


def _sheet(chosen: list[bytes], columns: int, marks: list[tuple[bool, ...]] | None) -> bytes:
    """One JPEG of frames, with so many beside each other."""
    rows = -(-len(chosen) // columns)
    width, height = _TILE
    band = _BAND if marks else 0
    sheet = Image.new("RGB", (columns * width, rows * (height + band)), (128, 128, 128))
    for number, content in enumerate(chosen):
        with Image.open(BytesIO(content)) as picture:
            tile = ImageOps.pad(picture.convert("RGB"), _TILE, color=(128, 128, 128))
        left, top = number % columns * width, number // columns * (height + band)
        sheet.paste(tile, (left, top))
        if marks:
            _mark(sheet, left, top + height, marks[number])
    buffer = BytesIO()
    sheet.save(buffer, "JPEG", quality=65)
    return buffer.getvalue()


def _mark(sheet: Image.Image, left: int, top: int, lit: tuple[bool, ...]) -> None:
    """Write the letters of the facts below a frame, each in its place."""
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    width = _TILE[0]
    draw.rectangle((left, top, left + width - 1, top + _BAND - 1), fill=_DARK)
    for place, (letter, there) in enumerate(zip(_MARKS, lit, strict=True)):
        x = left + width * (2 * place + 1) / (2 * len(_MARKS))
        if there:
            draw.text((x, top + _BAND / 2), letter, _LIT, font, anchor="mm")


def coverage(present: pd.DataFrame, posted_at: pd.Series) -> Figure:
    """Draw which posts have which block, over time.

    Parameters
    ----------
    present : DataFrame of bool, shape (n posts, n blocks)
    posted_at : Series of n timestamps
    """
    figure, axis = theme.figure(7.0, 0.8 + 0.34 * present.shape[1])
    for place, block in enumerate(reversed(list(present.columns))):
        has = present[block].to_numpy()
        color = theme.BLOCK_COLORS[block]
        axis.plot(posted_at[has], np.full(has.sum(), place), "|", color=color, markersize=11)
        gaps = np.full((~has).sum(), place)
        axis.plot(posted_at[~has], gaps, "x", color=theme.INK, markersize=8, mew=1.8, zorder=3)
    names = [block_name(block) for block in reversed(list(present.columns))]
    axis.set_yticks(range(len(names)), names)
    axis.set_xlabel("posted (a cross marks a post without that block)")
    axis.grid(axis="y", visible=False)
    return figure


def openings(curves: dict[str, list[dict]]) -> Figure:
    """Draw loudness and motion of the loudest and the calmest openings.

    Parameters
    ----------
    curves : dict
        "loud" and "calm", each a list of mappings with "level" (dB per tenth of a second) and,
        where there is a picture, "times" (s) and "motion" (heights/s between looks).
    """
    figure, (above, below) = theme.figure(6.6, 4.4, nrows=2, sharex=True)
    looks = {
        "loud": (theme.ACCENT, "loudest", "-"),
        "calm": (theme.BLOCK_COLORS["metadata"], "calmest", "--"),
    }
    for kind, many in curves.items():
        color, word, style = looks[kind]
        for number, one in enumerate(many):
            level = np.asarray(one["level"], dtype=float)
            label = f"{word} openings" if number == 0 else None
            times = np.arange(len(level)) / 10 + 0.05
            above.plot(times, level, style, color=color, linewidth=1.2, label=label)
            if len(one.get("motion", ())):
                middle = (one["times"][1:] + one["times"][:-1]) / 2
                below.plot(middle, one["motion"], style, marker=".", color=color, linewidth=1.2)
    above.set_ylabel("sound level (dB)")
    below.set_ylabel("motion (heights/s)")
    below.set_xlabel("time (s); a gap in the motion is a cut")
    if any(curves.values()):
        above.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2)
    return figure


# --------------------------------------------------------------------------------- tables


def problems_table(media: pd.DataFrame, private: bool) -> pd.DataFrame:
    """Return the posts with a media problem: which, what is wrong, what is there, the file.

    Parameters
    ----------
    media : DataFrame
        Artefact.
    private : bool
        True names neither posts nor files.

    Returns
    -------
    DataFrame
        post, problem, picture, sound, file; raw text, the page escapes it.
    """
    wrong = media[media["problem"].fillna("") != ""]
    return pd.DataFrame(
        {
            "post": "withheld" if private else wrong["post_id"],
            "problem": wrong["problem"],
            "picture": wrong["has_picture"].map({True: "yes", False: "missing"}),
            "sound": wrong["has_sound"].map({True: "yes", False: "missing"}),
            "file": "withheld" if private else wrong["file"].fillna("–"),
        }
    ).reset_index(drop=True)


def neighbours_table(
    sample: pd.Series, nearest: Mapping[str, Mapping[str, str]], names: Mapping[str, str]
) -> pd.DataFrame:
    """Return the table of neighbours: a post, and the most alike one in each block.

    Parameters
    ----------
    sample : Series of str
        Post ids.
    nearest : mapping
        Block → post id → post id of the neighbour.
    names : mapping
        Post id → safe Markdown.

    Returns
    -------
    DataFrame
        post, and a column per block; Markdown.
    """
    rows = [
        {"post": names[post]}
        | {block_name(b): names.get(found.get(post, ""), "–") for b, found in nearest.items()}
        for post in sample
    ]
    return pd.DataFrame(rows, columns=["post", *(block_name(block) for block in nearest)])


def words_table(nearest: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of zero-shot words: how many openings, and the clearest example.

    Parameters
    ----------
    nearest : DataFrame
        Columns post_id, word, lead.
    names : mapping
        Post id → safe Markdown.

    Returns
    -------
    DataFrame
        word, openings, clearest example (Markdown), most frequent first.
    """
    order = nearest.sort_values("lead", ascending=False, kind="stable")
    groups = order.groupby("word", sort=False)
    table = pd.DataFrame({"openings": groups.size(), "clearest example": groups["post_id"].first()})
    table["clearest example"] = table["clearest example"].map(names)
    table = table.sort_values("openings", ascending=False, kind="stable")
    return table.rename_axis("word").reset_index()
