"""The package alone: it reads, remembers and evaluates, and says what needs the book."""

import os
import shutil
import subprocess
import sys

import pytest

import exports
from virality.core.paths import HOME_VARIABLE, LIBRARY, NOTEBOOKS


@pytest.fixture
def alone(tmp_path):
    """The package as it is installed from a wheel, and a folder that is no checkout."""
    package, home = tmp_path / "site" / "virality", tmp_path / "home"
    shutil.copytree(LIBRARY, package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "notebooks").mkdir()
    for path in NOTEBOOKS.glob("*.ipynb"):
        shutil.copyfile(path, package / "notebooks" / path.name)
    (tmp_path / "posts.csv").write_bytes(exports.tidy_csv(exports.made_up_posts(n=40)))
    before = sorted(package.rglob("*"))

    def virality(*words):
        done = subprocess.run(
            [sys.executable, "-B", "-m", "virality.cli", *words],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(package.parent), HOME_VARIABLE: str(home)},
            capture_output=True,
            text=True,
        )
        assert sorted(package.rglob("*")) == before, "nothing is written beside the modules"
        return done.returncode, done.stdout + done.stderr

    return virality, home


@pytest.mark.slow
def test_posts_are_judged_and_remembered(alone):
    virality, home = alone
    assert virality("check", "posts.csv", "--quiet")[0] == 0
    code, said = virality("import", "posts.csv", "--name", "alice", "--timezone", "Asia/Tokyo")
    assert code == 0, said
    assert (home / "build" / "alice" / "run.json").is_file()


def test_the_parameters_are_known(alone):
    virality, _ = alone
    code, said = virality("params")
    assert code == 0 and "n_folds = 5  [2 to 50]" in said


@pytest.mark.parametrize("command", ["report", "run", "lab", "serve"])
def test_what_needs_the_book_says_so(alone, command):
    virality, home = alone
    code, said = virality(command)
    assert code == 1
    assert "needs the book's repository" in said and "make report" in said
    assert len(said.strip().splitlines()) == 1
    assert not home.exists()
