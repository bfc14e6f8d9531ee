"""What the data chapter says, from the posts, the repair log and the ledger alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.core.protocol import INDICATIVE_POSTS, MIN_POSTS
from virality.core.text import (
    count,
    escape,
    excerpt,
    factor,
    listing,
    percent,
    plural,
    plural_days,
    significant,
)
from virality.posts import describe
from virality.posts.describe import Relation
from virality.posts.platforms import TIKTOK, listed
from virality.posts.read import WHICH_READING, PostsReading
from virality.posts.repairs import AGAIN, damage
from virality.posts.schema import SEVERITIES
from virality.posts.settling import SETTLED, bands, settled_at, settled_from, settling

OUTCOME_NAMES = {
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "avg_watch_s": "average watch time (s)",
    "watched_full": "share that watched to the end",
    "new_followers": "new followers",
}
# Columns that hold what a creator wrote, or who she is.
_WORDS = "capt|desc|title|text|author|user|creator|account|handle"
DAY_NAMES = dict(
    zip(
        describe.DAYS,
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
        strict=True,
    )
)
HEAVY = 3.0  # mean over median beyond which a tail is called heavy
EVEN = 1.3
SHAPE = 10  # posts below which nothing is said about a distribution
UNEVEN = 0.2  # share of the views in the top tenth of the posts beyond which they are uneven
LOPSIDED = 0.75  # skewness of log views beyond which logs do not make the tail symmetric
WANDERS = 3.0  # highest over lowest rolling median that counts as a level that moves


def _all_equal(posts: pd.DataFrame) -> bool:
    return bool(posts["views"].min() == posts["views"].max())


# --- what was read --------------------------------------------------------------------------------


def record(reading: PostsReading) -> str:
    """Say which posts there are, from which files."""
    posts, notes = reading.posts, reading.notes
    first, last = posts["posted_at"].min(), posts["posted_at"].max()
    span = f"posted on {first:%Y-%m-%d}"
    if len(posts) > 1:
        span = f"posted between {first:%Y-%m-%d} and {last:%Y-%m-%d}"
    formats = listing(sorted({escape(f) for f in notes["formats"].values()}))
    text = (
        f"The record holds {plural(len(posts), 'usable post')}, {span}. It was read as: {formats}."
    )
    text += _platforms(posts["platform"].value_counts().to_dict())
    photos = int((posts["kind"] == "photo").sum())
    if photos:
        text += f" {plural(photos, 'of them is a photo post', 'of them are photo posts')}."
    if len(notes["authors"]) > 1:
        text += (
            f" They come from {len(notes['authors'])} accounts; each has its own history, and what "
            "follows describes them together."
        )
    pace = describe.pace(posts)
    if np.isfinite(pace.per_week):
        text += (
            f" They went up at {significant(pace.per_week, 2)} a week; half of the pauses are "
            f"shorter than {plural_days(pace.median_gap)}, and the longest is "
            f"{plural_days(pace.longest_gap)}."
        )
    text += _not_used(notes.get("unused", {}))
    return text + "\n\n" + size(len(posts), len(notes["authors"]))


_CHECKED = " (checked)"


def _not_used(unused: dict[str, list[str]]) -> str:
    """Name the columns of the input that no chapter uses, in a paragraph of its own."""
    names = list(dict.fromkeys(name for columns in unused.values() for name in columns))
    checked = [escape(name.removesuffix(_CHECKED)) for name in names if name.endswith(_CHECKED)]
    others = [escape(name) for name in names if not name.endswith(_CHECKED)]
    text = ""
    if others:
        noun = "column" if len(others) == 1 else "columns"
        text += f" Not used, {noun} of the input: {listing(others)}."
    if checked:
        text += f" Only checked for impossible values, and used by no chapter: {listing(checked)}."
    return f"\n\n{text.strip()}" if text else ""


def _platforms(counts: dict[str, int]) -> str:
    """Name the platforms where they are not the one that most exports come from."""
    if set(counts) == {TIKTOK}:
        return ""
    if len(counts) == 1:
        return f" The posts are on {escape(listed(list(counts)))}."
    shown = listing([f"{escape(listed([name]))} ({n:,})" for name, n in counts.items()])
    return (
        f" They are on several platforms: {shown}. What the account had done before a post is "
        "counted on the post's own platform; what follows describes all of them together."
    )


def size(n: int, n_authors: int = 1) -> str:
    """Say what so many posts allow."""
    if n < MIN_POSTS:
        return (
            f"With {plural(n, 'post')} this report describes and does not model: below "
            f"{MIN_POSTS}, a model would learn accidents."
        )
    if n < INDICATIVE_POSTS:
        return (
            f"With fewer than {INDICATIVE_POSTS} posts, read every model in this report as an "
            "indication, not as a finding."
        )
    if n_authors > 1:
        return "That is enough to model."
    return (
        "That is enough to model, and still few: one account has one history, and no amount of "
        "care makes a second one."
    )


def when(reading: PostsReading) -> str:
    """Say how far the times can be trusted, in which zone they are shown, and when it was read."""
    notes = reading.notes
    zone = escape(notes["timezone"])
    if notes["zone_found"] and notes["zone_found"] != notes["timezone"]:
        found = escape(notes["zone_found"])
        text = (
            "The file writes local times and names no zone. A video id knows its upload time in "
            f"universal time, and the two agree if the file was written in **{found}**. So the "
            f"ids' times are used. Hours in this report are shown in {zone}, the zone it was asked "
            f"for; {_whose_hours(notes.get('clock', ''), found)}"
        )
    elif notes["zone_found"]:
        text = f"The stated times agree with the video ids in {zone}, so they can be trusted."
    else:
        text = f"Hours are shown in {zone}."
    text += _days_only(reading.posts)
    if notes["n_read_twice"]:
        what = plural(notes["n_read_twice"], "post was", "posts were")
        text += f" {what} read more than once: {WHICH_READING}."
    if not notes["captured_at"]:
        return text + (
            " Nothing in the file says when the numbers were read. The newest posts may have been "
            "caught while their views were still growing."
        )
    text += f" The numbers were read on {notes['captured_at'][:10]}."
    if notes["n_young"]:
        text += (
            f" {plural(notes['n_young'], 'post was', 'posts were')} then younger than "
            f"{notes['embargo_days']:g} days; models leave out what had not settled."
        )
    return text


def _days_only(posts: pd.DataFrame) -> str:
    """Say of how many posts only the day is known."""
    without = len(posts) - len(describe.timed(posts))
    if not without:
        return ""
    whose = "all posts" if without == len(posts) else plural(without, "post")
    return (
        f" Of {whose} only the day is known, because the input names no hour or the post was "
        "scheduled; wherever hours count, they are left out."
    )


def _whose_hours(clock: str, found: str) -> str:
    """Say what to make of a zone: it is the creator's, or that of the machine that read."""
    if clock == "creator":
        return f"set the parameter `timezone` to {found} to see the creator's own hours."
    return (
        "a program that collects posts writes the hours of its own machine, so this need not be "
        f"where the creator lives. If it is, set the parameter `timezone` to {found}."
    )


# --- settling -------------------------------------------------------------------------------------


def settling_caption(table: pd.DataFrame) -> str:
    """State what the figure of settling views shows."""
    posts, last_age = int(table["post_id"].nunique()), table["last_age_days"].median()
    return (
        f"{plural(posts, 'post')} that {'was' if posts == 1 else 'were'} read more than once: the "
        "share of its latest views that a post had at an earlier reading, by its age then. The "
        f"median post was {plural_days(last_age)} old at its latest reading."
    )


def settling_alt(table: pd.DataFrame, embargo_days: float) -> str:
    """Describe the figure of settling views to who cannot see it."""
    return (
        f"Scatter of {plural(len(table), 'earlier reading')} by age of the post on a log scale and "
        "share of its latest views, with the median by age and a line at the embargo of "
        f"{embargo_days:g} days."
    )


def settling_reading(reading: PostsReading) -> str:
    """Check the embargo against posts that were read twice, or say that it cannot be checked."""
    embargo = reading.notes["embargo_days"]
    table = settling(reading.snapshots, embargo)
    if table.empty:
        return (
            f"{_why_unchecked(reading, embargo)} So the embargo of {embargo:g} days is a rule of "
            "thumb here. Keep a fresh export beside the old one (`virality import` adds it to "
            "those that this report knows), and this section will show how fast views settle on "
            "this account."
        )
    own = settled_at(table, embargo)
    if not np.isfinite(own.share):
        number = "No reading is" if not own.n else plural(own.n, "reading is", "readings are")
        return (
            f"{number} of a post about as old as the embargo of {embargo:g} days. That is too few "
            f"to check it; a fresh export soon after some posts would help.{_older(table, embargo)}"
        )
    text = (
        f"Of the views that they had at their latest reading, posts about as old as the embargo of "
        f"{embargo:g} days already had {percent(own.share)} (median of "
        f"{plural(own.n, 'reading')}; the middle half lies between {percent(own.low)} and "
        f"{percent(own.high)}). "
    )
    if own.share >= SETTLED:
        return text + (
            "**This account's own numbers support the embargo**: a post that has passed it is "
            "nearly done growing."
        )
    text += (
        "**This account's own numbers say that the embargo is short**: a post that has just "
        "passed it still grows, so recent posts look weaker than they will be."
    )
    start = settled_from(table)
    if np.isfinite(start) and start > embargo:
        text += (
            f" From about {plural_days(start)} on the median post has at least "
            f"{percent(SETTLED)}; try the parameter `embargo_days` with that."
        )
    return text


def _older(table: pd.DataFrame, embargo: float) -> str:
    older = bands(table).query("start >= @embargo and end < inf")
    if older.empty:
        return ""
    band = older.iloc[0]
    return (
        f" What can be said: posts aged {band['start']:g} to {band['end']:g} days already had "
        f"{percent(band['share'])} of their later views (median of {int(band['n'])} readings)."
    )


def _why_unchecked(reading: PostsReading, embargo: float) -> str:
    if not reading.notes["n_read_twice"]:
        return "No post in this record was read at two known times."
    return f"Posts were read twice, but never {embargo:g} days apart or more."


# --- repairs --------------------------------------------------------------------------------------


def repairs_intro(repairs: pd.DataFrame, n_posts: int) -> str:
    """Say how much had to be done before the table could be trusted."""
    number = repairs["severity"].value_counts()
    again = int(repairs["why"].str.startswith(AGAIN).sum())
    parts = [
        (number.get("row dropped", 0) - again, "row was left out", "rows were left out"),
        (number.get("set missing", 0), "value was set missing", "values were set missing"),
        (number.get("repaired", 0), "value was repaired", "values were repaired"),
    ]
    done = [plural(int(n), one, many) for n, one, many in parts if n]
    repeated = ""
    if again:
        what = plural(again, "row holds a post", "rows hold posts")
        repeated = f" {what} that another row holds as well; each post counts once."
    if not done:
        return (
            "Nothing had to be repaired: every post could be used, and no value contradicted "
            f"another.{repeated}"
        )
    touched = repairs.loc[repairs["severity"].isin(SEVERITIES[1:3]), "post_id"].nunique()
    share = touched / max(n_posts, 1)
    tone = "a handful of posts" if share < 0.15 else "many posts"
    text = f"{listing(done)[0].upper()}{listing(done)[1:]}."
    if touched:
        text += f" That touches {tone}: {touched:,} of {n_posts:,}."
    return (
        text
        + " Where nothing could tell what was meant, the value is missing rather than guessed."
        + repeated
    )


def repairs_table(repairs: pd.DataFrame, private: bool = False) -> pd.DataFrame:
    """The repair log as the page shows it; what users wrote is left out if private."""
    shown = repairs.copy()
    if private:
        words = shown["column"].str.contains(_WORDS, case=False).fillna(False)
        shown.loc[words | shown["row"].notna(), "found"] = ""
        shown.loc[words, "used"] = ""
    columns = ["severity", "row", "column", "found", "used", "why"]
    if len(shown["source"].unique()) > 1:
        columns.insert(1, "source")
    shown["row"] = shown["row"].astype("string").fillna("all")
    text = shown.select_dtypes("string").columns
    shown[text] = shown[text].fillna("")
    return shown[columns]


def repairs_caption(repairs: pd.DataFrame) -> str:
    """State what the table of repairs shows."""
    if repairs.empty:
        return "The repair log is empty."
    number = repairs["severity"].value_counts()
    parts = [f"{number[s]:,} × {s}" for s in reversed(SEVERITIES) if number.get(s, 0)]
    return f"The repair log, most severe first ({listing(parts)})."


# --- the tail -------------------------------------------------------------------------------------


def tail_caption(posts: pd.DataFrame) -> str:
    """State what the histogram shows."""
    tail = describe.tail(posts)
    if tail.n == 1:
        return f"A single post, with {count(tail.median)} views."
    if tail.largest == 0:
        return "No post has any view."
    if _all_equal(posts):
        return f"All {plural(tail.n, 'post')} have {count(tail.median)} views."
    return (
        f"Half of the posts have fewer than {count(tail.median)} views, the mean is "
        f"{count(tail.mean)}, and the most viewed has {count(tail.largest)}. On the log scale, "
        "equal steps are equal factors."
    )


def tail_alt(posts: pd.DataFrame) -> str:
    """Describe the histogram to who cannot see it."""
    tail = describe.tail(posts)
    if _all_equal(posts):
        return f"A single bar: {plural(tail.n, 'post')} at {count(tail.median)} views."
    return (
        f"Histogram of {plural(tail.n, 'post')} by views on a log scale, from "
        f"{count(posts['views'].min())} to {count(tail.largest)}, with the median at "
        f"{count(tail.median)} and the mean at {count(tail.mean)}."
    )


def tail_reading(posts: pd.DataFrame) -> str:
    """Say how heavy the tail is, and what the log scale makes of it."""
    tail = describe.tail(posts)
    if tail.n > 1 and _all_equal(posts):
        return "All posts have the same number of views, so there is nothing to explain in them."
    if tail.n < SHAPE or not np.isfinite(tail.skew):
        return f"{plural(tail.n, 'post')} cannot show what the tail of this account looks like."
    ratio = tail.mean / max(tail.median, 1)
    if ratio > HEAVY:
        text = (
            f"The tail is heavy. The mean is {factor(ratio)} the median, so it describes no post "
            "in particular: a few outliers make it."
        )
    elif ratio > EVEN:
        text = f"The tail is moderately heavy: the mean is {factor(ratio)} the median."
    else:
        text = "The tail is light: mean and median nearly agree, so no few posts dominate."
    spread = (tail.high + 1) / (tail.low + 1)
    text += (
        " Between a weak post and a strong one (the edges of the middle four fifths) lies a "
        f"factor of {significant(spread, 2)}."
    )
    text += _between_creators(posts)
    if abs(tail.skew) <= LOPSIDED:
        return text + (
            " On the log scale the picture is nearly symmetric, which is why the whole book "
            "predicts log views."
        )
    side = "to the right: the hits are exceptional even for this account"
    if tail.skew < 0:
        side = "to the left: there are posts that hardly anyone was shown"
    return text + (
        f" Even on the log scale it leans {side}. Log views help, but they do not tame everything."
    )


def _between_creators(posts: pd.DataFrame) -> str:
    """Say how much of the spread is that creators differ; "" for one creator."""
    if not describe.several(posts):
        return ""
    share = 1 - np.var(describe.common_level(posts)) / np.var(describe.log_views(posts))
    return (
        f" {percent(max(0.0, float(share)))} of that spread (the variance of log views) lies "
        "between the creators, not between the posts of one."
    )


def concentration_caption(posts: pd.DataFrame) -> str:
    """State what the curve of concentration shows."""
    tail = describe.tail(posts)
    if not np.isfinite(tail.top_share):
        return "There are no views to share out, so there is no curve to draw."
    if tail.n == 1:
        return "A single post holds all the views, so there is no curve to draw yet."
    if _all_equal(posts):
        return "Every post has the same share of the views, so the curve would be a straight line."
    top = f"{plural(tail.n_top, 'post')} of {tail.n:,} hold"
    if tail.n_top == 1:
        top = f"post of {tail.n:,} holds"
    return (
        f"The most viewed {top} {percent(tail.top_share)} of all views. On the dotted line every "
        "post would have the same."
    )


def concentration_alt(posts: pd.DataFrame) -> str:
    """Describe the curve to who cannot see it."""
    tail = describe.tail(posts)
    text = "A curve of the share of all views against the share of posts, most viewed first"
    if not np.isfinite(tail.top_share):
        return f"{text}; there are no views, so it is empty."
    return f"{text}; the top tenth of posts holds {percent(tail.top_share)} of the views."


def hits(posts: pd.DataFrame, label) -> str:
    """Name the most viewed posts.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    label : callable
        Gives a short escaped name of a post.
    """
    if posts["views"].max() == 0:
        return "No post has any view, so none can be named as the most viewed."
    if len(posts) > 1 and _all_equal(posts):
        return f"All posts have the same number of views: {count(posts['views'].max())}."
    own = posts.sort_values("views", ascending=False, kind="stable").head(3)
    total = max(float(posts["views"].sum()), 1.0)
    names = [
        f"{label(p)} with {count(p.views)} views ({percent(p.views / total)} of all)"
        for p in own.itertuples()
    ]
    if len(names) == 1:
        return f"There is one post: {names[0]}."
    return f"The most viewed are {listing(names)}."


# --- over time ------------------------------------------------------------------------------------


def timeline_caption(posts: pd.DataFrame) -> str:
    """State what views over time show."""
    if len(posts) < 9:
        return "Every post by time and views. So few posts show no level."
    if _all_equal(posts):
        return "Every post by time and views. All have the same number."
    wander = describe.change(posts).wander
    if describe.several(posts):
        return (
            "Every post by time and views, one colour per creator, with the median of her last "
            f"ten. Between its lowest and its highest point such a median typically moves by a "
            f"factor of {significant(wander, 2)}."
        )
    return (
        "Every post by time and views, with the median of the last ten. Between its lowest and "
        f"its highest point that median moves by a factor of {significant(wander, 2)}."
    )


def timeline_alt(posts: pd.DataFrame) -> str:
    """Describe the timeline to who cannot see it."""
    first, last = posts["posted_at"].min(), posts["posted_at"].max()
    if len(posts) == 1:
        return f"A single post, of {first:%Y-%m-%d}, by views on a log scale."
    return (
        f"Scatter of {plural(len(posts), 'post')} from {first:%Y-%m-%d} to {last:%Y-%m-%d} by "
        "views on a log scale, with a line for the rolling median of ten posts."
    )


def timeline_reading(posts: pd.DataFrame) -> str:
    """Say whether the account's level moved."""
    change = describe.change(posts)
    if not np.isfinite(change.factor):
        return "Too few posts to tell whether the account's level moved."
    if change.wander == 1:
        return "The level does not move at all."
    if change.wander > WANDERS:
        text = (
            "The level wanders: what was a strong post in one season is an ordinary one in "
            "another. A model that does not know the recent level starts with a handicap, and a "
            "rule that knows nothing else may be hard to beat."
        )
    else:
        text = (
            "The level stays in a narrow band. Knowing the recent posts then tells little that "
            "the overall median does not."
        )
    own = "Each creator measured by her own level, the" if describe.several(posts) else "The"
    moved = (
        f"{own} last third of the posts has {significant(change.factor, 2)} times the median views "
        "of the first"
    )
    if not np.isfinite(change.low):
        return f"{text} {moved}; with so few posts that carries no interval."
    span = f"(95 % interval {significant(change.low, 2)} to {significant(change.high, 2)})"
    if change.low > 1:
        return f"{text} {moved} {span}: the account has grown."
    if change.high < 1:
        return f"{text} {moved} {span}: the account has shrunk."
    return f"{text} {moved} {span}; that includes one, so no lasting rise or fall is established."


# --- rhythm ---------------------------------------------------------------------------------------


def rhythm_caption(posts: pd.DataFrame, timezone: str) -> str:
    """State when the creator posts."""
    known = describe.timed(posts)
    without = plural(len(posts) - len(known), "post", "posts")
    unknown = f" The hour of {without} is not known." if len(known) < len(posts) else ""
    posts, counts = known, describe.rhythm(known, timezone)
    days, hours = counts.sum(axis=1), counts.sum()
    if len(posts) < SHAPE:
        return (
            f"Posts by weekday and hour ({escape(timezone)}). "
            f"{plural(len(posts), 'post makes', 'posts make')} no habit yet.{unknown}"
        )
    start = busiest_hours(hours)
    held = sum(hours[(start + k) % 24] for k in range(6)) / len(posts)
    return (
        f"Posts by weekday and hour ({escape(timezone)}). The busiest six hours, from "
        f"{start:02d}:00 to {(start + 6) % 24:02d}:00, hold {percent(held)} of the posts; the "
        f"busiest day is {DAY_NAMES[days.idxmax()]} with {percent(days.max() / len(posts))}."
        f"{unknown}"
    )


def busiest_hours(hours: pd.Series, width: int = 6) -> int:
    """First hour of the `width` hours (round the clock) with most posts."""
    values = hours.to_numpy()
    return int(np.argmax([values.take(range(h, h + width), mode="wrap").sum() for h in range(24)]))


def rhythm_alt(posts: pd.DataFrame, timezone: str) -> str:
    """Describe the heatmap to who cannot see it."""
    filled = int((describe.rhythm(posts, timezone) > 0).to_numpy().sum())
    return (
        f"Heatmap of the number of posts by weekday and hour in {timezone}; posts fall into "
        f"{plural(filled, 'cell')} of 168."
    )


def rhythm_reading(posts: pd.DataFrame, timezone: str) -> str:
    """Say how much the grid can tell."""
    counts = describe.rhythm(posts, timezone).to_numpy()
    filled, most = int((counts > 0).sum()), int(counts.max())
    text = (
        f"Of the grid's {counts.size} cells, {filled} {'holds' if filled == 1 else 'hold'} a post "
        f"at all, and the fullest holds {most}."
    )
    if not most:
        return "The hour of no post is known, so there is no habit to be seen."
    if most < 8:
        return text + (
            " Averages of views in such cells would be noise, so this page shows when posts went "
            "up and makes no claim about the best time."
        )
    return text + (
        " A habit this firm leaves few posts at other times, so the record cannot say what would "
        "have happened there."
    )


# --- length ---------------------------------------------------------------------------------------


def lengths_caption(posts: pd.DataFrame) -> str:
    """State how length and views go together."""
    own = posts["duration_s"].dropna()
    if own.empty:
        return "No lengths are known."
    if len(own) == 1:
        return f"The only length that is known: {significant(own.max(), 2)} seconds."
    relation = describe.relation(posts, "duration_s")
    span = (
        f"{plural(len(own), 'post')} of {significant(own.min(), 2)} to {significant(own.max(), 2)} "
        "seconds."
    )
    level = " of each creator at a common level" if describe.several(posts) else ""
    return f"Views{level} by length, {span} {_spearman(relation)}"


def lengths_alt(posts: pd.DataFrame) -> str:
    """Describe the scatter of lengths to who cannot see it."""
    n = int(posts["duration_s"].notna().sum())
    return (
        f"Scatter of {plural(n, 'post')} by length in seconds and views, both on log scales, with "
        "the median of posts of like length."
    )


def lengths_reading(posts: pd.DataFrame) -> str:
    """Say whether longer videos are seen more."""
    relation = describe.relation(posts, "duration_s")
    if not relation.n:
        return (
            "This input holds no lengths, so length is not among the features. It can come from "
            "the video files, or from another export."
        )
    if not np.isfinite(relation.low):
        return "There are too few different posts to say whether length and views go together."
    if relation.low > 0:
        return (
            "Longer videos go together with more views on this account. That says nothing about "
            "stretching a video: what is worth more time may simply be worth more views."
        )
    if relation.high < 0:
        return (
            "Shorter videos go together with more views on this account. That says nothing about "
            "cutting a video: short and long ones differ in more than length."
        )
    return (
        "The interval includes zero: this record shows no steady rise or fall of views with "
        "length. A curve with a best length in the middle would not show in one correlation; the "
        "bands in the figure are there for that."
    )


def _spearman(relation: Relation) -> str:
    if not np.isfinite(relation.rho):
        return "A correlation cannot be computed."
    text = f"Spearman correlation {significant(relation.rho, 2)}"
    if not np.isfinite(relation.low):
        return f"{text}, too few posts for an interval."
    low, high = significant(relation.low, 2), significant(relation.high, 2)
    return f"{text} (95 % interval {low} to {high})."


# --- hashtags -------------------------------------------------------------------------------------


def _clear(table: pd.DataFrame) -> pd.DataFrame:
    return table[(table["low"] > 0) | (table["high"] < 0)]


def hashtags_caption(table: pd.DataFrame) -> str:
    """State what the figure of hashtags shows."""
    return (
        f"The {plural(len(table), 'most used hashtag')} (posts in brackets): views with it over "
        "views without it, relative to the account's level at the time. The interval of "
        f"{len(_clear(table))} of {len(table)} leaves out no difference."
    )


def hashtags_alt(table: pd.DataFrame) -> str:
    """Describe the hashtags' figure to who cannot see it."""
    return (
        f"Intervals for {plural(len(table), 'hashtag')}: the factor between views with and without "
        "each, shrunken towards one, beside the raw factor."
    )


def hashtags_reading(table: pd.DataFrame, n_posts: int, private: bool = False) -> str:
    """Say what can be said about hashtags, and how much of it chance alone would bring."""
    if n_posts < MIN_POSTS:
        return (
            f"Hashtags are compared from {MIN_POSTS} posts on. With {plural(n_posts, 'post')} a "
            "difference between hashtags would be an accident."
        )
    if table.empty:
        return (
            "No hashtag is on enough posts, with enough different posts without it, to compare "
            "them. Counting further would be reading tea leaves."
        )
    clear, chance = _clear(table), 0.2 * len(table)
    text = (
        f"The {plural(len(table), 'most used hashtag')} could be compared. If none mattered, about "
        f"{plural(round(chance), 'raw comparison')} at this level would still look like something."
    )
    if clear.empty:
        return text + (
            " After shrinking, none stands out: whatever the crosses in the figure suggest, this "
            "record cannot tell these hashtags apart from chance."
        )
    up, down = clear[clear["effect"] > 0], clear[clear["effect"] < 0]
    if private:
        return text + f" After shrinking, {plural(len(clear), 'stands', 'stand')} out."
    parts = []
    if len(up):
        verb = "goes" if len(up) == 1 else "go"
        names = _tags(up.sort_values("effect", ascending=False))
        parts.append(f"{names} still {verb} with more views")
    if len(down):
        verb = "goes" if len(down) == 1 else "go"
        parts.append(f"{_tags(down.sort_values('effect'))} still {verb} with fewer views")
    return text + (
        f" After shrinking, {'; and '.join(parts)}. A hashtag mostly marks a subject, so read this "
        "as a hint about subjects, not as advice about hashtags."
    )


def _tags(table: pd.DataFrame, most: int = 4) -> str:
    names = [f"{escape('#')}{excerpt(t, 30)}" for t in table["tag"].head(most)]
    more = len(table) - most
    return listing(names + ([f"{more} more"] if more > 0 else []))


# --- outcomes and features ------------------------------------------------------------------------


def outcomes_table(posts: pd.DataFrame) -> pd.DataFrame:
    """The table of outcomes as the page shows it."""
    table = describe.outcomes(posts)
    return pd.DataFrame(
        {
            "outcome": [OUTCOME_NAMES[name] for name in table["outcome"]],
            "posts with a value": table["posts"],
            "share": [percent(s) for s in table["share"]],
            "median": [
                percent(m) if n == "watched_full" and np.isfinite(m) else significant(m)
                for n, m in zip(table["outcome"], table["median"], strict=True)
            ],
        }
    )


def outcomes_caption(posts: pd.DataFrame) -> str:
    """State which outcomes there are."""
    table = describe.outcomes(posts).iloc[1:]
    have = [OUTCOME_NAMES[n] for n in table.loc[table["posts"] > 0, "outcome"]]
    lack = [OUTCOME_NAMES[n] for n in table.loc[table["posts"] == 0, "outcome"]]
    if not have:
        return "Views are the only outcome that this input holds."
    text = f"Besides views the input holds {listing(have)}"
    return f"{text}; it lacks {listing(lack)}." if lack else f"{text}: all that this book knows."


def features_table(ledger: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """The ledger as the page shows it, with the share of posts that have a value."""
    own = ledger[ledger["feature"].isin(features.columns)]
    filled = [percent(float(features[f].notna().mean())) for f in own["feature"]]
    return pd.DataFrame(
        {
            "feature": own["feature"].str.split("__").str[-1].str.replace("_", " "),
            "block": own["block"],
            "known": own["known"],
            "filled": filled,
            "unit": own["unit"],
            "what it is": own["definition"],
        }
    )


def features_caption(ledger: pd.DataFrame, features: pd.DataFrame) -> str:
    """State how many features there are, and when they are known."""
    own = ledger[ledger["feature"].isin(features.columns)]
    number = own["known"].value_counts()
    parts = [f"{n} known {k}" for k, n in number.items()]
    return f"The {len(own)} features of this chapter: {listing(parts)}."


def features_reading(ledger: pd.DataFrame, features: pd.DataFrame) -> str:
    """Say which features are empty, and whether any was not yet known."""
    own = ledger[ledger["feature"].isin(features.columns)]
    late = own[own["known"].str.startswith("after")]
    empty = [f for f in own["feature"] if features[f].notna().sum() == 0]
    text = "No feature in it was unknown when its post went up."
    if len(late):
        text = (
            f"{plural(len(late), 'feature')} in it **did not exist yet** when the post went up. "
            "They are here to replicate the study, and no forecast may use them."
        )
    if empty:
        names = listing([f.split("__")[-1].replace("_", " ") for f in empty][:8])
        text += (
            f" {plural(len(empty), 'feature is', 'features are')} empty for every post, because "
            f"the input does not say or its history is too short: {names}"
            f"{' …' if len(empty) > 8 else ''}."
        )
    return text


# --- the answer -----------------------------------------------------------------------------------


def answer(reading: PostsReading) -> str:
    """Answer the chapter's question: which posts, and can the record be trusted?"""
    posts, repairs = reading.posts, reading.repairs
    tail = describe.tail(posts)
    damaged = damage(repairs)
    number = damaged["severity"].value_counts()
    dropped, missing = int(number.get("row dropped", 0)), int(number.get("set missing", 0))
    changed = missing + int(number.get("repaired", 0))
    first, last = posts["posted_at"].min(), posts["posted_at"].max()
    span = (
        f"of {first:%Y-%m-%d}" if len(posts) == 1 else f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}"
    )
    text = f"We have **{plural(len(posts), 'post')}** {span}. "
    rows = f"{plural(dropped, 'row')} could not be used" if dropped else "every row could be used"
    values = f"{plural(changed, 'value')} had to be repaired or set missing"
    if not changed:
        values = "no value had to be changed"
    logged = "; each has a line in @tbl-repairs" if dropped or changed else ""
    text += f"{rows[0].upper()}{rows[1:]}, and {values}{logged}. "
    text += _trust(_touched(damaged), len(posts))
    if tail.n >= 10 and np.isfinite(tail.top_share):
        how = "unevenly" if tail.top_share > UNEVEN else "rather evenly"
        text += (
            f" Views are spread {how}: the top tenth of the posts holds {percent(tail.top_share)} "
            "of them."
        )
    return text


def _touched(damaged: pd.DataFrame) -> int:
    """How many rows the damage is in; a line about a whole column counts as one."""
    rows = damaged[["source", "row"]].drop_duplicates()
    return len(rows) - int(rows["row"].isna().sum()) + int(damaged["row"].isna().sum())


def _trust(lines: int, n: int) -> str:
    share = lines / max(n, 1)
    if share == 0:
        return "**The record can be trusted as it stands.**"
    if share < 0.1:
        return "**After these repairs the record can be trusted.**"
    if share < 0.4:
        return (
            "**The record is usable, with care**: look through the repairs before you lean on a "
            "single post."
        )
    return (
        "**The record is damaged.** A fresh export would be worth more than any model on this one."
    )
