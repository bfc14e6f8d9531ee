"""Several creators in one report: what lies between them is never taken for skill within one."""

import re

import numpy as np
import pandas as pd
import pytest

from toycreators import toy_creators
from virality.book.tables import check_table
from virality.core.embargo import DAY_US
from virality.core.protocol import Protocol
from virality.creators import cold_start, content, pool, skill
from virality.creators.levels import fit_levels
from virality.features.build import baseline_columns, build_features, matured_posts
from virality.figures import creators as figures
from virality.findings import creators as findings
from virality.findings.creators import Within, pooled
from virality.findings.data import spread
from virality.findings.scores import Verdict
from virality.findings.summary import pooled_facts
from virality.posts import describe
from virality.sentences import creators as sentences

FOLDS = {"protocol": Protocol(n_folds=3)}


def tables_of(posts, embeddings):
    return [build_features(posts), embeddings]


def report(posts, embeddings, n_shifts=99):
    """Predictions and facts, as the notebook makes them."""
    tables = tables_of(posts, embeddings)
    predictions = pool.predict_pooled(posts, tables, **FOLDS)
    cold = cold_start.first_forecasts(posts, tables, **FOLDS)
    warm = cold_start.warm_up(posts, **FOLDS)
    shown = content.content_within(posts, tables, n_shifts=n_shifts)
    return predictions, pooled_facts(posts, predictions, shown, cold, warm, n_bootstrap=200)


@pytest.fixture(scope="module")
def level_only():
    """Creators who differ in level, and whose posts differ by luck alone."""
    return toy_creators([-4, -2, 0, 2])


@pytest.fixture(scope="module")
def effect():
    """The same with an effect of content that they share."""
    return toy_creators([-4, -2, 0, 2, -3, 1, 3], shared=1.5)


@pytest.fixture(scope="module")
def level_report(level_only):
    return report(*level_only)


@pytest.fixture(scope="module")
def effect_report(effect):
    return report(*effect)


# --- levels -------------------------------------------------------------------------------------


def draw(counts, between, within, seed=0):
    rng = np.random.default_rng(seed)
    levels = rng.normal(10, np.sqrt(between), len(counts))
    y = np.concatenate([rng.normal(a, np.sqrt(within), n) for a, n in zip(levels, counts)])
    return y, np.repeat([f"a{i}" for i in range(len(counts))], counts), levels


def test_spreads_are_recovered():
    y, authors, _ = draw([5, 20, 60] * 100, between=2.0, within=1.5)
    found = fit_levels(y, authors)
    assert found.between == pytest.approx(2.0, rel=0.2)
    assert found.within == pytest.approx(1.5, rel=0.05)
    assert found.grand == pytest.approx(10, abs=0.25)


def test_shrinkage_grows_with_fewer_posts_and_vanishes_with_many():
    y, authors, _ = draw([5, 20, 60] * 5, between=1.0, within=2.0)
    found = fit_levels(y, authors)
    weights = found.weight(np.arange(0, 500))
    assert weights[0] == 0
    assert (np.diff(weights) > 0).all()
    assert found.weight(10**9) == pytest.approx(1)
    assert found.shrink(found.grand + 3, 10**9) == pytest.approx(found.grand + 3)
    assert found.shrink(np.nan, 0) == found.grand
    table = found.table()
    inside = (table["level"] - table["mean"]) * (found.grand - table["mean"]) >= -1e-9
    assert inside.all(), "a level lies between its own mean and the grand one"


def test_shrunken_levels_are_closer_to_the_truth():
    y, authors, truth = draw([4] * 200, between=0.3, within=2.0)
    table = (
        fit_levels(y, authors).table().sort_values("author", key=lambda a: a.str[1:].astype(int))
    )
    raw, shrunk = (np.mean((table[c].to_numpy() - truth) ** 2) for c in ("mean", "level"))
    assert shrunk < 0.6 * raw


def test_creators_who_do_not_differ_share_one_level():
    y, authors, _ = draw([30] * 5, between=0.0, within=1.0, seed=4)
    found = fit_levels(y, authors)
    table = found.table()
    assert found.between < 0.05
    assert np.ptp(table["level"]) < 0.6 * np.ptp(table["mean"])


@pytest.mark.parametrize("y", [[5.0], [5.0, 5.0, 5.0], [1.0, 1.0, 4.0, 4.0]])
def test_degenerate_records_have_levels(y):
    authors = ["a", "a", "b", "b"][: len(y)]
    found = fit_levels(y, authors)
    assert np.isfinite(found.table()["level"]).all()
    assert found.half_width() >= 0


def test_the_interval_of_a_new_creator_holds_its_level():
    inside = []
    for seed in range(100):
        y, authors, _ = draw([20] * 6, between=2.0, within=1.0, seed=seed)
        rest, new = authors != "a0", np.flatnonzero(authors == "a0")[0]
        found = fit_levels(y[rest], authors[rest])
        inside.append(abs(y[new] - found.grand) <= found.half_width(0.8))
    assert 0.72 <= np.mean(inside) <= 0.90


# --- taken apart --------------------------------------------------------------------------------


def rows(y, p, authors):
    return pd.DataFrame({"author": authors, "y_true": y, "y_pred": p})


def test_the_parts_add_up_and_match_plain_correlations():
    rng = np.random.default_rng(1)
    authors = np.repeat(["a", "b", "c"], [20, 30, 50])
    level = np.repeat([0.0, 2.0, -1.0], [20, 30, 50])
    y, p = level + rng.normal(size=100), level + rng.normal(size=100)
    parts = skill.correlation_parts(rows(y, p, authors))
    assert parts["total"] == pytest.approx(np.corrcoef(y, p)[0, 1])
    assert parts["between_part"] + parts["within_part"] == pytest.approx(parts["total"])
    around = rows(y, p, authors).groupby("author").transform(lambda x: x - x.mean())
    assert parts["within"] == pytest.approx(np.corrcoef(around.T)[0, 1])


@pytest.mark.parametrize("n_creators", [3, 12])
def test_intervals_bracket_their_estimate(n_creators):
    rng = np.random.default_rng(2)
    authors = np.repeat([f"a{i:02d}" for i in range(n_creators)], 40)
    level = np.repeat(rng.normal(size=n_creators), 40)
    signal = rng.normal(size=len(level))
    y, p = level + signal + rng.normal(size=len(level)), level + signal
    found = skill.correlation_intervals(rows(y, p, authors), n_bootstrap=200)
    for part in skill.PARTS:
        low, high = found[f"{part}_low"], found[f"{part}_high"]
        if n_creators < skill.MIN_CREATORS and part not in ("within", "within_part"):
            assert np.isnan(low), "three creators say nothing about creators in general"
        else:
            assert low <= found[part] <= high
    assert found["within_low"] < 0.68 < found["within_high"], "the truth is near .7"


def test_nothing_that_varies_has_no_correlation():
    found = skill.correlation_intervals(rows(np.ones(20), np.ones(20), ["a", "b"] * 10), 50)
    assert all(np.isnan(value) for value in found.values())


@pytest.mark.parametrize("n_creators", [4, 15])
def test_a_clustered_interval_keeps_its_level(n_creators):
    hits = []
    authors = np.repeat([f"a{i:02d}" for i in range(n_creators)], 24)
    for seed in range(120):
        rng = np.random.default_rng(seed)
        spread = 0.5 if n_creators >= skill.MIN_CREATORS else 0.0
        values = np.repeat(rng.normal(0, spread, n_creators), 24) + rng.normal(size=len(authors))
        found = skill.clustered_mean(values, authors)
        hits.append(found["low"] <= 0 <= found["high"])
    assert np.mean(hits) >= 0.9


@pytest.mark.slow
def test_level_alone_is_a_high_correlation_and_no_skill(level_report):
    predictions, facts = level_report
    assert facts["parts"]["total"] > 0.85
    assert facts["parts"]["between_part"] > 0.85
    assert abs(facts["parts"]["within"]) < 0.2
    assert facts["mean_parts"]["total"] > 0.85
    assert facts["verdict"] != "better"
    assert facts["content_p"] > 0.05
    found = pooled(facts)
    assert found.skill.gain.verdict is not Verdict.BETTER
    assert found.skill.share_between > 0.5 and found.skill.apart
    assert found.skill.reading is Within.NOT_SHOWN
    assert not found.content.shown
    check_table("predictions_pooled", predictions)


@pytest.mark.slow
def test_a_planted_effect_within_creators_is_found(effect_report):
    _, facts = effect_report
    assert facts["parts"]["within"] > 0.35
    assert facts["parts"]["within_low"] > 0.1
    assert facts["verdict"] == "better"
    assert facts["content_p"] < 0.05
    assert facts["content_found"] == ["vision"]
    found = pooled(facts)
    assert found.skill.gain.verdict is Verdict.BETTER and found.skill.gain.error.high < 0
    assert found.skill.reading is Within.SOMETHING
    assert found.content.shown and found.content.blocks == ("vision",)


# --- nothing crosses --------------------------------------------------------------------------


def with_views(posts, where, factor):
    views = posts["views"].astype(float).where(~where, posts["views"].astype(float) * factor)
    return posts.assign(views=pd.array(views.round().astype("int64"), dtype="Int64"))


@pytest.mark.slow
def test_history_is_each_creators_own(level_only):
    posts, _ = level_only
    where = posts["author"] == "creator01"
    changed = with_views(posts, where, 7)
    others = posts.loc[~where, "post_id"]
    for table in (build_features, baseline_columns, matured_posts):
        before, after = table(posts), table(changed)
        assert before.loc[others].equals(after.loc[others])
    assert not build_features(posts).equals(build_features(changed))


@pytest.mark.slow
def test_the_future_of_no_creator_is_seen(level_only):
    posts, embeddings = level_only
    light = {**FOLDS, "models": ["block_ridge"]}
    before = pool.predict_pooled(posts, tables_of(posts, embeddings), **light)
    cut = posts["posted_at"].sort_values().iloc[int(0.75 * len(posts))]
    changed = with_views(posts, posts["posted_at"] >= cut, 9)
    after = pool.predict_pooled(changed, tables_of(changed, embeddings), **light)
    when = posts.set_index("post_id")["posted_at"]
    past = (before["post_id"].map(when) < cut) & (before["fold"] < before["fold"].max())
    assert past.any()
    assert np.array_equal(before.loc[past, "y_pred"], after.loc[past, "y_pred"])
    cold = [cold_start.first_forecasts(p, tables_of(p, embeddings), **FOLDS)
            for p in (posts, changed)]  # fmt: skip
    past = (cold[0]["post_id"].map(when) < cut) & (cold[0]["fold"] < cold[0]["fold"].max())
    assert cold[0].loc[past].equals(cold[1].loc[past])


@pytest.mark.slow
def test_who_is_left_out_is_never_seen(level_only):
    posts, embeddings = level_only
    where = posts["author"] == "creator02"
    changed = with_views(posts, where, 11)
    before, after = (
        cold_start.first_forecasts(p, tables_of(p, embeddings), **FOLDS) for p in (posts, changed)
    )
    told = ["y_pred", "lower", "upper"]
    own = before["author"] == "creator02"
    assert before.loc[own, told].equals(after.loc[own, told])
    assert not before.loc[~own, told].equals(after.loc[~own, told])
    check_table("cold_start", before)


@pytest.mark.slow
def test_many_creators_are_left_out_a_few_at_a_time(monkeypatch, effect):
    posts, embeddings = effect
    monkeypatch.setattr(cold_start, "MOST_GROUPS", 3)
    found = cold_start.first_forecasts(
        posts, tables_of(posts, embeddings), protocol=Protocol(n_folds=2)
    )
    assert set(found["n_others"]) <= {4, 5}, "seven creators in three groups"
    assert set(found["author"]) == set(posts["author"])
    assert not found.duplicated(["post_id", "fold", "model"]).any()


@pytest.mark.slow
def test_training_posts_had_matured(level_only):
    posts, _ = level_only
    known = matured_posts(posts)
    times = posts["posted_at"].dt.as_unit("us").astype("int64").to_numpy()
    for i in (0, 50, 100, 239):
        same = (posts["author"] == posts["author"][i]).to_numpy()
        old = same & (times <= times[i] - 7 * DAY_US)
        assert known.iloc[i] == old.sum()


def test_shifts_stay_within_a_creator():
    owners = np.array(list("aabbabbabab" * 6))
    groups = [np.flatnonzero(owners == name) for name in "ab"]
    orders = content.shifted_orders(groups, len(owners), 50)
    assert np.array_equal(orders[0], np.arange(len(owners)))
    assert (owners[orders] == owners).all()
    assert (np.sort(orders, axis=1) == np.arange(len(owners))).all()
    assert (orders[1:] != np.arange(len(owners))).all()


# --- a new creator ------------------------------------------------------------------------------


@pytest.mark.slow
def test_last_means_are_those_of_matured_own_posts(level_only):
    posts, _ = level_only
    found = cold_start.last_means(posts, [0, 1, 3])
    y = pd.Series(np.log1p(posts["views"].astype(float)).to_numpy(), index=posts["post_id"])
    for i in (10, 120, 239):
        post = posts.iloc[i]
        old = posts[(posts["author"] == post["author"])
                    & (posts["posted_at"] <= post["posted_at"] - pd.Timedelta(days=7))]  # fmt: skip
        for k in (1, 3):
            wanted = y[old["post_id"]].tail(k).mean() if len(old) else np.nan
            assert found.loc[post["post_id"], k] == pytest.approx(wanted, nan_ok=True)
        assert np.isnan(found.loc[post["post_id"], 0])


@pytest.mark.slow
def test_own_posts_soon_replace_the_others(level_report, level_only):
    _, facts = level_report
    warm = pd.DataFrame(facts["warm"])
    assert warm["own"].iloc[0] == warm["shrunk"].iloc[0]
    assert warm["weight"].is_monotonic_increasing
    assert warm["shrunk"].iloc[-1] < 0.6 * warm["shrunk"].iloc[0]
    assert facts["new_low"] < facts["new_middle"] < facts["new_high"]
    told = findings.warm_up(warm)
    assert told.miss_with < told.miss_without and told.most == warm["known"].iloc[-1]
    assert figures.warm_up(warm)


def test_two_creators_leave_nobody_to_compare_with():
    posts, embeddings = toy_creators([0, 1], n=30)
    _, facts = report(posts, embeddings, n_shifts=19)
    assert facts["cold"] == {}
    found = pooled(facts)
    assert found.newcomer is None and found.few
    assert "fewer than three creators" in sentences.new_creator(found)
    assert sentences.answer(found)


@pytest.mark.parametrize("n", [1, 45])
def test_a_single_creator_is_told_in_a_sentence(n):
    posts, embeddings = toy_creators([0], n=n)
    predictions, facts = report(posts, embeddings, n_shifts=19)
    assert predictions.empty
    check_table("predictions_pooled", predictions)
    assert facts["verdict"] == "single"
    found = pooled(facts)
    assert found.single and found.skill is None
    for say in (sentences.doubt, sentences.content, sentences.new_creator, sentences.limits):
        assert say(found) == ""


def test_few_posts_of_several_creators_are_not_modelled():
    posts, embeddings = toy_creators([0, 1, 2], n=6)
    predictions, facts = report(posts, embeddings, n_shifts=19)
    assert predictions.empty
    assert facts["verdict"] == "none"
    assert "too few" in sentences.answer(pooled(facts))


@pytest.mark.slow
def test_the_record_says_how_much_lies_between_creators(level_only):
    posts, _ = level_only
    assert 0 < spread(posts).between_creators < 1
    one = posts[posts["author"] == "creator00"].reset_index(drop=True)
    assert spread(one).between_creators is None
    assert np.array_equal(describe.common_level(one), describe.log_views(one))


# --- names ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_hostile_names_are_only_names(level_report, level_only):
    predictions, facts = level_report
    posts, _ = level_only
    hostile = ["<script>", "✨", "$\\frac", "a" * 300]
    names = dict(zip(sorted(set(posts["author"])), hostile, strict=True))
    levels = fit_levels(np.log1p(posts["views"].astype(float)), posts["author"])
    best = predictions[predictions["model"] == facts["model"]]
    assert figures.levels(levels.table(), levels.grand, names)
    assert figures.taken_apart(best, facts, names)
    each = skill.per_creator(predictions, facts["model"], facts["rule"])
    assert set(figures.creators_table(each, names)["creator"]) == set(hostile)
    assert not re.search("creator0", str(facts)), "the facts name nobody"
