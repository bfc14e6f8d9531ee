"""Drafts and a past for tests of scoring."""

from functools import cache

import pandas as pd

from toyposts import toy_embeddings, toy_posts
from virality.advice.drafts.score import Past
from virality.core.protocol import Protocol
from virality.evaluation.forecast import forecast
from virality.features.build import build_features, similar_media

TWO = Protocol(n_folds=2)


@cache
def creator(n: int = 110, content: float = 0.6):
    """Posts, their tables with what posts with like pictures earned, and what was forecast."""
    posts, traits = toy_posts(n, content=content)
    vectors = toy_embeddings(posts, traits)
    tables = [build_features(posts), vectors.join(similar_media(posts, vectors))]
    made = forecast(posts, tables, protocol=TWO)
    return posts, tables, Past(made.predictions, made.said)


def drafts(posts, names=("a",), days: float = 3, **columns) -> pd.DataFrame:
    """Drafts that go up some days after the newest post."""
    table = pd.DataFrame({"post_id": list(names)})
    given = {"caption": "Look at this #dance", "duration_s": 20.0} | columns
    return table.assign(posted_at=posts["posted_at"].max() + pd.Timedelta(days=days), **given)


def vectors_of(tables, places: dict[str, int], shift: float = 0.0) -> pd.DataFrame:
    """The pictures and sounds of some posts, for drafts of other names."""
    found = tables[1].filter(regex="^(vision|audio)__").iloc[list(places.values())] + shift
    return found.set_axis(pd.Index(list(places), name="post_id"))
