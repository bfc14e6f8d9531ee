"""Leaks, classical ones and our own: each check passes on the library and fails with the leak."""

import numpy as np
import pandas as pd
import pytest

from toyposts import toy_embeddings, toy_posts
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.evaluation import evaluate as ev
from virality.evaluation import validation
from virality.features import build as ft
from virality.features import metadata, momentum, similarity
from virality.features.table import refuse_leaks
from virality.features.targets import target_values
from virality.models.blocks import BlockTransform

EMBARGO = pd.Timedelta(days=7)
MODELS = ("ridge", "block_ridge", "xgboost")


def predictions(posts, media) -> pd.DataFrame:
    """Held-out predictions of the whole machinery, features included."""
    tables = [ft.build_features(posts), media]
    found = ev.cross_validate(posts, tables, MODELS, protocol=Protocol(n_folds=2))
    return found.pivot_table(index="post_id", columns="model", values="y_pred")


# ------------------------------------------------------------------------------ the checks


def check_other_held_out_rows_teach_nothing():
    """What a later held-out post looks like cannot change the forecast of an earlier one."""
    posts, traits = toy_posts(60, content=0.5)
    media = toy_embeddings(posts, traits)
    other = media.copy()
    noise = np.random.default_rng(0).normal(size=(8, media.shape[1]))
    other.iloc[-8:] = (30 * noise).astype("float32")
    before, after = predictions(posts, media), predictions(posts, other)
    kept = posts["post_id"].iloc[-20:-8]
    pd.testing.assert_frame_equal(before.loc[kept], after.loc[kept], check_exact=True)


def check_unmatured_outcomes_teach_nothing():
    """A forecast stays as it is when only outcomes change that nobody could know by then."""
    posts, traits = toy_posts(60, every_days=2, content=0.5)
    media = toy_embeddings(posts, traits)
    row = 45
    now = posts["posted_at"].iloc[row]
    other = posts.copy()
    unknown = posts["posted_at"] > now - EMBARGO
    other.loc[unknown, "views"] = other.loc[unknown, "views"] * 50 + 7
    before, after = predictions(posts, media), predictions(other, media)
    post = posts["post_id"].iloc[row]
    pd.testing.assert_series_equal(before.loc[post], after.loc[post], check_exact=True)


def check_folds_follow_the_clock():
    """Every training post had matured when the test fold began."""
    when = toy_posts(80)[0]["posted_at"]
    for name in ("expanding", "rolling"):
        for train, test in validation.make_splitter(when, Protocol(split=name)).split():
            assert when.iloc[train].max() <= when.iloc[test].min() - EMBARGO


def check_features_do_not_know_the_outcome():
    """A post's own outcome, and anything as telling, is not among its features."""
    posts, _ = toy_posts(60)
    other = posts.assign(views=posts["views"] * 3 + 1)
    own = ft.build_features(posts).filter(like="metadata__")
    pd.testing.assert_frame_equal(own, ft.build_features(other).filter(like="metadata__"))
    ev.model_table(posts, [ft.build_features(posts)])


CHECKS = {
    "PCA on all rows": check_other_held_out_rows_teach_nothing,
    "momentum without embargo": check_unmatured_outcomes_teach_nothing,
    "similar posts without embargo": check_unmatured_outcomes_teach_nothing,
    "shuffled folds": check_folds_follow_the_clock,
    "target in a feature": check_features_do_not_know_the_outcome,
}


# ------------------------------------------------------------------------------- the leaks


def leak_pca_on_all_rows(monkeypatch):
    """Fit scaling and PCA on everything before the folds are cut, as the study did."""
    original = ev.fold_data

    def leaky(table, *args, **kwargs):
        fitted = BlockTransform().fit(table.X)
        with monkeypatch.context() as patch:
            patch.setattr(BlockTransform, "fit", lambda self, X, y=None: self._take(fitted))
            yield from original(table, *args, **kwargs)

    def take(self, other):
        self.__dict__.update(other.__dict__)
        return self

    monkeypatch.setattr(BlockTransform, "_take", take, raising=False)
    monkeypatch.setattr(ev, "fold_data", leaky)


def leak_momentum_without_embargo(monkeypatch):
    honest = momentum.matured_before
    for module in (momentum, ft):
        monkeypatch.setattr(module, "matured_before", lambda times, _days: honest(times, 0))


def leak_similar_posts_without_embargo(monkeypatch):
    honest = similarity.matured_before
    monkeypatch.setattr(similarity, "matured_before", lambda times, _days: honest(times, 0))


def leak_shuffled_folds(monkeypatch):
    for name in ("expanding", "rolling"):
        monkeypatch.setitem(
            validation.SPLITTERS, name, lambda times, n, *_: validation.Shuffled(times, n)
        )


def leak_target_in_a_feature(monkeypatch):
    honest = metadata.metadata_features

    def leaky(posts, timezone="UTC"):
        likes = np.log1p(posts["likes"].astype(float)).to_numpy()
        return honest(posts, timezone).assign(metadata__is_paid=likes)

    monkeypatch.setattr(metadata, "metadata_features", leaky)


LEAKS = {
    "PCA on all rows": leak_pca_on_all_rows,
    "momentum without embargo": leak_momentum_without_embargo,
    "similar posts without embargo": leak_similar_posts_without_embargo,
    "shuffled folds": leak_shuffled_folds,
    "target in a feature": leak_target_in_a_feature,
}


@pytest.mark.parametrize("name", CHECKS)
def test_the_library_does_not_leak(name):
    CHECKS[name]()


@pytest.mark.parametrize("name", LEAKS)
def test_the_check_fails_when_the_leak_is_put_in(name, monkeypatch):
    LEAKS[name](monkeypatch)
    with pytest.raises((AssertionError, UserError)):
        CHECKS[name]()


# ------------------------------------------------------------------ a guard for the users


@pytest.mark.parametrize("disguise", [lambda y: y, np.exp, lambda y: -y, lambda y: y.rank()])
def test_a_column_that_ranks_like_the_outcome_is_refused(disguise):
    posts, _ = toy_posts(60)
    y = target_values(posts)
    X = pd.DataFrame({"vision__000": disguise(y)}, index=y.index)
    with pytest.raises(UserError, match="vision__000"):
        ev.model_table(posts, [X])


def test_honest_columns_are_not_refused():
    posts, traits = toy_posts(60, content=0.9)
    y = target_values(posts)
    refuse_leaks(toy_embeddings(posts, traits), y)
    refuse_leaks(pd.DataFrame({"vision__0": np.ones(60)}, index=y.index), y)
    refuse_leaks(pd.DataFrame({"vision__0": y}).iloc[:5], y.iloc[:5])


def test_outcomes_cannot_be_joined_as_features():
    posts, _ = toy_posts(40)
    likes = pd.DataFrame({"likes": 1.0}, index=posts["post_id"])
    with pytest.raises(ValueError, match="likes"):
        ev.model_table(posts, [likes])
