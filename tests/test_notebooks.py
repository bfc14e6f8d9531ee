"""The house rules of a chapter, checked on the sources in git."""

import ast
import builtins
import json
import re
import statistics

import pytest

from virality.book import params
from virality.book.plain import TEACHES
from virality.book.sections import FOLDED
from virality.core.chapters import ARTEFACTS, CHAPTERS, PAGES, as_read, book, chapter
from virality.core.paths import NOTEBOOKS, START

SLUGS = [spec.slug for spec in (*CHAPTERS, *PAGES)]
ALLOWED_TAGS = {"parameters", "remove-cell"}
# Digits that are part of a name or a constant of the method, not of anybody's data.
CONSTANTS = re.compile(r"ViT-B/32|R²|H\.264|\[[^\]]*\]\([^)]*\)|\[@[\w; @]+\]|@[\w-]+|`[^`]*`")
LONGEST_CELL = 15
WITHOUT_A_CLAIM = {"recipe"}  # says what was run
FIRST_SCREENS = {"index", "overview"}  # stand in the place of an answer box
LONGEST_LINE_ON_THE_PAGE = 80  # what the column of a page holds
# What code on the page takes from cells that are not: the posts as read, and the answer's model.
FROM_OTHER_CELLS = {
    "data": {"record", "source"},
    "index": {"facts", "found"},
    "experiments": {"plan", "tags"},
    "draft": {"looked"},
}


def cells(slug):
    return json.loads((NOTEBOOKS / f"{slug}.ipynb").read_text())["cells"]


def code(slug):
    return [c for c in cells(slug) if c["cell_type"] == "code"]


def prose(slug):
    return ["".join(c["source"]) for c in cells(slug) if c["cell_type"] == "markdown"]


def sources(slug):
    return ["".join(c["source"]) for c in code(slug)]


def lines(cell):
    return [line for line in "".join(cell["source"]).splitlines() if line.strip()]


def teaches(cell):
    return "".join(cell["source"]).startswith(TEACHES)


def computes(cell):
    """Whether a cell calls anything but the page that it stands on."""
    calls = [
        n.func for n in ast.walk(ast.parse("".join(cell["source"]))) if isinstance(n, ast.Call)
    ]
    roots = {ast.unparse(call).split(".")[0] for call in calls}
    return bool(roots - {"page", "here", "print"})


def test_one_notebook_per_chapter():
    chapters = {*NOTEBOOKS.glob("*.ipynb")} - {START}
    assert sorted(path.stem for path in chapters) == sorted(SLUGS)


def test_the_page_that_jupyterlab_opens_leads_to_all_of_them_in_the_order_of_reading():
    (cell,) = json.loads(START.read_text())["cells"]
    text = "".join(cell["source"])
    linked = re.findall(r"\]\((\w+)\.ipynb\)", text)
    assert sorted(linked) == sorted(SLUGS)
    assert [slug for slug in linked if slug in as_read_slugs()] == as_read_slugs()
    for spec in (*CHAPTERS, *PAGES):
        assert f"[{spec.title}]({spec.slug}.ipynb)" in text or spec.slug == "overview"


def as_read_slugs():
    return [spec.slug for spec in as_read(book(planned=True))]


def test_a_page_of_its_own_is_no_chapter():
    chapters = {spec for many in (False, True) for spec in book(many, planned=True)}
    assert not chapters & set(PAGES)
    assert not any(spec.writes for spec in PAGES), "nothing of it stays in a run"
    for spec in PAGES:
        for name, parameter in params.declared(spec.slug).items():
            shared = params.known().get(name, parameter)
            assert (parameter.default, parameter.range) == (shared.default, shared.range)


def test_every_artefact_has_one_writer_that_comes_before_its_readers():
    written: set[str] = set()
    for spec in CHAPTERS:
        assert set(spec.reads) <= written, f"{spec.slug} reads what nobody wrote before"
        assert not written & set(spec.writes)
        written |= set(spec.writes)
    assert written == set(ARTEFACTS)


@pytest.mark.parametrize("slug", SLUGS)
def test_what_a_chapter_takes_from_its_run_is_declared(slug):
    """By name or as an attribute of the run: what is not declared would make nothing stale."""
    source = "\n".join("".join(cell["source"]) for cell in code(slug))
    spec = chapter(slug)
    runs = re.findall(r"(\w+) = vi\.load_run\(", source)
    for name in runs:
        taken = set(re.findall(rf"\b{name}(?:\.|\[\")(\w+)", source)) & set(ARTEFACTS)
        assert taken <= {*spec.reads, *spec.writes}
    through = set(re.findall(r"vi\.load_run\(\w+\)(?:\.|\[\")(\w+)", source))
    assert through <= {*spec.reads, *spec.writes}


@pytest.mark.parametrize("slug", SLUGS)
def test_clean_source(slug):
    for cell in code(slug):
        assert not cell["outputs"]
        assert cell["execution_count"] is None
    tags = {tag for cell in cells(slug) for tag in cell["metadata"].get("tags", [])}
    assert tags <= ALLOWED_TAGS
    identifiers = [cell["id"] for cell in cells(slug)]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize("slug", SLUGS)
def test_order_title_parameters_setup_banner(slug):
    first, second, third, *_ = cells(slug)
    assert "".join(first["source"]).startswith("# ")
    assert second["metadata"]["tags"] == ["parameters"]
    assert f'Chapter("{slug}", name' in "".join(third["source"])
    # The chapter that makes the posts hands them over: a first run has none stored.
    banner = "page.banner(reading.posts)" if "posts" in chapter(slug).writes else "page.banner()"
    assert any(banner in "".join(c["source"]) for c in code(slug)[:3])


@pytest.mark.parametrize("slug", SLUGS)
def test_cells_that_carry_the_claim_show_their_computation(slug):
    teaching = [cell for cell in code(slug) if teaches(cell)]
    assert all(computes(cell) for cell in teaching)
    assert len(teaching) >= 2 or slug in WITHOUT_A_CLAIM
    for cell in code(slug):
        assert teaches(cell) or "echo:" not in "".join(cell["source"])


@pytest.mark.parametrize("slug", SLUGS)
def test_code_on_the_page_can_be_pasted_into_a_notebook(slug):
    """It takes its names from the parameters, its own imports, and code on the page before it."""
    known = {*dir(builtins), *params.declared(slug), *FROM_OTHER_CELLS.get(slug, ())}
    for source in ("".join(cell["source"]) for cell in code(slug) if teaches(cell)):
        assert all(len(line) <= LONGEST_LINE_ON_THE_PAGE for line in source.splitlines())
        nodes = list(ast.walk(ast.parse(source)))
        imports = [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
        known |= {alias.asname or alias.name for node in imports for alias in node.names}
        known |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        names = [n for n in nodes if isinstance(n, ast.Name)]
        known |= {n.id for n in names if isinstance(n.ctx, ast.Store)}
        assert {n.id for n in names} <= known


@pytest.mark.parametrize("slug", SLUGS)
def test_parameters_are_literals_with_a_comment_and_a_range(slug):
    for parameter in params.declared(slug).values():
        assert parameter.comment, f"{parameter.name} has no comment"
        assert parameter.range, f"{parameter.name} does not say what it may be"
    assert "name" in params.declared(slug)
    params.known()  # one default and one range for one name


@pytest.mark.parametrize("slug", SLUGS)
def test_cells_are_short_and_hold_no_logic(slug):
    lengths = [len(lines(cell)) for cell in code(slug)[1:]]
    assert max(lengths) <= LONGEST_CELL
    assert statistics.median(lengths) <= 6
    for cell in code(slug):
        source = "".join(cell["source"])
        assert not re.search(r"^\s*(def|class|lambda)\b", source, re.MULTILINE)
        loops = r"^\s*(while|try)\b" if teaches(cell) else r"^\s*(for|while|try)\b"
        assert not re.search(loops, source, re.MULTILINE), source


@pytest.mark.parametrize("slug", SLUGS)
def test_no_number_from_data_is_typed_into_prose(slug):
    for text in prose(slug):
        without = CONSTANTS.sub("", text)
        assert not re.search(r"\d", without), re.findall(r"[^\n]*\d[^\n]*", without)


@pytest.mark.parametrize("slug", SLUGS)
def test_one_figure_or_table_per_cell_with_words_between(slug):
    shown_before = False
    for cell in cells(slug):
        source = "".join(cell["source"])
        shown = len(re.findall(r"(?:page|here)\.(figure|table|picture)\(", source))
        assert shown <= 1, source
        assert not (shown and shown_before), f"two in a row:\n{source}"
        if cell["cell_type"] == "markdown" or re.search(r"(page|here)\.say\(", source):
            shown_before = False
        shown_before = shown_before or bool(shown)


@pytest.mark.parametrize("slug", sorted({*SLUGS} - WITHOUT_A_CLAIM))
def test_answers_first_then_one_picture_and_one_doubt(slug):
    calls = re.findall(r"page\.(answer|figure|picture|table|doubt)\(", "\n".join(sources(slug)))
    assert calls[0] == "answer" or slug in FIRST_SCREENS
    assert calls.count("doubt") == 1
    before = calls[: calls.index("doubt")]
    assert 1 <= sum(call in ("figure", "picture") for call in before) <= 2
    assert "table" not in before


@pytest.mark.parametrize("slug", sorted({*SLUGS} - WITHOUT_A_CLAIM))
def test_folds_its_method_and_says_what_it_cannot_tell(slug):
    headings = re.findall(r"^#+ .*", "\n".join(prose(slug)), re.MULTILINE)
    folded = headings.index(f"## {FOLDED}")
    assert not any(heading.startswith("## ") for heading in headings[folded + 1 :])
    assert any("cannot tell" in heading for heading in headings[folded:])


@pytest.mark.parametrize("slug", SLUGS)
def test_cells_read_well_where_only_markdown_is_known(slug):
    """JupyterLab shows attributes, divs and citation keys of Quarto as they stand."""
    for text in prose(slug):
        assert not re.search(
            r"^:::|\{[.#][^}]*\}|\[@\w|(?<!\w)@(?:fig|tbl|sec)-", text, re.MULTILINE
        )
