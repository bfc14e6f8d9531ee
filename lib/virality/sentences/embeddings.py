"""What the chapter on the first three seconds says."""

from __future__ import annotations

from virality.core.text import capital, decimals, listing, percent, plural
from virality.features.blocks import block_name
from virality.findings.embeddings import (
    Alike,
    Encoder,
    Encoders,
    Eyes,
    Files,
    Kept,
    Motion,
    Openings,
    Presence,
    Scripts,
    Winner,
)

_WAYS = {
    "mapping": "by the mapping file",
    "column": "by the column of file names",
    "name": "by the video id in their name",
}


def inputs(found: Files) -> str:
    """Say whether there were videos, and how they were matched to posts."""
    if not found.videos:
        return (
            "**This run has no videos.** Picture, sound and early energy are *absent*, not zero; "
            "no model sees them. Captions and hashtags are read from the posts themselves."
        )
    ways = listing([_WAYS[way] for way in found.ways or ("name",)])
    return f"{found.matched:,} of {plural(found.n_posts, 'post')} have a file, matched {ways}."


def leftovers(found: Files) -> str:
    """Say which files belong to no post, were refused, or serve several posts."""
    parts = [str(note) for note in found.notes]
    if found.spare_names:
        more = [f"{found.unnamed} more"] if found.unnamed else []
        parts.append(f"Files without a post: {listing([*found.spare_names, *more])}.")
    elif found.spare:
        parts.append(f"{plural(found.spare, 'file belongs', 'files belong')} to no post.")
    if found.shared:
        what = plural(found.shared, "file serves", "files serve")
        parts.append(f"{what} more than one post; these posts get the same vectors.")
    if found.refused:
        what = plural(found.refused, "link was", "links were")
        parts.append(f"{what} not followed, because they lead out of the folder or nowhere.")
    return " ".join(parts)


def encoders(found: Encoders) -> str:
    """Say which encoders made the vectors, over which window."""
    pace = (
        f"{found.frames_per_s:g} times a second over the first {found.window_s:g} seconds, by time "
        "stamp, for phones record at an uneven pace."
    )
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
    """Say how many captions the encoder reads less well for their script; "" where none."""
    if not found.other or not found.english:
        return ""
    return (
        f"{plural(found.other, 'caption is', 'captions are')} mostly in another script than the "
        f"Latin one ({percent(found.share)} of those with words beside hashtags); an encoder that "
        "learned from English reads them less well."
    )


def cut(found: Encoders) -> str:
    """Say how many texts were longer than the encoder reads; "" where none was."""
    parts = []
    if found.captions_cut:
        parts.append(plural(found.captions_cut, "caption"))
    if found.hashtags_cut:
        parts.append(plural(found.hashtags_cut, "list") + " of hashtags")
    if not parts:
        return ""
    verb = "was" if found.captions_cut + found.hashtags_cut == 1 else "were"
    return f"{listing(parts)} {verb} longer than the encoder reads, and cut."


def coverage_texts(found: Presence) -> tuple[str, str]:
    """Return caption and alternative text of coverage over time."""
    finding = f"Nothing is missing from {plural(found.n_posts, 'post')}."
    if found.gaps:
        block, share = min(found.gaps, key=lambda gap: gap[1])
        finding = (
            f"Most gaps: {block_name(block)}, there for {percent(share)} of "
            f"{plural(found.n_posts, 'post')}."
        )
    if found.absent:
        absent = listing([block_name(block) for block in found.absent])
        finding += f" Absent altogether: {absent}."
    shares = [f"{block_name(block)} {percent(share)}" for block, share in found.gaps]
    shares += [f"{block_name(block)} {percent(1)}" for block in found.whole]
    return finding, f"{finding} Posts that have each block: {listing(shares)}."


def problems_caption(found: Presence) -> str:
    """Return the caption of the table of media problems."""
    parts = []
    if found.lacking:
        parts.append(plural(found.lacking, "post lacks", "posts lack") + " something")
    if found.flawed:
        flawed = plural(found.flawed, "post has", "posts have")
        parts.append(f"{flawed} a flaw but all it needs")
    return f"{listing(parts)}, and why."


def neighbours_caption(n_posts: int) -> str:
    """Return the caption of the neighbours."""
    return f"For {plural(n_posts, 'post')}, the most alike other post by each block."


def words_caption(found: Winner) -> str:
    """Return the caption of the zero-shot words."""
    often = f", most often “{found.word}” ({found.openings})" if found.word else ""
    return f"The nearest word to each opening{often}; one has to win, even where none fits."


def kept(found: Kept | None) -> str:
    """Say which share of the blocks' variance the components keep."""
    if not found:
        return ""
    (least, low), (most, high) = found.least, found.most
    end = "" if least == most else f" to {percent(high)} ({block_name(most)})"
    return (
        f"Of each block the models see {plural(found.n_components, 'component')}, which keep "
        f"{percent(low)} ({block_name(least)}){end} of its variance."
    )


def alike(found: Alike | None) -> str:
    """Say which two blocks tell most nearly the same story."""
    if not found:
        return ""
    return (
        f"{capital(block_name(found.first))} and {block_name(found.second)} arrange the posts most "
        f"alike ({decimals(found.cka)}; one is the same [@kornblith2019cka]): of two such, no "
        "model can say which did the work."
    )


def openings_texts(found: Openings) -> tuple[str, str]:
    """Return caption and alternative text of the energy curves."""
    many = f"the {found.loud} loudest and the {found.calm} calmest openings"
    if found.loud == found.calm == 1:
        many = "the loudest and the calmest opening"
    finding = {
        Motion.UNKNOWN: "Loud and calm openings",
        Motion.MORE: "Loud openings also move more here",
        Motion.LESS: "Loud openings move less here",
        Motion.EQUAL: "Loud and calm openings move about equally much here",
    }[found.motion]
    return (
        f"{finding}: {many}, as an example and no law.",
        f"{finding}. Sound level and motion over time of {many}.",
    )
