"""The sections of an executed chapter: which are on the page, and which are folded.

A section begins at a heading and goes on to the next one that is not below it. Sources stay plain
Markdown, so that they read well in JupyterLab; what a page needs beyond that is added here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

FOLDED = "How we know"  # sections of this name: the method, which is the same in every report
SUMMARY = "Show the method and its limits"
_SHOWS = re.compile(r"\bpage\.(?:say|answer|doubt|note|warn|figure|picture|table)\(")
_HEADING = re.compile(r"^(#{1,6}) +(.+?) *$", re.MULTILINE)
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def without_empty(notebook) -> None:
    """Take away, in place, every section that had something to show and showed nothing.

    Parameters
    ----------
    notebook : NotebookNode
        Executed. Sections without a cell that shows anything are prose, and stay.
    """
    _split_at_headings(notebook)
    while (empty := next(_empty(notebook.cells), None)) is not None:
        del notebook.cells[empty]


def answer_first(notebook) -> None:
    """Move the code that stands before the answer into the folded section, in place.

    Parameters
    ----------
    notebook : NotebookNode
        One without such a section stays as it is.
    """
    _split_at_headings(notebook)
    cells = notebook.cells
    method = next((i for i, cell in enumerate(cells) if _heading(cell)[1] == FOLDED), None)
    answer = next((i for i, cell in enumerate(cells) if _shows(cell)), None)
    if method is None or answer is None or answer > method:
        return
    moved = [cell for cell in cells[:answer] if cell.cell_type == "code"]
    stay = [cell for cell in cells[:answer] if cell.cell_type != "code"]
    notebook.cells = [*stay, *cells[answer : method + 1], *moved, *cells[method + 1 :]]


def fold(notebook) -> None:
    """Fold, in place, every section that is called "How we know"; its heading stays in sight.

    Parameters
    ----------
    notebook : NotebookNode
    """
    _split_at_headings(notebook)
    cells, begun = [], 0
    for start, end in _sections(notebook.cells):
        title = _heading(notebook.cells[start])[1]
        if title != FOLDED or start < begun:
            continue
        head = notebook.cells[start]
        first_line, _, rest = head.source.partition("\n")
        inside = [_markdown(rest.strip(), f"{start}-inside"), *notebook.cells[start + 1 : end]]
        head.source = first_line
        cells += notebook.cells[begun : start + 1]
        cells += [_markdown(_OPEN, f"{start}-open"), *inside, _markdown(_CLOSE, f"{start}-close")]
        begun = end
    notebook.cells = cells + notebook.cells[begun:]


def unnumber(notebook) -> None:
    """Leave the number off the page's title, in place."""
    first = notebook.cells[0]
    first.source = re.sub(r"\A(# [^\n{]+?) *$", r"\1 {.unnumbered}", first.source, flags=re.M)


# The element of HTML opens by itself where a reader follows a link or searches into it, works
# without a script, and other formats leave the raw parts out and show what is inside.
_OPEN = f"""::::: {{.how}}

```{{=html}}
<details><summary>{SUMMARY}</summary>
```

:::: {{.inside}}
"""
_CLOSE = """::::

```{=html}
</details>
```

:::::
"""


def _empty(cells: list) -> Iterator[slice]:
    for start, end in _sections(cells):
        shows = [c for c in cells[start:end] if c.cell_type == "code" and _SHOWS.search(c.source)]
        if shows and not any(cell.outputs for cell in shows) and _heading(cells[start])[0] > 1:
            yield slice(start, end)


def _shows(cell) -> bool:
    return cell.cell_type == "code" and bool(cell.outputs)


def _sections(cells: list) -> Iterator[tuple[int, int]]:
    """The first cell of each section, and the first cell behind it."""
    levels = [_heading(cell)[0] for cell in cells]
    for start, level in enumerate(levels):
        if level:
            behind = (i for i in range(start + 1, len(cells)) if 0 < levels[i] <= level)
            yield start, next(behind, len(cells))


def _heading(cell) -> tuple[int, str]:
    """The level and the text of the heading that a cell begins with; (0, "") without one."""
    found = _HEADING.match(cell.source) if cell.cell_type == "markdown" else None
    return (len(found[1]), found[2]) if found else (0, "")


def _split_at_headings(notebook) -> None:
    cells = []
    for cell in notebook.cells:
        cells += _parts(cell) if cell.cell_type == "markdown" else [cell]
    notebook.cells = cells


def _parts(cell) -> list:
    """A cell of Markdown as cells that have a heading at their beginning, or none."""
    blocks = [range(*found.span()) for found in _CODE.finditer(cell.source)]
    found = [match.start() for match in _HEADING.finditer(cell.source)]
    cuts = [at for at in found if at and not any(at in block for block in blocks)]
    if not cuts:
        return [cell]
    bounds = zip([0, *cuts], [*cuts, len(cell.source)])
    texts = [cell.source[start:end].strip() for start, end in bounds]
    return [_markdown(text, f"{cell.get('id', '')}-{i}") for i, text in enumerate(texts) if text]


def _markdown(text: str, name: str):
    import nbformat

    # The id is given, because a random one would make every staged book a new one.
    return nbformat.v4.new_markdown_cell(text, id=re.sub(r"[^\w-]", "", name)[-60:])
