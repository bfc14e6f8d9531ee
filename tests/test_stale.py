"""A chapter is stale by the code that it uses: all of that, and nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import pytest

from toyposts import toy_posts
from virality.book import stamps, uses
from virality.core.chapters import CHAPTERS, book, chapter
from virality.core.paths import LIBRARY, NOTEBOOKS, Run

SLUGS = [spec.slug for spec in CHAPTERS]
SPEAKING = [slug for slug in SLUGS if (LIBRARY / "sentences" / f"{slug}.py").exists()]


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A copy of the library that may be changed, and what makes a change seen."""
    copy = tmp_path / "virality"
    shutil.copytree(LIBRARY, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(uses, "LIBRARY", copy)
    forget()
    yield copy
    monkeypatch.undo()
    forget()


def forget():
    for name in ("_uses", "_offered", "_modules", "_data_in", "_of_file"):
        getattr(uses, name).cache_clear()


def hashes():
    forget()
    return {slug: uses.of_chapter(slug) for slug in SLUGS}


@pytest.fixture(scope="module")
def before():
    return hashes()


@pytest.fixture
def stale_after(before, library):
    def change_and_ask(change) -> set[str]:
        change()
        after = hashes()
        return {slug for slug in SLUGS if before[slug] != after[slug]}

    return change_and_ask


def touch(path: Path):
    path.write_text(path.read_text(encoding="utf-8") + "\n# another word\n", encoding="utf-8")


def test_nothing_changed_is_nothing_stale(library, stale_after):
    assert stale_after(lambda: None) == set()


@pytest.mark.slow
@pytest.mark.parametrize("slug", SPEAKING)
def test_a_word_in_a_chapters_sentences_is_its_own_matter(library, stale_after, slug):
    sentences = library / "sentences" / f"{slug}.py"
    stale = stale_after(lambda: touch(sentences))
    users = {s for s in SLUGS if any(says(code_of(s), own) for own in sayers_of(slug))}
    assert slug in stale
    assert stale <= users | {slug, "index", "overview"}, "those that say its words, and no more"


def sayers_of(slug) -> set[str]:
    """The module of a chapter's sentences, and those that quote it."""
    texts = {path.stem: path.read_text() for path in (LIBRARY / "sentences").glob("*.py")}
    found: set[str] = set()
    more = {slug}
    while more:
        found |= more
        more = {name for name, text in texts.items() if any(says(text, own) for own in more)}
        more -= found
    return found


def says(code: str, module: str) -> bool:
    line = rf"from virality\.sentences(\.{module} import| import (\w+, )*{module}\b)"
    return re.search(line, code) is not None


def code_of(slug):
    cells = json.loads((NOTEBOOKS / f"{slug}.ipynb").read_text())["cells"]
    return "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")


def test_where_no_code_has_changed_none_is_parsed(library, tmp_path, monkeypatch):
    run, spec = Run.at(tmp_path / "alice"), chapter("changes")
    stamps.complete(run, spec, stamps.asked(run, spec, {}), 0.0)
    parse = uses._named_in
    monkeypatch.setattr(uses, "_named_in", lambda tree: pytest.fail("nothing asks for that"))
    assert stamps.is_fresh(run, spec, {})
    monkeypatch.setattr(uses, "_named_in", parse)
    touch(library / "sentences" / "creators.py")
    forget()
    assert stamps.is_fresh(run, spec, {}), "of another chapter"
    touch(library / "sentences" / "changes.py")
    forget()
    assert not stamps.is_fresh(run, spec, {})


def test_clustering_is_stale_alone(library, stale_after):
    stale = stale_after(lambda: touch(library / "sentences" / "clustering.py"))
    assert "clustering" in stale and stale <= {"clustering", "index"}


@pytest.mark.parametrize("module", ["core/text.py", "book/chapter.py", "__init__.py"])
def test_what_all_use_makes_all_stale(library, stale_after, module):
    assert stale_after(lambda: touch(library / module)) == set(SLUGS)


def test_data_files_count_with_the_modules_beside_them(library, stale_after):
    (film,) = library.rglob("good_film.mp4")
    stale = stale_after(lambda: film.write_bytes(film.read_bytes() + b"0"))
    assert "embeddings" in stale and "overview" not in stale


def test_what_is_written_while_a_chapter_runs_is_not_its_code(library, stale_after):
    stale = stale_after(lambda: [touch(library / "cli.py"), touch(library / "book" / "publish.py")])
    assert stale == set()


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A small library of one's own: a door, rooms, and what is loaded in odd ways."""
    rooms = {
        "__init__.py": """
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from virality.kitchen import cook
                from virality.cellar import store as keep
            __version__ = "1"
        """,
        "kitchen.py": "def cook():\n    from virality.cellar import store\n",
        "cellar.py": "import virality.light",
        "light.py": "",
        "worker.py": "",
        "attic/__init__.py": "import virality.light",
        "attic/trunk.py": "COMMAND = ('-m', 'virality.worker')",
        "attic/list.csv": "a,b",
    }
    for name, source in rooms.items():
        path = tmp_path / "virality" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))
    monkeypatch.setattr(uses, "LIBRARY", tmp_path / "virality")
    forget()

    def used(code):
        cells = [nbformat.v4.new_code_cell(line) for line in code.split("\n\n")]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
        names = uses.modules_of_chapter(tmp_path / "n.ipynb")
        return {name.removeprefix("virality").lstrip(".") or "door" for name in names}

    yield used
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize(
    ("code", "used"),
    [
        ("import pandas", set()),
        ("from virality.kitchen import cook", {"door", "kitchen", "cellar", "light"}),
        ("if hungry:\n    import virality.cellar", {"door", "cellar", "light"}),
        ("from virality.attic import trunk", {"door", "attic", "attic.trunk", "worker", "light"}),
        ("from virality import kitchen", {"door", "kitchen", "cellar", "light"}),
        ("import virality as vi\n\nvi.cook()", {"door", "kitchen", "cellar", "light"}),
        ("import virality as vi\n\nvi.keep()", {"door", "cellar", "light"}),
        ("import virality\n\nvirality.__version__", {"door"}),
        ("from virality import keep", {"door", "cellar", "light"}),
    ],
)
def test_what_a_notebook_uses(house, code, used):
    assert house(code) == used


def test_a_door_that_is_handed_on_may_lead_anywhere(house):
    assert "worker" in house("import virality as vi\n\ngetattr(vi, name)()")


LOOK = """
import json, sys
from pathlib import Path
import pytest
import chapters
from virality.core import paths
folder, posts = map(Path, sys.argv[1:])
seen, genuine = {}, chapters._run_chapter

def fresh(run, slug, given, said):
    ours = [name for name in sys.modules if name.startswith("virality")]
    kept = {name: sys.modules.pop(name) for name in ours}
    genuine(run, slug, given, said)
    seen[slug] = [name for name in sys.modules if name.startswith("virality")]
    sys.modules.update(kept)

chapters._run_chapter = fresh
with pytest.MonkeyPatch.context() as patch:
    chapters.run_chapters(folder, patch, posts)
print("\\n" + json.dumps(seen))
"""


@pytest.mark.slow
def test_nothing_that_a_chapter_loads_is_missed(tmp_path):
    posts, _ = toy_posts(36)
    wanted = ["post_id", "author", "posted_at", "caption", "duration_s", "views", "kind"]
    posts[wanted].to_csv(tmp_path / "posts.csv", index=False)
    done = subprocess.run(
        [sys.executable, "-c", LOOK, str(tmp_path / "run"), str(tmp_path / "posts.csv")],
        cwd=Path(__file__).parent,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert set(seen) == {spec.slug for spec in book()}
    for slug, loaded in seen.items():
        known = uses.modules_of_chapter(NOTEBOOKS / f"{slug}.ipynb")
        # the harness reads parameters and paths itself, as every chapter does
        assert set(loaded) <= known, (slug, set(loaded) - known)
