"""Nothing of anybody else's is replaced or removed: every place where this project writes."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import toybook
from virality.book import (
    gallery,
    landing,
    ownership,
    params,
    plain,
    publish,
    request,
    runner,
    session,
)
from virality.book.chapter import Chapter
from virality.book.ownership import clean, locked
from virality.book.request import Request
from virality.core.errors import UserError
from virality.core.paths import ROOT, Inputs, Run
from virality.core.writing import (
    MARK,
    adding,
    claim,
    clear_leftovers,
    foreign_in,
    made_in,
    remove_folder,
    remove_made,
    replacing,
    replacing_folder,
)
from virality.demo import creator

LINKS = pytest.mark.skipif(os.name == "nt", reason="needs links and pipes as POSIX has them")


def contents(folder):
    """Every file below a folder, links as where they lead, with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def hers(tmp_path):
    """A folder full of somebody's files."""
    folder = tmp_path / "hers"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "thesis.txt").write_text("ten years of work")
    (folder / "deep" / "deeper" / "photo.jpg").write_bytes(b"\xff\xd8")
    return folder


def make(target, *names):
    with replacing_folder(target) as temporary:
        temporary.mkdir()
        for name in names:
            (temporary / name).write_text(name)


# --- files --------------------------------------------------------------------------------------


def test_a_failure_leaves_the_old_file(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert contents(tmp_path) == {"file.txt": b"old"}


def test_a_file_never_takes_the_place_of_a_folder(hers):
    before = contents(hers)
    with pytest.raises(UserError, match="folder of that name"), replacing(hers) as temporary:
        temporary.write_text("new")
    assert contents(hers) == before
    assert [path.name for path in hers.parent.iterdir()] == ["hers"]


@LINKS
def test_a_file_never_takes_the_place_of_a_pipe_or_a_device(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for odd in (pipe, tmp_path / "null"):
        if odd.name == "null":
            odd.symlink_to(os.devnull)
        with pytest.raises(UserError, match="ordinary"), replacing(odd) as temporary:
            temporary.write_text("new")
    assert pipe.is_fifo()


# --- folders ------------------------------------------------------------------------------------


def test_our_folders_are_swapped_whole(tmp_path):
    target = tmp_path / "folder"
    make(target, "one", "both")
    make(target, "two", "both")
    assert set(contents(target)) == {"two", "both", MARK}
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_folder_that_is_not_ours_is_refused(hers):
    before = contents(hers)
    with pytest.raises(UserError, match="not made by this project"):
        make(hers, "index.html")
    assert contents(hers) == before
    assert [path.name for path in hers.parent.iterdir()] == ["hers"]


@pytest.mark.parametrize(
    "kind",
    ["file", "deep file", *(pytest.param(k, marks=LINKS) for k in ("link", "link to a folder"))],
)
def test_what_somebody_laid_into_our_folder_is_refused(tmp_path, hers, kind):
    target = tmp_path / "site"
    make(target, "index.html")
    (target / "deep").mkdir()
    if kind == "file":
        (target / "CNAME").write_text("example.invalid")
    elif kind == "deep file":
        (target / "deep" / "notes.txt").write_text("mine")
    else:
        (target / "link").symlink_to(hers if "folder" in kind else hers / "thesis.txt")
    before, hers_before = contents(target), contents(hers)
    with pytest.raises(UserError, match=r"did not put there: (CNAME|deep/notes\.txt|link)\."):
        make(target, "index.html")
    assert (contents(target), contents(hers)) == (before, hers_before)


def test_what_a_file_manager_leaves_is_no_obstacle(tmp_path):
    target = tmp_path / "site"
    make(target, "index.html")
    (target / ".DS_Store").write_bytes(b"x")
    (target / ".ipynb_checkpoints").mkdir()
    (target / ".ipynb_checkpoints" / "data.ipynb").write_text("{}")
    make(target, "new.html")
    assert set(contents(target)) == {"new.html", MARK}


def test_what_comes_while_the_new_folder_is_made_is_kept(tmp_path):
    target = tmp_path / "site"
    make(target, "index.html")
    with pytest.raises(UserError, match="late"), replacing_folder(target) as temporary:
        temporary.mkdir()
        (target / "late.txt").write_text("mine")
    assert "late.txt" in contents(target)


def test_a_failed_swap_puts_the_old_folder_back(tmp_path, monkeypatch):
    target = tmp_path / "site"
    make(target, "index.html")
    genuine = Path.rename

    def refuse(path, to):
        if (path / "new.html").exists():
            raise PermissionError("held open by another program")
        return genuine(path, to)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError):
        make(target, "new.html")
    assert set(contents(target)) == {"index.html", MARK}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@LINKS
def test_a_link_to_a_folder_stays_a_link(tmp_path):
    make(tmp_path / "www", "old.html")
    (tmp_path / "site").symlink_to(tmp_path / "www")
    make(tmp_path / "site", "new.html")
    assert (tmp_path / "site").is_symlink()
    assert set(contents(tmp_path / "www")) == {"new.html", MARK}


def test_a_file_stands_where_a_folder_goes(tmp_path):
    (tmp_path / "site").write_text("mine")
    with pytest.raises(UserError, match="file stands where a folder"):
        make(tmp_path / "site", "index.html")
    assert (tmp_path / "site").read_text() == "mine"


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"files": 3}', "null"])
def test_a_damaged_mark_marks_nothing(tmp_path, damage):
    make(tmp_path / "site", "index.html")
    (tmp_path / "site" / MARK).write_text(damage)
    with pytest.raises(UserError, match="holds"):
        make(tmp_path / "site", "index.html")


def test_a_mark_reaches_nothing_outside_its_folder(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    folder = tmp_path / "figures"
    folder.mkdir()
    names = ["../mine.txt", str(tmp_path / "mine.txt"), "a/../../mine.txt"]
    (folder / MARK).write_text(json.dumps({"files": names}))
    remove_made(folder, names)
    remove_folder(folder)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_files_are_added_beside_somebody_elses(tmp_path):
    folder = tmp_path / "figures"
    for text in ("one", "two"):
        with adding(folder, "data-views.svg") as temporary:
            temporary.write_text(text)
    (folder / "data-notes.svg").write_text("mine")
    with pytest.raises(UserError, match=r"data-notes\.svg"), adding(folder, "data-notes.svg"):
        pass
    assert foreign_in(folder) == ["data-notes.svg"]
    remove_made(folder, ["data-views.svg", "data-notes.svg"])
    assert set(contents(folder)) == {"data-notes.svg", MARK}


def test_folders_are_claimed_once_and_never_from_somebody(tmp_path, hers):
    claim(tmp_path / "new" / "run")
    (tmp_path / "new" / "run" / "work").touch()
    claim(tmp_path / "new" / "run")
    with pytest.raises(UserError, match="not made by this project"):
        claim(hers)


# --- every place of a run -----------------------------------------------------------------------


@pytest.fixture
def run(tmp_path):
    return Run.at(tmp_path / "runs" / "alice")


def fill(folder, hers):
    shutil.copytree(hers, folder)
    return contents(folder)


def test_a_run_never_moves_into_somebody_elses_folder(run, hers):
    before = fill(run.folder, hers)
    with pytest.raises(UserError, match="not made by this project"), locked(run):
        pass
    assert contents(run.folder) == before


def test_a_run_of_an_earlier_version_is_recognised(run):
    run.save(inputs=Inputs(posts="x"))
    run.stamp("data").parent.mkdir()
    for path in (run.site / "index.html", run.artefact("boosters") / "manifest.json"):
        path.parent.mkdir(parents=True)
        path.touch()
    run.figures.mkdir()
    for name in ("data-views.svg", "data-mine.docx", "holiday.png"):
        (run.figures / name).touch()
    with locked(run):
        assert made_in(run.folder) is not None
        make(run.site, "new.html")
        make(run.artefact("boosters"), "manifest.json")
    assert foreign_in(run.figures) == ["data-mine.docx", "holiday.png"]


def test_a_new_run_does_not_take_a_folder_of_its_name_for_its_own(run, hers):
    run.save(inputs=Inputs(posts="x"))
    before = fill(run.site, hers), fill(run.figures, hers)
    with locked(run):
        pass
    assert foreign_in(run.site) == foreign_in(run.figures) == sorted(contents(hers))
    assert (contents(run.site), contents(run.figures)) == before


def test_a_report_says_so_before_it_works_for_minutes(run, hers, monkeypatch):
    monkeypatch.setattr(session, "_execute", lambda *_: pytest.fail("worked"))
    before = fill(run.site, hers)
    with pytest.raises(UserError, match="not made by this project"):
        session.report(Request(name="alice"), where=run)
    assert contents(run.site) == before


def test_several_reports_say_so_too(run, hers, tmp_path, monkeypatch):
    monkeypatch.setattr(request, "read_posts", lambda *_: pytest.fail("worked"), raising=False)
    monkeypatch.setattr(session, "resolve", lambda *_: pytest.fail("worked"))
    before = fill(run.site, hers)
    with pytest.raises(UserError, match="not made by this project"):
        session.report(Request(name="alice", by="author"), where=run)
    assert contents(run.site) == before


def test_asking_for_one_report_touches_no_folder_of_somebody(run, hers):
    before = fill(run.folder, hers)
    with pytest.raises(UserError, match="not made by this project"):
        session.report(Request(name="alice", given={"pool": "yes"}), where=run)
    assert contents(run.folder) == before


@pytest.mark.parametrize("publisher", ["plain", "comparing"])
def test_publishing_replaces_no_folder_of_somebody(run, hers, publisher, monkeypatch):
    monkeypatch.setattr(publish, "stage", lambda run, *_: run.staging.mkdir(parents=True))
    monkeypatch.setattr(plain, "render", lambda _, site, *__: site.mkdir())
    monkeypatch.setattr(gallery, "make", lambda: None)
    before = fill(run.site, hers)
    with pytest.raises(UserError, match="not made by this project"):
        if publisher == "plain":
            publish.publish(run, "Title", private=False, force_plain=True)
        else:
            landing.publish(run, [], [])
    assert contents(run.site) == before


def test_a_chapter_writes_over_nothing_of_somebody(run, hers, monkeypatch):
    monkeypatch.setenv("VIRALITY_RUN", str(run.folder))
    here = Chapter("nonlinear", "alice")
    places = [run.artefact("intervals"), run.artefact("boosters")]
    before = [fill(place, hers) for place in places]
    with pytest.raises(UserError, match="folder of that name"):
        here.write("intervals", {})
    with pytest.raises(UserError, match="not made"), here.directory("boosters") as folder:
        (folder / "manifest.json").touch()
    assert [contents(place) for place in places] == before
    before = fill(run.figures, hers)
    with pytest.raises(UserError, match="not made"):
        here.picture(b"jpeg", "first", "Caption.", "Alt.", b"narrow")
    assert contents(run.figures) == before


@pytest.mark.parametrize("place", ["record", "stamp", "executed"])
def test_what_the_runner_writes_replaces_no_folder(run, hers, place):
    paths = {"record": run.record, "stamp": run.stamp("one"), "executed": run.executed("one")}
    before = fill(paths[place], hers)
    with (
        pytest.raises(UserError, match="folder of that name"),
        replacing(paths[place]) as temporary,
    ):
        temporary.write_text("{}")
    assert contents(paths[place]) == before


@pytest.mark.slow
def test_figures_of_somebody_outlive_a_rerun(tmp_path, monkeypatch):
    run = toybook.make(tmp_path, monkeypatch)
    try:
        draw = (
            "from virality.core.writing import adding\nfrom virality.core.paths import Run\n"
            "run = Run.open(name)\n"
            "with adding(run.figures, 'one-views.svg') as t:\n    t.write_text('svg')\n"
            "with adding(run.artefact('posts').parent, 'posts.parquet') as t:\n"
            "    t.write_text(str(size))"
        )
        toybook.edit(tmp_path, "one", draw)
        runner.execute(run, {}, until="one", progress=False)
        (run.figures / "one-notes.txt").write_text("mine")
        results = runner.execute(run, {}, until="one", progress=False)
        assert not results[0].ran, "what lies beside the figures makes no chapter stale"
        assert runner.execute(run, {"size": 4}, until="one", progress=False)[0].ran
        assert (run.figures / "one-notes.txt").read_text() == "mine"
        (run.figures / "one-views.svg").unlink()
        assert runner.execute(run, {"size": 4}, until="one", progress=False)[0].ran
    finally:
        params.declared.cache_clear()
        params.known.cache_clear()


def test_the_list_of_reports_replaces_only_itself(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(gallery, "SITES", tmp_path / "_site")
    monkeypatch.setattr(gallery, "SITES_LOCK", tmp_path / "build" / ".sites.lock")
    for name in ("alice", "bob"):
        make(tmp_path / "_site" / name, "index.html")
        gallery.make()
    page = tmp_path / "_site" / "index.html"
    assert "bob/index.html" in page.read_text()
    page.write_text("<h1>My own front page</h1>")
    gallery.make()
    assert page.read_text() == "<h1>My own front page</h1>"
    assert "left as it is" in capsys.readouterr().out


# --- the demo -----------------------------------------------------------------------------------


def test_the_demo_moves_into_no_folder_of_somebody(hers):
    (hers / "posts.csv").write_text("mine")
    (hers / "videos").mkdir()
    before = contents(hers)
    with pytest.raises(UserError, match="not made by this project"):
        creator.ensure_demo(hers, 2, videos=False)
    assert contents(hers) == before
    creator.ensure_demo(hers, 2, videos=False, force=True)
    after = contents(hers)
    assert after.pop("posts.csv") != b"mine"
    assert before.items() - {("posts.csv", b"mine")} <= after.items()


def test_posts_and_videos_alone_are_no_demo(tmp_path):
    (tmp_path / "posts.csv").write_text("mine")
    (tmp_path / "videos").mkdir()
    with pytest.raises(UserError, match="not made by this project"):
        creator.ensure_demo(tmp_path, 2, videos=False)


def test_a_demo_of_an_earlier_version_is_recognised(tmp_path):
    creator.ensure_demo(tmp_path, 2, videos=False)
    (tmp_path / MARK).unlink()
    (tmp_path / "posts.csv").unlink()
    creator.ensure_demo(tmp_path, 2, videos=False)
    assert (tmp_path / "posts.csv").exists()


def test_no_manifest_makes_the_demo_remove_a_file_elsewhere(tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    demo = tmp_path / "demo"
    creator.ensure_demo(demo, 1, videos=False)
    manifest = json.loads((demo / "manifest.json").read_text())
    names = ("../../mine.txt", str(mine))
    manifest["videos"] = {name: {"key": "", "sha256": ""} for name in names}
    (demo / "manifest.json").write_text(json.dumps(manifest))
    stored = creator._Manifest(demo)
    for name in names:
        stored.drop_video(name)
    assert mine.read_text() == "mine"


# --- interrupted runs ---------------------------------------------------------------------------


def leave(path, folder=False):
    path.parent.mkdir(parents=True, exist_ok=True)
    if folder:
        path.mkdir()
        (path / "half.html").touch()
    else:
        path.write_text("half")
    return path


def test_what_interrupted_runs_left_is_cleared(tmp_path):
    run = Run("alice", *(tmp_path / part / "alice" for part in ("build", "figures", "_site")))
    run.save(parameters={})
    site = run.site.parent
    planted = [
        leave(site / ".alice.0123abcd.tmp", folder=True),
        leave(run.figures / ".data-views.svg.0123abcd.tmp"),
        leave(run.artefact("posts").with_name(".posts.parquet.0123abcd.tmp")),
        leave(run.artefact("posts").with_name(".boosters.0123abcd.tmp"), folder=True),
        leave(run.folder / ".run.json.0123abcd.tmp"),
        leave(run.stamp("data").with_name(".data.json.89abcdef.tmp")),
    ]
    kept = [
        leave(site / ".other.0123abcd.tmp", folder=True),
        leave(site / ".alice.notes.tmp"),
        leave(site / ".alice.0123abcd.tmp.txt"),
        leave(site / "alice.0123abcd.tmp"),
        leave(run.figures / ".mine.tmp"),
    ]
    with locked(run):
        assert not any(path.exists() for path in planted)
        assert all(path.exists() for path in kept)


def test_nothing_is_cleared_while_somebody_works(run):
    with locked(run):
        working = leave(run.site.parent / ".site.0123abcd.tmp", folder=True)
        other = f"""
            from pathlib import Path
            from virality.book.ownership import locked
            from virality.core.paths import Run
            with locked(Run.at(Path({str(run.folder)!r}))):
                pass
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(other)], capture_output=True, text=True
        )
        assert "Another process" in done.stderr
        assert working.exists()


def test_a_killed_publishing_leaves_nothing_for_long(run):
    script = f"""
        import time
        from pathlib import Path
        from virality.book.ownership import locked
        from virality.core.paths import Run
        from virality.core.writing import replacing_folder
        run = Run.at(Path({str(run.folder)!r}))
        with locked(run), replacing_folder(run.site) as temporary:
            temporary.mkdir()
            (temporary / "index.html").touch()
            print("now", flush=True)
            time.sleep(60)
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().strip() == "now"
    process.kill()
    process.wait()
    process.stdout.close()
    assert len(list(run.site.parent.glob(".site.*.tmp"))) == 1
    with locked(run):
        assert not list(run.site.parent.glob(".site.*.tmp"))
        make(run.site, "index.html")
    assert "index.html" in contents(run.site)


def test_the_demo_clears_what_it_left(tmp_path):
    creator.ensure_demo(tmp_path, 1, videos=False)
    planted = [
        leave(tmp_path / ".posts.csv.0123abcd.tmp"),
        leave(tmp_path / "videos" / ".7001.mp4.0123abcd.tmp"),
    ]
    creator.ensure_demo(tmp_path, 1, videos=False)
    assert not any(path.exists() for path in planted)


@LINKS
def test_links_that_look_like_leftovers_lose_only_themselves(tmp_path, hers):
    before = contents(hers)
    (tmp_path / ".x.0123abcd.tmp").symlink_to(hers)
    clear_leftovers(tmp_path, "x")
    assert not (tmp_path / ".x.0123abcd.tmp").is_symlink()
    assert contents(hers) == before


# --- make clean ---------------------------------------------------------------------------------


def test_clean_removes_what_was_made_and_nothing_else(tmp_path, hers):
    run = Run("alice", *(tmp_path / part / "alice" for part in ("build", "figures", "_site")))
    with locked(run):
        make(run.site, "index.html")
        with adding(run.figures, "data-views.svg") as temporary:
            temporary.touch()
    creator.ensure_demo(tmp_path / "data" / "demo", 1, videos=False)
    (tmp_path / "build" / ".cache").mkdir()
    (tmp_path / "figures" / "README.md").write_text("kept by git")
    (tmp_path / "data" / "posts.csv").write_text("mine")
    fill(tmp_path / "build" / "lib", hers)
    fill(tmp_path / "_site" / "blog", hers)
    (run.figures / "for-my-paper.pdf").write_text("mine")
    (tmp_path / "data" / "demo" / "notes.txt").write_text("mine")
    left = clean(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in left}
    assert names == {"build/lib", "_site/blog", "figures/alice", "data/demo"}
    shutil.rmtree(hers)
    assert set(contents(tmp_path)) == {
        *(f"{place}/{name}" for place in ("build/lib", "_site/blog")
          for name in ("thesis.txt", "deep/deeper/photo.jpg")),
        *("figures/README.md", "figures/alice/for-my-paper.pdf"),
        *("data/posts.csv", "data/demo/notes.txt"),
    }  # fmt: skip


def test_clean_removes_all_where_nothing_is_foreign(tmp_path):
    run = Run("alice", *(tmp_path / part / "alice" for part in ("build", "figures", "_site")))
    with locked(run):
        make(run.site, "index.html")
    creator.ensure_demo(tmp_path / "data" / "demo", 1, videos=False)
    leave(tmp_path / "_site" / ".alice.0123abcd.tmp", folder=True)
    assert clean(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_clean_needs_no_package():
    code = "import virality.book.ownership, sys; print('numpy' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(ROOT / "lib")}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False", done.stderr


def test_ownership_is_about_evidence_not_about_age(run):
    assert not ownership.is_ours(run)
    run.folder.mkdir(parents=True)
    assert not ownership.is_ours(run)
    run.lock.touch()
    assert ownership.is_ours(run)
