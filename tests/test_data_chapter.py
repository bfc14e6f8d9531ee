"""The data chapter: what it measures, that its words follow the data, and that it survives."""

import json
import os
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt

import chapters
import exports
import virality as vi
from virality.book import notices
from virality.core.paths import NOTEBOOKS, RUN_VARIABLE, Run
from virality.core.protocol import Extent, extent
from virality.demo.model import Effects
from virality.demo.posts import simulate_creator
from virality.evaluation.own_embargo import own_embargo
from virality.features.build import ledger
from virality.figures import data as figures
from virality.findings import data as findings
from virality.findings import habits
from virality.findings import record as of_record
from virality.findings.data import Direction, Lean, Movement, Views, Weight
from virality.findings.habits import Habit, Tags
from virality.findings.record import Advice, Embargo, Trust, Zone
from virality.posts import describe
from virality.posts.export import write_posts
from virality.posts.read import PostsReading, read_posts
from virality.posts.schema import POST_COLUMNS, SEVERITIES, validate_posts
from virality.posts.settling import settled_at, settled_from, settling
from virality.sentences import data as sentences
from virality.sentences import record as on_record

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
    return PostsReading(posts, exports.no_repairs() if repairs is None else repairs, notes)


def taught(posts) -> SimpleNamespace:
    """What the cells that the page shows come to: pasted one after another, by someone else."""
    cells = json.loads((NOTEBOOKS / "data.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names = {"np": np, "vi": vi, "describe": describe, "ledger": ledger, "record": posts}
    names |= {"embargo_days": 7, "timezone": "UTC", "study_features": False, "source": ""}
    for source in shown:
        if source.startswith("#| echo: true"):
            exec(source, names)
    return SimpleNamespace(**names)


def timeline_of(posts) -> findings.Timeline:
    return findings.timeline(posts, taught(posts).level)


def lengths_of(posts) -> habits.Lengths:
    shown = taught(posts)
    return habits.lengths(shown.known, shown.y, shown.rho)


def repairs_with(severities) -> pd.DataFrame:
    table = exports.no_repairs().reindex(range(len(severities)))
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


def test_spread_and_concentration_have_known_answers():
    posts = with_views([100] * 9 + [900])
    spread, shown = findings.spread(posts), taught(posts)
    assert (spread.median, spread.mean, spread.hits[0].share) == (100, 180, 0.5)
    assert (shown.n_top, shown.top_share, shown.held.iloc[-1]) == (1, 0.5, 1)
    assert findings.concentration(spread, shown.n_top, shown.top_share).uneven
    nothing = taught(with_views([0, 0]))
    assert np.isnan(nothing.top_share)
    assert findings.spread(with_views([0, 0])).views is Views.NONE


def test_change_finds_growth_and_shrinking():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 0.4, 120)
    up = timeline_of(with_logs(9 + np.linspace(0, 4, 120) + noise)).change
    down = timeline_of(with_logs(9 - np.linspace(0, 4, 120) + noise)).change
    flat = timeline_of(with_logs(9 + noise)).change
    assert up.low > 1 > down.high
    assert flat.low < 1 < flat.high
    assert up.factor == pytest.approx(np.exp(8 / 3), rel=0.5)


def test_levels_over_time_are_each_accounts_own():
    posts = POSTS.assign(author=["a", "b", "b"] * 20, platform=["tiktok"] * 40 + ["youtube"] * 20)
    level = taught(posts).level
    for _, account in posts.groupby(["author", "platform"]):
        alone = taught(account.reset_index(drop=True)).level
        assert np.allclose(level[account.index], alone, equal_nan=True)


def test_rhythm_counts_local_hours():
    posts = POSTS.head(1).assign(posted_at=pd.Timestamp("2024-05-05 23:30", tz="UTC"))
    assert describe.rhythm(posts, "UTC").loc["Sun", 23] == 1
    assert describe.rhythm(posts, "Asia/Tokyo").loc["Mon", 8] == 1
    assert describe.rhythm(POSTS, "UTC").to_numpy().sum() == len(POSTS)


def test_the_correlation_has_the_right_sign():
    logs = 9 + POSTS["duration_s"].to_numpy() / 20
    assert lengths_of(with_logs(logs)).rho == pytest.approx(1)
    assert lengths_of(with_logs(20 - logs)).high < 0


def test_hashtags_are_found_and_made_equal():
    assert describe.hashtags_of("#A #a b#c # #été, #猫 x") == ["a", "c", "été", "猫"]
    assert describe.hashtags_of(None) == []
    assert describe.hashtags_of("#हिन्दी ＃wide") == ["हिन्दी", "wide"], (
        "marks and other signs belong to it"
    )


def hashtag_creator(effect, n=120, seed=0):
    rng = np.random.default_rng(seed)
    chosen = rng.random((n, 8)) < 0.25
    posts = with_logs(9 + rng.normal(0, 0.8, n) + effect * chosen[:, 0])
    texts = [" ".join(f"#tag{k}" for k in np.flatnonzero(row)) or "none" for row in chosen]
    return posts.assign(caption=pd.array(texts, dtype="string"))


def test_hashtags_are_shrunk_and_a_planted_one_stands_out():
    table = taught(hashtag_creator(2.0)).tags.set_index("tag")
    assert table["effect"].idxmax() == "tag0"
    assert table.loc["tag0", "low"] > 0
    assert (table["effect"].abs() <= table["raw"].abs() + 1e-12).all()


@pytest.mark.slow
def test_hashtags_without_effect_rarely_stand_out():
    clear = 0
    for seed in range(20):
        table = taught(hashtag_creator(0.0, seed=seed)).tags
        clear += int(((table["low"] > 0) | (table["high"] < 0)).sum())
    assert clear / (20 * 8) < 0.1


def test_shrinking_pulls_noise_away_and_keeps_what_is_clear():
    raw, noise = pd.Series([0.1, -0.1, 0.05]), pd.Series([0.04, 0.04, 0.04])
    assert not describe.shrink(raw, noise)["effect"].any(), "no more than noise would make"
    far = describe.shrink(pd.Series([3.0, -2.0, 0.1]), noise)
    assert (far["effect"].abs() < far["raw"].abs()).all()
    assert far.loc[0, "low"] > 0 > far.loc[1, "high"]
    unequal = describe.shrink(pd.Series([1.0, 1.0]), pd.Series([0.1, 0.4]))["effect"]
    assert unequal[0] > unequal[1], "fewer posts are pulled further"
    assert describe.shrink(pd.Series([0.0]), pd.Series([0.0])).empty


def test_only_often_used_hashtags_are_compared():
    captions = pd.Series(["#a #b #b", "#a", "#a #c"] * 10)
    assert describe.often_used(captions).value_counts().to_dict() == {"b": 10, "c": 10}
    assert describe.often_used(captions, at_most=1).unique().tolist() == ["b"]
    assert describe.often_used(captions.head(29)).empty


# --- verdicts that follow the data ----------------------------------------------------------------


def test_the_weight_and_the_lean_of_a_tail_follow_the_views():
    rng = np.random.default_rng(0)
    heavy = findings.spread(with_logs(9 + 2.5 * rng.standard_normal(300)))
    light = findings.spread(with_logs(9 + 0.2 * rng.standard_normal(300)))
    assert (heavy.weight, heavy.lean) == (Weight.HEAVY, Lean.NEITHER)
    assert light.weight is Weight.LIGHT
    rare = rng.random(300) < 0.05
    noise = 9 + 0.3 * rng.standard_normal(300)
    assert findings.spread(with_logs(noise + 5 * rare)).lean is Lean.RIGHT
    assert findings.spread(with_logs(noise - 5 * rare)).lean is Lean.LEFT
    same = findings.spread(with_views([5] * 40))
    assert (same.views, same.weight) == (Views.EQUAL, None)
    assert findings.spread(POSTS.head(9)).weight is None, "too few for a shape"


def test_the_movement_of_a_level_follows_the_views():
    noise = np.random.default_rng(0).normal(0, 0.3, 120)
    up = timeline_of(with_logs(9 + np.linspace(0, 4, 120) + noise))
    down = timeline_of(with_logs(9 - np.linspace(0, 4, 120) + noise))
    flat = timeline_of(with_logs(9 + noise))
    assert (up.trend, up.movement) == (Direction.ABOVE, Movement.WANDERS)
    assert down.trend is Direction.BELOW
    assert (flat.trend, flat.movement) == (Direction.OPEN, Movement.LUCK)
    assert timeline_of(POSTS.head(8)).movement is Movement.TOO_FEW
    assert timeline_of(with_views([700] * 50)).movement is Movement.STILL


def test_a_level_that_nobody_has_is_not_called_steady():
    strangers = POSTS.head(20).assign(author=[f"maker {i // 4}" for i in range(20)])
    timeline = timeline_of(strangers)
    assert timeline.movement is Movement.UNKNOWN
    assert "nan" not in sentences.timeline_caption(timeline)


def test_the_direction_of_lengths_follows_the_relation():
    logs = 9 + POSTS["duration_s"].to_numpy() / 20
    assert lengths_of(with_logs(logs)).direction is Direction.ABOVE
    assert lengths_of(with_logs(20 - logs)).direction is Direction.BELOW
    assert lengths_of(POSTS.assign(duration_s=np.nan)).n_posts == 0


def test_the_busiest_hours_may_run_past_midnight():
    evenings = pd.date_range("2024-01-01 21:30", periods=20, freq="7D", tz="UTC")
    nights = pd.date_range("2024-01-03 01:30", periods=10, freq="7D", tz="UTC")
    posts = POSTS.head(30).assign(posted_at=evenings.append(nights))
    rhythm = habits.rhythm(posts, "UTC")
    assert (rhythm.busiest.start, rhythm.busiest.end, rhythm.busiest.hours_share) == (20, 2, 1)
    assert (rhythm.busiest.weekday, rhythm.n_filled, rhythm.most) == (0, 2, 20)
    assert rhythm.habit is Habit.FIRM
    unknown = habits.rhythm(POSTS.assign(hour_known=False), "UTC")
    assert (unknown.habit, unknown.n_untimed) == (Habit.UNKNOWN, len(POSTS))


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
    assert table["last_age_days"].median() == 60
    assert settled_from(table) == 7
    assert np.isnan(settled_from(settling(read_again(lambda age: 0.5).snapshots)))
    near = settling(read_again(lambda age: 1, later=31).snapshots, apart_days=7)
    assert near["age_days"].max() <= 24, "too close to the later reading to say anything"


def settled(reading: PostsReading) -> of_record.Settling:
    twice, own = reading.notes["n_read_twice"], own_embargo(reading.posts, reading.snapshots)
    return of_record.settling(settling(reading.snapshots, 7), 7, twice, own)


def test_the_verdict_on_the_embargo_follows_the_growth():
    assert settled(read_again(lambda age: 1 - np.exp(-age / 2))).verdict is Embargo.SUPPORTED
    slow = settled(read_again(lambda age: min(1, age / 20)))
    assert slow.verdict is Embargo.SHORT
    assert slow.advice is Advice.LONGER and slow.own.days > 7
    early = settled(read_again(lambda age: 1 - np.exp(-age), n=200))
    assert early.advice is Advice.SHORTER and early.own.days < 7
    assert settled(read_again(lambda age: 1 - np.exp(-age / 3), n=200)).advice is Advice.OWN
    border = settled(read_again(lambda age: 0.89 if age < 7.2 else 0.95, n=200))
    assert (border.verdict, border.advice) == (Embargo.SUPPORTED, Advice.OWN)
    assert settled(reading_of(POSTS)).verdict is Embargo.READ_ONCE
    assert settled(reading_of(POSTS, n_read_twice=3)).verdict is Embargo.READ_CLOSELY
    assert settled(read_again(lambda age: 1, n=3)).verdict is Embargo.TOO_FEW


def test_older_posts_tell_something_where_none_is_as_old_as_the_embargo():
    reading = read_again(lambda age: 0.95)
    older = reading.snapshots
    first = older.groupby("post_id")["captured_at"].transform("min") == older["captured_at"]
    young = first & (older["captured_at"] - older["posted_at"] < pd.Timedelta(days=15))
    gone = older[~older["post_id"].isin(older.loc[young, "post_id"])]
    result = settled(replace(reading, snapshots=gone))
    assert (result.verdict, result.near.n) == (Embargo.TOO_FEW, 0)
    assert (result.older.start, result.older.end) == (14, 30)
    assert result.older.share == pytest.approx(0.95)


def test_settling_is_drawn():
    for share in (0.4, 1.2):
        table = settling(read_again(lambda age, share=share: share).snapshots)
        figures.settling(table, 7).savefig(os.devnull, format="png", dpi=30)
    figures.settling(table.head(1), 0).savefig(os.devnull, format="png", dpi=30)
    plt.close("all")


def test_the_verdict_on_hashtags_follows_the_effect():
    def judged(effect, private=False):
        posts = hashtag_creator(effect)
        return habits.hashtags(taught(posts).tags, len(posts), private)

    assert [tag.names[0].raw for tag in judged(2.0).more] == ["#tag0"]
    assert [tag.names[0].raw for tag in judged(-2.0).fewer] == ["#tag0"]
    assert judged(0.0).verdict is Tags.NONE_CLEAR
    few = habits.hashtags(taught(POSTS.head(9)).tags, 9)
    assert few.verdict is Tags.TOO_FEW_POSTS
    bare = habits.hashtags(taught(POSTS.assign(caption="no tag")).tags, len(POSTS))
    assert bare.verdict is Tags.NONE_COMPARABLE
    private = judged(2.0, private=True)
    assert private.n_clear == 1 and not private.more, "names never reach a private page"


def test_repairs_are_counted_by_what_they_did():
    nothing = of_record.repairs(exports.no_repairs(), 60)
    assert not any(nothing.number.values()) and nothing.trust is Trust.WHOLE
    log = repairs_with(["repaired", "set missing", "row dropped", "row dropped", "note"])
    log.loc[3, "why"] = "the same post again; row 1 is used"
    repairs = of_record.repairs(log, 60)
    assert (repairs.n_dropped, repairs.n_again, repairs.n_lost) == (1, 1, 1)
    assert repairs.number == {"row dropped": 2, "set missing": 1, "repaired": 1, "note": 1}
    assert repairs.n_changed == 2
    assert repairs.n_touched == 2


@pytest.mark.parametrize(
    ("severities", "trust"),
    [
        ([], Trust.WHOLE),
        (["note"] * 50, Trust.WHOLE),
        (["repaired"] * 3, Trust.MENDED),
        (["set missing"] * 15, Trust.USABLE),
        (["row dropped"] * 50, Trust.DAMAGED),
    ],
)
def test_trust_follows_the_damage(severities, trust):
    assert of_record.repairs(repairs_with(severities), 60).trust is trust


def test_times_are_judged_as_they_were_settled():
    def judged(**notes):
        return of_record.times(reading_of(POSTS, **notes))

    assert judged().verdict is Zone.SILENT
    assert judged(zone_found="UTC").verdict is Zone.CONFIRMED
    assert judged(zone_found="America/Denver").verdict is Zone.MACHINES
    assert judged(zone_found="America/Denver", clock="creator").verdict is Zone.CREATORS
    assert judged(captured_at="2026-06-30T00:00:00+00:00").read_on == "2026-06-30"
    days = POSTS.assign(hour_known=[False, *[True] * 59])
    assert of_record.times(reading_of(days)).n_day_only == 1


def test_few_posts_are_described():
    verdicts = [extent(n) for n in (29, 30, 79, 80)]
    assert verdicts == [Extent.TOO_FEW, Extent.INDICATIVE, Extent.INDICATIVE, Extent.ENOUGH]


def test_a_late_feature_is_called_late():
    shown = taught(POSTS)
    result = of_record.knowable(shown.by_time, shown.filled)
    assert result.n_late == 0 and "is paid" in result.empty
    assert result.n_features == shown.features.shape[1] == sum(n for _, n in result.by_time)
    table = figures.features_table(shown.listed, shown.filled)
    assert len(table) == result.n_features
    assert {"feature", "block", "known", "unit"} <= set(table)
    late = ledger(True, 7)["known"].value_counts()
    assert of_record.knowable(late, shown.filled).n_late > 0


def test_planted_levels_are_found():
    still = Effects.null(0.4)
    moving = replace(still, momentum=1.5)
    assert timeline_of(simulate_creator(300, 1, still)).movement is Movement.LUCK
    assert timeline_of(simulate_creator(300, 1, moving)).movement is Movement.WANDERS


# --- hostile text and privacy ---------------------------------------------------------------------

HOSTILE = "<script>x</script> ::: {{< include y >}} ![](http://z) @fig-a $$ `b` | #evil_tag"


def test_text_from_data_is_escaped_in_sentences():
    tags = pd.DataFrame(
        {"tag": ["a_b*c"], "n": [9], "raw": [1.0], "effect": [0.9], "low": [0.5], "high": [1.2]}
    )
    assert "a_b*c" not in sentences.hashtags(habits.hashtags(tags, 60))
    hostile = {"timezone": "Etc/<b>", "zone_found": "x`y", "formats": {"f": "::: bad"}}
    reading = reading_of(
        POSTS.assign(platform="<i>", caption=HOSTILE), **hostile, unused={"f": [HOSTILE]}
    )
    outcomes = of_record.outcomes(reading.posts)
    text = on_record.record(of_record.record(reading), outcomes)
    text += on_record.when(of_record.times(reading))
    text += str(figures.hits_table(findings.spread(reading.posts))["post"].tolist())
    assert not re.search(r"<|x`y|:::|[{][{]|!\[|@fig|[$][$]", text)


def test_hostile_captions_go_into_figures_as_text():
    posts = hashtag_creator(1.0)
    posts["caption"] = posts["caption"] + " #$x_1$ #" + "猫" * 90
    figures.hashtags(taught(posts).tags).savefig(os.devnull, format="svg")
    plt.close("all")


def test_private_pages_hold_no_words_of_the_creator():
    repairs = repairs_with(["repaired", "note"]).assign(
        column=["description", "views"], found=[HOSTILE, "12"], used=[HOSTILE, "12"]
    )
    shown = figures.repairs_table(repairs, private=True)
    assert not shown.astype(str).apply(lambda c: c.str.contains("evil")).any(axis=None)
    spread = findings.spread(POSTS.assign(caption=HOSTILE), private=True)
    assert "evil" not in repr(spread), "a caption that is not there cannot be shown"


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


@pytest.mark.slow
@pytest.mark.parametrize("case", ODD)
def test_every_part_survives(case):
    posts = validate_posts(ODD[case].reindex(columns=POST_COLUMNS))
    shown, spread = taught(posts), findings.spread(posts)
    drawn = [
        figures.views_histogram(posts, spread),
        figures.timeline(posts, shown.level),
        figures.rhythm(posts, "Asia/Tokyo"),
    ]
    if len(shown.known):
        drawn.append(figures.lengths(shown.known["duration_s"], shown.y, several=False))
    if len(shown.tags):
        drawn.append(figures.hashtags(shown.tags))
    for figure in drawn:
        figure.savefig(os.devnull, format="png", dpi=30)
    plt.close("all")
    for text in said_of(posts, spread, shown):
        assert text.strip()
        assert not re.search(r"\bnan\b|\binf\b|None|NaT|<NA>", text), text


def said_of(posts, spread, shown) -> list[str]:
    """All that the chapter says of some posts."""
    reading = reading_of(posts)
    record = of_record.record(reading)
    repairs = of_record.repairs(reading.repairs, len(posts))
    rhythm = habits.rhythm(posts, "UTC")
    timeline = findings.timeline(posts, shown.level)
    lengths = habits.lengths(shown.known, shown.y, shown.rho)
    top = findings.concentration(spread, shown.n_top, shown.top_share)
    knowable = of_record.knowable(shown.by_time, shown.filled)
    times, tags = of_record.times(reading), habits.hashtags(shown.tags, len(posts))
    texts = [
        on_record.record(record, of_record.outcomes(posts)),
        on_record.when(times),
        on_record.doubt(times),
        on_record.settling_reading(settled(reading)),
        on_record.answer(record, repairs, sentences.views(spread, top)),
        on_record.features_caption(knowable),
        sentences.timeline_caption(timeline),
        sentences.timeline_alt(record, timeline),
        sentences.rhythm_alt(rhythm),
    ]
    if rhythm.busiest:
        texts.append(sentences.rhythm_caption(rhythm))
    if spread.views is Views.VARIED:
        texts += [sentences.tail_caption(spread), sentences.tail_alt(spread)]
    if spread.weight:
        texts += [sentences.hits_caption(spread), sentences.logarithms(spread)]
    if lengths.direction is not Direction.UNSURE:
        texts += [sentences.lengths_caption(lengths), sentences.lengths_alt(lengths)]
    if len(shown.tags):
        texts += [
            say(tags) for say in (sentences.hashtags, sentences.hashtags_alt, sentences.chance)
        ]
    return texts


def test_the_repair_table_of_a_real_reading(tmp_path):
    (tmp_path / "x").write_bytes(exports.study_csv(POSTS))
    reading = read_posts(tmp_path / "x", now=exports.NOW)
    table = figures.repairs_table(reading.repairs)
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


@pytest.mark.slow
def test_a_first_run_warns_as_later_ones_do(tmp_path, monkeypatch):
    """The posts are not stored yet when the page of a first run says what they are."""
    posts = simulate_creator(n_posts=40)
    posts.loc[posts.index[:10], "platform"] = "youtube"
    write_posts(posts, tmp_path / "posts.csv")
    told, of_run = [], notices.of_run
    monkeypatch.setattr(notices, "of_run", lambda *args: told.append(of_run(*args)) or told[-1])
    for _ in range(2):
        where = tmp_path / "run", monkeypatch, tmp_path / "posts.csv", "data"
        chapters.run_chapters(*where, draw=False)
    assert told[0] == told[1]
    assert "simulated" in told[0][0] and "views mean different things" in told[0][1]
