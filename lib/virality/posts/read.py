"""Read whatever a creator brings into the tidy posts table, and say what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from virality.core.bounds import within
from virality.core.embargo import had_time_to_grow
from virality.core.errors import UserError
from virality.core.text import listing, plural
from virality.posts import limits
from virality.posts.clean import Cleaner
from virality.posts.columns import as_choice, parse_choice, same_name
from virality.posts.files import sources
from virality.posts.followers import known_followers, read_series
from virality.posts.ids import is_link, is_platform_id
from virality.posts.merge import enrich, merge, one_spelling
from virality.posts.parse import visible
from virality.posts.platforms import TIKTOK, listed
from virality.posts.readers import JSON_READERS, TABLE_READERS, TEXT_READERS, RawTable
from virality.posts.readers.base import RecordReader
from virality.posts.repairs import Log
from virality.posts.schema import OUTCOMES, SEVERITIES, UNKNOWN, validate_posts
from virality.posts.shapes import LISTED
from virality.posts.source import Source
from virality.posts.timing import known_zone
from virality.posts.zeros import UNREAD, columns_of_zeros, kept_out, unlikely

HELP = (
    "`data/README.md` lists the formats that can be read; --columns views=...,posted_at=... says "
    "which column is what."
)
WHICH_READING = "the latest reading that had settled is used, the middle one where none had"
DAILY = "Studio daily series"


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
    columns: str | Mapping[str, str] = "",
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
        Which column is what, where the user says it: see `columns.parse_choice`.

    Returns
    -------
    PostsReading
        `notes` holds: files, formats (dict file to format), ignored (dict file to reason), columns
        (dict file to a dict of what each field is called there), authors (dict handle to number of
        posts), platforms (dict name to number of posts), n_rows, n_posts, n_dropped, severities
        (dict), zone_found, timezone, outcomes (list of the optional outcomes that some post has),
        captured_at (ISO or ""), n_young, embargo_days, enriched, has_followers, n_read_twice,
        clock ("creator", "machine" or "": whose hours local times are), unused (dict file to list
        of columns).

    Raises
    ------
    UserError
        Nothing usable; says why and what to do.
    """
    known_zone(timezone)
    within("embargo_days", embargo_days, 0)
    now = _naive_utc(now)
    log = Log()
    chosen = parse_choice(columns) if isinstance(columns, str) else dict(columns)
    raws, ignored = _recognise_all(paths, log, chosen)
    by_role = {r: [t for t in raws if t.role == r] for r in ("posts", "enriches", "followers")}
    if not by_role["posts"]:
        raise _nothing(raws, ignored)
    tables, zone, clock = _cleaned(by_role["posts"], timezone, now, log)
    posts, snapshots = _merged(tables, embargo_days, log)
    if posts.empty:
        raise UserError(
            "No row can be used as a post.", where=_names(by_role["posts"]), do=_first_reason(log)
        )
    posts, enriched = _enriched(posts, by_role["enriches"], timezone, now, log)
    posts, series = _add_followers(posts, by_role["followers"], timezone, now, log)
    posts = validate_posts(posts)
    young = _note_young(posts, embargo_days, log)
    _note_marked(posts, log)
    _note_unused(raws, log)
    repairs = log.frame()
    notes = _facts(posts, repairs, raws) | {
        "ignored": ignored,
        "n_rows": sum(len(r) for r in by_role["posts"]),
        "timezone": timezone,
        "zone_found": zone,
        "clock": clock,
        "n_young": young,
        "embargo_days": embargo_days,
        "enriched": enriched,
        "n_read_twice": int(snapshots["post_id"].nunique()),
    }
    return PostsReading(posts, repairs, notes, snapshots, series)


def _facts(posts: pd.DataFrame, repairs: pd.DataFrame, raws: list[RawTable]) -> dict:
    """What the tables themselves say, for sentences."""
    read = posts["captured_at"].dropna()
    return {
        "files": sorted({r.source for r in raws}),
        "formats": {r.source: r.format for r in raws},
        "columns": {r.source: r.names for r in raws},
        "unused": {r.source: r.unused for r in raws if r.unused},
        "authors": {str(k): int(v) for k, v in posts["author"].value_counts().items()},
        "platforms": {str(k): int(v) for k, v in posts["platform"].value_counts().items()},
        "n_posts": len(posts),
        "n_dropped": int((repairs["severity"] == "row dropped").sum()),
        "severities": {s: int((repairs["severity"] == s).sum()) for s in SEVERITIES},
        "outcomes": [c for c in OUTCOMES if posts[c].notna().any()],
        "captured_at": read.max().isoformat() if len(read) else "",
        "has_followers": bool(posts["followers"].notna().any()),
    }


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
    lines += [
        f"not used in {visible(f)}: {', '.join(columns)}"
        for f, columns in list(notes["unused"].items())[:5]
    ]
    if notes["zone_found"] and notes["zone_found"] != notes["timezone"]:
        lines.append(_verdict_zone(notes))
    if notes["n_read_twice"]:
        twice = plural(notes["n_read_twice"], "post was", "posts were")
        lines.append(f"{twice} read at two times: {WHICH_READING}")
        lines.append("a report shows how fast views settle on this account")
    if set(notes["platforms"]) != {TIKTOK}:
        counts = [f"{listed([name])} {n:,}" for name, n in notes["platforms"].items()]
        apart = "; the momentum of each is kept apart" if len(counts) > 1 else ""
        lines.append(f"platforms: {', '.join(counts)}{apart}")
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


def _verdict_zone(notes: dict) -> str:
    found = notes["zone_found"]
    if notes["clock"] == "creator":
        return f"local times fit the zone {found}: pass it as the time zone"
    return (
        f"local times fit the zone {found}, which may be a scraper's; hours are those of "
        f"{notes['timezone']}. If the creator lives there: --timezone {found}"
    )


def _verdict_repairs(repairs: pd.DataFrame, most: int = 40) -> list[str]:
    if repairs.empty:
        return ["Nothing had to be repaired."]
    lines = [f"{plural(len(repairs), 'line')} in the repair log:"]
    for r in repairs.head(most).itertuples():
        row = "all rows" if pd.isna(r.row) else f"row {r.row}"
        change = f"{r.found!r} -> {r.used!r}" if r.used else repr(r.found)
        shown = f" {change}" if r.found else ""
        where = ", ".join(filter(None, (r.source, row, r.column)))
        lines.append(f"  [{r.severity}] {where}:{shown} {r.why}")
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


def _recognise_all(paths, log: Log, chosen) -> tuple[list[RawTable], dict[str, str]]:
    raws, ignored, errors, seen = [], {}, [], Counter()
    missing, columns = {h for h in chosen.values() if h}, {}
    for source in sources(paths):
        source.chosen = chosen
        seen[source.name] += 1
        if seen[source.name] > 1:  # every Studio export is called Content.csv
            source.name = f"{source.name} ({seen[source.name]})"
        try:
            if chosen:
                names = source.seen()
                columns |= dict.fromkeys(names)
                if source.is_json:  # the keys of a post, wherever the posts lie
                    names = [*names, *(n.rpartition(".")[2] for n in names), LISTED]
                missing -= {h for h in missing if any(same_name(n, h) for n in names)}
            found = recognise(source)
        except UserError as error:
            errors.append(error)
            ignored[source.name] = error.what
            continue
        raws += found
        _refuse_masses(raws)
        if not found:
            ignored[source.name] = _columns_seen(source)
    if missing:
        raise UserError(
            f"There is no column {listing([repr(m[:60]) for m in sorted(missing)])}.",
            where=f"--columns {as_choice(chosen)}"[:200],
            do=f"The columns are: {', '.join(columns) or 'none'}.",
        )
    roles = {r.role for r in raws}
    if errors and not roles & {"posts", "enriches", "download"}:
        raise errors[0]
    for name, why in ignored.items():
        log.add(name, None, None, "", "", "", f"not used: {why}", "note")
    return raws, ignored


def _refuse_masses(raws: list[RawTable]) -> None:
    if sum(map(len, raws)) > limits.MAX_ROWS:
        raise limits.too_many(f"{limits.MAX_ROWS:,} rows", raws[-1].source)


def _cleaned(raws: list[RawTable], timezone: str, now: datetime, log: Log):
    """Tidy rows of each table; the first zone that local times fit, and whose clock it is."""
    tables, zone, clock = [], "", ""
    for raw in raws:
        cleaner = Cleaner(raw, timezone, now, log)
        tables.append(cleaner.run())
        if cleaner.zone and not zone:
            zone, clock = cleaner.zone, raw.clock
    return tables, zone, clock


def _merged(tables: list[pd.DataFrame], embargo_days: float, log: Log):
    """One row a post without what was not measured, and the readings of these posts."""
    posts, snapshots = merge(tables, log, embargo_days)
    posts = kept_out(one_spelling(posts), log)
    posts = columns_of_zeros(
        posts, lambda c: log.add("", None, None, c, "", "", UNREAD, "set missing")
    )
    posts = unlikely(posts, log)
    own = snapshots["post_id"].isin(posts["post_id"])
    return posts, snapshots[own].reset_index(drop=True)


def _enriched(posts, raws: list[RawTable], timezone: str, now: datetime, log: Log):
    """The posts with captions and links from tables without views, and how many were filled."""
    enriched = 0
    for raw in raws:
        posts, filled = enrich(posts, Cleaner(raw, timezone, now, Log()).run())
        enriched += filled
        what = plural(filled, "missing caption or link", "missing captions and links")
        why = f"has no views; it filled {what}"
        log.add(raw.source, None, None, "", "", "", why, "note")
    return posts, enriched


def recognise(source: Source) -> list[RawTable]:
    """Read one source with the reader, or the JSON readers, that recognise it; [] if none does.

    Objects that are in no known form of JSON are read as the table that they make up, and a table
    whose columns are called by paths as the objects that it was made of.
    """
    if reader := next((r for r in TEXT_READERS if r.sniff(source)), None):
        return [reader.read(source)]
    objects = source if source.is_json else source.as_objects()
    known = [r for r in JSON_READERS if objects is not None and r.sniff(objects)]
    if known:
        found = [r.read(objects) for r in known]
        found[0].lines += _strangers(objects, known)
        return found
    readers = TABLE_READERS
    if source.chosen.get("views"):  # the user says that these are posts
        readers = tuple(r for r in readers if r.name != DAILY)
    refused = None
    for table in source.as_tables() if source.is_json else [source]:
        try:
            if reader := next((r for r in readers if r.sniff(table)), None):
                return [reader.read(table)]
        except UserError as error:  # another part of the file may hold the posts
            refused = refused or error
    if refused:
        raise refused
    return []


def _strangers(source: Source, readers: list) -> list[tuple]:
    """A line on objects that look like posts beside those that some reader knows."""
    forms = [r for r in readers if isinstance(r, RecordReader)]
    left = [r for r in source.records if not any(form.is_record(r) for form in forms)]
    if not left or not forms:
        return []
    what = plural(len(left), "object looks like a post", "objects look like posts")
    why = f"{what} in no form that is known; not used (keys: {_listed(list(left[0]), 300)})"
    return [(None, "", "", "", why, "note")]


def _columns_seen(source: Source) -> str:
    names = [visible(n)[:60] for n in source.seen()]
    if source.is_json:
        return f"JSON, but no posts in it that are known (keys: {_listed(names)})"
    if any(is_link(n) or is_platform_id(n) for n in names):
        return f"the first row holds data, not the names of columns ({_listed(names[:6])})"
    return f"no column of views, or nothing that dates a post (columns: {_listed(names)})"


def _listed(names: list[str], most: int = 3000) -> str:
    """All names, as far as they fit on a page."""
    text = ", ".join(names)
    if len(text) <= most:
        return text or "none"
    shown = text[:most].rpartition(", ")[0]
    return f"{shown} and {len(names) - shown.count(', ') - 1:,} more"


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
        known = known_followers(posts, series, timezone)
        known = known.where(posts["platform"] == TIKTOK)  # the history is Studio's
        posts = posts.assign(followers=posts["followers"].fillna(known))
    return posts, series


def _note_young(posts: pd.DataFrame, embargo_days: float, log: Log) -> int:
    """Note posts whose views were still growing when they were read; return their number."""
    age = posts["captured_at"] - posts["posted_at"]
    young = posts[~had_time_to_grow(age, embargo_days)]
    for p in young.itertuples():
        days = (p.captured_at - p.posted_at) / pd.Timedelta(days=1)
        why = f"read {days:.1f} days after posting; the views were still growing"
        log.add(p.source, p.source_row, p.post_id, "views", p.views, p.views, why, "note")
    return len(young)


def _note_unused(raws: list[RawTable], log: Log) -> None:
    """One line for the columns that are not used, of all files that have the same."""
    same: dict[tuple, list[str]] = {}
    for raw in raws:
        if raw.unused:
            same.setdefault(tuple(raw.unused), []).append(raw.source)
    for unused, files in same.items():
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        why = f"not used: {', '.join(unused)}"
        log.add(f"{files[0]}{more}", None, None, "", "", "", why, "note")


def _note_marked(posts: pd.DataFrame, log: Log) -> None:
    for column, what in (("is_paid", "paid or promoted"), ("is_pinned", "pinned to the profile")):
        for p in posts[posts[column].fillna(False)].itertuples():
            why = f"marked as {what}; its views may not compare"
            log.add(p.source, p.source_row, p.post_id, column, "true", "true", why, "note")


def _naive_utc(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC).replace(tzinfo=None)
    return now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now
