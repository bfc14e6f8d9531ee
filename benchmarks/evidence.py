"""Do the tests keep their level, and the intervals their promise?  Simulated creators, printed.

    python benchmarks/evidence.py [--creators 200] [--only content intervals forecast ...]

Seeds are fixed: the same numbers every time.  A small version of each table is a test.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from runner import Creators, Part, arguments, ask
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from virality.core.protocol import Protocol
from virality.demo.known_truth import known_creator, known_lottery
from virality.evaluation.evaluate import cross_validate
from virality.evaluation.scores import spearman
from virality.evidence import claims as evidence
from virality.evidence import shifts as sh
from virality.evidence.level_free import content_series
from virality.features.momentum import momentum_features
from virality.features.table import model_table
from virality.models.catalogue import FORECAST
from virality.uncertainty import conformal, mixture, viral
from virality.uncertainty.intervals import prediction_intervals

ALPHA = 0.05
FOUR = {"vision": 10, "audio": 10, "caption_text": 10, "hashtag_text": 10}

#: name -> (level, content, posts, R², blocks, block that carries the signal)
CONTENT_CELLS = {
    "null  white / iid": ("white", "iid", 140, 0.0, None, None),
    "null  AR .5 / AR .8": ("ar", "ar", 140, 0.0, None, None),
    "null  walk / iid": ("walk", "iid", 140, 0.0, None, None),
    "null  walk / drifting": ("walk", "drift", 140, 0.0, None, None),
    "null  jumps / drifting": ("jump", "drift", 140, 0.0, None, None),
    "null  growing spread / drifting": ("spread", "drift", 140, 0.0, None, None),
    "null  walk / drifting, four blocks": ("walk", "drift", 140, 0.0, FOUR, None),
    "null  walk / drifting, n = 300": ("walk", "drift", 300, 0.0, None, None),
    "R² .25  walk / iid": ("walk", "iid", 140, 0.25, None, None),
    "R² .25  walk / drifting": ("walk", "drift", 140, 0.25, None, None),
    "R² .25  jumps / drifting": ("jump", "drift", 140, 0.25, None, None),
    "R² .25  growing spread / drifting": ("spread", "drift", 140, 0.25, None, None),
    "R² .1  walk / iid, n = 300": ("walk", "iid", 300, 0.1, None, None),
    "R² .1  walk / drifting, n = 300": ("walk", "drift", 300, 0.1, None, None),
    "R² .25  one block of four": ("walk", "drift", 140, 0.25, FOUR, "audio"),
}


def content_cell(seed: int, level, content, n, r2, blocks, block) -> dict[str, float]:
    """One creator: what the content test says."""
    creator = _known(seed, level, content, n, r2, blocks, block)
    found = evidence.content_test(creator.posts, [creator.content], protocol=Protocol(seed=seed))
    each = found[found["kind"] == "content"]
    named = each.loc[each["p_adjusted"] < ALPHA, "block"]
    lead = each.loc[each["statistic"].idxmax(), "block"] == block if block else np.nan
    return {
        "found": float(found["p_adjusted"].iloc[0] < ALPHA),
        "some block named": float(len(named) > 0),
        "right block leads": float(lead),
        "wrong block named": float((named != block).any()) if block else np.nan,
    }


def others_cell(seed: int, *cell) -> dict[str, float]:
    """One creator: what the other tests say, and one that should not be used."""
    creator = _known(seed, *cell)
    trees = evidence.tree_test(creator.posts, [creator.content], protocol=Protocol(seed=seed))
    predictions = cross_validate(creator.posts, [], models=())
    history = evidence.history_test(predictions)
    return {
        "trees": float(trees["p"].iloc[0] < ALPHA),
        "history": float(history["p"].iloc[0] < ALPHA),
        "WRONG test": float(wrong_test(creator, seed) < ALPHA),
    }


def _known(seed: int, level, content, n, r2, blocks, block):
    carries = (block,) if block else None
    return known_creator(n, level, content, r2, blocks, carries, seed=[seed, n])


def wrong_test(creator, seed: int, n_shifts: int = 199) -> float:
    """The test not to use: held-out outcomes shifted against fixed predictions."""
    table = model_table(creator.posts, [creator.content])
    y, X = table.y.to_numpy(), table.X.to_numpy()
    content = content_series(table)
    late = len(y) - len(content.residual)
    told, truth = [], []
    for train, test in content.folds:
        scale = StandardScaler().fit(X[train + late])
        model = Ridge(10.0).fit(scale.transform(X[train + late]), y[train + late])
        told.append(model.predict(scale.transform(X[test + late])))
        truth.append(y[test + late])
    told, truth = np.concatenate(told), np.concatenate(truth)
    moves = sh.all_shifts(len(truth), n_shifts, seed=seed)
    shifted = [spearman(np.roll(truth, move), told) for move in [0, *moves]]
    return float((np.array(shifted) >= shifted[0]).mean())


def content(creators: Creators, cell=content_cell) -> None:
    """Level and power of the content test."""
    print(f"\nShare of {creators.n} creators in whom something was found at p < .05, in %")
    rows = {}
    for name, cells in CONTENT_CELLS.items():
        rows[name] = 100 * creators.rows(cell, *cells).mean()
        print(f"{name:36s}", "  ".join(f"{k}: {v:.1f}" for k, v in rows[name].items()), flush=True)
    print(pd.DataFrame(rows).T.round(1).to_string())


def others(creators: Creators) -> None:
    """The same for trees, for history, and for a test that should not be used."""
    content(creators, others_cell)


LEVELS = ("white", "ar", "walk", "jump", "spread")


def intervals_cell(seed: int, level: str, n: int, model: str) -> pd.DataFrame:
    """One creator: coverage and score of each method, whole and by thirds of the time."""
    creator = known_creator(n, level, "drift", 0.2, seed=[seed, n, 5])
    tables = [momentum_features(creator.posts), creator.content]
    told = cross_validate(creator.posts, tables, [model], baselines=False)
    frame = prediction_intervals(told, creator.posts, methods=("adaptive", "rolling", "frozen"))
    whole = conformal.coverage(frame).set_index("method")
    issued = frame.dropna(subset=["lower"]).copy()
    place = issued.groupby("method").cumcount() / issued.groupby("method")["lower"].transform(
        "size"
    )
    issued["third"] = np.minimum((3 * place).astype(int), 2) + 1
    thirds = conformal.coverage(issued, "third").pivot_table(
        index="method", columns="third", values="coverage"
    )
    return whole[["n", "coverage", "score", "width", "saturated"]].join(thirds.add_prefix("third "))


def intervals_table(creators: Creators, model: str = "ridge") -> None:
    """Coverage of 80 % intervals."""
    print(f"\n80 % intervals around {model}, {creators.n} creators a row")
    print("below .70: share of creators of whose posts the intervals held less than 70 %")
    rows = {}
    for n in (140, 300):
        for level in LEVELS:
            found = pd.concat(creators.each(intervals_cell, level, n, model))
            for method, part in found.groupby(level=0, sort=False):
                spread = {
                    "sd": part["coverage"].std(),
                    "below .70": (part["coverage"] < 0.7).mean(),
                }
                rows[n, level, method] = {**part.mean().to_dict(), **spread}
    table = pd.DataFrame(rows).T
    print(table.round(3).to_string())
    print("\nmean over levels")
    print(table.groupby(level=[0, 2], sort=False).mean().round(3).to_string())


def forecast_intervals(creators: Creators) -> None:
    """The same around the forecast that the book stands for."""
    intervals_table(creators, FORECAST)


def viral_cell(seed: int, level: str, r2: float, n: int) -> dict[str, float]:
    """One creator: Brier skill of the viral chances."""
    creator = known_creator(n, level, "iid", r2, seed=[seed, n, 6])
    tables = [momentum_features(creator.posts), creator.content]
    told = cross_validate(creator.posts, tables, ["ridge"], baselines=False)
    skill = viral.skill_table(viral.chances(prediction_intervals(told, creator.posts)))
    names = ("over base rate", "over recent rate", "recent over base rate")
    return {
        "positives": skill["positives"].iloc[0],
        **dict(zip(names, skill["skill"], strict=True)),
    }


def viral_table(creators: Creators) -> None:
    """Brier skill of the viral chances."""
    print(f"\nBrier skill of the viral chances, mean (and SD) over {creators.n} creators")
    rows = {}
    for n in (140, 300):
        for level, r2 in (("white", 0.0), ("white", 0.2), ("walk", 0.2)):
            found = creators.rows(viral_cell, level, r2, n)
            cells = zip(found.mean(), found.std(), strict=True)
            rows[f"n = {n}, {level}, R² {r2}"] = dict(
                zip(found.columns, (f"{m:.3f} ({s:.3f})" for m, s in cells), strict=True)
            )
    print(pd.DataFrame(rows).T.to_string())


def mixture_cell(seed: int, slope: float, n: int) -> dict[str, float]:
    """One creator whose errors are known: is a second regime found, and does it beat a normal?"""
    creator = known_lottery(n, 0.12, slope, seed=[seed, n])
    y = np.log1p(creator.posts["views"].to_numpy(float))
    z = creator.content.to_numpy()
    late = np.arange(n // 2, n)
    folds = [(np.arange(rows[0]), rows) for rows in np.array_split(late, 4)]
    gates = [(z[train], z[test]) for train, test in folds]
    found = mixture.verdict(mixture.compare(y - 9.0, gates, folds))
    return {
        "two regimes named": float(found["verdict"] == "two regimes"),
        "one regime named": float(found["verdict"] == "one regime"),
        "gain over free shape": found["gain"],
        "beats a normal": float(found["over_normal"] > 0),
    }


def mixture_table(creators: Creators) -> None:
    """How often two regimes are named."""
    print(f"\nTwo regimes against one of a free shape, {creators.n} creators a row")
    rows = {}
    for n in (140, 300):
        for slope in (0.0, 1.0, 2.0):
            name = f"n = {n}, gate slope {slope:g}"
            rows[name] = creators.rows(mixture_cell, slope, n).mean()
    print(pd.DataFrame(rows).T.round(3).to_string())


USUAL = Creators(200, jobs=2)
PARTS: dict[str, Part] = {
    "content": content,
    "others": others,
    "intervals": intervals_table,
    "forecast": forecast_intervals,
    "viral": viral_table,
    "mixture": mixture_table,
}


if __name__ == "__main__":
    ask(PARTS, arguments(__doc__, list(PARTS), USUAL).parse_args())
