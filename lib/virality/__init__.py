"""Honest, multimodal prediction of short-video performance, told as a book.

The front door for notebooks and scripts: DataFrame in, DataFrame out.

>>> import virality as vi
>>> posts = vi.simulate_creator(n_posts=60)
>>> vi.cross_validate(posts).columns.tolist()[:3]
['post_id', 'split', 'fold']
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from virality.core import VERSION

if TYPE_CHECKING:
    from virality.advice.changes import changes
    from virality.advice.drafts.score import score
    from virality.advice.experiments.judge import judge
    from virality.advice.experiments.plan import plan
    from virality.advice.steps.next_steps import next_steps
    from virality.advice.timing import timing
    from virality.advice.whatif import what_if
    from virality.book.artefacts import load_run
    from virality.core.errors import UserError
    from virality.core.protocol import Protocol
    from virality.creators.evaluate.many import evaluate_many
    from virality.creators.fit_prior import fit_prior
    from virality.demo.posts import simulate_creator
    from virality.door import extract_media, read_posts, read_snapshots
    from virality.evaluation.evaluate import cross_validate
    from virality.evaluation.forecast import Forecast, forecast
    from virality.evaluation.ordering import pairwise_skill
    from virality.evaluation.scores import score_table
    from virality.evaluation.validation import ExpandingWindow, RollingWindow
    from virality.evidence.associations import associations
    from virality.evidence.claims import content_test
    from virality.explanation.explain import explain
    from virality.explanation.regimes import find_regimes
    from virality.features.build import build_features
    from virality.models.catalogue import make_model
    from virality.models.growth import growth_curve
    from virality.models.prior_files import load_prior
    from virality.uncertainty.intervals import prediction_intervals
    from virality.uncertainty.nowcast import nowcast


__version__ = VERSION

# Name -> module: loaded when first used, so that the door itself opens at once.
_ROOMS = {
    "read_posts": "door",
    "read_snapshots": "door",
    "extract_media": "door",
    "build_features": "features.build",
    "Protocol": "core.protocol",
    "ExpandingWindow": "evaluation.validation",
    "RollingWindow": "evaluation.validation",
    "make_model": "models.catalogue",
    "cross_validate": "evaluation.evaluate",
    "forecast": "evaluation.forecast",
    "Forecast": "evaluation.forecast",
    "score_table": "evaluation.scores",
    "pairwise_skill": "evaluation.ordering",
    "evaluate_many": "creators.evaluate.many",
    "prediction_intervals": "uncertainty.intervals",
    "fit_prior": "creators.fit_prior",
    "load_prior": "models.prior_files",
    "growth_curve": "models.growth",
    "nowcast": "uncertainty.nowcast",
    "content_test": "evidence.claims",
    "associations": "evidence.associations",
    "explain": "explanation.explain",
    "find_regimes": "explanation.regimes",
    "changes": "advice.changes",
    "score": "advice.drafts.score",
    "plan": "advice.experiments.plan",
    "judge": "advice.experiments.judge",
    "what_if": "advice.whatif",
    "timing": "advice.timing",
    "next_steps": "advice.steps.next_steps",
    "load_run": "book.artefacts",
    "simulate_creator": "demo.posts",
    "UserError": "core.errors",
}

__all__ = [
    "ExpandingWindow",
    "Forecast",
    "Protocol",
    "RollingWindow",
    "UserError",
    "associations",
    "build_features",
    "changes",
    "content_test",
    "cross_validate",
    "evaluate_many",
    "explain",
    "extract_media",
    "find_regimes",
    "fit_prior",
    "forecast",
    "growth_curve",
    "judge",
    "load_prior",
    "load_run",
    "make_model",
    "next_steps",
    "nowcast",
    "pairwise_skill",
    "plan",
    "prediction_intervals",
    "read_posts",
    "read_snapshots",
    "score",
    "score_table",
    "simulate_creator",
    "timing",
    "what_if",
]


def __getattr__(name: str):
    if name not in _ROOMS:
        raise AttributeError(f"module 'virality' has no attribute {name!r}")
    return getattr(import_module(f"virality.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
