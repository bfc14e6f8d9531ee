"""The tidy posts table as a file for other programs; text from data never becomes a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from virality.errors import UserError
from virality.paths import replacing, resolved

KINDS = (".csv", ".parquet", ".xlsx")
# A spreadsheet takes a cell that starts with one of these for a formula or a command.
_FORMULA = r"^(\s*[=+\-@\t\r])"


def write_posts(posts: pd.DataFrame, path: str | Path) -> None:
    """Store the tidy table; whole or not at all.

    In CSV a text that a spreadsheet would compute gets an apostrophe in front, which is the
    only way that the format knows to call it text. XLSX marks it as text and keeps it as it is.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    path : str or Path
        Ends in ``.csv``, ``.parquet`` or ``.xlsx``.

    Raises
    ------
    UserError
        The ending is another one, or the file cannot be written there.
    """
    path = checked(path)
    write = {".csv": _csv, ".parquet": pd.DataFrame.to_parquet, ".xlsx": _xlsx}[path.suffix.lower()]
    try:
        with replacing(path) as temporary:
            write(posts, temporary)
    except OSError as error:
        raise UserError(
            f"The table cannot be written there ({error.strerror or error}).", where=str(path)
        ) from None


def checked(path: str | Path) -> Path:
    """Return where a table goes; raise UserError for an ending that is none of `KINDS`."""
    path = resolved(path)
    if path.suffix.lower() not in KINDS:
        raise UserError(
            "The tidy table can be stored as CSV, Parquet or XLSX.",
            where=path.name,
            do=f"End the name in one of: {', '.join(KINDS)}.",
        )
    return path


def _csv(posts: pd.DataFrame, path: Path) -> None:
    texts = posts.select_dtypes("string").columns
    safe = posts.assign(**{t: posts[t].str.replace(_FORMULA, r"'\1", regex=True) for t in texts})
    # the mark at the start tells spreadsheets that the text is UTF-8
    _stamped(safe).to_csv(path, index=False, quoting=csv.QUOTE_MINIMAL, encoding="utf-8-sig")


def _xlsx(posts: pd.DataFrame, path: Path) -> None:
    with path.open("wb") as stream, pd.ExcelWriter(stream, engine="openpyxl") as book:
        _printable(_stamped(posts)).to_excel(book, sheet_name="posts", index=False)
        for row in book.sheets["posts"].iter_rows(min_row=2):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.data_type, cell.quotePrefix = "s", True


def _stamped(posts: pd.DataFrame) -> pd.DataFrame:
    """Times as text with their zone, which neither format can hold otherwise; marks as words."""
    times = posts.select_dtypes("datetimetz").columns
    marks = posts.select_dtypes("boolean").columns
    words = {True: "true", False: "false"}
    return posts.assign(
        **{t: posts[t].dt.strftime("%Y-%m-%dT%H:%M:%SZ") for t in times},
        **{m: posts[m].map(words).astype("string") for m in marks},
    )


def _printable(posts: pd.DataFrame) -> pd.DataFrame:
    """Without the control characters that a workbook cannot hold."""
    texts = posts.select_dtypes("string").columns
    controls = r"[\x00-\x08\x0b\x0c\x0e-\x1f]"
    return posts.assign(**{t: posts[t].str.replace(controls, " ", regex=True) for t in texts})
