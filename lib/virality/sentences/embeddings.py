"""What the chapter on the first three seconds says."""

from __future__ import annotations

from virality.core.text import decimals, listing, plural
from virality.features.blocks import block_name
from virality.findings.embeddings import (
    Alike,
    Encoder,
    Encoders,
    Eyes,
    Files,
    Kept,
    Motion,
    NoWords,
    Openings,
    Presence,
    Scripts,
    Winner,
)

_KINDS = {
    Eyes.CLASSIC: (
        "classic descriptors, which measure colour, texture, timbre and letter patterns and know "
        "nothing of meaning"
    ),
    Eyes.LIGHT: (
        "small learned encoders, which were taught things, speech and languages on other people's "
        "pictures, voices and words"
    ),
    Eyes.PRETRAINED: (
        "pretrained encoders, which were taught meaning on other people's pictures and words"
    ),
}
_WAYS = {
    "mapping": "by the mapping file",
    "column": "by the column of file names",
    "name": "by the video id in their name",
}


def inputs(found: Files) -> str:
    """Say whether there were videos, and how they were matched to posts."""
    if not found.videos:
        return (
            "**This run has no videos.** Picture, sound and early energy are therefore *absent*, "
            "not zero: no model sees them, and no sentence of this book is about them. Captions "
            "and hashtags are read from the posts themselves."
        )
    matched = plural(found.matched, "post")
    parts = [f"{matched} of {found.n_posts:,} could be matched with a video file."]
    if found.without:
        many = plural(found.without, "post has no file and stays", "posts have no file and stay")
        parts.append(f"{many} without media.")
    if found.spare:
        many = plural(found.spare, "file belongs", "files belong")
        parts.append(f"{many} to no post of the table.")
    ways = listing([_WAYS[way] for way in found.ways or ("name",)])
    return " ".join([*parts, f"Files are matched {ways}, never by their order."])


def leftovers(found: Files) -> str:
    """Say which files belong to no post, were refused, or serve several posts."""
    parts = [str(note) for note in found.notes]
    if found.spare_names:
        more = [f"{found.unnamed} more"] if found.unnamed else []
        parts.append(f"Files without a post: {listing([*found.spare_names, *more])}.")
    if found.shared:
        what = plural(found.shared, "file serves", "files serve")
        parts.append(f"{what} more than one post; these posts get the same vectors.")
    if found.refused:
        what = plural(found.refused, "link was", "links were")
        parts.append(f"{what} not followed, because they lead out of the folder or nowhere.")
    return " ".join(parts)


def encoders(found: Encoders) -> str:
    """Say which encoders made the vectors, over which window."""
    pace = f"{found.frames_per_s:g} times a second over the first {found.window_s:g} seconds."
    if found.eyes is not Eyes.PRETRAINED:
        return f"{found.note} Pictures are taken {pace}" if found.pictures else str(found.note)
    vision = _named(found.vision)
    if not found.pictures:
        return f"Texts go through {vision}; there are no pictures to go with them."
    sound = (
        f" The sound of the same seconds goes through {_named(found.audio)}." if found.audio else ""
    )
    return (
        f"Texts and pictures go through {vision}, pictures {pace}{sound} The vectors are stored "
        "with the encoder's revision, so those of different encoders can never be mixed."
    )


def _named(encoder: Encoder) -> str:
    return f"{encoder.name} (commit {encoder.commit})" if encoder.commit else str(encoder.name)


def scripts(found: Scripts) -> str:
    """Say how many captions are mostly in another script than the Latin one."""
    if not found.n:
        return "No caption says anything beside its hashtags."
    if not found.other:
        return "Every caption is written in the Latin script."
    warning = (
        " An encoder that was trained on English text reads them less well."
        if found.english
        else ""
    )
    return (
        f"Without their hashtags, {plural(found.other, 'caption is', 'captions are')} mostly in "
        f"another script than the Latin one ({found.share:.0%} of those with words).{warning}"
    )


def cut(found: Encoders) -> str:
    """Say how many texts were longer than the encoder reads."""
    if found.letters:
        return "The classic encoder reads a text of any length to its end."
    parts = []
    if found.captions_cut:
        parts.append(plural(found.captions_cut, "caption"))
    if found.hashtags_cut:
        parts.append(plural(found.hashtags_cut, "list") + " of hashtags")
    if not parts:
        return "Every text was short enough for the encoder to read to its end."
    verb = "was" if found.captions_cut + found.hashtags_cut == 1 else "were"
    return f"{listing(parts)} {verb} longer than the encoder reads, and cut."


def coverage_caption(found: Presence) -> str:
    """Return the caption of coverage over time."""
    parts = []
    if found.whole:
        whole = listing([block_name(block) for block in found.whole])
        parts.append(f"Complete for every post: {whole}.")
    if found.gaps:
        gaps = listing([f"{block_name(block)} {share:.0%}" for block, share in found.gaps])
        parts.append(f"Share of posts that have the block: {gaps}.")
    return " ".join(parts)


def problems_caption(found: Presence) -> str:
    """Return the caption of the table of media problems."""
    parts = []
    if found.lacking:
        parts.append(plural(found.lacking, "post lacks", "posts lack") + " something")
    if found.flawed:
        flawed = plural(found.flawed, "post has", "posts have")
        parts.append(f"{flawed} a flaw but all it needs")
    if not parts:
        return "No file gave any trouble."
    return f"{listing(parts)}, and why. What is missing is never filled with zeros."


def neighbours_caption(n_posts: int) -> str:
    """Return the caption of the neighbours."""
    if n_posts in (0, 1):
        return "A single post has no neighbours."
    return (
        f"For {plural(n_posts, 'post')}, the other post that each block finds most alike. Judge "
        "for yourself whether that likeness means anything."
    )


def words_caption(found: Winner) -> str:
    """Return the caption of the zero-shot words."""
    often = ""
    if found.word:
        often = f"; most often “{found.word}”, for {plural(found.openings, 'opening')}"
    return (
        f"The word of the vocabulary that lies nearest to each opening{often}. One word has "
        "to win for every video, even where none fits."
    )


def no_words(reason: NoWords) -> str:
    """Say why there are no zero-shot words."""
    if reason is NoWords.NO_PICTURES:
        return "There is no picture in this run, so there is nothing to put words to."
    if reason is NoWords.NO_CLIP:
        return (
            "The encoders of this run have no words for pictures, so this part is left out. It "
            "appears when CLIP is used."
        )
    return "The vocabulary needs two words or more, so this part is left out."


def kept_caption(found: Kept | None) -> str:
    """Return the caption of variance kept."""
    if not found:
        return "Share of each block's variance that the first components keep."
    (least, low), (most, high) = found.least, found.most
    end = "" if least == most else f" and {high:.0%} of {block_name(most)}"
    return (
        f"{found.n_components} components keep {low:.0%} of the variance of "
        f"{block_name(least)}{end}."
    )


def cka_caption(found: Alike | None) -> str:
    """Return the caption of the similarity of blocks."""
    if not found:
        return "Only one block is here, so there is nothing to compare."
    return (
        f"Most alike are {block_name(found.first)} and {block_name(found.second)} "
        f"({decimals(found.cka)}). One means that two blocks arrange the posts in the same way, "
        "zero that they have nothing in common; the estimate allows for blocks with more columns "
        "than posts."
    )


def openings_caption(found: Openings) -> str:
    """Return the caption of the energy curves."""
    many = f"the {found.loud} loudest and the {found.calm} calmest openings"
    if found.loud == found.calm == 1:
        many = "the loudest and the calmest opening"
    return f"Sound level and motion over the first seconds of {many}."


def openings_reading(found: Openings) -> str:
    """Say whether loud openings also move more than calm ones."""
    if found.motion is Motion.UNKNOWN:
        return ""
    if found.motion is Motion.EQUAL:
        return (
            "In these few, loud and calm openings move about equally much: loudness and motion are "
            "two different things here."
        )
    word = "also move more" if found.motion is Motion.MORE else "move less"
    return (
        f"In these few, the loud openings {word} than the calm ones. A handful of extremes is no "
        "law, so read it as an example of what the numbers measure."
    )


def answer(found: Presence, openings: str = "", went_with: str = "") -> str:
    """Return the answer box.

    Parameters
    ----------
    found : Presence
    openings, went_with : str
        What openings hold, and what went with it, in short.
    """
    if not found.n_posts:
        return "There is no post, so there is nothing to see, read or hear."
    models = f"What the models get are the vectors of {_KINDS[found.eyes]}."
    text = " ".join(filter(None, (openings, went_with, models)))
    if found.absent:
        absent = listing([block_name(block) for block in found.absent])
        text += f" **Absent from this run: {absent}.**"
    if found.most_gaps:
        block, share = found.most_gaps
        text += (
            f" The block with most gaps, {block_name(block)}, is there for "
            f"{share:.0%} of {plural(found.n_posts, 'post')}."
        )
    if found.incomplete:
        gaps = plural(found.incomplete, "post has", "posts have")
        text += f" {gaps} gaps that the table above explains."
    return text
