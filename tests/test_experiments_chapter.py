"""An experiment under a name: planned, imported, judged from the shell, and told as a chapter."""

import json
import re
import shlex
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from chapters import run_chapter, shown_cells
from toyplans import account, planned
from virality import cli
from virality.advice.experiments.judge import Outcome, judge
from virality.advice.experiments.plan_files import as_json, read_plan
from virality.book import stamps
from virality.book.ownership import clean
from virality.book.tables import check_table
from virality.core import paths
from virality.core.chapters import book, chapter, chapters_until
from virality.core.errors import UserError
from virality.core.paths import DEMO_POSTS, LIBRARY, RUN_VARIABLE, Inputs, Run
from virality.demo.creator import ensure_demo
from virality.demo.follower import follow_plan
from virality.figures import experiments as figures
from virality.findings import experiments as findings
from virality.posts.export import write_posts
from virality.sentences import experiments as sentences


def told(factor: float, n_posts=40, **choices) -> tuple[str, findings.Experiment]:
    judged = judge(*planned(n_posts, factor=factor, **choices))
    found = findings.experiment(judged)
    return sentences.verdict(found), found


def test_the_sentence_turns_round_with_the_effect():
    more, a = told(8, seed=1)
    less, b = told(1 / 8, seed=1)
    assert "Decided for A: “words on screen”" in more and "Decided for B: “as usual”" in less
    assert 3 < a.factor < 20 and 3 < b.factor < 20 and min(a.low, b.low) > 1
    assert re.sub(r"\d", "", more).replace("A: “words on screen”", "").count("×") == 3
    none, found = told(1, seed=1)
    assert "Ended without a difference" in none and found.low < 1 < found.high
    assert f"×{found.high:.2f}" in none and f"×{found.low:.2f}" in none


def test_going_on_says_when_something_can_be_decided_at_all():
    plan, posts = planned(40, seed=1)
    posts = posts.drop(columns="captured_at")  # the newest post is the clock then
    early = findings.experiment(judge(plan, posts.iloc[:72]))
    assert early.outcome is Outcome.GO_ON and not early.bounded and early.earliest == 10
    later = findings.experiment(judge(plan, posts.iloc[:86]))
    assert later.bounded and later.hope is findings.Hope.SOME
    lost = findings.experiment(judge(plan, posts.drop(index=range(60, 84)).iloc[:-2]))
    assert lost.hope is findings.Hope.NONE and "plan anew" in sentences.verdict(lost)


def test_what_is_promised_is_what_the_plan_holds():
    plan, _ = planned(40, before=60)
    own = findings.promise(plan)
    assert own.own_posts == plan.spread_posts == 60 and own.smaller < own.detects
    assert findings.promise(planned(40, before=0)[0]).own_posts == 0


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr("virality.book.experimenting.ROOT", tmp_path)
    return tmp_path


def test_from_the_first_import_to_the_verdict(place, capsys, monkeypatch):
    def virality(*words):
        code = cli.main([*words, "--name", "alice"])
        said = capsys.readouterr()
        return code, said.out + said.err

    posts = account(84, 1)
    first, second = place / "june.csv", place / "august.csv"
    write_posts(posts.iloc[:60], first)
    assert virality("import", str(first))[0] == 0
    start = str((posts["posted_at"].iloc[59] + pd.Timedelta(days=2)).date())
    code, said = virality("plan", "words on screen", "--posts", "24", "--start", start)
    assert code == 0 and "24 posts find a difference" in said and "its last 60" in said
    run = Run.named("alice")
    plan = read_plan(run.plan)
    names = {"plan.json", "calendar.md", "calendar.csv", "calendar.ics"}
    assert names <= {path.name for path in (place / "plans" / "alice").iterdir()}
    assert b"\r\r" not in (run.plans / "calendar.ics").read_bytes()
    code, said = virality("judge")
    assert code == 0 and said.startswith("Go on. 0 of 12 pairs so far") and "12 to come" in said
    told = json.loads(virality("judge", "--json")[1])
    assert told["verdict"] == "go_on" and told["factor"] is told["low"] is told["high"] is None
    assert told["pairs"][0]["day_a"] is None and told["deviations"] == []
    write_posts(follow_plan(plan.table(), posts, factor=9), second)
    assert virality("import", str(second))[0] == 0
    code, said = virality("judge")
    assert code == 0 and "Decided for A: “words on screen”" in said
    assert virality("judge") == (code, said), "the same data say the same"
    code, told = virality("judge", "--json")
    told = json.loads(told)
    assert code == 0 and told["verdict"] == "for_a" and told["problem"] is None
    assert 1 < told["low"] < told["factor"] < told["high"] and told["posts"] == 24
    assert set(told["pairs"][0]) == {
        "pair", "status", "first", "day_a", "day_b", "post_a", "post_b", "look", "difference",
        "content", "z", "boundary",
    }  # fmt: skip
    assert sum(pair["status"] == "used" for pair in told["pairs"]) >= told["pairs_used"]
    code, said = virality("plan", "another", "--start", "2040-01-01")
    assert code == 1 and "already" in said and read_plan(run.plan) == plan
    code, said = virality("plan", "another", "--start", start, "--force")
    assert code == 1 and "the dice come before the posts" in said and read_plan(run.plan) == plan
    code, said = virality("plan", "another", "--start", "2040-01-01", "--force")
    assert code == 0 and read_plan(run.plans / "earlier-1.json") == plan
    clean(place)
    assert run.plan.is_file() and not run.folder.exists(), "a promise is not cleared away"


def test_a_made_up_creator_can_follow_a_plan_step_by_step(place, capsys):
    def virality(*words):
        code = cli.main([*words])
        said = capsys.readouterr()
        return code, said.out + said.err

    known, posts, more = account(60, 1), place / "posts.csv", place / "more.csv"
    start = str((known["posted_at"].max() + pd.Timedelta(days=2)).date())
    write_posts(known, posts)
    virality("import", str(posts), "--name", "alice")
    assert virality("demo", "--follow", "alice", "--out", str(more))[0] == 1, "without a plan"
    virality("plan", "words on screen", "--posts", "40", "--name", "alice", "--start", start)
    assert virality("demo", "--follow", "alice")[0] == 1, "without a place"
    said = []
    for made in (24, 40):
        words = "demo", "--follow", "alice", "--made", str(made), "--out", str(more)
        code, _ = virality(*words)
        assert code == 0 and len(pd.read_csv(more)) == made
        assert virality("import", str(more), "--name", "alice")[0] == 0
        said.append(virality("judge", "--name", "alice")[1])
    assert "Go on. 11 of 20" in said[0] and "1 not yet settled" in said[0]
    assert "20 made as planned and settled" in said[1] and "skipped" not in said[1]


@pytest.mark.slow
def test_the_readme_shows_what_is_printed(place, capsys, monkeypatch):
    """Its commands on the demo's posts, from the plan to the verdict."""
    text = (LIBRARY.parents[1] / "README.md").read_text(encoding="utf-8")
    section = text.partition("\n## An experiment\n")[2].partition("\n## ")[0]
    commands = re.findall(r"^    \$ virality (.+)$", section, re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        "import", "plan", "demo", "import", "judge", "demo", "judge",
    ]  # fmt: skip
    monkeypatch.chdir(place)
    ensure_demo(place / "data" / "demo", DEMO_POSTS, videos=False)
    shown = " ".join(section.split())
    for command in commands:
        assert cli.main(shlex.split(command)) == 0
        printed = " ".join(capsys.readouterr().out.split())
        assert command.startswith(("import", "demo")) or printed in shown


def test_a_plan_that_was_changed_is_told(place, capsys):
    run = Run.named("alice")
    assert cli.main(["plan", "words", "--name", "alice", "--start", "2030-01-01"]) == 0
    assert cli.main(["judge", "--name", "alice"]) == 1
    assert "No posts are known" in capsys.readouterr().err
    said = json.loads(run.plan.read_text())
    said["slots"][0][1] = "2029-12-31"
    run.plan.write_text(json.dumps(said))
    assert cli.main(["judge", "--name", "alice"]) == 1
    assert "changed after it was made" in capsys.readouterr().err
    assert cli.main(["judge", "--name", "alice", "--json"]) == 1
    said = capsys.readouterr()
    assert "changed after" in json.loads(said.out)["problem"]["what"] and said.err == ""


def test_somebody_elses_files_are_left_alone(place, capsys):
    folder = place / "plans" / "alice"
    folder.mkdir(parents=True)
    (folder / "calendar.md").write_text("mine")
    assert cli.main(["plan", "words", "--name", "alice", "--start", "2030-01-01", "--force"]) == 1
    assert (folder / "calendar.md").read_text() == "mine"
    assert [path.name for path in folder.iterdir()] == ["calendar.md"]


@pytest.fixture
def run(tmp_path, monkeypatch) -> Run:
    run = Run.at(tmp_path / "alice")
    run.save(inputs=Inputs(posts="posts.csv"))
    run.artefact("posts").parent.mkdir(parents=True)
    monkeypatch.setenv(RUN_VARIABLE, str(run.folder))
    return run


def lay(run: Run, plan, posts) -> None:
    run.plans.mkdir(exist_ok=True)
    run.plan.write_text(as_json(plan), encoding="utf-8")
    posts.to_parquet(run.artefact("posts"))


def test_the_chapter_is_there_where_there_is_a_plan(run):
    assert "experiments" not in [spec.slug for spec in book()]
    with pytest.raises(UserError):
        chapters_until("experiments")
    assert chapters_until("experiments", planned=True)[-1].slug == "experiments"
    assert "experiments" not in [spec.slug for spec in book(pooled=True, planned=True)]
    assert not run.planned
    before = stamps.asked(run, chapter("index"), {})
    lay(run, *planned(24, before=40))
    assert run.planned and stamps.asked(run, chapter("index"), {}) != before


def test_another_table_of_tags_makes_the_chapter_stale(run, tmp_path):
    lay(run, *planned(24, before=40))
    asked = [stamps.asked(run, chapter("experiments"), {})]
    tags = tmp_path / "tags.csv"
    for text in ("post_id,variant\n", "post_id,variant\n1,A\n"):
        tags.write_text(text)
        run.save(tags=str(tags))
        asked.append(stamps.asked(run, chapter("experiments"), {}))
    assert asked[0] != asked[1] != asked[2]


@pytest.mark.parametrize("n_made", [0, 3, 40])
def test_the_chapter_says_what_the_library_says(run, monkeypatch, n_made):
    plan, posts = planned(40, seed=1, factor=8)
    made = posts.iloc[: 60 + n_made]
    lay(run, plan, made)
    said = run_chapter(run, "experiments", monkeypatch)
    verdict = sentences.verdict(findings.experiment(judge(plan, made)))
    assert verdict in said and ("Decided for A" in said) == (n_made == 40)
    assert said.index("The answer") < said.index("fig-running") < said.index("tbl-pairs")
    stored = pd.read_parquet(run.artefact("experiment"))
    check_table("experiment", stored)
    assert len(stored) == 20 and stored["look"].notna().sum() == n_made // 2


def test_the_page_computes_what_the_library_computes():
    plan, posts = planned(40, seed=2, factor=2)
    with pytest.MonkeyPatch.context() as patch:
        stored = SimpleNamespace(posts=posts)
        patch.setattr("virality.load_run", lambda name: stored, raising=False)
        shown = SimpleNamespace(**shown_cells("experiments", plan=plan, tags=()))
    looks = judge(plan, posts).looks
    np.testing.assert_allclose(shown.lean, looks["z"])
    np.testing.assert_allclose(shown.x, looks["x"])


def test_pictures_and_tables_show_every_pair():
    plan, posts = planned(40, seed=3)
    judged = judge(plan, posts.drop(index=70))
    assert figures.running(judged).axes[0].has_data()
    table = figures.pair_table(judged)
    assert len(table) == 20 and (table["views of A to B"] == "–").sum() == 1
    assert set(figures.beside_table(judged)["what"]) == {"skipped"}
