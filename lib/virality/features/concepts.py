"""Columns that say the same thing, taken together.

A sine and a cosine are one hour of the day, nine medians and sums are one recent level, and the
components of a picture are one picture. SHAP values add up, so the push of a concept is the sum of
its columns' pushes; which of several near-copies a tree happened to split on no longer matters.
What a concept is called lies here as well: adding a readable feature is one entry and its maker.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.features.blocks import block_name, block_of
from virality.features.opening_words import OPENINGS
from virality.posts.values import hour_known

# First match wins. The pattern is what stands after the block's name.
_PATTERNS = {
    "metadata": (
        (r"hour_", "hour"),
        (r"weekday_", "weekday"),
        (r"day_of_year_|month$", "season"),
        (r"log_duration|length_s$|log_length$|length_sq$", "duration"),
        (r"hashtag_", "hashtags"),
    ),
    "momentum": (
        (r"(trend_)?log_followers", "followers"),
        (r"trend_", "trend"),
        (r"posts_\d|videos_\d|log_days_since_post", "pace"),
        (r"log_days_since_hit", "last_hit"),
        (r".*views|last_post$|rolling_median|running_mean|ewm$|account_level$", "level"),
    ),
    "similar": (
        (r"hashtags", "hashtags"),
        (r"words|letters", "wording"),
        (r"hour", "hour"),
        (r"weekday", "weekday"),
        (r"length", "length"),
        (r"picture", "picture"),
        (r"sound", "sound"),
    ),
}

_COMPONENT = re.compile(r"__(pc)?\d+$")
COMPONENTS, MISSING = "components", "missing"
# Where something never comes, its time is missing: that says what the first of its facts says.
_NEVER = {
    "hook__missing_first_words": "hook__has_words",
    "hook__missing_speech_start": "hook__has_speech",
    "hook__missing_first_face": "hook__has_face",
    "hook__missing_first_cut": "hook__n_cuts",
}
_THING = re.compile(r"hook__\w*?(words|speech|music|face|cut)")


def concept_of(column: str) -> str:
    """Return the key of the concept that a model's column belongs to, ``block__concept``."""
    block, rest = block_of(column), str(column).split("__", 1)[-1]
    if _COMPONENT.search(column):
        # A first component is another direction in every fold; only their sum is comparable.
        return f"{block}__{COMPONENTS}"
    if column in _NEVER:
        return _NEVER[column]
    if rest.startswith(MISSING):
        return f"{block}__{MISSING}"
    for pattern, concept in _PATTERNS.get(block, ()):
        if re.match(pattern, rest):
            return f"{block}__{concept}"
    return str(column)


def thing_of(column: str) -> str:
    """Return what a column is about: of an opening the thing that several facts tell, or a concept.

    >>> thing_of("hook__has_speech") == thing_of("hook__speech_share") != thing_of("hook__has_face")
    True
    """
    told = _THING.match(str(column))
    return told[1] if told else concept_of(column)


def reading(
    key: str, posts: pd.DataFrame, columns: pd.DataFrame, timezone: str = "UTC"
) -> pd.Series | None:
    """What a concept was for each post, in a unit that a person would use.

    Parameters
    ----------
    key : str
        Of the concept.
    posts : DataFrame
        Tidy posts table.
    columns : DataFrame
        Feature table before scaling, index post_id.
    timezone : str
        The creator's time zone.

    Returns
    -------
    Series of float, index post_id, or None
        None for components and for what has no single reading.
    """
    local = posts["posted_at"].dt.tz_convert(timezone).dt
    index = pd.Index(posts["post_id"], name="post_id")
    hour = (local.hour + local.minute / 60).where(hour_known(posts))
    from_posts = {
        "metadata__hour": hour,
        "metadata__weekday": local.day_of_week,
        "metadata__season": local.day_of_year,
        "metadata__duration": posts["duration_s"],
    }
    if key in from_posts:
        return pd.Series(from_posts[key].to_numpy(float, na_value=np.nan), index=index)
    column, unscaled = _COLUMN_OF.get(key, (key, lambda values: values))
    return unscaled(columns[column].astype(float)) if column in columns else None


_COLUMN_OF: dict[str, tuple[str, Callable]] = {
    "metadata__hashtags": ("metadata__hashtag_count", lambda values: values),
    "metadata__caption_length": ("metadata__caption_length", np.expm1),
    "momentum__level": ("momentum__rolling_median_10", np.expm1),
    "momentum__trend": ("momentum__trend_log_views_28d", lambda values: values),
    "momentum__pace": ("momentum__posts_28d", lambda values: values),
    "momentum__followers": ("momentum__log_followers", np.expm1),
    "momentum__last_hit": ("momentum__log_days_since_hit", np.expm1),
    "similar__wording": ("similar__letters", lambda values: values),
}


def readings(
    keys: Iterable[str], posts: pd.DataFrame, columns: pd.DataFrame, timezone: str = "UTC"
) -> dict[str, pd.Series]:
    """Return the readings of several concepts.

    Parameters
    ----------
    keys : iterable of str
    posts : DataFrame
        Tidy posts.
    columns : DataFrame
        Features, indexed by post_id.
    timezone : str
        The creator's.

    Returns
    -------
    dict of str to Series
        Of those that have a reading, in the order of `keys`.
    """
    found = {key: reading(key, posts, columns, timezone) for key in keys}
    return {key: values for key, values in found.items() if values is not None}


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
    "similar__hashtags": Concept(
        "posts with the same hashtags",
        "posts with the same hashtags (log views above the level)",
        "hashtags that did well",
        "hashtags that did badly",
    ),
    "similar__wording": Concept(
        "posts with similar captions",
        "posts with similar captions (log views above the level)",
        "wording that did well",
        "wording that did badly",
    ),
    "similar__hour": Concept(
        "posts at a near hour",
        "posts at a near hour (log views above the level)",
        "an hour that did well",
        "an hour that did badly",
    ),
    "similar__weekday": Concept(
        "posts on the same weekday",
        "posts on the same weekday (log views above the level)",
        "a weekday that did well",
        "a weekday that did badly",
    ),
    "similar__length": Concept(
        "posts of a near length",
        "posts of a near length (log views above the level)",
        "a length that did well",
        "a length that did badly",
    ),
    "similar__picture": Concept(
        "posts with like pictures",
        "posts with like pictures (log views above the level)",
        "pictures that did well",
        "pictures that did badly",
    ),
    "similar__sound": Concept(
        "posts with like sounds",
        "posts with like sounds (log views above the level)",
        "sounds that did well",
        "sounds that did badly",
    ),
    "similar__nearest": Concept(
        "likeness to the last posts",
        "likeness to the nearest of the last posts (0 to 1)",
        "much like the last posts",
        "unlike the last posts",
    ),
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
    **{f"hook__{fact}": Concept(*words) for fact, words in OPENINGS.items()},
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
