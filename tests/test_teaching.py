"""Cells that show a computation on the page compute what the library computes."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import virality as vi
from test_headline import NO_REGIMES, posts_of, told_by_forecast
from toycreators import toy_creators
from virality.book.plain import TEACHES
from virality.core.paths import NOTEBOOKS
from virality.creators import pool, skill
from virality.evaluation import headline
from virality.evidence.claims import empty_evidence
from virality.features.build import build_features
from virality.findings import creators, index, summary
from virality.models.catalogue import FORECAST


def taught(slug: str, run: SimpleNamespace, **known) -> dict:
    """What the teaching cells of a chapter leave behind, given what other cells made."""
    known |= {"name": "toy"}
    cells = json.loads((NOTEBOOKS / f"{slug}.ipynb").read_text(encoding="utf-8"))["cells"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vi, "load_run", lambda name: run, raising=False)
        for source in ("".join(cell["source"]) for cell in cells):
            if source.startswith(TEACHES):
                exec(compile(source, slug, "exec"), known)
    return known


def test_the_abstract_shows_how_its_interval_is_made():
    predictions, folds = told_by_forecast(0.2)
    posts, own = posts_of(predictions), predictions["model"] == FORECAST
    scores = headline.headline_scores(predictions, folds, n_bootstrap=200)
    made = posts, predictions, scores, empty_evidence(), NO_REGIMES
    facts = summary.facts(*made, n_bootstrap=200)
    features = build_features(posts)
    run = SimpleNamespace(
        predictions_linear=predictions[~own],
        predictions_nonlinear=predictions[predictions["blocks"] == "none"],  # rules stand in both
        forecast=predictions[own],
        features=features,
        embeddings=pd.DataFrame({"vision__000": np.nan}, index=features.index),
    )
    found = index.short_answer(facts)
    made = taught("index", run, split="expanding", n_bootstrap=200, found=found, facts=facts)
    named = headline.forecast_gap(predictions, n_bootstrap=200).iloc[0]
    np.testing.assert_allclose(made["miss"].loc[scores["model"]], scores["factor"])
    assert made["gap"].mean() == pytest.approx(named["difference"])
    assert made["interval"] == pytest.approx((named["low"], named["high"]))


@pytest.fixture(scope="module")
def several():
    posts, embeddings = toy_creators([-4, 0, 2], n=40, shared=1.0)
    features = build_features(posts)
    predictions = pool.predict_pooled(posts, [features, embeddings])
    run = SimpleNamespace(posts=posts, features=features, embeddings=embeddings)
    nothing = pd.DataFrame({"kind": [], "block": [], "p_adjusted": []})
    facts = summary.pooled_facts(posts, predictions, nothing, pd.DataFrame(), pd.DataFrame())
    run.creators, run.predictions_pooled = facts, predictions
    return run


def test_the_chapter_on_creators_shows_how_skill_is_taken_apart(several):
    facts, found = several.creators, creators.pooled(several.creators)
    predictions = several.predictions_pooled
    made = taught("creators", several, target="views", found=found, facts=facts,
                  predictions=predictions)  # fmt: skip
    levels = made["levels"].table().set_index("author")[["n", "mean", "weight", "level"]]
    shown = made["pulled"].loc[levels.index].rename(columns={"count": "n"})
    np.testing.assert_allclose(shown, levels)
    for part in ("between_part", "within_part", "within"):
        assert made[part] == pytest.approx(facts["parts"][part])
    each = skill.per_creator(several.predictions_pooled, facts["model"], facts["rule"])
    assert made["smaller"].sum() == (each["factor"] < each["rule_factor"]).sum()


def test_the_first_page_on_creators_shows_a_correlation_creator_by_creator(several):
    facts = several.creators
    made = taught("overview", several, found=creators.pooled(facts))
    assert made["miss"].to_dict() == pytest.approx(facts["factors"])
    assert made["together"] == pytest.approx(facts["parts"]["total"])
    each = skill.per_creator(several.predictions_pooled, facts["model"], facts["rule"])
    within = each.set_index("author")["within"]
    np.testing.assert_allclose(made["creator_by_creator"].loc[within.index], within)


@pytest.mark.parametrize("slug", ["creators", "overview"])
def test_a_single_creator_breaks_no_cell(slug):
    posts, embeddings = toy_creators([0], n=20)
    features = build_features(posts)
    predictions = pool.predict_pooled(posts, [features, embeddings])
    facts = summary.pooled_facts(posts, predictions, empty_evidence(), predictions, predictions)
    run = SimpleNamespace(posts=posts, features=features, embeddings=embeddings, creators=facts,
                          predictions_pooled=predictions)  # fmt: skip
    assert taught(slug, run, target="views", found=creators.pooled(facts), facts=facts,
                  predictions=predictions)  # fmt: skip
