"""A small book for the tests: built once through the users' own runner, kept between calls.

`pytest --nbmake notebooks/` gets a scratch copy of it, handed over through an environment
variable that the library reads, so that the notebooks run in any order and harm nothing.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from virality.core import compiled
from virality.core.paths import ROOT, RUN_VARIABLE, Run

SMALL = Run.at(ROOT / "build" / ".tests" / "small")
SMALL_PARAMETERS = {
    "encoders": "classic",
    "n_folds": 3,
    "n_shifts": 49,
    "n_bootstrap": 100,
}


def add_experiment(name: str) -> None:
    """Give the scratch copy a plan, so that the chapter on it has something to say."""
    from virality.book import experimenting

    run = Run.open(name)
    experimenting.plan(run, experimenting.Wish(what="words on screen", n_posts=24))


def build_small_book() -> Run:
    """Return the small run, brought up to date and published."""
    from virality.book import session
    from virality.book.request import Request

    request = Request(
        name=SMALL.name, demo_posts=40, given=SMALL_PARAMETERS, progress=False, simulate=True
    )
    return session.report(request, where=SMALL)


def add_pooled_artefacts(name: str) -> None:
    """Give the scratch copy what the chapter on many creators makes of a single one."""
    from virality.book.chapter import Chapter
    from virality.creators import cold_start, pool
    from virality.evidence.claims import empty_evidence
    from virality.findings.summary import pooled_facts

    page = Chapter("creators", name)
    posts = page.read("posts")
    predictions = pool.predict_pooled(posts, [])
    cold, warm = cold_start.first_forecasts(posts, []), cold_start.warm_up(posts)
    page.write("predictions_pooled", predictions)
    page.write("cold_start", cold)
    page.write("creators", pooled_facts(posts, predictions, empty_evidence(), cold, warm))


@pytest.fixture(scope="session")
def small_book():
    """The small book; where tests run side by side, one process builds it and the others wait.

    Tests share it, so none may change it: those that have to take `own_book`.
    """
    SMALL.folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(SMALL.folder.parent / "small.lock"):
        run = build_small_book()
        before = contents(run)
    yield run
    changed = before ^ contents(run)
    assert not changed, f"a test changed the book that all share: {sorted(changed)[:5]}"


def contents(run: Run) -> set[tuple[str, str]]:
    """Every file of a run, with a hash of what it holds."""
    files = (path for path in run.folder.rglob("*") if path.is_file() and path.name != "lock")
    return {
        (path.relative_to(run.folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    }


@pytest.fixture
def own_book(small_book, tmp_path) -> Run:
    """A copy of the small book, for a test that changes or publishes it."""
    folder = tmp_path / "own" / small_book.name
    leave = shutil.ignore_patterns("lock", "book", "site", "demo")
    shutil.copytree(small_book.folder, folder, ignore=leave)
    return Run.at(folder)


def pytest_configure(config):
    # Before anything imports numba: processes that compile side by side ruin each other's files.
    compiled.prepare()
    if config.getoption("nbmake", False):
        run = build_small_book()
        scratch = Path(tempfile.mkdtemp(prefix="virality-")) / run.name
        shutil.copytree(run.folder, scratch, ignore=shutil.ignore_patterns("lock", "book", "site"))
        os.environ[RUN_VARIABLE] = str(scratch)
        add_pooled_artefacts(run.name)
        add_experiment(run.name)
        config.add_cleanup(lambda: shutil.rmtree(scratch.parent, ignore_errors=True))


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real samples; tests that need it skip where it is not given."""
    folder = os.environ.get("VIRALITY_SAMPLES", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("VIRALITY_SAMPLES does not name a folder of real samples")
    return Path(folder)


# What runs the whole small book, or opens pages in a browser.
_BOOKS = {"small_book", "own_book", "browser", "page"}


def pytest_collection_modifyitems(items):
    # A draft is refused by a run that was changed, and other notebooks change the scratch copy.
    items.sort(key=lambda item: item.path.name != "draft.ipynb")
    for item in items:
        if _BOOKS & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.book)
