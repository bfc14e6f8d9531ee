"""Execute chapters inside the test process: no kernel to start, nothing to import again."""

import ast

import nbformat
from matplotlib import pyplot as plt

from virality.book import params
from virality.core.chapters import book
from virality.core.paths import NOTEBOOKS, RUN_VARIABLE, Inputs, Run
from virality.figures import theme

QUICK = {"encoders": "classic", "n_folds": 2, "n_shifts": 19, "n_bootstrap": 50, "workers": 1}


def run_chapters(folder, monkeypatch, posts, until="", draw=True, **given) -> tuple[Run, str]:
    """Execute the book up to a chapter on posts, in a scratch run.

    Parameters
    ----------
    folder, posts : Path
        Of the run, and of its input.
    until : str
        The last chapter; all when "".
    draw : bool
        False leaves the figures empty, which is most of the time.

    Returns
    -------
    Run, str
        The run, its executed notebooks in place, and the Markdown of its pages.
    """
    run, said = Run.at(folder), []
    run.save(inputs=Inputs(posts=str(posts)), parameters=params.resolve(given))
    monkeypatch.setenv(RUN_VARIABLE, str(run.folder))
    monkeypatch.setattr("virality.book.chapter.display", _keeping(said))
    if not draw:
        monkeypatch.setattr(theme, "render", _no_picture)
    for spec in book(run.pooled):
        _run_chapter(run, spec.slug, QUICK | given, said)
        if spec.slug == until:
            break
    return run, "\n\n".join(said)


def run_chapter(run: Run, slug: str, monkeypatch, **given) -> str:
    """Execute one chapter of a run whose artefacts are there, and return the Markdown of its page.

    Parameters
    ----------
    run : Run
        Notebooks open it already, see `RUN_VARIABLE`.
    slug : str
        The chapter.
    """
    said: list[str] = []
    monkeypatch.setattr("virality.book.chapter.display", _keeping(said))
    monkeypatch.setattr(theme, "render", _no_picture)
    _run_chapter(run, slug, QUICK | given, said)
    return "\n\n".join(said)


def shown_cells(slug: str, **given) -> dict:
    """Execute the cells of a chapter that its page shows, and nothing else but its imports.

    Parameters
    ----------
    slug : str
        The chapter.
    **given
        What folded cells would have given: parameters, artefacts of the run as `run`.

    Returns
    -------
    dict
        Every name with its value, as a reader has them who copied these cells.
    """
    cells = nbformat.read(NOTEBOOKS / f"{slug}.ipynb", as_version=4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    imports = [node for source in sources[:2] for node in ast.parse(source).body
               if isinstance(node, ast.Import | ast.ImportFrom)]  # fmt: skip
    space = params.for_chapter(slug, params.resolve(QUICK)) | {"name": "a run"}
    exec(compile(ast.Module(imports, []), slug, "exec"), space)
    space |= given
    for source in sources:
        if source.startswith("#| echo: true"):
            exec(compile(source, slug, "exec"), space)
    return space


def _run_chapter(run: Run, slug: str, given: dict, said: list[str]) -> None:
    """Execute a chapter's cells in order, with its parameters replaced, and store the notebook."""
    notebook, space = nbformat.read(NOTEBOOKS / f"{slug}.ipynb", as_version=4), {}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        before = len(said)
        exec(compile(cell.source, f"{slug} {cell.id}", "exec"), space)
        if "parameters" in cell.metadata.get("tags", []):
            asked = {name: value for name, value in given.items() if name in params.known()}
            # a page of its own has parameters that no chapter has
            space.update(params.for_chapter(slug, given | params.resolve(asked)))
        cell.outputs = [
            nbformat.v4.new_output("display_data", {"text/markdown": text})
            for text in said[before:]
        ]
    run.executed(slug).parent.mkdir(exist_ok=True)
    nbformat.write(notebook, run.executed(slug))


def _keeping(said: list[str]):
    """Show nothing, and keep the Markdown of a page, without what JupyterLab alone shows."""

    def show(shown: dict, raw: bool) -> None:
        said.extend(text for kind, text in shown.items() if kind == "text/markdown")

    return show


def _no_picture(figure) -> dict[str, bytes]:
    plt.close(figure)
    empty = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
    return {"svg": empty, "narrow": empty}
