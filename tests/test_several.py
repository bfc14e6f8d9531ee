"""Several creators in one input: never mixed by accident, one report each, and a page for all."""

import html
import json
import re

import pandas as pd
import pytest

from toyposts import toy_posts
from virality import cli
from virality.book import gallery, landing, several
from virality.book.ownership import locked
from virality.book.request import Request, resolve
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.figures.data import repairs_table
from virality.findings.landing import compared
from virality.posts.accounts import authors_of, choose
from virality.posts.read import read_posts

HOSTILE = ["<script>alert(1)</script>", "../x", "✨🎬", "Ana B", "ana.b", "x\u202egpj.exe"]
FACTS = {
    "n_posts": 60,
    "first": "2023-01-01",
    "last": "2023-12-31",
    "median_views": 12345.0,
    "verdict": "better",
    "factor": 2.1,
    "factor_low": 1.8,
    "factor_high": 2.5,
    "naive": "rolling_median_10",
    "naive_factor": 2.4,
    "content_tested": ["vision"],
    "content_found": [],
}


def written(path, counts):
    """A tidy table of so many posts for each author."""
    parts = []
    for i, (author, n) in enumerate(counts.items()):
        posts, _ = toy_posts(n, seed=i)
        posts["author"] = author
        posts["post_id"] = [f"{i}{j:06d}" for j in range(n)]
        parts.append(posts)
    wanted = ["post_id", "author", "posted_at", "caption", "duration_s", "views", "kind"]
    pd.concat(parts)[wanted].to_csv(path, index=False)
    return path


@pytest.fixture
def several_authors(tmp_path):
    return read_posts(written(tmp_path / "two.csv", {"one": 12, "two": 9, "three": 5}))


def test_several_creators_are_not_mixed_in_silence(several_authors):
    with pytest.raises(
        UserError, match=r"by 3 creators \(one, two and three\).*--by author.*--pool"
    ):
        choose(several_authors)


def test_one_author_is_kept_with_what_is_about_her_alone(several_authors):
    reading = choose(several_authors, "two")
    assert set(reading.posts["author"]) == {"two"}
    assert reading.notes["authors"] == {"two": 9}
    assert reading.notes["n_posts"] == len(reading.posts) == 9
    about = reading.repairs["post_id"].dropna()
    assert set(about) <= set(reading.posts["post_id"])
    assert reading.repairs["why"].str.contains("17 posts of 2 other creators").sum() == 1


def test_notes_of_one_author_count_her_platforms_and_outcomes_alone(tmp_path):
    table = pd.read_csv(written(tmp_path / "two.csv", {"one": 12, "two": 9}))
    ones = table["author"] == "one"
    table = table.assign(
        platform=ones.map({True: "youtube", False: "tiktok"}), likes=table["views"]
    )
    table.loc[~ones, "likes"] = None
    table.to_csv(tmp_path / "two.csv", index=False)
    reading = choose(read_posts(tmp_path / "two.csv"), "two")
    assert reading.notes["platforms"] == {"tiktok": 9}
    assert reading.notes["outcomes"] == []


def test_pool_keeps_all(several_authors):
    assert choose(several_authors, pool=True) is several_authors


def test_an_author_without_posts_is_told(several_authors):
    with pytest.raises(UserError, match="No post is by “nobody”"):
        choose(several_authors, "nobody")


def test_a_few_posts_by_strangers_are_dropped_with_a_line(tmp_path):
    reading = read_posts(written(tmp_path / "t.csv", {"me": 40, "other": 2}))
    kept = choose(reading)
    assert kept.notes["authors"] == {"me": 40}
    dropped = kept.repairs[kept.repairs["severity"] == "row dropped"]
    assert list(dropped["found"]) == ["other", "other"]
    assert kept.repairs["severity"].iloc[0] == "row dropped", "most severe first"


def test_posts_without_an_author_belong_to_the_only_one_that_is_named(tmp_path):
    reading = read_posts(written(tmp_path / "t.csv", {"me": 20, "": 15}))
    assert authors_of(reading) == ["me"]
    kept = choose(reading)
    assert kept.notes["authors"] == {"me": 35}


def test_private_pages_do_not_say_whose_posts_were_left_out(several_authors):
    shown = repairs_table(choose(several_authors, "two").repairs, private=True)
    for column in ("found", "used"):
        assert not shown[column].str.contains("one|two|three").any()


def test_names_of_runs_are_safe_and_different():
    names = several.name_runs("agency", HOSTILE)
    assert names[:5] == [
        "agency-script-alert-1-script",
        "agency-x",
        "agency-creator",
        "agency-ana-b",
        "agency-ana-b-2",
    ]
    for name in [*names, *several.name_runs("n" * 64, ["y" * 99, "y" * 99])]:
        Run.named(name)
    assert several.name_runs("agency", ["x"], {"Agency-X"}) == ["agency-x-2"]


@pytest.fixture
def agency(tmp_path, monkeypatch):
    """A run of hostile names, whose reports are made by a stand-in; the third one fails."""
    posts = written(tmp_path / "posts.csv", dict(zip(HOSTILE, range(12, 6, -1), strict=True)))
    asked = []

    def make(job):
        asked.append(job)
        if "creator" in job.run.name and not job.private:
            raise UserError("It stopped.")
        job.run.artefact("summary").parent.mkdir(parents=True, exist_ok=True)
        job.run.artefact("summary").write_text(json.dumps(FACTS))

    monkeypatch.setattr(gallery, "make", lambda: None)
    target = Run.at(tmp_path / "runs" / "agency")

    def report(**request):
        asked.clear()
        given = {"name": "agency", "posts": str(posts), "by": "author"} | request
        with locked(target):
            several.report(resolve(Request(**given), target), make)

    return target, report, asked


def test_a_failure_does_not_stop_the_others(agency, capsys):
    target, report, asked = agency
    with pytest.raises(UserError, match="1 of 6 reports could not be made: ✨🎬"):
        report()
    assert {job.parameters["author"] for job in asked} == set(target.load()["by"]["runs"])
    assert len({job.run.name for job in asked}) == 6
    text = (target.site / "index.html").read_text()
    assert text.count("the run stopped") == 1 + 1  # in the table and above it
    assert text.count('/index.html"') == 5


def test_the_page_holds_text_from_data_as_text_only(agency):
    target, report, _ = agency
    with pytest.raises(UserError):
        report()
    text = (target.site / "index.html").read_text()
    assert "<script" not in text
    assert html.escape(HOSTILE[0]) in text
    assert "\u202e" not in text
    for link in re.findall(r'(?:href|src)="([^"]+)"', text):
        assert not link.startswith(("http", "//", "/", "data:")), link
    assert (target.site / landing.FIGURE).exists()
    assert b"http" not in re.sub(rb"http://www.w3.org[^\"]*|http://purl[^\"]*|http://creative[^\"]*",
                                 b"", (target.site / landing.FIGURE).read_bytes())  # fmt: skip


@pytest.mark.slow
def test_a_later_request_keeps_names_and_a_private_one_hides_them(agency):
    target, report, asked = agency
    with pytest.raises(UserError):
        report()
    before = target.load()["by"]["runs"]
    with pytest.raises(UserError):
        report(posts="")
    assert target.load()["by"]["runs"] == before
    report(posts="", given={"private": True})
    names = [job.run.name for job in asked]
    assert sorted(names) == [f"agency-creator-{i}" for i in range(1, 7)]
    text = (target.site / "index.html").read_text()
    for author in HOSTILE:
        assert html.escape(author) not in text
    assert not any("ana" in name or "script" in name for name in names)


def test_a_run_made_by_hand_is_not_taken_over(agency):
    target, report, asked = agency
    own = Run.at(target.folder.parent / "agency-x")
    own.save(parameters={})
    with pytest.raises(UserError):
        report()
    assert "agency-x" not in {job.run.name for job in asked}
    assert "agency-x-2" in {job.run.name for job in asked}


def test_wrong_ways_of_separating_are_told(capsys):
    assert cli.main(["report", "--by", "mood"]) == 1
    assert "cannot be separated by 'mood'" in capsys.readouterr().err


def test_one_report_or_several_but_not_both(tmp_path):
    target, posts = Run.at(tmp_path / "agency"), written(tmp_path / "posts.csv", {"me": 5})
    target.save(by={"private": False, "runs": {}})

    def by(**request):
        job = resolve(Request(name="agency", posts=str(posts), **request), target)
        job.remember()
        return job.by

    assert by(), "what the run was before"
    with pytest.raises(UserError, match="Choose one"):
        by(by="author", given={"pool": "yes"})
    assert not by(given={"pool": "yes"})
    assert not by(), "pooled from now on"


def test_the_page_says_what_the_numbers_say():
    worse = FACTS | {"verdict": "worse", "content_found": ["vision"]}
    few = {"n_posts": 9, "verdict": "none"}
    found = compared(["a", "b", "c", "d"], [FACTS, worse, few, None])
    text = landing.comparing_page(found, ["", "", "", ""])
    assert "For 1 of 2 creators a model clearly beats" in text
    assert "for 1 of 2 creators where it could be tested" in text
    assert "1 creator has too few posts" in text
    none = compared(["a", "b"], [worse, FACTS | {"verdict": "alike"}])
    assert "For none of 2 creators" in landing.comparing_page(none, ["", ""])
