"""No artefact is stored that breaks its promise."""

import numpy as np
import pandas as pd
import pytest

import exports
from toyposts import toy_embeddings, toy_posts
from virality.book.chapter import Chapter
from virality.book.tables import COLUMNS, check_table
from virality.core.chapters import ARTEFACTS
from virality.core.errors import UserError
from virality.core.paths import RUN_VARIABLE
from virality.core.protocol import Protocol
from virality.evaluation.evaluate import cross_validate, empty_predictions, make_folds
from virality.features.build import build_features, ledger

POSTS, TRAITS = toy_posts(40)
FEATURES = build_features(POSTS)


@pytest.fixture(scope="module")
def predictions():
    two = Protocol(n_folds=2)
    return cross_validate(POSTS, FEATURES, ["ridge"], protocol=two), make_folds(POSTS, two)


def test_every_table_has_a_promise():
    tables = {name for name, path in ARTEFACTS.items() if path.endswith(".parquet")}
    assert tables == {*COLUMNS, "posts", "repairs", "features", "embeddings"}


def test_what_the_library_makes_passes(predictions):
    told, folds = predictions
    check_table("posts", exports.made_up_posts())
    check_table("repairs", exports.no_repairs())
    check_table("features", FEATURES)
    check_table("embeddings", toy_embeddings(POSTS, TRAITS))
    check_table("embeddings", toy_embeddings(POSTS, TRAITS).iloc[:, :0])
    check_table("ledger", ledger())
    check_table("ledger", ledger(study_features=True, embargo_days=2.5))
    check_table("folds", folds)
    check_table("predictions_linear", told)
    check_table("predictions_nonlinear", empty_predictions())


BROKEN = {
    "infinite": (lambda t: t.assign(y_pred=np.inf), "row 1, column y_pred.*infinite"),
    "missing": (lambda t: t.assign(y_pred=np.nan), "column y_pred.*missing"),
    "lacking": (lambda t: t.drop(columns="y_true"), "predictions_linear table lacks y_true"),
    "of another type": (lambda t: t.assign(fold="one"), "column fold holds"),
    "twice": (lambda t: pd.concat([t, t.head(1)], ignore_index=True), "those of an earlier row"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_predictions_are_refused(case, predictions):
    change, words = BROKEN[case]
    with pytest.raises(UserError, match=words):
        check_table("predictions_linear", change(predictions[0]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.reset_index(drop=True), "not keyed by post_id"),
        (lambda t: pd.concat([t, t.head(1)]), "not keyed by post_id"),
        (lambda t: t.assign(views=1.0), "views belongs to no block"),
        (lambda t: t.assign(metadata__x="a"), "metadata__x holds"),
        (lambda t: t.assign(metadata__x=-np.inf), "metadata__x is infinite"),
    ],
)
def test_broken_features_are_refused(change, words):
    with pytest.raises(UserError, match=words):
        check_table("features", change(FEATURES))


def test_a_refused_table_leaves_the_old_one(tmp_path, monkeypatch):
    monkeypatch.setenv(RUN_VARIABLE, str(tmp_path / "run"))
    here = Chapter("data", "x")
    here.write("features", FEATURES)
    before = here.path("features").read_bytes()
    with pytest.raises(UserError):
        here.write("features", FEATURES.reset_index())
    assert here.path("features").read_bytes() == before
