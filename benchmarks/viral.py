"""Do chances mean what they say, does the share of pairs hold, and is history rarely claimed?

    python benchmarks/viral.py [--creators 30] [--first-seed 200] [--jobs 1]
                               [--only chances pairs history] [--posts FILE ...]

Simulated creators, and for the chances the real ones in the files given.  Seeds are fixed: the same
numbers every time.  The recalibration was chosen on seeds below 100 of worlds like these.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
from calibration import ALPHA, bins
from cells import Maker, captioned, known, lottery, real_like
from runner import Creators, Part, arguments, ask

from virality.core.embargo import DAY_US, matured_before, microseconds
from virality.core.protocol import DEFAULT, MIN_POSTS
from virality.demo.courses import level_course, spread_course, with_memory
from virality.demo.worlds import TAIL, Shares, World, simulate_world
from virality.evaluation import ordering
from virality.evaluation.evaluate import cross_validate
from virality.evaluation.validation import make_splitter
from virality.evidence.claims import history_evidence
from virality.features.table import model_table
from virality.models.catalogue import FORECAST, MAIN_NONLINEAR, RECENT_RULE
from virality.posts.read import read_posts
from virality.uncertainty import viral
from virality.uncertainty.intervals import prediction_intervals

MODELS = (MAIN_NONLINEAR, FORECAST)
EDGES = (0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1)
BEFORE = {"prior_posts": 20, "window": 100}  # the recipe that recalibration replaced

CHANCE_CELLS: dict[str, Maker] = {
    "as real accounts are": real_like,
    "as real accounts are, stronger effects": partial(real_like, strength=1.5),
    "as real accounts are, nothing to find": partial(real_like, strength=0.0),
    "R² .25, walk": partial(known, level="walk", content="drift", n=200, r2=0.25),
    "R² .25, growing spread": partial(known, level="spread", content="drift", n=200, r2=0.25),
    "lottery": partial(lottery, n=200, slope=0.0),
    "lottery that content tells": partial(lottery, n=200, slope=1.5),
}


# ------------------------------------------------------------------------------------- chances


def issued(seed, make: Maker) -> pd.DataFrame:
    """Chances of one creator's held-out posts, as they are and as they were."""
    posts, tables = make(seed)
    told = cross_validate(posts, tables, MODELS, baselines=False)
    moments = posts.set_index("post_id")["posted_at"]
    parts = []
    for model, own in told.groupby("model", sort=False):
        frame = viral.chances(prediction_intervals(own, posts))
        y, y_pred, line = (
            frame[name].to_numpy(float) for name in ("y_true", "y_pred", "threshold")
        )
        times = microseconds(frame["post_id"].map(moments))
        known = matured_before(times, DEFAULT.embargo_days)
        before = viral.share_above(y - y_pred, y_pred, known, line, **BEFORE)
        parts.append(
            pd.DataFrame({"model": model, "creator": str(seed), "went": y > line,
                          "before": before, "now": frame["p_viral"]})
        )  # fmt: skip
    return pd.concat(parts)


def skills(found: pd.DataFrame) -> pd.Series:
    """Brier skill over the base rate, before and now, and the paired gain over creators."""
    loss = pd.DataFrame({name: (found[name] - found["went"]) ** 2 for name in ("before", "now")})
    base = ((viral.BASE_RATE - found["went"]) ** 2).mean()
    gain = (loss["before"] - loss["now"]).groupby(found["world"] + found["creator"]).mean() / base
    now, before = 1 - loss["now"].mean() / base, 1 - loss["before"].mean() / base
    return pd.Series({"posts": len(found), "viral": int(found["went"].sum()),
                      "before": f"{before:+.4f}", "now": f"{now:+.4f}",
                      "gain": f"{gain.mean():+.4f} ± {gain.sem():.4f}"})  # fmt: skip


def chances(creators: Creators, given: Sequence[str] = ()) -> None:
    """Calibration and skill of the chances, pooled over simulated and given creators."""
    parts = []
    for world, make in CHANCE_CELLS.items():
        found = pd.concat(creators.each(issued, make))
        parts.append(found.assign(world=world))
        for model, own in parts[-1].groupby("model", sort=False):
            print(f"{world}, {model}:", *(f"{k} {v}" for k, v in skills(own).items()), flush=True)
    if given:
        posts = read_posts(list(given)).posts
        whole = {str(name): own for name, own in posts.groupby("author") if len(own) >= MIN_POSTS}
        rows = [issued(name, lambda name: captioned(whole[name])) for name in whole]
        parts.append(pd.concat(rows).assign(world="given"))
    table = pd.concat(parts)
    for model, own in table.groupby("model", sort=False):
        print(f"\n{model}, all worlds together")
        print(skills(own).to_string())
        for which in ("before", "now"):
            print(f"\n{model}, {which}")
            print(bins(own, which, EDGES).to_string(float_format="{:.3f}".format))


# --------------------------------------------------------------------------------------- pairs

PAIR_LEVELS = ("white", "ar8", "walk", "spread")
PAIR_POSTS = (40, 60, 80, 120, 180, 360)
PAIR_REPEATS = 20  # creators, as multiples of those asked for: they take no time


def paired(seed, level: str, n: int, r2: float) -> dict[str, float]:
    """One creator's held-out posts, ordered by the content part of the truth."""
    rng = np.random.default_rng([seed, n])
    luck, content = rng.standard_t(TAIL, n) / np.sqrt(TAIL / (TAIL - 2)), rng.standard_normal(n)
    luck = with_memory(luck, 0.8) if level == "ar8" else luck
    own = np.sqrt(r2) * content + np.sqrt(1 - r2) * luck
    y = level_course(level, n, rng) + own * spread_course(level, n)
    times = np.cumsum(rng.exponential(1.5 * DAY_US, n)).astype("int64")
    each_fold = [ordering.count_pairs(y[f], content[f], times[f])
                 for f in np.array_split(np.arange(n), 5)]  # fmt: skip
    return ordering.pair_share(ordering.Pairs(*map(np.concatenate, zip(*each_fold, strict=True))))


def pairs(creators: Creators) -> None:
    """Coverage of the interval of the share of pairs, and what a binomial would hold."""
    rows, many = {}, creators.times(PAIR_REPEATS)
    for n in PAIR_POSTS:
        for level in PAIR_LEVELS:
            for r2 in (0.0, 0.1, 0.25):
                found = many.rows(paired, level, n, r2)
                truth = found["share"].mean() if r2 else 0.5
                held = found["low"].le(truth) & found["high"].ge(truth)
                binomial = (found["share"] - truth).abs() <= 1.96 * np.sqrt(0.25 / found["pairs"])
                rows[n, level, r2] = {
                    "truth": truth, "held": held.mean(), "binomial": binomial.mean(),
                    "width": (found["high"] - found["low"]).mean(),
                    "above a coin": (found["low"] > 0.5).mean(),
                }  # fmt: skip
    table = pd.DataFrame(rows).T
    print(table.round(3).to_string())
    print("\nby held-out posts")
    print(table.groupby(level=[0, 2]).agg(["min", "mean"]).round(3).to_string())


# ------------------------------------------------------------------------------------- history

_NOTHING = Shares().times(0)
HISTORY_CELLS = {
    "null  steady": {"level": "white"},
    "null  steady, viral luck": {"level": "white", "luck": "viral"},
    "null  growing spread": {"level": "spread"},
    "null  luck with memory": {"level": "ar"},
    "a level of .2 that rules are too slow for": {"level_size": 0.2},
    "a level of .4: nothing to win": {"level_size": 0.4},
    "a level of .6": {"level_size": 0.6},
    "a level that walks": {"level": "walk", "level_size": 1.0},
    "a level that jumps": {"level": "jump", "level_size": 1.0},
}
HISTORY_REPEATS = 7


def remembered(seed, world: World) -> dict[str, float]:
    """What the claim on history says of one creator."""
    posts, _ = simulate_world(world, [seed, 7])
    table = model_table(posts, ())
    y, recent = table.y.to_numpy(), table.baselines[f"baseline__{RECENT_RULE}"].to_numpy()
    told = [(y[test], recent[test], np.full(len(test), np.median(y[train])))
            for train, test in make_splitter(table.times).split()]  # fmt: skip
    found = history_evidence(*map(np.concatenate, zip(*told, strict=True))).iloc[0]
    return {"claimed": found["p"] < ALPHA, "saved": found["statistic"]}


def history(creators: Creators) -> None:
    """How often history is claimed, in %, and what share of the absolute error it saves."""
    rows, many = {}, creators.times(HISTORY_REPEATS)
    for name, what in HISTORY_CELLS.items():
        for n in (140, 300):
            world = World(n=n, shares=_NOTHING, **what)
            found = many.rows(remembered, world)
            rows[name, n] = {"claimed, %": 100 * found["claimed"].mean(),
                             "saved": found["saved"].mean(), "±": found["saved"].sem()}  # fmt: skip
            print(name, n, *(f"{k} {v:.3f}" for k, v in rows[name, n].items()), flush=True)


#: Seeds that no choice was made on, unless somebody asks for others.
USUAL = Creators(30, 200)
PARTS: dict[str, Part] = {"chances": chances, "pairs": pairs, "history": history}


def main() -> None:
    """Print the tables."""
    parser = arguments(__doc__, list(PARTS), USUAL)
    parser.add_argument("--posts", nargs="*", default=[])
    options = parser.parse_args()
    ask(PARTS | {"chances": partial(chances, given=options.posts)}, options)


if __name__ == "__main__":
    main()
