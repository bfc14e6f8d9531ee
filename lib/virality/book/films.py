"""Films of drafts: which there are, what their captions are, and what was read of them."""

from __future__ import annotations

import atexit
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pandas as pd

from virality.advice.drafts.as_post import LONGEST_CAPTION
from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import Run, exists, read_ordinary, resolved
from virality.core.text import is_missing
from virality.media.extract import Extraction, extract_matched
from virality.media.match import (
    STILL_SUFFIXES,
    SUFFIXES,
    Matching,
    MediaFile,
    list_files,
    signature,
)
from virality.media.processes.pool import Kept
from virality.media.settings import Settings, Workers

MOST_CAPTION_BYTES = 100_000


@dataclass(frozen=True)
class Sketch:
    """A draft as it was given.

    Parameters
    ----------
    name : str
        What it is called: its file, or that it is a caption alone.
    file : Path or None
    caption : str or None
        None where nobody gave one.
    listed : bool
        Whether it was found in a folder, where one broken film does not stop the others.
    """

    name: str
    file: Path | None
    caption: str | None
    listed: bool = False


def sketches(paths: Sequence[str], captions: Sequence[str]) -> list[Sketch]:
    """Return the drafts that some paths and captions stand for.

    One caption is for all; several go with as many films in order, or make so many drafts of one
    film.  Without any, a text file beside a film (``draft.txt`` for ``draft.mp4``) is its caption.

    Parameters
    ----------
    paths : sequence of str
        Films, and folders of films.
    captions : sequence of str

    Raises
    ------
    UserError
        There is neither film nor caption; a path is none; or they cannot be told to go together.
    """
    for caption in captions:
        _refuse_caption(caption)
    films = _told_apart([sketch for path in paths for sketch in _of_path(path)])
    words = [caption for caption in captions if caption.strip()]
    if not films and not words:
        raise UserError(
            "There is neither a film nor a caption.",
            do='Run: virality score video.mp4 --caption "…" --at "2026-12-01 18:30"',
        )
    if not films:
        alone = len(words) == 1
        return [Sketch("the draft" if alone else f"draft {number}", None, caption)
                for number, caption in enumerate(words, start=1)]  # fmt: skip
    if len(words) == 1:
        return [replace(film, caption=words[0]) for film in films]
    if len(words) == len(films):
        return [replace(one, caption=said) for one, said in zip(films, words, strict=True)]
    if len(films) == 1 and words:
        return [replace(films[0], name=f"{films[0].name}, caption {number}", caption=caption)
                for number, caption in enumerate(words, start=1)]  # fmt: skip
    if words:
        raise UserError(
            f"{len(words)} captions and {len(films)} films do not go together.",
            do="Give one caption for all, or one for each film.",
        )
    return [replace(film, caption=_beside(film)) for film in films]


def look(run: Run, drafts: pd.DataFrame, files: dict[str, Path], values: dict) -> Extraction:
    """Read captions and films of drafts by the encoders of a run.

    Parameters
    ----------
    run : Run
    drafts : DataFrame
        post_id and caption.
    files : dict of str to Path
        By draft.
    values : dict
        Parameters of the chapter on openings.
    """
    settings = Settings(
        values["encoders"],
        values["clip_model"],
        values["whisper_model"],
        values["window_s"],
        values["frames_per_s"],
        values["audio_window"],
        spread=values["frame_spread"],
        hook_facts=values["hook_facts"],
        file_seconds=values["file_seconds"],
    )
    found = Matching(
        {name: MediaFile(name, str(path), signature(path)) for name, path in files.items()},
        dict.fromkeys(files, "given"),
    )
    where = Workers(min(len(files), values["workers"]) or 1, progress=False, announce=_silent)
    before = run.load().get("encoders")
    known = found if files else None
    return extract_matched(drafts, known, settings, run.cache, where, before, _kept())


@cache
def _kept() -> Kept:
    """Processes that have their models loaded when the next draft comes."""
    pool = Kept()
    atexit.register(pool.close)
    return pool


def problem(media: pd.Series) -> str:
    """Return why nothing could be read of a film, "" where something was.

    Parameters
    ----------
    media : Series
        A row of the media table.
    """
    if media["status"] != "unreadable":
        return ""
    said = media["problem"]
    return "It could not be read." if is_missing(said) or not said else str(said)


def is_still(path: Path | None) -> bool:
    """Whether a file is a picture."""
    return path is not None and path.suffix.lower() in STILL_SUFFIXES


def _told_apart(films: list[Sketch]) -> list[Sketch]:
    """Films of one name in several folders get their folder's name, and else a number."""
    twice = Counter(film.name for film in films)
    named = [
        replace(film, name=f"{film.file.parent.name}/{film.name}")
        if film.file and twice[film.name] > 1
        else film
        for film in films
    ]
    seen: Counter[str] = Counter()
    for place, film in enumerate(named):
        seen[film.name] += 1
        if seen[film.name] > 1:
            named[place] = replace(film, name=f"{film.name} ({seen[film.name]})")
    return named


def _of_path(text: str) -> list[Sketch]:
    if not text.strip() or "://" in text or not exists(resolved(text)):
        raise UserError(f"There is no film {shown(text)} on this machine.", do="Check the path.")
    path = resolved(text)
    if path.is_dir():
        files, _ = list_files(str(path))
        if not files:
            raise UserError("There is no film in this folder.", where=str(path))
        return [Sketch(file.name, Path(file.address), None, listed=True) for file in files]
    if not path.is_file() or path.suffix.lower() not in SUFFIXES:
        raise UserError("This is no film, picture or sound.", where=str(path)[:200])
    return [Sketch(path.name, path, None)]


def _beside(film: Sketch) -> str | None:
    """The caption in a text file of the same name; None where there is none."""
    file = film.file.with_suffix(".txt") if film.file else None
    if file is None or not file.is_file():
        return None
    text = read_ordinary(file, MOST_CAPTION_BYTES, "caption").decode("utf-8-sig", "replace")
    caption = text.strip()
    _refuse_caption(caption)
    return caption or None


def _refuse_caption(caption: str) -> None:
    if len(caption) > LONGEST_CAPTION:
        raise UserError(
            f"This caption has {len(caption):,} characters.",
            do=f"{LONGEST_CAPTION:,} are the most.",
        )
    if "\0" in caption or any("\ud800" <= sign <= "\udfff" for sign in caption):
        raise UserError(f"The caption {shown(caption)} holds characters that no text has.")


def _silent(line: str) -> None:
    """Nothing is said of how films are read: what a draft is like is asked for."""
