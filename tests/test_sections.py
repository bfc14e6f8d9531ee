"""Sections of a page: empty ones are not on it, the method is folded, sources stay plain."""

import nbformat
import pytest

from virality.book import markup, sections

SHOWN = nbformat.v4.new_output("display_data", {"text/markdown": "Shown."})


def book(*cells):
    """A notebook of Markdown (a text) and code (its source, and whether it showed something)."""
    made = [
        nbformat.v4.new_markdown_cell(cell)
        if isinstance(cell, str)
        else nbformat.v4.new_code_cell(cell[0], outputs=[SHOWN] if cell[1] else [])
        for cell in cells
    ]
    return nbformat.v4.new_notebook(cells=made)


def texts(notebook):
    return [cell.source for cell in notebook.cells]


SAY = "page.say(text)"


def test_a_section_that_had_something_to_show_and_did_not_is_gone_with_its_prose():
    notebook = book("# A\n\nWords.\n\n## B\n\nOf nothing.", (SAY, False), "## C", (SAY, True))
    sections.without_empty(notebook)
    assert texts(notebook) == ["# A\n\nWords.", "## C", SAY]


def test_a_section_of_prose_or_of_code_that_only_computes_stays():
    cells = ["# A", "## B\n\nProse.", "## C", ("#| echo: true\nx = 1", False)]
    notebook = book(*cells)
    sections.without_empty(notebook)
    assert len(notebook.cells) == len(cells)


def test_a_section_stays_for_what_a_section_below_it_shows():
    notebook = book("# A", "## B", "### C", (SAY, False), "### D", (SAY, True), "## E")
    sections.without_empty(notebook)
    assert texts(notebook) == ["# A", "## B", "### D", SAY, "## E"]


def test_the_title_stays_whatever_there_is():
    notebook = book("# A", (SAY, False))
    sections.without_empty(notebook)
    assert texts(notebook) == ["# A", SAY]


@pytest.mark.parametrize("rest", ["", "\n\nFirst words."])
def test_the_method_is_folded_up_to_the_next_section(rest):
    notebook = book(
        "# A", f"## How we know{rest}", (SAY, True), "### Below", "## Else", (SAY, True)
    )
    sections.fold(notebook)
    text = "\n".join(texts(notebook))
    opened, closed = text.index("<details>"), text.index("</details>")
    assert text.index("## How we know") < opened < text.index("### Below") < closed
    assert closed < text.index("## Else")
    assert not rest or opened < text.index("First words.") < closed
    identifiers = [cell.id for cell in notebook.cells]
    assert len(set(identifiers)) == len(identifiers)
    nbformat.validate(notebook)


def test_code_before_the_answer_stands_in_the_folded_section():
    code = ("#| echo: true\nx = 1", False)
    notebook = book("# A", code, (SAY, True), "## B", code, "## How we know\n\nFirst.", (SAY, True))
    sections.answer_first(notebook)
    sections.fold(notebook)
    told = texts(notebook)
    assert told[:4] == ["# A", SAY, "## B", code[0]]
    assert told.index("## How we know") < told.index(code[0], 4)


def test_code_stays_where_there_is_no_folded_section():
    notebook = book("# A", ("x = 1", False), (SAY, True))
    sections.answer_first(notebook)
    assert texts(notebook) == ["# A", "x = 1", SAY]


def test_a_line_of_code_is_no_heading():
    notebook = book("# A\n\n```\n## B\n```\n\n## C")
    sections.without_empty(notebook)
    assert texts(notebook) == ["# A\n\n```\n## B\n```", "## C"]


def test_what_jupyterlab_shows_has_no_sign_of_quarto():
    text = (
        '::: {#fig-x}\n\n![](data:image/png;base64,AA==){fig-alt="An alt" .lightbox}\n\n'
        "Caption, see @tbl-y and [@gibbs2021aci] and [here](data.ipynb).\n\n:::\n\n"
        "[big]{.factor} &#60;b&#62;"
    )
    shown = markup.in_jupyterlab(text)
    assert (
        ":::" not in shown
        and "@" not in shown.replace("@media", "")
        and "{" not in shown.split("</style>")[1]
    )
    assert 'alt="An alt"' in shown and 'href="data.ipynb"' in shown
    assert "Gibbs" in shown and '<span class="factor">big</span>' in shown and "<b>" not in shown
