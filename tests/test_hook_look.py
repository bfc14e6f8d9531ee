"""The finders on films: what is kept, what is missing and why, and what a rerun does again."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from media_files import encode
from virality.book.tables import check_table
from virality.core.errors import UserError
from virality.media.cache import Entries, Store
from virality.media.encoders.classic import CLASSIC
from virality.media.extract import extract
from virality.media.film.frames import Details, Frames
from virality.media.film.probe import Facts
from virality.media.film.sound import Sound
from virality.media.hook import look
from virality.media.hook.facts import COLUMNS, FROM_FILM, of_group
from virality.media.processes import tasks
from virality.media.settings import Settings, Workers

POSTS = pd.DataFrame({"post_id": ["7000", "7001"], "caption": ["Stop scrolling #x", "Rain"]})
WORDS = {
    "has_words": 1.0, "unreadable_words": 0.0, "first_words": 0.4, "words_time": 2.6,
    "n_words": 3.0, "words_share": 0.2,
}  # fmt: skip
VOICE = {
    "has_speech": 0.0, "speech_start": np.nan, "speech_share": 0.0,
    "has_music": 1.0, "music_at_once": 1.0, "first_sound": 0.0,
}  # fmt: skip
FACES = {
    "has_face": 0.0, "first_face": np.nan, "face_share": 0.0, "n_faces": 0.0,
    "large_face_first": 0.0,
}  # fmt: skip


class Finders(dict):
    """Stand-ins for the finders, and what they were asked."""

    def __init__(self):
        self.asked, self.absent = [], {}
        self["words"] = SimpleNamespace(
            of_words=lambda images, times, seconds: self.see("words", images, times, seconds),
            repeats=lambda caption, lines: float("stop" in caption.lower()) / len(lines),
        )
        self["faces"] = SimpleNamespace(
            of_faces=lambda images, times, seconds: self.see("faces", images, times, seconds)
        )
        self["voice"] = SimpleNamespace(
            of_voice=lambda samples, seconds: self.see("voice", samples, None, seconds)
        )
        self.answers = {"words": (WORDS, ["STOP!", "look here"]), "voice": VOICE, "faces": FACES}
        for name, module in self.items():
            module.available = lambda name=name: self.absent.get(name, "")
            module.fingerprint = lambda name=name: f"{name}1"

    def see(self, name, what, times, seconds):
        self.asked.append((name, what.shape, seconds))
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return (dict(answer[0]), answer[1]) if name == "words" else dict(answer)


@pytest.fixture
def finders(monkeypatch):
    made = Finders()
    monkeypatch.setattr(look, "finder", made.__getitem__)
    return made


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    encode(folder / "7000.mp4", fps=10)
    encode(folder / "7001.mp4", fps=12, sound=False)
    return folder


def run(videos, cache, **options):
    workers = Workers(backend="here", progress=False, announce=lambda line: None)
    return extract(POSTS, str(videos), Settings("classic", **options), cache, workers)


def facts_of(found, post="7000"):
    return found.embeddings.loc[post].filter(like="hook__")


# --- from films to tables ------------------------------------------------------------------------


def test_facts_become_columns_and_words_a_table_of_their_own(finders, videos, tmp_path):
    found = run(videos, tmp_path / "c")
    facts = found.embeddings.filter(like="hook__")
    # Nothing begins to speak, no face comes, nothing is cut: no post has such a second.
    never = {"hook__speech_start", "hook__first_face", "hook__first_cut"}
    assert list(facts) == [name for name in COLUMNS if name not in never]
    assert (facts.dtypes == np.float32).all()
    assert facts.loc["7000", "hook__has_words"] == 1 and facts.loc["7000", "hook__has_face"] == 0
    assert facts["hook__first_words"].tolist() == pytest.approx([0.4, 0.4])
    assert facts["hook__caption_repeats"].tolist() == [0.5, 0.0]
    # A film without sound has no voice, which is not the same as silence.
    voices = [fact.column for fact in of_group("voice") if fact.column in facts]
    assert facts.loc["7000", voices].notna().all() and facts.loc["7001", voices].isna().all()
    check_table("screen_words", found.words)
    assert found.words["text"].tolist() == ["STOP!\nlook here"] * 2
    every = ["words", "voice", "faces", "cuts"]
    assert found.record["finders"] == {"used": every, "absent": {}, "failed": {}}
    assert "hook" in found.record["blocks"]
    asked = {(name, shape) for name, shape, _ in finders.asked}
    assert asked == {(n, (15, 600, 360, 3)) for n in ("words", "faces")} | {("voice", (48_000,))}


def test_vectors_do_not_depend_on_whether_facts_are_looked_for(finders, videos, tmp_path):
    with_facts = run(videos, tmp_path / "a")
    asked = len(finders.asked)
    without = run(videos, tmp_path / "b", hook_facts="off")
    assert len(finders.asked) == asked and without.words.empty
    assert not [name for name in without.embeddings if name.startswith("hook__")]
    rest = with_facts.embeddings[without.embeddings.columns]
    pd.testing.assert_frame_equal(rest, without.embeddings, check_exact=True)
    # What was left out is made when it is wanted, and nothing else is.
    later = run(videos, tmp_path / "b")
    pd.testing.assert_frame_equal(later.embeddings, with_facts.embeddings, check_exact=True)
    with pytest.raises(UserError, match="hook_facts"):
        run(videos, tmp_path / "b", hook_facts="on")


def test_a_rerun_reads_the_cache_alone(finders, videos, tmp_path, monkeypatch):
    first = run(videos, tmp_path / "c")
    monkeypatch.setattr(tasks, "_read", lambda *a: pytest.fail("read again"))
    again = run(videos, tmp_path / "c")
    pd.testing.assert_frame_equal(first.embeddings, again.embeddings, check_exact=True)
    pd.testing.assert_frame_equal(first.words, again.words)
    assert first.record == again.record and again.work["files_new"] == 0


def wants(monkeypatch):
    """Return a list that gets what is wanted of each film that is read from now on."""
    real, seen = tasks._read, []
    monkeypatch.setattr(
        tasks, "_read", lambda path, task, tell: seen.append(task.wants) or real(path, task, tell)
    )
    return seen


def test_a_new_version_of_a_finder_looks_again_and_encodes_nothing(
    finders, videos, tmp_path, monkeypatch
):
    first = run(videos, tmp_path / "c")
    finders["faces"].fingerprint = lambda: "faces2"
    finders.answers["faces"] = FACES | {"has_face": 1.0, "n_faces": 2.0}
    seen = wants(monkeypatch)
    again = run(videos, tmp_path / "c")
    assert seen == [("hook",)] * 2
    assert again.embeddings["hook__n_faces"].tolist() == [2.0, 2.0]
    rest = [name for name in first.embeddings if not name.startswith("hook__")]
    pd.testing.assert_frame_equal(again.embeddings[rest], first.embeddings[rest])


# --- finders that are not there, or fail ---------------------------------------------------------


def test_a_finder_that_is_absent_is_named_and_looks_when_it_has_come(
    finders, videos, tmp_path, monkeypatch
):
    finders.absent["words"] = "is not installed (rapidocr)"
    found = run(videos, tmp_path / "c")
    missing = [fact.column for fact in of_group("words")] + ["hook__caption_repeats"]
    assert not set(missing) & set(found.embeddings) and found.words.empty
    assert facts_of(found)["hook__has_music"] == 1
    assert found.record["finders"]["absent"] == {"words": "is not installed (rapidocr)"}
    assert found.record["finders"]["used"] == ["voice", "faces", "cuts"]
    assert run(videos, tmp_path / "c").work["files_new"] == 0
    finders.absent.clear()
    seen = wants(monkeypatch)
    assert facts_of(run(videos, tmp_path / "c"))["hook__n_words"] == 3
    assert seen == [("hook",)] * 2


def test_a_finder_whose_module_cannot_be_imported_is_absent(finders, videos, tmp_path, monkeypatch):
    def importing(name):
        if name == "voice":
            raise ImportError("no wheel for this platform")
        return finders[name]

    monkeypatch.setattr(look, "finder", importing)
    found = run(videos, tmp_path / "c")
    assert "no wheel" in found.record["finders"]["absent"]["voice"]
    assert facts_of(found)["hook__has_words"] == 1


def test_a_finder_that_fails_costs_its_facts_and_is_not_tried_again(finders, videos, tmp_path):
    finders.answers["faces"] = RuntimeError("a layer is missing\nat 0x7f")
    found = run(videos, tmp_path / "c")
    assert found.media["status"].tolist() == ["ok", "partial"]
    assert facts_of(found)["hook__has_words"] == 1
    assert not [name for name in found.embeddings if "face" in name]
    reason = "RuntimeError: a layer is missing"
    assert found.record["finders"]["failed"] == {"faces": {"posts": 2, "reason": reason}}
    assert run(videos, tmp_path / "c").work["files_new"] == 0


def test_an_entry_says_which_window_and_which_finders_it_is_of():
    def key(what="hook", window=(3.0, 5.0), finders="a", content="c"):
        recipes = {"vision": CLASSIC, "text": CLASSIC, "audio": CLASSIC}
        return Entries(Store("x"), recipes, window, {}, finders).key(what, content)

    others = [key(window=(2.0, 5.0)), key(window=(3.0, 6.0)), key(finders="b"), key(content="d")]
    assert len({key(), *others, key("media"), key("vision"), key("audio")}) == 8
    for what in ("media", "vision", "audio", "text"):
        assert key(what) == key(what, finders="b")


# --- what damage leaves unknown ------------------------------------------------------------------


def opening(times, heard_s=3.0, warning="", duration=None):
    times = np.array(times)
    images = np.zeros((len(times), 36, 36, 3), np.uint8)
    frames = Frames(images, times, details=Details(images, times) if len(times) else None)
    samples = np.zeros(round(heard_s * 16_000), np.float32)
    facts = Facts(duration_s=duration)
    return look.Opening(facts, frames, None, Sound(samples, "", warning), 3.0)


EVERY = np.arange(15) / 5


def facts_in(*args, **options):
    entry = look.look(opening(*args, **options))
    known = look.found(entry)[0]
    return {fact.name: known.get(fact.name, np.nan) for fact in FROM_FILM}


def test_nothing_is_first_behind_looks_that_are_missing(finders):
    finders.answers["faces"] = FACES | {"has_face": 1.0, "first_face": 1.2, "large_face_first": 1.0}
    assert facts_in(EVERY)["first_face"] == 1.2
    assert facts_in(np.delete(EVERY, 10))["first_face"] == 1.2
    assert np.isnan(facts_in(np.delete(EVERY, 5))["first_face"])
    assert facts_in(EVERY)["large_face_first"] == 1
    assert np.isnan(facts_in(EVERY[1:])["large_face_first"])
    assert np.isnan(facts_in(EVERY[1:])["first_face"])


def test_that_there_was_nothing_is_known_when_few_looks_are_missing(finders):
    assert facts_in(np.delete(EVERY, 7))["has_face"] == 0
    several = facts_in(np.delete(EVERY, [5, 6, 7]))
    assert np.isnan([several["has_face"], several["n_faces"], several["words_time"]]).all()
    assert several["has_words"] == 1 and several["first_words"] == 0.4
    # A film that is shorter than the window misses nothing.
    assert facts_in(EVERY[:8], duration=1.6)["has_face"] == 0


def test_what_a_sound_does_not_say_up_to_its_damage_is_not_known(finders):
    whole = facts_in([], heard_s=3.0)
    assert whole["has_speech"] == 0 and whole["has_music"] == 1 and np.isnan(whole["has_words"])
    part = facts_in([], heard_s=1.5, warning="The sound changes its format at 1.5 s.")
    assert np.isnan(part["has_speech"]) and part["has_music"] == part["music_at_once"] == 1
    # A sound that simply ends is whole.
    assert facts_in([], heard_s=1.5)["has_speech"] == 0


def test_a_finder_that_comes_makes_the_chapter_stale_where_facts_are_wanted(finders, videos):
    from virality.book import stamps
    from virality.core.chapters import CHAPTERS
    from virality.core.paths import Inputs

    def finder_of(wanted, folder=str(videos)):
        run = SimpleNamespace(
            inputs=lambda: Inputs(videos=folder), load=dict, artefact=lambda name: videos / name,
            stamp=lambda slug: videos / f"{slug}.json",
        )  # fmt: skip
        (spec,) = (spec for spec in CHAPTERS if spec.slug == "embeddings")
        return stamps.asked(run, spec, {"hook_facts": wanted})["finders"]

    before = finder_of("auto")
    finders["voice"].fingerprint = lambda: "voice2"
    assert before != finder_of("auto") and "voice2" in finder_of("auto")
    assert finder_of("off") == finder_of("auto", folder="") == ""
