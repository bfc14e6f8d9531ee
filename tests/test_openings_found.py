"""What the page may say of openings, and of what went with them, turns with the data."""

import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import virality as vi
from toyposts import toy_posts
from virality.book.tables import check_table
from virality.core.text import multiple
from virality.features.build import build_features
from virality.features.openings import COLUMNS
from virality.figures import openings as figures
from virality.figures.embeddings import contact_sheets
from virality.findings import associations as of_associations
from virality.findings import openings as findings
from virality.findings.associations import Verdict
from virality.findings.openings import Change, Seen, Source
from virality.findings.scores import Estimate
from virality.media.hook.facts import COLUMNS as FILM_COLUMNS
from virality.sentences import associations as on_associations
from virality.sentences import openings as sentences

NO_WORDS = pd.DataFrame({"post_id": [], "text": []}, dtype="string")


def account(n, words=lambda rng, n: rng.random(n) < 0.5, effect=0.0, seed=1):
    """Posts, their features, and the facts of their films; words move views by `effect`."""
    rng = np.random.default_rng([seed, n])
    posts, _ = toy_posts(n, seed=seed, level="constant")
    shown = np.asarray(words(rng, n), float)
    views = posts["views"].astype(float) * np.exp(effect * shown)
    posts["views"] = pd.array(views.round().astype("int64"), dtype="Int64")
    spoken = rng.random(n) < 0.6
    films = pd.DataFrame(
        {
            "hook__has_words": shown,
            "hook__unreadable_words": 0.0,
            "hook__first_words": np.where(shown == 1, 0.5, np.nan),
            "hook__has_speech": spoken * 1.0,
            "hook__speech_start": np.where(spoken, rng.uniform(0.3, 2, n), np.nan),
            "hook__has_music": 1.0,
            "hook__music_at_once": 0.0,
            "hook__n_cuts": 0.0,
        },
        index=pd.Index(posts["post_id"], name="post_id"),
    )
    return posts, build_features(posts), films


def looked(made, words=NO_WORDS, private=False, **record):
    _, features, films = made
    return findings.openings(findings.facts_of(features, films), record, words, private)


def judged(made, **options):
    posts, features, films = made
    return of_associations.went_with(vi.associations(posts, [features, films]), **options)


# --- what openings hold ---------------------------------------------------------------------------


def test_shares_and_times_are_those_of_the_posts_of_which_they_are_known():
    made = account(20, words=lambda rng, n: np.arange(n) < 5)
    made[2].iloc[10:] = np.nan
    found = looked(made)
    words = found.films[0]
    assert (words.name, words.having, words.n, found.n_films) == ("hook__has_words", 5, 10, 10)
    assert words.low < 0.5 < words.high
    assert [one.name for one in found.times] == ["hook__first_words", "hook__speech_start"]
    assert (found.times[0].n, found.times[0].known, found.times[0].median) == (5, 10, 0.5)


def test_a_change_over_time_is_told_both_ways_and_never_made_of_luck():
    growing = lambda rng, n: rng.random(n) < np.linspace(0.1, 0.9, n)  # noqa: E731
    fading = lambda rng, n: rng.random(n) < np.linspace(0.9, 0.1, n)  # noqa: E731
    more, less = (looked(account(120, words)) for words in (growing, fading))
    assert more.courses[0].change is Change.MORE and less.courses[0].change is Change.LESS
    assert "more with words on the screen" in sentences.over_time_texts(more)[0]
    assert "fewer with words on the screen" in sentences.over_time_texts(less)[0]
    by_luck = [looked(account(60, seed=seed)).courses for seed in range(40)]
    changed = [any(one.change is not Change.NONE for one in courses) for courses in by_luck]
    assert sum(changed) <= 4
    assert not looked(account(12)).courses


def test_without_films_the_page_speaks_of_captions_alone_and_without_both_of_nothing():
    posts, features, films = account(60)
    found = looked((posts, features, films.iloc[:, :0]))
    text = sentences.in_short(found)
    assert found.source is Source.CAPTIONS and "film of these" in text and "screen" not in text
    assert sentences.holds(found) == ""
    assert {one.name for one in found.courses} <= {f"hook__{name}" for name in findings.IN_CAPTIONS}
    silent = features.assign(**dict.fromkeys(features.filter(like="hook__"), np.nan))
    found = looked((posts, silent, films.iloc[:, :0]))
    assert found.source is Source.NOTHING and "neither films nor captions" in sentences.in_short(
        found
    )
    assert not findings.examples(findings.facts_of(silent, films.iloc[:, :0]), NO_WORDS)


def test_what_no_finder_looked_for_is_named_and_not_counted():
    posts, features, films = account(30)
    found = looked(
        (posts, features, films.drop(columns=list(films.filter(like="words")))),
        finders={"absent": {"words": "rapidocr <b>is</b> not installed"}},
    )
    assert "hook__has_words" not in {one.name for one in found.films}
    assert "Nobody looked for words on the screen" in sentences.holds(found)
    assert "<b>" not in sentences.holds(found)


def test_where_a_finder_failed_is_told():
    broken = {"faces": {"posts": 2, "reason": "error: <b>bad</b> picture"}}
    text = sentences.holds(looked(account(30), finders={"failed": broken}))
    assert "In 2 openings the search for faces failed" in text and "<b>" not in text
    whole = {"all": {"posts": 1, "reason": "the process ended"}}
    text = sentences.holds(looked(account(30), finders={"failed": whole}))
    assert "In 1 opening the search for what openings hold failed" in text


def test_words_on_the_screen_are_counted_by_opening_and_harmless():
    screen = [
        "POV: the <script>alert(1)</script>",
        "pov **pov** POV",
        "\u202eevil\u202c und מילים מילים",
        "מילים",
    ]
    words = pd.DataFrame({"post_id": list("abcd"), "text": screen}, dtype="string")
    found = findings.most_used(words)
    assert [(word.raw, n) for word, n in found] == [("POV", 2), ("מילים", 2)]
    facts = pd.DataFrame({"hook__has_words": 1.0}, index=pd.Index(list("abcd"), name="post_id"))
    for opening in findings.examples(facts, words).values():
        text = sentences.in_words(opening)
        assert not set("<>*[]\u202e") & set(text)
    made = account(30)
    text = words.assign(post_id=made[0]["post_id"].iloc[:4].to_numpy())
    assert looked(made, text).words and not looked(made, text, private=True).words


def test_single_openings_are_read_from_their_facts():
    made = account(40)
    facts = findings.facts_of(*made[1:])
    some = findings.examples(facts, NO_WORDS)
    assert next(iter(some)) == facts.index[0] and list(some)[-1] == facts.index[-1]
    for post, opening in some.items():
        there = facts.loc[post, "hook__has_words"] == 1
        assert opening.words.seen is (Seen.LATER if there else Seen.NO)
        assert opening.face.seen is Seen.UNKNOWN and opening.music.seen is Seen.LATER
        assert "face" not in sentences.in_words(opening)


def test_marks_below_first_frames_light_up_where_a_fact_is_there():
    buffer = io.BytesIO()
    Image.new("RGB", (72, 128), (0, 0, 255)).save(buffer, "JPEG")
    frames = [buffer.getvalue()] * 2
    plain = Image.open(io.BytesIO(contact_sheets(frames)[0]))
    lit, dark = (
        Image.open(io.BytesIO(contact_sheets(frames, marks=[(on,) * 4] * 2)[0]))
        for on in (True, False)
    )
    assert lit.height > plain.height
    bands = [np.asarray(sheet)[plain.height :].max() for sheet in (lit, dark)]
    assert bands[0] > 200 > bands[1]
    facts = pd.DataFrame({"hook__has_face": [1.0, 0.0, np.nan]}, index=list("abc"))
    rows = findings.marks(facts, pd.Series(["c", "a"]))
    assert rows == [(False,) * 4, (False, True, False, False)]


# --- what went with them --------------------------------------------------------------------------


def test_what_is_planted_is_found_and_turns_round_with_its_effect():
    found, turned = (judged(account(200, effect=effect)) for effect in (1.2, -1.2))
    for went, up in ((found, True), (turned, False)):
        assert went.verdict is Verdict.FOUND and not went.indicative
        words = {fact.name: fact for fact in went.found}["hook__has_words"]
        assert (words.factor.value > 1) is up
        text = on_associations.in_short(went)
        assert "no proof of cause" in text and "No evidence" not in text
        assert f"words on the screen** went with {'more' if up else 'fewer'} views" in text
        assert multiple(words.factor.low) in text and multiple(words.factor.high) in text
        assert "words on the screen" in on_associations.in_short(went)


def test_facts_about_one_thing_are_one_finding():
    words, time, face = (
        of_associations.Fact(name, kind, 90, 40, 50, 1.0, Estimate(2.0, 1.5, 3.0), 1.5, True)
        for name, kind in (
            ("hook__has_words", "flag"),
            ("hook__words_time", "seconds"),
            ("hook__has_face", "flag"),
        )
    )
    went = of_associations.WentWith(Verdict.FOUND, 90, told=(words, time, face))
    assert went.found == (words, time, face) and went.named == (words, face)
    assert (went.n_further, went.n_again) == (0, 1)


def test_where_nothing_is_planted_the_answer_is_what_could_have_been_seen():
    went = judged(account(140))
    assert went.verdict is Verdict.NOTHING
    text = on_associations.in_short(went)
    assert "No evidence" in text and multiple(went.easiest.detectable) in text
    assert "Not found is not absent" in on_associations.doubt(went)
    assert 1 < went.easiest.detectable <= went.hardest.detectable
    assert went.easiest.flag and went.hardest.flag


@pytest.mark.parametrize(
    ("n", "verdict"),
    [
        (1, Verdict.TOO_FEW),
        (12, Verdict.TOO_FEW),
        (40, Verdict.NOTHING),
        (90, Verdict.NOTHING),
    ],
)
def test_few_posts_are_told_less(n, verdict):
    went = judged(account(n))
    assert went.verdict is verdict
    assert went.indicative is (n == 40)
    assert ("a hint at most" in on_associations.in_short(went)) is (n == 40)


def test_what_is_always_so_lacks_posts_without_it():
    went = judged(account(80))
    untold = {fact.name: fact for fact in went.untold}
    music = untold["hook__has_music"]
    assert music.lacks_without > 0 == music.lacks_with
    always = lambda rng, n: np.ones(n)  # noqa: E731
    posts, features, films = account(80, always)
    bare = features.drop(columns=list(features.filter(like="hook__")))
    went = judged((posts, bare, films[["hook__has_words", "hook__has_music"]]))
    assert went.verdict is Verdict.UNTOLD and not went.told


def test_of_several_creators_nothing_is_asked():
    posts, features, films = account(60)
    nothing = vi.associations(posts.head(0), [features, films])
    check_table("associations", nothing)
    went = of_associations.went_with(nothing, n_authors=2)
    assert went.verdict is Verdict.SEVERAL and "one creator" in on_associations.in_short(went)


def test_the_artefact_keeps_its_promise_and_the_figures_are_drawn():
    made = account(90, effect=1.0)
    table = vi.associations(made[0], list(made[1:]))
    check_table("associations", table)
    went = of_associations.went_with(table)
    drawn = figures.forest(went)
    (axis,) = drawn.axes
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert len(names) == len(went.told) + len(went.untold) == len({*names})
    needs = [text.get_text() for text in axis.texts]
    assert len(needs) == len(went.untold) and any("without it" in text for text in needs)
    courses = looked(made).courses
    drawn = figures.over_time(courses, made[0]["posted_at"])
    assert len(drawn.axes[0].get_lines()) == len(courses)


def test_a_kind_is_known_of_every_fact():
    names = [*FILM_COLUMNS, *(name for name, *_ in COLUMNS)]
    table = pd.DataFrame({"name": names, "n": 99, "n_with": 50, "n_without": 49, "p_adjusted": 1.0})
    numbers = ("step", "factor", "low", "high", "p", "detectable")
    table[list(numbers)] = 1.0
    told = of_associations.went_with(table).told
    kinds = {fact.name: fact.kind for fact in told}
    assert set(kinds) == set(names)
    assert kinds["hook__speech_start"] == "seconds" and kinds["hook__sound_uses"] == "count"
    assert kinds["hook__caption_number"] == kinds["hook__has_words"] == "flag"
    for fact in told:  # every fact has words of its own
        assert "(opening)" not in on_associations.one(fact)
