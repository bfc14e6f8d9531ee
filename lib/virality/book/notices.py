"""What no reader of a run's pages may miss: simulated data, stand-in encoders, several creators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from virality.book import artefacts
from virality.core.paths import DEMO_AUTHOR, Run
from virality.core.text import clean
from virality.posts.platforms import listed


def of_run(run: Run, posts: pd.DataFrame | None = None) -> list[str]:
    """Return them, each as sentences of plain text.

    Parameters
    ----------
    run : Run
    posts : DataFrame, optional
        Tidy posts, where the run has not stored them yet.

    Returns
    -------
    list of str
        Unescaped.
    """
    authors, platforms = (values(run, name, posts) for name in ("author", "platform"))
    told = []
    if is_simulated(run, authors):
        told.append(
            "This creator is simulated: a program made the posts, with effects planted on purpose, "
            "and nothing here is about a real person."
        )
    if run.pooled and len(authors) > 1:
        told.append(
            f"The posts of {len(authors)} creators stand side by side; history and levels are "
            "each creator's own."
        )
    if len(platforms) > 1:
        told.append(
            f"The posts are on {clean(listed(platforms))}, where views mean different things; "
            "history is counted on each apart, levels are of all together."
        )
    encoders = run.artefact("encoders")
    record: Any = artefacts.read(encoders) if encoders.exists() else {}
    return [*told, record["note"]] if record.get("note") else told


def is_simulated(run: Run, authors: Sequence[str]) -> bool:
    """Return whether the posts were made by this project's own simulator.

    Parameters
    ----------
    run : Run
    authors : sequence of str
        Those of its posts.
    """
    return run.inputs().simulated or DEMO_AUTHOR in authors


def values(run: Run, column: str, posts: pd.DataFrame | None = None) -> list[str]:
    """Return what a column of the posts holds, each once and in order; nothing where it is missing.

    Parameters
    ----------
    run : Run
    column : str
    posts : DataFrame, optional
        Tidy posts, where the run has not stored them yet.
    """
    if posts is not None:
        return sorted(set(posts[column]))
    path = run.artefact("posts")
    if not path.exists() or column not in pq.read_schema(path).names:
        return []
    return sorted(set(pd.read_parquet(path, columns=[column])[column]))
