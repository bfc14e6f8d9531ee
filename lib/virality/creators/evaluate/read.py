"""Whatever the user has of many creators, as tidy tables one after the other.

Tidy Parquet, also as a dataset of many files in folders such as ``author=alice``, is read batch by
batch.  All else that a report reads is read folder by folder where the files of one are small, so
that exports of one account complete each other, and file by file where they are large.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import exists, expanded
from virality.posts.accounts import choose
from virality.posts.headers import parse_choice
from virality.posts.read import read_posts
from virality.posts.schema import POST_COLUMNS, TEXT
from virality.posts.source import SUFFIXES
from virality.posts.text import visible
from virality.posts.tidy import NEEDED, completed, renamed

TOGETHER_BYTES = 20_000_000  # of the exports in one folder that are read as one
BATCH_ROWS = 20_000
_BYTES_A_ROW = 300  # of an export, about


@dataclass
class Reader:
    """What was given, opened one part at a time.

    Parameters
    ----------
    paths : sequence of str or Path
        Files and folders.
    by : str
        Column that separates creators.
    timezone : str
        Of local times in exports.
    columns : str
        Which column is what, see `headers.parse_choice`.
    embargo_days : float
        Age from which a reading of a post counts as settled.

    Attributes
    ----------
    problems : dict of str to str
        Why a file is not used, by its name; filled on the way.
    n_rows : int
        Rows that were handed on.
    n_unnamed : int
        Of these, those where the column that separates creators is empty.
    """

    paths: Sequence[str | Path]
    by: str = "author"
    timezone: str = "UTC"
    columns: str = ""
    embargo_days: float = 7
    problems: dict[str, str] = field(default_factory=dict)
    n_rows: int = 0
    n_unnamed: int = 0

    def __post_init__(self):
        self._seen, self._first = False, None
        self.chosen = parse_choice(self.columns)
        found = [_File(path, root) for given in self.paths for path, root in _files(given)]
        found = list({file.path: file for file in found}.values())
        self.streamed = [file for file in found if file.is_tidy(self.chosen)]
        streamed = {file.path for file in self.streamed}
        self.exports = _units([file.path for file in found if file.path not in streamed])

    @property
    def about_rows(self) -> int:
        """Rows that there will be, about."""
        exports = sum(path.stat().st_size for unit in self.exports for path in unit)
        return sum(file.n_rows for file in self.streamed) + exports // _BYTES_A_ROW

    def tables(self) -> Iterator[pd.DataFrame]:
        """Yield tidy tables with the column that separates creators; ids may be repeated.

        Raises
        ------
        UserError
            Nothing could be read, or no file has that column.
        """
        known = self.by in POST_COLUMNS or any(self.by in file.names for file in self.streamed)
        if not known and not self.exports:  # nothing has to be read to know it
            raise self._no_such_column()
        for file in self.streamed:
            yield from self._tried(self._streamed(file))
        for unit in self.exports:
            yield from self._tried(self._export(unit), unit)
        if not self.n_rows:
            where = str(self.paths[0])[:200]
            raise self._first or UserError("There are no posts in it.", where=where)
        if not self._seen:
            raise self._no_such_column()

    def _tried(
        self, tables: Iterator[pd.DataFrame], unit: Sequence[Path] = ()
    ) -> Iterator[pd.DataFrame]:
        """Tables with the column that separates creators; a file that is broken is noted."""
        try:
            for table in tables:
                yield self._counted(table)
        except UserError as error:
            if len(unit) > 1:  # none of them holds posts: each says why
                for path in unit:
                    yield from self._tried(self._export([path]))
                return
            self._first = self._first or error
            self.problems[error.where or "?"] = f"{error.what} {error.do}".strip()

    def _no_such_column(self) -> UserError:
        return UserError(f"The posts have no column {shown(self.by)}.", do="Name one with --by.")

    def _counted(self, table: pd.DataFrame) -> pd.DataFrame:
        self._seen |= self.by in table
        if self.by not in table:
            table = table.assign(**{self.by: pd.Series(pd.NA, table.index, TEXT)})
        self.n_rows += len(table)
        self.n_unnamed += int(table[self.by].isna().sum())
        return table

    def _streamed(self, file: _File) -> Iterator[pd.DataFrame]:
        """A tidy Parquet file, batch by batch."""
        where = renamed(file.names, self.chosen, file.name)
        wanted = {name: where[name] for name in (*POST_COLUMNS, self.by) if name in where}
        stored = [column for column in wanted.values() if column not in file.partition]
        first = 1
        try:
            for batch in pq.ParquetFile(file.path).iter_batches(BATCH_ROWS, columns=stored):
                table = batch.to_pandas(ignore_metadata=True).assign(**file.partition)
                table = pd.DataFrame({name: table[column] for name, column in wanted.items()})
                tidy = completed(table, file.name, first)
                if self.by in table:
                    tidy[self.by] = table[self.by].astype(TEXT)
                yield tidy
                first += len(tidy)
        except UserError as error:
            raise UserError(error.what, where=file.name, do=error.do) from None
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UserError(
                f"This Parquet file is damaged ({str(error).splitlines()[0][:100]}).",
                where=file.name,
            ) from None

    def _export(self, unit: list[Path]) -> Iterator[pd.DataFrame]:
        """Some files in any format, as a report reads them."""
        further = () if self.by in POST_COLUMNS else (self.by,)
        try:
            reading = read_posts(
                unit, self.timezone, None, self.embargo_days, self.columns, carry=further
            )
        except UserError as error:
            raise UserError(error.what, where=error.where or _name(unit[0]), do=error.do) from None
        self.problems |= reading.notes["ignored"]
        posts = choose(reading, pool=True).posts
        for name in further:
            if name in reading.carried:
                posts[name] = reading.carried[name].reindex(posts["post_id"]).to_numpy()
                posts = posts.astype({name: TEXT})
        yield posts


class _File:
    """A file, what its folders say of it, and whether it is a tidy table in Parquet."""

    def __init__(self, path: Path, root: Path):
        self.path, self.name = path, _name(path)
        steps = (step.partition("=") for step in path.relative_to(root).parts[:-1])
        self.partition = {key: unquote(value) for key, mark, value in steps if mark}
        self.names: list[str] = []
        self.n_rows = 0
        if _begins_like_parquet(path):
            try:
                about = pq.read_metadata(path)
            except (pa.ArrowException, OSError, ValueError):
                return  # told of when it is read
            self.names = [
                n for n in about.schema.to_arrow_schema().names if n not in self.partition
            ]
            self.names += self.partition
            self.n_rows = about.num_rows

    def is_tidy(self, chosen: dict[str, str]) -> bool:
        if not self.names:
            return False
        given = {header for header in chosen.values() if header}
        if given - set(self.names):
            return False  # whoever reads exports looks for columns by more than their exact names
        return set(NEEDED) <= set(renamed(self.names, chosen, self.name))


def _begins_like_parquet(path: Path) -> bool:
    try:
        if not path.is_file():  # a pipe would keep whoever opens it waiting
            return False
        with path.open("rb") as stream:
            return stream.read(4) == b"PAR1"
    except OSError:
        return False


def _files(given: str | Path) -> Iterator[tuple[Path, Path]]:
    """Every file below a path that could hold posts, and the folder that it was looked for in."""
    path = expanded(given)
    if not str(given) or not exists(path):
        raise UserError(f"There is no file {visible(str(given))[:200]!r}.", do="Check the path.")
    if not path.is_dir():
        yield path, path.parent
        return
    found, root = False, path.resolve()
    for here, folders, names in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(here, name)
            if name.startswith(".") or file.suffix.lower() not in SUFFIXES:
                continue
            if file.is_file() and file.resolve().is_relative_to(root):
                found = True
                yield file, path
    if not found:
        raise UserError(
            "The folder holds no file that could be an export (CSV, JSON, XLSX, Parquet or zip).",
            where=_name(path),
        )


def _units(paths: list[Path]) -> list[list[Path]]:
    """Files that are read as one: those of a folder, unless they are too large together."""
    units = []
    for _, group in groupby(sorted(paths), key=lambda path: path.parent):
        own = list(group)
        small = sum(path.stat().st_size for path in own) <= TOGETHER_BYTES
        units += [own] if small else [[path] for path in own]
    return units


def _name(path: Path) -> str:
    return visible(path.name)[:200] or "unnamed"
