"""Parameters: known names, right types, one default each."""

import nbformat
import pytest

import toybook
from virality.book import params
from virality.errors import UserError


@pytest.fixture
def toy(tmp_path, monkeypatch):
    toybook.make(tmp_path, monkeypatch)
    yield tmp_path
    params.declared.cache_clear()
    params.known.cache_clear()


def test_cell_gives_default_comment_and_chapters(toy):
    parameter = params.known()["n_folds"]
    assert (parameter.default, parameter.comment, parameter.chapters) == (5, "folds", ("two",))
    assert params.known()["name"].chapters == ("one", "two", "three")


def test_unknown_name_is_refused_with_the_nearest(toy):
    with pytest.raises(UserError, match="Did you mean 'n_folds'"):
        params.resolve({"n_fold": 3})


@pytest.mark.parametrize(("given", "value"), [("4", 4), (4, 4), ("4.0", 4), (7.0, 7)])
def test_numbers_are_converted(toy, given, value):
    assert params.resolve({"n_folds": given}) == {"n_folds": value}


@pytest.mark.parametrize("given", ["many", "4.5", True, None, "nan", "inf", [3]])
def test_wrong_types_are_refused(toy, given):
    with pytest.raises(UserError, match="whole number"):
        params.resolve({"n_folds": given})


@pytest.mark.parametrize(("given", "value"), [("yes", True), ("False", False), (True, True)])
def test_booleans(toy, given, value):
    assert params.resolve({"private": given}) == {"private": value}


def test_two_defaults_for_one_name_are_refused(toy):
    path = toy / "notebooks" / "three.ipynb"
    nbformat.write(toybook.notebook("n_folds = 6", "pass"), path)
    with pytest.raises(UserError, match="n_folds"):
        params.known()


def test_expressions_in_the_cell_are_refused(toy):
    path = toy / "notebooks" / "three.ipynb"
    nbformat.write(toybook.notebook("n_folds = 2 * 3", "pass"), path)
    with pytest.raises(UserError, match="literals only"):
        params.declared("three")


@pytest.mark.parametrize("text", ["a: [1", "- 1\n- 2", "\x00"])
def test_broken_files_are_told(tmp_path, text):
    path = tmp_path / "p.yml"
    path.write_text(text)
    with pytest.raises(UserError, match="parameter file"):
        params.read_file(path)


def test_missing_file_and_bad_option():
    with pytest.raises(UserError, match="cannot be read"):
        params.read_file("no/such/file.yml")
    with pytest.raises(UserError, match="key=value"):
        params.read_option("n_folds")
