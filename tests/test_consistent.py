"""A verdict agrees with the picture, the test and the table that stand beside it.

Each test is about facts: it builds data for which the facts are known, turns them round, and asks
whether the finding turns with them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from test_data_chapter import POSTS, taught
from test_headline import told_by_forecast
from toyposts import toy_posts
from virality.core.paths import NOTEBOOKS
from virality.core.protocol import ALPHA, DEFAULT
from virality.core.resampling import effective_size, share_interval
from virality.evaluation import headline
from virality.evaluation.evaluate import cross_validate
from virality.evidence import claims, learning_curve
from virality.explanation.explain import skill
from virality.features.blocks import BLOCKS
from virality.figures import index as drawn
from virality.findings import (
    baselines,
    data,
    first_screen,
    forecast,
    habits,
    index,
    nonlinear,
    openings,
    promises,
    scores,
)
from virality.findings import interpretability as carried
from virality.findings.baselines import MorePosts
from virality.findings.checks import Checks, Support
from virality.findings.interpretability import Agreement, Order
from virality.findings.scores import Estimate, Verdict
from virality.models.catalogue import FORECAST
from virality.posts import describe
from virality.uncertainty import conformal


def posts_with(views) -> pd.DataFrame:
    days = pd.date_range("2024-01-01", periods=len(views), freq="2D", tz="UTC")
    return pd.DataFrame(
        {
            "post_id": [f"p{i:03d}" for i in range(len(views))],
            "author": "her",
            "platform": "tiktok",
            "posted_at": days,
            "caption": "a post",
            "views": np.asarray(views, dtype="int64"),
        }
    )


# ----------------------------------------------------------------- who holds how many views


@pytest.mark.parametrize(("largest", "uneven"), [(1_000_000, True), (1_000, False)])
def test_the_first_page_says_what_the_most_viewed_posts_hold(largest, uneven):
    posts = posts_with([1_000] * 126 + [largest] * 14)
    top = first_screen.reach(posts).top
    assert (top.n_posts, top.n_top, top.uneven) == (140, 14, uneven)
    assert top.top_share == pytest.approx(14 * largest / (14 * largest + 126_000))
    assert top == data.top_tenth(posts)
    assert first_screen.reach(posts_with([0] * 20)).top.uneven is None
    assert first_screen.reach(posts_with([5])).top.uneven is None


def test_the_record_and_the_first_page_count_the_same_posts_as_the_most_viewed():
    shown = taught(POSTS)
    top = data.top_tenth(POSTS)
    assert (top.n_top, top.top_share) == (shown.n_top, pytest.approx(shown.top_share))


# --------------------------------------------------------------------- would more posts help


def curve(steps) -> pd.DataFrame:
    """A learning curve whose last errors differ by so much, in both directions alike."""
    rows, before, rng = [], None, np.random.default_rng(0)
    for m, level in steps:
        errors = level + 0.1 * rng.normal(size=60)
        rows.append(learning_curve._row("ridge", m, errors, [], [], before))
        before = errors
    return learning_curve.curve_evidence(pd.DataFrame(rows))


@pytest.mark.parametrize(
    ("last", "verdict"),
    [(0.5, MorePosts.HELPED), (1.0, MorePosts.NOT_SHOWN), (1.5, MorePosts.HURT)],
)
def test_more_posts_are_only_promised_where_the_curve_still_fell(last, verdict):
    evidence = curve([(20, 2.0), (40, 1.0), (88, last)])
    found = baselines.curve(evidence)
    assert found.verdict is verdict and (found.before, found.after, found.n) == (40, 88, 60)
    assert found.error.value == pytest.approx(last - 1.0, abs=0.05)
    assert baselines.curve(curve([(20, 1.0)])) is None


# ------------------------------------------------------------------------- one rival, one way


@pytest.mark.parametrize("better", ["train_median", "rolling_median_10"])
@pytest.mark.parametrize("seed", range(3))
def test_every_chapter_compares_with_the_same_rule_and_draws_it(better, seed):
    predictions, folds = told_by_forecast(0.2, seed=seed, ridge=0.1, xgboost=-0.1)
    rules_of_two = ["rolling_median_10", "train_median"]  # the first misses by less
    if better != rules_of_two[0]:
        swapped = dict(zip(rules_of_two, reversed(rules_of_two), strict=True))
        predictions["model"] = predictions["model"].replace(swapped)
    gaps = headline.headline_gaps(predictions, n_bootstrap=60)
    of_book = headline.forecast_gap(predictions, n_bootstrap=60)
    trees = predictions["model"] == "xgboost"
    explained = skill(predictions[trees], predictions[predictions["model"].isin(rules_of_two)])
    rules = {
        *(scores.comparison(gaps, linear=wanted).rule for wanted in (True, False)),
        *of_book["against"],
        explained.baseline,
    }
    assert rules == {better}
    table = headline.headline_scores(predictions, folds, n_bootstrap=60)
    line = drawn.mean_misses(table, better).axes[0].lines[-1].get_xdata()[0]
    assert line == pytest.approx(table.set_index("model")["factor"][better])
    assert line == min(table.set_index("model")["factor"][rules_of_two])


# --------------------------------------------------------- shuffled, and fitted again without


@pytest.mark.parametrize(
    ("helpful", "missed", "support", "needed"),
    [
        (("audio",), (), Support.REPLACEABLE, ()),
        (("audio",), ("vision",), Support.REPLACEABLE, ()),
        (("audio", "vision"), ("vision",), Support.BOTH, ("vision",)),
        (("audio",), None, Support.SHUFFLED, ()),
        ((), ("momentum",), Support.LEFT_OUT, ()),
        ((), (), Support.NONE, ()),
        ((), None, Support.NONE, ()),
    ],
)
def test_a_block_is_only_needed_where_both_checks_say_so(helpful, missed, support, needed):
    checks = Checks(helpful=helpful, missed=missed)
    assert checks.support is support and checks.needed == needed


@pytest.mark.parametrize("lead", [Order.CLEAR, Order.OPEN])
def test_the_ranking_over_folds_knows_that_the_first_place_is_open(lead):
    shares = pd.DataFrame([[0.4, 0.35, 0.25]] * 4, columns=["vision", "audio", "energy"])
    found = carried.folds(shares, "vision", lead)
    assert found.agreement is Agreement.SETTLED and found.lead is lead


# -------------------------------------------------------------------------------- intervals


def issued(width: float, rival: float, off: float = 0.0) -> pd.DataFrame:
    """Intervals around a forecast that is `off` in the second of two years, and of no model."""
    rng = np.random.default_rng(1)
    y = rng.normal(size=120)
    middle = np.where(np.arange(120) < 60, 0.0, off)
    ends = {"adaptive": (middle, width), "training": (np.zeros(120), rival)}
    frames = [
        pd.DataFrame(
            {"method": name, "fold": 1, "post_id": [f"p{i:03d}" for i in range(120)], "y_true": y,
             "y_pred": middle, "lower": at - half, "upper": at + half, "nominal": 0.8,
             "saturated": False, "threshold": 9.0}
        )
        for name, (at, half) in ends.items()
    ]  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def test_a_promise_kept_on_the_whole_is_not_called_kept_in_every_group():
    posts = posts_with([5] * 120)
    posts["posted_at"] = pd.date_range("2023-01-01", periods=120, freq="6D", tz="UTC")
    posts.loc[60:, "posted_at"] += pd.DateOffset(years=1)
    for off, short in ((0.0, False), (1.3, True)):
        frame = issued(1.7 if short else 1.1, 1.28, off)
        covered = promises.coverage(conformal.coverage(frame))
        assert covered.promise is promises.Promise.KEPT
        groups = promises.groups(conformal.coverage_groups(frame, posts))
        assert bool(groups.short) is short
        for group in groups.short:
            assert group.inside < 0.8 * group.n and not group.by_outcome


@pytest.mark.parametrize(
    ("width", "rival", "verdict"),
    [(1.28, 4.0, Verdict.BETTER), (4.0, 1.28, Verdict.WORSE), (1.28, 1.28, Verdict.UNDECIDED)],
)
def test_intervals_that_need_no_model_are_the_rival(width, rival, verdict):
    frame = issued(width, rival)
    table = conformal.coverage(frame)
    found = promises.coverage(table, conformal.score_gap(frame)).rival
    assert found.verdict is verdict
    by_method = table.set_index("method")
    assert (found.adaptive, found.score) == tuple(by_method["score"][["adaptive", "training"]])
    assert found.gap.value == pytest.approx(found.adaptive - found.score)
    alone = frame[frame["method"] == "adaptive"]
    assert promises.coverage(conformal.coverage(alone), conformal.score_gap(alone)).rival is None


# --------------------------------------------------- two models, two questions, both explained


@pytest.mark.parametrize(
    ("slope", "shown", "explained"),
    [
        ((0.4, -0.2, 1.0), True, True),
        ((0.4, -0.2, 1.0), False, False),
        ((1.0, 0.6, 1.4), True, False),
    ],
)
def test_a_flat_forecast_beside_content_that_is_seen_is_explained(slope, shown, explained):
    levels = pd.DataFrame(
        {"regime": "all", "bin": [0, 1], "low": -1.0, "high": 1.0, "gap": 0.0, "n": 40}
    )
    seen = scores.Claim(shown, Estimate(0.3), 0.002, 80)
    assert nonlinear.calibration(levels, slope, seen).yet_seen is explained
    assert not nonlinear.calibration(levels, slope).yet_seen


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("pick", list(index.Pick))
def test_ordering_without_a_better_forecast_is_explained(verdict, pick):
    gain = scores.Gain(FORECAST, "train_median", Estimate(0.0, -0.1, 0.1), verdict)
    half = Estimate(2.0, 1.8, 2.2)
    answer = index.Answer(
        scores.record(140),
        index.Prediction(gain, 80, half, half, (5_000, 20_000)),
        True, (), None,
        index.Ordering(FORECAST, pick, half, "rolling_median_10", half, 80, 900),
    )  # fmt: skip
    wanted = pick is index.Pick.SURER and verdict is not Verdict.BETTER
    assert answer.two_questions is wanted
    assert not replace(answer, order=None).two_questions


# --------------------------------------------------------------------------- memory, one loss


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize(("half", "large"), [(1.7, False), (1.98, False), (2.11, True)])
def test_a_better_mean_beside_an_equal_median_is_explained(verdict, half, large):
    gain = scores.Gain(FORECAST, "train_median", Estimate(-0.1, -0.2, -0.01), verdict)
    own, rule = Estimate(half, 1.6, 2.4), Estimate(2.08, 1.7, 2.5)
    told = index.Prediction(gain, 80, own, rule, (5_000, 20_000))
    beside = forecast.Worth(gain, 80, own, rule)
    assert told.in_large_misses is beside.in_large_misses is (large and verdict is Verdict.BETTER)


@pytest.mark.parametrize("rule", ["rolling_median_10", "train_median"])
@pytest.mark.parametrize("history", [True, False, None])
def test_a_memory_that_is_not_shown_beside_a_recent_rule_that_leads_is_explained(rule, history):
    gain = scores.Gain(FORECAST, rule, Estimate(0.0, -0.1, 0.1), Verdict.UNDECIDED)
    half = Estimate(2.0, 1.8, 2.2)
    told = index.Prediction(gain, 80, half, half, (5_000, 20_000))
    answer = index.Answer(scores.record(140), told, True, (), history)
    assert answer.recent_leads is (history is False and rule == "rolling_median_10")
    assert not replace(answer, prediction=None).recent_leads


@pytest.mark.parametrize("seed", range(40))
def test_a_memory_is_claimed_just_where_its_interval_says_so(seed):
    rng = np.random.default_rng(seed)
    y = rng.normal(size=84)
    recent = 0.15 * rng.normal() * y + 0.3 * rng.normal(size=84)
    found = claims.history_evidence(y, recent, np.zeros(84)).iloc[0]
    assert (found.p_adjusted < ALPHA) == (found.low > 0)
    loss = 1 - np.abs(y - recent).mean() / np.abs(y).mean()  # the loss of every comparison
    assert found.statistic == pytest.approx(loss)


# --------------------------------------------- what is better and what is worse, both are named


def test_blocks_that_are_worse_alone_are_named_as_well_as_those_that_are_better():
    verdicts = {
        "vision": "worse", "audio": "worse", "metadata+momentum": "worse", "hook": "better",
        "all-audio": "worse", "all-hook": "better", "all-vision": "no clear difference",
    }  # fmt: skip
    gaps = pd.DataFrame({"blocks": list(verdicts), "verdict": list(verdicts.values())})
    found = scores.missed(gaps)
    assert (found.blocks, found.burdens) == (("audio",), ("hook",))
    assert found.poor == ("vision", "audio", "metadata+momentum") and found.enough == ("hook",)
    assert set(found.poor[:2]) <= set(BLOCKS) and found.n_comparisons == len(gaps)


# ------------------------------------------------------------------ the same posts, post by post


@pytest.mark.slow
def test_shuffled_and_ordered_scores_are_about_the_same_posts_and_paired():
    posts, _ = toy_posts(90)
    blind = cross_validate(posts, models=["ridge"], protocol=DEFAULT.but(split="shuffled"))
    honest = cross_validate(posts, models=["ridge"])
    found = baselines.fall(blind, honest, 200)
    assert found.n == honest["post_id"].nunique()
    assert found.lost.value == pytest.approx(np.log(found.ordered / found.shuffled))
    same = baselines.fall(honest, honest, 200)
    assert same.lost.value == 0 and not same.clear and same.shuffled == same.ordered
    assert baselines.fall(blind, honest.head(0)) is None


# --------------------------------------------------------------------- the record and its habits


@pytest.mark.parametrize(("gap", "pauses"), [(718, 1), (30, 0)])
def test_a_long_pause_is_not_part_of_the_pace(gap, pauses):
    posts = posts_with([100] * 80)
    posts.loc[40:, "posted_at"] += pd.Timedelta(days=gap)
    pace = describe.pace(posts)
    assert pace.n_pauses == pauses and pace.longest_gap == gap + 2
    days = [2] * 78 + ([] if pauses else [gap + 2])
    assert pace.per_week == pytest.approx(7 * len(days) / sum(days))


def tagged(n: int = 120) -> pd.Series:
    """Captions: three hashtags on the same posts, or nearly; one of its own; one on most posts."""
    rng = np.random.default_rng(0)
    kind, own, often = rng.random(n) < 0.3, rng.random(n) < 0.3, rng.random(n) < 0.8
    words = [
        "#cat #kitten " * one + "#purr " * (one * (i % 8 > 0)) + "#sun " * two + "#fyp" * three
        for i, (one, two, three) in enumerate(np.column_stack([kind, own, often]).astype(int))
    ]
    return pd.Series(words, dtype="string")


def test_hashtags_on_the_same_posts_are_one_finding():
    captions = tagged()
    used = describe.often_used(captions)
    bundles = describe.bundled(used, len(captions))
    assert set(bundles) == {"cat kitten purr", "sun", "fyp"}
    on = captions.str.contains("#cat").sum()
    assert (bundles == "cat kitten purr").sum() == on and not bundles.index.duplicated().all()
    assert set(describe.bundled(used.iloc[:0], 120)) == set()
    table = pd.DataFrame({"tag": ["cat kitten purr"], "n": [on], "effect": 1.0, "low": 0.5,
                          "high": 1.5})  # fmt: skip
    found = habits.hashtags(table, 120)
    assert (found.n_clear, found.n_tags, found.n_names, len(found.more[0].names)) == (1, 1, 3, 3)


def test_hashtags_have_the_intervals_of_the_book_and_allow_for_runs():
    raw, noise = pd.Series([2.0, -2.0, 0.5]), pd.Series([0.04] * 3)
    found = describe.shrink(raw, noise)
    weight = found["effect"] / found["raw"]
    half = stats.norm.ppf(0.975) * np.sqrt(weight * noise)
    assert np.allclose(found["high"] - found["effect"], half)
    above = pd.Series(np.repeat(np.random.default_rng(1).normal(size=15), 8))
    tag = pd.Series("tag", index=range(0, 120, 2)[:30], dtype="string")
    alone = above.var() * (1 / 30 + 1 / 90)
    assert describe.contrast_noise(above, tag)["tag"] > alone
    mixed = pd.Series(np.random.default_rng(1).permutation(above))
    assert describe.contrast_noise(mixed, tag)["tag"] >= mixed.var() * (1 / 30 + 1 / 90)


def test_shares_of_runs_are_less_sure_and_a_change_between_runs_is_no_change():
    mixed = np.random.default_rng(0).permutation(np.repeat([0.0, 1.0], 60))
    runs = np.repeat(np.random.default_rng(0).permutation(np.repeat([0.0, 1.0], 6)), 10)
    (low, high), (lower, higher) = (share_interval(x) for x in (mixed, runs))
    assert lower < low < 0.5 < high < higher
    assert effective_size(runs) < 0.5 * effective_size(mixed) <= 60
    column = {
        "hook__face": np.r_[np.repeat([0, 1, 0, 0], 10), np.zeros(40), np.repeat([1, 0, 1, 1], 10)]
    }
    found = openings.courses(pd.DataFrame(column), ["hook__face"])[0]
    assert found.change is openings.Change.NONE, "three runs of ten are not thirty posts"
    column["hook__face"] = np.r_[np.tile([0, 0, 0, 1], 10), np.zeros(40), np.tile([1, 1, 1, 0], 10)]
    assert openings.courses(pd.DataFrame(column), ["hook__face"])[0].change is openings.Change.MORE


@pytest.mark.parametrize("seed", range(3))
def test_a_level_is_only_said_to_move_beyond_luck(seed):
    noise = np.random.default_rng(seed).normal(size=140)
    slow = 1.5 * np.sin(np.arange(140) / 22)
    for y, moves in ((noise, False), (noise + slow, True), (slow, True)):
        posts = posts_with(np.rint(np.expm1(9 + y)))
        level = describe.log_views(posts).rolling(describe.WINDOW).median()
        found = data.timeline(posts, level)
        assert (found.movement is not data.Movement.LUCK) is moves
        assert (found.change.luck <= ALPHA) is moves


@pytest.mark.parametrize("seed", range(25))
def test_a_level_that_rose_or_fell_is_not_called_still(seed):
    rng = np.random.default_rng(seed)
    y = 9 + rng.normal(size=48) + np.linspace(0, 1.2, 48)
    posts = posts_with(np.rint(np.expm1(y)))
    level = describe.log_views(posts).rolling(describe.WINDOW).median()
    found = data.timeline(posts, level)
    clear = found.trend in (data.Direction.ABOVE, data.Direction.BELOW)
    assert not (clear and found.movement is data.Movement.LUCK)


def test_medians_of_ten_are_of_ten():
    source = (NOTEBOOKS / "data.ipynb").read_text(encoding="utf-8")
    assert f"rolling({describe.WINDOW}).median()" in source
    level = pd.Series(np.arange(30.0)).rolling(describe.WINDOW).median()
    assert level.isna().sum() == describe.WINDOW - 1
