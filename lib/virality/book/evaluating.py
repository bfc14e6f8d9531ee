"""`virality evaluate`: from posts of many creators to a folder of tables and a page.

Nothing is in memory for longer than it is needed: posts are dealt to disk creator by creator, and
what is found is written as it comes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from virality.book import evaluated as pages
from virality.core import VERSION
from virality.core.errors import UserError
from virality.core.paths import expanded, place_for, writing_to
from virality.core.text import plural
from virality.core.writing import merging_folder
from virality.creators.evaluate.chunks import chunked
from virality.creators.evaluate.one import Work
from virality.creators.evaluate.partition import by_creator
from virality.creators.evaluate.read import Reader
from virality.creators.evaluate.settings import Settings, text_recipe
from virality.creators.evaluate.spread import spread
from virality.creators.evaluate.store import Store
from virality.creators.evaluate.tables import TABLES
from virality.findings.evaluated import Evaluated, evaluated
from virality.models.catalogue import FORECAST
from virality.models.prior import Prior
from virality.models.prior_files import load_prior
from virality.posts.outputs import refuse_inputs

PAGE, SETTINGS = "summary.html", "settings.json"
DEFAULT_OUT = "results"
_READ = {
    "scores": ["model", "mae", "r2", "r2_oos", "spearman"],
    "pairs": ["model", "by", "share"],
    "coverage": ["model", "n", "coverage"],
    "evidence": ["kind", "p_adjusted"],
    "creators": list(TABLES["creators"]),
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """What `virality evaluate` was asked for.

    Parameters
    ----------
    posts : sequence of str
        Files and folders.
    out : str
        Folder of the results.
    settings : Settings
    columns : str
        Which column is what, see :func:`virality.posts.headers.parse_choice`.
    prior : str
        Folder of what was learnt from other creators; "" for none.
    jobs : int
        Processes of this machine.
    scheduler : str
        Address of a Dask scheduler; "" for none.
    force : bool
        Put the results beside files of somebody else, and in the place of those of the same names.
    """

    posts: Sequence[str]
    out: str = DEFAULT_OUT
    settings: Settings
    columns: str = ""
    prior: str = ""
    jobs: int = 1
    scheduler: str = ""
    force: bool = False


def evaluate(task: Task) -> Path:
    """Read, examine, write; say what was done.

    Parameters
    ----------
    task : Task

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    UserError
        Nothing can be read, or the results cannot be written there.
    """
    target = _place(task)
    settings = task.settings
    reader = Reader(
        task.posts, settings.by, settings.timezone, task.columns, settings.protocol.embargo_days
    )
    work = Work(settings, text_recipe(settings.text), _prior(task))
    with writing_to(target), merging_folder(target, task.force) as temporary:
        temporary.mkdir()
        store = Store(temporary, settings.by)
        with tempfile.TemporaryDirectory(prefix="virality-") as scratch:
            creators = by_creator(reader.tables(), settings.by, Path(scratch), reader.about_rows)
            for number, tables in spread(chunked(creators), work, task.jobs, task.scheduler):
                store.add(number, tables)
        store.finish()
        found = _summarise(temporary, task, reader)
    _say(found, target)
    return target / PAGE


def _place(task: Task) -> Path:
    target = place_for(task.out, folder=True)
    if target.suffix.lower() in (".parquet", ".csv", ".xlsx", ".json", ".html"):
        raise UserError(
            "The results are a folder of tables and a page.",
            where=target.name,
            do="Name a folder with --out.",
        )
    refuse_inputs(target, [expanded(path) for path in task.posts])
    return target


def _prior(task: Task) -> Prior | None:
    """What was learnt from others; raise UserError where it could not speak."""
    prior = load_prior(task.prior)
    if prior is None:
        return None
    if FORECAST not in task.settings.models:
        raise UserError(
            "A prior speaks in the forecast, which is not among the models.",
            do=f"Add {FORECAST} to --models, or leave --prior out.",
        )
    prior.refuse_other(task.settings.protocol.target)
    return prior


def _summarise(folder: Path, task: Task, reader: Reader) -> Evaluated:
    """Write the page and the settings; return what they say."""
    by, settings = task.settings.by, task.settings
    tables = {
        name: pd.read_parquet(folder / f"{name}.parquet", columns=[by, *columns])
        for name, columns in _READ.items()
    }
    unread = dict(sorted(reader.problems.items()))
    found = evaluated(tables, by, settings.protocol, unread, reader.n_unnamed)
    further = {
        "creators by": by,
        "models": ", ".join(settings.models),
        "captions": settings.text,
        "prior": Path(task.prior).name or "none",
        "shifts of the content test": str(settings.n_shifts),
        "time zone": settings.timezone,
        "version": VERSION,
    }
    (folder / PAGE).write_text(pages.page(found, tables, by, further), encoding="utf-8")
    record = {
        "version": VERSION,
        "settings": asdict(settings),
        "columns": task.columns,
        "prior": Path(task.prior).name,
        "rows": reader.n_rows,
        "rows_without_creator": reader.n_unnamed,
        "files_not_used": unread,
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (folder / SETTINGS).write_text(text, encoding="utf-8")
    return found


def _say(found: Evaluated, target: Path) -> None:
    size = found.size
    print(f"{plural(size.modelled, 'creator')} modelled, {plural(size.tested, 'post')} held out.")
    if left := size.creators - size.modelled:
        print(f"{left} of {size.creators} creators were left out; {PAGE} says why.")
    if found.n_unread:
        print(f"{plural(found.n_unread, 'file')} could not be used; {PAGE} names them.")
    print(target / PAGE)
