"""The facts of real films: what a person sees and hears in them; skipped where there are none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from virality.media.extract import extract
from virality.media.hook import look
from virality.media.hook.facts import COLUMNS, of_group
from virality.media.settings import Settings, Workers

NASA, PHONE, DAMAGED = "torchcodec_nasa_13013", "decord_rotation_video_90", "decord_corrupted"
GONE = {name: why for name in look.FINDERS if (why := look.available(name))}
pytestmark = pytest.mark.skipif(bool(GONE), reason=f"not all finders are here: {GONE}")


@pytest.fixture(scope="module")
def of_samples(samples, tmp_path_factory):
    """Extracts the sample films with a window of so many seconds."""
    posts = pd.DataFrame({"post_id": [NASA, PHONE, DAMAGED], "caption": "Ctrl AltGr #keys"})

    def of(seconds):
        settings = Settings("classic", window_s=seconds)
        workers = Workers(1, "here", progress=False, announce=lambda line: None)
        cache = tmp_path_factory.mktemp("cache")
        return extract(posts, str(Path(samples) / "media"), settings, cache, workers)

    return of


@pytest.fixture(scope="module")
def found(of_samples):
    return of_samples(3.0)


def facts_of(found, name):
    row = found.embeddings.reindex(columns=list(COLUMNS)).loc[name]
    return row.rename(lambda column: column.removeprefix("hook__"))


def test_a_voice_over_a_dark_still_scene(found):
    facts = facts_of(found, NASA)
    assert not facts[["has_words", "has_face", "n_cuts", "unreadable_words"]].any()
    assert facts["longest_take"] == 3.0 and facts["camera_motion"] < 0.01
    # The speaker begins to be heard at 0.72 s and stops for breath only.
    assert facts["has_speech"] == 1 and facts["speech_start"] == pytest.approx(0.72, abs=0.08)
    assert 0.6 < facts["speech_share"] < 0.8 and facts["first_sound"] == 0


def test_a_tenth_of_a_second_held_upright(found):
    facts = facts_of(found, PHONE)
    assert facts["longest_take"] == pytest.approx(0.1) and facts["n_cuts"] == 0
    assert np.isnan(facts[[fact.name for fact in of_group("voice")]].to_numpy(float)).all()
    assert np.isnan(facts[["camera_motion", "start_motion"]].to_numpy(float)).all()
    # Keys of a keyboard; turned wrongly, no word could be read on them.
    assert found.words.set_index("post_id")["text"].get(PHONE) == "AltGr\nPrtS"
    assert (facts["n_words"], facts["caption_repeats"], facts["has_face"]) == (2, 0.5, 0)
    assert "no sound" in found.media.set_index("post_id").loc[PHONE, "problem"]


def test_damage_behind_the_window_costs_nothing_and_within_it_what_it_may_hide(found, of_samples):
    whole = facts_of(found, DAMAGED)
    pictured = [fact.name for group in ("words", "faces", "cuts") for fact in of_group(group)]
    timed = {"first_words", "first_face", "first_cut"}  # nothing of these comes
    assert whole[pictured].notna().sum() == len(pictured) - len(timed)
    assert not whole[["has_words", "has_face", "n_cuts"]].any() and whole["longest_take"] == 3.0
    longer = of_samples(4.0)
    facts = facts_of(longer, DAMAGED)
    # A quarter of the looks is lost: that there was nothing is not known, nor how long a take is.
    unknown = ["has_words", "words_time", "has_face", "n_faces", "n_cuts", "longest_take"]
    assert facts[unknown].isna().all()
    assert "looks are left out" in longer.media.set_index("post_id").loc[DAMAGED, "problem"]
