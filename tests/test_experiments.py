"""Experiments: planned by the dice, followed with mistakes, judged as often as one likes."""

import csv
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import virality as vi
from toyplans import account, planned
from virality.advice.experiments import follow as fo
from virality.advice.experiments import sequential as sq
from virality.advice.experiments.calendars import as_csv, as_icalendar, as_markdown
from virality.advice.experiments.content import content_of
from virality.advice.experiments.detectable import (
    NEEDED,
    USUAL,
    detectable,
    pair_spread,
    posts_needed,
)
from virality.advice.experiments.follow import Status, follow
from virality.advice.experiments.judge import Outcome, judge
from virality.advice.experiments.plan import order
from virality.advice.experiments.plan_files import as_json, content, identity, read_plan
from virality.advice.experiments.schedule import habit
from virality.advice.experiments.tags import Tag, read_tags
from virality.core import hashing
from virality.core.errors import UserError
from virality.demo.courses import level_course, spread_course, with_memory
from virality.demo.worlds import Shares
from virality.models.level import robust_spread

START = "2030-01-01"


@pytest.fixture
def plan():
    return vi.plan("words on screen", n_posts=24, start=START, seed=3)


# --- the plan -----------------------------------------------------------------------------------


def test_each_pair_has_both_variants_and_the_dice_say_which_comes_first():
    said = [order(seed, 50) for seed in range(40)]
    assert all({each[i : i + 2] for i in range(0, 100, 2)} == {"AB", "BA"} for each in said)
    first = np.mean([each[i] == "A" for each in said for i in range(0, 100, 2)])
    assert first == pytest.approx(0.5, abs=0.05)
    assert order(1, 6) == order(1, 6) != order(2, 6)


def test_without_posts_there_is_one_a_day_and_no_hour(plan):
    days = [slot.day for slot in plan.slots]
    assert (days[0], days[-1]) == (date(2030, 1, 1), date(2030, 1, 24))
    assert {slot.hour for slot in plan.slots} == {""}
    assert (plan.spread, plan.spread_posts) == (USUAL, 0)


def test_days_and_hours_follow_the_habit():
    posts = account(60, 1)
    days = pd.date_range("2029-01-01 17:10", periods=60, freq="3D", tz="UTC").as_unit("us")
    made = vi.plan("a", posts.assign(posted_at=days), n_posts=12, start=START)
    assert {slot.hour for slot in made.slots} == {"17:00"}
    assert (
        np.diff([slot.day for slot in made.slots]).astype("m8[D]").astype(int).tolist() == [3] * 11
    )
    mondays = posts.assign(posted_at=pd.date_range("2028-01-03", periods=60, freq="7D", tz="UTC"))
    assert habit(mondays).weekdays == (0,)
    made = vi.plan("a", mondays, n_posts=12, start=START)
    assert {slot.day.weekday() for slot in made.slots} == {0}


def test_hours_are_local_and_both_posts_of_a_pair_share_theirs():
    posts = account(60, 1)
    there = habit(posts, "Asia/Tokyo").hours
    here = habit(posts, "UTC").hours
    assert sorted(f"{(int(h[:2]) + 9) % 24:02d}{h[2:]}" for h in here) == sorted(there)
    made = vi.plan("a", posts, n_posts=40, start=START)
    assert all(a.hour == b.hour for a, b in map(made.pair, range(1, 21)))


def test_two_posts_a_day_are_never_planned():
    days = pd.date_range("2029-01-01", periods=60, freq="5h", tz="UTC").as_unit("us")
    made = vi.plan("a", account(60, 1).assign(posted_at=days), n_posts=40, start=START)
    assert len({slot.day for slot in made.slots}) == 40


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": ""}, {"what": "a\nb"}, {"what": "x" * 61}, {"what": 3}, {"what": "as usual"},
        {"n_posts": 13}, {"n_posts": 10}, {"n_posts": 402}, {"start": "soon"},
        {"start": "1066-10-14"}, {"timezone": "Mars"}, {"seed": -1}, {"untouched": ("smell",)},
    ],
)  # fmt: skip
def test_what_cannot_be_planned_is_told(wrong):
    with pytest.raises(UserError) as told:
        vi.plan(**{"what": "words", "start": START} | wrong)
    assert told.value.do


def test_a_plan_holds_nothing_but_what_was_typed_and_when(plan):
    posts = account(80, 1).assign(caption="a secret", author="alice", url="https://secret")
    said = content(vi.plan("words", posts, n_posts=12, start=START))
    assert "secret" not in json.dumps(said) and "alice" not in json.dumps(said)
    assert not set(posts["post_id"]) & set(json.dumps(said).split('"'))


def test_the_same_choices_are_the_same_plan_and_others_are_not(plan):
    again = vi.plan("words on screen", n_posts=24, start=START, seed=3)
    assert as_json(again) == as_json(plan)
    assert identity(vi.plan("words on screen", n_posts=24, start=START, seed=4)) != identity(plan)


# --- the plan as a file -------------------------------------------------------------------------


def stored(tmp_path, said) -> str:
    path = tmp_path / "plan.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
    return path


def test_a_plan_comes_back_as_it_was(tmp_path):
    made, _ = planned(20, untouched=("time", "caption"), timezone="Europe/Berlin")
    assert read_plan(stored(tmp_path, as_json(made))) == made


@given(st.integers(0, 5000), st.characters(codec="ascii", categories=["L", "N", "P"]))
def test_any_change_of_the_file_is_noticed(tmp_path_factory, at, letter):
    text = as_json(vi.plan("words on screen", n_posts=24, start=START, seed=3))
    at %= len(text)
    changed = text[:at] + letter + text[at + 1 :]
    path = stored(tmp_path_factory.mktemp("plan"), changed)
    if changed == text:
        return
    try:
        same = json.loads(changed) == json.loads(text)
    except ValueError:
        same = False
    if same:
        assert read_plan(path)
    else:
        with pytest.raises(UserError):
            read_plan(path)


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 4}, {"seed": "3"}, {"spread": 0}, {"spread": None}, {"what": ""}, {"slots": []},
        {"slots": None}, {"timezone": "Mars"}, {"untouched": ["smell"]}, {"more": 1},
        {"spread_posts": -1}, {"what": ["a"]}, {"untouched": 3},
    ],
)  # fmt: skip
def test_who_mends_the_hash_still_has_to_be_sound(tmp_path, plan, change):
    said = content(plan) | change
    del said["sha256"]
    with pytest.raises(UserError, match="sound"):
        read_plan(stored(tmp_path, said | {"sha256": hashing.of_value(said)}))


@pytest.mark.parametrize("text", ["", "[]", "{", "{}", "\udcff", "[" * 9999, '{"kind": "x"}'])
def test_what_is_no_plan_is_told(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UserError, match="no plan"):
        read_plan(path)


# --- the calendars ------------------------------------------------------------------------------


def unfolded(text) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize("with_hours", [True, False])
def test_the_calendar_keeps_to_the_standard(with_hours):
    what = "Wörter; im Bild, “ja” \\ 🎬 " + "ж" * 30
    posts = account(60, 1) if with_hours else None
    made = vi.plan(what, posts, n_posts=12, start=START, timezone="America/New_York")
    text = as_icalendar(made, identity(made))
    assert text == as_icalendar(made, identity(made))
    lines = text.split("\r\n")
    assert lines.pop() == "" and not any("\n" in line or "\r" in line for line in lines)
    assert max(len(line.encode()) for line in lines) <= 75
    whole = unfolded(text)
    assert (whole[0], whole[-2]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    for name in ("UID", "DTSTAMP", "SUMMARY", "DTSTART", "BEGIN:VEVENT"):
        assert sum(line.startswith(name) for line in whole) == 12, name
    assert len({line for line in whole if line.startswith("UID")}) == 12
    titles = {line.partition(": ")[2] for line in whole if line.startswith("SUMMARY")}
    escaped = what.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert titles == {escaped, "as usual"}


def test_the_calendar_tells_moments_in_utc():
    posts = account(60, 1)
    made = vi.plan("a", posts, n_posts=12, start="2030-07-01", timezone="America/New_York")
    whole = unfolded(as_icalendar(made, identity(made)))
    starts = [line.partition(":")[2] for line in whole if line.startswith("DTSTART")]
    local = pd.to_datetime([f"{s.day} {s.hour}" for s in made.slots]).tz_localize(made.timezone)
    told = [datetime.strptime(each, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) for each in starts]
    assert told == list(local.tz_convert("UTC").to_pydatetime())


def test_table_and_page_say_the_same_as_the_plan(plan):
    rows = list(csv.DictReader(StringIO(as_csv(plan))))
    assert [row["variant"] for row in rows] == [slot.variant for slot in plan.slots]
    page = as_markdown(plan, "It can detect little.")
    assert all(f"`#{plan.tag(slot)}`" in page for slot in plan.slots)
    formula = vi.plan("=1+1", against="<b>", n_posts=12, start=START)
    assert {row["what"] for row in csv.DictReader(StringIO(as_csv(formula)))} == {"'=1+1", "<b>"}
    assert "<b>" not in as_markdown(formula, "")


# --- what it can detect -------------------------------------------------------------------------


def test_more_posts_detect_less_and_a_wilder_account_needs_more():
    sizes = range(12, 401, 2)
    found = [detectable(n) for n in sizes]
    assert all(a > b > 1 for a, b in pairwise(found))
    assert posts_needed(1.5, 0.6) < posts_needed(1.5) and posts_needed(1.02) is None
    assert all(detectable(posts_needed(f)) <= f < detectable(posts_needed(f) - 2) for f in (1.5, 3))
    assert posts_needed(100.0) == 2 * min(NEEDED)


def test_the_spread_is_that_of_settled_neighbours():
    posts = account(120, 2, level="walk")
    spread, n = pair_spread(posts)
    y = np.log1p(posts["views"].astype(float))
    assert n == 120 and spread == pytest.approx(np.median(np.abs(np.diff(y))) * 1.4826, rel=0.1)
    late = posts.assign(captured_at=posts["posted_at"].max()).astype(
        {"captured_at": posts["posted_at"].dtype}
    )
    young = late["posted_at"] > late["captured_at"] - pd.Timedelta(days=7)
    wild = late.assign(views=late["views"].where(~young, 10**9))
    assert pair_spread(wild) == pair_spread(late)
    assert pair_spread(posts.head(10)) == pair_spread(None) == (USUAL, 0)
    assert pair_spread(posts.assign(views=7)) == (USUAL, 0)


# --- following ----------------------------------------------------------------------------------


def test_a_plan_that_was_followed_has_no_deviations():
    made, posts = planned(40)
    found = follow(made, posts)
    assert set(found.pairs["status"]) == {Status.USED} and found.ended
    assert found.deviations.empty and found.members.sum() == 40


def changed(posts, at, **values):
    for name, value in values.items():
        posts.loc[posts.index[at], name] = value
    return posts.sort_values("posted_at", ignore_index=True)


def test_every_deviation_is_listed_and_kept_out():
    made, posts = planned(40, before=60)
    row = {slot.number: 60 + slot.number - 1 for slot in made.slots}
    tag = {slot.number: f"#{made.tag(slot)}" for slot in made.slots}
    posts["is_paid"] = pd.array([False] * 100, dtype="boolean")
    posts = posts.assign(caption=posts["caption"].astype(object))
    posts.loc[row[1], "caption"], posts.loc[row[2], "caption"] = tag[2], tag[1]  # swapped
    posts.loc[row[4], "caption"] = tag[3]  # the same variant twice
    posts.loc[row[7], "caption"] = "no tag"  # a post of another kind; pair 4 lacks one
    posts.loc[row[9], "posted_at"] = posts.loc[row[10], "posted_at"] - pd.Timedelta("1h")
    posts.loc[row[11], "is_paid"] = True
    third = posts.loc[[row[14]]].assign(
        post_id="third", posted_at=posts["posted_at"].max() + pd.Timedelta("2D")
    )
    posts = pd.concat([posts, third]).sort_values("posted_at", ignore_index=True)
    status = follow(made, posts).pairs.set_index("pair")["status"].to_dict()
    wrong = {1: Status.SWAPPED, 2: Status.WRONG, 4: Status.SKIPPED, 5: Status.SAME_DAY,
             6: Status.PROMOTED}  # fmt: skip
    assert {pair: what for pair, what in status.items() if what is not Status.USED} == wrong
    listed = follow(made, posts).deviations
    assert set(listed["what"]) == {s.value for s in wrong.values()} | {fo.OUTSIDE, fo.REPEATED}
    judged = judge(made, posts)
    assert set(judged.looks["pair"]) == set(range(1, 21)) - set(wrong)


def test_what_has_not_settled_waits_and_what_is_to_come_is_no_deviation():
    made, posts = planned(40, before=60)
    half = posts.iloc[:80].copy()
    half["captured_at"] = half["posted_at"].max() + pd.Timedelta(days=1)
    found = follow(made, half)
    counts = found.pairs["status"].value_counts()
    assert counts[Status.COMING] == 10 and counts[Status.UNSETTLED] >= 1 and not found.ended
    assert set(found.deviations["what"]) == {Status.UNSETTLED.value}
    after = posts["posted_at"].max() + pd.Timedelta(days=60)
    half["captured_at"] = after
    found = follow(made, half)
    assert found.pairs["status"].tolist() == [Status.USED] * 10 + [Status.SKIPPED] * 10
    assert found.ended


def test_late_posts_still_find_their_place_by_their_hashtag():
    made, posts = planned(24, before=40)
    late = posts["posted_at"].where(posts.index < 44, posts["posted_at"] + pd.Timedelta(days=9))
    found = follow(
        made,
        posts.assign(
            posted_at=late, captured_at=posts["captured_at"].max() + pd.Timedelta(days=60)
        ),
    )
    assert set(found.pairs["status"]) == {Status.USED}


@pytest.mark.parametrize("by", ["post_id", "date", "label"])
def test_tags_of_a_file_do_what_hashtags_do(tmp_path, by):
    made, posts = planned(24, before=40, factor=6)
    bare = posts.assign(caption="no hashtag")
    assert not follow(made, bare).members.any()
    key = "date" if by == "date" else "post_id"
    names = posts["post_id"] if key == "post_id" else posts["posted_at"].dt.strftime("%Y-%m-%d")
    lines = [f"{key};Variant", "x;"]
    for name, slot in zip(names.iloc[40:], made.slots, strict=True):
        lines.append(f"{name};{slot.label if by == 'label' else slot.variant.lower()}")
    path = tmp_path / "tags.csv"
    path.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    tags = read_tags(path, made)
    pd.testing.assert_frame_equal(follow(made, bare, tags).pairs, follow(made, posts).pairs)
    missing = follow(made, bare, (*tags, Tag("gone", "", "A"))).deviations
    assert missing[["what", "post_id"]].to_numpy().tolist() == [[fo.UNKNOWN, "gone"]]


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,A", "post_id,variant\n1,C", "date,variant\nsoon,A", 'post_id,variant\n"a',
             "post_id,variant\n1,99A"],
)  # fmt: skip
def test_what_is_no_table_of_tags_is_told(tmp_path, plan, text):
    path = tmp_path / "tags.csv"
    path.write_text(text)
    with pytest.raises(UserError) as told:
        read_tags(path, plan)
    assert str(path) in str(told.value) and told.value.do


# --- judging ------------------------------------------------------------------------------------


def test_the_verdict_turns_round_with_the_effect():
    for factor, outcome in ((6.0, Outcome.FOR_A), (1 / 6, Outcome.FOR_B)):
        found = judge(*planned(40, seed=1, factor=factor))
        assert found.outcome is outcome and found.n_used <= 20
        assert found.low < found.factor < found.high
        assert (found.low > 1) if factor > 1 else (found.high < 1)
    none = judge(*planned(40, seed=1))
    assert none.outcome is Outcome.NO_DIFFERENCE and none.low < 1 < none.high


def test_a_mirrored_experiment_has_the_mirrored_answer():
    made, posts = planned(40, seed=2, factor=3)
    y = np.log1p(posts["views"].astype(float))
    mirrored = posts.assign(views=np.expm1(20 - y).round().astype("Int64"))
    one, other = judge(made, posts), judge(made, mirrored)
    assert one.n_used == other.n_used
    assert np.log([one.factor, one.low, one.high]) == pytest.approx(
        -np.log([other.factor, other.high, other.low]), abs=1e-2
    )


def test_posts_after_a_look_change_nothing_about_it():
    made, posts = planned(40, seed=3, factor=2, untouched=("caption", "time"), shares=Shares())
    whole = judge(made, posts)
    rng = np.random.default_rng(0)
    for look in (5, 9, 14):
        after = posts["posted_at"] > whole.looks.merge(whole.pairs)["completed"].iloc[look - 1]
        wild = posts["views"].where(~after, pd.Series(rng.integers(1, 10**8, len(posts))))
        for other in (judge(made, posts.assign(views=wild)), judge(made, posts[~after])):
            columns = ["look", "x", "z", "boundary", "crossed", "content"]
            pd.testing.assert_frame_equal(
                other.looks[columns].head(look), whole.looks[columns].head(look), rtol=0, atol=1e-5
            )


def test_what_is_decided_stays_decided():
    made, posts = planned(40, seed=4, factor=5)
    whole = judge(made, posts)
    assert whole.outcome is Outcome.FOR_A and whole.n_used < 20
    after = posts["posted_at"] > whole.looks.merge(whole.pairs)["completed"].iloc[whole.n_used - 1]
    turned = judge(made, posts.assign(views=posts["views"].where(~after, 1)))
    assert (turned.outcome, turned.n_used, turned.factor) == (
        whole.outcome, whole.n_used, whole.factor,
    )  # fmt: skip


def test_judging_twice_says_the_same_whatever_order_the_rows_have():
    made, posts = planned(24, seed=5, factor=2)
    one, other = judge(made, posts), judge(made, posts.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(one.looks, other.looks)
    assert (one.outcome, one.factor) == (other.outcome, other.factor)


def test_nothing_is_decided_before_there_is_anything(plan):
    found = judge(plan, account(30, 1))
    assert found.outcome is Outcome.GO_ON and found.n_used == 0 and np.isnan(found.factor)
    assert (found.low, found.high) == (0, np.inf)


def test_one_viral_post_decides_nothing():
    made, posts = planned(40, seed=6)
    at = posts.index[posts["caption"].str.contains(f"#{made.code}12a")][0]
    calm, wild = (
        judge(made, posts),
        judge(made, posts.assign(views=posts["views"].mask(posts.index == at, 10**9))),
    )
    assert wild.outcome is calm.outcome is Outcome.NO_DIFFERENCE
    assert wild.looks["x"].abs().max() <= sq.CLIP * made.spread + 1e-9


# --- content ------------------------------------------------------------------------------------


def test_content_is_blind_to_the_plan_and_its_hashtags():
    made, posts = planned(40, before=140, seed=7, untouched=("caption", "hashtags"),
                          shares=Shares.only(hashtags=0.5, topics=0.2))  # fmt: skip
    members = follow(made, posts).members
    found = content_of(made, posts, members)
    assert len(found) == 40 and found.std() > 0.05
    loud = posts.assign(views=posts["views"].mask(members, 10**7))
    pd.testing.assert_series_equal(content_of(made, loud, members), found)
    bare = posts["caption"].str.replace(rf" #{made.code}\w+", "", regex=True)
    pd.testing.assert_series_equal(content_of(made, posts.assign(caption=bare), members), found)
    assert content_of(replace(made, untouched=()), posts, members) is None


def test_content_that_tells_much_makes_differences_smaller():
    before, after = [], []
    for seed in range(4):
        made, posts = planned(40, before=160, seed=seed, untouched=("hashtags", "time"),
                              shares=Shares.only(hashtags=0.6, hour=0.2))  # fmt: skip
        looks = judge(made, posts).looks
        before.append(np.mean((looks["difference"] + looks["content"]) ** 2))
        after.append(np.mean(looks["difference"] ** 2))
    assert np.mean(after) < 0.9 * np.mean(before)


# --- the boundary -------------------------------------------------------------------------------


def test_looking_after_every_pair_keeps_the_level():
    rng = np.random.default_rng(0)
    for n_pairs in (8, 20, 33, 60):
        draws = rng.standard_t(4, (4000, n_pairs))
        wrong = np.mean([_decides(row, n_pairs) for row in draws])
        assert 0.01 < wrong < 0.058, (n_pairs, wrong)


@pytest.mark.parametrize("level", ["white", "ar", "walk", "jump", "spread"])
def test_no_course_of_the_level_makes_it_decide_without_a_difference(level):
    """In small what `benchmarks/advice.py` prints."""
    rng, wrong = np.random.default_rng(3), []
    for seed in range(400):
        luck = rng.standard_t(4, 120) * spread_course(level, 120)
        y = level_course(level, 120, rng) + (with_memory(luck, 0.5) if level == "ar" else luck)
        first = np.array([coin == "A" for coin in order(seed, 20)[::2]])
        difference = np.where(first, 1, -1) * (y[80::2] - y[81::2])
        wrong.append(_decides(difference, 20, robust_spread(np.diff(y[:80]))))
    assert np.mean(wrong) < 0.075


def _decides(difference, n_pairs, scale=1.14) -> bool:
    x = np.clip(difference, -sq.CLIP * scale, sq.CLIP * scale)
    z = np.cumsum(x) / np.sqrt(np.cumsum(x**2))
    return bool((np.abs(z) >= sq.boundary(np.arange(1, n_pairs + 1), n_pairs)).any())


@given(
    st.lists(st.floats(-5, 5).map(lambda v: round(v, 3)), min_size=1, max_size=40),
    st.integers(6, 60),
)
def test_the_interval_leaves_out_zero_exactly_when_the_last_look_decides(values, n_pairs):
    difference = np.array(values[:n_pairs])
    looks = sq.running(difference, 1.0, n_pairs)
    low, high = sq.repeated_interval(difference, 1.0, n_pairs)
    assert low <= high
    gap = abs(abs(looks["z"].iloc[-1]) - looks["boundary"].iloc[-1])
    if gap > 1e-9:
        assert (low > 0 or high < 0) == looks["crossed"].iloc[-1]


def test_the_interval_holds_the_truth_at_whatever_look_one_stops():
    rng, held = np.random.default_rng(1), []
    for _ in range(300):
        difference = 0.6 + rng.standard_t(4, 20)
        looks = sq.running(difference, 1.14, 20)
        stop = int(np.argmax(looks["crossed"])) + 1 if looks["crossed"].any() else 20
        low, high = sq.repeated_interval(difference[:stop], 1.14, 20)
        held.append(low <= 0.6 <= high)
    assert np.mean(held) > 0.93
