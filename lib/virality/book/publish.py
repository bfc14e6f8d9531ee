"""Stage a run's executed notebooks as a Quarto book, render it, and swap the site in."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from virality.book import places, plain, quarto
from virality.book.chapters import Spec, book
from virality.book.runner import read_stamp
from virality.book.sites import list_sites
from virality.core import hashing
from virality.core import text as words
from virality.core.errors import UserError
from virality.core.paths import NOTEBOOKS, Run
from virality.core.writing import replacing, replacing_folder

# What lies beside the notebooks and belongs to every book.
TEMPLATE = (
    "references.bib",
    "references.qmd",
    "glossary.qmd",
    "theme.scss",
    "theme-light.scss",
    "theme-dark.scss",
    "favicon.svg",
)
_DATA_URI = re.compile(r"!\[\]\(data:image/(svg\+xml|png|jpeg);base64,([A-Za-z0-9+/=]+)\)")
_ONWARD = re.compile(r"^Next: .*\]\((\w+)\.ipynb\)\.?\s*\Z", re.MULTILINE)
_LABEL = re.compile(r"::: \{#(?:fig|tbl)-([A-Za-z0-9_-]+)\}")
_SUFFIX = {"svg+xml": "svg", "png": "png", "jpeg": "jpg"}


@dataclass(frozen=True)
class Site:
    """A published report.

    Parameters
    ----------
    page : Path
        The first page.
    plain : bool
        True for the version without Quarto.
    rendered : bool
        False when the pages that were there still hold.
    warnings : tuple of str
        Lines in which Quarto warned.
    """

    page: Path
    plain: bool
    rendered: bool
    warnings: tuple[str, ...] = ()


def publish(run: Run, title: str, private: bool, force_plain: bool = False) -> Site:
    """Publish the executed chapters of `run`.

    Parameters
    ----------
    run : Run
        All its chapters are executed; the caller holds its lock.
    title : str
        Title of the book; may hold text from data.
    private : bool
        Leave the notebooks out of the site (the chapters left captions and pictures out).
    force_plain : bool
        Make the plain version even where Quarto is installed.

    Returns
    -------
    Site
        Where it is and what it is.
    """
    as_plain = force_plain or not quarto.find()
    stage(run, title, private)
    wanted = hashing.of_value([hashing.of_path(run.staging), as_plain, hashing.of_library()])
    page = run.site / "index.html"
    if page.exists() and read_stamp(run, "site").get("staged") == wanted:
        return Site(page, as_plain, rendered=False)
    with replacing_folder(run.site) as temporary:
        if as_plain:
            warnings: tuple[str, ...] = ()
            plain.render(run.staging, temporary, title, book(run.pooled))
        else:
            warnings = _render(run)
            shutil.move(run.staging / "_book", temporary)
            _offer_notebooks(run, temporary)
    with replacing(run.stamp("site")) as temporary:
        temporary.write_text(json.dumps({"staged": wanted}), encoding="utf-8")
    list_sites()
    return Site(page, as_plain, True, warnings)


def stage(run: Run, title: str, private: bool) -> None:
    """Lay out the book in the run's staging folder: template, chapters, pictures."""
    import nbformat
    import yaml

    if run.staging.exists():
        shutil.rmtree(run.staging)
    run.staging.mkdir(parents=True)
    for name in TEMPLATE:
        shutil.copyfile(NOTEBOOKS / name, run.staging / name)
    chapters, hide = book(run.pooled), places.hider(run)
    for spec in chapters:
        source = run.executed(spec.slug)
        if not source.exists():
            raise UserError(
                f"The chapter “{spec.slug}” has not been executed.",
                do=f"Run: virality report --name {run.name}",
            )
        notebook = nbformat.read(source, as_version=4)
        places.clean(notebook, hide)
        if not private:
            _offer(notebook, run.staging / "notebooks" / source.name)
        _prepare(notebook, spec.slug, run.staging, private)
        _lead_on(notebook, spec, chapters)
        nbformat.write(notebook, run.staging / f"{spec.page}.ipynb")
    config = book_config(title, chapters)
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    (run.staging / "_quarto.yml").write_text(text, encoding="utf-8")


def book_config(title: str, chapters: tuple[Spec, ...]) -> dict:
    """Return Quarto's configuration of the book: the template with these chapters."""
    import yaml

    config = yaml.safe_load((NOTEBOOKS / "book.yml").read_text(encoding="utf-8"))
    parts: dict[str, list[str]] = {}
    for spec in chapters:
        if spec.part:
            parts.setdefault(spec.part, []).append(f"{spec.page}.ipynb")
    contents = [{"part": part, "chapters": pages} for part, pages in parts.items()]
    config["book"]["title"] = words.escape(title)
    config["book"]["chapters"] = ["index.ipynb", *contents, "glossary.qmd", "references.qmd"]
    config["book"]["page-footer"]["center"] = "Made with virality; nothing was sent anywhere."
    return config


def _offer(notebook, target: Path) -> None:
    """Lay the notebook where readers of the page can download it."""
    import nbformat

    target.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, target)


def _prepare(notebook, slug: str, staging: Path, private: bool) -> None:
    """Make a clean executed notebook a page: pictures as files, a download link."""
    import nbformat

    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            markdown = output.get("data", {}).get("text/markdown")
            if markdown:
                output.data = {"text/markdown": _unpack(markdown, slug, staging)}
    if not private:
        link = f"[Download this chapter as an executed notebook](notebooks/{slug}.ipynb)"
        # The id is given, because a random one would make every staged book a new one.
        text = f"::: {{.download}}\n{link}\n:::"
        notebook.cells.append(nbformat.v4.new_markdown_cell(text, id="download"))


def _lead_on(notebook, spec: Spec, chapters: tuple[Spec, ...]) -> None:
    """Let the way to the next chapter lead to one that this book has."""
    pages = {each.page for each in chapters} | {"glossary", "references"}
    read = [each for each in chapters if each.part]
    later = read[read.index(spec) + 1 :] if spec in read else []
    onward = _way(later[0]) if later else ""
    for cell in notebook.cells:
        last = _ONWARD.search(cell.source) if cell.cell_type == "markdown" else None
        if last and last[1] not in pages:
            cell.source = cell.source[: last.start()] + onward


def _way(spec: Spec) -> str:
    question = spec.question[0].lower() + spec.question[1:]
    return f"Next: {question} [{spec.title}]({spec.page}.ipynb)"


def _unpack(markdown: str, slug: str, staging: Path) -> str:
    """Replace pictures inside the text by files, so that they load lazily and enlarge."""
    label = _LABEL.search(markdown)
    alone = len(_DATA_URI.findall(markdown)) == 1

    def replace(match: re.Match) -> str:
        content = b64decode(match[2])
        name = label[1] if label and alone else hashing.of_value(match[2])[:12]
        path = staging / "pictures" / f"{slug}-{name}.{_SUFFIX[match[1]]}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return f"![]({path.relative_to(staging).as_posix()})"

    return _DATA_URI.sub(replace, markdown)


def _render(run: Run) -> tuple[str, ...]:
    try:
        printed = quarto.render(run.staging)
    except subprocess.CalledProcessError as error:
        tail = "\n".join(error.output.strip().splitlines()[-8:])
        raise UserError(
            f"Quarto could not render the book:\n{tail}",
            where=str(run.staging),
            do="\nThe plain version still works: virality report --plain",
        ) from None
    return tuple(line for line in printed.splitlines() if "WARN" in line)


def _offer_notebooks(run: Run, site: Path) -> None:
    """Put the executed notebooks beside the pages that link to them."""
    source = run.staging / "notebooks"
    if source.exists():
        shutil.copytree(source, site / "notebooks", dirs_exist_ok=True)
