"""The same machinery on many creators, without notebooks and without media."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from virality.core.bounds import shown, within
from virality.core.errors import UserError
from virality.core.paths import exists, expanded, writing_to
from virality.core.protocol import DEFAULT, MIN_POSTS, Protocol
from virality.core.writing import replacing
from virality.evaluation.evaluate import (
    PREDICTION_COLUMNS,
    cross_validate,
    empty_predictions,
    make_folds,
)
from virality.evaluation.scores import score_table
from virality.features.build import build_features
from virality.models import catalogue as md
from virality.posts import outputs
from virality.posts.headers import TIDY_NAMES, parse_choice
from virality.posts.schema import POSTS, UNKNOWN, validate_posts
from virality.posts.timing import known_zone
from virality.uncertainty.intervals import add_uncertainty

NEEDED = ("post_id", "posted_at", "views")
UNCERTAINTY = ("lower", "upper", "p_viral")
PREDICTIONS, SCORES = "predictions", "scores"  # what the stored tables call themselves


def evaluate_many(
    posts: pd.DataFrame,
    by: str = "author",
    *,
    models: Sequence[str] = md.MODELS,
    jobs: int = 1,
    n_bootstrap: int = 1000,
    timezone: str = "UTC",
    protocol: Protocol = DEFAULT,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predict every creator's posts out of fold, each from that creator's own past.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of any number of creators.
    by : str
        Column that separates them.
    models : list of str
    jobs : int
        Processes, one or more; the result does not depend on it.
    n_bootstrap : int
        For the intervals of the scores.
    timezone : str
        In which all creators' hours and weekdays are counted.
    protocol : Protocol

    Returns
    -------
    predictions : DataFrame
        Column `by`, then as from `cross_validate`, then lower, upper and p_viral.
    scores : DataFrame
        Column `by`, then as from `scores.score_table`.  Creators with fewer than 30 posts are in
        neither table.

    Raises
    ------
    UserError
        When there is no such column, or it separates no creators.
    """
    within("jobs", jobs, 1)
    if by not in posts:
        raise UserError(f"The posts table has no column {shown(by)}.", do="Name one with --by.")
    if by in (*PREDICTION_COLUMNS, *UNCERTAINTY):
        raise UserError(f"Column {shown(by)} separates no creators.", do="Name another with --by.")
    groups = list(posts.groupby(by, sort=True))
    work = delayed(_evaluate_one)
    found = Parallel(n_jobs=jobs)(
        work(own.reset_index(drop=True), models, n_bootstrap, timezone, protocol)
        for _, own in groups
    )
    names = [name for name, _ in groups]
    predictions, scores = (_label([pair[i] for pair in found], names, by) for i in (0, 1))
    return predictions, scores


def main_evaluate(
    posts: str,
    by: str = "author",
    out: str = "",
    jobs: int = 1,
    timezone: str = "UTC",
    columns: str = "",
    force: bool = False,
) -> None:
    """Do what `virality evaluate` promises: read a table, write predictions and scores, say so.

    Parameters
    ----------
    posts : str
        Parquet or CSV with at least post_id, posted_at and views; columns as in `data/README.md`.
    by : str
    out : str
        Parquet file for the predictions; the scores go beside it as `<name>_by_<by>.parquet`.
    jobs : int
    timezone : str
    columns : str
        Which column of the table is what, see `columns.parse_choice`.
    force : bool
        Replace whatever files are there, not only earlier results.
    """
    known_zone(timezone)
    target, beside = _places(posts, by, out, force)  # before minutes of work
    table = read_tidy(expanded(posts), parse_choice(columns))
    predictions, scores = evaluate_many(table, by, jobs=jobs, timezone=timezone)
    _places(posts, by, out, force)  # again, for somebody may have come meanwhile
    with writing_to(target), replacing(target, True) as one, replacing(beside, True) as other:
        outputs.write_parquet(predictions, one, PREDICTIONS)
        outputs.write_parquet(scores, other, SCORES)
    modelled, all_of_them = scores[by].nunique(), table[by].nunique()
    print(f"{len(predictions):,} predictions: {target}\n{len(scores):,} rows of scores: {beside}")
    if modelled < all_of_them:
        print(
            f"{all_of_them - modelled} of {all_of_them} creators have fewer than {MIN_POSTS} "
            "usable posts or no time-ordered fold, and were left out."
        )


def _places(posts: str, by: str, out: str, force: bool) -> tuple[Path, Path]:
    """Where predictions and scores go; neither takes the place of anything else."""
    target = outputs.place(out, (".parquet",))
    column = re.sub(r"[^\w.-]+", "-", by)  # any text can be the name of a column
    beside = outputs.place(target.with_name(f"{target.stem}_by_{column}.parquet"), (".parquet",))
    for path, kind in ((target, PREDICTIONS), (beside, SCORES)):
        outputs.refuse_inputs(path, [expanded(posts)])
        outputs.refuse_others(path, kind, force=force)
    return target, beside


def read_tidy(path: Path, chosen: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Read a tidy posts table; columns that it lacks are added as missing.

    Parameters
    ----------
    path : Path
    chosen : dict of str to str, optional
        What the user says: column by field; "" leaves one out.

    Returns
    -------
    DataFrame
        Columns of the posts table, and what else the file has.

    Raises
    ------
    UserError
        When the file cannot be read, or a value is not what its column promises.
    """
    if not (exists(path) and path.is_file()):
        name = shown(path.name)
        raise UserError(f"There is no file {name}.", do="Give the path of a tidy posts table.")
    try:
        if path.suffix.lower() == ".csv":
            table = pd.read_csv(path, dtype={"post_id": "string", "author": "string"})
        else:
            table = pd.read_parquet(path)
    except (ValueError, OSError) as error:
        raise UserError(
            "This is not a table that can be read.", where=path.name, do="Parquet is expected."
        ) from error
    table = _renamed(table, chosen or {}, path.name)
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise UserError(f"The table has no column {', '.join(missing)}.", where=path.name)
    extra = [name for name in table if name not in {column.name for column in POSTS}]
    known = validate_posts(_complete(table, path.name))
    own = table.assign(post_id=table["post_id"].astype("string"))
    return known.merge(own[["post_id", *extra]], on="post_id", validate="one_to_one")


def _renamed(table: pd.DataFrame, chosen: Mapping[str, str], source: str) -> pd.DataFrame:
    """The table with its columns under the names that the user gave them."""
    for name, header in ((TIDY_NAMES.get(f, f), h) for f, h in chosen.items()):
        if header and header not in table:
            raise UserError(
                f"There is no column {header[:60]!r}.",
                where=source,
                do=f"The columns are: {', '.join(map(str, table))}.",
            )
        if name in table and name != header:
            table = table.drop(columns=name)
        table = table.rename(columns={header: name}) if header else table
    return table


def _complete(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """All columns of the tidy table, in their types as far as they can be cast."""
    defaults = {"author": UNKNOWN, "kind": "video", "source": source}
    out = {}
    for column in POSTS:
        if column.name in table:
            out[column.name] = table[column.name]
        elif column.name == "source_row":
            out[column.name] = pd.Series(range(1, len(table) + 1), index=table.index)
        else:
            value = defaults.get(column.name, np.nan if column.dtype == "float64" else None)
            out[column.name] = pd.Series(value, index=table.index).astype(column.dtype)
    for name in ("posted_at", "captured_at"):
        out[name] = _times(out[name])
    return pd.DataFrame(out)


def _times(column: pd.Series) -> pd.Series:
    """Times with their zone; raise UserError where a value is no time."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formats that differ from row to row
            return pd.to_datetime(column, utc=True).dt.as_unit("us")
    except (ValueError, TypeError, OverflowError) as error:
        reason = str(error).partition(", at position")[0]
        raise UserError(
            f"Column {column.name} of the posts table holds something else than times ({reason}).",
            do="Write them like 2024-05-31T18:00:00Z.",
        ) from None


def _evaluate_one(posts, models, n_bootstrap, timezone, protocol):
    """Predictions with uncertainty and scores of one creator; both empty below 30 posts."""
    features = build_features(posts, protocol.embargo_days, timezone)
    predictions = cross_validate(posts, features, models, protocol=protocol)
    folds = make_folds(posts, protocol)
    scores = score_table(predictions, folds, n_bootstrap)
    if predictions.empty:
        return predictions.assign(**dict.fromkeys(UNCERTAINTY, pd.Series(dtype=float))), scores
    return add_uncertainty(predictions, posts, folds, protocol=protocol), scores


def _label(tables: list[pd.DataFrame], names: list, by: str) -> pd.DataFrame:
    """One table, each part under its creator's name in a first column."""
    full = [t.assign(**{by: name}) for t, name in zip(tables, names, strict=True) if len(t)]
    if not full:
        empty = tables[0] if tables else empty_predictions()
        return empty.assign(**{by: pd.Series(dtype="string")})
    table = pd.concat(full, ignore_index=True)
    return table[[by, *(name for name in table if name != by)]]
