"""What the data chapter says about the posts: their tail, level, rhythm, length and hashtags."""

from __future__ import annotations

from virality.core.protocol import MIN_POSTS
from virality.core.text import (
    capital,
    count,
    decimals,
    factor,
    listing,
    multiple,
    p_value,
    percent,
    plural,
    significant,
)
from virality.findings.data import (
    Concentration,
    Direction,
    Lean,
    Movement,
    Spread,
    Timeline,
    Views,
    Weight,
)
from virality.findings.habits import Habit, Hashtags, Lengths, Rhythm, Tag, Tags
from virality.findings.record import Record

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# --- how views fall -------------------------------------------------------------------------------


def tail_caption(spread: Spread) -> str:
    """State what the histogram shows."""
    if spread.n_posts == 1:
        return f"A single post, with {count(spread.median)} views."
    if spread.views is Views.NONE:
        return "No post has any view."
    if spread.views is Views.EQUAL:
        return f"All {plural(spread.n_posts, 'post')} have {count(spread.median)} views."
    return (
        f"Half of the posts have fewer than {count(spread.median)} views, the mean is "
        f"{count(spread.mean)}, and the most viewed has {count(spread.most)}. On the log scale, "
        "equal steps are equal factors."
    )


def tail_alt(spread: Spread) -> str:
    """Describe the histogram to who cannot see it."""
    if spread.views is not Views.VARIED:
        return f"A single bar: {plural(spread.n_posts, 'post')} at {count(spread.median)} views."
    return (
        f"Histogram of {plural(spread.n_posts, 'post')} by views on a log scale, from "
        f"{count(spread.least)} to {count(spread.most)}, with the median at "
        f"{count(spread.median)} and the mean at {count(spread.mean)}."
    )


def tail_reading(spread: Spread) -> str:
    """Say how heavy the tail is, and what the log scale makes of it."""
    if spread.n_posts != 1 and spread.views is not Views.VARIED:
        return "All posts have the same number of views, so there is nothing to explain in them."
    if spread.weight is None:
        number = plural(spread.n_posts, "post")
        return f"{number} cannot show what the tail of this account looks like."
    between = ""
    if spread.between_creators is not None:
        between = (
            f" {percent(spread.between_creators)} of that spread (the variance of log views) lies "
            "between the creators, not between the posts of one."
        )
    return (
        f"{_weight(spread)} Between a weak post and a strong one (the edges of the middle four "
        f"fifths) lies a factor of {significant(spread.strong_over_weak, 2)}.{between} "
        f"{_LEAN[spread.lean]}"
    )


def _weight(spread: Spread) -> str:
    ratio = factor(spread.mean_over_median)
    if spread.weight is Weight.HEAVY:
        return (
            f"The tail is heavy. The mean is {ratio} the median, so it describes no post in "
            "particular: a few outliers make it."
        )
    if spread.weight is Weight.MODERATE:
        return f"The tail is moderately heavy: the mean is {ratio} the median."
    return "The tail is light: mean and median nearly agree, so no few posts dominate."


_LEAN = {
    Lean.NEITHER: "On the log scale the picture is nearly symmetric, which is why the whole book "
    "predicts log views.",
    Lean.LEFT: "Even on the log scale it leans to the left: there are posts that hardly anyone was "
    "shown. Log views help, but they do not tame everything.",
    Lean.RIGHT: "Even on the log scale it leans to the right: the hits are exceptional even for "
    "this account. Log views help, but they do not tame everything.",
}


def concentration_caption(top: Concentration) -> str:
    """State what the curve of concentration shows."""
    if top.views is Views.NONE:
        return "There are no views to share out, so there is no curve to draw."
    if top.views is Views.ONE:
        return "A single post holds all the views, so there is no curve to draw yet."
    if top.views is Views.EQUAL:
        return "Every post has the same share of the views, so the curve would be a straight line."
    which = f"{plural(top.n_top, 'post')} of {top.n_posts:,} hold"
    if top.n_top == 1:
        which = f"post of {top.n_posts:,} holds"
    return (
        f"The most viewed {which} {percent(top.top_share)} of all views. On the dotted line every "
        "post would have the same."
    )


def concentration_alt(top: Concentration) -> str:
    """Describe the curve to who cannot see it."""
    return (
        "A curve of the share of all views against the share of posts, most viewed first; the most "
        f"viewed tenth of posts holds {percent(top.top_share)} of the views."
    )


def hits(spread: Spread) -> str:
    """Name the most viewed posts."""
    if spread.views is Views.NONE:
        return "No post has any view, so none can be named as the most viewed."
    if spread.views is Views.EQUAL:
        return f"All posts have the same number of views: {count(spread.most)}."
    names = listing(
        [f"{h.post} with {count(h.views)} views ({percent(h.share)} of all)" for h in spread.hits]
    )
    if spread.views is Views.ONE:
        return f"There is one post: {names}."
    return f"The most viewed are {names}."


# --- the level over time --------------------------------------------------------------------------


def timeline_caption(timeline: Timeline) -> str:
    """State what views over time show."""
    if timeline.movement is Movement.TOO_FEW:
        return "Every post by time and views. So few posts show no level."
    if timeline.equal:
        return "Every post by time and views. All have the same number."
    if timeline.movement is Movement.UNKNOWN:
        return "Every post by time and views. So few posts of each history show no level."
    moves = f"moves by a factor of {significant(timeline.change.wander, 2)}."
    if timeline.several:
        return (
            "Every post by time and views, one colour per creator, with the median of her last "
            f"ten. Between its lowest and its highest point such a median typically {moves}"
        )
    return (
        "Every post by time and views, with the median of the last ten. Between its lowest and "
        f"its highest point that median {moves}"
    )


def timeline_alt(record: Record) -> str:
    """Describe the timeline to who cannot see it."""
    if record.n_posts == 1:
        return f"A single post, of {record.first}, by views on a log scale."
    return (
        f"Scatter of {plural(record.n_posts, 'post')} from {record.first} to {record.last} by "
        "views on a log scale, with a line for the rolling median of ten posts."
    )


_MOVEMENT = {
    Movement.WANDERS: "The level wanders by more than luck: what was a strong post in one season "
    "is an ordinary one in another. Whether that makes the last posts a good forecast of the next "
    "one, the chapter on [baselines](baselines.ipynb) tests. ",
    Movement.NARROW: "The level moves by more than luck, but in a narrow band. Knowing the recent "
    "posts then tells little that the overall median does not. ",
    Movement.UNKNOWN: "",
}


def timeline_reading(timeline: Timeline) -> str:
    """Say whether the account's level moved."""
    if timeline.movement is Movement.TOO_FEW:
        return "Too few posts to tell whether the account's level moved."
    if timeline.movement is Movement.STILL:
        return "The level does not move at all."
    change = timeline.change
    movement = (
        "Nothing shows that the level moves: in random order the same posts wander as much (p "
        f"{p_value(change.luck)}). "
        if timeline.movement is Movement.LUCK
        else _MOVEMENT[timeline.movement]
    )
    text = (
        f"{movement}"
        f"{'Each creator measured by her own level, the' if timeline.several else 'The'} last "
        f"third of the posts has {significant(change.factor, 2)} times the median views of the "
        "first"
    )
    if timeline.trend is Direction.UNSURE:
        return f"{text}; with so few posts that carries no interval."
    text += f" (95 % interval {significant(change.low, 2)} to {significant(change.high, 2)})"
    if timeline.trend is Direction.OPEN:
        return f"{text}; that includes one, so no lasting rise or fall is established."
    return f"{text}: the account has {'grown' if timeline.trend is Direction.ABOVE else 'shrunk'}."


# --- rhythm ---------------------------------------------------------------------------------------


def rhythm_caption(rhythm: Rhythm) -> str:
    """State when the creator posts."""
    text = f"Posts by weekday and hour ({rhythm.zone})."
    if busiest := rhythm.busiest:
        text += (
            f" The busiest six hours, from {busiest.start:02d}:00 to {busiest.end:02d}:00, hold "
            f"{percent(busiest.hours_share)} of the posts; the busiest day is "
            f"{WEEKDAYS[busiest.weekday]} with {percent(busiest.weekday_share)}."
        )
    else:
        text += f" {plural(rhythm.n_timed, 'post makes', 'posts make')} no habit yet."
    if rhythm.n_untimed:
        text += f" The hour of {plural(rhythm.n_untimed, 'post')} is not known."
    return text


def rhythm_alt(rhythm: Rhythm) -> str:
    """Describe the heatmap to who cannot see it."""
    zone = rhythm.zone.raw  # not Markdown: `pieces.figure` makes it an attribute
    return (
        f"Heatmap of the number of posts by weekday and hour in {zone}; posts fall into "
        f"{plural(rhythm.n_filled, 'cell')} of {rhythm.n_cells}."
    )


def rhythm_reading(rhythm: Rhythm) -> str:
    """Say how much the grid can tell."""
    if rhythm.habit is Habit.UNKNOWN:
        return "The hour of no post is known, so there is no habit to be seen."
    text = (
        f"Of the grid's {rhythm.n_cells} cells, {plural(rhythm.n_filled, 'holds', 'hold')} a post "
        f"at all, and the fullest holds {rhythm.most}."
    )
    if rhythm.habit is Habit.LOOSE:
        return text + (
            " Averages of views in such cells would be noise, so this page shows when posts went "
            "up and makes no claim about the best time."
        )
    return text + (
        " A habit this firm leaves few posts at other times, so the record cannot say what would "
        "have happened there."
    )


# --- length ---------------------------------------------------------------------------------------


def lengths_caption(lengths: Lengths) -> str:
    """State how length and views go together."""
    if not lengths.n_posts:
        return "No lengths are known."
    shortest, longest = significant(lengths.shortest, 2), significant(lengths.longest, 2)
    if lengths.n_posts == 1:
        return f"The only length that is known: {longest} seconds."
    level = " of each creator at a common level" if lengths.several else ""
    return (
        f"Views{level} by length, {plural(lengths.n_posts, 'post')} of {shortest} to {longest} "
        f"seconds. {_spearman(lengths)}"
    )


def _spearman(lengths: Lengths) -> str:
    if lengths.rho is None:
        return "A correlation cannot be computed."
    text = f"Spearman correlation {decimals(lengths.rho)}"
    if lengths.direction is Direction.UNSURE:
        return f"{text}, too few posts for an interval."
    low, high = decimals(lengths.low), decimals(lengths.high)
    return f"{text} (95 % interval {low} to {high})."


def lengths_alt(lengths: Lengths) -> str:
    """Describe the scatter of lengths to who cannot see it."""
    return (
        f"Scatter of {plural(lengths.n_posts, 'post')} by length in seconds and views, both on log "
        "scales, with the median of posts of like length."
    )


_LENGTH = {
    Direction.UNSURE: "There are too few different posts to say whether length and views go "
    "together.",
    Direction.ABOVE: "Longer videos go together with more views on this account. That says nothing "
    "about stretching a video: what is worth more time may simply be worth more views.",
    Direction.BELOW: "Shorter videos go together with more views on this account. That says "
    "nothing about cutting a video: short and long ones differ in more than length.",
    Direction.OPEN: "The interval includes zero: this record shows no steady rise or fall of views "
    "with length. A curve with a best length in the middle would not show in one correlation; the "
    "bands in the figure are there for that.",
}


def lengths_reading(lengths: Lengths) -> str:
    """Say whether longer videos are seen more."""
    if not lengths.n_posts:
        return (
            "This input holds no lengths, so length is not among the features. It can come from "
            "the video files, or from another export."
        )
    return _LENGTH[lengths.direction]


# --- hashtags -------------------------------------------------------------------------------------


def hashtags_caption(hashtags: Hashtags) -> str:
    """State what the figure of hashtags shows."""
    return (
        f"{capital(_compared(hashtags))} (posts in brackets): views with over views without, "
        "relative to the account's level at the time, with 95 % intervals. "
        f"{hashtags.n_clear} of {hashtags.n_tags} lie clear of no difference."
    )


def _compared(hashtags: Hashtags) -> str:
    text = f"the {plural(hashtags.n_names, 'most used hashtag')}"
    if hashtags.n_tags == hashtags.n_names:
        return text
    return f"{text}, of which those on the same posts count as one, which leaves {hashtags.n_tags}"


def hashtags_alt(hashtags: Hashtags) -> str:
    """Describe the hashtags' figure to who cannot see it."""
    return (
        f"95 % intervals for {plural(hashtags.n_tags, 'hashtag')}: the factor between views with "
        "and without each, shrunken towards one, beside the raw factor."
    )


def hashtags_reading(hashtags: Hashtags) -> str:
    """Say what can be said about hashtags, and how much of it chance alone would bring."""
    if hashtags.verdict is Tags.TOO_FEW_POSTS:
        return (
            f"Hashtags are compared from {MIN_POSTS} posts on. With "
            f"{plural(hashtags.n_posts, 'post')} a difference between hashtags would be an "
            "accident."
        )
    if hashtags.verdict is Tags.NONE_COMPARABLE:
        return (
            "No hashtag is on enough posts, with enough different posts without it, to compare "
            "them. Counting further would be reading tea leaves."
        )
    text = (
        f"Compared were {_compared(hashtags)}. If none mattered, about one raw comparison in "
        "twenty would still look like something."
    )
    if hashtags.verdict is Tags.NONE_CLEAR:
        return text + (
            " After shrinking, none stands out: whatever the crosses in the figure suggest, this "
            "record cannot tell these hashtags apart from chance."
        )
    sides = ((hashtags.more, "more"), (hashtags.fewer, "fewer"))
    parts = [
        f"with {side} views still {'goes' if len(tags) == 1 else 'go'} {_tags(tags)}"
        for tags, side in sides
        if tags
    ]
    if not parts:  # withheld on private pages
        return f"{text} After shrinking, {plural(hashtags.n_clear, 'stands', 'stand')} out."
    return (
        f"{text} After shrinking, {'; '.join(parts)}. A hashtag mostly marks a subject, so "
        "read this as a hint about subjects, not as advice about hashtags."
    )


def _tags(tags: tuple[Tag, ...]) -> str:
    return listing([f"{_named(tag)} ({_times(tag)})" for tag in tags], most=4)


def _named(tag: Tag) -> str:
    return listing([name.excerpt(31) for name in tag.names], most=3)


def _times(tag: Tag) -> str:
    ends = f"{multiple(tag.times.low)} to {multiple(tag.times.high)}"
    return f"{multiple(tag.times.value)}, {ends}, {plural(tag.n, 'post')}"
