"""What the chapter on linear models and baselines finds follows the numbers."""

from math import nan
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from chapters import shown_cells
from toyposts import toy_embeddings, toy_posts
from virality.evaluation import headline, scores
from virality.evidence import claims
from virality.evidence.claims import empty_evidence, evidence_table
from virality.features.build import build_features
from virality.figures import baselines as figures
from virality.figures import scores as tables
from virality.figures import theme
from virality.findings import baselines as findings
from virality.findings import scores as common
from virality.findings.scores import Extent, Verdict
from virality.models.catalogue import LINEAR, model_name


def told(**misses: float) -> pd.DataFrame:
    """Predictions of 84 posts that miss them by so many times what zero misses."""
    y = np.random.default_rng(0).normal(size=84)
    parts = [
        pd.DataFrame({"post_id": [f"p{i}" for i in range(84)], "model": model,
                      "blocks": "none" if model == "train_mean" else "all",
                      "y_true": y, "y_pred": y * (1 - share)})
        for model, share in {"train_mean": 0.1, **misses}.items()
    ]  # fmt: skip
    return pd.concat(parts)


def test_what_time_order_costs_is_asked_of_the_model_that_looked_best():
    found = findings.fall(told(ridge=0.6, elastic_net=0.9), told(ridge=0.9, elastic_net=2.0))
    assert found.model == "ridge" and found.clear and found.n == 84
    y = np.abs(told(ridge=0.6)["y_true"]).mean()
    assert np.log([found.shuffled, found.ordered]) == pytest.approx([0.6 * y, 0.9 * y])
    assert found.lost.value == pytest.approx(np.log(found.ordered / found.shuffled))
    assert not findings.fall(told(ridge=0.9), told(ridge=0.6)).clear
    assert findings.fall(told(ridge=0.9).head(1), told(ridge=0.6)) is None


def test_seasons_are_those_in_which_a_model_misses_less():
    factor = pd.DataFrame({"ridge": [2.0, 1.5, 3.0], "train_median": [2.1, 1.5, 2.9]})
    found = findings.seasons(factor, "ridge", "train_median")
    assert (found.wins, found.n, found.smallest, found.largest) == (1, 3, 1.5, 3.0)


def test_verdicts_are_those_of_the_paired_differences_and_only_of_the_models_asked_for():
    verdicts = {"xgboost": "better", "ridge": "worse", "train_mean": "no clear difference"}
    row = {"against": "rolling_median_10", "n": 84, "difference": 0.1, "low": 0.0, "high": 0.2}
    rows = [{"model": model, "verdict": verdict, **row} for model, verdict in verdicts.items()]
    lines, others = (
        common.comparison(pd.DataFrame(rows), linear=wanted) for wanted in (True, False)
    )
    assert [(gain.model, gain.verdict) for gain in lines.gains] == [("ridge", Verdict.WORSE)]
    assert others.better == ("xgboost",) and lines.better == ()
    assert common.comparison(pd.DataFrame(rows[2:]), linear=True) is None


def replication(rule_mae=0.9, shift=0.0) -> pd.DataFrame:
    rows = [
        ("published", "ridge", -1.7667, 2.2, 1.8),
        ("rebuilt", "ridge", -1.7667 + shift, 2.2, 1.8),
        ("tuned", "ridge", 0.0, 1.4, 1.0),
        ("naive", "rolling_median_10", -0.1, 1.4, rule_mae),
    ]
    table = pd.DataFrame(rows, columns=["source", "model", "r2", "rmse", "mae"])
    return table.assign(spearman=0.1, top10=nan, smape=0.1, r2_clipped=0.0)


def test_the_replication_is_judged_by_its_numbers():
    found = findings.replication(replication())
    assert found.exact == ("ridge",) and not found.near and found.wins
    assert (found.n_better, found.n) == (1, 1)
    off = findings.replication(replication(rule_mae=1.2, shift=0.1))
    assert off.near == ("ridge",) and not off.exact and not off.wins
    assert findings.replication(replication().head(0)) is None
    shown = figures.replication_table(replication())
    assert shown["R²"].iloc[0] == "−1.7667" and shown["best of a fold, found"].iloc[0] == "–"


@pytest.fixture(scope="module")
def shown():
    """What the cells compute that the page shows, on posts whose content says something."""
    posts, traits = toy_posts(70, content=0.4)
    run = SimpleNamespace(
        posts=posts, features=build_features(posts), embeddings=toy_embeddings(posts, traits)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("virality.load_run", lambda name: run, raising=False)
        return shown_cells("baselines")


@pytest.fixture(scope="module")
def whole(shown):
    ordered, folds = shown["honest"], shown["folds"]
    return ordered, folds, scores.score_table(ordered, folds, 50)


@pytest.mark.slow
def test_the_shown_cells_compute_what_the_library_says(shown, whole):
    ordered, folds, table = whole
    main = table[table["blocks"].isin(["all", "none"])].set_index("model")
    gaps = headline.headline_gaps(ordered, n_bootstrap=50).set_index("model")
    assert set(gaps["against"]) == {shown["rule"]}
    assert np.allclose(shown["differences"].mean()[gaps.index], gaps["difference"])
    assert shown["line"] == common.comparison(gaps.reset_index(), linear=True).gains[0].model
    nearest = findings.nearest(
        main.reset_index(), common.comparison(gaps.reset_index(), linear=True)
    )
    assert nearest.half.value == main["half"][shown["line"]]
    assert nearest.rule_half.value == main["half"][shown["rule"]]
    each = scores.fold_scores(ordered[ordered["blocks"].isin(["all", "none"])], folds)
    theirs = each.pivot_table("factor", "fold", "model")
    assert np.allclose(shown["factor"], theirs[shown["factor"].columns])
    history = claims.history_test(ordered)["statistic"]
    assert shown["saved"] == pytest.approx(history.iloc[0])
    found = findings.fall(shown["shuffled"], ordered, 50)
    assert shown["bright"][found.model] == pytest.approx(found.shuffled)
    assert shown["bright"][list(LINEAR)].idxmin() == found.model


@pytest.mark.slow
def test_the_fold_by_hand_learns_from_the_posts_of_the_fold(shown):
    last = shown["folds"].iloc[-1]
    assert (shown["learn"].sum(), len(shown["misses"])) == (last["n_train"], last["n_test"])
    assert shown["mean_misses"].mean() == pytest.approx(
        np.log(shown["factor"]["train_mean"].iloc[-1])
    )


@pytest.mark.slow
def test_every_figure_and_table_can_be_drawn(shown, whole):
    ordered, folds, table = whole
    main = table[table["blocks"].isin(["all", "none"])].sort_values("mae")
    gaps, worth = headline.headline_gaps(ordered), headline.block_gaps(ordered, "block_ridge")
    assert {"vision", "all-vision"} <= set(worth["blocks"])
    for figure in (
        tables.gaps(gaps),
        figures.fold_by_fold(shown["factor"][["ridge", "train_mean"]]),
    ):
        assert theme.render(figure)["svg"].startswith(b"<?xml")
    table = tables.table(main, gaps).set_index("model")
    assert len(table) == len(main) == 8 and len(tables.missed_table(worth)) == len(worth)
    assert list(table.index[table["against the rule's"] == "the rule"]) == [
        model_name(shown["rule"])
    ]
    assert len(figures.folds_table(folds)) == len(folds)


def test_tests_say_what_their_corrected_p_says():
    row = {"model": "ridge", "statistic": 0.3, "n": 84, "n_shifts": 99}
    evidence = evidence_table(
        [
            {**row, "kind": "content_any", "block": "all", "p": 0.001, "p_adjusted": 0.2},
            {**row, "kind": "content", "block": "vision", "p": 0.01, "p_adjusted": 0.04},
            {**row, "kind": "content", "block": "audio", "p": 0.01, "p_adjusted": 0.03},
            {**row, "kind": "content", "block": "energy", "p": 0.01, "p_adjusted": 0.06},
            {"kind": "history", "statistic": 0.2, "p": 0.01, "p_adjusted": 0.01, "n": 84},
        ]
    )
    found = common.claim(evidence, "content_any")
    assert not found.shown and found.p == 0.2 and found.smallest_p == 0.01
    assert findings.named(evidence) == ("audio", "vision")
    assert common.claim(evidence, "history").shown
    assert common.claim(empty_evidence(), "history") is None


@pytest.mark.parametrize(
    ("n", "extent"), [(29, Extent.TOO_FEW), (30, Extent.INDICATIVE), (80, Extent.ENOUGH)]
)
def test_few_posts_are_called_what_they_are(n, extent):
    assert common.record(n).extent is extent
