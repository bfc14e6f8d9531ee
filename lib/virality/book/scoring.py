"""`virality score`: drafts held against what a run knows, from a film on disk to the sentences."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from virality.advice.drafts.score import Past, Scores
from virality.advice.drafts.score import score as score_posts
from virality.book import films, own, params, stamps
from virality.book.artefacts import existing, read_table
from virality.book.films import Sketch
from virality.core.bounds import shown
from virality.core.chapters import chapter
from virality.core.errors import UserError
from virality.core.paths import DEMO_AUTHOR, Run, join_paths, resolved, split_paths
from virality.core.protocol import Protocol
from virality.findings import choice
from virality.findings import draft as findings
from virality.findings.tried import unread
from virality.models.prior_files import load_prior
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
        When they would go up, local; now when "", and the day after the newest post where the
        creator is simulated.
    """

    paths: Sequence[str] = ()
    captions: Sequence[str] = ()
    at: str = ""


BETWEEN = "---"  # a line of its own between captions in one text


def asked_by(video: str, caption: str, time: str) -> Wish:
    """Return what a notebook's parameters ask for.

    Parameters
    ----------
    video : str
        Films or folders, several as in :func:`virality.core.paths.split_paths`.
    caption : str
        One, or several with a line ``---`` between them.
    time : str
        As for `Wish`.
    """
    captions = re.split(rf"^{BETWEEN}[ \t]*$\n?", caption, flags=re.MULTILINE)
    return Wish(paths=split_paths(video), captions=[said.strip("\n") for said in captions], at=time)


def as_asked(wish: Wish) -> dict[str, str]:
    """Return a wish as a notebook's parameters; what :func:`asked_by` takes apart again.

    Parameters
    ----------
    wish : Wish

    Raises
    ------
    UserError
        A caption holds the line that stands between captions.
    """
    if any(BETWEEN in (line.rstrip() for line in said.splitlines()) for said in wish.captions):
        raise UserError(f"A caption with the line {BETWEEN} can be scored, but has no page.")
    films = [str(resolved(path)) for path in wish.paths]
    captions = f"\n{BETWEEN}\n".join(wish.captions)
    return {"video": join_paths(films), "caption": captions, "time": wish.at}


@dataclass(frozen=True)
class Looked:
    """Drafts, and what a run knows, as :func:`virality.score` takes them.

    Parameters
    ----------
    drafts : DataFrame
        A row each.
    known : dict
        What else it takes by name: vectors of the drafts, the past, a prior, protocol, time zone.
    told : dict
        Target, coverage and time zone, in which is told what it says.
    at : Timestamp
        When they would go up.
    not_read : dict of str to str
        Films of a folder of which nothing could be read, and why.
    """

    drafts: pd.DataFrame
    known: dict
    told: dict
    at: pd.Timestamp
    not_read: dict[str, str]


@dataclass(frozen=True)
class Scored:
    """What came of it.

    Parameters
    ----------
    scores : Scores
    drafts : tuple of Draft
    compared : Compared
        The same in words.
    looked : Looked
    """

    scores: Scores
    drafts: tuple[findings.Draft, ...]
    compared: choice.Compared
    looked: Looked


def look(run: Run, wish: Wish) -> Looked:
    """Read drafts as a run reads its posts; nothing is stored but what was read of films.

    Parameters
    ----------
    run : Run
    wish : Wish

    Returns
    -------
    Looked

    Raises
    ------
    UserError
        There is no such run, or it is stale or on several creators; or a film, the time or the
        caption cannot be used.
    """
    return _looked(run, *_asked(run, wish))


def score(run: Run, wish: Wish) -> Scored:
    """Score drafts by what a run knows.

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
        As for :func:`look`; or too few posts are known.
    """
    return _scored(run, *_asked(run, wish))


Asked = tuple[list[Sketch], pd.Timestamp | None, dict[str, dict]]


def _asked(run: Run, wish: Wish) -> Asked:
    """What is looked at, when it goes up, and the parameters of the run, all refused early."""
    given = films.sketches(wish.paths, wish.captions)
    values = _opened(run)
    return given, moment(wish.at, values["data"]["timezone"]), values


def _scored(run: Run, *asked) -> Scored:
    looked = _looked(run, *asked)
    posts, features, embeddings = (_read(run, name) for name in ("posts", "features", "embeddings"))
    scores = score_posts(posts, looked.drafts, [features, embeddings], **looked.known)
    return Scored(scores, findings.drafts(scores, **looked.told), choice.compared(scores), looked)


def _looked(
    run: Run, given: list[Sketch], at: pd.Timestamp | None, values: dict[str, dict]
) -> Looked:
    told, zone = values["forecast"], values["data"]["timezone"]
    at = at or _present(run)
    drafts, vectors, not_read = _read_drafts(run, given, at, values["embeddings"])
    known = {
        "vectors": vectors,
        "past": _past(run),
        "prior": load_prior(told["prior"]),
        "protocol": protocol_of(told),
        "timezone": zone,
    }
    how = {name: told[name] for name in ("target", "coverage")} | {"timezone": zone}
    return Looked(drafts, known, how, at, not_read)


def _present(run: Run) -> pd.Timestamp:
    """Now; of a creator who is simulated, the day after the newest post, where her time stops."""
    posts = _read(run, "posts")
    if run.inputs().simulated or DEMO_AUTHOR in set(posts["author"]):
        return posts["posted_at"].max() + pd.Timedelta(days=1)
    return pd.Timestamp.now(tz="UTC").floor("s").as_unit("us")


def protocol_of(values: dict) -> Protocol:
    """Return the protocol of a run's forecast.

    Parameters
    ----------
    values : dict
        Parameters of that chapter.
    """
    names = ("target", "split", "n_folds", "embargo_days", "preset", "n_components", "coverage")
    return Protocol(reduction=values["pca"], seed=values["seed"], **{n: values[n] for n in names})


def moment(text: str, zone: str) -> pd.Timestamp | None:
    """Return a time that a user gave, in UTC; None where there is none.

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
        return None
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
    beside = (sentences.compared(scored.compared), sentences.unread(unread(scored.looked.not_read)))
    lines += [part.replace("\n\n", "\n") for part in beside if part]
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
    return read_table(existing(run, name))


def _read_drafts(
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
