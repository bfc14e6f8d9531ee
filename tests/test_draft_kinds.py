"""Drafts of every kind: photos, silent films, odd times, runs with a prior, and stale ones."""

import cv2
import numpy as np
import pandas as pd
import pytest

from media_files import encode
from test_prior import folder, many, prior  # noqa: F401 - fixtures
from test_scoring import lay, soon
from toyposts import toy_posts
from virality.book import scoring, stamps, uses
from virality.book.scoring import Wish, moment, score, tell
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.media.processes.pool import Kept


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    run = Run.at(tmp_path_factory.mktemp("kinds") / "alice")
    lay(run, toy_posts(80, content=0.5)[0])
    return run


def one(run, **wish) -> tuple[pd.Series, str]:
    """What is said of one draft: its row, and the text."""
    scored = score(run, Wish(at=soon(run), **wish))
    (row,) = scored.scores.table.itertuples()
    return row, "\n".join(tell(scored))


def told(row) -> bool:
    return row.verdict in ("FORECAST", "OUTSIDE")


def test_a_photo_is_a_photo(run, tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (320, 180, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "beach.png"), picture)
    (tmp_path / "beach.txt").write_text("plain words", encoding="utf-8")
    looked = scoring.look(run, Wish(paths=[str(tmp_path / "beach.png")], at=soon(run)))
    (draft,) = looked.drafts.itertuples()
    assert draft.kind == "photo" and np.isnan(draft.duration_s) and draft.caption == "plain words"
    assert looked.known["vectors"].filter(regex="^vision__").notna().all(axis=None)
    row, said = one(run, paths=[str(tmp_path / "beach.png")])
    assert told(row) and "first sound" not in said


def test_the_pictures_of_a_slideshow_are_drafts_each(run, tmp_path):
    for name in ("1.jpg", "2.jpg"):
        cv2.imwrite(str(tmp_path / name), np.full((320, 180, 3), 90, np.uint8))
    scored = score(run, Wish(paths=[str(tmp_path)], captions=["plain words"], at=soon(run)))
    assert scored.scores.table["draft"].tolist() == ["1.jpg", "2.jpg"]


def test_a_silent_film_is_a_film(run, tmp_path):
    film = encode(tmp_path / "silent.mp4", sound=False)
    looked = scoring.look(run, Wish(paths=[str(film)], at=soon(run)))
    assert not looked.known["vectors"].filter(regex="^audio__").notna().any(axis=None)
    assert looked.drafts["duration_s"].iloc[0] == pytest.approx(4.0, abs=0.2)
    row, _ = one(run, paths=[str(film)])
    assert told(row)


def test_a_film_that_cannot_be_read_is_named(run, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film" * 99)
    with pytest.raises(UserError, match=r"^broken\.mp4: ") as refused:
        score(run, Wish(paths=[str(broken)], at=soon(run)))
    assert len(str(refused.value)) < 300
    with pytest.raises(UserError, match="There is no film"):
        score(run, Wish(paths=[str(tmp_path / "gone.mp4")], at=soon(run)))


@pytest.mark.parametrize("year", [2050, 9998])
def test_far_in_the_future_there_is_no_forecast(run, year):
    scored = score(run, Wish(captions=["plain words"], at=f"{year}-06-01 12:00"))
    (row,) = scored.scores.table.itertuples()
    assert row.verdict == "PAUSE" and any("longer pause" in line for line in tell(scored))


def test_before_the_newest_post_it_is_refused(run):
    newest = pd.read_parquet(run.artefact("posts"))["posted_at"].max()
    for at in (newest, newest - pd.Timedelta(days=9)):
        with pytest.raises(UserError, match="is not after the newest post"):
            score(run, Wish(captions=["x"], at=at.isoformat()))


def test_hours_that_come_twice_or_never():
    berlin = "Europe/Berlin"
    twice, never = moment("2026-10-25 02:30", berlin), moment("2026-03-29 02:30", berlin)
    assert twice == pd.Timestamp("2026-10-25 00:30Z"), "the first of the two"
    assert never == pd.Timestamp("2026-03-29 01:00Z"), "the first that there is"
    assert moment("2026-10-25 02:30+01:00", berlin) == pd.Timestamp("2026-10-25 01:30Z")


def test_whatever_changed_since_makes_it_stale(run, monkeypatch):
    asked, before = Wish(captions=["x"], at=soon(run)), run.load()["parameters"]
    try:
        run.save(parameters=before | {"n_folds": 3})
        with pytest.raises(UserError, match=r"“forecast” ran.*parameters or the program"):
            score(run, asked)
    finally:
        run.save(parameters=before)
    assert score(run, asked).drafts, "what is taken back is as before"
    for name in ("of_house", "of_chapter"):
        monkeypatch.setattr(uses, name, lambda slug: "another program")
    with pytest.raises(UserError, match="is stale"):
        score(run, asked)


def test_processes_that_are_kept_read_the_next_film(run, tmp_path, monkeypatch):
    pool = Kept()
    monkeypatch.setattr("virality.book.films._kept", lambda: pool)
    started = []
    for name in ("a.mp4", "b.mp4"):
        film = encode(tmp_path / name, seconds=2.0 + len(started))
        assert told(one(run, paths=[str(film)])[0])
        started.append([child.process.pid for child in pool._children])
    assert len(started[0]) == 1 and started[0] == started[1]
    child = pool._children[0]
    child.process.kill()
    child.process.wait()
    film = encode(tmp_path / "c.mp4", seconds=3.5)
    assert told(one(run, paths=[str(film)])[0]), "one that died meanwhile is replaced"
    with pytest.raises(ZeroDivisionError), pool:
        raise ZeroDivisionError
    assert not pool._children


@pytest.mark.slow
def test_what_others_teach_is_heard_of_a_draft_as_well(folder, tmp_path):  # noqa: F811
    posts = toy_posts(80, content=0.5)[0]
    alone, taught = Run.at(tmp_path / "alone"), Run.at(tmp_path / "taught")
    lay(alone, posts)
    lay(taught, posts, prior=str(folder))
    asked = Wish(captions=["plain words"], at=soon(alone))
    without, heard = (score(run, asked).scores.table.iloc[0] for run in (alone, taught))
    assert without["verdict"] == heard["verdict"] == "FORECAST"
    assert heard["y_pred"] != without["y_pred"] and abs(heard["y_pred"] - without["y_pred"]) < 1
    card = next(path for path in folder.iterdir() if path.suffix == ".json")
    card.write_bytes(card.read_bytes() + b" ")
    with pytest.raises(UserError, match="is stale"):
        score(taught, asked)
    assert stamps.read(taught, "forecast")["asked"]["prior"]
