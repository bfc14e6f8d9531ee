"""Trees from a file: the same as those that were stored, or a refusal, whatever the file says."""

import json
import random

import numpy as np
import pandas as pd
import pytest
import xgboost as xgb

from virality.models.stored_trees import OBJECTIVE, read_trees, write_trees

COLUMNS = [f"block__{i}" for i in range(5)]


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(0)
    rows = pd.DataFrame(rng.normal(size=(400, 5)).astype(np.float32), columns=COLUMNS)
    return rows.mask(rng.random(rows.shape) < 0.1)


@pytest.fixture(scope="module")
def booster(rows):
    y = rows["block__0"].fillna(1) * 2 + np.random.default_rng(1).normal(size=len(rows))
    settings = {"objective": OBJECTIVE, "grow_policy": "lossguide", "max_leaves": 8, "max_depth": 0}
    return xgb.train(settings | {"nthread": 1}, xgb.DMatrix(rows, y), 20)


@pytest.fixture(scope="module")
def stored(booster):
    return write_trees(booster)


def test_what_was_stored_comes_back_bit_by_bit(booster, stored, rows):
    again = read_trees(stored, COLUMNS)
    wanted, found = (one.predict(xgb.DMatrix(rows)) for one in (booster, again))
    assert found.tobytes() == wanted.tobytes()
    assert write_trees(again) == stored


def model(content):
    return content["learner"]["gradient_booster"]["model"]


def tree(content):
    return next(each for each in model(content)["trees"] if len(each["left_children"]) > 3)


def no_number(content):
    tree(content)["split_conditions"][0] = "0.5"


def infinite(content):
    tree(content)["split_conditions"][0] = 1e39


def column_beyond(content):
    tree(content)["split_indices"][0] = 5


def column_before(content):
    tree(content)["split_indices"][0] = -1


def in_a_circle(content):
    tree(content)["left_children"][1:3] = [0, 0]
    tree(content)["right_children"][1:3] = [0, 0]


def child_beyond(content):
    tree(content)["left_children"][0] = 10**6


def child_of_two(content):
    tree(content)["left_children"][0] = tree(content)["right_children"][0]


def half_a_branch(content):
    tree(content)["left_children"][0] = -1


def uneven(content):
    tree(content)["default_left"].append(1)


def a_category(content):
    tree(content)["split_type"][0] = 1


def truth_as_number(content):
    tree(content)["split_indices"][0] = True


def no_tree(content):
    model(content)["trees"] = []


def too_many(content):
    model(content)["trees"] = model(content)["trees"] * 200


def other_columns(content):
    content["learner"]["feature_names"] = [f"a{i}" for i in range(5)]


def no_start(content):
    content["learner"]["learner_model_param"]["base_score"] = "nan"


def another_kind(content):
    content["learner"]["gradient_booster"] = {"model": {"weights": [0.0] * 6}, "name": "gblinear"}


CHANGES = [no_number, infinite, column_beyond, column_before, in_a_circle, child_beyond,
           child_of_two, half_a_branch, uneven, a_category, truth_as_number, no_tree, too_many,
           other_columns, no_start, another_kind]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_trees_that_are_none_never_reach_xgboost(change, stored, monkeypatch):
    content = json.loads(stored)
    change(content)
    monkeypatch.setattr(xgb.Booster, "load_model", lambda *_: pytest.fail("it was loaded"))
    with pytest.raises(ValueError, match=r"tree|lists|branches|column|number|split|gap"):
        read_trees(json.dumps(content).encode(), COLUMNS)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"\x80\x04.", b'{"learner": 1}', b"[" * 10**5, b"\xff\xfe",
     b'{"learner": {"feature_names": null}}', b"9" * 10**4],
)  # fmt: skip
def test_bytes_that_hold_no_trees_are_refused(data):
    with pytest.raises(ValueError):
        read_trees(data, COLUMNS)


def test_what_the_file_says_beside_its_trees_is_left_behind(stored, rows, booster):
    content = json.loads(stored)
    content["learner"]["objective"] = {"name": "reg:gamma"}
    content["learner"]["attributes"] = {"best_iteration": "1"}
    content["learner"]["learner_model_param"] |= {"num_target": "99", "num_class": "99999999"}
    model(content)["tree_info"] = [7] * 20
    model(content)["iteration_indptr"] = [0, 10**9]
    again = read_trees(json.dumps(content).encode(), COLUMNS)
    assert (again.predict(xgb.DMatrix(rows)) == booster.predict(xgb.DMatrix(rows))).all()
    assert not again.attributes()


def test_any_number_changed_at_random_is_refused_or_harmless(stored, rows):
    """Whatever stands in the lists, a path through a tree stays inside it."""
    draw = random.Random(0)
    for _ in range(60):
        content = json.loads(stored)
        own = draw.choice(model(content)["trees"])
        name = draw.choice(["left_children", "right_children", "split_indices", "default_left",
                            "split_conditions", "parents", "sum_hessian"])  # fmt: skip
        own[name][draw.randrange(len(own[name]))] = draw.choice([-2, -1, 0, 1, 2, 7, 2**31, 1e30])
        try:
            again = read_trees(json.dumps(content).encode(), COLUMNS)
        except ValueError:
            continue
        assert np.isfinite(again.predict(xgb.DMatrix(rows))).all()
