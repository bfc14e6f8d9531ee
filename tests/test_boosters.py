"""Stored boosters give back the very predictions that were made, or say that they cannot."""

import json

import numpy as np
import pandas as pd
import pytest

from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.demo.known_truth import known_creator
from virality.evaluation.evaluate import cross_validate, fit_final, fit_fold, fold_data
from virality.features.build import build_features
from virality.features.table import model_table
from virality.models import boosters

THREE = Protocol(n_folds=3)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    creator = known_creator(80, seed=1)
    table = model_table(creator.posts, [creator.content])
    fitted = [fit_fold(fold, "xgboost") for fold in fold_data(table, THREE)]
    folder = tmp_path_factory.mktemp("boosters")
    manifest = boosters.store_boosters(folder, fitted, fit_final(table, "xgboost"), target="views")
    return creator, fitted, folder, manifest


def test_reload_is_exact_to_the_bit(stored):
    creator, fitted, folder, _ = stored
    told = cross_validate(
        creator.posts, [creator.content], ["xgboost"], protocol=THREE, baselines=False
    )
    for one, loaded in zip(fitted, boosters.load_boosters(folder), strict=True):
        assert loaded.fold == one.fold
        assert np.array_equal(loaded.y_pred, one.y_pred.to_numpy())
        own = told[told["fold"] == one.fold].set_index("post_id")["y_pred"]
        assert np.array_equal(own.loc[loaded.rows.index].to_numpy(), loaded.y_pred)
        assert loaded.rows.index.name == "post_id"
        assert all("__" in name for name in loaded.rows.columns)


def test_the_level_is_one_more_column(stored):
    for loaded in boosters.load_boosters(stored[2]):
        assert boosters.LEVEL not in loaded.rows  # without momentum there is no level
        assert loaded.mean_level == 0 and loaded.trees_see == list(loaded.rows.columns)
    creator = known_creator(80, "walk", seed=1)
    posts = creator.posts.assign(caption=None, duration_s=float("nan"), kind="video")
    table = model_table(posts, [build_features(posts), creator.content])
    fold = list(fold_data(table, THREE))[-1]
    one = fit_fold(fold, "xgboost")
    found = boosters.stored_fold(one)
    assert boosters.LEVEL in found.rows and boosters.LEVEL not in found.trees_see
    assert np.array_equal(found.rows[boosters.LEVEL], one.model.level(one.X_test))
    assert np.array_equal(found.predict(found.rows), one.y_pred.to_numpy())
    higher = found.rows.assign(**{boosters.LEVEL: found.rows[boosters.LEVEL] + 1})
    np.testing.assert_allclose(found.predict(higher) - found.y_pred, 1)


def test_the_final_model_has_seen_every_matured_post(stored):
    creator, _, folder, manifest = stored
    final = boosters.load_final(folder)
    assert set(final.rows.index) == set(creator.posts["post_id"])
    assert manifest["final"]["n_train"] == len(creator.posts)


def test_two_runs_store_the_same_bytes(stored, tmp_path):
    _, fitted, _, manifest = stored
    again = boosters.store_boosters(tmp_path, fitted, target="views")
    assert [e["sha256"] for e in again["folds"]] == [e["sha256"] for e in manifest["folds"]]


def test_nothing_is_a_pickle(stored):
    folder = stored[2]
    assert {path.suffix for path in folder.iterdir()} == {".json", ".parquet"}
    for path in folder.glob("*.json"):
        json.loads(path.read_text())


def test_a_changed_file_is_refused(stored, tmp_path):
    _, fitted, _, _ = stored
    boosters.store_boosters(tmp_path, fitted)
    path = tmp_path / "fold_1_rows.parquet"
    pd.read_parquet(path).mul(2).to_parquet(path)
    with pytest.raises(UserError, match="fold_1_rows"):
        boosters.load_boosters(tmp_path)


def test_an_incomplete_folder_is_refused(tmp_path):
    with pytest.raises(UserError, match="incomplete"):
        boosters.load_boosters(tmp_path)
    (tmp_path / boosters.MANIFEST).write_text('{"format": 99}')
    with pytest.raises(UserError, match="version"):
        boosters.load_boosters(tmp_path)


def test_nothing_to_store_is_no_error(tmp_path):
    boosters.store_boosters(tmp_path, [])
    assert boosters.load_boosters(tmp_path) == [] and boosters.load_final(tmp_path) is None


def test_only_boosters_can_be_stored(tmp_path):
    creator = known_creator(60, seed=1)
    fold = next(iter(fold_data(model_table(creator.posts, [creator.content]), THREE)))
    with pytest.raises(ValueError, match="no booster"):
        boosters.store_boosters(tmp_path, [fit_fold(fold, "ridge")])
