"""Whatever happens to the columns of a table: the same posts, or a refusal; never other posts."""

import random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import exports
from virality.core.errors import UserError
from virality.posts.headers import LEXICON
from virality.posts.read import read_posts

POSTS = exports.made_up_posts()
FIELDS = {
    "post_id": "post_id",
    "url": "url",
    "author": "author",
    "date": "posted_at",
    "caption": "caption",
    "duration": "duration_s",
    "views": "views",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "saves": "saves",
    "avg_watch": "avg_watch_s",
    "new_followers": "new_followers",
}
TABLE = {name: exports.as_text(POSTS[name]) for name in FIELDS.values()}
# Words that mean nothing to anybody, and some that mean something else.
STRANGE = (
    "x",
    "Spalte 7",
    "ZZZ",
    "notes",
    "profile views",
    "views rate",
    "rank",
    "???",
    "author_videos",
)
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def called(field: str) -> list[str]:
    """Every name that a field has in any language."""
    return [n for words in LEXICON.values() for n in words.get(field, [])]


def disordered(dice: random.Random) -> tuple[list[str], list[list[str]]]:
    """The table after a few accidents, as header and columns."""
    columns = list(TABLE.items())
    language = dice.choice([None, *LEXICON])
    if language:
        words = {FIELDS[f]: n for f, n in LEXICON[language].items() if f in FIELDS}
        columns = [(dice.choice(words.get(n, [n])), cells) for n, cells in columns]
    for _ in range(dice.randint(0, 4)):
        at = dice.randrange(len(columns))
        name, cells = columns[at]
        what = dice.choice(["rename", "strange", "double", "twin", "empty", "zero", "drop", "half"])
        field = next((f for f, n in FIELDS.items() if TABLE[n] is cells), None)
        if what == "rename" and field:
            columns[at] = (dice.choice([*called(field), name.upper()]), cells)
        elif what == "strange":
            columns[at] = (dice.choice(STRANGE), cells)
        elif what == "double":
            columns.append((name, cells))
        elif what == "twin" and field:
            columns.append((dice.choice([*called(field), name]), cells))
        elif what == "empty":
            columns[at] = (name, [""] * len(cells))
        elif what == "zero" and field in ("views", "likes", "comments", "shares", "saves"):
            columns[at] = (name, ["0"] * len(cells))
        elif what == "half":
            columns[at] = (name, [c if i % 2 else "" for i, c in enumerate(cells)])
        elif what == "drop" and len(columns) > 2:
            del columns[at]
    dice.shuffle(columns)
    return [n for n, _ in columns], [c for _, c in columns]


@pytest.mark.slow
@settings(deadline=None, max_examples=120, suppress_health_check=CALM)
@given(st.integers(0, 10**9))
def test_the_same_table_or_a_refusal(tmp_path, seed):
    header, columns = disordered(random.Random(seed))
    rows = [header, *map(list, zip(*columns, strict=True))]
    path = tmp_path / "table.csv"
    path.write_text(exports.as_csv(rows), encoding="utf-8", newline="")
    try:
        reading = read_posts(path, now=exports.NOW)
    except UserError as error:
        assert len(str(error)) > 20
        return
    found = reading.posts
    assert found["views"].isin(POSTS["views"]).all()
    wanted = POSTS.set_index("views").loc[found["views"]].reset_index()  # all views differ
    own = ~found["post_id"].str.startswith("x")  # else one was made up, for want of ids and links
    assert (found["post_id"] == wanted["post_id"])[own].all()
    minute = (found["posted_at"] - wanted["posted_at"]).abs()
    assert (minute < pd.Timedelta(minutes=1)).all()
    for name in ("author", "likes", "comments", "shares", "saves", "duration_s", "avg_watch_s"):
        there = found[name].notna() & (found[name] != "unknown" if name == "author" else True)
        assert (found.loc[there, name] == wanted.loc[there, name]).all(), (name, header)
    dropped = len(POSTS) - len(found)
    assert dropped == (reading.repairs["severity"] == "row dropped").sum()
    unused = " ".join(reading.notes["unused"].get("table.csv", []))
    filled = {h for h, c in zip(header, columns, strict=True) if any(c)}
    used = " ".join([unused, *map(str, reading.repairs[["column", "why"]].to_numpy().ravel())])
    for name in filled & set(STRANGE):
        assert name in used, (name, header)
