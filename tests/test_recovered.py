"""The box that compares what was planted with what was found."""

import numpy as np
import pandas as pd
import pytest

from virality.demo.model import KNOWABLE, Effects
from virality.demo.posts import simulate_creator
from virality.findings.recovered import recovery
from virality.sentences import recovered as words

N = 300


def predictions(truth, share: float) -> pd.DataFrame:
    """Predictions that see a share of everything that was planted."""
    rng = np.random.default_rng(0)
    known = share * truth.terms().sum(axis=1).to_numpy() + 0.05 * rng.normal(size=len(truth.posts))
    return pd.DataFrame(
        {
            "post_id": truth.posts["post_id"],
            "split": "expanding",
            "fold": np.arange(len(known)) * 5 // len(known),
            "model": "xgboost",
            "blocks": "all",
            "preset": "tuned",
            "y_true": truth.posts["log_views"],
            "y_pred": known,
        }
    )


def evidence(content: float, history: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": ["content", "content", "history"],
            "block": ["vision", "audio", "momentum"],
            "p": [content, 0.9, history],
            "p_adjusted": [content, 0.9, history],
        }
    )


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (1.0, ": recovered ("),
        (0.4, "recovered in part ("),
        (2.0, "overstated ("),
        (-1.0, "the wrong way round ("),
    ],
)
def test_words_follow_the_predictions(share, expected):
    _, truth = simulate_creator(N, 0, return_truth=True)
    text = words.box(truth, predictions(truth, share))
    assert expected.strip(": ") in text
    others = {"recovered in part", "the wrong way round", "not recovered"} - {expected.strip(": (")}
    content = next(line for line in text.splitlines() if "Content regime" in line)
    assert not any(other in content for other in others)


def test_blind_predictions_recover_nothing():
    _, truth = simulate_creator(N, 0, return_truth=True)
    table = predictions(truth, 0.0).assign(y_pred=np.random.default_rng(1).normal(size=N))
    text = words.box(truth, table)
    assert text.count("not recovered") >= 3


def test_nothing_planted_is_said():
    _, truth = simulate_creator(N, 0, Effects.null(), return_truth=True)
    text = words.box(truth, predictions(truth, 1.0), evidence(0.01, 0.01))
    assert text.count("nothing planted.") == len(KNOWABLE)
    assert "views are noise" in text
    assert text.count("false alarm") == 2


@pytest.mark.parametrize("p", [0.001, 0.6])
def test_tests_are_judged(p):
    _, truth = simulate_creator(N, 0, return_truth=True)
    text = words.tests(truth, evidence(p, p))
    assert ("rightly names picture" in text) == (p < 0.05)
    assert ("rightly finds memory" in text) == (p < 0.05)
    assert ("misses the memory" in text) == (p > 0.05)
    assert "sound" in text.split("misses", 1)[1]


def test_blocks_are_judged_by_what_they_can_show():
    _, timed = simulate_creator(N, 0, Effects().without("regime", "energy"), return_truth=True)
    assert words.planted_blocks(timed) == {"metadata"}
    assert "false alarm" in words.tests(timed, evidence(0.01, 0.01))
    assert words.content_verdicts(set(), set(), {"vision"}) == [
        "The content test names no block, and nothing was planted in any."
    ]


def test_lottery_is_compared_by_chance():
    _, truth = simulate_creator(N, 0, return_truth=True)
    cat = (truth.posts["regime"] == "cat").to_numpy()
    for inside, word in ((0.3, "was higher"), (0.05, "was not higher")):
        chances = pd.DataFrame(
            {"post_id": truth.posts["post_id"], "p_viral": np.where(cat, inside, 0.1)}
        )
        assert word in words.lottery(truth, chances)
    _, off = simulate_creator(N, 0, Effects().without("viral_rate"), return_truth=True)
    assert words.lottery(off, chances) == ""


@pytest.mark.parametrize("n", [1, 5, 40])
def test_few_posts_are_survived(n):
    _, truth = simulate_creator(n, 0, return_truth=True)
    table = predictions(truth, 1.0)
    assert words.box(truth, table)
    assert "too few posts" in words.box(truth, table.iloc[:0])
    assert len(recovery(truth, table)) == len(KNOWABLE)


def test_only_the_asked_for_predictions_are_judged():
    _, truth = simulate_creator(N, 0, return_truth=True)
    good = predictions(truth, 1.0)
    bad = pd.concat(
        [
            good.assign(y_pred=0.0, blocks="vision"),
            good.assign(y_pred=0.0, split="shuffled"),
            good.assign(y_pred=0.0, preset="study"),
        ]
    )
    assert words.box(truth, pd.concat([bad, good])) == words.box(truth, good)
