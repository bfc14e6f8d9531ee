"""One report per author, one after another, and the page that compares them."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass, replace

from virality.book import landing, ownership, params, runner, session
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.core.writing import refuse_foreign
from virality.posts.accounts import authors_of
from virality.posts.parse import visible
from virality.posts.read import read_posts

COLUMN = "author"  # the one column that separates reports
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


def wanted(target: Run, request: session.Request) -> bool:
    """Whether this request, or the earlier one of this name, asks for a report per author."""
    if request.by and request.by != COLUMN:
        raise UserError(
            f"Reports cannot be separated by “{visible(request.by[:60])}”.", do="Use: --by author"
        )
    pool = bool(params.resolve({"pool": request.given.get("pool", False)})["pool"])
    if request.by and pool:
        raise UserError("--by makes several reports and --pool makes one.", do="Choose one.")
    if pool and target.load().get("by"):
        target.save(by=None)
    return bool(request.by or target.load().get("by"))


def report(target: Run, request: session.Request, plain: bool = False) -> Run:
    """Make a report for every author of the posts, then the page that compares them.

    Parameters
    ----------
    target : Run
        Remembers inputs and parameters for all; the comparing page is its site.
    request : Request
    plain : bool
        Make plain pages even where Quarto is installed.

    Raises
    ------
    UserError
        After all authors had their turn, when the run of one or more failed: the others' reports
        and the comparing page are there.
    """
    if request.until:
        raise UserError("--until stops one report.", do="Leave it out, or leave out --by.")
    with runner.locked(target):
        refuse_foreign(target.site)
        apart = replace(request, given=request.given | {"pool": False})
        given = session.remember(target, apart)
        private = bool(given.get("private", False))
        members = _members(target, given, private)
        target.save(by={"private": private, "runs": {m.author: m.run.name for m in members}})
        failed = []
        for place, member in enumerate(members, start=1):
            print(f"\n{place} of {len(members)}: {visible(member.label)} ({member.run.name})")
            try:
                session.report(_own_request(target, request, given, member), plain, member.run)
            except UserError as error:
                print(f"\n{error}", file=sys.stderr)
                failed.append(member)
        page = landing.publish(target, members, failed)
    print(f"\nAll {len(members)} side by side:\n  {page}")
    if failed:
        names = ", ".join(visible(member.label) for member in failed)
        raise UserError(
            f"{len(failed)} of {len(members)} reports could not be made: {names}.",
            do="The reasons stand above; the next run goes on from there.",
        )
    return target


def slug(text: str) -> str:
    """Return a text from data as part of a folder's name: ASCII letters and digits, and "-"."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")[:40].strip("-") or "creator"


def name_runs(name: str, labels: list[str], taken: set[str] = frozenset()) -> list[str]:
    """Return a run's name for each label, all different, whatever the labels are.

    Parameters
    ----------
    name : str
        Of the run that they belong to.
    labels : list of str
    taken : set of str
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


def _members(target: Run, given: dict, private: bool) -> list[Member]:
    """Authors, most posts first, each with a run; who had one in an earlier request keeps it."""
    timezone, inputs = given.get("timezone", "UTC"), target.inputs()
    authors = authors_of(read_posts(inputs.posts, timezone, columns=inputs.columns))
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


def _own_request(target: Run, request, given: dict, member: Member) -> session.Request:
    """The request for one author: all parameters are those of the whole."""
    ownership.admit(member.run)
    member.run.save(inputs=replace(target.inputs(), simulated=False), part_of=target.name)
    return session.Request(
        name=member.run.name,
        given=given | {"author": member.author, "pool": False},
        forget=True,
        progress=request.progress,
    )
