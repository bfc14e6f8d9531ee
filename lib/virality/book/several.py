"""One report per author, one after another, and the page that compares them."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from virality.book import landing
from virality.book.ownership import locked
from virality.book.request import Job
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.core.writing import refuse_foreign
from virality.posts.accounts import authors_of
from virality.posts.read import read_posts
from virality.posts.text import visible

_LONGEST_NAME = 64


@dataclass(frozen=True)
class Member:
    """One author of several.

    Parameters
    ----------
    author : str
        As the posts name her.
    label : str
        What the comparing page calls her: the author, or a pseudonym on private pages.
    run : Run
        Hers.
    """

    author: str
    label: str
    run: Run


def report(job: Job, make: Callable[[Job], None]) -> None:
    """Make a report for every author of the posts, then the page that compares them.

    Parameters
    ----------
    job : Job
        Its run remembers inputs and parameters for all; the comparing page is its site. The
        caller holds its lock.
    make : callable
        Makes one report of a job.

    Raises
    ------
    UserError
        After all authors had their turn, when the run of one or more failed: the others' reports
        and the comparing page are there.
    """
    if job.until:
        raise UserError("--until stops one report.", do="Leave it out, or leave out --by.")
    job = job.remember()
    members = _members(job)
    runs = {member.author: member.run.name for member in members}
    job.run.save(by={"private": job.private, "runs": runs})
    failed = []
    for place, member in enumerate(members, start=1):
        print(f"\n{place} of {len(members)}: {visible(member.label)} ({member.run.name})")
        try:
            with locked(member.run):
                make(_for_member(member, job))
        except UserError as error:
            print(f"\n{error}", file=sys.stderr)
            failed.append(member)
    page = landing.publish(job.run, members, failed)
    print(f"\nAll {len(members)} side by side:\n  {page}")
    if failed:
        names = ", ".join(visible(member.label) for member in failed)
        raise UserError(
            f"{len(failed)} of {len(members)} reports could not be made: {names}.",
            do="The reasons stand above; the next run goes on from there.",
        )


def _for_member(member: Member, job: Job) -> Job:
    """The report on one author: all but the author is as in the whole."""
    member.run.save(part_of=job.run.name)
    refuse_foreign(member.run.site)
    parameters = job.parameters | {"author": member.author, "pool": False}
    return replace(
        job,
        run=member.run,
        inputs=replace(job.inputs, simulated=False),
        parameters=parameters,
        kept={},
        by=False,
        demo=None,
        decide="encoders" in parameters,
    )


def slug(text: str) -> str:
    """Return a text from data as part of a folder's name: ASCII letters and digits, and "-"."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:40].strip("-") or "creator"


def name_runs(name: str, labels: list[str], taken: Collection[str] = ()) -> list[str]:
    """Return a run's name for each label, all different, whatever the labels are.

    Parameters
    ----------
    name : str
        Of the run that they belong to.
    labels : list of str
    taken : collection of str
        Names that are in use already.
    """
    used, found = {each.lower() for each in taken}, []
    for label in labels:
        ending = slug(label)
        stem = f"{name[: _LONGEST_NAME - len(ending) - 5].rstrip('-.')}-{ending}"
        candidates = (stem, *(f"{stem}-{number}" for number in range(2, 9999)))
        found.append(next(each for each in candidates if each.lower() not in used))
        used.add(found[-1].lower())
    return found


def _members(job: Job) -> list[Member]:
    """Authors, most posts first, each with a run; who had one in an earlier request keeps it."""
    target, private = job.run, job.private
    timezone = job.parameters.get("timezone", "UTC")
    authors = authors_of(read_posts(job.inputs.posts, timezone, columns=job.inputs.columns))
    record = target.load().get("by") or {}
    earlier = record["runs"] if record.get("private") == private else {}
    kept = {author: earlier[author] for author in authors if author in earlier}
    new = [author for author in authors if author not in kept]
    labels = [f"creator {len(kept) + i}" if private else a for i, a in enumerate(new, start=1)]
    names = kept | dict(zip(new, name_runs(target.name, labels, _taken(target, kept)), strict=True))
    return [Member(a, _label(target, a, names[a], private), _beside(target, names[a]))
            for a in authors]  # fmt: skip


def _label(target: Run, author: str, run: str, private: bool) -> str:
    return run.removeprefix(f"{target.name}-").replace("-", " ") if private else author


def _taken(target: Run, kept: dict[str, str]) -> set[str]:
    """Names of runs that this one may not use: another author's, and those made by hand."""
    records = target.folder.parent.glob("*/run.json")
    runs = [_beside(target, path.parent.name) for path in records]
    return {target.name, *kept.values()} | {
        run.name for run in runs if run.load().get("part_of") != target.name
    }


def _beside(target: Run, name: str) -> Run:
    """The run of that name, where `target` is."""
    ours = target == Run.named(target.name)
    return Run.named(name) if ours else Run.at(target.folder.parent / name)
