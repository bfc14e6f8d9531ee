"""Bring posts to a run: read them, say what they are worth, and remember where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from virality.book import params, runner
from virality.book.session import existing_posts
from virality.errors import UserError
from virality.paths import Inputs, Run, split_paths
from virality.posts.columns import remembered
from virality.posts.export import checked, write_posts
from virality.posts.read import PostsReading, read_posts


def bring(
    name: str,
    paths: Sequence[str],
    anew: bool = False,
    timezone: str = "",
    out: str = "",
    where: Run | None = None,
    columns: str = "",
) -> tuple[PostsReading, Inputs]:
    """Read posts together with those that a run has already, and record where they lie.

    Nothing is recorded unless everything can be read. The files stay where they are.

    Parameters
    ----------
    name : str
        The run.
    paths : sequence of str
        Files, folders or archives that come to those recorded earlier.
    anew : bool
        Forget those recorded earlier, and the videos with them.
    timezone : str
        The creator's zone; "" keeps the run's.
    out : str
        Where the tidy table is stored as well, see `write_posts`; "" for nowhere.
    where : Run, optional
        The run itself, for tests.
    columns : str
        Which column is what; it comes to what the run has, see `columns.remembered`.

    Returns
    -------
    PostsReading, Inputs
        What came of reading, and what is recorded now.

    Raises
    ------
    UserError
        A path is not there, nothing in them is usable, or `out` lies among them.
    """
    run = where or Run.named(name)
    with runner.locked(run):
        earlier = run.inputs()
        fresh = anew or earlier.simulated
        known = [] if fresh else split_paths(earlier.posts)
        inputs = replace(
            Inputs() if fresh else earlier,
            posts=existing_posts([*known, *paths]),
            columns=remembered("" if fresh else earlier.columns, columns),
        )
        target = _apart(checked(out), inputs) if out else None
        given = params.resolve({"timezone": timezone} if timezone else {})
        parameters = run.load().get("parameters", {}) | given
        values = params.for_chapter("data", parameters)
        reading = read_posts(
            split_paths(inputs.posts),
            values["timezone"],
            embargo_days=values["embargo_days"],
            columns=inputs.columns,
        )
        if target:
            write_posts(reading.posts, target)
        run.save(inputs=inputs, parameters=parameters)
    return reading, inputs


def _apart(target: Path, inputs: Inputs) -> Path:
    """Return `target`; raise UserError when it is, or lies in, something that is read."""
    for path in map(Path, split_paths(inputs.posts)):
        if target == path or path in target.parents:
            raise UserError(
                "The tidy table would lie among the files that it is made from.",
                where=str(target),
                do="Choose another place for it; inputs are never changed.",
            )
    return target
