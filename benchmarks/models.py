"""Does every model earn its place, and does the forecast keep its bound?  Measured, printed.

    python benchmarks/models.py [--creators 30] [--jobs 1] [--first-seed 0] [--quick]
                                [--only models bound captions]
    python benchmarks/models.py --posts FILE ...

Simulated creators of known truth (`cells.py`), or the real ones in the files given; each model,
candidate and rule predicts the same held-out posts.  Numbers are means over creators, paired, with
their standard errors.  Candidates are models that the book does not have, measured here so that
their absence can be checked: a random forest, and the book's trees without the account's level to
start from.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from cells import (
    BOUND_CELLS,
    CAPTION_CELLS,
    MODEL_CELLS,
    REAL_EMBARGO,
    Maker,
    captioned,
)
from measures import (
    SLOW_RULE,
    better_rule,
    bounded,
    compared,
    judged,
    predictions,
    saved,
    shown,
    spoken,
)
from runner import Creators, arguments

from virality.core.protocol import DEFAULT, MIN_POSTS, Protocol
from virality.models.catalogue import FORECAST, MODELS
from virality.posts.read import read_posts

#: What is measured: the newcomer, and the model that it would replace or stand beside.
PAIRS = (
    ("block_ridge", "ridge"),
    ("stack", "ridge"),
    ("stack", "xgboost"),
    ("stack", "block_ridge"),
    ("forest on the level", "xgboost"),
    ("xgboost", "xgboost without level"),
    (FORECAST, "stack"),
)
#: The last 30 % of a history, forecast from what came before.
REFERENCE = Protocol(n_folds=1, test_share=0.3, embargo_days=REAL_EMBARGO)


#: What is said about the order of posts.
ORDERS = (
    *(("spearman", model) for model in (FORECAST, "stack", "stack, blind", "xgboost")),
    *(("pairs", model) for model in ("order", FORECAST, "stack", "rolling_median_10")),
    *(("r2_oos", model) for model in (FORECAST, "stack", "stack, blind", "xgboost")),
)


def each_creator(judge: Callable, make: Maker, options) -> pd.DataFrame:
    """What a judge finds in every creator of a cell, a row each."""
    return Creators(options.creators, options.first_seed, options.jobs).rows(judge, make)


def models_table(options) -> None:
    """Which newcomer earns its place."""
    rows = {}
    for name, make in chosen(MODEL_CELLS, options):
        found = each_creator(compared, make, options)
        rows[name] = {f"{new} over {old}": shown(saved(found, new, old)) for new, old in PAIRS}
        report(name, rows[name])
    print_table("% of error saved by each newcomer", rows, options)


def bound_table(options) -> None:
    """Whether the forecast keeps its bound."""
    rows, ratios = {}, {}
    for name, make in chosen(BOUND_CELLS | MODEL_CELLS, options):
        found = each_creator(bounded, make, options)
        best = better_rule(found)
        ratios[name] = -saved(found, FORECAST, best).mean()
        rivals = {f"better rule ({best})": best, "median of ten": "rolling_median_10"}
        rivals |= {"median of twenty": SLOW_RULE, "stack": "stack"}
        rows[name] = {"better rule is": best} | {
            f"over {words.partition(' (')[0]}": shown(saved(found, FORECAST, old))
            for words, old in rivals.items()
        }
        report(name, rows[name])
    print_table("% of error saved by the forecast", rows, options)
    worst = max(ratios, key=ratios.__getitem__)
    print(f"worst cell against the better rule: {ratios[worst]:+.1f} % in “{worst}”")


def captions_table(options) -> None:
    """What captions and the similar posts are worth."""
    errors, orders = {}, {}
    for name, make in chosen(CAPTION_CELLS, options):
        found = each_creator(spoken, make, options)
        errors[name] = {
            f"{new} over {old}": shown(saved(found, new, old))
            for new, old in (
                (FORECAST, better_rule(found)),
                (FORECAST, SLOW_RULE),
                (FORECAST, "stack, blind"),
                *((each, f"{each}, blind") for each in (FORECAST, "xgboost", "block_ridge")),
            )
        }
        orders[name] = {
            f"{measure} {model}": shown(found[measure, model], 3) for measure, model in ORDERS
        }
        report(name, errors[name] | orders[name])
    print_table("% of error saved; “blind” = without the similar posts", errors, options)
    print_table("Order of posts, and R² against the training mean", orders, options)


def real_table(files: list[str]) -> None:
    """The same on the creators in these files, by the book's folds and by the reference split."""
    posts = read_posts(files).posts
    groups = {str(author): own for author, own in posts.groupby("author") if len(own) >= MIN_POSTS}
    for words, protocol in (("the book's folds", DEFAULT), ("the last 30 %", REFERENCE)):
        rows = {}
        for author, own in groups.items():
            own = own.reset_index(drop=True)
            told = predictions(captioned(own), protocol, MODELS, with_candidates=True)
            rows[author] = judged(told, own)
        found = pd.DataFrame(rows).T
        print(f"\n{words}: medians over {len(found)} creators")
        print(
            found.median()
            .rename_axis(["measure", "model"])
            .reset_index()
            .pivot_table(0, "model", "measure")
            .round(3)
            .to_string()
        )
        gains = {f"{new} over {old}": shown(saved(found, new, old)) for new, old in PAIRS}
        print(f"\n{words}: % of error saved\n{pd.Series(gains).to_string()}")
        better = (found["mae", FORECAST] < found["mae", SLOW_RULE]).mean()
        print(f"the forecast errs less than the median of twenty for {better:.0%}")


def chosen(cells: dict[str, Maker], options) -> list[tuple[str, Maker]]:
    """The cells that are asked for: of a quick look every fourth."""
    return list(cells.items())[:: 4 if options.quick else 1]


def report(name: str, row: dict[str, str]) -> None:
    """Say how far the work is."""
    print(f"{name}: {row}", flush=True)


def print_table(title: str, rows: dict[str, dict], options) -> None:
    print(f"\n{title}, {options.creators} creators a row, mean ± standard error")
    print(pd.DataFrame(rows).T.to_string(), flush=True)


PARTS = {
    "models": models_table,
    "bound": bound_table,
    "captions": captions_table,
}


def main() -> None:
    parser = arguments(__doc__, list(PARTS), Creators(30))
    parser.add_argument("--quick", action="store_true", help="a few creators of a few worlds")
    parser.add_argument("--posts", nargs="*", default=[])
    options = parser.parse_args()
    if options.quick:
        options.creators = 3
    if options.posts:
        return real_table(options.posts)
    for part in options.only:
        PARTS[part](options)


if __name__ == "__main__":
    main()
