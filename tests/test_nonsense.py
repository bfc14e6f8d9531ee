"""Every option of the command line with a dozen bad values: a sentence, a code, no trace.

The options are taken from the parser, so that a new one is tried as soon as it is there: it has to
refuse every value of `BAD` that `MAY_TAKE` does not allow it.
"""

import argparse
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from toyposts import toy_posts
from virality import cli
from virality.book import experimenting, pdf, publish, quarto, request, runner, scoring, session
from virality.core import faults, paths
from virality.core.writing import MARK
from virality.creators import fit_prior, make_prior
from virality.demo import creator

LONG = "9" * 5000
FILE, FOLDER, PIPE = "tidy.csv", "folder", "pipe"
PLANNED = "planned"  # a name with posts and a plan
BAD = (
    "", " ", "-1", "0", "1.5", "nan", "1e400", LONG, "x/" * 3000, "x" * 300, "\0", "a\0b", "\udcff",
    "~nobody-is-called-so/x", "/dev/zero", "/proc/no/such", "../../x", "no/such/file.csv",
    "nowhere://x", "s3://a\0b", FILE, FOLDER, PIPE, f"{FILE}/x",
)  # fmt: skip
_PATHS = {"/dev/zero", "/proc/no/such", "../../x", "no/such/file.csv", f"{FILE}/x",
          "~nobody-is-called-so/x", "nowhere://x"}  # fmt: skip
_NUMBERS = {"0", "1.5", "nan", "1e400"}
_NAMES = _NUMBERS | {FILE, FOLDER, PIPE}
_PLACES = _NUMBERS | {"-1", "../../x", "no/such/file.csv"}
#: What an option may take of it; all the rest has to be refused.
MAY_TAKE = {
    # make gives it whether or not COLUMNS is set
    **{
        f"{command} --columns": {"", " "}
        for command in ("report", "run", "check", "import", "evaluate", "fit-prior")
    },
    "report --name": _NAMES,
    "report --posts": {"", FILE, FOLDER},
    "report --videos": {"", FOLDER},
    "report --mapping": {"", FILE},
    "report --params": {""},
    "report --pool": {"", "0"},
    "report --until": {""},
    "report --by": {""},
    "report --prior": {""},
    "fit-prior POSTS": {FILE, FOLDER},
    "fit-prior --out": _PLACES,
    "publish --name": {""},
    "pdf --name": {""},
    "check PATH": {FILE, FOLDER},
    "import PATH": {FILE, FOLDER},
    "import --name": _NAMES,
    "import --timezone": {""},
    "import --out": {"", "no/such/file.csv"},
    "evaluate POSTS": {FILE, FOLDER},
    "evaluate --out": _NUMBERS | {"-1", "../../x"},
    "evaluate --embargo": {"0", "1.5"},
    "evaluate --models": {"", " "},
    "evaluate --content-test": {"0"},
    "evaluate --seed": {"0"},
    "evaluate --prior": {""},
    "evaluate --scheduler": {""},
    "score --caption": {text for text in BAD if len(text) <= 5000 and text.isprintable()},
    "score --at": {"", " "},
    "score --name": _NAMES,
    "score --page": {""},
    "plan WHAT": _NUMBERS | {"-1", FILE, FOLDER, PIPE, *_PATHS},
    "plan --name": _NAMES,
    "plan --against": _NUMBERS | {"-1", FILE, FOLDER, PIPE, *_PATHS},
    "plan --timezone": {""},
    "plan --start": {""},
    "plan --seed": {"0"},
    "plan --untouched": {"", " "},
    "judge --tags": {""},
    "demo --follow": {""},
    "demo --seed": {"0"},
    "demo --out": _PLACES | {"", FOLDER},
}
MAY_TAKE |= {k.replace("report", "run"): v for k, v in MAY_TAKE.items() if k.startswith("report")}
#: What makes each command succeed, if nothing else is given.
ENOUGH = {
    "report": ["--posts", FILE],
    "run": ["--posts", FILE],
    "import": ["--name", "alice", FILE],
    "check": [FILE],
    "evaluate": [FILE, "--out", "results"],
    "fit-prior": [FILE, "--out", "learnt"],
    "score": ["--name", PLANNED, "--caption", "New #dance"],
    "plan": ["--name", "new", "--force", "words on screen"],
    "judge": ["--name", PLANNED],
}


def commands():
    parser = cli._parser()
    (choices,) = (a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    return choices


OPTIONS = [
    pytest.param(command, action, id=f"{command} {(action.option_strings or [action.metavar])[-1]}")
    for command, parser in commands().items()
    for action in parser._actions
    if not isinstance(action, argparse._HelpAction)
]


@pytest.fixture
def place(tmp_path, monkeypatch, capsys):
    """A workplace in which nothing heavy happens, and no wall is left to hide behind."""
    here = tmp_path / "some" / "where" / "else"
    (here / FOLDER).mkdir(parents=True)
    table = toy_posts(3)[0][["post_id", "author", "posted_at", "views"]].to_csv(index=False)
    (here / FILE).write_text(table)
    (here / FOLDER / "tidy.csv").write_text(table)
    if hasattr(os, "mkfifo"):
        os.mkfifo(here / PIPE)
    monkeypatch.chdir(here)
    for module in (paths, request):
        monkeypatch.setattr(module, "DEMO_FOLDER", tmp_path / "demo")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "SITES", tmp_path / "_site")
    monkeypatch.setattr(faults, "unexpected", _wall)
    monkeypatch.setattr(fit_prior, "MIN_CREATORS", 1)
    site = SimpleNamespace(warnings=[], plain=True, page="page")
    for module, name, result in (
        (runner, "execute", []),
        (session, "_decide_encoders", None),
        (session, "_title", ""),
        (request, "_make_demo", paths.Inputs()),
        (publish, "publish", site),
        (quarto, "version", "99.0.0"),
        (pdf, "make", "page.pdf"),
        (creator, "_make_missing", None),
        (fit_prior, "_cases", ()),
        (fit_prior, "together", ()),
        (fit_prior, "fit_cases", None),
        (make_prior, "prior_files", {"prior.json": b"{}"}),
        (make_prior, "_said", ""),
        (scoring, "_opened", {"data": {"timezone": "UTC"}}),
        (scoring, "_scored", None),
        (scoring, "tell", []),
        (subprocess, "call", 0),
    ):
        monkeypatch.setattr(module, name, lambda *_, result=result, **__: result)
    known = paths.Run.named(PLANNED)
    experimenting.plan(known, experimenting.Wish(what="words on screen", start="2030-01-01"))
    known.save(inputs=paths.Inputs(posts=str(here / FILE)))
    capsys.readouterr()
    return tmp_path


def _wall(error):
    raise AssertionError("this is what the last wall is for") from error


def run(words, capsys) -> tuple[int, str]:
    try:
        code = cli.main(words)
    except SystemExit as end:  # argparse's own
        code = end.code
    return code, capsys.readouterr().err


def words_with(command, action, value):
    """The command line that gives one option a value, and all others what is enough."""
    enough = list(ENOUGH.get(command, []))
    if action.option_strings:
        name = action.option_strings[-1]
        joined = f"{name}={value}" if name.startswith("--") else f"{name}{value}"
        return [command, *enough, *([name, ""] if joined == name else [joined])]
    return [
        command,
        *(word for word in enough if word not in (FILE, "words on screen")),
        "--",
        value,
    ]


def tree(folder):
    """All that is there, but for the folder of a run that did not come about."""
    return {path for path in folder.rglob("*") if path.name not in ("lock", MARK)} - {
        path.parent for path in folder.rglob("lock")
    }


@pytest.mark.parametrize("command", sorted(set(commands()) - {"serve", "lab"}))
def test_what_is_enough_is_enough(command, place, capsys):
    code, errors = run([command, *ENOUGH.get(command, [])], capsys)
    assert (code, errors) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="other systems have other special files")
@pytest.mark.parametrize(("command", "action"), OPTIONS)
def test_bad_values_are_refused_in_a_sentence(command, action, place, capsys):
    name = (action.option_strings or [action.metavar])[-1]
    if action.nargs == 0:
        code, errors = run(words_with(command, action, "x"), capsys)
        assert code == 2 and "explicit argument" in errors
        return
    for value in BAD:
        before = tree(place)
        code, errors = run(words_with(command, action, value), capsys)
        told = f"{command} {name} {value[:40]!r}: {code}, {errors[:300]}"
        assert "Traceback" not in errors, told
        if value in MAY_TAKE.get(f"{command} {name}", ()) and code == 0:
            continue
        assert code in (1, 2), told
        sentence = errors.partition("error: ")[2] if code == 2 else errors
        assert 10 < len(sentence.strip()) < 500, told
        assert len(sentence.strip().splitlines()) <= 3, told
        assert tree(place) <= before | {place / "build"}, told


@pytest.mark.parametrize("words", [[], ["nonsense"], ["report", "--nonsense"], ["evaluate"]])
def test_wrong_commands_are_told(words, place, capsys):
    code, errors = run(words, capsys)
    assert code == 2
    assert "error: " in errors


def test_a_place_where_nothing_may_be_written_is_told(place, capsys, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    for words in (
        ["evaluate", FILE, "--out", "results"],
        ["import", FILE, "--name", "a", "--out", "x.csv"],
        ["demo", "--out", "x"],
    ):
        code, errors = run(words, capsys)
        assert code == 1
        assert "Nothing may be written" in errors


def test_what_the_system_refuses_is_no_fault_of_ours(place, capsys, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(place / "build"))

    monkeypatch.setattr(runner, "execute", refuse)
    code, errors = run(["run", *ENOUGH["run"]], capsys)
    assert code == 1
    assert "Permission denied" in errors
    assert str(place / "build") in errors


def test_a_taken_port_is_told(place, capsys):
    import socket

    (place / "_site").mkdir()
    (place / "_site" / "index.html").touch()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        code, errors = run(["serve", "--port", str(other.getsockname()[1])], capsys)
    assert code == 1
    assert "is taken" in errors


def test_an_own_fault_is_owned_and_reported(tmp_path, capsys, monkeypatch):
    def fail(_):
        raise ZeroDivisionError("of zero\nand more")

    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(cli, "_chapters", fail)
    code, errors = run(["chapters"], capsys)
    assert code == faults.FAULT
    assert "fault of the program, not of your data (ZeroDivisionError: of zero)" in errors
    assert "Traceback" not in errors
    (report,) = (tmp_path / "build" / ".faults").iterdir()
    assert str(report) in errors
    assert "Traceback" in report.read_text()


def test_stopping_is_quiet(capsys, monkeypatch):
    def stop(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_chapters", stop)
    assert run(["chapters"], capsys) == (130, "\nStopped. The next run goes on from here.\n")


def test_a_closed_output_is_no_error(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main(["chapters"]) == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")
def test_a_full_disk_is_told():
    with open("/dev/full", "w") as full:
        words = [sys.executable, "-m", "virality.cli", "chapters"]
        ended = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert "No space left" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_reader_that_goes_away_is_no_error():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        ended = subprocess.run(
            [sys.executable, "-m", "virality.cli", "chapters"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert ended.returncode == faults.CLOSED_PIPE
    assert ended.stderr == b""
