"""Small posts tables and embeddings for tests of the modelling core."""

from __future__ import annotations

import numpy as np
import pandas as pd


def toy_posts(
    n: int = 140,
    seed: int = 0,
    level: str = "walk",
    content: float = 0.0,
    every_days: float = 5.0,
    author: str = "toy",
) -> tuple[pd.DataFrame, np.ndarray]:
    """A tidy posts table and ten hidden content traits.

    Parameters
    ----------
    level : {"walk", "constant"}
        How the account's level moves.
    content : float
        Share of the variance around the level that the traits explain.
    """
    rng = np.random.default_rng(seed)
    days = np.cumsum(rng.exponential(every_days, n))
    posted = pd.Timestamp("2022-01-01", tz="UTC") + pd.to_timedelta(days * 86400, unit="s")
    drift = np.cumsum(rng.normal(0, 0.25, n)) if level == "walk" else np.zeros(n)
    traits = rng.normal(size=(n, 10))
    pull = traits @ rng.normal(size=10)
    noise = rng.standard_t(4, n)
    unit = lambda x: x / max(x.std(), 1e-9)  # noqa: E731
    log_views = 10 + drift + np.sqrt(content) * unit(pull) + np.sqrt(1 - content) * unit(noise)
    views = np.round(np.expm1(np.clip(log_views, 0, 20))).astype("int64")
    captions = ["Look at this #dance #fun 😀", "why not? @friend", None, "plain words"]
    posts = pd.DataFrame(
        {
            "post_id": pd.array([f"{author}{i:05d}" for i in range(n)], dtype="string"),
            "author": pd.array([author] * n, dtype="string"),
            "posted_at": pd.Series(posted).dt.floor("s").dt.as_unit("us"),
            "caption": pd.array([captions[i % 4] for i in range(n)], dtype="string"),
            "duration_s": np.exp(rng.normal(3, 0.5, n)),
            "views": pd.array(views, dtype="Int64"),
            "kind": pd.array(["video"] * n, dtype="string"),
        }
    )
    for name, share in {"likes": 0.1, "comments": 0.01, "shares": 0.02, "saves": 0.02}.items():
        posts[name] = pd.array((views * share).astype("int64"), dtype="Int64")
    for name in ("is_paid", "is_pinned"):
        posts[name] = pd.array([pd.NA] * n, dtype="boolean")
    for name in ("avg_watch_s", "watched_full"):
        posts[name] = np.nan
    posts["captured_at"] = pd.Series([pd.NaT] * n).dt.tz_localize("UTC").dt.as_unit("us")
    return posts, traits


def toy_embeddings(
    posts: pd.DataFrame, traits: np.ndarray, width: int = 24, seed: int = 1
) -> pd.DataFrame:
    """Picture columns that show the traits, and sound columns that show nothing."""
    rng = np.random.default_rng(seed)
    n = len(posts)
    seen = 3 * traits @ rng.normal(size=(traits.shape[1], width)) + rng.normal(size=(n, width))
    heard = rng.normal(size=(n, width))
    columns = {f"vision__{i:03d}": seen[:, i] for i in range(width)}
    columns |= {f"audio__{i:03d}": heard[:, i] for i in range(width)}
    index = pd.Index(posts["post_id"], name="post_id")
    return pd.DataFrame(columns, index=index).astype("float32")
