"""The runner: only stale chapters run, and nothing unfinished passes for finished."""

import subprocess
import sys
import textwrap

import nbformat
import pytest

import toybook
from virality.book import params, runner, stamps
from virality.book.ownership import locked
from virality.core.errors import UserError

pytestmark = pytest.mark.slow


@pytest.fixture
def run(tmp_path, monkeypatch):
    yield toybook.make(tmp_path, monkeypatch)
    params.declared.cache_clear()
    params.known.cache_clear()


def ran(run, given=None, **kwargs):
    results = runner.execute(run, given or {}, progress=False, **kwargs)
    return [result.slug for result in results if result.ran]


def test_only_stale_chapters_run(run):
    assert ran(run) == ["one", "two", "three"]
    assert ran(run) == []
    assert ran(run, {"n_folds": 4}) == ["two", "three"], "a parameter reruns who names it"
    assert ran(run, {"n_folds": 4, "private": True}) == ["three"]


def test_unchanged_content_stops_the_cascade(run, tmp_path):
    ran(run)
    same = (
        "from virality.core.paths import Run\npath = Run.open(name).artefact('posts')\n"
        "path.write_text('ppp')"
    )
    toybook.edit(tmp_path, "one", same)
    assert ran(run) == ["one"], "what it wrote is the same, so nobody downstream is stale"


def test_changed_input_reruns_its_reader(run, tmp_path):
    from virality.core.paths import Inputs

    source = tmp_path / "posts.csv"
    source.write_text("a")
    run.save(inputs=Inputs(posts=str(source)))
    ran(run)
    source.write_text("b")
    assert ran(run) == ["one"]


@pytest.mark.parametrize("damage", ["delete", "change"])
def test_damaged_artefact_is_rebuilt(run, damage):
    ran(run)
    path = run.artefact("repairs")
    path.unlink() if damage == "delete" else path.write_text("junk")
    assert ran(run) == ["two"]
    assert path.read_text() == "ppp5"


def test_damaged_notebook_and_stamp_are_rebuilt(run):
    ran(run)
    run.executed("three").unlink()
    run.stamp("one").write_text("{ half a stam")
    assert ran(run) == ["one", "three"]


def test_until_stops_early(run):
    assert ran(run, until="two") == ["one", "two"]
    with pytest.raises(UserError, match="no chapter 'four'"):
        ran(run, until="four")


def test_failure_names_chapter_cell_and_error_and_goes_on_later(run, tmp_path):
    book = nbformat.read(tmp_path / "notebooks" / "two.ipynb", as_version=4)
    toybook.edit(tmp_path, "two", "half = 1", "raise ValueError('no such luck')")
    with pytest.raises(runner.ChapterFailed) as caught:
        ran(run)
    message = str(caught.value)
    for part in ("two", "ValueError: no such luck", "raise ValueError", "cell [4]"):
        assert part in message
    assert run.partial("two").exists(), "the notebook so far is kept"
    assert not run.executed("two").exists()
    assert not run.stamp("two").exists()
    assert not run.artefact("repairs").exists()
    nbformat.write(book, tmp_path / "notebooks" / "two.ipynb")
    assert ran(run) == ["two", "three"]


def test_user_errors_read_as_their_sentence(run, tmp_path):
    toybook.edit(
        tmp_path,
        "one",
        "from virality.core.errors import UserError\nraise UserError('Bad row.', 'a.csv')",
    )
    with pytest.raises(runner.ChapterFailed, match=r"a\.csv: Bad row\.") as caught:
        ran(run)
    assert "UserError:" not in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_chapter_that_writes_nothing_fails(run, tmp_path):
    toybook.edit(tmp_path, "one", "pass")
    with pytest.raises(runner.ChapterFailed, match="without writing posts"):
        ran(run)
    assert not run.stamp("one").exists()


def test_dead_kernel_is_a_failure(run, tmp_path):
    toybook.edit(tmp_path, "one", "import os\nos._exit(1)")
    with pytest.raises(runner.ChapterFailed, match="died"):
        ran(run)
    assert not run.stamp("one").exists()


def test_injected_cell_is_kept_but_hidden(run):
    ran(run, {"size": 2})
    cells = nbformat.read(run.executed("one"), as_version=4).cells
    injected = [c for c in cells if "injected-parameters" in c.metadata.get("tags", [])]
    assert len(injected) == 1
    assert "remove-cell" in injected[0].metadata["tags"]
    assert "size = 2" in injected[0].source


def test_second_run_of_a_name_stops(run):
    other = textwrap.dedent(
        f"""
        from virality.book.ownership import locked
        from virality.core.errors import UserError
        from virality.core.paths import Run
        try:
            with locked(Run.at({str(run.folder)!r})):
                print("entered")
        except UserError as error:
            print(error)
        """
    )
    with locked(run):
        done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)
    assert "Another process is working on the run" in done.stdout
    done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)
    assert done.stdout.strip() == "entered", "a lock ends with its holder"


def test_killed_at_any_moment_never_passes_for_finished(run, tmp_path):
    """Stop the process hard at several moments; the next run must end with the right files."""
    script = tmp_path / "killed.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import sys
            from pathlib import Path
            sys.path.insert(0, {str(toybook.__file__.rsplit("/", 1)[0])!r})
            import toybook
            from virality.book import params, runner, stamps
            from virality.core.paths import Run
            toybook.use(Path({str(tmp_path / "notebooks")!r}))
            runner.execute(Run.at({str(run.folder)!r}), {{}}, progress=False)
            """
        )
    )
    for moment in (0.5, 1.5, 2.2, 3.0):
        process = subprocess.Popen([sys.executable, str(script)])
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for spec in toybook.CHAPTERS:
            if stamps.read(run, spec.slug):
                values = params.for_chapter(spec.slug, {}) | {"name": run.name}
                assert stamps.is_fresh(run, spec, values)
    ran(run)
    assert run.artefact("repairs").read_text() == "ppp5"
    assert run.artefact("summary").read_text() == "done"
    assert ran(run) == []
