"""`virality score`: from a film on disk to the sentences, and all that is refused on the way."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import good_film
from toyposts import toy_posts
from virality import cli
from virality.book import films, params, programs, stamps
from virality.book.scoring import NEEDED, Wish, moment, score, tell
from virality.core import paths
from virality.core.chapters import chapter
from virality.core.errors import UserError
from virality.core.paths import Inputs, Run
from virality.core.protocol import Protocol
from virality.evaluation.forecast import forecast
from virality.features.build import build_features, similar_media
from virality.media.extract import extract, extract_matched
from virality.media.match import Matching, MediaFile, signature
from virality.media.settings import Settings
from virality.models.prior_files import load_prior
from virality.uncertainty.intervals import prediction_intervals

TWO = ("--caption", "plain words", "--caption", "why not? @friend")  # as posts of toys have
GIVEN = {"encoders": "classic", "hook_facts": "off", "n_folds": 2, "workers": 1}


def lay(run: Run, posts: pd.DataFrame, media: pd.DataFrame | None = None, prior: str = "") -> None:
    """Leave what the chapters leave behind, with their stamps."""
    given = GIVEN | {"prior": prior}
    run.save(inputs=Inputs(), parameters=params.resolve(given))
    extracted = extract(posts, "", Settings("classic", hook_facts="off"), run.cache)
    vectors, protocol = extracted.embeddings, Protocol(n_folds=2)
    features, vectors = build_features(posts), vectors.join(similar_media(posts, vectors))
    others = load_prior(prior)
    made = forecast(posts, [features, vectors], protocol=protocol, prior=others)
    frame = prediction_intervals(made.predictions, posts, protocol=protocol)
    tables = {
        "posts": posts, "features": features, "embeddings": vectors,
        "media": extracted.media if media is None else media,
        "forecast": made.predictions.merge(frame), "experts": made.said,
    }  # fmt: skip
    run.artefact("posts").parent.mkdir(parents=True)
    for name, table in tables.items():
        table.to_parquet(run.artefact(name))
    stamp(run, given)


def stamp(run: Run, given: dict = GIVEN) -> None:
    for slug in NEEDED:
        values = params.for_chapter(slug, params.resolve(given)) | {"name": run.name}
        stamps.complete(run, chapter(slug), stamps.asked(run, chapter(slug), values), 0.0)


@pytest.fixture(scope="module")
def laid(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("score")
    lay(Run.at(root / "build" / "alice"), toy_posts(80, content=0.5)[0])
    return root


@pytest.fixture
def run(laid, tmp_path, monkeypatch) -> Run:
    shutil.copytree(laid / "build", tmp_path / "build")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    return Run.named("alice")


def soon(run: Run, days: float = 3) -> str:
    newest = pd.read_parquet(run.artefact("posts"))["posted_at"].max()
    return f"{newest + pd.Timedelta(days=days):%Y-%m-%d %H:%M}"


def virality(capsys, *words) -> tuple[int, str, str]:
    code = cli.main(["score", *words, "--name", "alice"])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_caption_alone(run, capsys):
    before = set(run.folder.rglob("*"))
    code, out, err = virality(capsys, "--caption", "Look at this #dance #fun 😀", "--at", soon(run))
    assert (code, err) == (0, "")
    assert "Forecast: about" in out and "in 100" in out and "Earlier posts like it" in out
    assert "**" not in out and "&#" not in out
    assert set(run.folder.rglob("*")) == before, "nothing of it is stored"


def test_two_captions_of_one_idea_are_two_drafts(run, capsys):
    code, out, _ = virality(capsys, *TWO, "--at", soon(run))
    assert code == 0 and "draft 1, " in out and "draft 2, " in out
    assert "told from 80 held-out posts on" in out


def test_the_json_holds_the_same_and_keeps_its_keys(run, capsys):
    at = soon(run)
    scored = score(run, Wish(captions=["plain words", "why not? @friend"], at=at))
    code, out, _ = virality(capsys, *TWO, "--at", at, "--json")
    said = json.loads(out)
    assert code == 0 and "NaN" not in out
    assert set(said) == {"version", "name", "posts", "target", "coverage", "drafts", "pairs",
                         "worth", "ranking", "not_read", "problem"}  # fmt: skip
    (one, _), row = said["drafts"], scored.scores.table.iloc[0]
    assert set(one) == {"draft", "at", "verdict", "seen_as", "forecast", "viral", "adds", "range",
                        "kind", "neighbours", "pushes", "facts"}  # fmt: skip
    assert one["forecast"]["value"] == pytest.approx(np.expm1(row["y_pred"]))
    assert one["viral"]["chance"] == row["p_viral"] and one["verdict"] == "forecast"
    assert said["pairs"][0]["chance"] is None and said["worth"]["told"] is False
    assert said["version"] == 1 and said["posts"] == 80


def test_no_forecast_is_null(run):
    scored = score(run, Wish(captions=["one"], at=soon(run, 400)))
    one = programs.scored(scored)["drafts"][0]
    assert one["verdict"] == "pause" and one["forecast"] is one["viral"] is None
    assert any("longer pause" in line for line in tell(scored))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([], "neither a film nor a caption"),
        (["--caption", " "], "neither a film nor a caption"),
        (["no/such.mp4"], "There is no film"),
        (["table.csv", "--caption", "x"], "no film, picture or sound"),
        (["empty"], "no film in this folder"),
        (["--caption", "x", "--at", "soon"], "cannot be read"),
        (["--caption", "x", "--at", "2026-12-01"], "cannot be read"),
        (["--caption", "x", "--at", "2001-01-01 12:00"], "is not after the newest post"),
        (["--caption", "x" * 6000], "characters"),
        (["--caption", "a\0b"], "characters that no text has"),
        (["a.mp4", "b.mp4", "c.mp4", "--caption", "x", "--caption", "y"], "do not go together"),
    ],
)
def test_what_makes_no_sense_is_refused(run, capsys, words, why):
    Path("table.csv").write_text("a,b")
    Path("empty").mkdir()
    for name in "abc":
        Path(f"{name}.mp4").write_bytes(b"")
    code, out, err = virality(capsys, *words)
    assert code == 1 and out == "" and why in err and len(err) < 400
    code, out, err = virality(capsys, *words, "--json")
    assert code == 1 and err == "" and why in json.loads(out)["problem"]["what"]


def test_a_run_that_is_missing_stale_or_of_many_is_refused(run, capsys):
    asked = ["--caption", "x", "--at", soon(run)]
    assert cli.main(["score", *asked, "--name", "bob"]) == 1
    assert "There is no run “bob” yet" in capsys.readouterr().err
    posts = pd.read_parquet(run.artefact("posts"))
    posts.assign(views=posts["views"] + 1).to_parquet(run.artefact("posts"))
    code, _, err = virality(capsys, *asked)
    assert code == 1 and "is stale" in err and "virality run --name alice" in err
    run.artefact("experts").unlink()
    code, _, err = virality(capsys, *asked)
    assert code == 1 and "“experts” is missing; the chapter “forecast” writes it" in err
    run.save(parameters={"pool": True})
    code, _, err = virality(capsys, *asked)
    assert code == 1 and "several creators" in err


def test_few_posts_are_refused(tmp_path):
    small = Run.at(tmp_path / "small")
    lay(small, toy_posts(25)[0])
    with pytest.raises(UserError, match="25 posts with a known outcome are too few"):
        score(small, Wish(captions=["x"], at=soon(small)))


def test_times_are_local_and_clock_changes_are_survived():
    assert moment("2026-12-01 18:30", "Europe/Berlin") == pd.Timestamp("2026-12-01 17:30Z")
    assert moment("2026-12-01T18:30+00:00", "Europe/Berlin").hour == 18
    assert moment("2026-03-29 02:30", "Europe/Berlin").hour == 1
    assert moment(" ", "UTC") is None


def test_captions_beside_films(tmp_path):
    folder = tmp_path / "drafts"
    folder.mkdir()
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"x")
    (folder / "a.txt").write_text(" Hello #dogs\n", encoding="utf-8")
    found = films.sketches([str(folder)], [])
    assert [(one.name, one.caption) for one in found] == [("a.mp4", "Hello #dogs"), ("b.mp4", None)]
    assert [one.caption for one in films.sketches([str(folder)], ["x", "y"])] == ["x", "y"]
    assert [one.caption for one in films.sketches([str(folder)], ["x"])] == ["x", "x"]
    one = str(folder / "a.mp4")
    assert [s.name for s in films.sketches([one], ["x", "y"])] == [
        "a.mp4, caption 1", "a.mp4, caption 2"
    ]  # fmt: skip
    assert len({s.name for s in films.sketches([one, one, str(folder)], [])}) == 4


def test_a_folder_of_films_one_of_them_posted_and_one_broken(tmp_path, monkeypatch, capsys):
    """A draft that is a post's film is that post; a broken one does not stop the others."""
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    folder = tmp_path / "drafts"
    folder.mkdir()
    good_film.make(folder / "posted.mp4")
    content = (folder / "posted.mp4").read_bytes()
    (folder / "new.mp4").write_bytes(content + b"\0" * 64)
    (folder / "broken.mp4").write_bytes(b"no film" * 99)
    posts = toy_posts(80)[0]
    post_id = posts["post_id"].iloc[-1]
    given = MediaFile("posted.mp4", str(folder / "posted.mp4"), signature(folder / "posted.mp4"))
    run = Run.named("alice")
    settings = Settings("classic", hook_facts="off")
    seen = extract_matched(
        posts, Matching({post_id: given}, {post_id: "name"}), settings, run.cache
    )
    lay(run, posts, seen.media)
    at = soon(run)
    scored = score(run, Wish(paths=[str(folder)], at=at))
    table = scored.scores.table.set_index("draft")
    assert table.loc["posted.mp4", "verdict"] == "SEEN"
    assert table.loc["posted.mp4", "seen_as"] == post_id
    assert table.loc["new.mp4", "verdict"] in ("FORECAST", "OUTSIDE")
    assert list(scored.looked.not_read) == ["broken.mp4"]
    said = pd.read_parquet(run.artefact("forecast")).set_index("post_id").loc[post_id]
    assert table.loc["posted.mp4", "y_pred"] == said["y_pred"]
    assert table.loc["posted.mp4", "upper"] == pytest.approx(said["upper"])
    assert any("broken.mp4: not scored" in line for line in tell(scored))
    with pytest.raises(UserError, match=r"broken\.mp4"):
        score(run, Wish(paths=[str(folder / "broken.mp4")], at=at))
