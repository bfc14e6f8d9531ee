"""Does advice claim what is not there, and does it find what is?  Simulated creators, printed.

    python benchmarks/advice.py [--creators 300] [--jobs 2] [--only experiments ...]

Seeds are fixed: the same numbers every time.  A small version of each table is a test.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from associations import EFFECT, account
from joblib import Parallel, delayed

import virality as vi
from virality.advice.dating import date_of_change
from virality.advice.experiments import sequential
from virality.advice.experiments.judge import Judgement, Outcome
from virality.advice.experiments.plan import order
from virality.advice.level import outcomes
from virality.advice.luck import kept_after_hits, luck, parts_of_hits
from virality.advice.stretches import stretches
from virality.advice.timing import examine
from virality.core.protocol import ALPHA
from virality.core.threads import one_thread
from virality.demo.courses import level_course, spread_course, with_memory
from virality.demo.follower import follow_plan
from virality.demo.worlds import MEMORY, TAIL, VIRAL_CHANCE, VIRAL_SIZE, World, simulate_world
from virality.models.level import robust_spread

FIRST_SEED = 7000
SPREAD = 1.2  # of a post's own log views
#: name -> level and luck of the account
WORLDS = {
    "white": ("white", "t"),
    "AR .5": ("ar", "t"),
    "AR .8": ("ar8", "t"),
    "walk": ("walk", "t"),
    "jump": ("jump", "t"),
    "spread": ("spread", "t"),
    "viral": ("white", "viral"),
}
#: The same worlds as `associations` calls them, and families that are asked about in them.
WORLD_OF = {
    "white": "steady",
    "AR .5": "memory .5",
    "AR .8": "memory .8",
    "walk": "drifting",
    "jump": "jumping",
    "spread": "spread grows",
    "viral": "viral posts",
}
ASKED = ("length", "hashtags", "caption")
BEFORE = 80  # posts before a plan
SIZES = (12, 24, 40, 60, 100)  # posts of a plan
FACTORS = (1.2, 1.5, 2.0, 3.0, 6.0)
DECIDED = (Outcome.FOR_A, Outcome.FOR_B)
HISTORIES = (60, 140, 300)  # posts of an account that is asked whether something changed
DROPS = (0.5, 0.3)  # of the last ten posts, and of all from the middle on
STAYS = 0.3  # share of a hit's excess that later posts keep, where they do
ERA = 40  # posts after which habits of posting change
HOURS = (0.3, 0.5, 0.8)  # log units that the best three hours earn


def run(cell: Callable, creators: int, jobs: int, arguments: tuple) -> pd.DataFrame:
    """The same cell for many creators, a row each."""
    seeds = range(FIRST_SEED, FIRST_SEED + creators)
    rows = Parallel(jobs)(delayed(cell)(seed, *arguments) for seed in seeds)
    return pd.DataFrame(rows)


def followed(seed: int, world: str, n: int, factor: float, untouched=()) -> Judgement:
    """A creator who follows a plan, judged when all of it is there."""
    level, luck = WORLDS[world]
    account = World(n=BEFORE + n, level=level, level_size=1.0, luck=luck, spread=SPREAD)
    posts, _ = simulate_world(account, [seed, n, list(WORLDS).index(world)])
    past = posts.iloc[:BEFORE]
    start = (past["posted_at"].max() + pd.Timedelta(days=1)).date()
    plan = vi.plan("a", past, n_posts=n, start=start, seed=seed, untouched=untouched)
    return vi.judge(plan, follow_plan(plan.table(), posts, factor))


def experiment_cell(seed: int, world: str, n: int, factor: float, untouched=()) -> dict:
    """One creator: what the experiment says, after how many posts, and whether it is right."""
    found = followed(seed, world, n, factor, untouched)
    decided = found.outcome in DECIDED
    return {
        "decided": float(decided),
        "right": float(found.outcome is (Outcome.FOR_A if factor > 1 else Outcome.FOR_B)),
        "held": float(found.low <= factor <= found.high),
    }


def log_views(world: str, n: int, rng: np.random.Generator) -> np.ndarray:
    """What `simulate_world` makes of level and luck, without captions and clocks."""
    level, luck = WORLDS[world]
    if luck == "viral":
        extra = (rng.random(n) < VIRAL_CHANCE) * rng.exponential(VIRAL_SIZE, n)
        own = rng.standard_normal(n) + extra
        own /= np.sqrt(1 + VIRAL_CHANCE * (2 - VIRAL_CHANCE) * VIRAL_SIZE**2)
    else:
        own = rng.standard_t(TAIL, n) / np.sqrt(TAIL / (TAIL - 2))
    own = with_memory(own, MEMORY[level]) if level in MEMORY else own
    return SPREAD * (level_course(level, n, rng) + own * spread_course(level, n))


def power_cell(seed: int, world: str, n: int) -> dict[tuple[float, str], float]:
    """One account without an effect and with effects of all sizes, which only shift."""
    rng = np.random.default_rng([seed, n, list(WORLDS).index(world)])
    y = log_views(world, BEFORE + n, rng)
    scale = float(robust_spread(np.diff(y[:BEFORE])))
    first = np.array([pair == "A" for pair in order(seed, n // 2)[::2]])
    plain = np.where(first, 1, -1) * (y[BEFORE::2] - y[BEFORE + 1 :: 2])
    rows = {}
    for factor in (1.0, *FACTORS):
        difference = plain + np.log(factor)
        looks = sequential.running(difference, scale, n // 2)
        crossed = looks["crossed"].to_numpy()
        stop = int(np.argmax(crossed)) + 1 if crossed.any() else len(crossed)
        low, high = sequential.repeated_interval(difference[:stop], scale, n // 2)
        rows[factor, "decided"] = float(crossed.any())
        rows[factor, "right"] = float(crossed.any() and looks["z"].iloc[stop - 1] > 0)
        rows[factor, "posts"] = 2.0 * stop if crossed.any() else np.nan
        rows[factor, "held"] = float(low <= np.log(factor) <= high)
        told = sequential.middle(difference[:stop]) - np.log(factor)
        rows[factor, "too large"] = told if crossed.any() else np.nan
    return rows


def experiments(creators: int, jobs: int) -> None:
    """False decisions in every world, power by size, and what the interval holds."""
    cells = {(w, n): run(power_cell, creators, jobs, (w, n)) for w in WORLDS for n in SIZES}
    print(f"\nWithout a difference: decided all the same, in % of {creators} plans a cell")
    false = {
        world: {f"{n} posts": 100 * cells[world, n][1.0, "decided"].mean() for n in SIZES}
        | {"interval holds": 100 * np.mean([cells[world, n][1.0, "held"].mean() for n in SIZES])}
        for world in WORLDS
    }
    table = pd.DataFrame(false).T.assign(all=lambda t: t.iloc[:, :-1].mean(axis=1))
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(1).to_string())
    every = {n: pd.concat([cells[world, n] for world in WORLDS]) for n in SIZES}
    for what, words, by, digits in (
        ("right", "decided for the better side, in %", 100, 0),
        ("posts", "posts until it was decided, mean", 1, 0),
        ("held", "interval holds the factor, in %", 100, 1),
        ("too large", "log of estimate over truth where decided, mean", 1, 2),
    ):
        print(f"\nWith a difference, all worlds together: {words}")
        rows = {
            f"{n} posts": {f"x{f}": by * every[n][f, what].mean() for f in FACTORS} for n in SIZES
        }
        print(pd.DataFrame(rows).T.round(digits).to_string())
    from_posts_on(creators, jobs)


def from_posts_on(creators: int, jobs: int) -> None:
    """The whole way, from posts with hashtags; with and without subtracting what content says."""
    print("\nFrom posts that follow a plan of 40, accounts that speak: decided, in %")
    rows: dict[str, dict] = {}
    for world in WORLDS:
        for name, untouched in (("nothing", ()), ("content", ("caption", "hashtags", "time"))):
            for factor in (1.0, 2.0):
                cells = run(experiment_cell, creators, jobs, (world, 40, factor, untouched))
                named = f"x{factor:g}, {name} subtracted"
                rows.setdefault(world, {})[named] = 100 * cells["decided"].mean()
    table = pd.DataFrame(rows).T
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(1).to_string())


def change_cell(seed: int, world: str, n: int) -> dict[str, float]:
    """One account without a change of its own, and with some that are planted."""
    level, size = WORLDS[world]
    account = World(n=n, level=level, level_size=1.0, luck=size, spread=SPREAD)
    posts, truth = simulate_world(account, [seed, n, list(WORLDS).index(world)])
    found = outcomes(posts)
    y, days, steps = found.settled, found.days, truth.terms["level"].diff().to_numpy()
    jumps = np.flatnonzero(np.abs(steps) > 0) if level == "jump" else np.array([], int)
    row = {
        "changed": float(stretches(y.to_numpy())["claimed"].any()),
        "moved": float(len(jumps) > 0 and jumps[-1] >= n - 40),
        "dated": _dated(y, days, jumps),
    }
    for drop in DROPS:
        last, half = (np.log(drop) * (np.arange(n) >= at) for at in (n - 10, n // 2))
        told = stretches((y + last).to_numpy())
        row[f"last ten x{drop}"] = float((told["claimed"] & (told["factor"] < 1)).any())
        late = date_of_change(y + half, days)
        row[f"dated x{drop}"] = float(late is not None and late.factor < 1)
        row[f"date x{drop} held"] = (
            float(late.first <= days.iloc[n // 2] <= late.last) if late else np.nan
        )
    return row | _after_hits(y)


def _dated(y: pd.Series, days: pd.Series, jumps: np.ndarray) -> float:
    """Whether a date is given where no jump of the level is within a twentieth of the posts."""
    date = date_of_change(y, days)
    if date is None:
        return 0.0
    return float(not len(jumps) or np.abs(jumps - date.before).min() > len(y) / 20)


def _after_hits(y: pd.Series) -> dict[str, float]:
    """Whether a share that stays is claimed, and whether one that is planted is held."""
    excess = (y - y.median()).where(y >= y.quantile(0.95), 0.0)
    stays = STAYS * excess.cumsum().shift(1, fill_value=0.0)
    plain, planted = kept_after_hits(y), kept_after_hits(y + stays)
    if plain is None or planted is None:
        return dict.fromkeys(("stays", "fades below", "width", "stays, planted"), np.nan)
    return {
        "stays": float(plain.low > 0),
        "fades below": float(plain.high < 0),
        "width": plain.high - plain.low,
        "stays, planted": float(planted.low > 0),
    }


def luck_cell(seed: int, world: str, n: int) -> dict[str, float]:
    """What of the hits' excess is called level and content, beside what of it is."""
    level, size = WORLDS[world]
    account = World(n=n, level=level, level_size=1.0, luck=size, spread=SPREAD)
    posts, truth = simulate_world(account, [seed, n, list(WORLDS).index(world)])
    found = outcomes(posts)
    parts = parts_of_hits(found, vi.build_features(posts))
    told, hits = luck(parts, n), parts.index
    theirs = truth.terms.drop(columns="luck").sum(axis=1)
    excess = found.settled[hits] - found.settled.median()
    real = (theirs[hits] - theirs.median()).sum() / excess.sum()
    return {"told": told.explained, "real": real, "too much": float(told.explained > real)}


def changes(creators: int, jobs: int) -> None:
    """Claims where nothing changed, and how often what is planted is found."""
    cells = {(w, n): run(change_cell, creators, jobs, (w, n)) for w in WORLDS for n in HISTORIES}
    print(f"\nNothing changed: claimed all the same, in % of {creators} accounts a cell")
    for what, words in (
        ("changed", "the last posts changed"),
        ("dated", "a date (of 'jump': away from every jump)"),
        ("stays", "later posts keep some of a hit ('AR': they do)"),
    ):
        _table(words, cells, what)
    still = {k: v[v["moved"] == 0] for k, v in cells.items() if k[0] == "jump"}
    print("\nThe last posts of 'jump', where the level did not jump among the posts compared:")
    print({n: round(100 * rows["changed"].mean(), 1) for (_, n), rows in still.items()})
    print("\nSomething is planted: found, in %")
    for drop in DROPS:
        _table(f"the last ten posts at x{drop}", cells, f"last ten x{drop}")
        _table(f"all posts from the middle on at x{drop}: a date", cells, f"dated x{drop}")
        _table("  of these, the middle is within the dates", cells, f"date x{drop} held")
    _table(f"later posts keep {STAYS:.0%} of a hit", cells, "stays, planted")
    _table("width of the interval of the share that stays, x100", cells, "width")
    lucky(max(20, creators // 5), jobs)


def lucky(creators: int, jobs: int) -> None:
    """What is called level and content beside what is, mean of accounts."""
    rows = {w: run(luck_cell, creators, jobs, (w, 140)).mean() for w in WORLDS}
    print(f"\nShare of a hit's excess that level and content explain, {creators} accounts, in %")
    print((100 * pd.DataFrame(rows).T).round(0).to_string())


def _table(words: str, cells: dict, what: str) -> None:
    told = {w: {f"{n} posts": 100 * cells[w, n][what].mean() for n in HISTORIES} for w in WORLDS}
    table = pd.DataFrame(told).T
    print(f"\n{words}")
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(1).to_string())


def account_that_chooses(seed: int, world: str, n: int, effect: float):
    """Posts of `associations.account` with hashtags, lengths and captions, and their content.

    The kind of content is recorded as a picture; all choices come with it.  The effect, in log
    units, is that of #d.
    """
    y, facts, content = account(seed, WORLD_OF[world], n, effect)
    flag = facts.to_numpy()
    tags = [" ".join(f"#{t}" for t, has in zip("abcd", row, strict=True) if has)
            for row in flag[:, :4]]  # fmt: skip
    texts = [
        f"{'7 ' * int(row[5])}{'words ' * int(1 + 3 * row[8])}{chr(0x1F600) * int(row[4])} {own}"
        for own, row in zip(tags, flag, strict=True)
    ]
    posts = vi.simulate_creator(n_posts=n).assign(
        caption=pd.array(texts, dtype="string"),
        duration_s=20 * flag[:, 6],
        views=pd.array(np.expm1(y.clip(0, 25)).round().astype("int64"), dtype="Int64"),
    )
    posts = posts.drop(columns="captured_at")  # all of them have matured
    names = [f"vision__{i:03d}" for i in range(content.shape[1])]
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    return posts, [vi.build_features(posts), content.set_axis(names, axis=1).set_axis(index)]


def whatif_cell(seed: int, world: str, n: int) -> dict[str, float]:
    """One creator: anything claimed where nothing has an effect, and #d found where it has."""
    idle = vi.what_if(*account_that_chooses(seed, world, n, 0.0))
    moved = vi.what_if(*account_that_chooses(seed, world, n, EFFECT))
    own = moved[moved["label"] == "d"].squeeze()
    told = idle[np.isfinite(idle["factor"])]
    clear = told["p_adjusted"] < ALPHA
    return {
        "choices": float(len(told)),
        "false": float(clear.any()),
        **{f"false: {name}": float(clear[told["family"] == name].any()) for name in ASKED},
        "intervals hold": float(((told["low"] <= 1) & (told["high"] >= 1)).all()),
        "found": float(own["p_adjusted"] < ALPHA),
        "interval holds": float(own["low"] <= np.exp(EFFECT) <= own["high"]),
        "ratio of ends": float(own["high"] / own["low"]),
    }


def whatif(creators: int, jobs: int) -> None:
    """False claims of any choice and by family, power for a hashtag, and what intervals hold."""
    print(f"\nWhat went with what: {creators} accounts a row, kinds recorded; in %, ends as ratio")
    rows = {}
    for world in WORLDS:
        for n in (60, 140, 300):
            cells = run(whatif_cell, creators, jobs, (world, n))
            shares = 100 * cells.drop(columns=["choices", "ratio of ends"]).mean()
            rows[world, n] = {**shares, **cells[["choices", "ratio of ends"]].median()}
    table = pd.DataFrame(rows).T
    print(pd.concat([table, table.mean().to_frame(("mean", "")).T]).round(1).to_string())


def clock(n: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Kinds of post, days and hours: habits drift from era to era, kinds have hours of their own.

    An account posts most in its own part of the day, and tries all of it now and then.
    """
    era = np.arange(n) // ERA
    liked = rng.dirichlet(np.ones(3), era[-1] + 1)
    kind = (rng.random(n)[:, None] > np.cumsum(liked, axis=1)[era]).sum(axis=1).clip(max=2)
    middle = rng.uniform(12, 20) + rng.normal(0, 1.5, era[-1] + 1)[era] + 3 * (kind - 1)
    hours = np.where(rng.random(n) < 0.75, rng.normal(middle, 2), rng.uniform(0, 24, n)) % 24
    return kind, rng.integers(0, 7, n), hours


def timing_cell(seed: int, world: str, n: int, effect: float = 0.0, recorded: bool = True) -> dict:
    """One account whose kinds of post have hours and views of their own: what is claimed of hours.

    The effect is on every post of the best three hours; what it is worth is told over the habit.
    """
    rng = np.random.default_rng([seed, n, list(WORLDS).index(world)])
    y = log_views(world, n, rng)
    kind, days, hours = clock(n, rng)
    seen = np.eye(3)[kind] @ rng.standard_normal((3, 8)) + 0.3 * rng.standard_normal((n, 8))
    content = pd.DataFrame(seen if recorded else seen[:, :0]).add_prefix("vision__")
    start = 3 * rng.choice(8, p=np.bincount((hours // 3).astype(int), minlength=8) / n)
    gain = effect * ((hours >= start) & (hours < start + 3))
    with one_thread():
        found = examine(y + 0.6 * (kind - 1) + gain, days, hours, content)
    row = {"claimed": float(found.claimed), "test": float(found.p <= 0.05)}
    row |= dict.fromkeys(("held", "worth", "told"), np.nan)
    if found.slot and found.gain:
        new = slice(n // 2, n)
        inside = found.slot.holds(days[new], hours[new])
        worth = gain[new][inside].mean() - gain[new].mean()
        held = float(found.gain.low <= np.exp(worth) <= found.gain.high)
        row |= {"held": held, "worth": worth, "told": np.log(found.gain.factor)}
    return row


def timing(creators: int, jobs: int) -> None:
    """False claims in every world, power by size, and what the interval of the gain holds."""
    sizes = {n: f"{n} posts" for n in HISTORIES}
    print(f"\nNo hour matters: claimed all the same, in % of {creators} accounts a cell")
    rows: dict[str, dict] = {}
    for world in WORLDS:
        for n, name in sizes.items():
            cells = run(timing_cell, creators, jobs, (world, n))
            rows.setdefault(world, {})[name] = 100 * cells["claimed"].mean()
            rows[world][f"held, {n}"] = 100 * cells["held"].mean()
    table = pd.DataFrame(rows).T
    print(pd.concat([table, table.mean().to_frame("mean").T]).round(1).to_string())
    print("\nNo hour matters and the kind of post is not recorded: claimed, in %")
    hidden = {
        name: 100 * run(timing_cell, creators, jobs, ("white", n, 0.0, False))["claimed"].mean()
        for n, name in sizes.items()
    }
    print(pd.Series(hidden).round(1).to_string())
    print("\nThree hours earn more, by log units: found, and the gain over the habit")
    found = {}
    for world in ("white", "walk"):
        for n in sizes:
            for effect in HOURS:
                cells = run(timing_cell, creators, jobs, (world, n, effect))
                told = cells[cells["claimed"] == 1]
                found[f"{world}, {n} posts, +{effect}"] = {
                    "test, %": 100 * cells["test"].mean(),
                    "claimed, %": 100 * len(told) / len(cells),
                    "interval holds, %": 100 * cells["held"].mean(),
                    "of the tested, %": 100 * cells.loc[cells["test"] == 1, "held"].mean(),
                    "worth": told["worth"].mean(),
                    "told": told["told"].mean(),
                }
    print(pd.DataFrame(found).T.round(2).to_string())


PARTS = {
    "whatif": whatif,
    "experiments": experiments,
    "changes": changes,
    "timing": timing,
}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    options = parser.parse_args()
    for part in options.only:
        start = time.perf_counter()
        PARTS[part](options.creators, options.jobs)
        print(f"({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
