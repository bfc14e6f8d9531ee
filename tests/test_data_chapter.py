"""The data chapter: what it measures, that its words follow the data, and that it survives."""

import os
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import exports
from virality.core.paths import NOTEBOOKS, RUN_VARIABLE, Run
from virality.demo.model import Effects
from virality.demo.posts import simulate_creator
from virality.features.build import build_features, ledger
from virality.figures import data as figures
from virality.posts import describe
from virality.posts.read import PostsReading, read_posts
from virality.posts.schema import SEVERITIES, empty_posts, empty_repairs, validate_posts
from virality.posts.settling import settled_at, settled_from, settling
from virality.sentences import data as sentences

POSTS = exports.made_up_posts(n=60)


def with_views(views) -> pd.DataFrame:
    """As many posts as views, with those views, in time order."""
    posts = exports.made_up_posts(n=len(views))
    return posts.assign(views=pd.array(np.asarray(views).round().astype(int), dtype="Int64"))


def with_logs(logs) -> pd.DataFrame:
    return with_views(np.exp(np.asarray(logs, dtype=float)))


def reading_of(posts, repairs=None, **notes) -> PostsReading:
    notes = {
        "formats": {"posts.csv": "a format"},
        "authors": {"maker": len(posts)},
        "timezone": "UTC",
        "zone_found": "",
        "captured_at": "",
        "n_young": 0,
        "embargo_days": 7,
        "n_read_twice": 0,
    } | notes
    return PostsReading(posts, empty_repairs() if repairs is None else repairs, notes)


def repairs_with(severities) -> pd.DataFrame:
    table = empty_repairs().reindex(range(len(severities)))
    return table.assign(
        source="posts.csv",
        row=pd.array(range(1, len(severities) + 1), dtype="Int64"),
        post_id=[f"p{i}" for i in range(len(severities))],
        column="views",
        found="x",
        why="because",
        severity=severities,
    )


# --- measuring ----------------------------------------------------------------------------------


def test_tail_and_concentration_have_known_answers():
    tail = describe.tail(with_views([100] * 9 + [900]))
    assert (tail.median, tail.mean, tail.n_top, tail.top_share) == (100, 180, 1, 0.5)
    curve = describe.concentration(with_views([100] * 9 + [900]))
    assert curve["views"].iloc[1] == 0.5
    assert curve.iloc[-1].tolist() == [1, 1]
    assert np.isnan(describe.tail(with_views([0, 0])).top_share)


def test_change_finds_growth_and_shrinking():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.4, 120)
    up = describe.change(with_logs(9 + np.linspace(0, 4, 120) + noise))
    down = describe.change(with_logs(9 - np.linspace(0, 4, 120) + noise))
    flat = describe.change(with_logs(9 + noise))
    assert up.low > 1 > down.high
    assert flat.low < 1 < flat.high
    assert up.factor == pytest.approx(np.exp(8 / 3), rel=0.5)


def test_rhythm_counts_local_hours():
    posts = POSTS.head(1).assign(posted_at=pd.Timestamp("2024-05-05 23:30", tz="UTC"))
    assert describe.rhythm(posts, "UTC").loc["Sun", 23] == 1
    assert describe.rhythm(posts, "Asia/Tokyo").loc["Mon", 8] == 1
    assert describe.rhythm(POSTS, "UTC").to_numpy().sum() == len(POSTS)


def test_relation_has_the_right_sign():
    logs = 9 + POSTS["duration_s"].to_numpy() / 20
    assert describe.relation(with_logs(logs), "duration_s").rho == pytest.approx(1)
    assert describe.relation(with_logs(20 - logs), "duration_s").high < 0


def test_hashtags_are_found_and_made_equal():
    assert describe.hashtags_of("#A #a b#c # #été, #猫 x") == ["a", "c", "été", "猫"]
    assert describe.hashtags_of(None) == []


def hashtag_creator(effect, n=120, seed=0):
    rng = np.random.default_rng(seed)
    chosen = rng.random((n, 8)) < 0.25
    posts = with_logs(9 + rng.normal(0, 0.8, n) + effect * chosen[:, 0])
    texts = [" ".join(f"#tag{k}" for k in np.flatnonzero(row)) or "none" for row in chosen]
    return posts.assign(caption=pd.array(texts, dtype="string"))


def test_hashtags_are_shrunk_and_a_planted_one_stands_out():
    table = describe.hashtags(hashtag_creator(2.0)).set_index("tag")
    assert table["effect"].idxmax() == "tag0"
    assert table.loc["tag0", "low"] > 0
    assert (table["effect"].abs() <= table["raw"].abs() + 1e-12).all()


def test_hashtags_without_effect_rarely_stand_out():
    clear = 0
    for seed in range(20):
        table = describe.hashtags(hashtag_creator(0.0, seed=seed))
        clear += int(((table["low"] > 0) | (table["high"] < 0)).sum())
    assert clear / (20 * 8) < 0.1


# --- words that follow the data -------------------------------------------------------------------


def test_tail_sentences_turn_with_the_tail():
    rng = np.random.default_rng(0)
    heavy = sentences.tail_reading(with_logs(9 + 2.5 * rng.standard_normal(300)))
    light = sentences.tail_reading(with_logs(9 + 0.2 * rng.standard_normal(300)))
    assert "The tail is heavy" in heavy
    assert "The tail is light" in light
    lopsided = with_logs(9 + 0.3 * rng.standard_normal(300) + 5 * (rng.random(300) < 0.05))
    assert "exceptional even for this account" in sentences.tail_reading(lopsided)
    assert "same number of views" in sentences.tail_reading(with_views([5] * 40))


def test_timeline_sentences_turn_with_the_level():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.3, 120)
    up = sentences.timeline_reading(with_logs(9 + np.linspace(0, 4, 120) + noise))
    down = sentences.timeline_reading(with_logs(9 - np.linspace(0, 4, 120) + noise))
    flat = sentences.timeline_reading(with_logs(9 + noise))
    assert "has grown" in up
    assert "wanders" in up
    assert "has shrunk" in down
    assert "no lasting rise or fall" in flat
    assert "narrow band" in flat


def test_length_sentences_turn_with_the_relation():
    logs = 9 + POSTS["duration_s"].to_numpy() / 20
    assert "Longer videos go together with more" in sentences.lengths_reading(with_logs(logs))
    assert "Shorter videos go together with more" in sentences.lengths_reading(with_logs(20 - logs))
    nothing = POSTS.assign(duration_s=np.nan)
    assert "holds no lengths" in sentences.lengths_reading(nothing)


def read_again(share_at, n=60, later=60.0) -> PostsReading:
    """Posts read at one to thirty days and much later, with so much of their later views."""
    ages = np.linspace(1, 30, n)
    posts = exports.made_up_posts(n=n)
    final = pd.Series(np.full(n, 100_000))
    early = (final * [share_at(a) for a in ages]).round().astype(int)
    parts = [
        posts[["post_id", "posted_at"]].assign(
            captured_at=posts["posted_at"] + pd.to_timedelta(age, unit="D"), views=views
        )
        for age, views in ((ages, early), (np.full(n, later), final))
    ]
    reading = reading_of(posts, n_read_twice=n)
    return replace(reading, snapshots=pd.concat(parts, ignore_index=True))


def test_settling_has_a_known_answer():
    table = settling(read_again(lambda age: 1 - np.exp(-age / 3)).snapshots)
    own = settled_at(table, 7)
    assert own.share == pytest.approx(1 - np.exp(-7 / 3), abs=0.03)
    assert own.last_age_days == 60
    assert settled_from(table) == 7
    assert np.isnan(settled_from(settling(read_again(lambda age: 0.5).snapshots)))
    near = settling(read_again(lambda age: 1, later=31).snapshots, apart_days=7)
    assert near["age_days"].max() <= 24, "too close to the later reading to say anything"


def test_settling_sentences_turn_with_the_growth():
    fast = sentences.settling_reading(read_again(lambda age: 1 - np.exp(-age / 2)))
    slow = sentences.settling_reading(read_again(lambda age: min(1, age / 20)))
    assert "support the embargo" in fast
    assert "the embargo is short" in slow
    assert "`embargo_days`" in slow
    once = sentences.settling_reading(reading_of(POSTS))
    assert "No post in this record was read at two known times" in once
    assert "virality import" in once
    few = sentences.settling_reading(read_again(lambda age: 1, n=3))
    assert "too few to check" in few
    older = read_again(lambda age: 0.95).snapshots
    first = older.groupby("post_id")["captured_at"].transform("min") == older["captured_at"]
    young = first & (older["captured_at"] - older["posted_at"] < pd.Timedelta(days=15))
    gone = older[~older["post_id"].isin(older.loc[young, "post_id"])]
    said = sentences.settling_reading(replace(read_again(lambda age: 1), snapshots=gone))
    assert "No reading is of a post about as old as the embargo" in said
    assert "posts aged 14 to 30 days already had 95 %" in said


def test_settling_is_drawn():
    for share in (0.4, 1.2):
        table = settling(read_again(lambda age, share=share: share).snapshots)
        figures.settling(table, 7).savefig(os.devnull, format="png", dpi=30)
        assert sentences.settling_caption(table)
        assert sentences.settling_alt(table, 7)
    figures.settling(table.head(1), 0).savefig(os.devnull, format="png", dpi=30)
    plt.close("all")


def test_hashtag_sentences_turn_with_the_effect():
    def said(effect):
        posts = hashtag_creator(effect)
        return sentences.hashtags_reading(describe.hashtags(posts), len(posts))

    assert "tag0 still goes with more views" in said(2.0)
    assert "tag0 still goes with fewer views" in said(-2.0)
    assert "none stands out" in said(0.0)
    assert "from 30 posts on" in sentences.hashtags_reading(describe.hashtags(POSTS.head(9)), 9)
    bare = POSTS.assign(caption="no tag")
    assert "tea leaves" in sentences.hashtags_reading(describe.hashtags(bare), len(bare))


def test_repair_sentences_turn_with_the_log():
    assert "Nothing had to be repaired" in sentences.repairs_intro(empty_repairs(), 60)
    few = repairs_with(["repaired", "set missing", "row dropped", "note"])
    assert sentences.repairs_intro(few, 60).startswith(
        "1 row was left out, 1 value was set missing and 1 value was repaired."
    )
    many = repairs_with(["set missing"] * 40)
    assert "many posts" in sentences.repairs_intro(many, 60)


@pytest.mark.parametrize(
    ("severities", "words"),
    [
        ([], "trusted as it stands"),
        (["note"] * 50, "trusted as it stands"),
        (["repaired"] * 3, "After these repairs"),
        (["set missing"] * 15, "usable, with care"),
        (["row dropped"] * 50, "damaged"),
    ],
)
def test_the_answer_turns_with_the_damage(severities, words):
    text = sentences.answer(reading_of(POSTS, repairs_with(severities)))
    assert words in text
    assert "60 posts" in text


def test_times_are_told_as_they_were_settled():
    def say(**notes):
        return sentences.when(reading_of(POSTS, **notes))

    assert "set the parameter `timezone`" in say(zone_found="America/Denver")
    assert "can be trusted" in say(zone_found="UTC")
    assert "Nothing in the file says when" in say()
    assert "read on 2026-06-30" in say(captured_at="2026-06-30T00:00:00+00:00")


def test_few_posts_are_described():
    assert "does not model" in sentences.size(29)
    assert "indication" in sentences.size(79)
    assert "enough to model" in sentences.size(80)


def test_a_late_feature_is_called_late():
    own, study = ledger(False, 7), ledger(True, 7)
    features = build_features(POSTS)
    assert "No feature in it was unknown" in sentences.features_reading(own, features)
    studied = build_features(POSTS, study_features=True)
    assert "did not exist yet" in sentences.features_reading(study, studied)
    table = sentences.features_table(own, features)
    assert len(table) == features.shape[1]
    assert {"feature", "block", "known", "unit"} <= set(table)


def test_planted_levels_turn_the_sentences():
    still = Effects.null(0.4)
    moving = replace(still, momentum=1.5)
    assert "narrow band" in sentences.timeline_reading(simulate_creator(300, 1, still))
    assert "wanders" in sentences.timeline_reading(simulate_creator(300, 1, moving))


# --- hostile text and privacy ---------------------------------------------------------------------

HOSTILE = "<script>x</script> ::: {{< include y >}} ![](http://z) @fig-a $$ `b` | #evil_tag"


def test_text_from_data_is_escaped_in_sentences():
    tags = pd.DataFrame(
        {"tag": ["a_b*c"], "n": [9], "raw": [1.0], "effect": [0.9], "low": [0.5], "high": [1.2]}
    )
    assert "a_b*c" not in sentences.hashtags_reading(tags, 60)
    notes = {"timezone": "Etc/<b>", "zone_found": "x`y", "formats": {"f": "::: bad"}}
    text = sentences.record(reading_of(POSTS, **notes)) + sentences.when(reading_of(POSTS, **notes))
    assert not re.search(r"<b>|x`y|:::", text)


def test_hostile_captions_go_into_figures_as_text():
    posts = hashtag_creator(1.0)
    posts["caption"] = posts["caption"] + " #$x_1$ #" + "猫" * 90
    figures.hashtags(describe.hashtags(posts)).savefig(os.devnull, format="svg")
    plt.close("all")


def test_private_pages_hold_no_words_of_the_creator():
    repairs = repairs_with(["repaired", "note"]).assign(
        column=["description", "views"], found=[HOSTILE, "12"], used=[HOSTILE, "12"]
    )
    shown = sentences.repairs_table(repairs, private=True)
    assert not shown.astype(str).apply(lambda c: c.str.contains("evil")).any(axis=None)
    posts = hashtag_creator(2.0)
    said = sentences.hashtags_reading(describe.hashtags(posts), len(posts), private=True)
    assert "tag0" not in said


# --- every figure and sentence survives -----------------------------------------------------------

ODD = {
    "one": POSTS.head(1),
    "two at once": with_views([5, 9]).assign(posted_at=POSTS["posted_at"][0]),
    "five": POSTS.head(5),
    "all equal": with_views([700] * 50),
    "all zero": with_views([0] * 50),
    "one huge": with_views([1] * 49 + [10**11]),
    "only views": POSTS[
        ["post_id", "author", "posted_at", "views", "kind", "source", "source_row"]
    ],
    "photos": POSTS.assign(kind="photo", duration_s=np.nan),
}


@pytest.mark.parametrize("case", ODD)
def test_every_part_survives(case):
    posts = validate_posts(ODD[case].reindex(columns=list(empty_posts())))
    reading = reading_of(posts)
    tags = describe.hashtags(posts)
    features, register = build_features(posts), ledger()
    drawn = [
        figures.views_histogram(posts),
        figures.concentration(posts),
        figures.timeline(posts),
        figures.rhythm(posts, "Asia/Tokyo"),
    ]
    if posts["duration_s"].notna().any():
        drawn.append(figures.lengths(posts))
    if len(tags):
        drawn.append(figures.hashtags(tags))
    for figure in drawn:
        figure.savefig(os.devnull, format="png", dpi=30)
    plt.close("all")
    said = [
        sentences.record(reading),
        sentences.when(reading),
        sentences.settling_reading(reading),
        sentences.answer(reading),
        sentences.hits(posts, lambda p: p.post_id),
        sentences.rhythm_caption(posts, "UTC"),
        sentences.rhythm_alt(posts, "UTC"),
        sentences.rhythm_reading(posts, "UTC"),
        sentences.hashtags_reading(tags, len(posts)),
        sentences.features_caption(register, features),
        sentences.features_reading(register, features),
    ]
    for part in ("tail", "concentration", "timeline", "lengths"):
        said += [getattr(sentences, f"{part}_{k}")(posts) for k in ("caption", "alt")]
    said += [getattr(sentences, f"{p}_reading")(posts) for p in ("tail", "timeline", "lengths")]
    sentences.outcomes_table(posts)
    for text in (*said, sentences.outcomes_caption(posts)):
        assert text.strip()
        assert not re.search(r"\bnan\b|\binf\b|None|NaT|<NA>", text), text


def test_the_repair_table_of_a_real_reading(tmp_path):
    (tmp_path / "x").write_bytes(exports.study_csv(POSTS))
    reading = read_posts(tmp_path / "x", now=exports.NOW)
    table = sentences.repairs_table(reading.repairs)
    assert list(table)[:2] == ["severity", "row"]
    assert set(table["severity"]) <= set(SEVERITIES)
    assert not table.isna().any(axis=None)


@pytest.mark.slow
def test_the_notebook_runs_alone_and_writes_its_artefacts(tmp_path, monkeypatch):
    import papermill

    (tmp_path / "in").write_bytes(exports.study_csv(POSTS.head(40)))
    run = Run.at(tmp_path / "run")
    monkeypatch.setenv(RUN_VARIABLE, str(run.folder))
    papermill.execute_notebook(
        NOTEBOOKS / "data.ipynb",
        tmp_path / "out.ipynb",
        parameters={"posts": str(tmp_path / "in"), "timezone": "America/Denver"},
        cwd=tmp_path,
        progress_bar=False,
        kernel_name="python3",
    )
    posts = pd.read_parquet(run.artefact("posts"))
    assert validate_posts(posts).equals(posts)
    features = pd.read_parquet(run.artefact("features"))
    assert features.index.tolist() == posts["post_id"].tolist()
    register = pd.read_parquet(run.artefact("ledger"))
    assert set(features.columns) <= set(register["feature"])
    assert len(list(run.figures.glob("data-*.svg"))) >= 5
