"""The book as one file to print or to send: Quarto has Typst set it, so no LaTeX is needed."""

from __future__ import annotations

import re
from pathlib import Path

from virality.book import plain, publish, quarto
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.core.writing import adding

LEAST = (1, 9)  # the first Quarto that sets books with Typst
_LOOK = {
    "typst": {
        "papersize": "a4",
        "toc": True,
        "toc-depth": 1,
        "number-sections": True,
        "number-depth": 1,
        "margin": {"x": "2.4cm", "y": "2.4cm"},
        "fontsize": "10pt",
        "keep-typ": False,
    }
}
_FORMAT = re.compile(r"\d+")


def make(run: Run, title: str, private: bool) -> Path:
    """Make the PDF of a published run, and put it beside its pages.

    Parameters
    ----------
    run : Run
        Its chapters are executed and its pages published; the caller holds its lock.
    title : str
        Title of the book, unescaped.
    private : bool
        As for the pages.

    Returns
    -------
    Path

    Raises
    ------
    UserError
        There is no Quarto that can, or it failed.
    """
    refuse_old(quarto.version())
    publish.stage(run, title, private)
    _set_for_print(run.staging)
    publish.render(run.staging, "open the report's pages and print them")
    made = next((run.staging / "_book").glob("*.pdf"))
    target = run.site / f"{run.name}.pdf"
    with adding(run.site, target.name) as temporary:
        temporary.write_bytes(made.read_bytes())
    return target


def refuse_old(version: str) -> None:
    """Raise UserError where Quarto is missing or sets no books with Typst.

    Parameters
    ----------
    version : str
        As Quarto prints it; "" where there is none.
    """
    numbers = tuple(int(number) for number in _FORMAT.findall(version)[:2])
    if numbers >= LEAST:
        return
    least = ".".join(map(str, LEAST))
    here = f"here is {version}" if version else "here is none"
    raise UserError(
        f"A PDF needs Quarto {least} or newer, and {here}.",
        do="Install one (pip install -r requirements-quarto.txt), or open the report's pages and "
        "print them: the browser leaves out what paper has no use for.",
    )


def _set_for_print(staging: Path) -> None:
    """Leave out of a staged book what only a screen has a use for: code, downloads, its look."""
    import nbformat
    import yaml

    for path in staging.glob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [cell for cell in notebook.cells if cell.get("id") != "download"]
        for cell in notebook.cells:
            cell.source = cell.source.replace(plain.TEACHES, "#| echo: false", 1)
        nbformat.write(notebook, path)
    place = staging / "_quarto.yml"
    config = yaml.safe_load(place.read_text(encoding="utf-8"))
    config["format"] = _LOOK
    config["book"]["chapters"].remove("references.qmd")  # Typst makes the list by itself
    config["book"]["author"] = "Made with virality"  # the title page has a place for a name
    for key in ("page-footer", "favicon", "search", "reader-mode", "page-navigation"):
        config["book"].pop(key, None)
    place.write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True), encoding="utf-8")
