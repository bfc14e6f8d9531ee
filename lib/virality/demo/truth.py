"""What was planted: written beside the demo's files, read by tests and by one marked box only."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.core.writing import replacing
from virality.demo import model
from virality.demo.mess import Disorder
from virality.demo.model import AUTHOR, REGIMES, Effects

ZONE = "UTC"
TRUTH_FILE = "truth.json"
# terms of the model that could be known when a post goes up, in the order of the box
KNOWABLE = ("momentum", "posting_time", "content", "energy")


@dataclass(frozen=True)
class Truth:
    """Everything that the simulation knows.

    Parameters
    ----------
    seed, n_posts : int
        What it was made from.
    effects : Effects
        Planted sizes in log views.
    posts : DataFrame
        One row a post: ``post_id``, ``posted_at``, ``regime``, ``early_energy``, ``viral``, the
        terms of the structural model and ``log_views``.
    disorders : tuple of Disorder
        What is wrong in the CSV on purpose.
    odd_videos : dict of str to str
        post_id -> "no file", "no sound" or "short".
    author, zone : str
        Handle; time zone of the times in the CSV.
    """

    seed: int
    n_posts: int
    effects: Effects
    posts: pd.DataFrame
    disorders: tuple[Disorder, ...] = ()
    odd_videos: dict[str, str] = field(default_factory=dict)
    author: str = AUTHOR
    zone: str = ZONE

    def terms(self) -> pd.DataFrame:
        """Return the knowable terms, indexed by ``post_id`` (log views; columns `KNOWABLE`)."""
        posts = self.posts.set_index("post_id")
        terms = posts[["posting_time", "content", "energy"]].copy()
        terms["momentum"] = posts["level"] + posts["carry_over"]
        return terms[list(KNOWABLE)]

    def planted(self) -> pd.Series:
        """Return the standard deviation of each knowable term.

        0 where nothing was planted; NaN for a single post, which cannot show it.
        """
        return self.terms().std(ddof=0 if len(self.posts) > 1 else 1)

    def ceiling(self) -> float:
        """Return R² of somebody who knows every term but lottery and noise (NaN if undefined).

        No honest model can be expected to come near it: it would have to know the account's
        level at the very moment of posting and every effect exactly.
        """
        known = self.terms().sum(axis=1).to_numpy()
        total = self.posts["log_views"].to_numpy()
        spread = np.square(total - total.mean()).sum()
        rest = (total - known) - (total - known).mean()
        return float(1 - np.square(rest).sum() / spread) if spread > 0 else float("nan")


def save(truth: Truth, path: Path) -> None:
    """Write `truth` as JSON, atomically."""
    posts = truth.posts.copy()
    posts["posted_at"] = posts["posted_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    content = {
        "author": truth.author,
        "zone": truth.zone,
        "seed": truth.seed,
        "n_posts": truth.n_posts,
        "model": model.__doc__,
        "effects": truth.effects.as_dict(),
        "regimes": {
            name: {"share": share, "effect": truth.effects.regime * effect}
            for name, (share, effect) in REGIMES.items()
        },
        "disorders": [asdict(one) for one in truth.disorders],
        "odd_videos": truth.odd_videos,
        "posts": posts.to_dict(orient="list"),
    }
    with replacing(Path(path)) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def load(path: Path) -> Truth:
    """Read a truth file.

    Raises
    ------
    UserError
        When it is missing or damaged.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        posts = pd.DataFrame(content["posts"]).astype({"post_id": "string"})
        posts["posted_at"] = pd.to_datetime(posts["posted_at"], utc=True).astype(
            "datetime64[us, UTC]"
        )
        return Truth(
            seed=content["seed"],
            n_posts=content["n_posts"],
            effects=Effects(**content["effects"]),
            posts=posts,
            disorders=tuple(Disorder(**one) for one in content["disorders"]),
            odd_videos=content["odd_videos"],
            author=content["author"],
            zone=content["zone"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"The truth about the simulated creator cannot be read ({error}).",
            where=str(path),
            do="Delete the demo's folder and run again.",
        ) from error


def beside(posts: str | Path) -> Truth | None:
    """Return the truth that lies beside a posts file, None where there is none."""
    path = Path(posts).parent / TRUTH_FILE
    return load(path) if path.is_file() else None


def recovery(truth: Truth, predictions: pd.DataFrame, draws: int = 500) -> pd.DataFrame:
    """Measure how much of each planted term shows in held-out predictions.

    Predictions and terms are centred within their fold, and the predictions are regressed on
    all planted terms together: a slope of 1 means that the model says of this term exactly
    what was planted, 0 that it does not see it, a negative one that it has it the wrong way
    round. Intervals come from a circular block bootstrap over posts in order of time.

    Parameters
    ----------
    truth : Truth
        What was planted.
    predictions : DataFrame
        Held-out predictions of *one* model: ``post_id``, ``fold``, ``y_pred`` (log views).
    draws : int
        Bootstrap draws.

    Returns
    -------
    DataFrame
        One row per knowable term: ``term``, ``planted_sd``, ``slope``, ``lower``, ``upper``
        (95 %), ``n_posts``. The slope is NaN where nothing was planted, or where there are
        too few posts.
    """
    terms, planted = truth.terms(), truth.planted()
    table = predictions.drop_duplicates("post_id").set_index("post_id")
    table = table.loc[[one for one in terms.index if one in table.index]]
    active = [name for name in KNOWABLE if planted[name] > 0]
    joined = terms.loc[table.index, active].assign(y=table["y_pred"].astype(float))
    centred = joined - joined.groupby(table["fold"]).transform("mean")
    slopes, lower, upper = _slopes(centred[active].to_numpy(), centred["y"].to_numpy(), draws)
    found = pd.DataFrame({"slope": slopes, "lower": lower, "upper": upper}, index=active)
    found = found.reindex(list(KNOWABLE))
    found.insert(0, "planted_sd", planted)
    return found.rename_axis("term").reset_index().assign(n_posts=len(table))


def _slopes(x: np.ndarray, y: np.ndarray, draws: int) -> tuple[np.ndarray, ...]:
    """Return least-squares slopes and their 95 % block-bootstrap interval."""
    n, width = x.shape
    if width == 0 or n < 5 * width:
        return (np.full(width, np.nan),) * 3
    slopes = np.linalg.lstsq(x, y, rcond=None)[0]
    rng, block = np.random.default_rng(0), min(12, n)
    starts = rng.integers(0, n, (draws, -(-n // block)))
    rows = ((starts[:, :, None] + np.arange(block)) % n).reshape(draws, -1)[:, :n]
    drawn = np.array([np.linalg.lstsq(x[one], y[one], rcond=None)[0] for one in rows])
    # Standard errors hold their level better here than percentiles of few blocks.
    reach = 2.0 * drawn.std(axis=0)
    return slopes, slopes - reach, slopes + reach
