"""Code on the page: cells that teach a computation can be unfolded, all others leave no trace."""

import re

import nbformat
import pytest

from virality.book import gallery, plain, publish, quarto
from virality.core.chapters import Spec
from virality.core.paths import Run

SPECS = (Spec("one", "One", "?"), Spec("index", "In short", "?"))
SETUP = "from somewhere import set_up_only"
TEACHING = f"{plain.TEACHES}\ntaught_here = 1 < 2"


def executed(run: Run, slug: str) -> None:
    shown = nbformat.v4.new_output("display_data", {"text/markdown": f"Shown by {slug}."})
    cells = [
        nbformat.v4.new_markdown_cell(f"# The title of {slug}"),
        nbformat.v4.new_code_cell(SETUP, outputs=[shown]),
        nbformat.v4.new_markdown_cell("Words between."),
        nbformat.v4.new_code_cell(TEACHING, outputs=[]),
    ]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    run.executed(slug).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), run.executed(slug))


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(
    "as_plain",
    [
        True,
        pytest.param(
            False,
            marks=[
                pytest.mark.slow,
                pytest.mark.skipif(not quarto.find(), reason="Quarto is not installed"),
            ],
        ),
    ],
)
def test_only_cells_that_teach_show_their_code(as_plain, private, tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "book", lambda pooled, planned: SPECS)
    monkeypatch.setattr(gallery, "make", lambda: None)
    run = Run.at(tmp_path / "run")
    for spec in SPECS:
        executed(run, spec.slug)
    publish.publish(run, "Title", private, force_plain=as_plain)
    for name in ("one", "index"):
        page = (run.site / f"{name}.html").read_text(encoding="utf-8")
        assert f"Shown by {name}." in page
        assert "set_up_only" not in page
        (folded,) = re.findall(
            r"<details(?![^>]* open)[^>]*>\s*<summary>.*?</details>", page, re.DOTALL
        )
        assert "Show the computation" in folded and "echo" not in folded
        assert page.count("taught_here") == folded.count("taught_here") == 1
