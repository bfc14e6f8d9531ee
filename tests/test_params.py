"""Parameters: known names, right types, one default each."""

import nbformat
import pytest

import toybook
from virality.book import params
from virality.core.errors import UserError


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


def test_a_bad_option_is_told():
    with pytest.raises(UserError, match="key=value"):
        params.read_option("n_folds")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("n_folds = 5  # folds [2 to 4]", "'n_folds' may not be 5"),
        ("size = 3  # how many [1 to 4]", r"\[1 to 4\] here but \[1 to 9\] in 'one'"),
    ],
)
def test_a_default_is_in_its_range_and_a_name_has_one_range(toy, line, says):
    for slug, text in (("one", "size = 3  # how many [1 to 9]"), ("three", line)):
        nbformat.write(toybook.notebook(text, "pass"), toy / "notebooks" / f"{slug}.ipynb")
    with pytest.raises(UserError, match=says):
        params.known()


def test_a_notebook_is_judged_by_what_it_holds_not_by_what_was_saved(toy):
    nbformat.write(
        toybook.notebook("size = 99  # how many [1 to 9]", "pass"), toy / "notebooks" / "one.ipynb"
    )
    params.refuse_notebook("one", {"size": 3})
    with pytest.raises(UserError, match="may not be 99"):
        params.refuse_notebook("one", {"size": 99})


def test_a_comment_goes_on_in_the_lines_below(toy):
    cell = "# about all\nsize = 3  # how\n# many\n# [1 to 9]\nother = 1  # else"
    nbformat.write(toybook.notebook(cell, "pass"), toy / "notebooks" / "one.ipynb")
    size, other = params.declared("one").values()
    assert (size.comment, size.range.text) == ("how many", "1 to 9")
    assert (other.comment, other.range) == ("else", None)


def test_a_former_name_is_understood_and_leads_to_todays(toy, monkeypatch):
    monkeypatch.setattr(params, "RENAMED", {"folds": "n_folds"})
    assert params.resolve({"folds": "4"}) == {"n_folds": 4}
    assert params.by_todays_names({"folds": 4, "gone": 1}) == {"n_folds": 4, "gone": 1}
    with pytest.raises(UserError, match="'n_folds' should be a whole number"):
        params.resolve({"folds": "many"})


def test_a_name_in_use_is_not_taken_for_a_former_one(toy, monkeypatch):
    monkeypatch.setattr(params, "RENAMED", {"size": "n_folds"})
    assert params.resolve({"size": "4"}) == {"size": 4}
