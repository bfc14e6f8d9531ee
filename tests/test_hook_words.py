"""Words on the screen: pictures with words at a known second, size and place."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from virality.media.encoders.bundled import NotBundled
from virality.media.hook import ocr, words
from virality.media.hook.facts import FACTS

GONE = words.available()
needs_ocr = pytest.mark.skipif(bool(GONE), reason=f"the reader of words {GONE}")
SIZE, LOOKS, STEP = (360, 640), 15, 0.2
TIMES = np.arange(LOOKS) * STEP
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
FONT = ImageFont.truetype(str(FONTS / "DejaVuSans-Bold.ttf"), 30)


@pytest.fixture(autouse=True)
def one_thread():
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(before)


def backgrounds(seed=0, speed=6, noise=4):
    """Clouds that glide over the screen, under noise that is new in each look."""
    rng = np.random.default_rng(seed)
    cloud = rng.uniform(0, 255, (60, 60, 3)).astype(np.float32)
    cloud = cv2.resize(cloud, (900, 900), interpolation=cv2.INTER_CUBIC)
    looks = [cloud[k * speed :, k * speed :][: SIZE[1], : SIZE[0]] for k in range(LOOKS)]
    noisy = np.stack([one + rng.normal(0, noise, one.shape) for one in looks])
    return noisy.clip(0, 255).astype(np.uint8)


def write(images, text, looks, y=200, x=180, fill="white"):
    """Write on some looks; return the pictures, and the share that the lines cover."""
    images, lines = images.copy(), text.split("\n")
    for at in looks:
        picture = Image.fromarray(images[at])
        pen = ImageDraw.Draw(picture)
        for row, line in enumerate(lines):
            place = (x, y + 48 * row)
            pen.text(place, line, fill, FONT, "ma", stroke_width=3, stroke_fill="black")
        images[at] = np.asarray(picture)
    area = sum(FONT.getlength(line) * sum(FONT.getmetrics()) for line in lines)
    return images, area / (SIZE[0] * SIZE[1])


def measure(images, seconds=3.0):
    return words.of_words(images, TIMES[: len(images)], seconds)


@needs_ocr
@pytest.mark.parametrize(
    ("text", "first", "last", "y"),
    [
        ("Wait for the end", 0, 15, 60),
        ("Süße Grüße, mañana", 4, 15, 300),
        ("THREE TIPS\nfor better sleep", 0, 6, 420),
        ("No lo vas a creer", 3, 11, 200),
        ("Do not skip this", 13, 15, 500),
    ],
)
def test_words_are_found_with_their_time_size_and_letters(text, first, last, y):
    images, share = write(backgrounds(seed=y), text, range(first, last), y)
    facts, lines = measure(images)
    assert lines == text.split("\n")
    assert facts["has_words"] == 1 and facts["unreadable_words"] == 0
    assert facts["first_words"] == pytest.approx(first * STEP, abs=STEP + 1e-9)
    assert facts["words_time"] == pytest.approx((last - first) * STEP, abs=STEP + 1e-9)
    assert facts["words_share"] == pytest.approx(share, rel=0.3)
    assert facts["n_words"] == len(text.replace(",", "").split())


@needs_ocr
def test_words_that_follow_others_in_their_place_go_on():
    images, _ = write(backgrounds(3), "Wait for it", range(0, 7))
    images, _ = write(images, "Here it comes", range(7, 15))
    facts, lines = measure(images)
    assert set(lines) == {"Wait for it", "Here it comes"}
    assert facts["first_words"] == 0 and facts["words_time"] == pytest.approx(3)


@needs_ocr
@pytest.mark.parametrize("speed", [0, 6])
def test_pictures_without_words_have_none(speed):
    facts, lines = measure(backgrounds(5, speed))
    assert not lines and np.isnan(facts.pop("first_words"))
    assert set(facts.values()) == {0.0}


@needs_ocr
@pytest.mark.parametrize("text", ["Привет, как дела", "Три совета для сна", "ثلاث نصائح للنوم"])
def test_a_script_that_cannot_be_read_is_still_writing(text):
    facts, lines = measure(write(backgrounds(7), text, range(2, 15))[0])
    assert not lines and facts["has_words"] == facts["unreadable_words"] == 1
    assert np.isnan(facts["n_words"]) and facts["words_share"] > 0.02
    assert facts["first_words"] == pytest.approx(2 * STEP, abs=STEP + 1e-9)


@needs_ocr
def test_what_is_read_and_what_is_not_are_both_told():
    images, _ = write(backgrounds(8), "Good morning", range(15), y=120)
    images, _ = write(images, "Доброе утро", range(15), y=400)
    facts, lines = measure(images)
    assert lines == ["Good morning"] and facts["n_words"] == 2
    assert facts["unreadable_words"] == 1


@needs_ocr
def test_the_same_pictures_give_the_same_bits_in_any_order_of_work():
    images, _ = write(backgrounds(1), "Wait for the end", range(3, 12))
    other, _ = write(backgrounds(2)[:, :320], "Another one", range(15))
    alone, between = measure(images), (measure(other), measure(images))[1]
    assert alone == between
    fresh = words.of_words(images, TIMES, 3.0, ocr.Ocr())
    assert fresh == alone


@needs_ocr
def test_short_small_and_odd_pictures_are_taken():
    images, _ = write(backgrounds(1), "Wait for the end", range(15))
    facts, lines = measure(images[:1], seconds=0.1)
    assert lines and facts["words_time"] == pytest.approx(0.1)
    for odd in (images[:2, :16, :16], images[:3, :, :7], images[:3, :361, :353]):
        assert set(measure(np.ascontiguousarray(odd))[0]) == set(words.NAMES)


def test_no_picture_no_facts():
    facts, lines = words.of_words(np.zeros((0, 1, 1, 3), np.uint8), np.zeros(0), 3.0)
    assert not lines and all(np.isnan(value) for value in facts.values())
    assert list(facts) == [fact.name for fact in FACTS if fact.group == "words"][:-1]


# --- the engine -----------------------------------------------------------------------------------


@needs_ocr
def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(ocr, "READER", replace(ocr.READER, sha256="0" * 64))
    assert "SHA-256" in words.available()
    with pytest.raises(NotBundled, match="SHA-256"):
        ocr.Ocr()


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(ocr, "FINDER", replace(ocr.FINDER, distribution="no-such-package"))
    assert words.available() == "is not installed (no-such-package)"


@needs_ocr
def test_what_the_facts_depend_on_is_in_the_fingerprint(monkeypatch):
    before = words.fingerprint()
    monkeypatch.setattr(ocr, "READER", replace(ocr.READER, sha256="0" * 64))
    assert words.fingerprint() != before


_APART = """
import sys
asked = []
def refuse(event, args):
    if event.startswith("socket."):
        asked.append(event)
        raise OSError("no network")
sys.addaudithook(refuse)
import numpy as np
from virality.media.hook import words
assert not words.available()
images = np.full((3, 640, 360, 3), 90, np.uint8)
images[1:, 300:330, 100:104] = 255
print(words.of_words(images, np.arange(3) / 5, 0.6)[0]["has_words"])
# urllib3, imported on the way, makes one to see whether there is IPv6; it talks to nobody.
assert set(asked) <= {"socket.__new__"}, asked
assert not {name.split(".")[0] for name in sys.modules} & {"onnxruntime", "openvino", "paddle"}
"""


@needs_ocr
def test_nothing_goes_out_and_nothing_is_written(tmp_path):
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    package = Path(ocr.FINDER.path()).parents[1]
    before = sorted(path for path in package.rglob("*") if path.suffix != ".pyc")
    env = {"HOME": str(home), "PYTHONPATH": ":".join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _APART], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0.0"
    assert not list(home.iterdir()) and [p.name for p in tmp_path.iterdir()] == ["home"]
    assert before == sorted(path for path in package.rglob("*") if path.suffix != ".pyc")


# --- what a caption repeats -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caption", "lines", "share"),
    [
        ("3 TIPS for better sleep!", ["Three tips", "for better sleep"], 0.8),
        ("Mas cafe, por favor", ["¡Más CAFÉ!"], 1.0),
        ("recipe no1", ["Reclpe"], 1.0),  # one letter was read wrong
        ("a cat", ["a car"], 0.5),  # short words are other words
        ("sleeping well", ["slept"], 0.0),
        ("今日の朝ごはん #food", ["今日の朝ごはん"], 1.0),
        ("", ["hello there"], 0.0),
        ("don't stop", ["DON’T"], 1.0),
    ],
)
def test_words_that_the_caption_says_too(caption, lines, share):
    assert words.repeats(caption, lines) == pytest.approx(share)


@pytest.mark.parametrize("lines", [[], [""], ["!!! …"]])
def test_without_words_nothing_is_repeated(lines):
    assert np.isnan(words.repeats("a caption", lines))
