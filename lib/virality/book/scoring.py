"""`virality score`: drafts held against what a run knows, from a film on disk to the sentences."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from virality.advice.drafts.score import Past, Scores
from virality.advice.drafts.score import score as score_posts
from virality.book import films, own, params, stamps
from virality.book.artefacts import existing, read
from virality.book.films import Sketch
from virality.core.bounds import shown
from virality.core.chapters import chapter
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.core.protocol import Protocol
from virality.findings import draft as findings
from virality.models.prior_files import load_prior
from virality.posts.timing import known_zone
from virality.sentences import draft as sentences

NEEDED = ("data", "embeddings", "forecast")
READ = ("posts", "features", "embeddings", "media", "forecast", "experts")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What `virality score` was asked for.

    Parameters
    ----------
    paths : sequence of str
        Films and folders of films.
    captions : sequence of str
    at : str
        When they would go up, local; now when "".
    """

    paths: Sequence[str] = ()
    captions: Sequence[str] = ()
    at: str = ""


@dataclass(frozen=True)
class Scored:
    """What came of it.

    Parameters
    ----------
    scores : Scores
    drafts : tuple of Draft
    compared : Compared
        The same in words.
    target : str
    coverage : float
    not_read : dict of str to str
        Films of a folder of which nothing could be read, and why.
    """

    scores: Scores
    drafts: tuple[findings.Draft, ...]
    compared: findings.Compared
    target: str
    coverage: float
    not_read: dict[str, str]


def score(run: Run, wish: Wish) -> Scored:
    """Score drafts by what a run knows; nothing of them is stored but what was read of films.

    Parameters
    ----------
    run : Run
    wish : Wish

    Returns
    -------
    Scored

    Raises
    ------
    UserError
        There is no such run, or it is stale or on several creators; a film, the time or the
        caption cannot be used; or too few posts are known.
    """
    given = films.sketches(wish.paths, wish.captions)
    values = _opened(run)
    return _scored(run, given, moment(wish.at, values["data"]["timezone"]), values)


def _scored(run: Run, given: list[Sketch], at: pd.Timestamp, values: dict[str, dict]) -> Scored:
    posts, features, embeddings = (_read(run, name) for name in ("posts", "features", "embeddings"))
    drafts, vectors, not_read = _looked_at(run, given, at, values["embeddings"])
    told, zone = values["forecast"], values["data"]["timezone"]
    scores = score_posts(
        posts,
        drafts,
        [features, embeddings],
        vectors=vectors,
        past=_past(run),
        prior=load_prior(told["prior"]),
        protocol=protocol_of(told),
        timezone=zone,
    )
    how = (told["target"], told["coverage"], zone)
    told_of = findings.drafts(scores, *how), findings.compared(scores)
    return Scored(scores, *told_of, *how[:2], not_read)


def protocol_of(values: dict) -> Protocol:
    """Return the protocol of a run's forecast.

    Parameters
    ----------
    values : dict
        Parameters of that chapter.
    """
    names = ("target", "split", "n_folds", "embargo_days", "preset", "n_components", "coverage")
    return Protocol(reduction=values["pca"], seed=values["seed"], **{n: values[n] for n in names})


def moment(text: str, zone: str) -> pd.Timestamp:
    """Return a time that a user gave, in UTC; now where there is none.

    Parameters
    ----------
    text : str
        As "2026-12-01 18:30", local where it names no zone.
    zone : str
        The creator's.

    Raises
    ------
    UserError
        It cannot be read.
    """
    if not text.strip():
        return pd.Timestamp(datetime.now(known_zone(zone))).tz_convert("UTC").as_unit("us")
    try:
        said = datetime.fromisoformat(text.strip())
        if ":" not in text:  # a bare day would be midnight, at which nobody posts
            raise ValueError(text)
        stamp = pd.Timestamp(said).as_unit("us")
        if stamp.tzinfo is None:
            stamp = stamp.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
        return stamp.tz_convert("UTC").floor("s")
    except (ValueError, OverflowError):
        raise UserError(
            f"The time {shown(text)} cannot be read.",
            do="Write it as --at '2026-12-01 18:30', in the creator's time zone.",
        ) from None


def tell(scored: Scored) -> list[str]:
    """Return what can be said of drafts, line by line, as a terminal shows it.

    Parameters
    ----------
    scored : Scored
    """
    lines = []
    for found in scored.drafts:
        parts = (
            f"{found.name}, {found.at}",
            sentences.forecast(found),
            sentences.viral(found),
            sentences.near(found.near),
            sentences.pushed(found),
            sentences.kind(found),
            sentences.facts(found.facts),
        )
        lines += [*(part.replace("\n\n", "\n") for part in parts if part), ""]
    lines += [sentences.compared(scored.compared).replace("\n\n", "\n")]
    lines += [f"{name}: not scored. {why}" for name, why in scored.not_read.items()]
    return [html.unescape(line.replace("**", "")) for line in lines]


def _opened(run: Run) -> dict[str, dict]:
    """The parameters of each chapter that is needed, where all of them are up to date."""
    if not run.record.is_file():
        raise UserError(
            f"There is no run “{run.name}” yet.",
            do=f"Run: virality report --name {run.name} --posts path/to/posts.csv",
        )
    if run.pooled:
        raise UserError(
            f"The run “{run.name}” is on several creators, and a draft is one creator's.",
            do="Make a run for that creator.",
        )
    given = params.by_todays_names(run.load().get("parameters", {}))
    if days := run.load().get("own_embargo"):
        given[own.PARAMETER] = days
    values = {slug: params.for_chapter(slug, given) | {"name": run.name} for slug in NEEDED}
    if values["data"]["study_features"]:
        raise UserError(
            "This run holds the study's columns, which replicate and do not forecast.",
            do=f"Run: virality run --name {run.name} -p study_features=False",
        )
    for name in READ:
        existing(run, name)
    for slug in NEEDED:
        if not stamps.is_fresh(run, chapter(slug), values[slug]):
            raise UserError(
                f"The run “{run.name}” is stale: since its chapter “{slug}” ran, its posts, films, "
                "parameters or the program have changed.",
                do=f"Run: virality run --name {run.name}",
            )
    return values


def _past(run: Run) -> Past:
    more = {name: _read(run, name) if run.artefact(name).exists() else None
            for name in ("shap", "regimes")}  # fmt: skip
    return Past(_read(run, "forecast"), _read(run, "experts"), **more)


def _read(run: Run, name: str) -> pd.DataFrame:
    table = read(existing(run, name))
    assert isinstance(table, pd.DataFrame)
    return table


def _looked_at(
    run: Run, given: list[Sketch], at: pd.Timestamp, values: dict
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Drafts as a table, their vectors, and what could not be read."""
    drafts = pd.DataFrame(
        {
            "post_id": [sketch.name for sketch in given],
            "posted_at": at,
            "caption": pd.array([sketch.caption for sketch in given], dtype="string"),
            "kind": ["photo" if films.is_still(sketch.file) else "video" for sketch in given],
        }
    )
    files: dict[str, Path] = {one.name: one.file for one in given if one.file is not None}
    found = films.look(run, drafts, files, values)
    media = found.media.set_index("post_id")
    filmed = media.loc[list(files)]
    not_read = {str(name): why for name, row in filmed.iterrows() if (why := films.problem(row))}
    for one in given:
        if one.name in not_read and (not one.listed or len(not_read) == len(given)):
            raise UserError(not_read[one.name], where=one.name)
    drafts["duration_s"] = media["duration_s"].reindex(drafts["post_id"]).to_numpy()
    drafts.loc[drafts["kind"] == "photo", "duration_s"] = float("nan")
    drafts["seen_as"] = _seen(run, media["content_hash"]).reindex(drafts["post_id"]).to_numpy()
    kept = drafts[~drafts["post_id"].isin(list(not_read))].reset_index(drop=True)
    return kept, found.embeddings, not_read


def _seen(run: Run, contents: pd.Series) -> pd.Series:
    """The post that has the very same film, by draft; missing where there is none."""
    media = _read(run, "media").dropna(subset=["content_hash"])
    posts = media.drop_duplicates("content_hash").set_index("content_hash")["post_id"]
    return contents.map(posts.to_dict()).astype(object)
