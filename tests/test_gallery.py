"""Every sentence that a chapter can say, in one place: `tests/gallery/<chapter>.md`.

A module `tests/gallery/<chapter>.py` has a function `examples()` that yields a heading and a text
for each; together they must pass through every line and every branch of
`virality.sentences.<chapter>`.  Changed a sentence on purpose?

    VIRALITY_GALLERY=write pytest tests/test_gallery.py

writes the texts anew; the difference in git is what a reader will notice.
"""

import importlib
import os
from pathlib import Path

import coverage
import pytest

from virality.core.paths import LIBRARY

FOLDER = Path(__file__).parent / "gallery"
CHAPTERS = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def rendered(chapter: str) -> str:
    examples = importlib.import_module(f"gallery.{chapter}").examples()
    parts = [f"## {heading}\n\n{text or '*(nothing)*'}\n" for heading, text in examples]
    return f"# {chapter}\n\n" + "\n".join(parts)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_sentences_are_those_of_the_gallery(chapter):
    golden = FOLDER / f"{chapter}.md"
    text = rendered(chapter)
    if os.environ.get("VIRALITY_GALLERY") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_gallery_shows_every_branch(chapter):
    source = LIBRARY / "sentences" / f"{chapter}.py"
    measure = coverage.Coverage(data_file=None, branch=True, include=[str(source)])
    with measure.collect():
        rendered(chapter)
    missing = set(measure.analysis2(str(source))[3])
    # Imports and definitions ran when the module was loaded; what counts is inside functions.
    inside = function_lines(source)
    assert not sorted(missing & inside), "lines that no example reaches"
    exits = measure.branch_stats(str(source))
    half = [line for line, (all_of_them, taken) in exits.items() if taken < all_of_them]
    assert not sorted(inside.intersection(half)), "branches that no example takes"


def function_lines(source: Path) -> set[int]:
    import ast

    tree = ast.parse(source.read_text(encoding="utf-8"))
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for line in range(node.body[0].lineno, node.end_lineno + 1)
    }


def test_every_module_of_sentences_has_a_gallery():
    spoken = {path.stem for path in (LIBRARY / "sentences").glob("*.py")} - {"__init__"}
    assert spoken <= set(CHAPTERS)
