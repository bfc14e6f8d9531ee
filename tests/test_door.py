"""The front door: it opens at once, every name is there, and each shows how it is used."""

import inspect
import subprocess
import sys

import pytest

import virality as vi


@pytest.mark.parametrize("name", vi.__all__)
def test_every_name_is_there_and_shows_how_it_is_used(name):
    thing = getattr(vi, name)
    text = inspect.getdoc(thing)
    assert "Parameters" in text and ">>>" in text


def test_names_complete_and_others_are_missed():
    assert set(vi.__all__) <= set(dir(vi))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        vi.nothing  # noqa: B018


def test_the_door_opens_without_the_house():
    heavy = ("pandas", "sklearn", "torch")
    code = f"import sys, virality; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_list_of_names_is_whole():
    assert sorted(vi._ROOMS) == sorted(vi.__all__)


def test_types_and_rooms_name_the_same_things():
    source = inspect.getsource(vi)
    for name, room in vi._ROOMS.items():
        assert f"from virality.{room} import" in source and name in source


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "virality.media.extract", None)
    with pytest.raises(vi.UserError, match=r"virality\[media\]"):
        vi.extract_media(vi.simulate_creator(n_posts=3))
