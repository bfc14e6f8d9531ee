"""When to post: claimed where something is, hardly where nothing is, and blank where untried."""

import numpy as np
import pandas as pd
import pytest

import virality as vi
from virality.advice import timing as when
from virality.advice.hours import DAYS, PARTS, SLOTS, Slot, tried
from virality.demo.courses import level_course, with_memory

EVENING = Slot("weekdays", 18)


def account(seed, n, level="white", memory=0.0, effect=0.0, kinds=0.0, best=18):
    """Log views, days, hours and noisy content; kinds of post have hours and views of their own."""
    rng = np.random.default_rng([seed, n])
    kind, days = rng.integers(0, 3, n), rng.integers(0, 7, n)
    hours = (14 + 3 * (kind - 1) + rng.normal(0, 4, n)) % 24
    luck = with_memory(rng.standard_t(4, n), memory) + level_course(level, n, rng)
    gain = effect * ((hours >= best) & (hours < best + 3))
    seen = np.eye(3)[kind] @ rng.standard_normal((3, 8)) + 0.1 * rng.standard_normal((n, 8))
    content = pd.DataFrame(seen).add_prefix("vision__")
    return 9 + luck + kinds * (kind - 1) + gain, days, hours, content


@pytest.mark.parametrize(("level", "memory"), [("white", 0.0), ("white", 0.8), ("walk", 0.0)])
def test_few_accounts_with_nothing_to_find_are_told_something(level, memory):
    found = [when.examine(*account(s, 140, level, memory, kinds=1.0)) for s in range(60)]
    assert sum(each.claimed for each in found) <= 6
    held = [each.gain.low <= 1 <= each.gain.high for each in found if each.gain]
    assert len(held) > 50 and 0.7 < np.mean(held) < 0.95


def test_a_planted_hour_is_found_and_its_gain_is_what_it_is_worth():
    made = [account(seed, 300, "walk", effect=1.2) for seed in range(40)]
    found = [when.examine(*each) for each in made]
    right = [each.slot.start == 18 for each in found if each.claimed]
    assert len(right) >= 26 and np.mean(right) > 0.9
    worth = [
        1.2 * ((each.slot.start == 18) - ((hours[150:] >= 18) & (hours[150:] < 21)).mean())
        for each, (_, _, hours, _) in zip(found, made, strict=True)
    ]
    gains = np.log([each.gain.factor for each in found])
    assert np.mean(gains - worth) == pytest.approx(0, abs=0.2)  # clipping takes a tenth


def test_the_claim_turns_round_with_the_effect():
    y, days, hours, content = account(3, 400, effect=1.5)
    up, down = when.examine(y, days, hours, content), when.examine(-y, days, hours, content)
    assert up.claimed and up.slot.start == 18
    assert not down.claimed or down.slot.start != 18
    evening = [each.hours.loc[EVENING_ROW, "factor"] for each in (up, down)]
    assert evening[0] > 1.3 and evening[1] < 0.8


def test_what_could_have_been_seen_is_seen_in_two_cases_of_three():
    seen = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        y, days, hours = rng.standard_t(4, 200), rng.integers(0, 7, 200), rng.normal(16, 4, 200)
        inside, nothing = EVENING.holds(days, hours % 24), pd.DataFrame(index=range(200))
        _, detectable = when._measured(y, inside, nothing)
        gain = np.log(detectable) / (1 - inside.mean())
        found = when.examine(y + gain * inside, days, hours % 24, nothing)
        seen.append(found.claimed and found.slot == EVENING)
    assert 0.5 < np.mean(seen) < 0.85


EVENING_ROW = SLOTS.index(EVENING)


def test_another_kind_of_post_is_no_better_hour():
    """Recorded content is taken off; what is not recorded is not, which the chapter says."""
    seen = [when.examine(*account(s, 300, kinds=1.2)).claimed for s in range(20)]
    hidden = []
    for seed in range(20):
        *known, content = account(seed, 300, kinds=1.2)
        hidden.append(when.examine(*known, content.iloc[:, :0]).claimed)
    assert sum(seen) <= 3 < sum(hidden)


def test_the_newer_half_has_no_say_in_the_choice_and_the_older_none_in_the_gain():
    y, days, hours, content = account(5, 200, effect=0.8)
    first = when.examine(y, days, hours, content)
    rng, half = np.random.default_rng(0), 100
    later, earlier = y.copy(), y.copy()
    later[half:] = rng.normal(9, 1, half)
    assert when.examine(later, days, hours, content).slot == first.slot
    earlier[:half] = y[:half] * 1.0 + 1e-3 * rng.normal(size=half)  # the same choice
    again = when.examine(earlier, days, hours, content)
    assert (again.slot, again.gain) == (first.slot, first.gain)


def test_what_was_not_tried_is_blank_and_names_the_posts_that_it_lacks():
    days = np.array([0] * 30 + [6] * 3)
    hours = np.array([19.5] * 30 + [0.0, 2.99, 3.0])
    table = tried(days, hours).set_index(["days", "start"])
    assert len(table) == (len(PARTS) + len(DAYS)) * 8
    assert table.loc[("weekdays", 18), ["posts", "needed"]].tolist() == [30, 0]
    assert table.loc[("weekend", 0), ["posts", "needed"]].tolist() == [2, 3]
    assert table.loc[("Sun", 3), ["posts", "needed"]].tolist() == [1, 4]
    assert table["posts"].sum() == 2 * len(days), "each once by part of the week, once by day"
    many = tried(np.zeros(1000, int), np.full(1000, 12.0))
    assert set(many["needed"]) == {0, 40}
    told = when.examine(*account(1, 200)).hours
    blank = told["factor"].isna()
    assert blank.equals((told["needed"] > 0) | (told["posts"] == 0))
    assert blank.any() and not blank.all()


def test_midnight_is_not_far_from_one_in_the_morning():
    near, far = (when.waves(np.array([0, 0]), np.array(pair)) for pair in ((23.9, 0.1), (23.9, 12)))
    assert np.abs(near[0, :7] - near[1, :7]).max() < 0.11 < np.abs(far[0, :7] - far[1, :7]).max()


@pytest.mark.parametrize("n", [1, 12, 40, 80, 139, 140])
def test_few_posts_are_counted_and_nothing_is_claimed(n):
    found = vi.timing(vi.simulate_creator(n_posts=n))
    assert found.n == n and found.hours["posts"].iloc[: len(SLOTS)].sum() == n
    tested = n >= when.CLAIM_FROM
    assert np.isfinite(found.p) == tested == found.hours["factor"].notna().any()
    assert tested or not found.claimed


def test_young_posts_and_posts_of_unknown_hour_take_no_part():
    posts = vi.simulate_creator(n_posts=160)
    posts["captured_at"] = posts["posted_at"].max() + pd.Timedelta(days=1)
    young = (posts["captured_at"] - posts["posted_at"]) < pd.Timedelta(days=7)
    posts.loc[:4, "hour_known"] = False
    found = vi.timing(posts)
    assert (found.n, found.n_untimed) == (160 - young.sum() - 5, 5) and young.any()
    left = posts[~young].iloc[5:]
    pd.testing.assert_frame_equal(found.hours, vi.timing(left).hours)


def test_hours_are_counted_where_the_creator_lives():
    posts = vi.simulate_creator(n_posts=50)
    here, there = vi.timing(posts).hours, vi.timing(posts, timezone="Asia/Tokyo").hours
    moved = posts.assign(posted_at=posts["posted_at"] + pd.Timedelta(hours=9))
    assert not here.equals(there) and vi.timing(moved).hours.equals(there)
    with pytest.raises(vi.UserError, match="no time zone"):
        vi.timing(posts, timezone="Mars")


def test_always_the_same_hour_leaves_nothing_to_compare():
    rng = np.random.default_rng(0)
    n, nothing = 150, pd.DataFrame(index=range(150))
    found = when.examine(rng.normal(size=n), np.zeros(n, int), np.full(n, 18.5), nothing)
    assert found.slot is None and not found.claimed
    alike = vi.simulate_creator(n_posts=150).assign(views=1000)
    assert np.isnan(vi.timing(alike).p)
    equal = when.examine(np.ones(n), *account(0, n)[1:3], nothing)
    assert not equal.claimed


def test_two_platforms_are_brought_to_one_level():
    posts = vi.simulate_creator(n_posts=300)
    mixed = posts.assign(platform=np.where(np.arange(300) % 2, "youtube", "tiktok"))
    far = mixed.assign(views=posts["views"] * np.where(np.arange(300) % 2, 1, 400))
    one, other = vi.timing(mixed), vi.timing(far)
    assert one.p == pytest.approx(other.p, abs=0.02) and one.slot == other.slot
