"""The list of chapters: a chapter is one line here and one notebook of the same name.

The order is the order of execution. ``index`` is read first and executed last, because it
is the abstract of all the others.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Spec:
    """One chapter: what it asks, and which artefacts it reads and writes.

    Parameters
    ----------
    slug : str
        Name of the notebook (without ``.ipynb``) and of the page.
    title : str
        Title in the table of contents.
    part : str
        Part of the book that it stands in ("" for the home page).
    question : str
        The question that it answers, one sentence.
    reads, writes : tuple of str
        Artefact names, see :data:`ARTEFACTS`.
    inputs : tuple of str
        What the user brought that it reads: "posts", "videos", "mapping".
    """

    slug: str
    title: str
    part: str
    question: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


# Every artefact of a run and its place below the run's folder. Each has one writer.
ARTEFACTS: dict[str, str] = {
    "posts": "posts.parquet",
    "repairs": "repairs.parquet",
    "features": "features.parquet",
    "ledger": "ledger.parquet",
    "embeddings": "embeddings.parquet",
    "media": "media.parquet",
    "thumbnails": "thumbnails.parquet",
    "encoders": "encoders.json",
    "folds": "folds.parquet",
    "predictions_linear": "predictions_linear.parquet",
    "evidence": "evidence.parquet",
    "predictions_nonlinear": "predictions_nonlinear.parquet",
    "boosters": "boosters",
    "intervals": "intervals.parquet",
    "shap": "shap.parquet",
    "shap_blocks": "shap_blocks.parquet",
    "regimes": "regimes.parquet",
    "summary": "summary.json",
}

CHAPTERS: tuple[Spec, ...] = (
    Spec(
        "data",
        "The posts",
        "The record",
        "Which posts do we have, and can we trust the record?",
        writes=("posts", "repairs", "features", "ledger"),
        inputs=("posts",),
    ),
    Spec(
        "embeddings",
        "The first three seconds",
        "The record",
        "What do the encoders see, read and hear in the first three seconds?",
        reads=("posts",),
        writes=("embeddings", "media", "thumbnails", "encoders"),
        inputs=("videos", "mapping"),
    ),
    Spec(
        "baselines",
        "Baselines",
        "The prediction",
        "How far do naive rules, Ridge and Elastic Net get?",
        reads=("posts", "features", "embeddings", "ledger"),
        writes=("folds", "predictions_linear", "evidence"),
    ),
    Spec(
        "nonlinear",
        "Nonlinear models",
        "The prediction",
        "Does XGBoost find anything more, and can its uncertainty be trusted?",
        reads=("posts", "features", "embeddings", "folds", "predictions_linear"),
        writes=("predictions_nonlinear", "boosters", "intervals"),
    ),
    Spec(
        "interpretability",
        "What carries the prediction",
        "The explanation",
        "Which feature blocks carry the prediction?",
        reads=(
            "posts",
            "features",
            "embeddings",
            "boosters",
            "predictions_linear",
            "predictions_nonlinear",
        ),
        writes=("shap", "shap_blocks"),
    ),
    Spec(
        "clustering",
        "Content regimes",
        "The explanation",
        "What content regimes does the creator have, and how does each behave?",
        reads=(
            "posts",
            "features",
            "embeddings",
            "media",
            "thumbnails",
            "shap_blocks",
            "predictions_nonlinear",
        ),
        writes=("regimes",),
    ),
    Spec(
        "index",
        "In short",
        "",
        "What moves this creator's views, how much can be predicted, and how sure are we?",
        reads=tuple(name for name in ARTEFACTS if name != "summary"),
        writes=("summary",),
    ),
)


def chapter(slug: str) -> Spec:
    """Return the chapter called `slug`."""
    return next(spec for spec in CHAPTERS if spec.slug == slug)


def writer(artefact: str) -> Spec:
    """Return the one chapter that writes `artefact`."""
    return next(spec for spec in CHAPTERS if artefact in spec.writes)
