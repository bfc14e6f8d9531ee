"""What importing our modules loads, and that vectors do not depend on what else is installed."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from media_files import encode, tiny_clip, tiny_whisper
from virality.core.paths import ROOT

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/maps")

MODULES = (
    "film.frames", "film.sound", "film.probe", "film.second_reader", "extract", "encoders.canary",
    "processes.tasks", "processes.parallel", "processes.pool", "processes.worker",
)  # fmt: skip
LOADED = """
import importlib
for name in {names!r}:
    importlib.import_module(name)
from virality.media.film import second_reader
try:
    second_reader.decord()
except second_reader.Unusable:
    print("decord is not here")
print("stand-in" in open("/proc/self/maps").read())
"""


@pytest.fixture
def beside(tmp_path):
    """A folder for the path that holds an ``nvidia`` package with a shared library of its own."""
    folder = tmp_path / "beside" / "nvidia" / "cublas" / "lib"
    folder.mkdir(parents=True)
    library = next(Path(np.__file__).parent.glob("random/_mt19937*.so"))
    shutil.copyfile(library, folder / "libnvblas-stand-in.so")
    return tmp_path / "beside"


def python(code, *paths, arguments=()):
    path = os.pathsep.join(map(str, [*paths, ROOT / "lib", ROOT / "tests"]))
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


@linux
@pytest.mark.parametrize("package", ["media", "book"])
def test_no_foreign_library_is_loaded(beside, package):
    names = {
        "media": [f"virality.media.{name}" for name in MODULES],
        "book": ["virality.cli", "virality.book.session", "virality.evaluation.evaluate"],
    }[package]
    assert python(LOADED.format(names=names), beside)[-1] == "False"


@linux
def test_the_stand_in_would_be_seen(beside):
    """The check above can fail: an unguarded import loads the library."""
    if not find_spec("decord"):
        pytest.skip("decord is not installed")
    loaded = python('import decord; print("stand-in" in open("/proc/self/maps").read())', beside)
    assert loaded[-1] == "True"


EXTRACTED = """
import hashlib, sys
for name in sys.argv[1].split(","):
    if name == "decord":
        from virality.media.film import second_reader
        second_reader.decord()
    else:
        __import__(name)
import pandas as pd
from virality.media.extract import extract
from virality.media.settings import Settings, Workers
posts = pd.DataFrame({"post_id": ["7000", "7001"], "caption": ["A dog #dog", "Rain"]})
models, videos, cache = sys.argv[2:5]
chosen = Settings("pretrained", f"{models}/clip", f"{models}/whisper")
found = extract(posts, videos, chosen, cache, Workers(2, progress=False))
blocks = ["caption_text", "hashtag_text", "vision", "audio", "hook", "energy"]
assert found.record["blocks"] == blocks
assert found.embeddings.filter(like="vision__").notna().all(axis=None)
print(hashlib.sha256(found.embeddings.to_numpy().tobytes()).hexdigest())
"""


@pytest.mark.slow
@linux
def test_vectors_are_the_same_whatever_is_imported_first_and_installed_beside(tmp_path, beside):
    for number in range(2):
        path = tmp_path / "videos" / f"700{number}.mp4"
        path.parent.mkdir(exist_ok=True)
        encode(path, fps=10, seconds=1.0 + number)
    for name, make in (("clip", tiny_clip), ("whisper", tiny_whisper)):
        (tmp_path / "models" / name).mkdir(parents=True)
        make(tmp_path / "models" / name)
    found = set()
    for order, paths in (("torch,decord", ()), ("decord,torch", (beside,))):
        cache = tmp_path / order.replace(",", "-")
        arguments = (order, tmp_path / "models", tmp_path / "videos", cache)
        found.add(python(EXTRACTED, *paths, arguments=arguments)[-1])
    assert len(found) == 1
