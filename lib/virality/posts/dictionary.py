"""The tables of `data/README.md`, from the schema and the readers themselves.

`python -m virality.posts.dictionary` brings the file up to date; a test compares the two.
"""

from __future__ import annotations

from virality.core.paths import ROOT
from virality.posts.readers import READERS
from virality.posts.readers.base import Reader
from virality.posts.schema import POSTS, REPAIRS, Column

README = ROOT / "data" / "README.md"

_FIELD_NAMES = {
    "post_id": "id",
    "url": "link",
    "time": "time of day",
    "duration": "length",
    "avg_watch": "watch time",
    "watched_full": "watched to the end",
    "is_paid": "paid",
    "is_pinned": "pinned",
    "sound_id": "sound",
    "original_sound": "own sound",
    "media_file": "file name",
    "captured_at": "when read",
}


def columns_table(columns: tuple[Column, ...]) -> str:
    """A Markdown table of documented columns."""
    rows = [
        f"| `{c.name}` | {c.dtype} | {c.unit} | {'may be missing' if c.nullable else 'always'} "
        f"| {c.meaning} |"
        for c in columns
    ]
    return "\n".join(
        ["| column | type | unit | present | meaning |", "|---|---|---|---|---|", *rows]
    )


def formats_table(readers: tuple[Reader, ...] = READERS) -> str:
    """A Markdown table of the formats and what each can hold."""
    rows = [
        f"| {r.name} | {', '.join(_FIELD_NAMES.get(f, f.replace('_', ' ')) for f in r.holds)} |"
        for r in readers
    ]
    return "\n".join(["| format | can hold |", "|---|---|", *rows])


def sections() -> dict[str, str]:
    """The generated parts by name."""
    return {
        "posts": columns_table(POSTS),
        "repairs": columns_table(REPAIRS),
        "formats": formats_table(),
    }


def filled(text: str) -> str:
    """A text with everything between `<!-- name -->` and `<!-- end -->` brought up to date."""
    for name, content in sections().items():
        start = f"<!-- {name} -->"
        before, _, rest = text.partition(start)
        _, end, after = rest.partition("<!-- end -->")
        if not end:
            raise ValueError(f"the text has no section {start}")
        text = f"{before}{start}\n{content}\n{end}{after}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
