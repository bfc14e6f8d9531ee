"""Drafts: what "A does better than B" was worth, and who is told that a draft is out of range.

Chances are learnt from the earlier held-out posts of a creator and judged by the later ones, as a
draft's is.  What else a page on a draft says is measured elsewhere: its interval in `evidence.py`,
its chance of a viral outcome and the share of pairs in `viral.py`.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from calibration import bins
from cells import Maker, known, lottery, real_like
from measures import predictions
from runner import Creators, show
from worlds import HISTORIES, WORLDS, log_views, stream

from virality.advice.drafts.order import Picking, picking
from virality.advice.drafts.reach import place
from virality.demo.known_truth import known_creator
from virality.evaluation.ordering import near_pairs
from virality.findings.choice import CLEAR
from virality.models.catalogue import FORECAST

EDGES = (0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 1)
EARLY, LATE = 108, 72  # held-out posts that chances are learnt from, and that judge them
DAYS = 1.5  # from post to post
SIZE = 0.5  # of what content adds, log units
SKILLS = (0.0, 0.5, 1.0)  # what a difference in content is worth, of what it seems to be
CONTENTS = ("iid", "ar", "drift")  # unrelated from post to post, with memory, and drifting

FORECAST_CELLS: dict[str, Maker] = {
    "nothing, white": partial(known, level="white", content="iid", n=300, r2=0.0),
    "nothing, AR .5": partial(known, level="ar", content="ar", n=300, r2=0.0),
    "nothing, walk": partial(known, level="walk", content="drift", n=300, r2=0.0),
    "nothing, viral": partial(lottery, n=300, slope=0.0),
    "R² .25, white": partial(known, level="white", content="iid", n=300, r2=0.25),
    "R² .25, walk": partial(known, level="walk", content="drift", n=300, r2=0.25),
    "content tells, viral": partial(lottery, n=300, slope=1.5),
    "as real accounts are": partial(real_like, n=300),
}


def judged(told: pd.DataFrame, posts: pd.DataFrame, late: np.ndarray) -> pd.DataFrame:
    """Chances of the better draft in every pair of later posts, and whether it did better."""
    learnt = picking(told[~late], posts)
    if not learnt.told:
        return pd.DataFrame({"said": [], "went": []}, dtype=float)
    _, _, gap, better = near_pairs(told[late], posts)
    said = np.array([chance(learnt, each) for each in gap])
    return pd.DataFrame({"said": said, "went": np.where(gap > 0, better, 1 - better)})


def chance(learnt: Picking, gap: float) -> float:
    """What is said of the draft whose content adds more."""
    return learnt.chance(abs(gap), 0.0)


def drawn(seed: int, world: str, skill: float) -> pd.DataFrame:
    """One creator whose forecasts are dice: content adds what it says, or half of it, or nothing.

    So the order is free of the account's level, as that of the book's forecast is meant to be.
    """
    rng = stream(seed, world, EARLY + LATE)
    n = EARLY + LATE
    order = rng.normal(0, SIZE, n)
    y = log_views(world, n, rng) + skill * order
    names = pd.array([f"p{i:04d}" for i in range(n)], dtype="string")
    days = pd.to_timedelta(np.cumsum(rng.exponential(DAYS, n)), unit="D")
    posts = pd.DataFrame({"post_id": names, "author": "x", "posted_at": days})
    posts["posted_at"] = (pd.Timestamp("2024-01-01", tz="UTC") + posts["posted_at"]).dt.as_unit(
        "us"
    )
    keys = {"split": "expanding", "model": FORECAST, "blocks": "all", "preset": "tuned"}
    told = posts[["post_id"]].assign(**keys, fold=1, y_true=y, y_pred=y, order=order)
    return judged(told, posts, np.arange(n) >= EARLY).assign(creator=str(seed))


def forecast(seed: int, make: Maker) -> pd.DataFrame:
    """One creator with the forecasts of the book; the newest two of five folds judge."""
    made = make(seed)
    told = predictions(made, models=())
    told = told[told["model"] == FORECAST]
    late = (told["fold"] > told["fold"].max() - 2).to_numpy()
    return judged(told, made.posts, late).assign(creator=str(seed))


def summed(found: pd.DataFrame) -> dict[str, float]:
    """Mean over creators: said and came, and of the pairs of which a better one is named."""
    named = found[found["said"] >= CLEAR]
    means = found.groupby("creator")[["said", "went"]].mean().mean()
    return {
        "creators": float(found["creator"].nunique()),
        "said": 100 * means["said"],
        "came": 100 * means["went"],
        "named": 100 * len(named) / max(len(found), 1),
        "of these, said": 100 * named["said"].mean(),
        "of these, came": 100 * named["went"].mean(),
    }


def drafts(creators: Creators) -> None:
    """Chances of two drafts in the seven worlds, with skill and without; and refusals."""
    rows, parts = {}, []
    for skill in SKILLS:
        for world in WORLDS:
            found = pd.concat(creators.each(drawn, world, skill)).assign(world=f"{world} {skill}")
            rows[skill, world] = summed(found)
            parts.append(found.assign(skill=skill))
    show("Of two drafts one does better: said and came, in %, by what content is worth", rows)
    _bins(pd.concat(parts), "skill")
    reach(creators)


def drafts_forecast(creators: Creators) -> None:
    """The same with the book's forecasts, of fewer creators: each takes seconds."""
    fewer, rows, parts = creators.times(0.1), {}, []
    for name, make in FORECAST_CELLS.items():
        found = pd.concat(fewer.each(forecast, make)).assign(world=name)
        rows[name] = summed(found)
        parts.append(found.assign(nothing=name.startswith("nothing")))
    show(f"Of two drafts one does better, {fewer.n} creators a row: said and came, in %", rows)
    _bins(pd.concat(parts), "nothing")


def _bins(found: pd.DataFrame, by: str) -> None:
    for value, part in found.groupby(by):
        print(f"\n{by}: {value}")
        print(bins(part, "said", EDGES).to_string(float_format="{:.3f}".format), flush=True)


def reach_cell(seed: int, content: str, n: int) -> dict[str, float]:
    """One creator: is the next post refused, and is one of another account?"""
    own, other = (
        known_creator(n + 1, "white", content, seed=[each, n, 11]).content
        for each in (seed, seed + 10**6)
    )
    posts = own.iloc[:-1]
    return {
        "the next post": float(not place(posts, own.iloc[-1]).inside),
        "another account's": float(not place(posts, other.iloc[-1]).inside),
    }


def reach(creators: Creators) -> None:
    """Who is told that a draft is outside the range of the posts."""
    rows = {
        (content, n): {**100 * creators.rows(reach_cell, content, n).mean(), "due": 100 / (n + 1)}
        for content in CONTENTS
        for n in (40, *HISTORIES)
    }
    show(
        "Outside your range: drafts that are refused, in %, by how content comes", rows, mean=False
    )
