"""The chapter on nonlinear models: its numbers, and verdicts that turn round with the data."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from chapters import shown_cells
from toy_explanation import creator
from virality.core.protocol import Protocol
from virality.demo.known_truth import known_creator
from virality.evaluation import headline, nonlinear
from virality.evaluation.evaluate import cross_validate, make_folds
from virality.evaluation.nonlinear import compare_targets
from virality.evaluation.replication import run_beside_published
from virality.evidence import claims as evidence
from virality.evidence.claims import evidence_table
from virality.figures import nonlinear as figures
from virality.figures import scores as tables
from virality.figures import theme
from virality.findings import nonlinear as findings
from virality.findings import promises
from virality.findings import scores as common
from virality.findings.nonlinear import Chances, Components, Slope, Survival
from virality.findings.promises import Promise
from virality.findings.scores import Verdict
from virality.models.catalogue import LINEAR
from virality.sentences import nonlinear as sentences
from virality.sentences import promises as on_promises
from virality.uncertainty import calibration, conformal, viral
from virality.uncertainty.intervals import prediction_intervals
from virality.uncertainty.mixture import two_regimes


def intervals(found, posts, folds):
    return prediction_intervals(
        found.all_blocks, posts, folds, methods=conformal.METHODS, sigma=found.sigma
    )


@pytest.fixture(scope="module")
def run():
    own = creator(110)
    tables = [own.features, own.embeddings]
    protocol = Protocol(n_folds=3)
    linear = cross_validate(own.posts, tables, LINEAR, protocol=protocol)
    folds = make_folds(own.posts, protocol)
    found = nonlinear.fit_nonlinear(own.posts, tables, protocol=protocol)
    frame = intervals(found, own.posts, folds)
    return own, folds, pd.concat([linear, found.predictions], ignore_index=True), found, frame


@pytest.fixture(scope="module")
def shown(run):
    """What the cells compute that the page shows."""
    own, folds, everything, found, _ = run
    linear = everything[~everything["model"].isin(["xgboost", "stack"])]
    stored = SimpleNamespace(posts=own.posts, features=own.features, embeddings=own.embeddings,
                             folds=folds, predictions_linear=linear)  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("virality.load_run", lambda name: stored, raising=False)
        return shown_cells("nonlinear", fits=found, n_folds=3)


@pytest.mark.slow
def test_the_shown_cells_compute_what_the_library_says(run, shown):
    _, _, everything, _, frame = run
    gaps = headline.headline_gaps(everything, n_bootstrap=50).set_index("model")
    assert shown["rule"] == gaps.loc["xgboost", "against"]
    assert shown["against_rule"] == pytest.approx(gaps.loc["xgboost", "difference"])
    lines = headline.against_linear(everything, n_bootstrap=50).iloc[0]
    assert (shown["line"], pytest.approx(shown["against_line"])) == (
        lines.against,
        lines.difference,
    )
    pd.testing.assert_frame_equal(shown["frame"], frame)
    kept = conformal.coverage(frame).set_index("method")
    assert np.allclose(shown["held"][kept.index], kept["coverage"])
    skill = viral.skill_table(viral.chances(frame)).iloc[0]
    assert (shown["brier"], shown["skill"]) == pytest.approx((skill["brier"], skill["skill"]))
    held_out, went_viral = shown["held_out"], shown["went_viral"]
    assert shown["slope"] == pytest.approx(calibration.slope(*outcomes(held_out))[0])
    levels = calibration.by_level(*outcomes(held_out), went_viral)
    rows = levels[(levels["regime"] == "all") & (levels["bin"] != calibration.WHOLE)]
    assert np.allclose(shown["means"], rows[["predicted", "observed"]])


@pytest.mark.slow
def test_the_honest_exam_is_the_hard_one(run):
    exams = run[3].in_sample.set_index("exam")["factor"]
    assert exams["learnt"] < exams["ordered"]
    assert list(exams.index) == ["learnt", "shuffled", "ordered"]


@pytest.mark.slow
def test_predictions_hold_every_variation_and_the_boosters_are_those_of_the_predictions(run):
    _, _, everything, found, _ = run
    assert {"all", "metadata+momentum", "vision", "all-vision"} <= set(found.predictions["blocks"])
    assert set(found.predictions["model"]) == {"xgboost", "stack"}
    for fold in found.fitted:
        own = found.all_blocks[found.all_blocks["fold"] == fold.fold].set_index("post_id")["y_pred"]
        assert np.array_equal(own.loc[fold.y_pred.index], fold.y_pred)
    assert len(everything) > len(found.predictions)


@pytest.mark.slow
def test_in_sample_sigma_is_smaller_than_the_errors_that_came(run):
    found = run[3]
    errors = (found.all_blocks["y_true"] - found.all_blocks["y_pred"]).std()
    assert np.mean(list(found.sigma.values())) < errors


@pytest.mark.slow
def test_two_runs_are_the_same_to_the_bit():
    own = creator(50)
    asked = {"protocol": Protocol(n_folds=2)}
    one, two = (nonlinear.fit_nonlinear(own.posts, [own.features], **asked) for _ in range(2))
    pd.testing.assert_frame_equal(one.predictions, two.predictions, check_exact=True)
    assert one.sigma == two.sigma


@pytest.mark.parametrize("n", [1, 20])
def test_too_few_posts_are_described_and_not_modelled(n):
    own = creator(n)
    tables = [own.features, own.embeddings]
    linear, folds = cross_validate(own.posts, tables), make_folds(own.posts)
    found = nonlinear.fit_nonlinear(own.posts, tables)
    frame = intervals(found, own.posts, folds)
    assert found.empty and frame.empty and not found.fitted and found.final is None
    gaps = headline.headline_gaps(pd.concat([linear, found.predictions]))
    skill = findings.viral(viral.skill_table(viral.chances(frame)))
    nothing = [
        findings.in_sample(found.in_sample, linear, None),
        common.comparison(gaps, linear=False),
        *common.gains(headline.against_linear(linear)),
        promises.coverage(conformal.coverage(frame)),
        skill,
        findings.mixture(two_regimes(found.all_blocks, found.fitted, own.posts)),
    ]
    assert nothing == [None] * len(nothing)
    assert "too few" in sentences.answer(
        common.record(n), None, None, promises.Groups((), ()), skill
    )
    assert compare_targets(own.posts, tables).empty


@pytest.mark.slow
def test_an_outcome_that_a_feature_gives_away_is_left_out_and_named():
    own = creator(60)
    length = own.features["metadata__log_duration"].rank(method="first").to_numpy(float)
    posts = own.posts.assign(avg_watch_s=length / 10)
    features = own.features.assign(metadata__log_duration=length)
    table = compare_targets(posts, [features], protocol=Protocol(n_folds=2), n_bootstrap=50)
    assert table.set_index("target").loc["avg_watch_s", "n"] == 0
    assert (table.loc[table["target"] != "avg_watch_s", "n"] > 0).all()
    assert findings.targets(table)[1] == ("avg_watch_s",)
    assert len(figures.targets_table(table)) == len(table) - 1


@pytest.mark.slow
def test_without_any_content_the_chapter_still_runs():
    own = creator(40)
    tables = [own.features, own.embeddings[[]]]
    found = nonlinear.fit_nonlinear(own.posts, tables, protocol=Protocol(n_folds=2))
    assert not found.empty
    assert evidence.tree_test(own.posts, [own.embeddings[[]]]).empty


@pytest.mark.slow
def test_the_studys_figures_appear_beside_its_own_table_alone(run, tmp_path):
    _, folds, everything, _, _ = run
    path = tmp_path / "posts.csv"
    path.write_text("post_id,views\n1,2\n")
    assert run_beside_published(str(path), everything, folds).empty
    assert run_beside_published("", everything, folds).empty


@pytest.mark.slow
def test_every_figure_draws_and_every_finding_has_words(run):
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
        tables.gaps(gaps),
        figures.calibration(levels),
        figures.interval_band(adaptive, own.posts),
        figures.coverage(groups, 0.8),
        figures.reliability(bins, 0.1),
    ]
    for figure in drawn:
        assert theme.render(figure)["png"]
    table, compared = conformal.coverage(frame), common.comparison(gaps, linear=False)
    covered = promises.coverage(table, conformal.score_gap(frame))
    exams = findings.in_sample(found.in_sample, everything, compared)
    steep = findings.calibration(levels, calibration.slope(*outcomes(told)))
    chances = findings.viral(viral.skill_table(told))
    said = [
        sentences.in_sample(exams),
        sentences.gaps_caption(compared),
        sentences.gaps_alt(compared),
        sentences.calibration_caption(steep),
        sentences.band_caption(covered, 3, 2),
        sentences.reliability_caption(findings.disagreeing(bins), chances),
        on_promises.coverage_caption(covered),
        on_promises.groups_caption(promises.groups(groups)),
        sentences.targets_caption(*findings.targets(targets)),
    ]
    for text in said:
        assert text.endswith(".") and "nan" not in text
    assert len(figures.coverage_table(table)) == len(table) == len(conformal.METHODS)
    rule = headline.headline_scores(everything, run[1]).set_index("model")["factor"]
    assert exams.rule_factor == pytest.approx(rule[compared.rule])
    assert exams.ordered.value == pytest.approx(rule["xgboost"]), "the exam that counts"


def outcomes(told):
    return told["y_true"], told["y_pred"]


# --------------------------------------------------------------- verdicts turn with the data


def in_sample(fitted, shuffled, ordered):
    exams = ["learnt", "shuffled", "ordered"]
    miss = {"factor": [fitted, shuffled, ordered], "factor_low": 1.0, "factor_high": 9.0}
    errors = {"y_true": [1.0, -1.0], "y_pred": 0.0}  # of the rule: a factor of e
    told = pd.DataFrame({"model": "train_median", "fold": 1, "post_id": ["a", "b"], **errors})
    compared = common.Comparison("train_median", 2, ())
    table = pd.DataFrame({"exam": exams, "n": 84, **miss})
    return findings.in_sample(table, told, compared)


def test_what_survives_an_honest_test():
    assert in_sample(1.5, 2.0, 2.8).survival is Survival.NOTHING
    assert in_sample(1.5, 2.0, 2.3).survival is Survival.LITTLE
    found = in_sample(1.5, 1.4, 1.6)
    assert found.survival is Survival.MUCH and found.rule_factor == pytest.approx(np.e)
    assert found.ordered.value == 1.6 and found.n == 84


def kept(coverage, low, high, naive=0.55):
    return pd.DataFrame(
        {"method": ["adaptive", "sigma"], "n": 60, "coverage": [coverage, naive], "low": low,
         "high": high, "nominal": 0.8, "width": 2.0, "score": [3.0, 2.5], "saturated": 0.0}
    )  # fmt: skip


def test_a_promise_is_kept_broken_or_exceeded():
    found = promises.coverage(kept(0.79, 0.7, 0.88))
    assert found.promise is Promise.KEPT and found.naive_punished and found.best == "naive sigma"
    assert found.factor == pytest.approx(np.exp(2))
    assert promises.coverage(kept(0.6, 0.5, 0.7)).promise is Promise.BROKEN
    assert promises.coverage(kept(0.95, 0.88, 0.99)).promise is Promise.EXCEEDED
    assert not promises.coverage(kept(0.79, 0.7, 0.88, naive=0.76)).naive_punished
    groups = pd.concat([kept(0.6, 0.5, 0.7).assign(group="2024"),
                        kept(0.9, 0.85, 0.95).assign(group="2025"),
                        kept(0.8, 0.7, 0.9).assign(group="2026")])  # fmt: skip
    short, wide = promises.Group("2024", 36, 60), promises.Group("2025", 54, 60)
    assert promises.groups(groups) == promises.Groups((short,), (wide,))


@pytest.mark.parametrize(
    ("slope", "verdict"),
    [
        ((1.0, 0.6, 1.4), Slope.RIGHT),
        ((0.5, 0.2, 0.8), Slope.EXAGGERATED),
        ((2.0, 1.4, 2.6), Slope.TIMID),
        ((0.4, -0.2, 1.0), Slope.NOT_SHOWN),
        ((1.0, -0.2, 2.0), Slope.NOT_SHOWN),
        ((np.nan, np.nan, np.nan), Slope.UNKNOWN),
    ],
)
def test_the_slope_says_what_its_interval_says(slope, verdict):
    levels = calibration.by_level(np.arange(30.0), np.arange(30.0) + 0.5, np.arange(30) > 26)
    found = findings.calibration(levels, slope)
    assert found.verdict is verdict
    assert found.normal == pytest.approx(-0.5) and found.n_viral == 3 and not found.unforeseen
    assert found.n_levels == 3 and found.n_off == 3


def skill(low, positives, estimable=True, recent=None):
    row = {"n": 300, "positives": positives, "brier": 0.08, "estimable": estimable}
    lately = low if recent is None else recent
    pairs = [("model", "base_rate", low), ("model", "recent_rate", lately),
             ("recent_rate", "base_rate", low)]  # fmt: skip
    return pd.DataFrame(
        [{"forecast": f, "against": a, **row, "skill": at + 0.1, "low": at, "high": at + 0.2}
         for f, a, at in pairs]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "chances"),
    [
        (skill(0.1, 60), Chances.KNOW_MORE),
        (skill(0.1, 60, recent=-0.1), Chances.KNOW_THE_TIMES),
        (skill(-0.2, 60), Chances.NOT_SHOWN),
        (skill(0.1, 9, False), Chances.NOT_ESTIMABLE),
        (skill(0.1, 0, False), Chances.NO_VIRAL_POST),
    ],
)
def test_what_chances_are_worth(table, chances):
    assert findings.viral(table).chances is chances


def test_two_components_one_or_neither():
    for verdict in Components:
        found = {"n": 60, "gain": 0.1, "low": 0.0, "high": 0.2, "verdict": verdict.value}
        assert findings.mixture(found).components is verdict


def test_trees_see_what_their_p_says():
    row = {"kind": "trees", "block": "all", "model": "xgboost", "statistic": 0.3, "n": 84}
    sees, blind = (evidence_table([{**row, "p": p, "p_adjusted": p}]) for p in (0.002, 0.4))
    assert common.claim(sees, "trees").shown and not common.claim(blind, "trees").shown


@pytest.mark.slow
def test_planted_signal_turns_the_comparison_round():
    better = {}
    for r2 in (0.0, 0.7):
        made = known_creator(300, "white", "iid", r2, seed=0)
        linear = cross_validate(made.posts, [made.content], ["ridge"])
        trees = cross_validate(made.posts, [made.content], ["xgboost"], baselines=False)
        gaps = headline.headline_gaps(pd.concat([linear, trees]))
        better[r2] = common.comparison(gaps, linear=False).having(Verdict.BETTER)
    assert better[0.7] and not better[0.0]
