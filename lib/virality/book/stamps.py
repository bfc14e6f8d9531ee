"""Whether a chapter's last complete execution still holds; its stamp, written last, says.

A chapter is stale when its notebook, the parameters that its own cell names, the content of what
it reads, or the code that it uses has changed, or when something that it wrote is not as it left
it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from virality.book import uses
from virality.core import hashing
from virality.core.chapters import Spec
from virality.core.paths import NOTEBOOKS, Run
from virality.core.writing import made_in, replacing


def is_fresh(run: Run, spec: Spec, values: dict) -> bool:
    """Return whether the chapter's last complete execution still holds.

    Parameters
    ----------
    run : Run
    spec : Spec
        The chapter.
    values : dict
        Every parameter that it would run with now.
    """
    stamp = read(run, spec.slug)
    return (
        bool(stamp)
        and stamp.get("asked") == asked(run, spec, values)
        and stamp.get("outputs") == _outputs(run, spec)
    )


def read(run: Run, slug: str) -> dict:
    """Return what a stamp says, empty when there is none or a damaged one.

    Parameters
    ----------
    run : Run
    slug : str
        The chapter, or "site" for the published pages.
    """
    try:
        return json.loads(run.stamp(slug).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def write(run: Run, slug: str, content: dict) -> None:
    """Store a stamp, whole or not at all.

    Parameters
    ----------
    run : Run
    slug : str
        The chapter, or "site" for the published pages.
    content : dict
        Anything that JSON can hold.
    """
    with replacing(run.stamp(slug)) as temporary:
        temporary.write_text(json.dumps(content, indent=2, sort_keys=True), encoding="utf-8")


def complete(run: Run, spec: Spec, asked_for: dict, seconds: float) -> None:
    """Record that a chapter has run to its end.

    Parameters
    ----------
    run : Run
    spec : Spec
        The chapter.
    asked_for : dict
        What :func:`asked` said before it ran: changes made meanwhile leave it stale.
    seconds : float
        That it took.
    """
    stamp = {
        "asked": asked_for,
        "outputs": _outputs(run, spec),
        "house": uses.of_house(spec.slug),
        "seconds": round(seconds, 3),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write(run, spec.slug, stamp)


def asked(run: Run, spec: Spec, values: dict) -> dict:
    """Return all that a chapter's result depends on, as hashes and plain values.

    Parameters
    ----------
    run : Run
    spec : Spec
        The chapter.
    values : dict
        Every parameter that it runs with.
    """
    inputs = run.inputs()
    return {
        "source": hashing.of_notebook(NOTEBOOKS / f"{spec.slug}.ipynb"),
        "parameters": values,
        "library": _library(run, spec.slug),
        "reads": {name: hashing.of_path(run.artefact(name)) for name in spec.reads},
        "inputs": {name: hashing.of_input(_brought(run, name)) for name in spec.inputs},
        "columns": inputs.columns if "posts" in spec.inputs else "",
        "simulated": inputs.simulated,
        "prior": _prior(values.get("prior", "")),
        # what "auto" was resolved to is not in the parameter itself
        "encoders": run.load().get("encoders") if "encoders" in values else None,
        "finders": _finders(values.get("hook_facts", "off")) if inputs.videos else "",
    }


def _library(run: Run, slug: str) -> str:
    """The code that a chapter uses; as it was where no code at all has changed since it ran."""
    stamp = read(run, slug)
    if stamp.get("house") == uses.of_house(slug):
        return stamp["asked"]["library"]
    return uses.of_chapter(slug)


def _finders(wanted: str) -> str:
    """What finds the facts of openings here; packages come and go."""
    if wanted == "off":
        return ""
    from virality.media.hook import look

    return look.fingerprint()


def _brought(run: Run, name: str) -> str:
    """Where something that the user brought lies; "" where there is none."""
    if name == "plan":
        return str(run.plan) if run.planned else ""
    return run.tags if name == "tags" else getattr(run.inputs(), name)


def _prior(folder: str) -> list[str]:
    """The content of a prior's files; none without one."""
    if not folder:
        return []
    from virality.models.prior_files import CARD, TREES

    return [hashing.of_path(Path(folder, name)) for name in (CARD, TREES)]


def figures(run: Run, slug: str) -> list[Path]:
    """Return the figures of a chapter: those that it made, not what somebody laid beside them.

    Parameters
    ----------
    run : Run
    slug : str
        The chapter.
    """
    made = made_in(run.figures) or frozenset()
    paths = [run.figures / name for name in sorted(made) if name.startswith(f"{slug}-")]
    return [path for path in paths if path.is_file()]


def _outputs(run: Run, spec: Spec) -> dict:
    return {
        "artefacts": {name: hashing.of_path(run.artefact(name)) for name in spec.writes},
        "figures": {path.name: hashing.of_file(path) for path in figures(run, spec.slug)},
        "notebook": hashing.of_path(run.executed(spec.slug)),
    }
