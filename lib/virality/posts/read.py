"""Read whatever a creator brings into the tidy posts table, and say what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from virality.core.bounds import within
from virality.core.embargo import had_time_to_grow
from virality.core.errors import UserError
from virality.core.text import listing, plural
from virality.posts import limits
from virality.posts.carried import carried
from virality.posts.carried import carry as carry_along
from virality.posts.clean import Cleaner
from virality.posts.headers import as_choice, parse_choice, same_name
from virality.posts.merge import enrich, known_followers, merge, one_spelling, read_series
from virality.posts.objects import LISTED
from virality.posts.platforms import TIKTOK, is_link, is_platform_id
from virality.posts.plausible import UNREAD, columns_of_zeros, kept_out, unlikely
from virality.posts.readers import listed, recognise
from virality.posts.readers.base import RawTable
from virality.posts.repairs import Log
from virality.posts.schema import OUTCOMES, SEVERITIES, validate_posts
from virality.posts.settling import growth
from virality.posts.source import Source, sources
from virality.posts.text import visible
from virality.posts.timing import known_zone

HELP = (
    "`data/README.md` lists the formats that can be read; --columns views=...,posted_at=... says "
    "which column is what."
)
WHICH_READING = "the latest reading that had settled is used, the middle one where none had"
#: What the notes of a reading hold, in this order.
NOTES = {
    "files": "names of the files that were read",
    "formats": "format by file",
    "columns": "by file: what each field is called there",
    "unused": "by file: columns that are not used",
    "authors": "number of posts by handle",
    "platforms": "number of posts by name",
    "n_posts": "usable posts",
    "n_dropped": "rows that could not be used",
    "severities": "number of lines in the repair log by severity",
    "outcomes": "the optional outcomes that some post has",
    "captured_at": 'when the numbers were read last, ISO or ""',
    "has_followers": "whether some post has a count of followers",
    "ignored": "by file: why it is not used",
    "n_rows": "rows that were read",
    "timezone": "the zone in which local times without ids are read",
    "zone_found": 'the zone in which local times agree with the video ids, or ""',
    "clock": 'whose hours local times are: "creator", "machine" or ""',
    "n_young": "posts that had not settled when they were read",
    "embargo_days": "age from which a post counts as settled",
    "enriched": "captions and links filled from files without views",
    "n_read_twice": "posts that were read at two times or more",
    "n_grown": "posts that were read in their first month and after it",
}


@dataclass
class PostsReading:
    """What came of reading.

    Attributes
    ----------
    posts : DataFrame
        The tidy table (`schema.POSTS`).
    repairs : DataFrame
        The repair log (`schema.REPAIRS`).
    notes : dict
        Facts for sentences, JSON-able: see `NOTES`.
    snapshots : DataFrame
        Every reading of posts that were read at least twice.
    followers : DataFrame
        The daily follower series, empty if there is none.
    carried : DataFrame
        Further columns that were asked for, as text; index post_id.
    """

    posts: pd.DataFrame
    repairs: pd.DataFrame
    notes: dict
    snapshots: pd.DataFrame = field(default_factory=pd.DataFrame)
    followers: pd.DataFrame = field(default_factory=pd.DataFrame)
    carried: pd.DataFrame = field(default_factory=pd.DataFrame)


def read_posts(
    paths: str | Path | Sequence[str | Path],
    timezone: str = "UTC",
    now: datetime | None = None,
    embargo_days: float = 7,
    columns: str | Mapping[str, str] = "",
    carry: Sequence[str] = (),
) -> PostsReading:
    """Read one or several exports of an account.

    Parameters
    ----------
    paths : str, Path or list of them
        Files, folders or archives, in any format of `readers.READERS`.
    timezone : str
        The creator's zone, for local times that no video id explains.
    now : datetime, optional
        What counts as the future; default is the present. Nothing else depends on the clock.
    embargo_days : float
        Posts younger than this when their numbers were read are noted.
    columns : str or dict of str to str
        Which column is what, where the user says it: see `headers.parse_choice`.
    carry : sequence of str
        Further columns to keep beside the posts, as the files call them.

    Returns
    -------
    PostsReading

    Raises
    ------
    UserError
        Nothing usable; says why and what to do.
    """
    known_zone(timezone)
    within("embargo_days", embargo_days, 0)
    chosen = parse_choice(columns) if isinstance(columns, str) else dict(columns)
    work = _Reading(timezone, _naive_utc(now), embargo_days)
    raws, ignored = work.recognised(paths, chosen, carry)
    by_role = {r: [t for t in raws if t.role == r] for r in ("posts", "enriches", "followers")}
    if not by_role["posts"]:
        raise _nothing(raws, ignored)
    posts, snapshots = work.merged(by_role["posts"])
    posts, enriched = work.enriched(posts, by_role["enriches"])
    posts, series = work.with_followers(posts, by_role["followers"])
    posts = validate_posts(posts)
    work.note_young(posts)
    work.note_marked(posts)
    work.note_unused(raws)
    repairs = work.log.frame()
    facts = counted(posts, repairs, snapshots, embargo_days) | {
        "files": sorted({r.source for r in raws}),
        "formats": {r.source: r.format for r in raws},
        "columns": {r.source: r.names for r in raws},
        "unused": {r.source: r.unused for r in raws if r.unused},
        "ignored": ignored,
        "n_rows": sum(map(len, by_role["posts"])),
        "timezone": timezone,
        "zone_found": work.zone,
        "clock": work.clock,
        "embargo_days": embargo_days,
        "enriched": enriched,
    }
    notes = {name: facts[name] for name in NOTES}
    beside = carried(posts, by_role["posts"], carry)
    return PostsReading(posts, repairs, notes, snapshots, series, beside)


def counted(
    posts: pd.DataFrame, repairs: pd.DataFrame, snapshots: pd.DataFrame, embargo_days: float
) -> dict:
    """The notes that the tables themselves tell.

    Parameters
    ----------
    posts, repairs, snapshots : DataFrame
        Of a `PostsReading`.
    embargo_days : float
        Age from which a post counts as settled.

    Returns
    -------
    dict
        See `NOTES`.
    """
    read = posts["captured_at"].dropna()
    return {
        "authors": {str(k): int(v) for k, v in posts["author"].value_counts().items()},
        "platforms": {str(k): int(v) for k, v in posts["platform"].value_counts().items()},
        "n_posts": len(posts),
        "n_dropped": int((repairs["severity"] == "row dropped").sum()),
        "severities": {s: int((repairs["severity"] == s).sum()) for s in SEVERITIES},
        "outcomes": [c for c in OUTCOMES if posts[c].notna().any()],
        "captured_at": read.max().isoformat() if len(read) else "",
        "has_followers": bool(posts["followers"].notna().any()),
        "n_young": len(_young(posts, embargo_days)),
        "n_read_twice": int(snapshots["post_id"].nunique()) if len(snapshots) else 0,
        "n_grown": int(growth(snapshots)["post_id"].nunique()),
    }


def _young(posts: pd.DataFrame, embargo_days: float) -> pd.DataFrame:
    """Posts whose views were still growing when they were read."""
    age = posts["captured_at"] - posts["posted_at"]
    return posts[~had_time_to_grow(age, embargo_days)]


class _Reading:
    """The work of `read_posts`, step by step, with the log that it fills."""

    def __init__(self, timezone: str, now: datetime, embargo_days: float):
        self.timezone, self.now, self.embargo_days = timezone, now, embargo_days
        self.log = Log()
        self.zone = self.clock = ""  # the first zone that local times fit, and whose clock it is

    def recognised(
        self, paths, chosen: dict[str, str], further: Sequence[str] = ()
    ) -> tuple[list[RawTable], dict[str, str]]:
        """What each file holds, and why others are not used."""
        raws: list[RawTable] = []
        ignored: dict[str, str] = {}
        errors = []
        choice = _Choice(chosen)
        for source in _named_apart(sources(paths)):
            try:
                choice.apply(source)
                found = recognise(source)
            except UserError as error:
                errors.append(error)
                ignored[source.name] = error.what
                continue
            carry_along(source, found, further)
            raws += found
            if sum(map(len, raws)) > limits.MAX_ROWS:
                raise limits.too_many(f"{limits.MAX_ROWS:,} rows", raws[-1].source)
            if not found:
                ignored[source.name] = _columns_seen(source)
        choice.refuse_unknown()
        if errors and not {r.role for r in raws} & {"posts", "enriches", "download"}:
            raise errors[0]
        for name, why in ignored.items():
            self.log.note(name, f"not used: {why}")
        return raws, ignored

    def merged(self, raws: list[RawTable]) -> tuple[pd.DataFrame, pd.DataFrame]:
        """One row a post without what was not measured, and the readings of these posts."""
        tables = []
        for raw in raws:
            cleaner = Cleaner(raw, self.timezone, self.now, self.log)
            tables.append(cleaner.run())
            if cleaner.zone and not self.zone:
                self.zone, self.clock = cleaner.zone, raw.clock
        posts, snapshots = merge(tables, self.log, self.embargo_days)
        posts = kept_out(one_spelling(posts), self.log)
        posts = columns_of_zeros(
            posts, lambda column: self.log.note("", UNREAD, column, "set missing")
        )
        posts = unlikely(posts, self.log)
        if posts.empty:
            do = _first_reason(self.log)
            raise UserError("No row can be used as a post.", where=_names(raws), do=do)
        own = snapshots["post_id"].isin(posts["post_id"])
        return posts, snapshots[own].reset_index(drop=True)

    def enriched(self, posts: pd.DataFrame, raws: list[RawTable]) -> tuple[pd.DataFrame, int]:
        """The posts with captions and links from tables without views; how many were filled."""
        enriched = 0
        for raw in raws:
            extra = Cleaner(raw, self.timezone, self.now, Log()).run()
            posts, filled = enrich(posts, extra)
            enriched += filled
            what = plural(filled, "missing caption or link", "missing captions and links")
            self.log.note(raw.source, f"has no views; it filled {what}")
        return posts, enriched

    def with_followers(self, posts: pd.DataFrame, raws: list[RawTable]):
        """The posts with what is known of followers, and the daily series."""
        series = pd.DataFrame(
            {"date": pd.Series(dtype="datetime64[us]"), "followers": pd.Series(dtype="Int64")}
        )
        for raw in raws:
            if len(posts["author"].unique()) > 1:
                why = "not used: the posts have several authors, a follower history has one"
                self.log.note(raw.source, why)
                continue
            new = read_series(raw, posts["posted_at"].max(), self.now)
            series = pd.concat([series, new]).drop_duplicates("date", keep="last")
        if not series.empty:
            series = series.sort_values("date", ignore_index=True)
            known = known_followers(posts, series, self.timezone)
            known = known.where(posts["platform"] == TIKTOK)  # the history is Studio's
            posts = posts.assign(followers=posts["followers"].fillna(known))
        return posts, series

    def note_young(self, posts: pd.DataFrame) -> None:
        for p in _young(posts, self.embargo_days).itertuples():
            days = (p.captured_at - p.posted_at) / pd.Timedelta(days=1)
            why = f"read {days:.1f} days after posting; the views were still growing"
            self.log.tell(p, "views", why, "note", p.views, p.views)

    def note_marked(self, posts: pd.DataFrame) -> None:
        marks = {"is_paid": "paid or promoted", "is_pinned": "pinned to the profile"}
        for column, what in marks.items():
            for p in posts[posts[column].fillna(False)].itertuples():
                why = f"marked as {what}; its views may not compare"
                self.log.tell(p, column, why, "note", "true", "true")

    def note_unused(self, raws: list[RawTable]) -> None:
        """One line for the columns that are not used, of all files that have the same."""
        same: dict[tuple, list[str]] = {}
        for raw in raws:
            if raw.unused:
                same.setdefault(tuple(raw.unused), []).append(raw.source)
        for unused, files in same.items():
            more = f" and {len(files) - 1} more" if len(files) > 1 else ""
            self.log.note(f"{files[0]}{more}", f"not used: {', '.join(unused)}")


class _Choice:
    """The columns that the user named, and which of them no file has."""

    def __init__(self, chosen: dict[str, str]):
        self.chosen = chosen
        self.missing = {header for header in chosen.values() if header}
        self.columns: dict[str, None] = {}

    def apply(self, source: Source) -> None:
        source.chosen = self.chosen
        if not self.chosen:
            return
        names = source.seen()
        self.columns |= dict.fromkeys(names)
        if source.is_json:  # the keys of a post, wherever the posts lie
            names = [*names, *(n.rpartition(".")[2] for n in names), LISTED]
        self.missing -= {h for h in self.missing if any(same_name(n, h) for n in names)}

    def refuse_unknown(self) -> None:
        if self.missing:
            raise UserError(
                f"There is no column {listing([repr(m[:60]) for m in sorted(self.missing)])}.",
                where=f"--columns {as_choice(self.chosen)}"[:200],
                do=f"The columns are: {', '.join(self.columns) or 'none'}.",
            )


def _named_apart(found: Iterator[Source]) -> Iterator[Source]:
    """Sources of one name with a number: every Studio export is called Content.csv."""
    seen: Counter = Counter()
    for source in found:
        seen[source.name] += 1
        if seen[source.name] > 1:
            source.name = f"{source.name} ({seen[source.name]})"
        yield source


# --- why not -------------------------------------------------------------------------------------


def _columns_seen(source: Source) -> str:
    names = [visible(n)[:60] for n in source.seen()]
    if source.is_json:
        return f"JSON, but no posts in it that are known (keys: {listed(names)})"
    if any(is_link(n) or is_platform_id(n) for n in names):
        return f"the first row holds data, not the names of columns ({listed(names[:6])})"
    return f"no column of views, or nothing that dates a post (columns: {listed(names)})"


def _nothing(raws: list[RawTable], ignored: dict[str, str]) -> UserError:
    if any(r.role in ("enriches", "download") for r in raws):
        return _only_the_download(raws)
    if raws:
        return UserError(
            "This holds daily totals, not posts.",
            where=_names(raws),
            do="Import Content.csv from the same export together with it. If each row is a post, "
            "say so: --columns views=... (make: COLUMNS=...).",
        )
    name, why = next(iter(ignored.items()), ("", "nothing to read"))
    return UserError(f"This is not recognised as posts: {why}.", where=name, do=HELP)


def _only_the_download(raws: list[RawTable]) -> UserError:
    """What TikTok sends on request is known, but it is not what a report needs."""
    posts = sum(len(r) for r in raws if r.role == "enriches")
    text = " as text" if any("text" in r.format for r in raws) else ""
    what = (
        "it holds no view counts and can only add to another export"
        if posts
        else "no list of your posts is in it, and it never holds view counts"
    )
    return UserError(
        f"This is the data that TikTok sends on request{text}: {what}.",
        where=_names(raws),
        do="Download Content.csv in TikTok Studio (Analytics, Content) and import that; "
        "ask for JSON instead of text to bring your captions and links along.",
    )


def _names(raws: list[RawTable]) -> str:
    return ", ".join(dict.fromkeys(r.source for r in raws))[:200]


def _first_reason(log: Log) -> str:
    line = next((line for line in log.lines if line[7] == "row dropped"), None)
    return "" if line is None else f"The first row that could not: row {line[1]}, {line[6]}."


def _naive_utc(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC).replace(tzinfo=None)
    return now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now
