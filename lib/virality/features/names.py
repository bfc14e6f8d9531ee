"""Plain names of what models see: adding a readable feature is one entry here and its maker."""

from __future__ import annotations

import re
from dataclasses import dataclass

from virality.features.blocks import block_name, block_of
from virality.features.concepts import COMPONENTS, MISSING, concept_of


@dataclass(frozen=True)
class Concept:
    """What a reader calls a handful of columns that say the same thing.

    Parameters
    ----------
    name : str
        In running text.
    axis : str
        The reading with its unit, for an axis.
    more, less : str
        What posts with a high or a low reading are, beside other posts.
    """

    name: str
    axis: str = ""
    more: str = ""
    less: str = ""


CONCEPTS = {
    "metadata__hour": Concept("hour of posting", "hour of posting (local time)"),
    "metadata__weekday": Concept("weekday", "weekday (0 = Monday)"),
    "metadata__season": Concept("time of year", "day of the year"),
    "metadata__duration": Concept("length of the video", "length (seconds)", "long", "short"),
    "metadata__hashtags": Concept(
        "number of hashtags", "hashtags", "many hashtags", "few hashtags"
    ),
    "metadata__caption_length": Concept(
        "length of the caption", "caption (characters)", "long captions", "short captions"
    ),
    "metadata__emoji_count": Concept("emoji in the caption", "emoji", "emoji", "no emoji"),
    "metadata__question": Concept(
        "a question in the caption", "question (0 = no, 1 = yes)", "questions", "no questions"
    ),
    "metadata__mention_count": Concept(
        "accounts mentioned", "accounts mentioned", "mentions", "no mentions"
    ),
    "metadata__is_photo": Concept("photo or video", "photo (0 = no, 1 = yes)", "photos", "videos"),
    "metadata__is_paid": Concept("paid or not", "paid (0 = no, 1 = yes)", "paid", "unpaid"),
    "momentum__level": Concept("recent level of views", "median views of the last ten posts"),
    "momentum__trend": Concept("recent trend of views", "trend over 28 days (log views a day)"),
    "momentum__pace": Concept("posting pace", "posts in the 28 days before"),
    "momentum__followers": Concept("followers", "followers on the day before the post"),
    "momentum__last_hit": Concept("time since the last hit", "days since the last hit"),
    "energy__rms_level": Concept("loudness", "loudness (dB)", "loud", "quiet"),
    "energy__rms_slope": Concept(
        "growing loudness", "loudness gained (dB a second)", "getting louder", "getting quieter"
    ),
    "energy__rms_spread": Concept(
        "changes of loudness", "spread of loudness (dB)", "uneven loudness", "even loudness"
    ),
    "energy__onset_rate": Concept(
        "busy sound", "sounds beginning (a second)", "busy sound", "calm sound"
    ),
    "energy__tempo": Concept("beat", "beat (a minute)", "fast beat", "slow or no beat"),
    "energy__spectral_centroid": Concept(
        "bright sound", "centre of the spectrum (Hz)", "bright sound", "dark sound"
    ),
    "energy__spectral_flatness": Concept(
        "noisy sound", "flatness (0 = tone, 1 = noise)", "noisy sound", "tonal sound"
    ),
    "energy__zero_crossing_rate": Concept(
        "hissing sound", "sign changes (per sample)", "hissing sound", "smooth sound"
    ),
    "energy__voiced_share": Concept(
        "voice",
        "share of time with a voice-like pitch",
        "voice-like sound",
        "little voice-like sound",
    ),
    "energy__silence_before_sound": Concept(
        "silence at the start", "silence at the start (s)", "silence first", "sound at once"
    ),
    "energy__brightness": Concept(
        "bright picture", "lightness (0 to 1)", "bright picture", "dark picture"
    ),
    "energy__contrast": Concept(
        "contrast", "contrast (0 to 1)", "strong contrast", "weak contrast"
    ),
    "energy__saturation": Concept(
        "saturated colours", "saturation (0 to 1)", "strong colours", "pale colours"
    ),
    "energy__colourfulness": Concept(
        "many colours", "colourfulness (0 to 1)", "many colours", "few colours"
    ),
    "energy__sharpness": Concept(
        "sharp edges", "share of strong edges (0 to 1)", "sharp edges", "soft edges"
    ),
    "energy__motion": Concept(
        "movement", "movement (picture heights a second)", "much movement", "little movement"
    ),
    "energy__motion_spread": Concept(
        "changes of movement", "spread of movement", "uneven movement", "even movement"
    ),
    "energy__flicker": Concept("flicker", "flicker (0 to 1)", "flicker", "steady light"),
    "energy__cut_rate": Concept("cuts", "cuts (a second)", "many cuts", "few cuts"),
    "energy__first_cut": Concept(
        "time of the first cut", "first cut (s)", "late first cut", "early first cut"
    ),
}

# Columns that set posts apart by something else than the rest of their concept does.
_COLUMNS = {"metadata__hashtag_density": ("mostly hashtags", "few hashtags per word")}


def concept(key: str) -> Concept:
    """Return the words for a concept; for one that has none, words made of its column's name."""
    if key in CONCEPTS:
        return CONCEPTS[key]
    block, rest = block_of(key), key.split("__", 1)[-1]
    if rest == COMPONENTS:
        return Concept(f"{block_name(block)} (all components)")
    if rest == MISSING:
        return Concept(f"whether {block_name(block)} is missing")
    words = re.sub(r"[\W_]+", " ", rest).strip()  # a column's name may come with the data
    return Concept(f"{words} ({block_name(block)})", words, f"high {words}", f"low {words}")


def traits(signed: str) -> str:
    """Return the words for signed columns, "loud, few cuts" for ``+energy__rms_level,…``.

    Parameters
    ----------
    signed : str
        Columns joined by commas, each after its sign; may be empty.
    """
    return ", ".join(map(_trait, filter(None, signed.split(",")))) or "nothing that has a name"


def _trait(signed: str) -> str:
    sign, column = signed[0], signed[1:]
    words = concept(concept_of(column))
    more, less = _COLUMNS.get(column, (words.more, words.less))
    return more if sign == "+" else less
