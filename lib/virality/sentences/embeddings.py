"""Sentences of the first three seconds."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from virality.core.captions import split_caption
from virality.core.text import decimals, escape, listing, plural
from virality.features.blocks import block_name
from virality.media.tables import is_other_script

_MEDIA = ("vision", "audio", "energy")
_NAMED = 12


def inputs(record: dict, media: pd.DataFrame) -> str:
    """Say whether there were videos, and how they were matched to posts."""
    if not record["videos"]:
        return (
            "**This run has no videos.** Picture, sound and early energy are therefore *absent*, "
            "not zero: no model sees them, and no sentence of this book is about them. Captions "
            "and hashtags are read from the posts themselves."
        )
    matched = int(media["file"].notna().sum())
    without = int((media["status"] == "no file").sum())
    spare = record["n_files_without_post"]
    parts = [f"{plural(matched, 'post')} of {len(media):,} could be matched with a video file."]
    if without:
        many = plural(without, "post has no file and stays", "posts have no file and stay")
        parts.append(f"{many} without media.")
    if spare:
        parts.append(f"{plural(spare, 'file belongs', 'files belong')} to no post of the table.")
    return " ".join([*parts, _matching(media["how"].value_counts())])


_WAYS = {
    "mapping": "by the mapping file",
    "column": "by the column of file names",
    "name": "by the video id in their name",
}


def _matching(counts: pd.Series) -> str:
    ways = [words for way, words in _WAYS.items() if counts.get(way, 0)] or [_WAYS["name"]]
    return f"Files are matched {listing(ways)}, never by their order."


def encoders(record: dict) -> str:
    """Say which encoders made the vectors, over which window."""
    window, rate = record["window_s"], record["frames_per_s"]
    if record["used"] == "classic":
        when = f" Pictures are taken {rate:g} times a second over the first {window:g} seconds."
        return escape(record["note"]) + when * ("vision" in record["blocks"])
    sound = (
        f" The sound of the same seconds goes through {_named(record['audio_encoder'])}."
        if record["audio_encoder"]
        else ""
    )
    vision = _named(record["vision_encoder"])
    if "vision" not in record["blocks"]:
        return f"Texts go through {vision}; there are no pictures to go with them."
    return (
        f"Texts and pictures go through {vision}, pictures {rate:g} times a "
        f"second over the first {window:g} seconds.{sound} The vectors are stored with the "
        "encoder's revision, so those of different encoders can never be mixed."
    )


def _named(encoder: dict) -> str:
    """Name an encoder, and of one from the Hub the start of its commit."""
    revision = encoder["revision"]
    commit = f" (commit {revision[:7]})" if re.fullmatch(r"[0-9a-f]{40}", revision) else ""
    return escape(encoder["id"]) + commit


def scripts(captions: pd.Series) -> str:
    """Say how many captions are mostly in another script than the Latin one."""
    # Hashtags are often Latin in any language, so they are left out of the count.
    texts = captions.dropna().map(lambda caption: split_caption(caption)[0])
    texts = texts[texts != ""]
    if texts.empty:
        return "No caption says anything beside its hashtags."
    other = sum(is_other_script(text) for text in texts)
    if not other:
        return "Every caption is written in the Latin script."
    share = other / len(texts)
    return (
        f"Without their hashtags, {plural(other, 'caption is', 'captions are')} mostly in another "
        f"script than the Latin one ({share:.0%} of those with words). An encoder that was trained "
        "on English text reads them less well."
    )


def cut(media: pd.DataFrame, record: dict) -> str:
    """Say how many texts were longer than the encoder reads."""
    if record["used"] == "classic":
        return "The classic encoder reads a text of any length to its end."
    many, tags = int(media["caption_cut"].sum()), int(media["hashtag_cut"].sum())
    if not many and not tags:
        return "Every text was short enough for the encoder to read to its end."
    parts = [plural(many, "caption")] * (many > 0) + [plural(tags, "list") + " of hashtags"] * (
        tags > 0
    )
    verb = "was" if many + tags == 1 else "were"
    return f"{listing(parts)} {verb} longer than the encoder reads, and cut."


def problems(media: pd.DataFrame, private: bool) -> pd.DataFrame:
    """Return the posts with a media problem: which, what is wrong, what is there, the file."""
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


def problems_caption(table: pd.DataFrame) -> str:
    """Return the caption of the table of media problems."""
    if table.empty:
        return "No file gave any trouble."
    lacking = int((table[["picture", "sound"]] == "missing").any(axis=1).sum())
    flawed = len(table) - lacking
    parts = [plural(lacking, "post lacks", "posts lack") + " something"] * (lacking > 0)
    parts += [plural(flawed, "post has", "posts have") + " a flaw but all it needs"] * (flawed > 0)
    return f"{listing(parts)}, and why. What is missing is never filled with zeros."


def coverage_caption(present: pd.DataFrame) -> str:
    """Return the caption of coverage over time."""
    whole = [block_name(name) for name in present.columns if present[name].all()]
    gaps = present.columns[~present.all()]
    parts = [f"{block_name(name)} {present[name].mean():.0%}" for name in gaps]
    complete = f"Complete for every post: {listing(whole)}." if whole else ""
    if not parts:
        return complete
    return f"{complete} Share of posts that have the block: {listing(parts)}.".strip()


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
        f"Most alike are {block_name(a)} and {block_name(b)} ({decimals(pairs.max())}). One means "
        "that two blocks arrange the posts in the same way, zero that they have nothing in common; "
        "the estimate allows for blocks with more columns than posts."
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
    if len(table) < 2:
        return "A single post has no neighbours."
    return (
        f"For {plural(len(table), 'post')}, the other post that each block finds most alike. Judge "
        "for yourself whether that likeness means anything."
    )


def openings_caption(loud: list, calm: list) -> str:
    """Return the caption of the energy curves."""
    many = f"the {len(loud)} loudest and the {len(calm)} calmest openings"
    if len(loud) == len(calm) == 1:
        many = "the loudest and the calmest opening"
    return f"Sound level and motion over the first seconds of {many}."


def openings_reading(curves: dict) -> str:
    """Say whether loud openings also move more than calm ones."""
    motion = {
        kind: np.concatenate([one["motion"] for one in many if len(one.get("motion", ()))] or [[]])
        for kind, many in curves.items()
    }
    if any(not np.isfinite(values).any() for values in motion.values()):
        return ""
    loud, calm = (float(np.nanmean(motion[kind])) for kind in ("loud", "calm"))
    if max(loud, calm) < 1.25 * min(loud, calm) or max(loud, calm) == 0:
        return (
            "In these few, loud and calm openings move about equally much: loudness and motion are "
            "two different things here."
        )
    word = "also move more" if loud > calm else "move less"
    return (
        f"In these few, the loud openings {word} than the calm ones. A handful of extremes is no "
        "law, so read it as an example of what the numbers measure."
    )


def leftovers(record: dict, private: bool) -> str:
    """Say which files belong to no post, were refused, or serve several posts."""
    parts = list(map(escape, record["mapping_notes"]))
    spare, shared, refused = (
        record["files_without_post"],
        record["shared_files"],
        record["refused"],
    )
    if spare and not private:
        more = record["n_files_without_post"] - len(spare[:_NAMED])
        names = [escape(name) for name in spare[:_NAMED]] + ([f"{more} more"] if more else [])
        parts.append(f"Files without a post: {listing(names)}.")
    if shared:
        what = plural(len(shared), "file serves", "files serve")
        parts.append(f"{what} more than one post; these posts get the same vectors.")
    if refused:
        what = plural(len(refused), "link was", "links were")
        parts.append(f"{what} not followed, because they lead out of the folder or nowhere.")
    return " ".join(parts)


def words(nearest: pd.DataFrame, names: dict) -> pd.DataFrame:
    """Return the table of zero-shot words: how many openings, and the clearest example.

    Parameters
    ----------
    nearest : DataFrame
        Columns post_id, word, lead.
    names : dict
        Post id → safe Markdown.
    """
    order = nearest.sort_values("lead", ascending=False, kind="stable")
    groups = order.groupby("word", sort=False)
    table = pd.DataFrame({"openings": groups.size(), "clearest example": groups["post_id"].first()})
    table["clearest example"] = table["clearest example"].map(names)
    table = table.sort_values("openings", ascending=False, kind="stable")
    return table.rename_axis("word").reset_index()


def words_caption(table: pd.DataFrame) -> str:
    """Return the caption of the zero-shot words."""
    most = table["openings"].max()
    winners = table.loc[table["openings"] == most, "word"]
    often = ""
    if len(winners) == 1:
        often = f"; most often “{escape(winners.iloc[0])}”, for {plural(int(most), 'opening')}"
    return (
        f"The word of the vocabulary that lies nearest to each opening{often}. One word has "
        "to win for every video, even where none fits."
    )


def no_words(record: dict) -> str:
    """Say why there are no zero-shot words."""
    if "vision" in record["absent"]:
        return "There is no picture in this run, so there is nothing to put words to."
    if record["used"] != "pretrained":
        return (
            "The classic encoders measure pictures and have no words for them, so this part is "
            "left out. It appears when CLIP is used."
        )
    return "The vocabulary needs two words or more, so this part is left out."


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
    whole = media["has_picture"] & media["has_sound"]
    wrong = int((~whole).sum()) if record["videos"] else 0
    if wrong:
        text += f" {plural(wrong, 'post has', 'posts have')} gaps that the table above explains."
    return text


def _diagonal(matrix: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(np.eye(len(matrix), dtype=bool), matrix.index, matrix.columns)
