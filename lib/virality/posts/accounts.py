"""Whose posts are these?  A report is about one creator, or knows that it is about several."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from virality.core.errors import UserError
from virality.core.text import listing, plural
from virality.posts.read import PostsReading, counted
from virality.posts.repairs import RANK, Log, Remark
from virality.posts.schema import UNKNOWN, validate_repairs
from virality.posts.text import visible

MAIN_SHARE = 0.9  # of the posts, from which one account is taken to be whose export it is
SHOWN = 5


def authors_of(reading: PostsReading) -> list[str]:
    """Authors of the posts, most posts first.

    Posts of an unknown author belong to the one that is named, where there is just one: one
    export says whose posts they are, another does not.
    """
    names = list(_of_one_account(reading).posts["author"].value_counts(sort=False).items())
    return [str(name) for name, _ in sorted(names, key=lambda pair: (-pair[1], str(pair[0])))]


def choose(reading: PostsReading, author: str = "", pool: bool = False) -> PostsReading:
    """Keep one creator's posts, or all where several are wanted in one report.

    Parameters
    ----------
    reading : PostsReading
        What was read, of any number of authors.
    author : str
        Keep this author's posts alone; "" keeps all.
    pool : bool
        Several authors are wanted together.

    Returns
    -------
    PostsReading
        Its notes count what was kept, and what was left out has a line in the repair log.

    Raises
    ------
    UserError
        When the author has no post, or when there are several authors and nothing says what to
        do with them.
    """
    reading = _of_one_account(reading)
    names = authors_of(reading)
    if author:
        if author not in names:
            raise UserError(f"No post is by “{visible(author)}”.", do=f"There are: {_few(names)}.")
        return _others_note(reading, author)
    if pool or len(names) == 1:
        return reading
    if (reading.posts["author"] == names[0]).mean() >= MAIN_SHARE:
        return _strangers_dropped(reading, names[0])
    raise UserError(
        f"These posts are by {plural(len(names), 'creator')} ({_few(names)}), and one report would "
        "mix them up.",
        do="For a report on each, side by side: --by author (make: BY=author). For one report "
        "that keeps them apart: --pool (make: POOL=1).",
    )


def _few(names: list[str]) -> str:
    shown = [visible(name) for name in names[:SHOWN]]
    more = len(names) - len(shown)
    return listing([*shown, *([f"{more} more"] if more else [])])


def _of_one_account(reading: PostsReading) -> PostsReading:
    posts = reading.posts
    names = set(posts["author"])
    if UNKNOWN not in names or len(names) != 2:
        return reading
    (named,) = names - {UNKNOWN}
    why = "the input does not say whose post it is; it is taken for the named account's"
    log = Log()
    for post in posts[posts["author"] == UNKNOWN].itertuples():
        log.tell(post, "author", why, "note", "", named)
    posts = posts.assign(author=posts["author"].where(posts["author"] != UNKNOWN, named))
    return _counted(replace(reading, posts=posts), log)


def _others_note(reading: PostsReading, author: str) -> PostsReading:
    """One author's posts, without the log lines that are about the others' posts."""
    others = reading.posts[reading.posts["author"] != author]
    if others.empty:
        return reading
    own = reading.repairs[~reading.repairs["post_id"].isin(set(others["post_id"])).fillna(False)]
    creators = plural(others["author"].nunique(), "other creator")
    why = f"{plural(len(others), 'post')} of {creators} are not part of this report"
    log = Log()
    log.add("", Remark(why, column="author", used=author))
    return _counted(replace(_only(reading, author), repairs=own), log)


def _strangers_dropped(reading: PostsReading, main: str) -> PostsReading:
    """Without the few posts that are by somebody else than nearly all."""
    log = Log()
    why = "by another account than nearly all posts; --pool or --by author would keep it"
    for post in reading.posts[reading.posts["author"] != main].itertuples():
        log.tell(post, "author", why, "row dropped", post.author)
    return _counted(_only(reading, main), log)


def _only(reading: PostsReading, author: str) -> PostsReading:
    posts = reading.posts
    return replace(reading, posts=posts[posts["author"] == author].reset_index(drop=True))


def _counted(reading: PostsReading, log: Log) -> PostsReading:
    """The reading with more lines in its log, and notes that count what is there now."""
    posts, twice = reading.posts, reading.snapshots
    if len(twice):
        twice = twice[twice["post_id"].isin(posts["post_id"])].reset_index(drop=True)
    lines = pd.concat([log.frame(), reading.repairs], ignore_index=True)
    order = lines["severity"].map(RANK).argsort(kind="stable")
    repairs = validate_repairs(lines.iloc[order].reset_index(drop=True))
    notes = reading.notes | counted(posts, repairs, twice, reading.notes["embargo_days"])
    return replace(reading, repairs=repairs, notes=notes, snapshots=twice)
