"""`--out` of evaluate, import and demo: what stands there survives, whatever is said."""

import os
from pathlib import Path

import pandas as pd
import pytest

import exports
from toyposts import toy_posts
from virality import cli
from virality.book import evaluating
from virality.core import paths
from virality.core.errors import UserError
from virality.creators.evaluate import store
from virality.posts import outputs
from virality.posts.export import write_posts

POSTS = exports.made_up_posts(n=12)
LINKS = pytest.mark.skipif(os.name == "nt", reason="needs links and pipes as POSIX has them")
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def table(tmp_path):
    """A tidy table of a creator who is too small to be modelled: evaluating takes no time."""
    posts, _ = toy_posts(8)
    columns = ["post_id", "author", "posted_at", "caption", "duration_s", "views"]
    posts[columns].to_parquet(tmp_path / "table.parquet")
    return tmp_path / "table.parquet"


@pytest.fixture
def export(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path / "checkout")
    path = tmp_path / "inputs" / "may.csv"
    path.parent.mkdir()
    path.write_bytes(exports.studio_csv(POSTS, read="May 20"))
    return path


@pytest.fixture
def told(table, export, capsys):
    """Give a command an output; return what it says, or "" when all went well."""

    def run(command, out, *more):
        words = {
            "evaluate": ["evaluate", str(table), "--out", str(out)],
            "import": ["import", str(export), "--name", "alice", "--out", str(out)],
            "demo": ["demo", "--count", "2", "--no-videos", "--out", str(out)],
        }[command]
        capsys.readouterr()
        code = cli.main([*words, *more])
        error = capsys.readouterr().err
        assert (code == 0) == (error == ""), error
        assert "Traceback" not in error
        assert len(error.strip().splitlines()) < 2, error
        return error

    return run


def snapshot(folder):
    """Every file below a folder with its content, but for the project's own work."""
    files = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file()]
    return {p: (folder / p).read_bytes() for p in files if p.parts[0] != "checkout"}


ENDINGS = {"import": ".csv"}


@pytest.mark.parametrize("command", ENDINGS)
@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("named", ["results", "results/", "results.parquet", "results.csv", "."])
def test_a_folder_survives(told, tmp_path, monkeypatch, command, force, named):
    monkeypatch.chdir(tmp_path)
    for folder in ("results", "results.parquet", "results.csv"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "thesis.txt").write_text("ten years")
    before = snapshot(tmp_path)
    assert told(command, named, *force)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("command", ENDINGS)
def test_a_file_of_somebody_survives_until_told(told, tmp_path, command):
    out = tmp_path / f"mine{ENDINGS[command]}"
    out.write_text("post_id,remark\n1,my own\n")
    assert "--force" in told(command, out)
    assert out.read_text() == "post_id,remark\n1,my own\n"
    assert told(command, out, "--force") == ""
    assert b"my own" not in out.read_bytes()


@pytest.mark.parametrize("command", ENDINGS)
def test_an_earlier_result_is_replaced(told, tmp_path, command):
    out = tmp_path / f"mine{ENDINGS[command]}"
    assert told(command, out) == ""
    assert told(command, out) == ""
    out.write_bytes(b"")
    assert told(command, out) == "", "a file without content is nobody's"


def test_one_kind_of_our_tables_does_not_replace_another(told, tmp_path):
    assert told("evaluate", tmp_path / "results") == ""
    before = snapshot(tmp_path)
    assert "--force" in told("import", tmp_path / "results" / "scores.parquet")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_tidy_tables_are_known_by_what_they_say(tmp_path, ending):
    path = tmp_path / f"tidy{ending}"
    write_posts(POSTS, path)
    write_posts(POSTS.head(3), path)
    other = tmp_path / f"other{ending}"
    foreign = pd.DataFrame({"post_id": ["1"], "remark": ["mine"]})
    writer = {".csv": "to_csv", ".parquet": "to_parquet", ".xlsx": "to_excel"}[ending]
    getattr(foreign, writer)(other)
    before = other.read_bytes()
    with pytest.raises(UserError, match="--force"):
        write_posts(POSTS, other)
    assert other.read_bytes() == before
    write_posts(POSTS, other, force=True)
    assert other.read_bytes() != before


def test_a_table_of_an_earlier_version_is_known_by_its_columns(tmp_path):
    POSTS.to_parquet(tmp_path / "tidy.parquet")
    write_posts(POSTS.head(3), tmp_path / "tidy.parquet")
    assert len(pd.read_parquet(tmp_path / "tidy.parquet")) == 3


@pytest.mark.parametrize("junk", [b"PAR1", b"PK\x03\x04junk", b"\xff\xfe\x00", b"\x00" * 50])
@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
def test_what_cannot_be_read_is_not_ours(tmp_path, junk, ending):
    path = tmp_path / f"x{ending}"
    path.write_bytes(junk)
    with pytest.raises(UserError, match="--force"):
        write_posts(POSTS, path)
    assert path.read_bytes() == junk


# --- inputs -------------------------------------------------------------------------------------


@LINKS
@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("how", ["itself", "link", "hard link", "another spelling"])
def test_no_output_is_an_input(told, table, export, tmp_path, how, force):
    (tmp_path / "sub").mkdir()
    out = {
        "itself": export,
        "link": tmp_path / "link.csv",
        "hard link": tmp_path / "hard.csv",
        "another spelling": tmp_path / "sub" / ".." / export.relative_to(tmp_path),
    }[how]
    if how == "link":
        out.symlink_to(export)
    if how == "hard link":
        out.hardlink_to(export)
    before = snapshot(tmp_path)
    assert "never changed" in told("import", out, *force)
    assert told("evaluate", table, *force)
    assert snapshot(tmp_path) == before


@LINKS
def test_no_output_lies_in_a_folder_that_is_read(told, export, tmp_path):
    folder = export.parent
    (tmp_path / "link").symlink_to(folder)
    for out in (folder / "new.csv", tmp_path / "link" / "new.csv", folder / "deep" / "new.csv"):
        with pytest.raises(UserError, match="never changed"):
            outputs.refuse_inputs(outputs.place(out, (".csv",)), [folder])
    outputs.refuse_inputs(outputs.place(tmp_path / "new.csv", (".csv",)), [folder, "", "s3://x"])


@LINKS
def test_a_link_is_followed_and_stays(told, tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    assert told("import", tmp_path / "link.csv") == ""
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").is_file()


# --- places where nothing can be written --------------------------------------------------------


@pytest.mark.parametrize("command", ["evaluate", "import", "demo"])
@pytest.mark.parametrize("out", ["", "  ", "a\0b.csv", "n" * 300 + ".csv", "~nobody-at-all/x.csv"])
def test_places_that_cannot_be_are_told(told, tmp_path, monkeypatch, command, out):
    monkeypatch.chdir(tmp_path)
    before = snapshot(tmp_path)
    assert told(command, out)
    assert snapshot(tmp_path) == before


@LINKS
@pytest.mark.parametrize("command", ENDINGS)
def test_odd_places_are_told(told, tmp_path, command):
    ending = ENDINGS[command]
    os.mkfifo(tmp_path / f"pipe{ending}")
    (tmp_path / f"loop{ending}").symlink_to(tmp_path / f"loop{ending}")
    (tmp_path / f"null{ending}").symlink_to(os.devnull)
    (tmp_path / "file").write_text("mine")
    for out in (f"pipe{ending}", f"loop{ending}", f"null{ending}", f"file/x{ending}"):
        assert told(command, tmp_path / out, "--force")
        assert told("evaluate", tmp_path / out, "--force")
    assert (tmp_path / "file").read_text() == "mine"
    assert Path(os.devnull).is_char_device()


@LINKS
@pytest.mark.parametrize("command", ENDINGS)
def test_a_device_is_never_replaced(told, command):
    assert told(command, os.devnull, "--force")
    assert Path(os.devnull).is_char_device()


def test_missing_folders_are_made(told, tmp_path):
    assert told("import", tmp_path / "new" / "deep" / "tidy.csv") == ""
    assert (tmp_path / "new" / "deep" / "tidy.csv").is_file()


@pytest.mark.skipif(AS_ROOT, reason="nothing is closed to root")
def test_a_closed_folder_is_told(told, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    for command, ending in ENDINGS.items():
        assert "Nothing can be made" in told(command, tmp_path / "closed" / f"x{ending}")


# --- the results of evaluate: a folder ------------------------------------------------------------


@pytest.mark.parametrize("name", ["scores.csv", "scores.parquet", "page.html"])
def test_evaluate_writes_a_folder_and_says_so(told, tmp_path, name):
    assert "folder" in told("evaluate", tmp_path / name)
    assert not (tmp_path / name).exists()


def test_the_folder_of_somebody_survives_until_told(told, tmp_path):
    (tmp_path / "hers").mkdir()
    (tmp_path / "hers" / "thesis.txt").write_text("ten years")
    (tmp_path / "hers" / "scores.parquet").write_text("mine")
    before = snapshot(tmp_path)
    assert "left as it is" in told("evaluate", tmp_path / "hers")
    assert snapshot(tmp_path) == before
    assert told("evaluate", tmp_path / "hers", "--force") == ""
    assert (tmp_path / "hers" / "thesis.txt").read_text() == "ten years"
    assert (tmp_path / "hers" / "scores.parquet").read_bytes() != b"mine"
    assert "thesis.txt" in told("evaluate", tmp_path / "hers")
    assert told("evaluate", tmp_path / "hers", "--force") == ""


def test_no_folder_makes_way_for_a_file(told, tmp_path):
    (tmp_path / "hers" / "scores.parquet").mkdir(parents=True)
    (tmp_path / "hers" / "scores.parquet" / "thesis.txt").write_text("ten years")
    before = snapshot(tmp_path)
    assert "left as it is" in told("evaluate", tmp_path / "hers", "--force")
    assert snapshot(tmp_path) == before


def test_earlier_results_are_replaced_by_the_same(told, tmp_path):
    out = tmp_path / "results"
    assert told("evaluate", out) == ""
    before = snapshot(tmp_path)
    assert told("evaluate", out) == ""
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_no_results_lie_among_the_posts(tmp_path, table, capsys, force):
    (tmp_path / "posts").mkdir()
    table.rename(tmp_path / "posts" / "posts.parquet")
    for out in (tmp_path / "posts", tmp_path / "posts" / "results"):
        before = snapshot(tmp_path)
        words = ["evaluate", str(tmp_path / "posts"), "--out", str(out), *force]
        assert cli.main(words) == 1
        assert "never changed" in capsys.readouterr().err
        assert snapshot(tmp_path) == before


def test_a_failed_write_keeps_the_old_results(told, tmp_path, monkeypatch):
    out = tmp_path / "results"
    assert told("evaluate", out) == ""
    before = snapshot(tmp_path)

    def full(table, path, kind):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "write_parquet", full)
    assert "No space left" in told("evaluate", out)
    assert snapshot(tmp_path) == before, "nothing half, and nothing left over"


def test_a_column_with_any_name_separates_creators(told, table, tmp_path):
    frame = pd.read_parquet(table)
    frame.assign(**{"a/b": "x"}).to_parquet(table)
    assert told("evaluate", tmp_path / "results", "--by", "a/b") == ""
    assert pd.read_parquet(tmp_path / "results" / "creators.parquet")["a/b"].tolist() == ["x"]


def test_who_comes_while_evaluate_works_survives(told, tmp_path, monkeypatch):
    out, genuine = tmp_path / "results", evaluating.spread

    def slow(*args, **kwargs):
        out.mkdir()
        (out / "thesis.txt").write_text("ten years")
        yield from genuine(*args, **kwargs)

    monkeypatch.setattr(evaluating, "spread", slow)
    assert "left as it is" in told("evaluate", out)
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("out", ["file", "hers"])
def test_the_demo_is_refused_where_somebody_is(told, tmp_path, out):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "hers").mkdir()
    (tmp_path / "hers" / "posts.csv").write_text("mine")
    before = snapshot(tmp_path)
    assert told("demo", tmp_path / out)
    assert snapshot(tmp_path) == before
    assert told("demo", tmp_path / "hers", "--force") == ""
