"""The whole small book with models from the Hub; then once more, offline, from the cache."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass

import pandas as pd
import pytest

from hub import BESIDE, SIGNATURE, TOKEN, Hub, as_archive, contents
from media_files import encode, tiny_clip, tiny_whisper
from virality.core.chapters import book
from virality.core.paths import ROOT, Run
from virality.demo.creator import ensure_demo

pytestmark = [pytest.mark.slow, pytest.mark.book]

CLIP, WHISPER = "tiny/clip", "tiny/whisper@v1"
PARAMETERS = {
    "encoders": "pretrained", "clip_model": CLIP, "whisper_model": WHISPER, "workers": 2,
    "n_folds": 3, "n_shifts": 49, "n_bootstrap": 100,
}  # fmt: skip
# The Hub's library reads its variables when it is imported: a book is a process of its own,
# and what that process starts, kernels and workers, inherits them.
BOOK = """
import json, sys
from pathlib import Path
from virality.book import session
from virality.book.request import Request
from virality.core.paths import Run
folder, request = sys.argv[1:]
session.report(Request(**json.loads(request), plain=True), where=Run.at(Path(folder)))
"""


@dataclass
class Books:
    commits: dict
    requests: list
    fetched: set
    needed: set
    online: Run
    offline: Run
    said: dict


def make(folder, inputs, **variables):
    """Make the book in a process; return the run and what was said."""
    request = inputs | {"name": folder.name, "progress": False, "given": PARAMETERS}
    wiped = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE", "HF_TOKEN_PATH")
    environment = {name: value for name, value in os.environ.items() if name not in wiped}
    environment |= {"NO_PROXY": "127.0.0.1", "PYTHONPATH": str(ROOT / "lib")} | variables
    done = subprocess.run(
        [sys.executable, "-c", BOOK, str(folder), json.dumps(request)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return Run.at(folder), done.stdout + done.stderr


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    demo = ensure_demo(folder / "demo", 36, videos=False)
    identifiers = re.findall(r"/video/(\d+)", demo.posts.read_text())
    videos = folder / "videos"
    videos.mkdir()
    for number, post in enumerate(identifiers[:6]):
        encode(videos / f"{post}.mp4", seconds=1.5 + number / 4, sound=number != 2)
    return {"posts": str(demo.posts), "videos": str(videos)}


@pytest.fixture(scope="module")
def books(tmp_path_factory, inputs):
    folder = tmp_path_factory.mktemp("books")
    for name in ("clip", "whisper"):
        (folder / name).mkdir()
    tiny_clip(folder / "clip")
    # As larger models do, it takes a part of a larger picture.
    settings = folder / "clip" / "preprocessor_config.json"
    larger = json.loads(settings.read_text()) | {"size": {"shortest_edge": 72}}
    settings.write_text(json.dumps(larger))
    archive = contents(as_archive(folder / "clip", folder / "clip-archive"))
    with Hub() as hub:
        commits = {CLIP: hub.add(CLIP, archive | BESIDE, gated=True)}
        hub.add("tiny/whisper", {"config.json": b"{}"})
        repository = hub.repositories["tiny/whisper"]
        sound = contents(tiny_whisper(folder / "whisper"))
        commits["tiny/whisper"] = repository.put(sound | BESIDE, "v1")
        home = str(folder / "home")
        where = {"HF_ENDPOINT": hub.address, "HF_HOME": home, "HF_TOKEN": TOKEN}
        online, first = make(folder / "one" / "online", inputs, **where)
        requests, fetched = list(hub.requests), hub.fetched()
    # Nobody is there any more, and nobody is to be asked; the vectors are made anew.
    where = {"HF_ENDPOINT": hub.address, "HF_HOME": home, "HF_HUB_OFFLINE": "1"}
    offline, second = make(folder / "two" / "offline", inputs, **where)
    needed = {*archive, *sound}
    return Books(
        commits, requests, fetched, needed, online, offline, {online: first, offline: second}
    )


def embeddings(run):
    return pd.read_parquet(run.artefact("embeddings"))


@pytest.mark.parametrize("which", ["online", "offline"])
def test_every_chapter_was_made(books, which):
    run = getattr(books, which)
    for name in [name for spec in book() for name in spec.writes]:
        assert run.artefact(name).exists(), name
    assert {f"{spec.page}.html" for spec in book()} <= {p.name for p in run.site.iterdir()}


def test_both_books_forecast_the_same_to_the_bit(books):
    for name in ("predictions_linear", "predictions_nonlinear"):
        one, other = (run.artefact(name).read_bytes() for run in (books.online, books.offline))
        assert one == other, name


def test_the_books_rest_on_the_models_of_the_hub(books):
    for run in (books.online, books.offline):
        record = json.loads(run.artefact("encoders").read_text())
        assert record["used"] == "pretrained" and record["note"] == ""
        for which, name in (("vision_encoder", "tiny/clip"), ("audio_encoder", "tiny/whisper")):
            assert (record[which]["id"], record[which]["revision"]) == (name, books.commits[name])
        media = pd.read_parquet(run.artefact("media"))
        assert media["status"].isin(["ok", "partial"]).sum() == 6
    page = (books.online.site / "embeddings.html").read_text()
    for name, commit in books.commits.items():
        assert f"{name} (commit {commit[:7]})" in page
    assert "classic encoders" not in page
    assert "Downloading tiny/clip (" in books.said[books.online]
    assert "Downloading" not in books.said[books.offline]


def test_the_cache_gives_the_same_vectors_to_the_bit(books):
    online, offline = embeddings(books.online), embeddings(books.offline)
    assert online.filter(regex="^vision__").notna().any(axis=None)
    assert online.filter(regex="^audio__").notna().any(axis=None)
    pd.testing.assert_frame_equal(online, offline, check_exact=True)
    assert books.online.cache != books.offline.cache, "nothing was read back"


def test_each_file_was_fetched_once_and_nothing_else(books):
    assert books.fetched == books.needed
    sent = [path for host, _, path, _ in books.requests if host == "store"]
    assert len(sent) == len(set(sent)) == 2, "the weights of both, once, by one process"
    paths = [path for host, _, path, _ in books.requests if host == "hub"]
    models = ("/tiny/clip/", "/tiny/whisper/")
    strange = [path for path in paths if not any(one in f"{path}/" for one in models)]
    assert strange == [], "only our models"


def test_the_token_is_written_nowhere(books):
    for run in (books.online, books.offline):
        assert TOKEN not in books.said[run] and SIGNATURE not in books.said[run]
        kept = [path for path in run.folder.parent.rglob("*") if path.is_file()]
        assert not [path for path in kept if TOKEN.encode() in path.read_bytes()]
