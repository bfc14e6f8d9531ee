"""Stage a run's executed notebooks as a Quarto book, render it, and swap the site in."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from virality.book import (
    finish,
    gallery,
    machine,
    map_page,
    markup,
    notices,
    plain,
    quarto,
    sections,
    stamps,
    twins,
    uses,
)
from virality.book.sharing import Shared
from virality.core import hashing
from virality.core import text as words
from virality.core.chapters import BESIDE, Spec, book, in_parts
from virality.core.errors import UserError
from virality.core.paths import NOTEBOOKS, UNKNOWN_AUTHOR, Run
from virality.core.writing import replacing_folder

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
_TWIN = re.compile(r'narrow="data:image/(svg\+xml|png|jpeg);base64,([A-Za-z0-9+/=]+)"')
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
    wanted = _made_from(run, title, private, as_plain)
    page = run.site / "index.html"
    if page.exists() and stamps.read(run, "site").get("made_from") == wanted:
        return Site(page, as_plain, rendered=False)
    stage(run, title, private)
    with replacing_folder(run.site) as temporary:
        if as_plain:
            warnings: tuple[str, ...] = ()
            chapters = book(run.pooled, run.planned)
            plain.render(run.staging, temporary, shared(run, title), chapters, footer(run))
        else:
            warnings = render(run.staging, "virality report --plain")
            shutil.move(run.staging / "_book", temporary)
            _offer_notebooks(run, temporary)
            finish.finish(temporary, NOTEBOOKS, shared(run, title))
        if map_page.is_there(run):
            map_page.write(run, temporary, private)
        _describe(run, temporary, title, private)
    stamps.write(run, "site", {"made_from": wanted})
    gallery.make()
    return Site(page, as_plain, True, warnings)


def _made_from(run: Run, title: str, private: bool, as_plain: bool) -> str:
    """The hash of all that pages are made from, so that unchanged ones are left as they are."""
    executed = [hashing.of_path(run.executed(spec.slug)) for spec in book(run.pooled, run.planned)]
    used = ("book.yml", finish.SCRIPT, *TEMPLATE)
    template = [hashing.of_path(NOTEBOOKS / name) for name in used]
    template += [hashing.of_path(path) for path in map_page.read_by(run)]
    code = uses.of_modules(uses.closure([__name__]))
    told = [machine.folders(run), title, footer(run), _address(run), private, as_plain]
    return hashing.of_value([executed, template, code, *told])


def shared(run: Run, title: str) -> Shared:
    """Return what is shown where somebody shares a page of a run.

    Parameters
    ----------
    run : Run
    title : str
        Title of the book, unescaped.
    """
    return Shared(title, _address(run), _card(run).exists())


def _card(run: Run) -> Path:
    return run.artefact("pooled_card" if run.pooled else "card")


def _describe(run: Run, site: Path, title: str, private: bool) -> None:
    """Put beside the pages what the first page of all reports shows of them."""
    if _card(run).exists():
        shutil.copyfile(_card(run), site / gallery.CARD)
    place = run.artefact("summary")
    facts = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    authors = [] if private else notices.values(run, "author")
    creator = authors[0] if len(authors) == 1 and authors[0] != UNKNOWN_AUTHOR else ""
    told = gallery.record(title, creator, facts)
    (site / gallery.RECORD).write_text(told, encoding="utf-8")


def _address(run: Run) -> str:
    """Where the site will stand, as the parameter of that name says."""
    address = run.load().get("parameters", {}).get("address", "")
    return f"{address.rstrip('/')}/" if address else ""


def footer(run: Run) -> str:
    """Return what stands below every page: where it comes from, and what no reader may miss."""
    return " ".join([*notices.of_run(run), "Made with virality; nothing was sent anywhere."])


def stage(run: Run, title: str, private: bool) -> None:
    """Lay out the book in the run's staging folder.

    Parameters
    ----------
    run : Run
        All its chapters are executed.
    title : str
        Title of the book; may hold text from data.
    private : bool
        Leave the notebooks out.

    Raises
    ------
    UserError
        A chapter has not been executed.
    """
    import yaml

    if run.staging.exists():
        shutil.rmtree(run.staging)
    run.staging.mkdir(parents=True)
    for name in TEMPLATE:
        shutil.copyfile(NOTEBOOKS / name, run.staging / name)
    chapters, hide = book(run.pooled, run.planned), machine.hider(run)
    for spec in chapters:
        _stage_chapter(run, spec, hide, private)
    config = book_config(title, chapters, footer(run))
    text = yaml.safe_dump(config, sort_keys=False, allow_unicode=True)
    (run.staging / "_quarto.yml").write_text(text, encoding="utf-8")


def _stage_chapter(run: Run, spec: Spec, hide, private: bool) -> None:
    """Make an executed notebook a page: without the machine, with pictures as files."""
    import nbformat

    source = run.executed(spec.slug)
    if not source.exists():
        raise UserError(
            f"The chapter “{spec.slug}” has not been executed.",
            do=f"Run: virality report --name {run.name}",
        )
    notebook = nbformat.read(source, as_version=4)
    machine.forget(notebook, hide)
    if not private:
        offered = run.staging / "notebooks" / source.name
        offered.parent.mkdir(exist_ok=True)
        nbformat.write(notebook, offered)
    as_page(notebook)
    if spec.home:
        sections.unnumber(notebook)
    if not private:
        link = f"[Download this chapter as an executed notebook](notebooks/{source.name})"
        # The id is given, because a random one would make every staged book a new one.
        cell = nbformat.v4.new_markdown_cell(f"::: {{.download}}\n{link}\n:::", id="download")
        notebook.cells.append(cell)
    mapped = spec.slug == map_page.CHAPTER and map_page.is_there(run)
    for output in (output for cell in notebook.cells for output in plain.shown_by(cell)):
        told = _unpack(output.data["text/markdown"], spec.slug, run.staging)
        output.data["text/markdown"] = map_page.offer(told) if mapped else told
    nbformat.write(notebook, run.staging / f"{spec.page}.ipynb")


def as_page(notebook) -> None:
    """Leave in an executed notebook what its page shows, in place.

    Outputs that are no Markdown are for JupyterLab. Sections that had nothing to show go, and the
    method is folded.

    Parameters
    ----------
    notebook : NotebookNode
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = plain.shown_by(cell)
            for output in cell.outputs:
                output.data = {"text/markdown": twins.as_told(output)}
    sections.without_empty(notebook)
    sections.answer_first(notebook)
    sections.fold(notebook)


def book_config(title: str, chapters: tuple[Spec, ...], footer: str = "") -> dict:
    """Return Quarto's configuration of the book: the template with these chapters.

    Parameters
    ----------
    title : str
        May hold text from data; it is escaped here.
    chapters : tuple of Spec
        Those of the book.
    footer : str
        What stands below every page, unescaped.
    """
    import yaml

    config = yaml.safe_load((NOTEBOOKS / "book.yml").read_text(encoding="utf-8"))
    home, *parts = in_parts(chapters).items()
    named = {part: [f"{spec.page}.ipynb" for spec in specs] for part, specs in parts}
    beside = ["glossary.qmd", "references.qmd", *named.pop(BESIDE, [])]
    contents = [{"part": part, "chapters": pages} for part, pages in named.items()]
    works = markup.bibliography((NOTEBOOKS / "references.bib").read_text(encoding="utf-8"))
    config["nocite"] = ", ".join(f"@{key}" for key in works)  # linked in the text, not cited
    config["book"]["title"] = words.escape(title)
    config["book"]["chapters"] = [f"{home[1][0].page}.ipynb", *contents, *beside]
    config["book"]["page-footer"]["center"] = words.escape(footer)
    return config


def _unpack(markdown: str, slug: str, staging: Path) -> str:
    """Replace pictures inside the text by files, so that they load lazily and enlarge."""
    label = _LABEL.search(markdown)
    alone = len(_DATA_URI.findall(markdown)) == 1

    def file(kind: str, content: str, twin: str = "") -> str:
        name = label[1] if label and alone else hashing.of_value(content)[:12]
        path = staging / "pictures" / f"{slug}-{name}{twin}.{_SUFFIX[kind]}"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b64decode(content))
        return path.relative_to(staging).as_posix()

    told = _DATA_URI.sub(lambda match: f"![]({file(match[1], match[2])})", markdown)
    return _TWIN.sub(lambda match: f'narrow="{file(match[1], match[2], "-narrow")}"', told)


def render(staging: Path, otherwise: str) -> tuple[str, ...]:
    """Have Quarto make pages of a staged folder; return the lines in which it warned.

    Parameters
    ----------
    staging : Path
    otherwise : str
        Command that makes the plain version.

    Raises
    ------
    UserError
        It could not.
    """
    try:
        printed = quarto.render(staging)
    except subprocess.CalledProcessError as error:
        tail = "\n".join(error.output.strip().splitlines()[-8:])
        raise UserError(
            f"Quarto could not render the pages:\n{tail}",
            where=str(staging),
            do=f"\nThe plain version still works: {otherwise}",
        ) from None
    for page in staging.rglob("*.html"):
        page.write_text(twins.chosen(page.read_text(encoding="utf-8")), encoding="utf-8")
    return tuple(line for line in printed.splitlines() if "WARN" in line)


def _offer_notebooks(run: Run, site: Path) -> None:
    """Put the executed notebooks beside the pages that link to them."""
    source = run.staging / "notebooks"
    if source.exists():
        shutil.copytree(source, site / "notebooks", dirs_exist_ok=True)
