"""`virality import`: read, judged and remembered; written as a table that computes nothing."""

import pandas as pd
import pytest

import exports
from virality import cli
from virality.book.request import Request, resolve
from virality.book.session import bring
from virality.core import hashing, paths
from virality.core.errors import UserError
from virality.core.paths import Run, join_paths, split_paths
from virality.posts.export import write_posts
from virality.posts.read import read_posts

POSTS = exports.made_up_posts(n=40)
FORMULAS = (
    '=HYPERLINK("http://example.invalid","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "plain, with a comma\nand a line",
)


@pytest.fixture
def run(tmp_path):
    return Run.at(tmp_path / "alice")


@pytest.fixture
def files(tmp_path):
    """Two Studio exports of one account, a month apart."""
    may, june = tmp_path / "may.csv", tmp_path / "june.zip"
    may.write_bytes(exports.studio_csv(POSTS.head(30), read="May 20"))
    june.write_bytes(exports.studio_zip(POSTS.assign(views=POSTS["views"] * 2)))
    return may, june


def recorded(run):
    return [path.rpartition("/")[2] for path in split_paths(run.inputs().posts)]


@pytest.mark.slow
def test_a_second_import_adds_and_anew_starts_over(run, files):
    may, june = map(str, files)
    reading, _ = bring(run, [may])
    assert (len(reading.posts), recorded(run)) == (30, ["may.csv"])
    reading, _ = bring(run, [june])
    assert (len(reading.posts), recorded(run)) == (40, ["may.csv", "june.zip"])
    assert reading.notes["n_read_twice"] == 30
    assert reading.posts["views"].sum() == 2 * POSTS["views"].sum(), "the latest reading wins"
    bring(run, [may])
    assert recorded(run) == ["may.csv", "june.zip"], "each file once"
    bring(run, [june], anew=True)
    assert recorded(run) == ["june.zip"]


@pytest.mark.slow
def test_what_is_remembered_is_what_a_report_reads(run, files):
    bring(run, list(map(str, files)), timezone="Asia/Tokyo")
    resolve(Request(name="alice"), run).remember()
    assert recorded(run) == ["may.csv", "june.zip"]
    assert run.load()["parameters"] == {"timezone": "Asia/Tokyo"}
    assert len(read_posts(run.inputs().posts, now=exports.NOW).posts) == 40
    before = hashing.of_input(run.inputs().posts)
    files[0].write_bytes(files[0].read_bytes() + b"\n")
    assert hashing.of_input(run.inputs().posts) != before, "a changed file is noticed"


@pytest.mark.slow
def test_importing_keeps_the_videos_and_starting_over_does_not(run, files, tmp_path):
    request = Request(name="alice", posts=str(files[0]), videos=str(tmp_path))
    resolve(request, run).remember()
    bring(run, [str(files[1])])
    assert run.inputs().videos == str(tmp_path)
    bring(run, [str(files[1])], anew=True)
    assert run.inputs().videos == ""


def test_nothing_is_remembered_unless_everything_can_be_read(run, files, tmp_path):
    bring(run, [str(files[0])])
    (tmp_path / "cat.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    with pytest.raises(UserError, match="nothing there"):
        bring(run, [str(tmp_path / "missing.csv")])
    with pytest.raises(UserError, match="PNG picture"):
        bring(run, [str(tmp_path / "cat.csv")], anew=True)
    assert recorded(run) == ["may.csv"]


def test_several_paths_in_one_text(tmp_path):
    odd = tmp_path / "a:b.csv"
    odd.touch()
    assert split_paths(str(odd)) == [str(odd)]
    assert split_paths("") == []
    assert split_paths(join_paths(["x.csv", "y.csv"])) == ["x.csv", "y.csv"]
    with pytest.raises(UserError, match="together with others"):
        join_paths([odd, "x.csv"])


@pytest.mark.parametrize("ending", ["csv", "parquet", "xlsx"])
def test_the_tidy_table_comes_back(ending, tmp_path):
    path = tmp_path / f"tidy.{ending}"
    write_posts(POSTS, path)
    back = read_posts(path, now=exports.NOW)
    assert back.posts.drop(columns=["source", "source_row"]).equals(
        POSTS.drop(columns=["source", "source_row"])
    )
    assert back.repairs.empty


def test_no_text_becomes_a_formula_in_csv(tmp_path):
    hostile = POSTS.head(6).assign(caption=FORMULAS, author=FORMULAS, source=FORMULAS)
    write_posts(hostile, tmp_path / "tidy.csv")
    cells = pd.read_csv(tmp_path / "tidy.csv", dtype=str, keep_default_na=False).to_numpy().ravel()
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    assert f"'{FORMULAS[0]}" in cells
    assert FORMULAS[-1] in cells


def test_no_text_becomes_a_formula_in_a_workbook(tmp_path):
    from openpyxl import load_workbook

    hostile = POSTS.head(6).assign(caption=[*FORMULAS[:5], "bell\x07"])
    write_posts(hostile, tmp_path / "tidy.xlsx")
    sheet = load_workbook(tmp_path / "tidy.xlsx")["posts"]
    column = [cell.value for cell in sheet[1]].index("caption") + 1
    cells = [row[column - 1] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells[:5]] == list(FORMULAS[:5]), "kept as they are"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "inlineStr", "n"}
    assert all(cell.quotePrefix for cell in cells)


@pytest.mark.parametrize("name", ["tidy.txt", "tidy", "tidy.pkl"])
def test_other_endings_are_refused(name, tmp_path):
    with pytest.raises(UserError, match="CSV, Parquet or XLSX"):
        write_posts(POSTS, tmp_path / name)


def test_the_table_never_lies_among_its_own_inputs(run, files):
    before = files[0].read_bytes()
    with pytest.raises(UserError, match="never changed"):
        bring(run, [str(files[0])], out=str(files[0]))
    with pytest.raises(UserError, match="never changed"):
        bring(run, [str(files[0].parent)], out=str(files[0].parent / "new.csv"))
    assert files[0].read_bytes() == before


def test_the_command_line(files, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    words = ["import", *map(str, files), "--name", "alice", "--out", str(tmp_path / "tidy.csv")]
    assert cli.main(words) == 0
    said = capsys.readouterr().out
    for part in ("40 usable posts", "read at two times", "may.csv", "report --name alice"):
        assert part in said
    assert (tmp_path / "tidy.csv").exists()
    for bad in ("../x", "; rm -rf ~"):
        assert cli.main(["import", str(files[0]), "--name", bad]) == 1
        assert "cannot be used for a folder" in capsys.readouterr().err
    assert cli.main(["report", "--name", "bob", "--posts", "one.csv", "two.csv"]) == 1
    assert "POSTS=one.csv" in capsys.readouterr().err
