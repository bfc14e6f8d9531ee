"""Read whatever a creator brings into the tidy posts table, and say what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from virality.book.prose import plural
from virality.bounds import within
from virality.errors import UserError
from virality.posts import limits
from virality.posts.clean import Cleaner
from virality.posts.files import sources
from virality.posts.followers import known_followers, read_series
from virality.posts.merge import enrich, merge
from virality.posts.parse import visible
from virality.posts.readers import JSON_READERS, TABLE_READERS, RawTable
from virality.posts.repairs import Log
from virality.posts.schema import OUTCOMES, SEVERITIES, UNKNOWN, validate_posts
from virality.posts.source import Source
from virality.posts.timing import known_zone

HELP = "`data/README.md` lists the formats that can be read."


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
        Facts for sentences, JSON-able: see `read_posts`.
    snapshots : DataFrame
        Every reading of posts that were read at least twice.
    followers : DataFrame
        The daily follower series, empty if there is none.
    """

    posts: pd.DataFrame
    repairs: pd.DataFrame
    notes: dict
    snapshots: pd.DataFrame = field(default_factory=pd.DataFrame)
    followers: pd.DataFrame = field(default_factory=pd.DataFrame)


def read_posts(
    paths: str | Path | Sequence[str | Path],
    timezone: str = "UTC",
    now: datetime | None = None,
    embargo_days: float = 7,
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

    Returns
    -------
    PostsReading
        `notes` holds: files, formats (dict file to format), ignored (dict file to reason), authors
        (dict handle to number of posts), n_rows, n_posts, n_dropped, severities (dict), zone_found,
        timezone, outcomes (list of the optional outcomes that some post has), captured_at (ISO or
        ""), n_young, embargo_days, enriched, has_followers, n_read_twice.

    Raises
    ------
    UserError
        Nothing usable; says why and what to do.
    """
    known_zone(timezone)
    within("embargo_days", embargo_days, 0)
    now = _naive_utc(now)
    log = Log()
    raws, ignored = _recognise_all(paths, log)
    by_role = {r: [t for t in raws if t.role == r] for r in ("posts", "enriches", "followers")}
    if not by_role["posts"]:
        raise _nothing(raws, ignored)
    tables, zones = [], []
    for raw in by_role["posts"]:
        cleaner = Cleaner(raw, timezone, now, log)
        tables.append(cleaner.run())
        zones.append(cleaner.zone)
    posts, snapshots = merge(tables, log)
    if posts.empty:
        raise UserError(
            "No row can be used as a post.", where=_names(by_role["posts"]), do=_first_reason(log)
        )
    enriched = 0
    for raw in by_role["enriches"]:
        posts, filled = enrich(posts, Cleaner(raw, timezone, now, Log()).run())
        enriched += filled
        what = plural(filled, "missing caption or link", "missing captions and links")
        why = f"has no views; it filled {what}"
        log.add(raw.source, None, None, "", "", "", why, "note")
    posts, series = _add_followers(posts, by_role["followers"], timezone, now, log)
    posts = validate_posts(posts)
    young = _note_young(posts, embargo_days, log)
    _note_marked(posts, log)
    repairs = log.frame()
    notes = {
        "files": sorted({r.source for r in raws}),
        "formats": {r.source: r.format for r in raws},
        "ignored": ignored,
        "authors": {str(k): int(v) for k, v in posts["author"].value_counts().items()},
        "n_rows": sum(len(r) for r in by_role["posts"]),
        "n_posts": len(posts),
        "n_dropped": int((repairs["severity"] == "row dropped").sum()),
        "severities": {s: int((repairs["severity"] == s).sum()) for s in SEVERITIES},
        "timezone": timezone,
        "zone_found": next((z for z in zones if z), ""),
        "outcomes": [c for c in OUTCOMES if posts[c].notna().any()],
        "captured_at": ""
        if posts["captured_at"].isna().all()
        else posts["captured_at"].max().isoformat(),
        "n_young": young,
        "embargo_days": embargo_days,
        "enriched": enriched,
        "has_followers": bool(posts["followers"].notna().any()),
        "n_read_twice": int(snapshots["post_id"].nunique()),
    }
    return PostsReading(posts, repairs, notes, snapshots, series)


def check(paths: str | Path | Sequence[str | Path], timezone: str = "UTC", **options) -> str:
    """The verdict on an input, in plain text for a terminal.

    Parameters
    ----------
    paths, timezone
        As in `read_posts`, which also takes the further options.

    Returns
    -------
    str
        What was recognised, what can be used, what was repaired, and what a report can say.

    Raises
    ------
    UserError
        Nothing usable.
    """
    reading = read_posts(paths, timezone, **options)
    return verdict(reading)


def verdict(reading: PostsReading) -> str:
    """A reading in plain text: see `check`."""
    posts, notes = reading.posts, reading.notes
    lines = [f"{visible(f)}: {kind}" for f, kind in notes["formats"].items()][:20]
    lines += [f"{visible(f)}: not used ({why})" for f, why in notes["ignored"].items()][:20]
    who = ", ".join(_called(a) for a in list(notes["authors"])[:5])
    more = f" and {len(notes['authors']) - 5} more" if len(notes["authors"]) > 5 else ""
    lines += [
        "",
        f"{plural(len(posts), 'usable post')} of {plural(notes['n_rows'], 'row')}, by {who}{more}",
        _verdict_range(posts),
        f"besides views: {', '.join(notes['outcomes']) or 'no other outcome'}",
    ]
    if notes["zone_found"] and notes["zone_found"] != notes["timezone"]:
        lines.append(f"local times fit the zone {notes['zone_found']}: pass it as the time zone")
    if notes["n_read_twice"]:
        twice = plural(notes["n_read_twice"], "post was", "posts were")
        lines.append(f"{twice} read at two times: a report shows how fast their views settle")
    if len(notes["authors"]) > 1:
        lines.append("several creators: a report on each with --by author, one on all with --pool")
    lines += ["", *_verdict_repairs(reading.repairs), "", _verdict_size(len(posts))]
    return "\n".join(lines)


def _called(author: str) -> str:
    return "an account that is not named" if author == UNKNOWN else f"@{visible(author)}"


def _verdict_range(posts: pd.DataFrame) -> str:
    first, last = posts["posted_at"].min(), posts["posted_at"].max()
    if len(posts) == 1:
        return f"of {first:%Y-%m-%d}, with {plural(int(posts['views'].max()), 'view')}"
    return (
        f"from {first:%Y-%m-%d} to {last:%Y-%m-%d}, "
        f"{posts['views'].min():,} to {posts['views'].max():,} views"
    )


def _verdict_repairs(repairs: pd.DataFrame, most: int = 40) -> list[str]:
    if repairs.empty:
        return ["Nothing had to be repaired."]
    lines = [f"{plural(len(repairs), 'line')} in the repair log:"]
    for r in repairs.head(most).itertuples():
        row = "all rows" if pd.isna(r.row) else f"row {r.row}"
        change = f"{r.found!r} -> {r.used!r}" if r.used else repr(r.found)
        shown = f" {change}" if r.found else ""
        lines.append(f"  [{r.severity}] {r.source}, {row}, {r.column}:{shown} {r.why}")
    if len(repairs) > most:
        lines.append(f"  ... and {len(repairs) - most:,} more")
    return lines


def _verdict_size(n: int) -> str:
    if n < 30:
        return "Verdict: readable. With fewer than 30 posts a report describes and does not model."
    if n < 80:
        return "Verdict: readable. With fewer than 80 posts the models are indicative only."
    return "Verdict: readable, and enough posts to model."


# --- steps --------------------------------------------------------------------------------------


def _recognise_all(paths, log: Log) -> tuple[list[RawTable], dict[str, str]]:
    raws, ignored, errors, seen = [], {}, [], Counter()
    for source in sources(paths):
        seen[source.name] += 1
        if seen[source.name] > 1:  # every Studio export is called Content.csv
            source.name = f"{source.name} ({seen[source.name]})"
        try:
            found = recognise(source)
        except UserError as error:
            errors.append(error)
            ignored[source.name] = error.what
            continue
        raws += found
        _refuse_masses(raws)
        if not found:
            ignored[source.name] = _columns_seen(source)
    if errors and not any(r.role == "posts" for r in raws):
        raise errors[0]
    for name, why in ignored.items():
        log.add(name, None, None, "", "", "", f"not used: {why}", "note")
    return raws, ignored


def _refuse_masses(raws: list[RawTable]) -> None:
    if sum(map(len, raws)) > limits.MAX_ROWS:
        raise limits.too_many(f"{limits.MAX_ROWS:,} rows", raws[-1].source)


def recognise(source: Source) -> list[RawTable]:
    """Read one source with the reader, or the JSON readers, that recognise it; [] if none does."""
    if source.is_json:
        return [r.read(source) for r in JSON_READERS if r.sniff(source)]
    reader = next((r for r in TABLE_READERS if r.sniff(source)), None)
    return [reader.read(source)] if reader else []


def _columns_seen(source: Source) -> str:
    if source.is_json:
        return "JSON, but no posts in it that are known"
    if source.table is None:
        return "not in a format that is known"
    shown = ", ".join(h for h in source.table.header[:12] if h)[:200]
    return f"no column of views, or nothing that dates a post (columns: {shown})"


def _nothing(raws: list[RawTable], ignored: dict[str, str]) -> UserError:
    if any(r.role == "enriches" for r in raws):
        return UserError(
            "The download of your data holds no view counts; it can only add to another export.",
            where=_names(raws),
            do="Import TikTok Studio's Content.csv together with it.",
        )
    if raws:
        return UserError(
            "This holds daily totals, not posts.",
            where=_names(raws),
            do="Import Content.csv from the same export together with it.",
        )
    name, why = next(iter(ignored.items()), ("", "nothing to read"))
    return UserError(f"This is not recognised as posts: {why}.", where=name, do=HELP)


def _names(raws: list[RawTable]) -> str:
    return ", ".join(dict.fromkeys(r.source for r in raws))[:200]


def _first_reason(log: Log) -> str:
    line = next((line for line in log.lines if line[7] == "row dropped"), None)
    return "" if line is None else f"The first row that could not: row {line[1]}, {line[6]}."


def _add_followers(posts, raws, timezone, now, log):
    series = pd.DataFrame(
        {"date": pd.Series(dtype="datetime64[us]"), "followers": pd.Series(dtype="Int64")}
    )
    for raw in raws:
        if len(posts["author"].unique()) > 1:
            why = "not used: the posts have several authors, a follower history has one"
            log.add(raw.source, None, None, "", "", "", why, "note")
            continue
        new = read_series(raw, posts["posted_at"].max(), now)
        series = pd.concat([series, new]).drop_duplicates("date", keep="last")
    if not series.empty:
        series = series.sort_values("date", ignore_index=True)
        posts = posts.assign(
            followers=posts["followers"].fillna(known_followers(posts, series, timezone))
        )
    return posts, series


def _note_young(posts: pd.DataFrame, embargo_days: float, log: Log) -> int:
    """Note posts whose views were still growing when they were read; return their number."""
    limit = pd.Timedelta(days=embargo_days)
    age = posts["captured_at"] - posts["posted_at"]
    young = posts[age < limit]
    for p in young.itertuples():
        days = (p.captured_at - p.posted_at) / pd.Timedelta(days=1)
        why = f"read {days:.1f} days after posting; the views were still growing"
        log.add(p.source, p.source_row, p.post_id, "views", p.views, p.views, why, "note")
    return len(young)


def _note_marked(posts: pd.DataFrame, log: Log) -> None:
    for column, what in (("is_paid", "paid or promoted"), ("is_pinned", "pinned to the profile")):
        for p in posts[posts[column].fillna(False)].itertuples():
            why = f"marked as {what}; its views may not compare"
            log.add(p.source, p.source_row, p.post_id, column, "true", "true", why, "note")


def _naive_utc(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC).replace(tzinfo=None)
    return now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now
