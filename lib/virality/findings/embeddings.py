"""What the first seconds gave: which files, which encoders, what is there and what is not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pandas as pd

from virality.core.captions import split_caption
from virality.core.text import DataText
from virality.media.tables import is_other_script

NAMED_FILES = 12  # files without a post that are named
MOVES_MORE = 1.25  # times the motion from which openings are said to move more

Motion = Enum("Motion", "UNKNOWN MORE LESS EQUAL")  # of loud openings beside calm ones
Eyes = Enum("Eyes", "PRETRAINED LIGHT CLASSIC")  # which set of encoders made the vectors


@dataclass(frozen=True)
class Files:
    """Which posts have a file, and which files have no post."""

    videos: bool
    n_posts: int = 0
    matched: int = 0
    spare: int = 0
    ways: tuple[str, ...] = ()
    notes: tuple[DataText, ...] = ()
    spare_names: tuple[DataText, ...] = ()
    shared: int = 0
    refused: int = 0

    @property
    def unnamed(self) -> int:
        """Files without a post beyond those that are named."""
        return self.spare - len(self.spare_names)


@dataclass(frozen=True)
class Encoder:
    """An encoder, with the start of its commit where it came from the Hub."""

    name: DataText
    commit: str = ""


@dataclass(frozen=True)
class Encoders:
    """Which encoders made the vectors, and what they read of the texts."""

    eyes: Eyes
    note: DataText
    window_s: float
    frames_per_s: float
    pictures: bool
    vision: Encoder
    audio: Encoder | None = None
    captions_cut: int = 0
    hashtags_cut: int = 0


@dataclass(frozen=True)
class Scripts:
    """Captions with words of their own, and how many are mostly in another script than Latin."""

    n: int
    other: int
    english: bool = True  # whether the text encoder may have learned from English alone

    @property
    def share(self) -> float:
        """Share in another script."""
        return self.other / max(self.n, 1)


@dataclass(frozen=True)
class Presence:
    """Which blocks there are: complete, with gaps (and the share that has them), or absent."""

    n_posts: int
    whole: tuple[str, ...]
    gaps: tuple[tuple[str, float], ...]
    absent: tuple[str, ...]
    lacking: int = 0
    flawed: int = 0


@dataclass(frozen=True)
class Kept:
    """Blocks of which so many components keep the smallest and the largest share of variance."""

    n_components: int
    least: tuple[str, float]
    most: tuple[str, float]


@dataclass(frozen=True)
class Alike:
    """The two blocks that arrange the posts most alike."""

    first: str
    second: str
    cka: float


@dataclass(frozen=True)
class Openings:
    """Loud and calm openings, and whether the loud ones move more."""

    loud: int
    calm: int
    motion: Motion


@dataclass(frozen=True)
class Winner:
    """The word that is nearest to most openings; None where several share that place."""

    word: DataText | None
    openings: int = 0


def files(record: Mapping, media: pd.DataFrame, private: bool = False) -> Files:
    """Return how files and posts were matched.

    Parameters
    ----------
    record : mapping
        The artefact `encoders`.
    media : DataFrame
        Artefact.
    private : bool
        True names no file.

    Returns
    -------
    Files
    """
    spare = [] if private else record["files_without_post"][:NAMED_FILES]
    return Files(
        videos=record["videos"],
        n_posts=len(media),
        matched=int(media["file"].notna().sum()),
        spare=record["n_files_without_post"],
        ways=tuple(way for way in ("mapping", "column", "name") if (media["how"] == way).any()),
        notes=tuple(map(DataText, record["mapping_notes"])),
        spare_names=tuple(map(DataText, spare)),
        shared=len(record["shared_files"]),
        refused=len(record["refused"]),
    )


def encoders(record: Mapping, media: pd.DataFrame) -> Encoders:
    """Return which encoders were used.

    Parameters
    ----------
    record : mapping
        The artefact `encoders`.
    media : DataFrame
        Artefact.

    Returns
    -------
    Encoders
    """
    return Encoders(
        eyes=_eyes(record),
        note=DataText(record["note"]),
        window_s=record["window_s"],
        frames_per_s=record["frames_per_s"],
        pictures="vision" in record["blocks"],
        vision=_encoder(record["vision_encoder"]),
        audio=_encoder(record["audio_encoder"]) if record["audio_encoder"] else None,
        captions_cut=int(media["caption_cut"].sum()),
        hashtags_cut=int(media["hashtag_cut"].sum()),
    )


def _eyes(record: Mapping) -> Eyes:
    return Eyes[record["used"].upper()]


def _encoder(recipe: Mapping) -> Encoder:
    commit = re.fullmatch(r"([0-9a-f]{7})[0-9a-f]{33}", recipe["revision"])
    return Encoder(DataText(recipe["id"]), commit[1] if commit else "")


def scripts(captions: pd.Series, record: Mapping) -> Scripts:
    """Return in which script captions are written, without their hashtags.

    Hashtags are often Latin in any language.

    Parameters
    ----------
    captions : Series of str
    record : mapping
        The artefact `encoders`.
    """
    texts = [split_caption(caption)[0] for caption in captions.dropna()]
    texts = [text for text in texts if text]
    english = _eyes(record) is Eyes.PRETRAINED
    return Scripts(len(texts), sum(map(is_other_script, texts)), english)


def presence(record: Mapping, present: pd.DataFrame, media: pd.DataFrame) -> Presence:
    """Return which blocks there are, and for how many posts.

    Parameters
    ----------
    record : mapping
        The artefact `encoders`.
    present : DataFrame of bool, shape (n_posts, n_blocks)
    media : DataFrame
        Artefact.

    Returns
    -------
    Presence
    """
    shares = present.mean()
    gaps = shares[~present.all()]
    whole = media["has_picture"] & media["has_sound"]
    troubled = media["problem"].fillna("") != ""
    return Presence(
        n_posts=len(present),
        whole=tuple(present.columns[present.all()]),
        gaps=tuple(gaps.items()),
        # What captions say of an opening is there without a film.
        absent=tuple(block for block in record["absent"] if block != "hook"),
        lacking=int((troubled & ~whole).sum()),
        flawed=int((troubled & whole).sum()),
    )


def kept(table: pd.DataFrame, n_components: int) -> Kept | None:
    """Return what so many components keep; None where that was not looked at.

    Parameters
    ----------
    table : DataFrame
        Columns block, components, share.
    n_components : int

    Returns
    -------
    Kept or None
    """
    shares = table[table["components"] == n_components].set_index("block")["share"]
    if shares.empty:
        return None
    least, most = str(shares.idxmin()), str(shares.idxmax())
    return Kept(n_components, (least, float(shares[least])), (most, float(shares[most])))


def alike(matrix: pd.DataFrame) -> Alike | None:
    """Return the two blocks most alike; None when there are no two to compare.

    Parameters
    ----------
    matrix : DataFrame of shape (n_blocks, n_blocks)
        CKA, index and columns blocks.
    """
    pairs = matrix.where(~np.eye(len(matrix), dtype=bool)).stack().dropna()  # noqa: PD013
    if pairs.empty:
        return None
    first, second = pairs.idxmax()
    return Alike(first, second, min(float(pairs.max()), 1.0))  # the estimate can pass one


def openings(curves: Mapping[str, Sequence[Mapping]]) -> Openings:
    """Return whether loud openings also move more than calm ones.

    Parameters
    ----------
    curves : mapping
        "loud" and "calm", each a list of mappings with, where there is a picture, "motion".
    """
    means = {}
    for kind, many in curves.items():
        motion = np.concatenate([np.zeros(0), *(one.get("motion", ()) for one in many)])
        means[kind] = float(np.nanmean(motion)) if np.isfinite(motion).any() else float("nan")
    return Openings(len(curves["loud"]), len(curves["calm"]), _motion(**means))


def _motion(loud: float, calm: float) -> Motion:
    if np.isnan([loud, calm]).any():
        return Motion.UNKNOWN
    if max(loud, calm) < MOVES_MORE * min(loud, calm) or max(loud, calm) == 0:
        return Motion.EQUAL
    return Motion.MORE if loud > calm else Motion.LESS


def winner(nearest: pd.DataFrame) -> Winner:
    """Return the word that most openings are nearest to.

    Parameters
    ----------
    nearest : DataFrame
        Columns post_id, word, lead.
    """
    openings = nearest["word"].value_counts()
    first = openings.index[openings == openings.max()]
    if len(first) > 1:
        return Winner(None)
    return Winner(DataText(first[0]), int(openings.max()))
