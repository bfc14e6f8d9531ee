"""Plain names for what models see: concepts and the units of their readings."""

from __future__ import annotations

from dataclasses import dataclass

from virality.features.blocks import block_name, block_of
from virality.features.concepts import COMPONENTS, MISSING


@dataclass(frozen=True)
class Concept:
    """What a reader calls a handful of columns.

    Parameters
    ----------
    name : str
        In running text.
    axis : str
        The reading with its unit, for an axis.
    """

    name: str
    axis: str = ""


CONCEPTS = {
    "metadata__hour": Concept("hour of posting", "hour of posting (local time)"),
    "metadata__weekday": Concept("weekday", "weekday (0 = Monday)"),
    "metadata__season": Concept("time of year", "day of the year"),
    "metadata__duration": Concept("length of the video", "length (seconds)"),
    "metadata__hashtags": Concept("number of hashtags", "hashtags"),
    "metadata__caption_length": Concept("length of the caption", "caption (characters)"),
    "metadata__emoji_count": Concept("emoji in the caption", "emoji"),
    "metadata__question": Concept("a question in the caption", "question (0 = no, 1 = yes)"),
    "metadata__mention_count": Concept("accounts mentioned", "accounts mentioned"),
    "metadata__is_photo": Concept("photo or video", "photo (0 = no, 1 = yes)"),
    "metadata__is_paid": Concept("paid or not", "paid (0 = no, 1 = yes)"),
    "momentum__level": Concept("recent level of views", "median views of the last ten posts"),
    "momentum__trend": Concept("recent trend of views", "trend over 28 days (log views a day)"),
    "momentum__pace": Concept("posting pace", "posts in the 28 days before"),
    "momentum__followers": Concept("followers", "followers on the day before the post"),
    "momentum__last_hit": Concept("time since the last hit", "days since the last hit"),
    "energy__rms_level": Concept("loudness", "loudness (dB)"),
    "energy__rms_slope": Concept("growing loudness", "loudness gained (dB a second)"),
    "energy__rms_spread": Concept("changes of loudness", "spread of loudness (dB)"),
    "energy__onset_rate": Concept("busy sound", "sounds beginning (a second)"),
    "energy__tempo": Concept("beat", "beat (a minute)"),
    "energy__spectral_centroid": Concept("bright sound", "centre of the spectrum (Hz)"),
    "energy__spectral_flatness": Concept("noisy sound", "flatness (0 = tone, 1 = noise)"),
    "energy__zero_crossing_rate": Concept("hissing sound", "sign changes (per sample)"),
    "energy__voiced_share": Concept("voice", "share of time with a voice-like pitch"),
    "energy__silence_before_sound": Concept("silence at the start", "silence at the start (s)"),
    "energy__brightness": Concept("bright picture", "lightness (0 to 1)"),
    "energy__contrast": Concept("contrast", "contrast (0 to 1)"),
    "energy__saturation": Concept("saturated colours", "saturation (0 to 1)"),
    "energy__colourfulness": Concept("many colours", "colourfulness (0 to 1)"),
    "energy__sharpness": Concept("sharp edges", "share of strong edges (0 to 1)"),
    "energy__motion": Concept("movement", "movement (picture heights a second)"),
    "energy__motion_spread": Concept("changes of movement", "spread of movement"),
    "energy__flicker": Concept("flicker", "flicker (0 to 1)"),
    "energy__cut_rate": Concept("cuts", "cuts (a second)"),
    "energy__first_cut": Concept("time of the first cut", "first cut (s)"),
}


def concept(key: str) -> Concept:
    """Return the words for a concept."""
    if key in CONCEPTS:
        return CONCEPTS[key]
    block, rest = block_of(key), key.split("__", 1)[-1]
    if rest == COMPONENTS:
        return Concept(f"{block_name(block)} (all components)")
    if rest == MISSING:
        return Concept(f"whether {block_name(block)} is missing")
    words = rest.replace("_", " ")
    return Concept(f"{words} ({block_name(block)})", words)
