"""The chapter on nonlinear models: its numbers, and sentences that turn round with the data."""

import numpy as np
import pandas as pd
import pytest

from toy_explanation import creator
from virality.demo.known_truth import known_creator
from virality.evaluation import headline, nonlinear
from virality.evaluation.evaluate import cross_validate
from virality.evaluation.replication import run_beside_published
from virality.evaluation.targets import compare_targets
from virality.evidence import claims as evidence
from virality.evidence.rows import evidence_table
from virality.figures import nonlinear as figures
from virality.figures import theme
from virality.sentences import nonlinear as sentences
from virality.uncertainty import calibration, conformal, viral


@pytest.fixture(scope="module")
def run():
    own = creator(110)
    tables = [own.features, own.embeddings]
    linear, folds = cross_validate(own.posts, tables, ["ridge"], n_folds=3)
    found = nonlinear.fit_nonlinear(own.posts, tables, n_folds=3)
    frame = nonlinear.uncertain(found, own.posts, folds)
    return own, folds, pd.concat([linear, found.predictions], ignore_index=True), found, frame


def test_the_honest_exam_is_the_hard_one(run):
    exams = run[3].exams.set_index("exam")["r2"]
    assert exams["learnt"] > exams["ordered"]
    assert list(exams.index) == ["learnt", "shuffled", "ordered"]


def test_predictions_hold_every_variation_and_the_boosters_are_those_of_the_predictions(run):
    _, _, everything, found, _ = run
    assert {"all", "metadata+momentum", "vision", "all-vision"} <= set(found.predictions["blocks"])
    assert set(found.predictions["model"]) == {"xgboost", "stack"}
    for fold in found.fitted:
        own = found.own[found.own["fold"] == fold.fold].set_index("post_id")["y_pred"]
        assert np.array_equal(own.loc[fold.y_pred.index], fold.y_pred)
    assert len(everything) > len(found.predictions)


def test_in_sample_sigma_is_smaller_than_the_errors_that_came(run):
    found = run[3]
    errors = (found.own["y_true"] - found.own["y_pred"]).std()
    assert np.mean(list(found.sigma.values())) < errors


def test_two_runs_are_the_same_to_the_bit():
    own = creator(50)
    one, two = (nonlinear.fit_nonlinear(own.posts, [own.features], n_folds=2) for _ in range(2))
    pd.testing.assert_frame_equal(one.predictions, two.predictions, check_exact=True)
    assert one.sigma == two.sigma


@pytest.mark.parametrize("n", [1, 20])
def test_too_few_posts_are_described_and_not_modelled(n):
    own = creator(n)
    tables = [own.features, own.embeddings]
    linear, folds = cross_validate(own.posts, tables)
    found = nonlinear.fit_nonlinear(own.posts, tables)
    frame = nonlinear.uncertain(found, own.posts, folds)
    told = viral.chances(frame)
    assert found.empty and frame.empty and not found.fitted and found.final is None
    gaps = headline.headline_gaps(pd.concat([linear, found.predictions]))
    skill, kept = viral.skill_table(told), conformal.coverage(frame)
    said = [
        sentences.exams(found.exams, n),
        sentences.comparison(gaps, n),
        sentences.beyond_linear(headline.against_linear(linear)),
        sentences.coverage(kept),
        sentences.viral(skill),
        sentences.two_regimes(nonlinear.two_regimes(found, own.posts)),
        sentences.answer(gaps, kept, skill, n),
    ]
    assert all(said) and "too few" in said[0]
    assert compare_targets(own.posts, tables).empty


def test_an_outcome_that_a_feature_gives_away_is_left_out_and_named():
    own = creator(60)
    length = own.features["metadata__log_duration"].rank(method="first").to_numpy(float)
    posts = own.posts.assign(avg_watch_s=length / 10)
    features = own.features.assign(metadata__log_duration=length)
    table = compare_targets(posts, [features], n_folds=2, n_bootstrap=50)
    assert table.set_index("target").loc["avg_watch_s", "n"] == 0
    assert (table.loc[table["target"] != "avg_watch_s", "n"] > 0).all()
    assert "gives it away" in sentences.targets_caption(table)
    assert len(sentences.targets_table(table)) == len(table) - 1
    assert figures.targets(table) is not None


def test_without_any_content_the_chapter_still_runs():
    own = creator(40)
    tables = [own.features, own.embeddings[[]]]
    found = nonlinear.fit_nonlinear(own.posts, tables, n_folds=2)
    assert not found.empty
    assert evidence.tree_test(own.posts, [own.embeddings[[]]]).empty


def test_the_studys_figures_appear_beside_its_own_table_alone(run, tmp_path):
    _, folds, everything, _, _ = run
    path = tmp_path / "posts.csv"
    path.write_text("post_id,views\n1,2\n")
    assert run_beside_published(str(path), everything, folds).empty
    assert run_beside_published("", everything, folds).empty


def test_every_figure_draws_and_every_caption_speaks(run):
    own, _, everything, found, frame = run
    told = viral.chances(frame)
    above = (told["y_true"] > told["threshold"]).to_numpy()
    gaps = headline.headline_gaps(everything)
    levels = calibration.by_level(told["y_true"], told["y_pred"], above)
    groups = conformal.coverage_groups(frame, own.posts)
    bins = viral.reliability(above, told["p_viral"])
    adaptive = frame[frame["method"] == "adaptive"]
    targets = pd.DataFrame(
        {"target": ["views"], "n": [50], "saved": [0.1], "saved_low": [0.01], "saved_high": [0.2]}
    )
    drawn = [
        figures.gaps(gaps),
        figures.calibration(levels),
        figures.interval_band(adaptive, own.posts),
        figures.coverage(groups, 0.8),
        figures.reliability(bins, 0.1),
        figures.targets(targets),
    ]
    for figure in drawn:
        assert theme.render(figure)["png"]
    said = [
        sentences.exam_caption(found.exams),
        sentences.gaps_caption(gaps),
        sentences.calibration_caption(levels),
        sentences.coverage_caption(conformal.coverage(frame)),
        sentences.band_caption(adaptive),
        sentences.groups_caption(groups, 0.8),
        sentences.reliability_caption(bins),
        sentences.targets_caption(targets),
    ]
    for text in said:
        assert text.endswith(".") and "nan" not in text


# ------------------------------------------------------------- sentences turn with the data


def gap(verdict, low, high, model="xgboost"):
    middle = (low + high) / 2
    return pd.DataFrame(
        {"model": [model], "against": ["rolling_median_10"], "n": [84], "difference": [middle],
         "low": [low], "high": [high], "p": [0.01], "verdict": [verdict], "blocks": ["all"]}
    )  # fmt: skip


def kept(coverage, low, high):
    return pd.DataFrame(
        {"method": ["adaptive", "sigma"], "n": 60, "coverage": [coverage, 0.55], "low": low,
         "high": high, "level": 0.8, "width": 2.0, "score": 3.0, "saturated": 0.0}
    )  # fmt: skip


def skill(low, positives, estimable=True):
    row = {"n": 300, "positives": positives, "brier": 0.08, "skill": low + 0.1, "low": low,
           "high": low + 0.2, "estimable": estimable}  # fmt: skip
    pairs = [("model", "base_rate"), ("model", "recent_rate"), ("recent_rate", "base_rate")]
    return pd.DataFrame([{"forecast": f, "against": a, **row} for f, a in pairs])


def test_answer_turns_round():
    good = sentences.answer(gap("better", -0.3, -0.1), kept(0.8, 0.7, 0.9), skill(0.1, 60), 300)
    bad = sentences.answer(gap("worse", 0.1, 0.3), kept(0.6, 0.5, 0.7), skill(-0.3, 60), 300)
    open_ = sentences.answer(
        gap("no clear difference", -0.1, 0.1), kept(0.8, 0.7, 0.9), skill(0.1, 8, False), 140
    )
    assert "does find more" in good and "can be trusted" in good and "know more" in good
    assert "predicts worse" in bad and "cannot be trusted" in bad and "not shown" in bad
    assert "does not clearly beat" in open_ and "cannot be known from 8 viral posts" in open_
    assert "indicative" in sentences.answer(
        gap("better", -0.3, -0.1), kept(0.8, 0.7, 0.9), skill(0.1, 8, False), 50
    )


def test_comparison_turns_round():
    better = sentences.comparison(gap("better", -0.3, -0.1), 140)
    worse = sentences.comparison(gap("worse", 0.1, 0.3), 140)
    assert "**beats it**" in better and "18% smaller" in better
    assert "**does worse**" in worse and "22% larger" in worse
    assert "not clearly beat" in sentences.comparison(gap("no clear difference", -0.1, 0.1), 140)


def test_coverage_turns_round():
    assert "hold their promise" in sentences.coverage(kept(0.79, 0.7, 0.88))
    assert "less than they promise" in sentences.coverage(kept(0.6, 0.5, 0.7))
    assert "wider than they need" in sentences.coverage(kept(0.95, 0.88, 0.99))


def test_calibration_turns_round():
    levels = calibration.by_level(np.arange(30.0), np.arange(30.0) + 0.5, np.arange(30) > 26)
    assert "nothing shows" in sentences.calibration(levels, (1.0, 0.6, 1.4))
    assert "exaggerates" in sentences.calibration(levels, (0.5, 0.2, 0.8))
    assert "too timid" in sentences.calibration(levels, (2.0, 1.4, 2.6))
    assert "not shown that a higher prediction" in sentences.calibration(levels, (0.4, -0.2, 1.0))
    assert "below their forecast" in sentences.calibration(levels, (1.0, 0.6, 1.4))


def test_viral_trees_and_regimes_turn_round():
    assert "know more than either rule" in sentences.viral(skill(0.1, 60))
    assert "not shown to know" in sentences.viral(skill(-0.2, 60))
    assert "cannot be estimated" in sentences.viral(skill(0.1, 9, False))
    row = {"kind": "trees", "block": "all", "model": "xgboost", "statistic": 0.3, "n": 84}
    sees, blind = (evidence_table([{**row, "p": p}]) for p in (0.002, 0.4))
    assert "sees something" in sentences.trees(sees)
    assert "sees nothing" in sentences.trees(blind)
    words = {"two regimes": "describe these posts better**", "one regime": "One regime",
             "no clear difference": "not shown"}  # fmt: skip
    for verdict, expected in words.items():
        text = sentences.two_regimes(
            {"n": 60, "gain": 0.1, "low": 0.0, "high": 0.2, "over_normal": 0.1, "verdict": verdict}
        )
        assert expected in text


def test_exams_turn_round():
    def exams(ordered):
        return pd.DataFrame({"exam": ["learnt", "shuffled", "ordered"], "r2": [0.7, 0.4, ordered]})

    assert "no better than the mean" in sentences.exams(exams(-0.1), 140)
    assert "The rest was memory" in sentences.exams(exams(0.1), 140)
    assert "Much of the score survives" in sentences.exams(exams(0.6), 140)


@pytest.mark.slow
def test_planted_signal_turns_the_comparison_round():
    said = {}
    for r2 in (0.0, 0.7):
        made = known_creator(300, "white", "iid", r2, seed=0)
        linear, _ = cross_validate(made.posts, [made.content], ["ridge"])
        told, _ = cross_validate(made.posts, [made.content], ["xgboost"], baselines=False)
        gaps = headline.headline_gaps(pd.concat([linear, told]))
        said[r2] = sentences.comparison(gaps, 300)
    assert "**beats it**" in said[0.7] and "**beats it**" not in said[0.0]
