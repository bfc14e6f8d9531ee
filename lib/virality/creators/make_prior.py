"""What `virality fit-prior` does: posts of many creators in, the folder of a prior out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import exists, expanded, place_for, writing_to
from virality.core.protocol import Protocol
from virality.core.text import percent, plural
from virality.core.writing import adding, adopt, made_in, refuse_foreign
from virality.creators.evaluate.partition import Creator, by_creator
from virality.creators.evaluate.read import Reader
from virality.creators.fit_prior import fit_creators
from virality.models.prior import Prior
from virality.models.prior_files import CARD, TREES, prior_files
from virality.posts import outputs
from virality.posts.tidy import completed, one_row_a_post


def main_fit_prior(
    posts: Sequence[str],
    out: str,
    by: str = "author",
    *,
    target: str = "views",
    timezone: str = "UTC",
    columns: str = "",
    force: bool = False,
) -> None:
    """Read posts, fit a prior, store it, and say so.

    Parameters
    ----------
    posts : list of str
        Files, folders or archives in any format that a report reads.
    out : str
        Folder for the prior.
    by : str
        Column of the tidy posts that separates creators.
    target, timezone, columns : str
        What is forecast, the zone of local times, and which column is what.
    force : bool
        Use the folder even where it holds somebody else's files; those of a prior's names go.

    Raises
    ------
    UserError
        Nothing could be read, there are too few creators, or the folder is somebody else's.
    """
    if not by.isprintable():
        raise UserError(f"Column {shown(by)} separates no creators.", do="Name another with --by.")
    protocol = Protocol(target=target)
    folder = _place(out, posts, force)  # before minutes of work
    reader = Reader(posts, by, timezone, columns, protocol.embargo_days)
    with tempfile.TemporaryDirectory(prefix="virality-") as scratch:
        dealt = by_creator(reader.tables(), by, Path(scratch), reader.about_rows)
        prior = fit_creators(_tidy(dealt, protocol), timezone=timezone, protocol=protocol)
    with writing_to(folder):
        _store(prior, _place(out, posts, force), force)
    print(_said(prior, folder))


def _tidy(creators: Iterable[Creator], protocol: Protocol) -> Iterator[Creator]:
    """Each creator's posts, one row a post in order of time; those that are none are left out."""
    for name, rows in creators:
        with suppress(UserError):
            yield name, one_row_a_post(completed(rows, ""), protocol.embargo_days)


def _place(out: str, posts: Sequence[str], force: bool) -> Path:
    """Where the prior goes: a folder that is not there, ours, or given up by its owner."""
    folder = place_for(out, folder=True)
    outputs.refuse_inputs(folder, [expanded(path) for path in posts if exists(expanded(path))])
    if not force:
        refuse_foreign(folder)
    return folder


def _store(prior: Prior, folder: Path, force: bool) -> None:
    if force:
        adopt(folder, {*(made_in(folder) or ()), TREES, CARD})
    for name, content in prior_files(prior).items():
        with adding(folder, name) as temporary:
            temporary.write_bytes(content)


def _said(prior: Prior, folder: Path) -> str:
    saved = (
        f"it misses {percent(prior.gain)} less than their level alone"
        if prior.gain >= 0.0005
        else "it was no better than their level alone"
    )
    return (
        f"A prior from {plural(prior.n_posts, 'post')} of {plural(prior.n_creators, 'creator')}: "
        f"{folder}\nOn creators who were left out in turn {saved}.\n"
        f"Use it for others than these: virality report --name NAME --prior {folder}"
    )
