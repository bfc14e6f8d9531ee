"""A book of three tiny chapters, for tests of the runner."""

import nbformat

from virality.book import params, runner, stamps, uses
from virality.core import chapters
from virality.core.chapters import Spec
from virality.core.paths import Run

WRITE = "from pathlib import Path\nimport json\n"
CHAPTERS = (
    Spec("one", "One", "?", writes=("posts",), inputs=("posts",)),
    Spec("two", "Two", "?", reads=("posts",), writes=("repairs",)),
    Spec("three", "Three", "?", reads=("posts", "repairs"), writes=("summary",)),
)


def notebook(parameters: str, *cells: str):
    tagged = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    book = nbformat.v4.new_notebook(
        cells=[tagged, *(nbformat.v4.new_code_cell(cell) for cell in cells)],
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": "p"}},
    )
    return book


def make(folder, monkeypatch) -> Run:
    """Write the toy notebooks and make the runner use them; return an empty run."""
    run = Run.at(folder / "toy")
    notebooks = folder / "notebooks"
    notebooks.mkdir()

    def write(target, expression):
        return (
            "from virality.core.paths import Run, replacing\n"
            f"path = Run.open(name).artefact({target!r})\n"
            f"with replacing(path) as t:\n    t.write_text(str({expression}))"
        )

    read = (
        "from virality.core.paths import Run\ntext = Run.open(name).artefact('posts').read_text()"
    )
    named = 'name = "x"  # the run\n'
    books = {
        "one": notebook(named + "size = 3  # how many", write("posts", "'p' * size")),
        "two": notebook(
            named + "n_folds = 5  # folds", read, write("repairs", "text + str(n_folds)")
        ),
        "three": notebook(named + "private = False  # hide", write("summary", "'done'")),
    }
    for slug, book in books.items():
        nbformat.write(book, notebooks / f"{slug}.ipynb")
    use(notebooks, monkeypatch.setattr)
    params.declared.cache_clear()
    params.known.cache_clear()
    return run


def use(notebooks, put=setattr):
    """Make the book's own modules take the toy chapters for theirs."""
    for module in (chapters, params):
        put(module, "CHAPTERS", CHAPTERS)
    for module in (runner, params, stamps, uses):
        put(module, "NOTEBOOKS", notebooks)


def edit(folder, slug, *cells):
    """Replace the code of a toy chapter, but for its parameters cell."""
    path = folder / "notebooks" / f"{slug}.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells = [book.cells[0], *(nbformat.v4.new_code_cell(cell) for cell in cells)]
    nbformat.write(book, path)
