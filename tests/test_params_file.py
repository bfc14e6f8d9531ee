"""A parameter file: plain lines and nothing else, whatever is in it or instead of it."""

import os

import pytest

from virality.book import params
from virality.book.params import MAX_BYTES, read_file
from virality.core.errors import UserError
from virality.core.paths import ROOT

POSIX = pytest.mark.skipif(os.name != "posix", reason="other systems have no such files")
BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "p.yml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize("path", sorted((ROOT / "params").glob("*.yml")), ids=lambda p: p.name)
def test_our_own_files_are_right(path):
    assert params.resolve(read_file(path))


@pytest.mark.parametrize(
    ("content", "given"),
    [
        ("", {}),
        ("# nothing\n---\n", {}),
        ("n_folds: 4 # folds\nprivate: yes\n", {"n_folds": 4, "private": True}),
        ('level: "0.9"\r\nseed: 1_0\r\n', {"coverage": 0.9, "seed": 10}),
        ("author: 007", {"author": "007"}),
        ("author: 2024-05-01", {"author": "2024-05-01"}),
        ("author:", {"author": ""}),
        ("\ufeffn_folds: 4", {"n_folds": 4}),
        ("{n_folds: 4, author: no}", {"n_folds": 4, "author": "no"}),
    ],
)
def test_values_are_read_as_those_of_an_option(file, content, given):
    assert params.resolve(read_file(file(content))) == given


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a: [1", "line 1"),
        ("- 1\n- 2", "holds no names"),
        ("5", "holds no names"),
        ("\x00", "special characters"),
        (b"n_folds: \xff", "not UTF-8"),
        ("n_folds: 4".encode("utf-16"), "not UTF-8"),
        ("n_folds: 4\nseed: 1\nn_folds: 5\n", "line 3: .*names 'n_folds' twice"),
        ("n_folds: [4]", "line 1: .*one word"),
        ("n_folds: {a: 4}", "line 1: .*one word"),
        ("? [a]\n: 4", "line 1: .*one word"),
        ("n_folds: !!python/object/apply:os.getcwd []", "one word"),
        ("n_folds: !!int 4", "one word"),
        ("<<: {n_folds: 4}", "one word"),
        ("a: 1\n---\nb: 2", "another document"),
        ("n_folds: *gone", "undefined alias"),
        ("n_folds: @4", "cannot be read"),
        ("[" * 50_000, "nested too deep"),
        (BOMB, "one word"),
        ("n_folds: 4\n" * MAX_BYTES, "more than"),
    ],
)
def test_anything_else_is_told(file, content, says):
    with pytest.raises(UserError, match=rf"(?s)p\.yml.*{says}") as told:
        read_file(file(content))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500


@pytest.mark.parametrize(
    "content",
    ["n_folds:", "n_folds: null", "n_folds: 1:30", "n_folds: 0x5", f"n_folds: {'9' * 5000}",
     "n_folds: .inf", "seed: 2024-05-01", "level: .nan", "n_folds: 1e999", "private: maybe",
     'author: "a\\0b"', 'author: "\\uDCFF"', "split: 1", "n_fold: 5", '"": 5'],
)  # fmt: skip
def test_values_that_are_none_are_told(file, content):
    with pytest.raises(UserError) as told:
        params.resolve(read_file(file(content)))
    assert len(str(told.value)) < 300


@POSIX
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("no/such/file.yml", "No such file"),
        ("", "a folder"),
        (".", "a folder"),
        ("/dev/zero", "not an ordinary file"),
        ("a\0b", "NUL"),
        ("x" * 5000, "too long"),
        ("~nobody-is-called-so/x", "no user"),
    ],
)
def test_what_is_no_file_is_told(path, says):
    with pytest.raises(UserError, match=says):
        read_file(path)


@POSIX
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="not an ordinary file"):
        read_file(tmp_path / "pipe")  # would wait for ever for somebody who writes
