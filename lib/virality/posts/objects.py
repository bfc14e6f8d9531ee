"""JSON: its documents, the posts among their objects, and the same posts as a table.

Nested objects become columns called by their path (`stats.playCount`), and columns that are called
by such paths become nested objects again. Nothing is interpreted here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from virality.core.errors import UserError
from virality.posts import limits
from virality.posts.headers import meaning
from virality.posts.text import visible

MAX_DEPTH = 6
DEEPEST_POST = 12  # levels below which no post is looked for
MOST_KEYS = 400  # that are named to a user
LISTED = "in the list"  # the column that tells the name of an object's list
ALIKE = 0.7  # of the keys of two objects, from which they are of one kind
MAX_KEYS = 2_000
MAX_CELLS = 20_000_000  # of a table that objects would make
# What belongs to somebody or something else keeps its path: an author's id is no post's id.
_OTHERS = re.compile(
    r"author|user|owner|channel|creator|account|profile|music|sound|track|hashtag|challenge|mention"
    r"|comment|location|cover|thumb|format|subtitle|original|duet",
    re.IGNORECASE,
)
_IDENTITY = {"post_id", "url", "caption", "title"}
_PATH = re.compile(r"[A-Za-z_]\w*([./][A-Za-z_]\w*)+")


# --- documents ---

_BETWEEN = re.compile(r"[\s,\ufeff\x1e]*")  # what may stand between documents
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


def read_json(text: str, name: str) -> list:
    """The documents in a text: one, one a line, or several behind each other.

    Numbers are kept as text.

    Parameters
    ----------
    text : str
    name : str
        Of the file.

    Returns
    -------
    list
        One value per document.

    Raises
    ------
    UserError
        It breaks off, is nested too deep, or holds too many values.
    """
    limits.check_json(text, name)
    values: list = []
    at, end = _gap(text, 0), len(text.rstrip("\x00 \t\r\n"))
    while at < end:
        try:
            value, stop = _DECODER.raw_decode(text, at)
        except RecursionError:
            raise UserError("The JSON is nested too deep to be an export.", where=name) from None
        except ValueError as error:
            raise _broken(text, name, error, len(values)) from None
        values.append(value)
        at = _gap(text, stop)
    return values


def _gap(text: str, at: int) -> int:
    """Where what may stand between documents ends."""
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _broken(text: str, name: str, error: ValueError, before: int) -> UserError:
    """Where JSON is broken: by character in the only document, by line after others."""
    position = getattr(error, "pos", 0)
    cut = position >= len(text.rstrip()) - 2 or "Unterminated" in str(error)
    problem = "breaks off in the middle" if cut else f"is broken at character {position + 1:,}"
    if before:
        line = text.count("\n", 0, position) + 1
        problem = f"in line {line:,} {'breaks off in the middle' if cut else 'is broken'}"
    return UserError(f"The JSON {problem}.", where=name, do="Download it again.")


_ID_KEYS = ("id", "video_id", "aweme_id", "post_id")
_POST_KEYS = (
    *("create_time", "createTime", "createTimeISO", "timestamp", "view_count", "stats", "statsV2"),
    "statistics",
)


def find_records(values: list) -> list[dict]:
    """JSON objects with an id and a time or counts: candidates for posts, wherever they lie.

    Objects that only report an error (`{"url": ..., "error": ...}`: deleted or private posts) count
    too, so that they can be told.
    """
    found: list[dict] = []
    stack = [(value, 0) for value in reversed(values)]
    while stack:
        value, depth = stack.pop()
        if isinstance(value, dict):
            value = _collected(value)
            if _may_be_post(value):
                found.append(value)
                continue
            inner = list(value.values())
        elif isinstance(value, list):
            inner = value
        else:
            continue
        if depth < DEEPEST_POST:
            stack.extend((v, depth + 1) for v in reversed(inner) if isinstance(v, (dict, list)))
    return found


def _collected(value: dict) -> dict:
    """What Zeeschuimer wraps: the post, with the time at which the browser saw it."""
    post, when = value.get("data"), value.get("timestamp_collected")
    if not isinstance(post, dict) or not isinstance(when, (str, int)):
        return value
    return {"captured_at": when} | post


def _may_be_post(value: dict) -> bool:
    if any(k in value for k in _ID_KEYS) and any(k in value for k in _POST_KEYS):
        return not isinstance(value.get("entries"), list)  # a yt-dlp playlist holds posts
    return "url" in value and bool(value.get("error") or value.get("errorCode"))


# --- objects as tables ---


def groups(values: list) -> list[list[dict]]:
    """The sets of like objects in JSON values: the largest first, comments and the like last.

    A list of objects is a set, and so are objects under changing names (`{"7341…": {…}, …}`),
    columns (`{"views": […], …}`) and rows under a header (`[["id", "views"], ["7341…", 5]]`).
    Lists under the same path in several documents are one set, and so are lists of like objects
    beside each other (`{"ann": […], "bob": […]}`); there each object is told its list's name, and
    objects below somebody's name are told the name.

    Parameters
    ----------
    values : list
        JSON values, one per document.
    """
    found: dict[tuple, list[dict]] = {(): [v for v in values if isinstance(v, dict)]}
    for value in values:
        _collect(value, (), found, 0, {})
    filled = [(path, records) for path, records in found.items() if records]
    filled.sort(key=lambda each: (*_doubts(*each), -len(each[1])))
    return [records for _, records in filled]


def _doubts(path: tuple, records: list[dict]) -> tuple[bool, bool]:
    """Why a set is rather not the posts: it belongs to others, or its objects are nothing's.

    A post's history is longer than the list of posts, but a day of it has no id, link or caption.
    """
    known = {meaning(key) for key in dict(_leaves(records[0]))}
    return bool(_OTHERS.search(".".join(map(str, path)))), not known & _IDENTITY


def _collect(value, path: tuple, found: dict, depth: int, owner: dict) -> None:
    """Gather the sets below one value; objects of a set are looked into as well.

    `owner` is what objects above say about whose they are.
    """
    if depth > MAX_DEPTH:
        return
    for rows in _as_rows(value):
        found.setdefault((*path, "columns" if isinstance(value, dict) else "rows"), []).extend(rows)
    if isinstance(value, list):
        records = [v for v in value if isinstance(v, dict)]
        found.setdefault(path, []).extend(_owned(records, owner))
        for record in records:
            _inside(record, path, found, depth, owner)
    elif isinstance(value, dict):
        if len(value) > 1 and all(isinstance(v, dict) for v in value.values()):
            named = [_named(key, v) for key, v in value.items()]
            found.setdefault((*path, "*"), []).extend(_owned(named, owner))
            if _alike(list(value.values())):  # so are the lists in them
                for key, inner in value.items():
                    _collect(inner, (*path, "*"), found, depth + 1, owner | {LISTED: key})
                return
        found.setdefault((*path, "lists"), []).extend(_owned(_beside(value), owner))
        _inside(value, path, found, depth, owner)


def _inside(record: dict, path: tuple, found: dict, depth: int, owner: dict) -> None:
    inner = {key: v for key, v in record.items() if isinstance(v, (dict, list))}
    if any(isinstance(v, list) and v and isinstance(v[0], dict) for v in inner.values()):
        owner = owner | _owner(record)
    for key, value in inner.items():
        _collect(value, (*path, key), found, depth + 1, owner)


def _owner(record: dict) -> dict[str, str]:
    """What an object says of whose it is: a handle or a name, at the top or just below."""
    near = {k: v for k, v in record.items() if not isinstance(v, list)}
    said = _leaves(near, depth=MAX_DEPTH - 1)
    return {k: v for k, v in said if re.search(r"[^\W\d]", v) and meaning(k) == "author"}


def _owned(records: list[dict], owner: dict) -> list[dict]:
    """Objects with what is known above them of whose they are, unless they say it themselves."""
    if not owner or not records or _owner(records[0]):
        return records
    return [{**owner, **record} for record in records]


def _beside(value: dict) -> list[dict]:
    """The objects of lists that lie beside each other and hold the same kind, as one set."""
    lists = {k: [r for r in v if isinstance(r, dict)] for k, v in value.items()
             if isinstance(v, list) and not _OTHERS.search(k)}  # fmt: skip
    lists = {k: records for k, records in lists.items() if records}
    if len(lists) < 2:
        return []
    if not _alike([records[0] for records in lists.values()]):
        return []
    return [{**r, LISTED: k} for k, records in lists.items() for r in records]


def _alike(records: list[dict]) -> bool:
    keys = [set(record) for record in records]
    return all(len(k & keys[0]) >= ALIKE * len(k | keys[0]) for k in keys)


def _named(key: str, record: dict) -> dict:
    """An object that is listed under its id, with that id."""
    if re.fullmatch(r"\d{6,22}|[\w-]{11}", key) and "id" not in record:
        return {"id": key, **record}
    return record


def _as_rows(value) -> Iterator[list[dict]]:
    """Objects from columns or from rows under a header, where a value is either."""
    if isinstance(value, dict):
        header, rows = value.get("columns"), value.get("data")
        if isinstance(header, list) and _is_header(header) and isinstance(rows, list):
            yield _under(header, rows)
        columns = {k: v for k, v in value.items() if isinstance(v, list)}
        lengths = {len(v) for v in columns.values()}
        if len(columns) > 1 and len(lengths) == 1 and not any(map(_nested, columns.values())):
            names = list(columns)
            rows = zip(*columns.values(), strict=True)
            yield [dict(zip(names, row, strict=True)) for row in rows]
        frames = {k: v for k, v in value.items() if isinstance(v, dict)}
        if len(frames) > 1 and len(frames) == len(value):  # columns by row number, as pandas does
            keys = list(next(iter(frames.values())))
            if keys and all(k.isdigit() and len(k) < 9 for k in keys):
                yield [{name: column.get(k) for name, column in frames.items()} for k in keys]
    elif isinstance(value, list) and len(value) > 1 and _is_header(value[0]):
        yield _under(value[0], value[1:])


def _is_header(value) -> bool:
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(name, str) for name in value)
        and not any(name.replace(".", "", 1).isdigit() for name in value)
    )


def _under(header: list[str], rows: list) -> list[dict]:
    return [dict(zip(header, row, strict=False)) for row in rows if isinstance(row, list)]


def _nested(column: list) -> bool:
    return any(isinstance(v, (dict, list)) for v in column)


def to_columns(records: list[dict]) -> tuple[list[str], list[list[str]]]:
    """Objects as a header and rows of text; nested keys are joined by points.

    Returns
    -------
    header, rows
        Keys in order of first appearance; a key that an object lacks is an empty cell. Both are
        empty where objects have so little in common that no table can hold them.
    """
    flat = [dict(_leaves(record)) for record in records]
    header = list(dict.fromkeys(key for record in flat for key in record))
    if len(header) > MAX_KEYS or len(header) * len(flat) > MAX_CELLS:
        return [], []
    return header, [[record.get(key, "") for key in header] for record in flat]


def _leaves(value: dict, above: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        path = f"{above}.{key}" if above else str(key)
        if isinstance(inner, dict) and depth < MAX_DEPTH:
            yield from _leaves(inner, path, depth + 1)
        else:
            yield path, _cell(inner)


def _cell(value) -> str:
    if value is None or isinstance(value, dict):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "" if _nested(value) else ", ".join(_cell(v) for v in value)
    return str(value)


def short_names(header: list[str]) -> list[str]:
    """Paths cut to their last step where that names one column only and nobody else's."""
    last = [name.rpartition(".")[2] for name in header]
    return [
        short if last.count(short) == 1 and not _OTHERS.search(name.rpartition(".")[0]) else name
        for name, short in zip(header, last, strict=True)
    ]


def nested_header(header: list[str]) -> bool:
    """Whether columns are called by paths, as programs call them that write objects as tables."""
    return sum(bool(_PATH.fullmatch(name)) for name in header) >= 2


def to_records(header: list[str], columns: list[list[str]]) -> list[dict]:
    """Rows as nested objects, their columns' names read as paths; empty cells are absent.

    Parameters
    ----------
    header : list of str
        Paths such as `stats.playCount`.
    columns : list of list of str

    Returns
    -------
    list of dict
    """
    paths = [re.split(r"[./]", visible(name)) for name in header]
    records = []
    for row in zip(*columns, strict=True):
        record: dict = {}
        for path, cell in zip(paths, row, strict=True):
            if cell.strip():
                _put(record, path, cell)
        records.append(record)
    return records


def _put(record: dict, path: list[str], cell: str) -> None:
    for step in path[:-1]:
        record = record.setdefault(step, {})
        if not isinstance(record, dict):
            return
    record.setdefault(path[-1], cell)


def keys_of(values: list) -> list[str]:
    """The first keys of JSON values as paths, in order of appearance, each once."""
    found: dict[str, None] = {}
    stack = [(value, "", 0) for value in reversed(values[:1000])]
    while stack and len(found) < MOST_KEYS:
        value, path, depth = stack.pop()
        if isinstance(value, dict):
            inner = [(v, f"{path}.{k}" if path else str(k)) for k, v in value.items()]
            found.update(dict.fromkeys(key for _, key in inner))
        elif isinstance(value, list):
            inner = [(v, path) for v in value[:50]]
        else:
            continue
        if depth < MAX_DEPTH:
            stack.extend((v, p, depth + 1) for v, p in reversed(inner))
    return list(found)[:MOST_KEYS]
