"""Inputs, parameters and names of a run: remembered, checked, never mixed."""

from dataclasses import replace

import pytest

from virality import cli
from virality.book import request, session
from virality.book.request import Job, Request, resolve
from virality.core import paths
from virality.core.errors import UserError
from virality.core.paths import Inputs, Run


@pytest.fixture
def run(tmp_path):
    return Run.at(tmp_path / "alice")


@pytest.fixture
def posts(tmp_path):
    path = tmp_path / "my posts; $x.csv"
    path.write_text("a,b\n")
    return path


def record(run, **asked):
    resolve(Request(name=run.name, **asked), run).remember()
    return run.inputs()


def test_inputs_are_remembered_and_can_be_added_to(run, posts, tmp_path):
    videos = tmp_path / "clips"
    videos.mkdir()
    assert record(run, posts=str(posts)) == Inputs(posts=str(posts))
    assert record(run) == Inputs(posts=str(posts)), "nothing given keeps what was recorded"
    assert record(run, videos=str(videos)) == Inputs(str(posts), str(videos))
    assert record(run, posts=str(posts)).videos == "", "new posts do not inherit old videos"


def test_missing_inputs_are_told(run, tmp_path):
    with pytest.raises(UserError, match=r"POSTS=.*nothing there"):
        record(run, posts=str(tmp_path / "no.csv"))
    with pytest.raises(UserError, match="no run “alice” yet"):
        record(run)
    with pytest.raises(UserError, match="without posts"):
        record(run, videos=str(tmp_path))


def test_vanished_input_is_told(run, posts):
    record(run, posts=str(posts))
    posts.unlink()
    with pytest.raises(UserError, match="nothing there"):
        record(run)


def test_parameters_are_kept_until_forgotten(run, posts, capsys):
    def kept(**asked):
        record(run, **asked)
        return run.load()["parameters"]

    assert kept(posts=str(posts), given={"n_folds": "4"}) == {"n_folds": 4}
    assert kept(given={"seed": 1}) == {"n_folds": 4, "seed": 1}
    assert "n_folds=4" in capsys.readouterr().out
    assert kept(forget=True) == {}


def test_encoders_are_decided_once(run, posts, monkeypatch):
    from virality.media.encoders import choose

    record(run, posts=str(posts))
    calls = []
    genuine = choose.choose

    def counted(*args, **kwargs):
        calls.append(kwargs)
        return genuine(replace(args[0], encoders="classic"), *args[1:], **kwargs)

    monkeypatch.setattr(choose, "choose", counted)
    asked = {"encoders": "classic"}
    session._decide_encoders(Job(run, run.inputs(), asked))
    session._decide_encoders(Job(run, run.inputs(), asked))
    assert len(calls) == 1
    session._decide_encoders(Job(run, run.inputs(), asked, decide=True))
    assert len(calls) == 2, "asking again decides again"
    assert run.load()["encoders"]["used"] == "classic"


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "", ".", "..", "; rm -rf ~", "a b", "x" * 65, "a."]
)
def test_unsafe_names_are_refused(name):
    with pytest.raises(UserError, match="cannot be used for a folder"):
        Run.named(name)


def test_two_names_share_no_folder():
    a, b = Run.named("a"), Run.named("b")
    for place in ("folder", "figures", "site", "record", "lock", "staging"):
        assert getattr(a, place) != getattr(b, place)
    assert a.artefact("posts") != b.artefact("posts")


def test_damaged_record_is_told(run):
    run.folder.mkdir()
    run.record.write_text("{ half")
    with pytest.raises(UserError, match="damaged"):
        run.inputs()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["report", "--name", "a/b"], "cannot be used"),
        (["report", "--name", "nobody-yet"], "no posts were given"),
        (["run", "-p", "n_fold=3"], "Did you mean 'n_folds'"),
        (["run", "-p", "n_folds"], "key=value"),
        (["run", "-f", "missing.yml"], "cannot be read"),
        (["run", "--until", "nowhere"], "no chapter"),
    ],
)
def test_command_line_errors_are_sentences(words, says, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(request, "_make_demo", lambda *_, **__: Inputs())
    monkeypatch.setattr(session, "_decide_encoders", lambda *_: None)
    assert cli.main(words) == 1
    printed = capsys.readouterr().err
    assert says in printed
    assert "Traceback" not in printed


def test_help_is_worth_reading(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    text = capsys.readouterr().out
    for word in ("report", "run", "check", "evaluate", "params", "serve", "lab", "--posts"):
        assert word in text
