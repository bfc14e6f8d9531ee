"""Sentences of the first three seconds."""

from __future__ import annotations

import unicodedata

import pandas as pd

from virality.book.prose import escape, listing, plural
from virality.figures.theme import block_name

_MEDIA = ("vision", "audio", "energy")


def inputs(record: dict, media: pd.DataFrame) -> str:
    """Say whether there were videos, and how they were matched to posts."""
    if not record["videos"]:
        return (
            "**This run has no videos.** Picture, sound and early energy are therefore *absent*, "
            "not zero: no model sees them, and no sentence of this book is about them. Captions "
            "and hashtags are read from the posts themselves."
        )
    matched = int(media["file"].notna().sum() - (media["status"] == "no file").sum())
    without = int((media["status"] == "no file").sum())
    spare = record["n_files_without_post"]
    parts = [f"{plural(matched, 'post')} of {len(media):,} could be matched with a video file."]
    if without:
        parts.append(f"{plural(without, 'post has', 'posts have')} no file and stay without media.")
    if spare:
        parts.append(f"{plural(spare, 'file belongs', 'files belong')} to no post of the table.")
    parts.append("Files are matched by the video id in their name, never by their order.")
    return " ".join(parts)


def encoders(record: dict) -> str:
    """Say which encoders made the vectors, over which window."""
    window, rate = record["window_s"], record["frames_per_s"]
    if record["used"] == "classic":
        return (
            f"{escape(record['note'])} Pictures are taken {rate:g} times a second over the first "
            f"{window:g} seconds."
        )
    sound = (
        f" The sound of the same seconds goes through {escape(record['hear']['id'])}."
        if record["hear"]
        else ""
    )
    return (
        f"Texts and pictures go through {escape(record['see']['id'])}, pictures {rate:g} times a "
        f"second over the first {window:g} seconds.{sound} The vectors are stored with the "
        "encoder's revision, so those of different encoders can never be mixed."
    )


def scripts(captions: pd.Series) -> str:
    """Say how many captions are mostly in another script than the Latin one."""
    texts = captions.dropna()
    texts = texts[texts.str.strip() != ""]
    if texts.empty:
        return "No post has a caption."
    other = sum(_mostly_other(text) for text in texts)
    if not other:
        return "Every caption is written in the Latin script."
    share = other / len(texts)
    return (
        f"{plural(other, 'caption')} ({share:.0%}) use mostly another script than the Latin one; "
        "an encoder that was trained on English text reads them less well."
    )


def cut(media: pd.DataFrame) -> str:
    """Say how many texts were longer than the encoder reads."""
    many = int(media["caption_cut"].sum())
    if not many:
        return ""
    return f"{plural(many, 'caption was', 'captions were')} longer than the encoder reads, and cut."


def problems(media: pd.DataFrame, private: bool) -> pd.DataFrame:
    """Return the posts with a media problem: when or which, file, what is wrong."""
    wrong = media[media["problem"].fillna("") != ""]
    shown = pd.DataFrame({"post": wrong["post_id"], "file": wrong["file"].fillna("–")})
    if private:
        shown = pd.DataFrame({"post": ["withheld"] * len(wrong), "file": "withheld"})
    return shown.assign(
        picture=wrong["has_picture"].map({True: "yes", False: "missing"}).to_numpy(),
        sound=wrong["has_sound"].map({True: "yes", False: "missing"}).to_numpy(),
        problem=wrong["problem"].to_numpy(),
    ).reset_index(drop=True)


def problems_caption(table: pd.DataFrame) -> str:
    """Return the caption of the table of media problems."""
    if table.empty:
        return "No file gave any trouble."
    count = plural(len(table), "post has", "posts have")
    return f"{count} something missing, and why; what is missing is never filled with zeros."


def coverage_caption(present: pd.DataFrame) -> str:
    """Return the caption of coverage over time."""
    whole = [block_name(name) for name in present.columns if present[name].all()]
    gaps = present.columns[~present.all()]
    parts = [f"{block_name(name)} for {present[name].mean():.0%} of the posts" for name in gaps]
    if not parts:
        return f"Every post has {listing(whole)}."
    start = f"Every post has {listing(whole)}; there is " if whole else "There is "
    return f"{start}{listing(parts)}."


def kept_caption(kept: pd.DataFrame, n_components: int) -> str:
    """Return the caption of variance kept."""
    at = kept[kept["components"] == n_components]
    if at.empty:
        return "Share of each block's variance that the first components keep."
    low, high = at.loc[at["share"].idxmin()], at.loc[at["share"].idxmax()]
    same = low["block"] == high["block"]
    end = "" if same else f" and {high['share']:.0%} of {block_name(high['block'])}"
    return (
        f"{n_components} components keep {low['share']:.0%} of the variance of "
        f"{block_name(low['block'])}{end}."
    )


def cka_caption(matrix: pd.DataFrame) -> str:
    """Return the caption of the similarity of blocks."""
    pairs = matrix.where(~_diagonal(matrix)).stack().dropna()  # noqa: PD013
    if pairs.empty:
        return "Only one block is here, so there is nothing to compare."
    a, b = pairs.idxmax()
    return (
        f"Most alike are {block_name(a)} and {block_name(b)} ({pairs.max():.2f}). One means that "
        "two blocks arrange the posts in the same way; with few posts and many columns, even "
        "unrelated blocks do not reach zero."
    )


def neighbours(sample: pd.Series, nearest: dict, names: dict) -> pd.DataFrame:
    """Return the table of neighbours: a post, and the most alike one in each block.

    Parameters
    ----------
    sample : Series of str
        Post ids.
    nearest : dict
        Block → post id → post id of the neighbour.
    names : dict
        Post id → safe Markdown.
    """
    rows = [
        {"post": names[post]}
        | {block_name(b): names.get(found.get(post, ""), "–") for b, found in nearest.items()}
        for post in sample
    ]
    return pd.DataFrame(rows, columns=["post", *(block_name(block) for block in nearest)])


def neighbours_caption(table: pd.DataFrame) -> str:
    """Return the caption of the neighbours."""
    return (
        f"For {plural(len(table), 'post')}, the other post that each block finds most alike. Judge "
        "for yourself whether that likeness means anything."
    )


def openings_caption(loud: list, calm: list) -> str:
    """Return the caption of the energy curves."""
    return (
        f"Sound level over the first seconds of the {len(loud)} loudest and the {len(calm)} "
        "calmest openings."
    )


def sheet_caption(shown: int, total: int) -> str:
    """Return the caption of the contact sheet."""
    some = "" if shown == total else f" {shown} of {total:,}, evenly spread."
    return f"First frames, oldest to newest, row by row.{some}"


def answer(record: dict, present: pd.DataFrame, media: pd.DataFrame) -> str:
    """Return the answer box."""
    n = len(present)
    if not n:
        return "There is no post, so there is nothing to see, read or hear."
    absent = [block_name(block) for block in record["absent"]]
    kind = (
        "classic descriptors, which measure colour, texture, timbre and letter patterns and know "
        "nothing of meaning"
        if record["used"] == "classic"
        else "pretrained encoders, which were taught meaning on other people's pictures and words"
    )
    text = f"What the models get are the vectors of {kind}."
    if absent:
        text += f" **Absent from this run: {listing(absent)}.**"
    here = [block for block in _MEDIA if block in present]
    if here:
        least = min(here, key=lambda block: present[block].mean())
        text += (
            f" The block with most gaps, {block_name(least)}, is there for "
            f"{present[least].mean():.0%} of {plural(n, 'post')}."
        )
    wrong = int((media["problem"].fillna("") != "").sum()) if record["videos"] else 0
    if wrong:
        text += f" {plural(wrong, 'post has', 'posts have')} gaps that the table above explains."
    return text


def _mostly_other(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    latin = sum("LATIN" in unicodedata.name(char, "") for char in letters)
    return bool(letters) and latin < len(letters) / 2


def _diagonal(matrix: pd.DataFrame) -> pd.DataFrame:
    import numpy as np

    return pd.DataFrame(np.eye(len(matrix), dtype=bool), matrix.index, matrix.columns)
