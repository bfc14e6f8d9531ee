"""The table of what was run."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

import pandas as pd

from virality.core.text import plural

PACKAGES = ("scikit-learn", "shap", "umap-learn", "hdbscan", "torch")


def recipe(
    posts: pd.DataFrame,
    author: str,
    seconds: Mapping[str, float],
    parameters: Mapping[str, object],
) -> pd.DataFrame:
    """Return the table of what was run: creator, posts, dates, parameters, versions, time.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts.
    author : str
        Whose posts they are.
    seconds : mapping of str to float
        Chapter and how long it took.
    parameters : mapping of str to object
        Every parameter and its value.

    Returns
    -------
    DataFrame
        Columns what and value, both text.
    """
    import xgboost  # its package has another name on a Mac

    days = posts["posted_at"].dt.strftime("%Y-%m-%d")
    rows = {
        "creator": author,
        "posts": plural(len(posts), "post"),
        "dates": f"{days.min()} to {days.max()} (UTC)" if len(posts) else "none",
        **{f"parameter {key}": str(value) or "none given"
           for key, value in sorted(parameters.items())},
        "virality": version("virality"),
        "xgboost": xgboost.__version__,
        **{name: version(name) for name in PACKAGES},
        **{f"seconds for {slug}": f"{spent:.0f}" for slug, spent in seconds.items()},
    }  # fmt: skip
    return pd.DataFrame(list(rows.items()), columns=["what", "value"])
