"""Plant opposite effects: what the book says must turn round with them.

Simulated creators without videos go through features, models, tests and sentences, as in the
chapters. What is asserted are sentences and signs, not sizes.
"""

from dataclasses import dataclass, replace
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from test_teaching import taught
from virality.demo.model import HOOK, REGIMES, Effects, Truth
from virality.demo.posts import simulate_creator
from virality.evaluation import evaluate, headline
from virality.evaluation.forecast import forecast
from virality.evidence import claims as evidence
from virality.explanation import behaviour, regimes, shap_values
from virality.explanation.naming import KindName
from virality.features import concepts
from virality.features.build import build_features
from virality.features.table import model_table
from virality.findings import summary
from virality.findings.clustering import Content, Regime, Verdict, views
from virality.findings.index import short_answer
from virality.findings.interpretability import courses
from virality.findings.recovered import Memory, Recovered, Recovery, recovered
from virality.media.extract import extract
from virality.media.settings import Settings, Workers
from virality.models import boosters
from virality.sentences import clustering, index, interpretability

pytestmark = pytest.mark.slow

N, SEED = 400, 1
# Stronger than the demo's, so that a few hundred posts leave no doubt; no films, so no hook.
STRONG = Effects(
    evening=0.9, weekend=0.0, regime=0.9, momentum=0.0, carry_over=0.0, viral_rate=0.0, noise=0.5
).without(*HOOK)
CREATORS = {
    "planted": STRONG,
    "reversed": STRONG.reversed(),
    "null": Effects.null(0.5),
    "momentum": replace(Effects.null(0.5), momentum=1.0),
}


@dataclass(frozen=True)
class Findings:
    """What the chapters would know about a creator."""

    posts: pd.DataFrame
    truth: Truth
    predictions: pd.DataFrame
    evidence: pd.DataFrame
    facts: dict
    shap: pd.DataFrame
    columns: pd.DataFrame


def find(effects: Effects, cache) -> Findings:
    posts, truth = simulate_creator(N, SEED, effects, return_truth=True)
    columns = build_features(posts)
    seen = extract(posts, "", Settings("classic"), cache, Workers(1, progress=False))
    tables = [columns, seen.embeddings]
    told = evaluate.cross_validate(posts, tables, ["ridge", "xgboost"])
    predictions = pd.concat([told, forecast(posts, tables).predictions], ignore_index=True)
    folds = evaluate.make_folds(posts)
    table = model_table(posts, tables)
    fitted = [evaluate.fit_fold(fold, "xgboost") for fold in evaluate.fold_data(table)]
    with TemporaryDirectory() as folder:
        boosters.store_boosters(folder, fitted)
        stored = boosters.load_boosters(folder)
    trees = predictions[(predictions["model"] == "xgboost") & (predictions["blocks"] == "all")]
    shap, _ = shap_values.shap_tables(stored, trees)
    tests = pd.concat(
        [
            evidence.content_test(posts, tables, n_shifts=99),
            evidence.history_test(predictions),
        ],
        ignore_index=True,
    )
    scored = headline.headline_scores(predictions, folds, n_bootstrap=200)
    made = posts, predictions, scored, tests, regimes.empty()
    facts = summary.facts(*made, n_bootstrap=200)
    return Findings(posts, truth, predictions, tests, facts, shap, columns)


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    """Found on demand, once per creator."""
    cache, known = tmp_path_factory.mktemp("cache"), {}

    def get(name: str) -> Findings:
        if name not in known:
            known[name] = find(CREATORS[name], cache)
        return known[name]

    return get


def answer(found: Findings) -> str:
    """What the abstract says."""
    return index.answer(short_answer(found.facts))


def judged(found: Findings, truth: Truth | None = None) -> Recovered:
    """What the box of the abstract compares; with the creator's own truth, or another's."""
    intervals = pd.DataFrame({"post_id": []})
    return recovered(truth or found.truth, found.predictions, found.evidence, intervals)


def recoveries(box: Recovered) -> dict[str, Recovery]:
    return {term.name: term.recovery for term in box.terms}


def hours(found: Findings) -> str:
    """What the interpretability chapter says about the hour."""
    key = "metadata__hour"
    reading = concepts.reading(key, found.posts, found.columns)
    found = courses({key: shap_values.dependence(found.shap, key, reading)})
    return interpretability.dependence_texts(found)[0]


def known_regimes(found: Findings) -> pd.DataFrame:
    """The regimes as planted, in the form of the artefact."""
    number = {name: place for place, name in enumerate(REGIMES)}
    told = found.truth.posts
    table = pd.DataFrame({"post_id": told["post_id"], "regime": told["regime"].map(number)})
    return table.assign(traits="", recovery=1.0, era=False).reindex(columns=regimes.COLUMNS)


def test_abstract_says_yes_or_not(findings):
    assert "Yes, in part" in answer(findings("planted"))
    assert "Yes, in part" in answer(findings("reversed"))
    assert "Yes, in part" not in answer(findings("null"))


def test_abstract_names_content_where_content_was_planted(findings):
    for name in ("planted", "reversed"):
        text = answer(findings(name))
        assert "hashtags" in text and "information about views" in text
    assert "No part of the content is shown" in answer(findings("null"))


def test_abstract_names_history_where_momentum_was_planted(findings):
    assert "How the account did lately does help" in answer(findings("momentum"))
    assert "is not shown to help" in answer(findings("null"))


def test_good_hours_turn_round(findings):
    planted, turned = hours(findings("planted")), hours(findings("reversed"))
    assert "highest from 18 to 24 h" in planted
    assert "lowest from 18 to 24 h" in turned
    assert planted != turned


def test_best_regime_turns_round(findings):
    def answers(name):
        made = findings(name)
        table = known_regimes(made)
        table_of_regimes = behaviour.summarise(table, made.posts)
        pushes = shap_values.shap_tables([])[1]
        run = SimpleNamespace(regimes=table, posts=made.posts, shap_blocks=pushes)
        p = taught("clustering", run, regimes=table, seed=0)["p"]
        kinds = tuple(Regime(KindName(name), N) for name in REGIMES)
        found = Content(N, Verdict.STABLE, kinds)
        return clustering.answer(found, views(table_of_regimes, p, found))

    planted, turned, null = (answers(name) for name in ("planted", "reversed", "null"))
    assert "**kind travel** got" in planted and "and **kind storytime**" in planted
    assert "**kind storytime** got" in turned and "and **kind travel**" in turned
    assert "cannot be shown" in null and "cannot be shown" not in planted + turned


def test_box_recovers_what_was_planted_either_way(findings):
    for name in ("planted", "reversed"):
        box = judged(findings(name))
        shares = {term.name: term.share for term in box.terms}
        assert shares["posting_time"].low > 0.2 and shares["content"].low > 0.2, name
        assert Recovery.REVERSED not in recoveries(box).values()
        assert recoveries(box)["momentum"] is Recovery.NOT_PLANTED
        assert box.content.false == ()


def test_box_sees_predictions_that_are_turned_round(findings):
    box = judged(findings("planted"), findings("reversed").truth)
    assert list(recoveries(box).values()).count(Recovery.REVERSED) == 2


def test_box_says_when_there_was_nothing(findings):
    box = judged(findings("null"))
    assert box.noise_only and set(recoveries(box).values()) == {Recovery.NOT_PLANTED}


def test_momentum_is_recovered(findings):
    box = judged(findings("momentum"))
    assert {term.name: term.share for term in box.terms}["momentum"].low > 0
    others = {name: one for name, one in recoveries(box).items() if name != "momentum"}
    assert set(others.values()) == {Recovery.NOT_PLANTED}
    assert box.history == Memory(planted=True, found=True)


def test_same_creator_same_predictions(findings, tmp_path):
    again = find(CREATORS["null"], tmp_path)
    first = findings("null").predictions
    np.testing.assert_array_equal(first["y_pred"], again.predictions["y_pred"])
