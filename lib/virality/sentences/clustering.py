"""What the clustering chapter says, from the regimes and what is known about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from virality.core.protocol import INDICATIVE_POSTS, MIN_POSTS
from virality.core.text import escape, listing, plural
from virality.explanation.clusters import HOLDS, LEVEL, LOOSE, NOISE, Stability
from virality.explanation.content_space import Space
from virality.features.blocks import block_name
from virality.figures.clustering import letter

FEWEST_HELD_OUT = 5  # posts that a mean push needs
SHOWN_REGIMES = 12  # rows in tables; the map shows all

# feature: (more of it, less of it)
WORDS = {
    "metadata__log_duration": ("long", "short"),
    "metadata__log_length": ("long", "short"),
    "metadata__length_s": ("long", "short"),
    "metadata__hashtag_count": ("many hashtags", "few hashtags"),
    "metadata__hashtag_density": ("mostly hashtags", "few hashtags per word"),
    "metadata__caption_length": ("long captions", "short captions"),
    "metadata__emoji_count": ("emoji", "no emoji"),
    "metadata__question": ("questions", "no questions"),
    "metadata__mention_count": ("mentions", "no mentions"),
    "metadata__is_photo": ("photos", "videos"),
    "metadata__is_paid": ("paid", "unpaid"),
    "energy__rms_level": ("loud", "quiet"),
    "energy__rms_slope": ("getting louder", "getting quieter"),
    "energy__rms_spread": ("uneven loudness", "even loudness"),
    "energy__onset_rate": ("busy sound", "calm sound"),
    "energy__tempo": ("fast beat", "slow or no beat"),
    "energy__spectral_centroid": ("bright sound", "dark sound"),
    "energy__spectral_flatness": ("noisy sound", "tonal sound"),
    "energy__zero_crossing_rate": ("hissing sound", "smooth sound"),
    "energy__voiced_share": ("voice-like sound", "little voice-like sound"),
    "energy__silence_before_sound": ("silence first", "sound at once"),
    "energy__brightness": ("bright picture", "dark picture"),
    "energy__contrast": ("strong contrast", "weak contrast"),
    "energy__saturation": ("strong colours", "pale colours"),
    "energy__colourfulness": ("many colours", "few colours"),
    "energy__sharpness": ("sharp edges", "soft edges"),
    "energy__motion": ("much movement", "little movement"),
    "energy__motion_spread": ("uneven movement", "even movement"),
    "energy__flicker": ("flicker", "steady light"),
    "energy__cut_rate": ("many cuts", "few cuts"),
    "energy__first_cut": ("late first cut", "early first cut"),
}
UNNAMED = "nothing that has a name"


def percent(share: float) -> str:
    """Return a share as whole per cent."""
    return f"{100 * share:.0f} %"


def count(value: float) -> str:
    """Return a number of views, to two digits."""
    return "–" if np.isnan(value) else f"{float(f'{value:.2g}'):,.0f}"


def factor(value: float) -> str:
    """Return a factor, "× 1.3"."""
    return "–" if np.isnan(value) else f"× {value:.2f}"


def describe(traits: str) -> str:
    """Return the words for a regime's traits, such as "loud, many cuts"."""
    words = []
    for signed in filter(None, str(traits).split(",")):
        feature = signed[1:]
        more, less = WORDS.get(feature, _generic(feature))
        words.append(more if signed[0] == "+" else less)
    return ", ".join(words) or UNNAMED


def _title(regime: int, traits: str, hashtags: dict[int, list[str]]) -> str:
    """A regime's letter in bold, and in brackets what it is: words, else its hashtags."""
    if not traits and hashtags.get(regime):
        return f"**{letter(regime)}** ({escape(' '.join(hashtags[regime]))})"
    return f"**{letter(regime)}** ({describe(traits)})"


def _generic(feature: str) -> tuple[str, str]:
    words = escape(feature.split("__", 1)[-1].replace("_", " "))
    return f"high {words}", f"low {words}"


def _regimes(regimes: pd.DataFrame) -> list[int]:
    return sorted(int(r) for r in regimes["regime"].dropna().unique() if r != NOISE)


def _noise_share(regimes: pd.DataFrame) -> float:
    return float((regimes["regime"] == NOISE).mean())


# -------------------------------------------------------------------------------- the map


def nothing(n_posts: int) -> str:
    """Say why there is no map."""
    rest = "The text below says what this chapter would show."
    if n_posts < MIN_POSTS:
        return (
            f"This record holds {plural(n_posts, 'post')}. Below {MIN_POSTS} a group of posts "
            f"cannot be told from a coincidence, so none is looked for. {rest}"
        )
    return f"The posts do not differ in anything that describes their content. {rest}"


def space(found: Space) -> str:
    """Say which blocks shaped the space, and what was missing."""
    names = [block_name(block) for block in found.blocks]
    if len(names) == 1:
        parts = [f"Only one block shapes the map of this run: {names[0]}."]
    else:
        parts = [f"The map of this run is shaped by {listing(names)}, each with the same say."]
    if found.left_out:
        gone = [f"{block_name(b)} ({percent(share)})" for b, share in found.left_out.items()]
        parts.append(f"Left out, because too few posts have it: {listing(gone)}.")
    if found.borrowed:
        some = [f"{block_name(b)} ({plural(n, 'post')})" for b, n in found.borrowed.items()]
        parts.append(
            "Where a post lacks a block, it takes the place of the posts that it resembles in the "
            f"others: {listing(some)}."
        )
    if not {"vision", "audio"} & set(found.blocks):
        parts.append("**Neither picture nor sound takes part**: these are regimes of words only.")
    return " ".join(parts)


def map_caption(regimes: pd.DataFrame) -> str:
    """Caption of the map."""
    labels, noise = _regimes(regimes), _noise_share(regimes)
    if not labels:
        return (
            f"All {plural(len(regimes), 'post')} on one map. The search found no group at all; "
            "islands that the eye sees were made by the drawing."
        )
    return (
        f"All {plural(len(regimes), 'post')} on one map; near means alike. The search found "
        f"{plural(len(labels), 'group')} ({listing([letter(r) for r in labels])}); "
        f"{percent(noise)} of the posts belong to none (hollow)."
    )


def map_alt(regimes: pd.DataFrame) -> str:
    """Alternative text of the map."""
    sizes = regimes["regime"].value_counts()
    named = [f"{letter(r)} with {plural(int(sizes[r]), 'post')}" for r in _regimes(regimes)]
    noise = plural(int(sizes.get(NOISE, 0)), "post")
    return f"Map of posts by content. Groups: {listing(named) or 'none'}; {noise} in no group."


def map_texts(regimes: pd.DataFrame) -> tuple[str, str]:
    """Caption and alternative text together."""
    return map_caption(regimes), map_alt(regimes)


# ------------------------------------------------------------------------------ stability


def stability_caption(check: Stability) -> str:
    """Caption of the stability figure."""
    verb = "more" if check.overall > check.bar else "no more"
    return (
        f"Left: {percent(check.overall)} of the posts come back in their regime when a fifth is "
        f"left out (line), {verb} than what sets of posts without groups reach one time in twenty "
        f"({percent(check.bar)}, dotted). Right: each regime by itself; the dotted marks are "
        f"{LOOSE:g} for a pattern and {HOLDS:g} for a regime that holds."
    )


def stability_alt(check: Stability) -> str:
    """Alternative text of the stability figure."""
    named = [f"{letter(r)} {value:.2f}" for r, value in enumerate(check.recovery)]
    return (
        f"Histogram of {len(check.null)} sets without groups, with a line at "
        f"{check.overall:.2f}; bars of overlap by regime: {listing(named)}."
    )


def stability_texts(check: Stability) -> tuple[str, str]:
    """Caption and alternative text together."""
    return stability_caption(check), stability_alt(check)


def verdict(regimes: pd.DataFrame, check: Stability) -> str:
    """Say whether the regimes are real."""
    labels = _regimes(regimes)
    if len(labels) < 2:
        return (
            "**No stable regimes.** Searched for groups, the posts give none: "
            f"{percent(_noise_share(regimes))} of them stand in no dense place. This creator's "
            "content is one continuous cloud, as far as these columns can tell."
        )
    odds = f"p = {check.p:.2f}, from {plural(len(check.null), 'set')} without groups"
    if check.stable:
        return (
            "**The regimes are stable.** They come back better than groups in posts that have "
            f"none ({odds}). {_holding(check)}"
        )
    if check.p > LEVEL:
        return (
            "**No stable regimes.** Posts without any groups, but with the same spread and the "
            f"same drift over time, give groups that come back just as well ({odds}). What "
            "follows is a way of sorting the posts, not a discovery about them."
        )
    if np.sum(check.recovery >= LOOSE) >= 2:
        return (
            "**No stable regimes, but eras.** The groups come back when posts are left out "
            f"({odds}), but {_eras(check)} within one stretch of the record. Whether that is a "
            "kind of post or a time of the account, the record cannot tell: a kind would return."
        )
    return (
        f"**No stable regimes.** There is more grouping than in posts without groups ({odds}), but "
        "no two regimes come back when posts are left out. What follows is a way of sorting the "
        "posts, not a discovery about them."
    )


def _eras(check: Stability) -> str:
    names = [letter(r) for r in np.flatnonzero(check.era)]
    return f"{listing(names)} {'lies' if len(names) == 1 else 'lie'}"


def _holding(check: Stability) -> str:
    marks = {"hold": [], "loose": [], "fall": [], "era": []}
    for regime, value in enumerate(check.recovery):
        kind = "hold" if value >= HOLDS else "loose" if value >= LOOSE else "fall"
        lingered = check.era[regime] and kind != "fall"
        marks["era" if lingered else kind].append(letter(regime))
    parts = []
    if marks["hold"]:
        parts.append(
            f"{listing(marks['hold'])} {'holds' if len(marks['hold']) == 1 else 'hold'} together"
        )
    if marks["loose"]:
        parts.append(f"{listing(marks['loose'])} only loosely")
    if marks["fall"]:
        parts.append(
            f"{listing(marks['fall'])} {'falls' if len(marks['fall']) == 1 else 'fall'} apart and "
            "should not be relied on"
        )
    if marks["era"]:
        parts.append(
            f"{listing(marks['era'])} {'is' if len(marks['era']) == 1 else 'are'} as much an era "
            "as a kind of post"
        )
    return f"Taken one by one: {'; '.join(parts)}."


# ---------------------------------------------------------------------------- the regimes


def regimes_table(summary: pd.DataFrame, hashtags: dict[int, list[str]]) -> pd.DataFrame:
    """One row a regime: size, what sets it apart, dates, whether it comes back.

    Parameters
    ----------
    summary : DataFrame
        From :func:`virality.explanation.regimes.summarise`.
    hashtags : dict
        From :func:`virality.explanation.regimes.common_hashtags`; raw text, the table escapes it.
        Empty for a private page: then there is no such column.
    """
    shown = _shown(summary)
    noise = shown["regime"] == NOISE
    days = [
        f"{first:%Y-%m} to {last:%Y-%m}" + (" (an era)" if era else "")
        for first, last, era in zip(shown["first"], shown["last"], shown["era"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "regime": shown["regime"].map(letter),
            "posts": shown["posts"],
            "share": shown["share"].map(percent),
            "set apart by": shown["traits"].map(describe).where(~noise, "–"),
            "hashtags": [" ".join(hashtags.get(r, [])) or "–" for r in shown["regime"]],
            "middle half of its posts": days,
            "comes back": shown["recovery"].map(lambda x: "–" if np.isnan(x) else f"{x:.2f}"),
        }
    )
    return table if hashtags else table.drop(columns="hashtags")


def _shown(summary: pd.DataFrame) -> pd.DataFrame:
    """The largest regimes, and noise."""
    return summary[(summary["regime"] == NOISE) | (summary["regime"] < SHOWN_REGIMES)]


def regimes_caption(summary: pd.DataFrame) -> str:
    """Caption of the table of regimes."""
    own = summary[summary["regime"] != NOISE]
    eras = [letter(r) for r in own.loc[own["era"], "regime"]]
    text = f"{plural(len(own), 'regime')}, largest first."
    if len(own) > SHOWN_REGIMES:
        text += f" The {SHOWN_REGIMES} largest are shown."
    if eras:
        text += (
            f" {listing(eras)} {'is' if len(eras) == 1 else 'are'} as much an era as a kind of "
            "content: half of the posts lie within a quarter of the record."
        )
    return text


def naming(summary: pd.DataFrame) -> str:
    """Say what the names are worth."""
    own = summary[summary["regime"] != NOISE]
    named = [
        f"**{letter(r.regime)}** ({describe(r.traits)})"
        for r in own.head(SHOWN_REGIMES).itertuples()
        if r.traits
    ]
    if not named:
        return (
            "No readable feature sets any of the regimes apart by much. They differ in components "
            "of picture, sound or words that have no name; their typical posts show how."
        )
    text = f"In words: {listing(named)}."
    if len(named) < min(len(own), SHOWN_REGIMES):
        text += " The others differ in components that have no name; their typical posts show how."
    return text


def typical_table(
    regimes: pd.DataFrame,
    posts: pd.DataFrame,
    label: Callable,
    frames: Mapping[str, str],
    each: int = 3,
) -> pd.DataFrame:
    """The most typical posts of each regime.

    Parameters
    ----------
    regimes, posts : DataFrame
        Artefacts.
    label : callable
        ``Chapter.label``: gives the escaped name of a post.
    frames : mapping of str to str
        First frames as Markdown, by post id.
    each : int
        Posts per regime.

    Returns
    -------
    DataFrame
        regime, first frame (Markdown, where there are any), post (Markdown, escaped), views,
        strength.
    """
    chosen = regimes[(regimes["typical"] <= each) & (regimes["regime"] < SHOWN_REGIMES)]
    chosen = chosen.sort_values(["regime", "typical"]).merge(posts, on="post_id", how="left")
    seen = {"first frame": [frames.get(post, "–") for post in chosen["post_id"]]} if frames else {}
    return pd.DataFrame(
        {
            "regime": chosen["regime"].map(letter),
            **seen,
            "post": [label(post) for post in chosen.itertuples()],
            "views": chosen["views"].map("{:,}".format),
            "strength": chosen["strength"].map("{:.2f}".format),
        }
    )


def typical_caption(table: pd.DataFrame, private: bool) -> str:
    """Caption of the table of typical posts."""
    without = " No video could be seen, so there are no first frames to show."
    if private:
        without = " This report is private, so captions and first frames are withheld."
    elif "first frame" in table:
        without = ""
    return (
        f"{plural(len(table), 'typical post')} of {plural(table['regime'].nunique(), 'regime')}: "
        "in the core of their regime and nearest to all its other posts. They were chosen by "
        f"content, not by views.{without}"
    )


# ------------------------------------------------------------------------------ the views


def views_caption(summary: pd.DataFrame, p: float) -> str:
    """Caption of the views by regime."""
    own = summary[summary["regime"] != NOISE]
    if own["lift"].max() - own["lift"].min() < 5e-3:
        same = factor(own["lift"].max())
        return f"Against the posts around them, all regimes do the same ({same})."
    best, worst = own.loc[own["lift"].idxmax()], own.loc[own["lift"].idxmin()]
    text = (
        f"Against the posts around them, {letter(best.regime)} does best ({factor(best.lift)}) "
        f"and {letter(worst.regime)} worst ({factor(worst.lift)})"
    )
    if p <= LEVEL:
        return f"{text}; regimes differ by more than their order in time explains (p = {p:.2f})."
    return f"{text}, but a difference between regimes cannot be shown (p = {p:.2f})."


def views_alt(summary: pd.DataFrame) -> str:
    """Alternative text of the views by regime."""
    named = [
        f"{letter(r.regime)} median {count(r.views)} views, {factor(r.lift)}"
        for r in summary.itertuples()
    ]
    return f"Views by regime, and medians against the posts around: {listing(named)}."


def views_texts(summary: pd.DataFrame, p: float) -> tuple[str, str]:
    """Caption and alternative text together."""
    return views_caption(summary, p), views_alt(summary)


def views_table(summary: pd.DataFrame) -> pd.DataFrame:
    """How each regime behaves: views, level, hits, and how well it is predicted."""
    shown = _shown(summary)
    table = pd.DataFrame(
        {
            "regime": shown["regime"].map(letter),
            "posts": shown["posts"],
            "median views": [_range(count, *r) for r in _triples(shown, "views")],
            "against the posts around": [_range(factor, *r) for r in _triples(shown, "lift")],
            "in the top tenth": shown["hits"].map(percent),
        }
    )
    if shown["held_out"].sum():
        table["typical miss of the trees"] = [
            f"{factor(miss)} ({plural(n, 'post')})" if n >= FEWEST_HELD_OUT else "too few"
            for miss, n in zip(shown["miss"], shown["held_out"], strict=True)
        ]
    return table


def _triples(table: pd.DataFrame, name: str):
    return zip(table[name], table[f"{name}_low"], table[f"{name}_high"], strict=True)


def _range(form: Callable, value: float, low: float, high: float) -> str:
    if not np.isfinite([low, high]).all():
        return form(value)
    return f"{form(value)} ({form(low).removeprefix('× ')} to {form(high).removeprefix('× ')})"


def views_table_caption(summary: pd.DataFrame) -> str:
    """Caption of the table of views."""
    own = summary[(summary["regime"] != NOISE) & (summary["held_out"] >= FEWEST_HELD_OUT)]
    base = "Medians with 95 % intervals, as if posts were independent."
    if len(own) < 2:
        return base
    near, far = own.loc[own["miss"].idxmin()], own.loc[own["miss"].idxmax()]
    return (
        f"{base} The trees' forecasts come nearest in {letter(near.regime)} and miss by most in "
        f"{letter(far.regime)}."
    )


def views_reading(summary: pd.DataFrame, p: float, stable: bool) -> str:
    """Say what may be concluded about views."""
    if not stable:
        return (
            "The regimes are not stable, so nothing follows from their views: another month of "
            "posts would draw them differently."
        )
    if p > LEVEL:
        return (
            "The regimes are real as kinds of content, but the record does not show that one of "
            "them gets more views than another once the account's level at the time is taken out."
        )
    own = summary[summary["regime"] != NOISE]
    up = [letter(r.regime) for r in own.itertuples() if r.lift_low > 1]
    down = [letter(r.regime) for r in own.itertuples() if r.lift_high < 1]
    parts = ["The regimes differ in views, beyond the account's level at the time."]
    if up:
        parts.append(f"Above the posts around them, clear of one: {listing(up)}.")
    if down:
        parts.append(f"Below, clear of one: {listing(down)}.")
    if not up and not down:
        parts.append("No single regime is clear of one by itself; the difference is between them.")
    parts.append("That is what went together, not what would happen if a post changed regime.")
    return " ".join(parts)


# -------------------------------------------------------------------------- fingerprints


def fingerprint_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Name the rows of ``regimes.fingerprints`` for the heat map, and blank what is too thin."""
    blocks = [c for c in table.columns if c != "held_out"]
    keep = [r is pd.NA or r < SHOWN_REGIMES for r in table.index]
    table = table[keep]
    shown = table[blocks].where(table["held_out"] >= FEWEST_HELD_OUT)
    names = ["all posts" if r is pd.NA else letter(int(r)) for r in table.index]
    shown.index = [f"{n} ({held})" for n, held in zip(names, table["held_out"], strict=True)]
    return shown


def fingerprint_caption(table: pd.DataFrame) -> str:
    """Caption of the heat map; `table` is ``regimes.fingerprints``."""
    found = _largest_departure(table)
    base = (
        "Mean push of each block on the forecasts of held-out posts, by regime (in brackets: how "
        "many such posts)."
    )
    if found is None:
        return f"{base} No regime has enough held-out posts for a fingerprint."
    regime, block, value = found
    return (
        f"{base} The largest departure from all posts: {block_name(block)} in {letter(regime)}, "
        f"{factor(np.exp(value))}."
    )


def fingerprint_alt(table: pd.DataFrame) -> str:
    """Alternative text of the heat map."""
    blocks = [c for c in table.columns if c != "held_out"]
    rows = []
    for regime, row in table[table["held_out"] >= FEWEST_HELD_OUT].iterrows():
        name = "all posts" if regime is pd.NA else letter(int(regime))
        pushes = [f"{block_name(b)} {factor(np.exp(row[b]))}" for b in blocks]
        rows.append(f"{name}: {', '.join(pushes)}")
    return f"Heat map of mean pushes. {'; '.join(rows)}."


def fingerprint_texts(table: pd.DataFrame) -> tuple[str, str]:
    """Caption and alternative text together."""
    return fingerprint_caption(table), fingerprint_alt(table)


def _largest_departure(table: pd.DataFrame) -> tuple[int, str, float] | None:
    blocks = [c for c in table.columns if c != "held_out"]
    whole = table[[r is pd.NA for r in table.index]]
    own = table[[r is not pd.NA and r != NOISE for r in table.index]]
    own = own[own["held_out"] >= FEWEST_HELD_OUT]
    if own.empty or whole.empty or not blocks:
        return None
    gap = own[blocks].astype(float) - whole[blocks].iloc[0].astype(float)
    row, column = np.unravel_index(np.argmax(gap.abs().to_numpy()), gap.shape)
    return int(gap.index[row]), str(gap.columns[column]), float(gap.iloc[row, column])


# ----------------------------------------------------------------------------- the answer


def answer(
    regimes: pd.DataFrame,
    summary: pd.DataFrame,
    check: Stability,
    p: float,
    hashtags: dict[int, list[str]],
) -> str:
    """The answer box; `hashtags` stand in for words where a regime has none (raw, may be empty)."""
    if regimes.empty:
        return "None can be named: there are too few posts, or too little in which they differ."
    labels = _regimes(regimes)
    small = (
        f" With {plural(len(regimes), 'post')} all of it is indicative at most."
        if len(regimes) < INDICATIVE_POSTS
        else ""
    )
    if not labels:
        return f"**No stable regimes.** The content is one continuous cloud.{small}"
    if not check.stable:
        return (
            f"**No stable regimes.** The search names {plural(len(labels), 'group')}, but they do "
            "not come back reliably, when posts are left out or over time. Use the map to sort and "
            f"to look, not to conclude.{small}"
        )
    sure = [r for r in labels if check.sure[r]]
    own = summary.set_index("regime")
    names = [_title(r, own.loc[r, "traits"], hashtags) for r in sure[:SHOWN_REGIMES]]
    text = (
        f"{plural(len(sure), 'content regime')} that {'comes' if len(sure) == 1 else 'come'} back "
        f"when posts are left out: {listing(names)}. {percent(_noise_share(regimes))} of the posts "
        "belong to no regime."
    )
    if p > LEVEL:
        return f"{text} A difference in views between them cannot be shown.{small}"
    part = own.loc[sure]
    best, worst = int(part["lift"].idxmax()), int(part["lift"].idxmin())
    return (
        f"{text} They differ in views beyond the account's level at the time: against the posts "
        f"around them, {letter(best)} gets {factor(part.loc[best, 'lift'])} and {letter(worst)} "
        f"{factor(part.loc[worst, 'lift'])}.{small}"
    )
