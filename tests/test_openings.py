"""What captions do in their first line, and whose sounds posts have: known answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from toyposts import toy_posts
from virality.features import openings
from virality.features.build import build_features
from virality.features.concepts import concept_of

QUESTIONS = (
    *(
        "Why do cats purr #cat",
        "Is anyone else tired",
        "Ready? Here it comes",
        "¿Te gusta",
        "好吗？",
    ),
    *("هل تعرف؟", "Kennt ihr das auch", "As-tu déjà goûté", "Você sabia que isso existe"),
    *(
        "apakah kamu tahu",
        "これは本当ですか",
        "Hai mai provato la carbonara",
        "Bạn có biết điều này",
    ),
)
NO_QUESTIONS = (
    *("How to cook rice", "Why I left", "see https://example.org/?q=1", "Was für ein Tag"),
    *("What a day", "Cómo hacer pan", "tại sân bay", "line one\nreally?"),
)
NUMBERS = (
    "3 ways to style jeans",
    "day 3 of no sugar",
    "costs $2024",
    "1.5 kg of love",
    "24/7",
    "３つ",
)
NO_NUMBERS = (
    *("#75hard", "hi @mia2", "31.5.2024 our day", "2024-05-31", "March 3rd was wild", "3 de mayo"),
    *("am 3. März", "12:30 lunch", "2024 recap", "3月5日", "no numbers", "see https://x.yz/3"),
    *("first line\n3 ways", "H2O", "ngày 3 tháng 5"),
)
PROMISES = (
    *(
        "3 ways to style jeans",
        "how to save money",
        "5 trucos para ahorrar",
        "so gehst du nie pleite",
    ),
    *("Drei einfache Tipps für den Garten", "Comment faire une tarte", "7 astuces de chef"),
    *("Como fazer pão", "5 dicas", "Come fare la pizza", "4 consigli utili", "cách làm bánh"),
    *(
        "5 mẹo hay",
        "cara membuat roti",
        "3つの方法で痩せる",
        "作り方を教えます",
        "Here's why it works",
    ),
)
NO_PROMISES = ("3 cats", "my way", "so schön", "5 minutes later", "como siempre", "come te", "ways")
TELLS = (
    *("Wait for the end 😂", "don't forget this", "✨ Save this for later", "Schau dir das an!"),
    *(
        "mira esto",
        "no olvides seguirme",
        "regarde ça",
        "veja isso aqui",
        "non dimenticare di seguire",
    ),
    *("Hãy thử món này nhé", "coba resep ini ya", "見てください", "Don’t do this"),
)
TELLS_NOT = (
    *(
        "the best day",
        "Das ist mein Hund",
        "Do you know this?",
        "これは猫です",
        "mi perro y el gato",
    ),
    *("3 things", "#save"),
)
UNKNOWN = ("Посмотри это", "你好世界", "dit is het huis van mijn oma", "pasta carbonara")


def fact(name: str, *captions) -> list[float]:
    """Of each caption alone, so that none tells the language of another."""
    return [float(openings.caption_facts([each])[f"caption_{name}"].iloc[0]) for each in captions]


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("question", QUESTIONS, NO_QUESTIONS),
        ("number", NUMBERS, NO_NUMBERS),
        ("promise", PROMISES, NO_PROMISES),
        ("imperative", TELLS, TELLS_NOT),
    ],
)
def test_what_first_lines_do(name, yes, no):
    assert dict(zip(yes, fact(name, *yes), strict=True)) == dict.fromkeys(yes, 1.0)
    assert dict(zip(no, fact(name, *no), strict=True)) == dict.fromkeys(no, 0.0)


def test_a_language_without_a_list_is_missing_not_zero():
    assert np.isnan(fact("imperative", *UNKNOWN)).all()
    assert np.isnan(openings.caption_facts([None, pd.NA])).all().all()


def test_earlier_captions_tell_the_language_of_a_short_one():
    told = openings.caption_facts(["pasta carbonara", "this is my dog", "pasta carbonara", "Новый"])
    assert told["caption_imperative"].fillna(-1).tolist() == [-1, 0, 0, -1]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_gives_yes_or_no(caption):
    told = openings.caption_facts([caption]).iloc[0]
    assert set(told.iloc[:3]) <= {0.0, 1.0} and (np.isnan(told.iloc[3]) or told.iloc[3] in (0, 1))


def heard(n: int, seed: int, same_time: bool = False) -> pd.DataFrame:
    posts, _ = toy_posts(n, seed)
    rng = np.random.default_rng(seed)
    sounds = rng.choice(["a", "b", "c", None], n)
    posts["sound_id"] = pd.array(sounds, dtype="string")
    posts["original_sound"] = pd.array([s == "a" if s else None for s in sounds], dtype="boolean")
    if same_time:
        posts.loc[1, "posted_at"] = posts.loc[0, "posted_at"]
    return posts


def test_uses_of_a_sound_count_earlier_posts_only():
    posts = heard(6, 0, same_time=True)
    posts["sound_id"] = pd.array(["a", "a", "a", None, "b", "a"], dtype="string")
    uses = openings.sound_facts(posts)["sound_uses"]
    assert uses.fillna(-1).tolist() == [0, 0, 2, -1, 0, 3]
    columns = build_features(posts).filter(like="hook__")
    assert columns["hook__sound_uses"].fillna(-1).tolist() == uses.fillna(-1).tolist()
    plain = posts.drop(columns=["sound_id", "original_sound"])
    assert not {*openings.OF_SOUNDS} & {*build_features(plain)}


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(0, 999), st.data())
def test_later_posts_change_nothing_of_an_earlier(n, seed, data):
    posts = heard(n, seed)
    row = data.draw(st.integers(0, n - 1))
    changed = posts.copy()
    later = posts.index > row
    changed.loc[later, "sound_id"] = "a"
    changed.loc[later, "caption"] = "la vie est belle avec mon chien"
    changed.loc[later, "original_sound"] = True
    before = openings.opening_features(posts).iloc[: row + 1]
    assert_frame_equal(openings.opening_features(changed).iloc[: row + 1], before)


def test_accounts_are_counted_apart():
    posts = heard(8, 1)
    posts["sound_id"] = "a"
    posts["author"] = pd.array(["one", "two"] * 4, dtype="string")
    assert build_features(posts)["hook__sound_uses"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_time_that_is_missing_says_that_the_thing_never_comes():
    assert concept_of("hook__missing_first_cut") == "hook__n_cuts"
    assert concept_of("hook__missing_first_words") == "hook__has_words"
    assert concept_of("hook__missing_has_speech") == "hook__missing"
