"""The command line among other programs: through a pipe, in a script, and quiet."""

import json
import os
import subprocess
import sys

import pytest

import exports
from virality import cli
from virality.book import session
from virality.core import compiled, faults
from virality.core.errors import UserError
from virality.core.paths import QUIET_VARIABLE, Run
from virality.posts.check import judge

POSTS = exports.made_up_posts(n=40)


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "posts.csv"
    likes = POSTS["likes"].where(POSTS.index > 2, POSTS["views"] + 1)
    path.write_bytes(exports.tidy_csv(POSTS.assign(likes=likes)))
    return path


@pytest.mark.slow
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_reader_who_leaves_early_ends_it_quietly(table, more):
    read, write = os.pipe()
    os.close(read)
    words = [sys.executable, "-m", "virality.cli", "check", str(table), *more]
    try:
        done = subprocess.run(words, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (faults.CLOSED_PIPE, "")


def test_the_verdict_as_json(table, capsys):
    assert cli.main(["check", str(table), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["verdict"] == "indicative" and said["problem"] is None
    assert (said["posts"], said["rows"], said["version"]) == (40, 40, 1)
    assert said["files"] == {"posts.csv": "tidy posts table"}
    assert said["columns"]["posts.csv"]["date"] == "posted_at"
    assert said["platforms"] == {"tiktok": 40} and said["creators"] == {"maker": 40}
    assert said["first"] == f"{POSTS['posted_at'].min():%Y-%m-%dT%H:%M:%SZ}"
    assert len(said["repairs"]) == sum(said["severities"].values())
    line = next(r for r in said["repairs"] if r["severity"] == "set missing")
    assert line["column"] == "likes" and "more likes than views" in line["why"]
    assert isinstance(line["row"], int)


def test_a_refusal_as_json(tmp_path, capsys):
    path = tmp_path / "other.json"
    path.write_bytes(b'{"hello": {"world": 1}}')
    assert cli.main(["check", str(path), "--json"]) == 1
    out = capsys.readouterr()
    said = json.loads(out.out)
    assert out.err == ""
    assert said["verdict"] == "refused" and said["posts"] == 0
    assert said["problem"]["where"] == "other.json"
    assert "hello.world" in said["problem"]["what"]
    assert set(said["problem"]) == {"what", "where", "do"}


@pytest.mark.parametrize(("n", "worth"), [(29, "describes"), (30, "indicative"), (80, "models")])
def test_what_so_many_posts_are_worth(n, worth, tmp_path):
    path = tmp_path / "posts.csv"
    path.write_bytes(exports.tidy_csv(exports.made_up_posts(n=n)))
    assert judge(path)["verdict"] == worth


@pytest.fixture
def chatty(monkeypatch, tmp_path):
    """Reports that talk while they run."""
    run = Run.at(tmp_path / "alice")

    def report(request):
        print(f"Kept from the earlier run: {request.name}")
        if request.name == "broken":
            raise UserError("It cannot be done.")
        return run

    monkeypatch.setattr(session, "report", report)
    monkeypatch.setattr(session, "run", report)
    return run


def test_quiet_says_results_and_errors_only(chatty, capsys):
    assert cli.main(["report", "--name", "alice", "--quiet"]) == 0
    out = capsys.readouterr()
    assert (out.out, out.err) == (f"{chatty.site / 'index.html'}\n", "")
    assert cli.main(["run", "--name", "alice", "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert cli.main(["report", "--name", "broken", "--quiet"]) == 1
    out = capsys.readouterr()
    assert out.out == "" and out.err.strip() == "It cannot be done."
    assert QUIET_VARIABLE not in os.environ
    assert cli.main(["report", "--name", "alice"]) == 0
    assert "Kept from" in capsys.readouterr().out


def test_a_quiet_check_is_the_verdict_alone(tmp_path, capsys):
    path = tmp_path / "posts.csv"
    path.write_bytes(exports.tidy_csv(exports.made_up_posts(n=40)))
    assert cli.main(["check", "--quiet", str(path)]) == 0
    assert capsys.readouterr().out.startswith("Verdict: readable.")
    path.write_text("a,b\n1,2\n")
    assert cli.main(["check", "--quiet", str(path)]) == 1
    out = capsys.readouterr()
    assert out.out == "" and "no column of views" in out.err


def test_quiet_reaches_what_is_compiled_first(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(compiled, "_USERS", ())
    compiled._compile(tmp_path / "loud")
    assert "Compiling" in capsys.readouterr().err
    monkeypatch.setenv(QUIET_VARIABLE, "1")
    compiled._compile(tmp_path / "quiet")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", [[], ["nonsense"]])
def test_a_command_that_is_missing_or_unknown_is_called_one(words, capsys):
    with pytest.raises(SystemExit, match="2"):
        cli.main(words)
    assert "COMMAND" in capsys.readouterr().err.splitlines()[-1]
