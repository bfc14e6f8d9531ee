"""Every creator's posts brought together, however they are spread over files, and in little memory.

Rows are dealt into buckets on disk by a hash of the creator's name; then one bucket at a time is
read back, and holds all posts of its creators.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_BUCKET = 20_000  # some ten megabytes with captions
MOST_BUCKETS = 200  # files that are open at the same time
MOST_LEVELS = 4  # buckets within buckets: then it is one creator who has so many rows
BUFFERED_ROWS = 10_000

Creator = tuple[str, pd.DataFrame]


def by_creator(
    tables: Iterable[pd.DataFrame], by: str, scratch: Path, n_rows: int, level: int = 0
) -> Iterator[Creator]:
    """Yield each creator with all her rows.

    Parameters
    ----------
    tables : iterable of DataFrame
        Of the same columns and types; rows of any creators in any order.
    by : str
        Column of text that separates creators; rows where it is missing are left out.
    scratch : Path
        An empty folder.
    n_rows : int
        About how many rows there will be.
    level : int
        Of how many buckets these rows have come out already.

    Yields
    ------
    name : str
    rows : DataFrame
        In no particular order.
    """
    n_buckets = int(np.clip(-(-n_rows // ROWS_PER_BUCKET), 1, MOST_BUCKETS))
    for path in _dealt(tables, by, scratch, n_buckets, level):
        held = pq.read_metadata(path).num_rows
        if held > 2 * ROWS_PER_BUCKET and level < MOST_LEVELS:
            inner = scratch / f"in {path.stem}"
            inner.mkdir()
            yield from by_creator(_batches(path), by, inner, held, level + 1)
            inner.rmdir()
        else:
            rows = pd.read_parquet(path)
            path.unlink()
            yield from ((str(name), own) for name, own in rows.groupby(by, sort=True))


def _dealt(
    tables: Iterable[pd.DataFrame], by: str, scratch: Path, n_buckets: int, level: int
) -> list[Path]:
    """The buckets that hold anything, after all tables were dealt."""
    with ExitStack() as stack:
        writers: dict[int, pq.ParquetWriter] = {}
        for rows in _handfuls(tables):
            named = rows[rows[by].notna()]
            # Each level looks at other digits of the hash.
            numbers = pd.util.hash_array(named[by].to_numpy(object)) // MOST_BUCKETS**level
            for number, own in named.groupby(numbers % n_buckets, sort=False):
                content = pa.Table.from_pandas(own, preserve_index=False)
                if number not in writers:
                    path = scratch / f"{number:03d}.parquet"
                    writers[number] = stack.enter_context(pq.ParquetWriter(path, content.schema))
                writers[number].write_table(content)
    return sorted(scratch.glob("*.parquet"))


def _batches(path: Path) -> Iterator[pd.DataFrame]:
    """The rows of a bucket by the handful; the bucket is removed."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BUFFERED_ROWS):
            yield pa.Table.from_batches([batch]).to_pandas()
    path.unlink()


def _handfuls(tables: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Small tables put together, so that a bucket is not written post by post."""
    held: list[pd.DataFrame] = []
    for table in tables:
        held.append(table)
        if sum(map(len, held)) >= BUFFERED_ROWS:
            yield pd.concat(held, ignore_index=True)
            held = []
    if held:
        yield pd.concat(held, ignore_index=True)
