"""Boosted trees as a file from elsewhere: XGBoost's own JSON, read without trusting it.

XGBoost believes what its files say; one with a wrong number in it can make it read beyond its own
memory.  So the numbers of the trees are checked here, one by one, and a booster is built anew from
them alone: nothing else of the file reaches XGBoost.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import xgboost as xgb

OBJECTIVE = "reg:absoluteerror"
MOST_TREES, MOST_NODES = 2_000, 1_023  # many times what is ever grown here
_NO_PARENT, _NO_CHILD = 2**31 - 1, -1
_WHOLE = ("left_children", "right_children", "split_indices", "default_left")
_REAL = ("split_conditions", "base_weights", "loss_changes", "sum_hessian")


def write_trees(booster: xgb.Booster) -> bytes:
    """Return a booster as XGBoost's JSON."""
    return bytes(booster.save_raw("json"))


def read_trees(data: bytes, columns: Sequence[str]) -> xgb.Booster:
    """Return the booster in XGBoost's JSON.

    Parameters
    ----------
    data : bytes
        As `write_trees` gave it, or anything else.
    columns : list of str
        The columns that the trees must have been grown on, in order.

    Returns
    -------
    xgboost.Booster
        On one thread; predicts what the stored one did, bit by bit.

    Raises
    ------
    ValueError
        When the bytes are not plain regression trees on these columns, whatever else they are.
    """
    try:
        learner = json.loads(data)["learner"]
        model = learner["gradient_booster"]["model"]
        if learner["feature_names"] != list(columns):
            raise ValueError("the trees are of other columns")
        start = _base_score(learner["learner_model_param"]["base_score"])
        trees = model["trees"]
        if not isinstance(trees, list) or not 0 < len(trees) <= MOST_TREES:
            raise ValueError("no trees, or too many")
        checked = [_tree(tree, i, len(columns)) for i, tree in enumerate(trees)]
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        raise ValueError(f"not XGBoost's trees ({type(error).__name__})") from None
    return _booster(checked, start, columns)


def _base_score(text: str) -> float:
    value = float(str(text).strip("[]")[:40])
    if not abs(value) < 1e6:
        raise ValueError("the trees start from no number")
    return value


def _tree(stored: dict, number: int, n_columns: int) -> dict[str, Any]:
    """One tree as XGBoost writes it, made of arrays that were checked."""
    whole = {name: _numbers(stored[name], int) for name in _WHOLE}
    real = {name: _numbers(stored[name], float) for name in _REAL}
    n = len(whole["left_children"])
    if not 0 < n <= MOST_NODES or {len(each) for each in (*whole.values(), *real.values())} != {n}:
        raise ValueError("a tree of uneven lists")
    if any(stored["split_type"]) or stored["categories"]:
        raise ValueError("splits on categories")
    if not set(whole["split_indices"]) <= set(range(n_columns)):
        raise ValueError("a split on a column that is not there")
    if not set(whole["default_left"]) <= {0, 1}:
        raise ValueError("a gap that leads nowhere")
    return {
        **whole,
        **real,
        "parents": _parents(whole["left_children"], whole["right_children"]),
        "split_type": [0] * n,
        "id": number,
        "tree_param": {
            "num_deleted": "0",
            "num_feature": str(n_columns),
            "num_nodes": str(n),
            "size_leaf_vector": "1",
        },
        **{f"categories{part}": [] for part in ("", "_nodes", "_segments", "_sizes")},
    }


def _numbers(values: list, kind: type) -> list:
    """A list of finite numbers of a kind that fit into XGBoost's own; raise ValueError else."""
    kinds = (int,) if kind is int else (int, float)
    most = 2**31 - 1 if kind is int else float(np.finfo(np.float32).max)
    if not isinstance(values, list) or any(
        type(value) not in kinds or not abs(value) <= most for value in values
    ):
        raise ValueError("a list holds something else than numbers")
    return [kind(value) for value in values]


def _parents(left: list[int], right: list[int]) -> list[int]:
    """Whose child each node is.  Children stand behind their parent, so that every path ends."""
    parents = [_NO_PARENT] * len(left)
    for node, pair in enumerate(zip(left, right, strict=True)):
        if pair == (_NO_CHILD, _NO_CHILD):
            continue
        for child in pair:
            if not node < child < len(left) or parents[child] != _NO_PARENT:
                raise ValueError("the branches of a tree do not make one")
            parents[child] = node
    if parents.count(_NO_PARENT) != 1:
        raise ValueError("a tree of several roots")
    return parents


def _booster(trees: list[dict], start: float, columns: Sequence[str]) -> xgb.Booster:
    """A booster of this XGBoost around other trees."""
    names = list(columns)
    kinds = ["float"] * len(names)
    rows = xgb.DMatrix(np.zeros((2, len(names))), np.zeros(2), feature_names=names,
                       feature_types=kinds)  # fmt: skip
    mould = xgb.train({"objective": OBJECTIVE, "nthread": 1, "base_score": start}, rows, 1)
    content = json.loads(write_trees(mould))
    content["learner"]["learner_model_param"]["boost_from_average"] = "1"  # as when grown
    model = content["learner"]["gradient_booster"]["model"]
    model["trees"] = trees
    model["gbtree_model_param"]["num_trees"] = str(len(trees))
    model["iteration_indptr"] = list(range(len(trees) + 1))
    model["tree_info"] = [0] * len(trees)
    booster = xgb.Booster({"nthread": 1})
    booster.load_model(bytearray(json.dumps(content, allow_nan=False).encode()))
    return booster
