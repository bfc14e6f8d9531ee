"""From young views to final numbers: known growth, honest intervals, nothing from the future."""

import numpy as np
import pandas as pd
import pytest

import virality as vi
from virality.core.errors import UserError
from virality.demo.growth import WORLDS, simulate_readings
from virality.models.growth import fit_curve, growth_curve
from virality.posts.settling import FINAL_DAYS, growth, readings
from virality.uncertainty.nowcast import COLUMNS, fewest_known, hindcast, nowcast

DAY = pd.Timedelta(days=1)


def latest(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("captured_at", kind="stable").drop_duplicates("post_id", keep="last")


def cut(table: pd.DataFrame, n_last: int) -> pd.DataFrame:
    """Without the last readings of the account."""
    moments = np.sort(table["captured_at"].unique())
    return table[table["captured_at"] <= moments[-1 - n_last]]


def finals(table: pd.DataFrame) -> pd.Series:
    grown = table[table["captured_at"] - table["posted_at"] >= FINAL_DAYS * DAY]
    return grown.drop_duplicates("post_id").set_index("post_id")["views"].astype(float)


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    """Nowcasts of many accounts, with the final numbers that one reading more has shown."""
    parts = []
    for world in WORLDS:
        for seed in range(12):
            every = simulate_readings(world, n_posts=140, n_imports=5, seed=[seed, 7])
            made = nowcast(latest(cut(every, 1)), cut(every, 1))
            parts.append(made.assign(final=made["post_id"].map(finals(every)), world=world))
    return pd.concat(parts).dropna(subset=["expected", "final"])


def test_intervals_hold_what_they_promise(judged):
    held = judged["final"].between(judged["lower"], judged["upper"])
    assert len(judged) > 1000
    assert held.mean() == pytest.approx(0.8, abs=0.03)
    assert (held.groupby(judged["world"]).mean() > 0.72).all()
    assert (judged["lower"] <= judged["expected"]).all()
    assert (judged["expected"] <= judged["upper"]).all()


def test_the_miss_shrinks_with_age_and_is_smaller_than_without_a_nowcast(judged):
    miss = np.abs(np.log1p(judged["final"]) - np.log1p(judged["expected"]))
    bare = np.abs(np.log1p(judged["final"]) - np.log1p(judged["views"]))
    age = pd.cut(judged["age_days"], [0, 2, 5, 12, FINAL_DAYS], right=False)
    by_age = miss.groupby(age, observed=True).median()
    assert by_age.is_monotonic_decreasing and by_age.iloc[0] > 5 * by_age.iloc[-1]
    slow = judged["world"].isin(["steady", "long"]) & (judged["age_days"] < 5)
    assert miss[slow].median() < 0.6 * bare[slow].median()


def test_the_curve_is_the_one_that_was_planted():
    posted = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(range(200), "D")
    age = np.exp(np.random.default_rng(0).uniform(np.log(0.5), np.log(29), 200))
    ids = [str(i) for i in range(200)]
    early = pd.DataFrame({"post_id": ids, "posted_at": posted})
    early["captured_at"] = early["posted_at"] + pd.to_timedelta(age, "D")
    share = lambda days: 1 - np.exp(-days / 3)  # noqa: E731
    early["views"] = np.round(1e6 * share(age)).astype(int)
    late = early.assign(captured_at=early["posted_at"] + 40 * DAY, views=1_000_000)
    curve = growth_curve(pd.concat([late, early]))
    inner = curve[curve["age_days"].between(0.5, 29)]
    assert np.allclose(inner["share"], share(inner["age_days"]), rtol=0.08)
    assert curve["share"].is_monotonic_increasing and curve["share"].iloc[-1] == 1
    assert (inner["n_known"] > 10).all()


def test_a_curve_falls_whatever_it_is_given():
    rng = np.random.default_rng(1)
    for n in (1, 2, 9, 60):
        curve = fit_curve(rng.uniform(0.1, 29, n), rng.standard_normal(n))
        values = curve(np.geomspace(0.05, 30, 50))
        assert (np.diff(values) <= 1e-12).all() and values[-1] == pytest.approx(0, abs=1e-9)
    assert fit_curve(np.array([2.0]), np.array([1.0]), ends_at_zero=False)(np.array([9.0])) == 1


def test_what_is_read_later_never_changes_a_nowcast():
    every = simulate_readings("bursts", n_posts=120, n_imports=6, seed=3)
    past = cut(every, 2)
    before = nowcast(latest(past), past)
    assert before["expected"].notna().sum() > 10
    rng = np.random.default_rng(0)
    late = every["captured_at"] > past["captured_at"].max()
    other = every.assign(views=every["views"].where(~late, rng.integers(0, 10**7, len(every))))
    for future in (every, other):
        # the same moment seen again: readings of it as targets, later ones beside them
        again = hindcast(latest(future), future).set_index(["post_id", "captured_at"])
        same = before.set_index(["post_id", "captured_at"])
        shared = again.index.intersection(same.index)
        assert len(shared) > 10
        pd.testing.assert_frame_equal(again.loc[shared, COLUMNS[2:]], same.loc[shared])


def test_posts_that_were_read_once_are_nowcast_too():
    every = simulate_readings(seed=1)
    twice = every[every["post_id"].duplicated(keep=False)]
    now = latest(every)
    once = set(now["post_id"]) - set(twice["post_id"])
    made = nowcast(now, twice).set_index("post_id")
    assert once and made.loc[list(once), "expected"].notna().mean() > 0.9
    pd.testing.assert_frame_equal(nowcast(now, twice), nowcast(now, every))


def test_each_history_is_its_own():
    one, two = simulate_readings("fast", seed=1), simulate_readings("long", seed=2)
    two = two.assign(post_id="b" + two["post_id"], author="other")
    both = pd.concat([one, two]).sort_values("captured_at")
    made = nowcast(latest(both), both)
    for own in (one, two):
        alone = nowcast(latest(own), own)
        part = made[made["post_id"].isin(own["post_id"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone, check_dtype=False)


def known_posts(n: int, age: float, early: int, late: int) -> pd.DataFrame:
    """So many posts, read at one age and at forty days."""
    posted = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(range(n), "D")
    table = pd.DataFrame({"post_id": [f"k{i}" for i in range(n)], "posted_at": posted})
    first = table.assign(captured_at=table["posted_at"] + age * DAY, views=early)
    last = table.assign(captured_at=table["posted_at"] + 40 * DAY, views=late)
    return pd.concat([first, last], ignore_index=True)


def young_post(age: float, views: int, when="2024-06-01") -> pd.DataFrame:
    read = pd.Timestamp(when, tz="UTC")
    return pd.DataFrame(
        {"post_id": ["new"], "posted_at": [read - age * DAY], "captured_at": [read],
         "views": [views], "author": ["a"], "platform": ["tiktok"]}
    )  # fmt: skip


def with_young(known: pd.DataFrame, post: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([latest(known).assign(author="a", platform="tiktok"), post])


def test_too_few_known_posts_are_refused():
    need = fewest_known(0.8)
    assert need == 9 and fewest_known(0.9) == 19 and fewest_known(0.5) == 3
    post = young_post(2, 100)
    for n in (0, 1, 2, need - 1, need):
        known = known_posts(n, 2, 499, 999) if n else known_posts(1, 2, 1, 1).head(0)
        made = nowcast(with_young(known, post), known).iloc[0]
        assert made["n_known"] == n
        assert np.isfinite(made["expected"]) == (n == need)
    assert made["expected"] == pytest.approx(201, abs=1)
    assert made["lower"] <= made["expected"] <= made["upper"]


def test_a_post_younger_than_any_that_was_read_is_refused():
    known = known_posts(20, 10, 900, 1000)
    ages = {0.01: False, 1: False, 6: True, 25: True}
    for age, told in ages.items():
        made = nowcast(with_young(known, young_post(age, 100)), known)
        assert (len(made) == 0) == (age < 1 / 24), "less than an hour tells nothing"
        assert made["expected"].notna().all() == (told or made.empty)


def test_counts_that_fell_and_posts_without_views_are_posts_as_well():
    known = known_posts(20, 3, 1000, 900)
    made = nowcast(with_young(known, young_post(3, 500)), known).iloc[0]
    assert 440 < made["lower"] < made["expected"] <= 500, "a fall is possible"
    known = known_posts(20, 3, 0, 0)
    made = nowcast(with_young(known, young_post(3, 0)), known).iloc[0]
    assert (made["expected"], made["lower"], made["upper"]) == (0, 0, pytest.approx(0, abs=0.1))


def test_odd_readings_do_no_harm():
    known = known_posts(12, 2, 499, 999)
    before = known.head(1).assign(captured_at=lambda t: t["posted_at"] - 3 * DAY, views=7)
    same = known.assign(views=known["views"] - 1)
    posts = with_young(known, young_post(2, 100))
    plain = nowcast(posts, known)
    pd.testing.assert_frame_equal(nowcast(posts, pd.concat([known, before, same])), plain)
    missing = known.astype({"views": "Int64"})
    missing.loc[len(missing)] = ["gone", posts["posted_at"].iloc[0], pd.NaT, pd.NA]
    pd.testing.assert_frame_equal(nowcast(posts, missing), plain, check_dtype=False)
    assert (readings(before)["age_days"] > 0).all() and readings(before).empty
    assert nowcast(posts.drop(columns="captured_at"), known).empty
    with pytest.raises(UserError, match="coverage"):
        nowcast(posts, known, coverage=1.0)


def test_the_final_number_is_the_first_after_the_first_month():
    known = known_posts(1, 2, 10, 100)
    later = known.tail(1).assign(captured_at=lambda t: t["posted_at"] + 300 * DAY, views=5000)
    table = growth(pd.concat([later, known]))
    assert table["final"].tolist() == [100]
    assert table["known_at"].iloc[0] == known["captured_at"].iloc[1]
    assert table["share"].iloc[0] == pytest.approx(11 / 101)
    assert growth(known.head(1)).empty and growth_curve(known.head(1)).empty


def test_hindcasts_are_judged_by_what_came(judged):
    every = simulate_readings("steady", n_posts=140, n_imports=6, seed=2)
    past = hindcast(latest(every), every)
    wanted = past["post_id"].map(finals(every))
    assert (past["final"] == wanted).all() and len(past) > 30
    assert past["final"].between(past["lower"], past["upper"]).mean() > 0.65
    assert len(hindcast(latest(every), every, most=5)) <= 5


def test_the_front_door_has_them():
    assert {"nowcast", "growth_curve", "read_snapshots"} <= set(vi.__all__)
    every = simulate_readings(seed=1)
    assert len(vi.nowcast(latest(every), every)) and len(vi.growth_curve(every))
