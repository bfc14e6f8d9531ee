"""The Makefile hands a user's values over untouched, whatever characters they hold."""

import os
import shutil
import subprocess

import pytest

from virality.paths import ROOT

NASTY = "a b'c\"d;touch oops;$HOME $(touch oops) `touch oops` #x & | *.csv"


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
@pytest.mark.parametrize("target", ["report", "run"])
@pytest.mark.parametrize("how", ["argument", "environment"])
def test_values_arrive_as_typed(tmp_path, target, how):
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    for name in ("requirements.txt", "requirements-quarto.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    binary = tmp_path / ".venv" / "bin" / "virality"
    binary.parent.mkdir(parents=True)
    binary.write_text('#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\n')
    binary.chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    given = {
        "NAME": "alice",
        "POSTS": NASTY,
        "VIDEOS": NASTY + "v",
        "COLUMNS": f"views={NASTY}",
        "BY": NASTY + "b",
        "POOL": NASTY,
    }
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    command = ["make", "-s", target]
    if how == "argument":
        command += [f"{key}={value}" for key, value in given.items()]
    else:
        environment |= given
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    words = done.stdout.splitlines()
    assert words[words.index("--name") + 1] == "alice"
    assert words[words.index("--posts") + 1] == NASTY
    assert words[words.index("--videos") + 1] == NASTY + "v"
    assert f"--pool={NASTY}" in words
    assert f"--columns=views={NASTY}" in words
    if target == "report":
        assert words[words.index("--by") + 1] == NASTY + "b"
    assert not (tmp_path / "oops").exists()


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_the_width_of_the_terminal_is_no_column(tmp_path):
    shutil.copyfile(ROOT / "Makefile", tmp_path / "Makefile")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    command = ["make", "-s", "-f", "Makefile", "--eval=show: ; @echo [$$NAMED] [$$COLUMNS]", "show"]
    for given, shown in (("120", "[] []"), ("views=n_plays", "[views=n_plays] []")):
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment | {"COLUMNS": given},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == shown
