"""Compiled functions are made by one process at a time, wholly or not at all."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from virality.core import compiled


@pytest.fixture
def made(monkeypatch):
    """Count compilations that write one file each."""
    calls = []

    def compile_(place):
        calls.append(place)
        place.mkdir(parents=True, exist_ok=True)
        (place / "code").write_text("machine code")
        return True

    monkeypatch.setenv(compiled.VARIABLE, "to be restored")
    monkeypatch.delenv(compiled.VARIABLE)
    monkeypatch.setattr(compiled, "_compile", compile_)
    return calls


def test_made_once_however_many_ask(made, tmp_path, monkeypatch):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: compiled.prepare(tmp_path), range(8)))
    monkeypatch.delenv(compiled.VARIABLE)
    compiled.prepare(tmp_path)
    assert len(made) == 1
    assert os.environ[compiled.VARIABLE] == str(made[0])


def test_a_killed_compilation_is_made_again(made, tmp_path, monkeypatch):
    compiled.prepare(tmp_path)
    (made[0] / "whole").unlink()
    monkeypatch.delenv(compiled.VARIABLE)
    compiled.prepare(tmp_path)
    assert len(made) == 2


def test_where_compiling_fails_nothing_changes(made, tmp_path, monkeypatch):
    monkeypatch.setattr(compiled, "_compile", lambda place: False)
    compiled.prepare(tmp_path)
    assert compiled.VARIABLE not in os.environ


def test_the_users_own_place_is_left_alone(made, tmp_path, monkeypatch):
    monkeypatch.setenv(compiled.VARIABLE, "mine")
    compiled.prepare(tmp_path)
    assert not made
    assert os.environ[compiled.VARIABLE] == "mine"
