"""The study's table, rebuilt to four digits; the tuned preset is better on its own folds."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from toyposts import toy_embeddings, toy_posts
from virality.evaluation.replication import replicate
from virality.features import study
from virality.features.build import build_features, similar_media
from virality.features.table import model_table

TABLE = Path(os.environ.get("VIRALITY_SAMPLES", "none")) / "data" / "creator_studio" / "posts.csv"
real_table = pytest.mark.skipif(
    not TABLE.is_file(), reason="the study's table is not here: set VIRALITY_SAMPLES"
)


@pytest.fixture(scope="module")
def replicated():
    return replicate(study.read_study_table(TABLE)).set_index(["preset", "model"])


@real_table
def test_the_studys_rows_come_back(replicated):
    ours = replicated.loc["study"]
    assert round(ours.loc["ridge", "r2"], 4) == -1.7667
    assert round(ours.loc["elastic_net", "r2"], 4) == -1.8249
    assert ours.loc["xgboost", "r2"] == pytest.approx(-0.533, abs=0.01)
    published = study.published().query("features == 'metadata'").set_index("model")
    for model in ("ridge", "elastic_net"):
        for metric in ("rmse", "mae", "smape", "spearman"):
            assert ours.loc[model, metric] == pytest.approx(published.loc[model, metric], abs=1e-6)


@real_table
@pytest.mark.parametrize("model", ["ridge", "elastic_net", "xgboost"])
def test_tuned_is_better_on_the_studys_own_folds(replicated, model):
    old, new = replicated.loc[("study", model)], replicated.loc[("tuned", model)]
    assert new["r2"] > old["r2"] and new["rmse"] < old["rmse"] and new["mae"] < old["mae"]


@real_table
def test_the_naive_rules_on_the_studys_folds(replicated):
    assert replicated.loc[("baseline", "train_median"), "mae"] == pytest.approx(1.026, abs=0.001)


def raw_table(**columns):
    base = {
        "description": ["#One two #three", None],
        "published date": ["2/1/23", "1/31/2023"],
        "published time": ["1:30 PM", "12:10 AM"],
        "video length": ["8:40s", "576.28s"],
        "views": ["1,234", "7"],
        "url": ["https://x/video/12", "https://x/video/11"],
    }
    return pd.DataFrame(base | columns)


def test_values_are_read_as_the_study_read_them(tmp_path):
    raw_table().to_csv(tmp_path / "posts.csv", index=False)
    table = study.read_study_table(tmp_path / "posts.csv")
    assert table["post_id"].tolist() == ["11", "12"]  # in the order of its dates
    assert table["length_s"].tolist() == [576.28, 8.40]
    assert table["views"].tolist() == [7, 1234]
    X = study.study_features(table)
    assert X.shape == (2, 21)
    assert X.loc["12", "metadata__hashtag_count"] == 2
    assert X.loc["12", "momentum__videos_7d"] == 1 and X.loc["12", "momentum__views_7d"] == 7
    assert X.loc["12", "metadata__hour_sin"] == pytest.approx(np.sin(2 * np.pi * 13 / 24))


def test_the_switch_reads_values_as_the_study_did(tmp_path):
    path = tmp_path / "posts.csv"
    raw_table().to_csv(path, index=False)
    posts = toy_posts(2)[0].assign(post_id=pd.array(["12", "11"], dtype="string"))
    X = build_features(posts, study_features=True, source=str(path))
    assert list(X.index) == ["12", "11"]
    assert_frame_equal(X.sort_index(), study.study_features(study.read_study_table(path)))
    other = posts.assign(post_id=pd.array(["12", "99"], dtype="string"))
    from_posts = build_features(other, study_features=True)
    assert_frame_equal(build_features(other, study_features=True, source=str(path)), from_posts)


def test_other_files_are_no_study_table(tmp_path):
    assert study.read_study_table(tmp_path / "none.csv") is None
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00broken")
    (tmp_path / "b.csv").write_text("Time,Video title\n1,2\n")
    raw_table(views=["many", "7"]).to_csv(tmp_path / "c.csv", index=False)
    (tmp_path / "d.json").write_text("{}")
    for name in "abc":
        assert study.read_study_table(tmp_path / f"{name}.csv") is None
    assert study.read_study_table(tmp_path / "d.json") is None


def test_study_features_of_any_creator():
    posts, _ = toy_posts(40)
    X = build_features(posts, study_features=True)
    assert list(X.columns) == [name for name, *_ in study.COLUMNS]
    assert set(study.METADATA_ROWS) < set(X.columns) and len(study.METADATA_ROWS) == 19
    assert X.notna().all().all()


def test_no_comparison_of_posts_stands_beside_the_studys_columns():
    posts, traits = toy_posts(40)
    media = toy_embeddings(posts, traits)
    media = media.join(similar_media(posts, media))
    found = model_table(posts, [build_features(posts, study_features=True), media]).blocks
    assert found == ["metadata", "momentum", "vision", "audio"]
    assert "similar" in model_table(posts, [build_features(posts), media]).blocks


def test_published_figures_name_their_source():
    published = study.published()
    assert len(published) == 12
    best = published.loc[published["r2"].idxmax()]
    assert (best["model"], best["pca"]) == ("xgboost", "global")
    text = (Path(study.__file__).parent / "published.csv").read_text()
    assert "Source:" in text and "https://" in text


def test_replication_needs_no_real_table():
    posts, _ = toy_posts(60)
    table = replicate(study.study_table_from_posts(posts))
    assert set(table["preset"]) == {"study", "tuned", "baseline"}
    assert np.isfinite(table["mae"]).all()
