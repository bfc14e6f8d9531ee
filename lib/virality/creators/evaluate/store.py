"""Tables on disk: parts that are written as they come, and small tables put together at the end."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

from virality.creators.evaluate.tables import TABLES, Tables, stacked
from virality.posts.outputs import write_parquet

#: The table that stays in as many files as there were chunks of creators.
PARTITIONED = "predictions"
KIND = "evaluation: {}"  # what a stored table calls itself


class Store:
    """The folder of an evaluation while it is being made.

    Parameters
    ----------
    folder : Path
        An empty one.
    by : str
        Column that names the creators.
    """

    def __init__(self, folder: Path, by: str):
        self.folder, self.by = folder, by
        for name in TABLES:
            self._parts(name).mkdir(parents=True)

    def add(self, number: int, tables: Tables) -> None:
        """Write the tables of one chunk.

        Parameters
        ----------
        number : int
            Of the chunk.
        tables : dict of str to DataFrame
        """
        for name, table in tables.items():
            if len(table):
                path = self._parts(name) / f"part-{number:06d}.parquet"
                write_parquet(table.astype({self.by: "string"}), path, KIND.format(name))

    def finish(self) -> None:
        """Put the parts of the small tables together, in the order of the chunks."""
        for name in TABLES:
            paths = sorted(self._parts(name).glob("*.parquet"))
            if not paths:
                nothing = stacked([], name, self.by).astype({self.by: "string"})
                paths = [self._parts(name) / "part-000000.parquet"]
                write_parquet(nothing, paths[0], KIND.format(name))
            if name != PARTITIONED:
                _put_together(paths, self.folder / f"{name}.parquet")
                for path in paths:
                    path.unlink()
                self._parts(name).rmdir()
        with suppress(OSError):
            (self.folder / ".parts").rmdir()

    def _parts(self, name: str) -> Path:
        return self.folder / name if name == PARTITIONED else self.folder / ".parts" / name


def _put_together(paths: Iterable[Path], target: Path) -> None:
    """One file of several, a part at a time."""
    writer = None
    try:
        for path in paths:
            table = pq.read_table(path)
            writer = writer or pq.ParquetWriter(target, table.schema)
            writer.write_table(table)
    finally:
        if writer:
            writer.close()
