"""The chapter on the forecast: its cells compute what the library says, its verdicts turn round."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from chapters import shown_cells
from toy_explanation import creator
from virality.core.protocol import Protocol
from virality.evaluation import headline
from virality.evaluation.evaluate import cross_validate, make_folds
from virality.evaluation.experts import MODEL_EXPERTS, PRIOR
from virality.evaluation.ordering import pairwise_table
from virality.figures import forecast as figures
from virality.findings import forecast as findings
from virality.findings.forecast import Lead
from virality.findings.ordering import ordering
from virality.findings.scores import Verdict
from virality.models.catalogue import FORECAST, LINEAR
from virality.uncertainty import conformal


@pytest.fixture(scope="module")
def shown():
    """What the cells of the page compute, and the posts of its run."""
    own, protocol = creator(110), Protocol(n_folds=3)
    tables = [own.features, own.embeddings]
    stored = SimpleNamespace(
        posts=own.posts, features=own.features, embeddings=own.embeddings,
        folds=make_folds(own.posts, protocol),
        predictions_linear=cross_validate(own.posts, tables, LINEAR, protocol=protocol),
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("virality.load_run", lambda name: stored, raising=False)
        return SimpleNamespace(**shown_cells("forecast", n_folds=3))


def test_the_page_compares_as_the_answer_does(shown):
    gap = headline.forecast_gap(shown.predictions, n_bootstrap=200)
    assert gap["difference"].iloc[0] == pytest.approx(-shown.missed_less.mean())
    assert gap["against"].iloc[0] == shown.rule
    found = findings.worth(gap, shown.whole)
    assert (found.half.value, found.rule_half.value) == pytest.approx(
        tuple(shown.half_within[[FORECAST, shown.rule]])
    )
    assert found.n == len(shown.missed_less)
    signed = shown.missed_less * np.sign(shown.missed_less.sum())
    left = signed.sort_values(ascending=False)
    assert left.iloc[found.few :].sum() <= 0 < left.iloc[found.few - 1 :].sum()
    assert found.leads == (shown.missed_less.sum() > 0)


def test_the_page_counts_pairs_as_the_library_does(shown):
    table = pairwise_table(shown.predictions, shown.posts)
    found = ordering(table, FORECAST, by="order")
    assert found.times.value == pytest.approx(100 * shown.right)
    assert found.pairs == (shown.better != 0).sum()


def test_the_page_holds_what_its_intervals_hold(shown):
    assert conformal.coverage(shown.frame)["coverage"].iloc[0] == pytest.approx(shown.inside)
    stored = shown.made.predictions.merge(shown.frame)
    assert len(stored) == len(shown.made.predictions) and stored["level"].notna().all()


def test_pictures_are_drawn(shown):
    table = pairwise_table(shown.predictions, shown.posts)
    for figure in (
        figures.voices(shown.made.weights, shown.posts),
        figures.race(shown.missed_less, shown.posts),
        figures.picks(table),
    ):
        assert figure.axes[0].has_data()
    names = [tick.get_text() for tick in figures.picks(table).axes[0].get_yticklabels()]
    assert sum(name.startswith("forecast") for name in names) == 1, "once: by what it adds"


def weights(**held: float) -> pd.DataFrame:
    """The same weights at thirty posts."""
    posts = pd.DataFrame({"post_id": [f"p{i}" for i in range(30)]})
    experts = pd.DataFrame({"expert": held.keys(), "weight": held.values()})
    return posts.merge(experts, how="cross")


@pytest.mark.parametrize(
    ("models", "lead"), [(0.9, Lead.MODELS), (0.5, Lead.SHARED), (0.1, Lead.RULES)]
)
def test_who_speaks_follows_the_weights(models, lead):
    rest = (1 - models) / 2
    held = {MODEL_EXPERTS[0]: models, "rolling_median_10": rest, "running_median": rest}
    found = findings.voices(weights(**held))
    assert found.lead is lead and found.n == findings.LAST_POSTS and not found.asked_others
    assert (found.rules, found.models, found.others) == pytest.approx((1 - models, models, 0))
    others = findings.voices(weights(**{PRIOR: models, "ewm": 1 - models}))
    assert others.asked_others and others.others == pytest.approx(models)
    assert others.lead is lead, "whoever reads posts counts, with whatever posts it learnt from"


def test_only_the_last_posts_say_who_speaks():
    early = weights(xgboost=1.0, ewm=0.0)
    late = weights(xgboost=0.0, ewm=1.0).assign(post_id=lambda t: "q" + t["post_id"])
    assert findings.voices(pd.concat([early, late])).rules == 1
    assert findings.voices(early.head(0)) is None


def test_every_expert_has_a_group(shown):
    table = findings.shares(shown.made.weights)
    assert np.allclose(table.sum(axis=1), 1)
    assert list(table.index) == list(shown.made.predictions["post_id"])


def test_nothing_forecast_is_no_worth():
    nothing = pd.DataFrame({"model": [], "split": [], "blocks": [], "fold": [], "preset": [],
                            "post_id": [], "y_true": [], "y_pred": []})  # fmt: skip
    gap = headline.forecast_gap(nothing)
    assert gap.empty and findings.worth(gap, nothing) is None


def test_the_verdict_turns_round_with_the_misses(shown):
    told, own = shown.predictions, shown.predictions["model"] == FORECAST
    for share, verdict in ((0.1, Verdict.BETTER), (4.0, Verdict.WORSE)):
        other = told["y_true"] + share * (told["y_pred"] - told["y_true"])
        turned = told.assign(y_pred=told["y_pred"].where(~own, other))
        gap = headline.forecast_gap(turned, n_bootstrap=200)
        assert findings.worth(gap, turned).gain.verdict is verdict
