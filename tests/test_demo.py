"""The simulated creator: structural model, errors in the table, truth, cache."""

import csv
import dataclasses
import io
import json

import numpy as np
import pandas as pd
import pytest

from virality.core.errors import UserError
from virality.demo import creator, table_errors
from virality.demo.creator import ensure_demo, load_truth, truth_beside
from virality.demo.model import AUTHOR, BASE, HOOK, KNOWABLE, LATE, REGIMES, SPEAKING, Effects
from virality.demo.posts import simulate, simulate_creator, span_days
from virality.findings.recovered import recovery
from virality.posts import schema
from virality.posts.read import read_posts

LARGE = 2000


def regress(effects: Effects, seed: int = 0, n: int = LARGE) -> pd.Series:
    """Least-squares slopes of log views on what an analyst could know."""
    posts, truth = simulate_creator(n, seed, effects, return_truth=True)
    hour = posts["posted_at"].dt.hour + posts["posted_at"].dt.minute / 60
    known = pd.DataFrame(
        {
            "evening": np.cos(2 * np.pi * (hour - 20) / 24),
            "weekend": (posts["posted_at"].dt.day_of_week >= 5).astype(float),
            "content": truth.posts["regime"].map({k: v for k, (_, v) in REGIMES.items()}),
            "energy": (truth.posts["early_energy"] - 0.5) * np.sqrt(12),
            "level": truth.posts["level"] + truth.posts["carry_over"],
            "length": np.log(posts["duration_s"]),
            "one": 1.0,
        }
    )
    y = np.log1p(posts["views"].astype(float))
    slopes = np.linalg.lstsq(known.to_numpy(), y.to_numpy(), rcond=None)[0]
    return pd.Series(slopes, known.columns)


def table(path) -> list[dict]:
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return ensure_demo(folder, 140, seed=0, videos=False)


def test_posts_have_the_tidy_schema():
    posts = simulate_creator(60, 3)
    assert list(posts.columns) == [column.name for column in schema.POSTS]
    for column in schema.POSTS:
        assert str(posts[column.name].dtype) == column.dtype, column.name
    assert posts["post_id"].is_unique and posts["posted_at"].is_monotonic_increasing
    assert set(posts["author"]) == {AUTHOR}


@pytest.mark.parametrize("n", [1, 2, 40, 140, 10_000])
def test_any_number_of_posts(n):
    posts, truth = simulate_creator(n, 1, return_truth=True)
    assert len(posts) == len(truth.posts) == n
    assert posts["post_id"].is_unique
    stated = posts["posted_at"].astype("datetime64[s, UTC]").astype("int64")
    assert (posts["post_id"].astype("int64") // 2**32 == stated).all()


def test_no_posts_is_refused_in_plain_words():
    with pytest.raises(UserError, match="at least one post"):
        simulate_creator(0)


def test_two_years_for_140_posts():
    assert 725 <= span_days(140) <= 735
    assert span_days(10**5) <= 2500


def test_outcomes_agree_with_views_and_length():
    posts = simulate_creator(LARGE, 2)
    for name in ("likes", "comments", "shares", "saves", "new_followers"):
        assert (posts[name] <= posts["views"]).all()
    assert (posts["avg_watch_s"] <= posts["duration_s"]).all()
    assert posts["watched_full"].between(0, 1).all()
    rates = np.corrcoef(
        np.log1p(posts["likes"].astype(float)), np.log1p(posts["views"].astype(float))
    )
    assert rates[0, 1] > 0.8


def test_truth_adds_up_to_the_views():
    posts, truth = simulate_creator(300, 4, return_truth=True)
    told = truth.posts.columns
    terms = told[told.get_loc("level") : told.get_loc("log_views")]
    others = {"level", "carry_over", "drop", "lottery", "noise"}
    assert others | set(KNOWABLE) - {"momentum"} == set(terms)
    np.testing.assert_allclose(truth.posts["log_views"], BASE + truth.posts[terms].sum(axis=1))
    np.testing.assert_allclose(
        np.log1p(posts["views"].astype(float)), truth.posts["log_views"], atol=1e-3
    )


def test_regression_on_known_variables_finds_what_was_planted():
    slopes, planted = regress(Effects()), Effects()
    assert slopes["evening"] == pytest.approx(planted.evening, abs=0.1)
    assert slopes["weekend"] == pytest.approx(planted.weekend, abs=0.12)
    assert slopes["content"] == pytest.approx(planted.regime, abs=0.1)
    assert slopes["energy"] == pytest.approx(planted.energy, abs=0.06)
    assert slopes["level"] == pytest.approx(1, abs=0.15)
    assert slopes["length"] == pytest.approx(0, abs=0.1)


def test_reversed_effects_reverse():
    slopes, planted = regress(Effects().reversed()), Effects()
    assert slopes["evening"] == pytest.approx(-planted.evening, abs=0.1)
    assert slopes["content"] == pytest.approx(-planted.regime, abs=0.1)
    assert slopes["energy"] == pytest.approx(-planted.energy, abs=0.06)


def test_null_is_noise():
    _, truth = simulate_creator(LARGE, 0, Effects.null(), return_truth=True)
    assert not truth.planted().any()
    assert not truth.posts["viral"].any()
    np.testing.assert_allclose(truth.posts["log_views"], BASE + truth.posts["noise"])
    slopes = regress(Effects.null())
    assert slopes.drop(["level", "one"]).abs().max() < 0.1
    assert truth.ceiling() == pytest.approx(0, abs=1e-9)


def test_momentum_is_memory_and_can_be_switched_off():
    _, truth = simulate_creator(LARGE, 0, return_truth=True)
    assert truth.posts["level"].autocorr() > 0.9
    assert truth.posts["level"].std() == pytest.approx(Effects().momentum, rel=0.35)
    _, without = simulate_creator(
        LARGE, 0, Effects().without("momentum", "carry_over"), return_truth=True
    )
    assert without.planted()["momentum"] == 0


def test_lottery_moves_the_chance_and_not_the_mean():
    _, truth = simulate_creator(10_000, 0, return_truth=True)
    inside = truth.posts["regime"] == "cat"
    lottery = truth.posts.loc[inside, "lottery"]
    assert abs(lottery.mean()) < 0.12
    assert truth.posts.loc[inside, "viral"].mean() == pytest.approx(0.25, abs=0.03)
    assert not truth.posts.loc[~inside, "viral"].any()
    high = truth.posts["log_views"] > truth.posts["log_views"].quantile(0.98)
    assert high[inside].mean() > 2 * high[~inside].mean()


def test_effects_change_views_and_nothing_else():
    first = simulate_creator(100, 5)
    second = simulate_creator(100, 5, Effects().reversed())
    same = ["post_id", "posted_at", "caption", "duration_s", "url"]
    pd.testing.assert_frame_equal(first[same], second[same])
    assert (first["views"] != second["views"]).mean() > 0.9


def test_hook_effects_move_only_their_posts_and_no_mean():
    _, truth = simulate_creator(LARGE, 6, return_truth=True)
    told, speak = truth.posts, truth.posts["regime"].isin(SPEAKING)
    here = {"words": told["regime"] == Effects().words_regime, "late_speech": speak}
    chosen = {"words": told["words_on_screen"], "late_speech": told["speech_delay"] > 0}
    for name in HOOK:
        inside, outside = told.loc[here[name], name], told.loc[~here[name], name]
        assert inside.sum() == pytest.approx(0, abs=1e-9) and not outside.any()
        share = chosen[name][here[name]]
        assert share.mean() == pytest.approx(0.5, abs=0.08)
        apart = inside[share].unique() - inside[~share].unique()
        assert apart == pytest.approx([getattr(Effects(), name)])
    late = told.loc[told["speech_delay"] > 0]
    assert speak[late.index].all() and late["speech_delay"].between(*LATE).all()


def test_hook_effects_leave_everything_else_as_it_was():
    _, truth = simulate_creator(200, 7, return_truth=True)
    _, without = simulate_creator(200, 7, Effects().without(*HOOK), return_truth=True)
    moved = [*HOOK, "log_views"]
    pd.testing.assert_frame_equal(
        truth.posts.drop(columns=moved), without.posts.drop(columns=moved)
    )
    assert not without.posts[list(HOOK)].any(axis=None)
    gained = truth.posts[list(HOOK)].sum(axis=1)
    np.testing.assert_allclose(truth.posts["log_views"], without.posts["log_views"] + gained)
    turned = simulate_creator(200, 7, Effects().reversed(), return_truth=True)[1]
    np.testing.assert_allclose(turned.posts[list(HOOK)], -truth.posts[list(HOOK)])


@pytest.mark.parametrize("regime", ["storytime", "travel"])
def test_films_show_words_where_the_truth_says_so(regime):
    _, truth, hooks = simulate(300, 0, Effects(words_regime=regime))
    shown = truth.posts["words_on_screen"]
    assert [bool(one) for one in hooks] == shown.tolist()
    share = shown.groupby(truth.posts["regime"]).mean()
    assert 0.3 < share.pop(regime) < 0.7 and share.pop("cat") == 0 and (share == 1).all()


def test_truth_from_before_the_hook_effects_can_be_read(written, tmp_path):
    content = json.loads(written.truth.read_text(encoding="utf-8"))
    for name in (*HOOK, "drop"):
        del content["posts"][name], content["effects"][name]
    for name in ("words_regime", "drop_share"):
        del content["effects"][name]
    (tmp_path / "truth.json").write_text(json.dumps(content))
    earlier = load_truth(tmp_path / "truth.json")
    assert (earlier.planted() > 0).tolist() == [name not in HOOK for name in KNOWABLE]
    assert earlier.effects == Effects().without(*HOOK)


@pytest.mark.parametrize(("n", "after"), [(1, 0), (40, 2), (180, 10)])
def test_the_level_of_the_demo_falls_for_good(n, after):
    usual, truth = (
        simulate_creator(n, 2, effects, return_truth=True)[1].posts
        for effects in (Effects(), Effects.demo())
    )
    gap = (truth["log_views"] - usual["log_views"]).to_numpy()
    np.testing.assert_allclose(gap, np.where(np.arange(n) < n - after, 0, np.log(0.4)), atol=1e-9)
    drop = simulate_creator(n, 2, Effects.demo(), return_truth=True)[1].drop()
    told = drop and (drop.at, drop.posts, round(drop.factor, 6))
    assert told == ((truth["posted_at"].iloc[-after], after, 0.4) if after else None)
    assert simulate_creator(n, 2, return_truth=True)[1].drop() is None
    assert Effects.demo().reversed().drop == -Effects.demo().drop
    assert Effects.null().drop == 0


def test_seeds_differ_and_repeat():
    first, again, other = (simulate_creator(50, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["views"].equals(other["views"])


def test_effects_refuse_nonsense():
    with pytest.raises(ValueError, match="viral_regime"):
        Effects(viral_regime="dog")
    with pytest.raises(ValueError, match="viral_rate"):
        Effects(viral_rate=1.5)
    with pytest.raises(ValueError, match="drop_share"):
        Effects(drop_share=1.5)
    with pytest.raises(ValueError, match="words_regime"):
        Effects(words_regime="cat")


def test_captions_have_languages_hashtags_and_emoji():
    posts = simulate_creator(400, 0)
    text = posts["caption"]
    assert text.str.contains("#").all()
    assert text.str.contains("[\u3040-\u30ff\u4e00-\u9fff]").sum() > 5
    assert text.str.contains("[ñáéíóú]").sum() > 5
    assert text.str.contains("[\U0001f300-\U0001faff]").mean() > 0.3


def test_table_is_deterministic(written, tmp_path):
    again = ensure_demo(tmp_path, 140, seed=0, videos=False)
    assert again.posts.read_bytes() == written.posts.read_bytes()
    assert again.truth.read_bytes() == written.truth.read_bytes()
    assert written.videos is None


def test_the_errors_are_in_the_table(written):
    rows = table(written.posts)
    ids = [row["url"].rsplit("/", 1)[-1] for row in rows if row["url"]]
    text = written.posts.read_text(encoding="utf-8")
    assert len(ids) == 142 and len(set(ids)) == 140
    assert text.endswith(",\n") and not rows[-1]["url"]
    column = {name: [row[name] for row in rows] for name in rows[0]}
    assert any("<script>" in one for one in column["description"])
    assert any("," in one for one in column["views"])
    assert any(one.endswith(("K", "M")) for one in column["views"])
    assert any(one.startswith("00:") for one in column["video length"])
    assert any(one.endswith("s") for one in column["video length"])
    assert {len(one.split("/")[-1]) for one in column["published date"][:-1]} == {2, 4}
    assert (
        column["views"][table_errors.NO_VIEWS] == ""
        and column["description"][table_errors.NO_CAPTION] == ""
    )
    assert "/photo/" in column["url"][table_errors.PHOTO]


def test_truth_lists_every_error(written):
    truth = load_truth(written.truth)
    kinds = {one.kind for one in truth.errors}
    assert kinds == {
        "date against id",
        "duplicate",
        "no views",
        "photo post",
        "no caption",
        "colon for a point",
        "hostile caption",
        "AM/PM slip",
        "older reading",
    }
    rows = table(written.posts)
    for one in truth.errors:
        if one.column:
            assert rows[one.row - 1][one.column] == one.found
        assert rows[one.row - 1]["url"].endswith(one.post_id)


def test_truth_survives_writing(written):
    stored = load_truth(written.truth)
    _, made = simulate_creator(140, 0, Effects.demo(), return_truth=True)
    pd.testing.assert_frame_equal(stored.posts, made.posts, check_dtype=False)
    assert stored.effects == Effects.demo() and stored.zone == "UTC"
    assert stored.odd_videos == made.odd_videos
    content = json.loads(written.truth.read_text(encoding="utf-8"))
    assert "log_views = base" in content["model"]
    drop = content["drop"]
    assert (pd.Timestamp(drop["at"]), drop["posts"]) == (stored.drop().at, stored.drop().posts)
    assert drop["factor"] == pytest.approx(0.4)
    assert truth_beside(written.posts).seed == 0


def test_damaged_truth_is_said_plainly(tmp_path):
    (tmp_path / "truth.json").write_text('{"posts": 1')
    with pytest.raises(UserError, match="cannot be read"):
        load_truth(tmp_path / "truth.json")
    assert truth_beside(tmp_path / "elsewhere" / "posts.csv") is None


def test_second_call_only_checks(tmp_path, monkeypatch):
    first = ensure_demo(tmp_path, 30, videos=False)
    monkeypatch.setattr(creator, "_write_tables", lambda *_: pytest.fail("made again"))
    assert ensure_demo(tmp_path, 30, videos=False) == first


@pytest.mark.parametrize("damage", ["posts.csv", "truth.json", "manifest.json"])
def test_damage_is_mended(tmp_path, damage):
    files = ensure_demo(tmp_path, 30, videos=False)
    whole = files.posts.read_bytes(), files.truth.read_bytes()
    (tmp_path / damage).write_text("{")
    ensure_demo(tmp_path, 30, videos=False)
    assert (files.posts.read_bytes(), files.truth.read_bytes()) == whole


def test_other_arguments_make_other_tables(tmp_path):
    seen = set()
    for arguments in ({}, {"seed": 1}, {"effects": Effects().reversed()}):
        seen.add(ensure_demo(tmp_path, 30, videos=False, **arguments).posts.read_bytes())
    assert len(seen) == 3


def test_one_post_can_be_written(tmp_path):
    files = ensure_demo(tmp_path, 1, videos=False)
    assert sum(bool(row["url"]) for row in table(files.posts)) == 1
    assert load_truth(files.truth).errors == ()


def test_plain_rows_can_be_read_back_exactly():
    posts = simulate_creator(140, 0)
    text, errors = table_errors.write_table(posts, np.random.default_rng(0))
    rows = list(csv.DictReader(io.StringIO(text)))
    spoiled = {one.row for one in errors}
    for number, (row, post) in enumerate(zip(rows, posts.itertuples(), strict=False), start=1):
        if number not in spoiled and row["views"].isdigit():
            assert int(row["views"]) == post.views
            assert row["description"] == post.caption


def test_recovery_of_the_truth_itself_is_complete():
    _, truth = simulate_creator(300, 0, return_truth=True)
    told = truth.posts
    knows = truth.terms().sum(axis=1).to_numpy()
    table = pd.DataFrame(
        {"post_id": told["post_id"], "fold": np.arange(300) // 60, "y_pred": knows}
    )
    found = recovery(truth, table).set_index("term")
    np.testing.assert_allclose(found["slope"], 1, atol=1e-6)
    halved = recovery(truth, table.assign(y_pred=-0.5 * knows))
    np.testing.assert_allclose(halved["slope"], -0.5, atol=1e-6)


def test_recovery_says_nothing_where_it_cannot():
    _, null = simulate_creator(100, 0, Effects.null(), return_truth=True)
    table = pd.DataFrame({"post_id": null.posts["post_id"], "fold": 0, "y_pred": 1.0})
    assert recovery(null, table)["slope"].isna().all()
    _, truth = simulate_creator(10, 0, return_truth=True)
    assert recovery(truth, table.iloc[:0])["slope"].isna().all()


def test_effects_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Effects().evening = 1


def test_the_reader_makes_of_the_errors_what_was_meant(written):
    reading = read_posts(written.posts)
    clean = simulate_creator(140, 0, Effects.demo())
    both = reading.posts.merge(clean, on="post_id", suffixes=("", "_meant"))
    assert len(both) == len(reading.posts) == 139
    assert set(reading.posts["author"]) == {AUTHOR}
    assert (both["posted_at"] == both["posted_at_meant"]).all()
    ratio = both["views"].astype(float) / both["views_meant"].astype(float)
    assert ratio.sub(1).abs().max() < 0.01
    videos = both[both["kind"] == "video"]
    assert (videos["duration_s"] - videos["duration_s_meant"]).abs().max() < 0.51
    assert (both["kind"] == "photo").sum() == 1
    assert both["caption"].isna().sum() == 1
