"""What a parameter may be: one grammar, held by command line, YAML and a notebook alone."""

import ast
import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import papermill
import pytest

from chapters import run_chapters
from toyposts import toy_posts
from virality import cli
from virality.book import chapter, params, ranges, request, runner, session
from virality.core import bounds, faults, paths
from virality.core import resampling as bootstrap
from virality.core.chapters import CHAPTERS, PAGES
from virality.core.errors import UserError
from virality.core.protocol import MIN_POSTS, REDUCTIONS, Protocol
from virality.creators.evaluate import many
from virality.demo.creator import ensure_demo
from virality.evaluation import validation
from virality.evidence import level_free, shifts
from virality.explanation import clusters, content_space
from virality.features import build, targets
from virality.media.settings import BACKENDS, ENCODERS
from virality.models import blocks
from virality.uncertainty import conformal

PARAMETERS = [pytest.param(p, id=name) for name, p in params.known().items()]
NUMBERS = (
    "nan",
    "inf",
    "-inf",
    "",
    "x",
    "9" * 5000,
    "-1e400",
    "[1]",
    "0x10",
    "1,5",
    "None",
    "True",
)
TEXTS = ("\0", "a\0b", "\udcff", "x" * 5000)
KINDS = {
    "any text": (),
    "a path or empty": (),
    "letters, digits, . _ and -": ("", "a/b", "..", "~", "a b", "é"),
    "a time zone": ("", "/etc/passwd", "../../x", "Mars/Olympus", "utc+99"),
    "a Hub id, id@revision or a folder": (
        "",
        " ",
        "~nobody-is-called-so/x",
        "./no",
        "a b",
        "/no/such",
        "a/b/c",
        "a/b@",
        "a/b@../x",
        "a@b@c",
    ),
    "a web address or empty": ("a b", "example.org", "ftp://example.org", "https://", "https:// x"),
    "an address or empty": ("a b", "a\nb", "tcp://x y"),
}


def ends(parameter) -> list[float]:
    """Least and most of a number."""
    numbers = parameter.range.text.removesuffix(f" or {parameter.range.word}")
    return [float(number) for number in numbers.split(" to ")]


def bad_values(parameter):
    """A dozen values that a parameter must refuse."""
    text, kind = parameter.range.text, type(parameter.default)
    if kind is bool:
        return ("", "2", "-1", "maybe", "nan", "True False", *TEXTS)
    if kind in (int, float):
        low, high = ends(parameter)
        near = (low - 1, high + 1, low - 0.001, high + 0.001, low + 0.5 if kind is int else -1e9)
        return (*NUMBERS, *map(str, near))
    if text.endswith(" words"):
        return (*TEXTS, "", " ", ",", ",,,", "one", "one,one", ",".join(map(str, range(101))))
    if text in KINDS:
        return (*TEXTS, *KINDS[text])
    return (*TEXTS, "", " ", "x", parameter.default.upper(), f"{parameter.default},", "0", "None")


@pytest.fixture
def wall(tmp_path, monkeypatch):
    """Stubs for everything behind the check, and no wall behind it."""

    def fail(error):
        raise AssertionError("this is what the last wall is for") from error

    monkeypatch.setattr(faults, "unexpected", fail)
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(request, "_make_demo", lambda *_, **__: paths.Inputs())
    monkeypatch.setattr(session, "_decide_encoders", lambda *_: None)
    monkeypatch.setattr(runner, "execute", lambda *_, **__: [])


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_bad_values_are_refused_on_both_roads(parameter, wall, tmp_path, capsys):
    file = tmp_path / "p.yml"
    for value in bad_values(parameter):
        file.write_text(json.dumps({parameter.name: value}))
        for words in (["-p", f"{parameter.name}={value}"], ["-f", str(file)]):
            assert cli.main(["run", *words]) == 1, (words, value[:50])
            errors = capsys.readouterr().err
            assert f"{parameter.name!r}" in errors or f"“{parameter.name}”" in errors
            assert len(errors) < 400


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_the_default_and_both_ends_are_taken(parameter):
    text, kind = parameter.range.text, type(parameter.default)
    good = [parameter.default]
    if kind in (int, float):
        good += [*map(kind, ends(parameter)), *filter(None, [parameter.range.word])]
    elif kind is str and text not in KINDS and not text.endswith(" words"):
        good += text.replace(" or ", ", ").split(", ")
    for value in good:
        assert params.resolve({parameter.name: str(value)}) == {parameter.name: value}


@pytest.mark.parametrize("slug", [spec.slug for spec in (*CHAPTERS, *PAGES)])
def test_a_notebook_alone_refuses_what_its_cell_may_not_hold(slug, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    shell = SimpleNamespace(user_ns={}, set_custom_exc=lambda *_: None)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    defaults = {name: p.default for name, p in params.declared(slug).items()}
    shell.user_ns = {"other": None} | defaults
    assert chapter.Chapter(slug, "demo").spec.slug == slug
    for name, parameter in params.declared(slug).items():
        wrong = [None, [1], np.int64(3), b"x"]
        wrong += [str(parameter.default)] if not isinstance(parameter.default, str) else ["\0", 5]
        wrong += [-1, 10**5000, 1e12, True] if type(parameter.default) in (int, float) else []
        for value in wrong:
            shell.user_ns = defaults | {name: value}
            with pytest.raises(UserError, match=f"'{name}'"):
                chapter.Chapter(slug, "demo")


def test_a_whole_number_is_a_number_in_a_notebook():
    params.refuse_notebook("embeddings", {"window_s": 3})


def test_values_that_make_no_sense_together_are_refused(tmp_path, wall, capsys):
    together = {"window_s": 30.0, "frames_per_s": 30.0}
    for values in (together, {"frames_per_s": 30}, {"window_s": 30}, {}):
        if values is together:
            with pytest.raises(UserError, match="900 pictures"):
                params.resolve(values)
            with pytest.raises(UserError, match="900 pictures"):
                params.refuse_notebook("embeddings", values)
        else:
            params.resolve(values)
    assert cli.main(["run", "-p", "window_s=30"]) == 0
    assert cli.main(["run", "-p", "frames_per_s=30"]) == 1
    assert "Kept from the earlier run" in capsys.readouterr().err
    assert cli.main(["run", "-p", "frames_per_s=30", "--defaults"]) == 0


def test_a_value_kept_from_a_looser_time_can_be_replaced(tmp_path, wall, capsys):
    paths.Run.named("demo").save(parameters={"n_folds": 1_000_000, "gone": 1})
    assert cli.main(["run"]) == 1
    assert "--defaults forgets" in capsys.readouterr().err
    assert cli.main(["run", "-p", "n_folds=4"]) == 0


def test_the_list_of_parameters_shows_what_each_may_be(capsys):
    assert cli.main(["params"]) == 0
    told = capsys.readouterr().out
    for name, parameter in params.known().items():
        assert f"{name} = {parameter.default!r}  [{parameter.range.text}]" in told


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("target", targets.TARGETS),
        ("split", (validation.ExpandingWindow.name, validation.RollingWindow.name)),
        ("pca", REDUCTIONS),
        ("encoders", ENCODERS),
        ("backend", BACKENDS),
    ],
)
def test_choices_are_those_of_the_library(name, choices):
    text = params.known()[name].range.text
    assert sorted(text.replace(" or ", ", ").split(", ")) == sorted(choices)


def test_a_leaking_split_is_no_choice():
    for split in set(validation.SPLITTERS) - {"expanding", "rolling"}:
        with pytest.raises(UserError, match="'split'"):
            params.resolve({"split": split})


@pytest.mark.parametrize(
    ("comment", "meaning", "text"),
    [
        ("folds [2 to 50]", "folds", "2 to 50"),
        ("a [b] c", "a [b] c", ""),
        ("[0 to 1]", "", "0 to 1"),
        ("", "", ""),
    ],
)
def test_comment_is_meaning_and_range(comment, meaning, text):
    assert ranges.split_comment(comment) == (meaning, text)


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("2 to 50", [2, 50, 2.5], [1.999, 51, float("nan"), float("inf"), None, "3", 10**400]),
        ("-1.5 to 0", [-1.5, 0], [-1.6, 0.1]),
        ("a, b or c", ["a", "b", "c"], ["", "d", "a,b", "or"]),
        ("True or False", [True, False], ["yes", 1]),
        ("a Hub id, id@revision or a folder", ["a", "a/b@refs/pr/1", "."], ["a@", "a@../b", "./b"]),
        ("2 to 3 words", ["a,b", "a b, c , d"], ["a", "a,a", "a,b,c,d", "a,\0"]),
    ],
)
def test_grammar(text, yes, no):
    found = ranges.read_range(text)
    assert [found.advice(value) for value in yes] == [""] * len(yes)
    assert all(found.advice(value) for value in no)


def test_shown_is_short_whatever_it_is():
    for value in ("x" * 999, 10**5000, [[0]] * 999, {"a": "b" * 999}, "\udcff\0", None):
        assert len(bounds.shown(value)) <= 60


POSTS, _ = toy_posts(40)
POINTS = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 3)), index=POSTS["post_id"])
KNOWN = np.arange(40)


@pytest.mark.parametrize("bad", [-1, -0.001, float("nan"), float("-inf"), None])
def test_a_negative_embargo_is_a_leak_and_refused_everywhere(bad):
    for leak in (
        lambda: validation.ExpandingWindow(POSTS["posted_at"], gap_days=bad),
        lambda: build.build_features(POSTS, bad),
        lambda: targets.is_matured(POSTS, bad),
        lambda: level_free.content_folds(POSTS["posted_at"], embargo_days=bad),
        lambda: Protocol(embargo_days=bad),
    ):
        with pytest.raises(UserError, match=r"embargo_days|gap_days"):
            leak()


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: validation.ExpandingWindow(POSTS["posted_at"], n_folds=0),
        lambda: validation.ExpandingWindow(POSTS["posted_at"], test_share=1),
        lambda: bootstrap.block_weights(40, 0),
        lambda: shifts.all_shifts(40, 0),
        lambda: conformal.adaptive(np.zeros(40), KNOWN, coverage=0),
        lambda: conformal.rolling(np.zeros(40), KNOWN, coverage=1),
        lambda: conformal.frozen(np.zeros(40), KNOWN, coverage=-3),
        lambda: blocks.BlockTransform("block", -3).fit(POINTS.add_prefix("vision__")),
        lambda: content_space.content_space(POINTS, 0),
        lambda: content_space.map_posts(POINTS, 0),
        lambda: content_space.map_posts(POINTS, min_dist=2),
        lambda: clusters.cluster(POINTS, min_cluster_size=-4),
        lambda: clusters.cluster(POINTS, min_samples=0),
        lambda: many.evaluate_many(POSTS, jobs=0),
        lambda: many.evaluate_many(POSTS, by="post_id"),
        lambda: many.evaluate_many(POSTS, by="views"),
        lambda: many.evaluate_many(POSTS, text="aloud"),
        lambda: many.evaluate_many(POSTS, n_shifts=-1),
        lambda: many.evaluate_many(POSTS, models="crystal_ball"),
        lambda: many.evaluate_many(POSTS, protocol=Protocol(target="planet")),
    ],
)
def test_nonsense_is_refused_where_it_is_used(nonsense):
    with pytest.raises(UserError):
        nonsense()


@pytest.mark.parametrize(("n_posts", "n_folds"), [(30, 50), (29, 50), (30, 2), (400, 50)])
def test_more_folds_than_posts_can_fill_become_fewer(n_posts, n_folds):
    times = toy_posts(n_posts)[0]["posted_at"]
    found = validation.ExpandingWindow(times, n_folds).get_n_splits()
    assert found <= min(n_folds, n_posts // validation.MIN_TEST)
    assert (found == 0) == (n_posts < MIN_POSTS)


@pytest.mark.slow
@pytest.mark.parametrize("end", [0, 1])
def test_the_book_runs_at_both_ends_of_all_ranges(end, tmp_path, monkeypatch):
    posts = ensure_demo(tmp_path / "demo", 32, videos=False).posts
    given = {"encoders": "classic", "workers": 1}
    for name, parameter in params.known().items():
        kind = type(parameter.default)
        if kind in (int, float) and name not in (*given, "window_s", "frames_per_s"):
            given[name] = kind(ends(parameter)[end])
    _, text = run_chapters(tmp_path / "run", monkeypatch, posts, draw=False, **given)
    assert not re.search(r"\b(nan|inf|None)\b", text)


def test_papermill_reads_the_same_names_and_defaults():
    """Its own reader loses comments that go on in a second line, so the book has one of its own."""
    for spec in (*CHAPTERS, *PAGES):
        read = papermill.inspect_notebook(str(paths.NOTEBOOKS / f"{spec.slug}.ipynb"))
        theirs = {name: ast.literal_eval(each["default"]) for name, each in read.items()}
        assert theirs == {name: p.default for name, p in params.declared(spec.slug).items()}
