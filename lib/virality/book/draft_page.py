"""The page on a draft: executed like a chapter, rendered like a chapter, and a single file."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from virality.book import machine, plain, publish, quarto, runner, scoring
from virality.book.ownership import locked
from virality.core.errors import UserError
from virality.core.paths import (
    NOTEBOOKS,
    Run,
    place_for,
    refuse_without_book,
    writing_to,
)
from virality.core.writing import replacing
from virality.posts.outputs import refuse_strangers

SLUG = "draft"
TITLE = "A draft"
_MARK = '<meta name="virality" content="draft">'  # tells an earlier page from somebody else's
_HEAD = "<head>"


def place(text: str, force: bool = False) -> Path:
    """Return where the page goes, as an absolute path; nothing is made yet.

    Parameters
    ----------
    text : str
        As the user gave it.
    force : bool
        Whether it may replace any file there.

    Raises
    ------
    UserError
        No page can be made there, or something is there that is no earlier page of a draft.
    """
    refuse_without_book()
    path = place_for(text)
    if path.suffix.lower() != ".html":
        raise UserError("A page ends in .html.", where=path.name[:80], do="Name it draft.html.")
    refuse_strangers(path, _is_ours, "an earlier page of a draft", force)
    return path


def make(run: Run, wish: scoring.Wish, path: Path) -> None:
    """Execute the page on drafts, render it, and store it as one file.

    Parameters
    ----------
    run : Run
        Its `private` holds for the page as well.
    wish : Wish
    path : Path
        From :func:`place`.

    Raises
    ------
    UserError
        The page could not be executed or rendered.
    """
    private = bool(run.load().get("parameters", {}).get("private", False))
    values = scoring.as_asked(wish) | {"name": run.name, "private": private}
    with locked(run):
        notebook = runner.execute_alone(run, SLUG, values)
        hide = machine.hider(run)
    machine.forget(notebook, hide)
    publish.as_page(notebook)
    page = _by_quarto(notebook) if quarto.find() else plain.alone(notebook, TITLE)
    with writing_to(path), replacing(path, lasting=True) as temporary:
        temporary.write_text(page.replace(_HEAD, f"{_HEAD}\n{_MARK}", 1), encoding="utf-8")


def _by_quarto(notebook) -> str:
    """The page with the book's look, all that it needs inside it."""
    import nbformat
    import yaml

    with tempfile.TemporaryDirectory(prefix="virality-") as name:
        folder = Path(name)
        for each in publish.TEMPLATE:
            shutil.copyfile(NOTEBOOKS / each, folder / each)
        nbformat.write(notebook, folder / f"{SLUG}.ipynb")
        config = yaml.safe_load((NOTEBOOKS / "book.yml").read_text(encoding="utf-8"))
        html = config["format"]["html"] | {
            "embed-resources": True,
            "number-sections": False,
        }
        kept = {key: config[key] for key in ("execute", "toc-title")}
        alone = {"project": {"type": "default", "render": [f"{SLUG}.ipynb"]}, "pagetitle": TITLE}
        text = yaml.safe_dump(alone | kept | {"format": {"html": html}}, sort_keys=False)
        (folder / "_quarto.yml").write_text(text, encoding="utf-8")
        publish.render(folder, "VIRALITY_QUARTO=off virality score … --page FILE")
        return (folder / f"{SLUG}.html").read_text(encoding="utf-8")


def _is_ours(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as stream:
            return _MARK in stream.read(4_000)
    except (OSError, ValueError):
        return False
