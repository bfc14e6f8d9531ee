"""The chapters and the artefacts: a chapter is one entry here and one notebook of the same name.

The order of the entries is the order of execution; the order of reading is that of `PARTS`. The
home page is read first and executed last, because it is the abstract of all the others.
Artefacts are what a run leaves behind, for its chapters and for others.

There are two books. The book on one creator has most chapters; the book on many creators, a
pooled report, shares those that read the record and has a chapter and a home page of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from virality.core.bounds import shown
from virality.core.errors import UserError

# Every artefact of a run and its place below the run's folder. Each has one writer.
ARTEFACTS: dict[str, str] = {
    "posts": "posts.parquet",
    "repairs": "repairs.parquet",
    "snapshots": "snapshots.parquet",
    "features": "features.parquet",
    "ledger": "ledger.parquet",
    "level": "level.parquet",
    "changes": "changes.parquet",
    "hits": "hits.parquet",
    "embeddings": "embeddings.parquet",
    "media": "media.parquet",
    "thumbnails": "thumbnails.parquet",
    "screen_words": "screen_words.parquet",
    "associations": "associations.parquet",
    "encoders": "encoders.json",
    "folds": "folds.parquet",
    "predictions_linear": "predictions_linear.parquet",
    "evidence": "evidence.parquet",
    "predictions_nonlinear": "predictions_nonlinear.parquet",
    "boosters": "boosters",
    "intervals": "intervals.parquet",
    "forecast": "forecast.parquet",
    "forecast_weights": "forecast_weights.parquet",
    "experts": "experts.parquet",
    "shap": "shap.parquet",
    "shap_blocks": "shap_blocks.parquet",
    "regimes": "regimes.parquet",
    "timing": "timing.parquet",
    "timing_claim": "timing_claim.json",
    "whatif": "whatif.parquet",
    "otherwise": "otherwise.parquet",
    "experiment": "experiment.parquet",
    "next": "next.parquet",
    "summary": "summary.json",
    "card": "card.png",
    "predictions_pooled": "predictions_pooled.parquet",
    "cold_start": "cold_start.parquet",
    "creators": "creators.json",
    "pooled_card": "pooled_card.png",
}


@dataclass(frozen=True)
class Spec:
    """One chapter: what it asks, and which artefacts it reads and writes.

    Parameters
    ----------
    slug : str
        Name of the notebook (without ``.ipynb``) and of the page.
    title : str
        Title in the table of contents.
    question : str
        The question that it answers, one sentence.
    reads, writes : tuple of str
        Artefact names, see :data:`ARTEFACTS`.
    inputs : tuple of str
        What the user brought that it reads: "posts", "videos", "mapping", "plan", "tags".
    about : str
        The book that it belongs to: "one" creator, "many" creators, or "any" of the two.
    planned : bool
        Whether it is in the book only where there is a plan of an experiment.
    """

    slug: str
    title: str
    question: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    about: str = "one"
    planned: bool = False

    @property
    def home(self) -> bool:
        """Whether it is the first page of its book."""
        return self.slug in _HOMES

    @property
    def page(self) -> str:
        """Name of its page."""
        return "index" if self.home else self.slug

    def belongs(self, pooled: bool, planned: bool = False) -> bool:
        """Whether it is in a book.

        Parameters
        ----------
        pooled, planned : bool
            Which book, see :func:`book`.
        """
        return (planned or not self.planned) and self.about in ("any", "many" if pooled else "one")


_HOMES = ("index", "overview")  # of the book on one creator, and on many
_POOLED = ("predictions_pooled", "cold_start", "creators")
_NOT_IN_SHORT = ("experiment", "summary", "card", *_POOLED, "pooled_card")

CHAPTERS: tuple[Spec, ...] = (
    Spec(
        "data",
        "Your posts",
        "Which posts do we have, and can we trust the record?",
        writes=("posts", "repairs", "snapshots", "features", "ledger"),
        inputs=("posts",),
        about="any",
    ),
    Spec(
        "changes",
        "Did something change?",
        "Did something change on this account, or is it its ordinary luck?",
        reads=("posts", "features"),
        writes=("level", "changes", "hits"),
    ),
    Spec(
        "embeddings",
        "The first three seconds",
        "What do the first three seconds of these videos hold, and did any of it go with views?",
        reads=("posts", "features"),
        writes=("embeddings", "media", "thumbnails", "screen_words", "encoders", "associations"),
        inputs=("videos", "mapping"),
        about="any",
    ),
    Spec(
        "baselines",
        "Linear models and baselines",
        "How far do naive rules, Ridge and Elastic Net get?",
        reads=("posts", "features", "embeddings", "ledger"),
        writes=("folds", "predictions_linear", "evidence"),
    ),
    Spec(
        "nonlinear",
        "Nonlinear models",
        "Does XGBoost find anything more, and can its uncertainty be trusted?",
        reads=("posts", "features", "embeddings", "folds", "predictions_linear"),
        writes=("predictions_nonlinear", "boosters", "intervals"),
    ),
    Spec(
        "forecast",
        "The forecast",
        "What does this book forecast, does it beat a plain rule, and which of two posts would it "
        "pick?",
        reads=("posts", "features", "embeddings", "folds", "predictions_linear"),
        writes=("forecast", "forecast_weights", "experts"),
    ),
    Spec(
        "interpretability",
        "What carries the prediction",
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
        "Your kinds of post",
        "Which kinds of post are there, and which are watched more than the posts around them?",
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
        "timing",
        "When to post",
        "When should the next post go up: is any hour better than the habit?",
        reads=("posts", "features", "embeddings"),
        writes=("timing", "timing_claim"),
    ),
    Spec(
        "whatif",
        "What went with what",
        "Which choices went with more views, and what would it take to know why?",
        reads=("posts", "features", "embeddings", "regimes"),
        writes=("whatif", "otherwise"),
    ),
    Spec(
        "experiments",
        "The experiment",
        "What does the experiment say, and may one look already?",
        reads=("posts",),
        writes=("experiment",),
        inputs=("plan", "tags"),
        planned=True,
    ),
    Spec(
        "next",
        "What next",
        "What does all of this suggest for the next ten posts, and how sure is it?",
        reads=(
            "posts",
            "features",
            "embeddings",
            "thumbnails",
            "associations",
            "level",
            "changes",
            "regimes",
            "timing",
            "timing_claim",
            "whatif",
        ),
        writes=("next",),
        inputs=("plan", "tags"),
    ),
    Spec(
        "index",
        "In short",
        "What moves this creator's views, how much can be predicted, and how sure are we?",
        reads=tuple(name for name in ARTEFACTS if name not in _NOT_IN_SHORT),
        writes=("summary", "card"),
        inputs=("plan",),
    ),
    Spec(
        "creators",
        "Many creators",
        "What is skill on one creator's posts, and what only tells creators apart?",
        reads=("posts", "features", "embeddings"),
        writes=_POOLED,
        about="many",
    ),
    Spec(
        "overview",
        "In short",
        "What can be predicted within each creator, how sure are we, and what about a new one?",
        reads=("posts", "encoders", *_POOLED),
        writes=("pooled_card",),
        about="many",
    ),
    Spec(
        "recipe",
        "What was run",
        "What was this report made from?",
        reads=tuple(ARTEFACTS),
        about="any",
    ),
)


# Notebooks that are no chapters: pages of their own, on something that is brought to a run.
PAGES: tuple[Spec, ...] = (
    Spec(
        "draft",
        "A draft",
        "What is to be expected of this, before it is posted?",
        reads=(
            "posts",
            "features",
            "embeddings",
            "media",
            "thumbnails",
            "forecast",
            "experts",
            "shap",
            "regimes",
        ),
    ),
)


# The parts of a book in the order in which they are read; the home page comes before all of them.
# The creator's own questions come first, and how the answers are known comes after them.
FOUND, KNOWN, BESIDE = "What we found", "How we know", "Beside the chapters"
PARTS: dict[str, tuple[str, ...]] = {
    FOUND: ("data", "changes", "clustering", "next", "experiments", "creators"),
    KNOWN: (
        "embeddings",
        "timing",
        "whatif",
        "baselines",
        "nonlinear",
        "forecast",
        "interpretability",
    ),
}


def in_parts(chapters: tuple[Spec, ...]) -> dict[str, tuple[Spec, ...]]:
    """Return the parts of a book, each with its chapters as they are read.

    Parameters
    ----------
    chapters : tuple of Spec
        Those of the book.

    Returns
    -------
    dict of str to tuple of Spec
        "" holds the home page and stands first; the last part, "Beside the chapters", holds what
        no part names. Parts without a chapter are left out.
    """
    by_slug = {spec.slug: spec for spec in chapters}
    named = {
        part: [by_slug.pop(slug) for slug in slugs if slug in by_slug]
        for part, slugs in PARTS.items()
    }
    home = [by_slug.pop(slug) for slug in _HOMES if slug in by_slug]
    parts = {"": home, **named, BESIDE: list(by_slug.values())}
    return {part: tuple(specs) for part, specs in parts.items() if specs}


def as_read(chapters: tuple[Spec, ...]) -> tuple[Spec, ...]:
    """Return the chapters of a book in the order of reading."""
    return tuple(spec for specs in in_parts(chapters).values() for spec in specs)


def book(pooled: bool = False, planned: bool = False) -> tuple[Spec, ...]:
    """Return the chapters of the book on many creators, or of the book on one.

    Parameters
    ----------
    pooled : bool
        Whether it is the book on many.
    planned : bool
        Whether there is a plan of an experiment.
    """
    return tuple(spec for spec in CHAPTERS if spec.belongs(pooled, planned))


def chapters_until(until: str, pooled: bool = False, planned: bool = False) -> tuple[Spec, ...]:
    """Return the chapters of a book, up to one of them.

    Parameters
    ----------
    until : str
        The last chapter; all when "".
    pooled : bool
        Whether it is the book on many creators.
    planned : bool
        Whether there is a plan of an experiment.

    Raises
    ------
    UserError
        There is no such chapter in it.
    """
    chapters = book(pooled, planned)
    slugs = [spec.slug for spec in chapters]
    if until and until not in slugs:
        raise UserError(f"There is no chapter {shown(until)}.", do=f"Chapters: {', '.join(slugs)}.")
    return chapters[: slugs.index(until) + 1 if until else None]


def chapter(slug: str) -> Spec:
    """Return the chapter, or the page of its own, called `slug`."""
    return next(spec for spec in (*CHAPTERS, *PAGES) if spec.slug == slug)


def writer(artefact: str) -> Spec:
    """Return the one chapter that writes `artefact`."""
    return next(spec for spec in CHAPTERS if artefact in spec.writes)
