"""What the baselines chapter says follows the numbers, whichever way they point."""

import pandas as pd
import pytest

from toyposts import toy_embeddings, toy_posts
from virality.evaluation import evaluate, scores
from virality.features.build import build_features
from virality.figures import baselines as figures
from virality.figures import theme
from virality.sentences import baselines as sentences
from virality.sentences import scores as words


def score_rows(**r2) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"model": name, "r2": value, "r2_low": value - 0.2, "r2_high": value + 0.2, "n": 84}
            for name, value in r2.items()
        ]
    )


def test_the_triumph_is_named_only_where_there_is_one():
    assert "success" in sentences.triumph(score_rows(ridge=0.4, elastic_net=0.1))
    assert "not much" in sentences.triumph(score_rows(ridge=0.05))
    assert "no better" in sentences.triumph(score_rows(ridge=-0.3))
    assert "nothing to predict" in sentences.triumph(score_rows(ridge=float("nan")))


def test_the_fall_is_told_only_where_there_is_one():
    fall = sentences.triumph_caption(score_rows(ridge=0.4), score_rows(ridge=-0.1))
    assert "Ridge falls from 0.40 to −0.10" in fall
    same = sentences.triumph_caption(score_rows(ridge=0.1), score_rows(ridge=0.2))
    assert "hardly changes" in same


def test_wins_are_counted_fold_by_fold():
    each = pd.DataFrame(
        {
            "fold": [1, 2, 3] * 2,
            "model": ["ridge"] * 3 + ["rolling_median_10"] * 3,
            "mae": [0.5, 0.9, 0.7, 0.6, 0.6, 0.8],
        }
    )
    text = sentences.fold_by_fold(each, "rolling_median_10")
    assert "in 2 of 3 folds" in text and "1.65" in text and "2.46" in text
    assert "No model" in sentences.fold_by_fold(each.iloc[3:], "rolling_median_10")


@pytest.mark.parametrize(
    ("verdict", "phrase"),
    [("better", "beats it"), ("worse", "is worse"), ("no clear difference", "not clearly beat")],
)
def test_a_model_that_does_not_beat_the_rule_says_so(verdict, phrase):
    sign = {"better": -1, "worse": 1}.get(verdict, 0)
    gaps = pd.DataFrame(
        {
            "model": ["ridge"],
            "preset": ["tuned"],
            "difference": [0.1 * sign],
            "low": [0.1 * sign - 0.05],
            "high": [0.1 * sign + 0.05],
            "verdict": [verdict],
        }
    )
    assert phrase in sentences.comparison(gaps, "train_mean")


def replication(rule_mae=0.9, shift=0.0) -> pd.DataFrame:
    rows = [
        ("published", "ridge", -1.7667, 2.2, 1.8),
        ("rebuilt", "ridge", -1.7667 + shift, 2.2, 1.8),
        ("tuned", "ridge", 0.0, 1.4, 1.0),
        ("naive", "rolling_median_10", -0.1, 1.4, rule_mae),
    ]
    table = pd.DataFrame(rows, columns=["source", "model", "r2", "rmse", "mae"])
    return table.assign(spearman=0.1, top10=float("nan"), smape=0.1, r2_clipped=0.0)


def test_the_replication_is_judged_by_its_numbers():
    text = sentences.replication(replication())
    assert "Ridge come back to four digits" in text and "still beats them all" in text
    off = sentences.replication(replication(rule_mae=1.2, shift=0.1))
    assert "four digits" not in off and "comes near" in off and "is beaten" in off
    shown = sentences.replication_table(replication())
    assert shown["R²"].iloc[0] == "−1.7667" and shown["top tenth"].iloc[0] == "–"


@pytest.fixture(scope="module")
def whole():
    posts, traits = toy_posts(70, content=0.4)
    tables = [build_features(posts), toy_embeddings(posts, traits)]
    honest, folds = evaluate.cross_validate(posts, tables, ["ridge", "block_ridge"], blocks="every")
    return honest, folds, scores.score_table(honest, folds, 50)


def test_every_figure_and_table_can_be_drawn(whole):
    honest, folds, table = whole
    main = table[table["blocks"].isin(["all", "none"])].sort_values("mae")
    each = scores.fold_scores(honest[honest["blocks"].isin(["all", "none"])], folds)
    blocks = sentences.block_table(table, "block_ridge")
    assert set(blocks["kind"]) == {"alone", "left out"} and len(blocks) == 8
    for figure in (
        figures.folds(folds),
        figures.triumph(main[main["preset"] == "tuned"], main),
        figures.fold_by_fold(each, ["ridge", "train_mean"]),
        figures.block_scores(blocks, 0.1),
    ):
        assert theme.render(figure)["svg"].startswith(b"<?xml")
    assert len(words.table(main)) == len(main) == 7
    assert len(sentences.folds_table(folds)) == len(folds)
    assert len(words.fold_table(each)) == len(each) == 7 * len(folds)


def test_a_block_that_spoils_the_order_is_named():
    rows = [("audio", "alone", 0.5, 0.3, 0.7), ("momentum", "left out", 0.5, 0.4, 0.7),
            ("caption_text", "left out", 0.1, -0.1, 0.3)]  # fmt: skip
    names = ["block", "kind", "spearman", "spearman_low", "spearman_high"]
    table = pd.DataFrame(rows, columns=names)
    assert "Without account momentum" in sentences.blocks_caption(table, 0.1)
    assert "Without" not in sentences.blocks_caption(table, 0.45)
    other = table.replace({"block": {"momentum": "caption_text"}})
    assert "last posts" not in sentences.blocks_caption(other, 0.1)
    assert "Without caption" in sentences.blocks_caption(other, 0.1)


def test_few_posts_are_called_what_they_are():
    assert "indicative" in words.indicative(60) and words.indicative(200) == ""
    assert "predicts nothing" in words.too_few(12)
    empty = pd.DataFrame(columns=["model", "preset", "verdict"])
    assert "predicts nothing" in sentences.answer(empty, empty, empty, 12)
