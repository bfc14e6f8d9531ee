"""What a run has left behind, by name: tables, records and folders, read when asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from virality.core.chapters import ARTEFACTS, Spec, writer
from virality.core.errors import UserError
from virality.core.paths import Run


class RunArtefacts(Mapping):
    """Every artefact of a run, as an attribute and as an item.

    Parameters
    ----------
    run : Run
        The run.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> folder = TemporaryDirectory()
    >>> run = Run.at(Path(folder.name) / "alice")
    >>> run.artefact("summary").parent.mkdir(parents=True)
    >>> _ = run.artefact("summary").write_text('{"n_posts": 60}')
    >>> alice = RunArtefacts(run)
    >>> alice
    The run “alice”, with summary
    >>> alice.summary["n_posts"]
    60
    >>> "shap" in alice
    False
    >>> folder.cleanup()
    """

    def __init__(self, run: Run):
        self._run = run

    def __getitem__(self, name: str) -> pd.DataFrame | dict | bytes | Path:
        if name not in ARTEFACTS:
            raise KeyError(name)
        return read(existing(self._run, name))

    def __getattr__(self, name: str) -> pd.DataFrame | dict | bytes | Path:
        if name not in ARTEFACTS:
            raise AttributeError(f"no artefact is called {name!r}; there are {', '.join(self)}")
        return self[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in ARTEFACTS if self._run.artefact(name).exists())

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __repr__(self) -> str:
        return f"The run “{self._run.name}”, with {', '.join(self) or 'nothing yet'}"


def load_run(name: str) -> RunArtefacts:
    """Return what the run called `name` has left behind.

    Parameters
    ----------
    name : str
        As it was given to ``virality report``.

    Returns
    -------
    RunArtefacts
        ``load_run("alice").features`` and ``load_run("alice")["features"]`` are a DataFrame; JSON
        is a dict, a picture its bytes, and what is none of them is the path of its folder.

    Raises
    ------
    UserError
        There is no such run; or, when an artefact is asked for, it is missing. Says what makes it.

    Examples
    --------
    >>> load_run("a/b")
    Traceback (most recent call last):
    virality.core.errors.UserError: The name 'a/b' cannot be used for a folder. Use ...
    """
    run = Run.open(name)
    if not run.record.is_file():
        raise UserError(
            f"There is no run “{name}” yet.",
            do=f"Run: virality report --name {name} --posts path/to/posts.csv",
        )
    return RunArtefacts(run)


def existing(run: Run, name: str, reader: Spec | None = None) -> Path:
    """Return where an artefact lies.

    Parameters
    ----------
    run : Run
    name : str
        The artefact.
    reader : Spec, optional
        The chapter that asks.

    Raises
    ------
    UserError
        It is not there; says which chapter writes it and the command that makes it.
    """
    path = run.artefact(name)
    if not path.exists():
        source = writer(name)
        pool = " --pool" if source.about == "many" else ""
        raise UserError(
            f"“{name}” is missing; the chapter “{source.slug}” writes it.",
            where=reader.slug if reader else f"The run “{run.name}”",
            do=f"Run: virality run --name {run.name}{pool} --until {source.slug}",
        )
    return path


def read(path: Path) -> pd.DataFrame | dict | bytes | Path:
    """Return what a file holds: a table, a mapping, or a picture's bytes; a folder is its path."""
    if path.is_dir():
        return path
    if path.suffix == ".png":
        return path.read_bytes()
    if path.suffix == ".json":
        return json.loads(path.read_text(encoding="utf-8"))
    return pd.read_parquet(path)


def read_table(path: Path) -> pd.DataFrame:
    """Return what a file holds that is a table."""
    table = read(path)
    assert isinstance(table, pd.DataFrame)
    return table
