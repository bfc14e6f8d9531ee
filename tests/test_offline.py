"""An extraction with everything on, where nothing is to be reached and nothing else is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from virality.core import compiled
from virality.core.paths import ROOT
from virality.demo.videos import Recipe, make_video
from virality.media.encoders import light
from virality.media.hook import look
from virality.media.hook.facts import FACTS

LACKING = {**light.find().lacking, **{name: look.available(name) for name in look.FINDERS}}
LACKING = {name: why for name, why in LACKING.items() if why}

WATCHED = """
import json, os, pathlib, socket, sys

asked, written = [], []
# Numba and tempfile try whether their folders can be written to; the test looks what is left there.
ALLOWED = (*map(os.path.realpath, sys.argv[2:]), os.devnull)


def refuse(*_, **__):
    asked.append(1)
    raise OSError("the network was asked for")


socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.getaddrinfo = socket.gethostbyname = socket.create_connection = refuse
CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
WAYS = {"os.mkdir": 1, "os.rename": 2, "os.link": 2, "os.symlink": 2, "os.remove": 1}


def watch(event, arguments):
    if event.startswith("socket.") and event.split(".")[1] in ("connect", "sendto", "getaddrinfo"):
        asked.append(event)
    paths = arguments[: WAYS.get(event, 0)]
    if event == "open" and arguments[2] & CHANGES:
        paths = arguments[:1]
    for path in paths:
        if isinstance(path, (str, bytes, os.PathLike)):
            path = os.path.realpath(os.fsdecode(path))
            if not path.startswith(ALLOWED):
                written.append(f"{event}: {path}")


sys.addaudithook(watch)

import pandas as pd
from virality.media.extract import extract
from virality.media.settings import Settings, Workers

folder, cache = sys.argv[1:3]
ids = sorted(path.stem for path in pathlib.Path(folder).glob("*.mp4"))
posts = pd.DataFrame({"post_id": ids, "caption": [f"A dog no. {i} #dogs" for i in ids]})
found = extract(posts, folder, Settings("light"), cache, Workers(1, "here", progress=False))
found.embeddings.to_parquet(f"{cache}/embeddings.parquet")
told = {"asked": asked, "written": written, "record": found.record, "modules": list(sys.modules)}
pathlib.Path(cache, "told.json").write_text(json.dumps(told))
"""


def _without_torch(environment):
    """Whoever imported torch was told where its compiler writes, and passes it on."""
    return {k: v for k, v in environment.items() if not k.startswith("TORCHINDUCTOR")}


def files_of(folder):
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What two films of the demo left: what was asked and written, and the table."""
    folder = tmp_path_factory.mktemp("offline")
    places = {name: folder / name for name in ("videos", "cache", "home", "tmp", "here")}
    for place in places.values():
        place.mkdir()
    for number, regime in enumerate(("storytime", "travel")):
        recipe = Recipe(f"700000000000000000{number}", regime, 0.6, "STOP SCROLLING", number)
        make_video(recipe, places["videos"])
    compiled.prepare()  # once for an environment, not for an extraction
    empty = {"HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), "USERPROFILE": ""}
    places["home"].chmod(0o555)
    compiled_before = files_of(Path(os.environ[compiled.VARIABLE]))
    probed = [os.environ[compiled.VARIABLE], places["tmp"]]
    arguments = map(str, [places["videos"], places["cache"], *probed])
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCHED, *arguments],
        env=_without_torch(os.environ) | empty | {"PYTHONPATH": str(ROOT / "lib")},
        cwd=places["here"], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    left = {path for name in ("home", "tmp", "here") for path in files_of(places[name])}
    left |= files_of(Path(os.environ[compiled.VARIABLE])) - compiled_before
    told = json.loads((places["cache"] / "told.json").read_text())
    return told | {"left": left, "table": pd.read_parquet(places["cache"] / "embeddings.parquet")}


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(LACKING), reason=f"not all of light is here: {LACKING}"),
]


def test_all_encoders_and_finders_work_without_a_network(told):
    record, table = told["record"], told["table"]
    assert not told["asked"]
    assert record["used"] == "light" and not record["absent"]
    assert record["finders"]["used"] == ["words", "voice", "faces", "cuts"]
    assert record["finders"]["absent"] == record["finders"]["failed"] == {}
    flags = [fact.column for fact in FACTS if fact.kind == "flag"]
    assert np.isfinite(table[flags]).all(axis=None)
    assert (table["hook__has_words"] == 1).all()


def test_nothing_is_written_but_the_cache(told):
    assert told["written"] == [] and told["left"] == set()


def test_no_other_engine_is_imported(told):
    heads = {name.split(".")[0] for name in told["modules"]}
    assert "cv2" in heads and not heads & {"onnxruntime", "tensorflow", "paddle"}
