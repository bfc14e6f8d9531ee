"""The box that compares what was planted with what was found."""

import numpy as np
import pandas as pd
import pytest

from virality.demo.model import HOOK, KNOWABLE, Effects
from virality.demo.posts import simulate_creator
from virality.findings.recovered import (
    Memory,
    Named,
    Recovery,
    lottery,
    named,
    planted_blocks,
    recovered,
    recovery,
)
from virality.findings.recovered_facts import Seen, recovered_facts
from virality.sentences.recovered import box, more

N = 300
NO_INTERVALS = pd.DataFrame({"post_id": []})


def simulated(n: int = N, effects: Effects | None = None):
    return simulate_creator(n, 0, effects, return_truth=True)[1]


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


def judged(truth, table, tests=None, **more):
    tests = evidence(1, 1).head(0) if tests is None else tests
    return recovered(truth, table, tests, NO_INTERVALS, **more)


def recoveries(truth, table) -> dict[str, Recovery]:
    return {term.name: term.recovery for term in judged(truth, table).terms}


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (1.0, Recovery.WHOLE),
        (0.4, Recovery.IN_PART),
        (2.0, Recovery.OVERSTATED),
        (-1.0, Recovery.REVERSED),
    ],
)
def test_verdicts_follow_the_predictions(share, expected):
    truth = simulated()
    assert recoveries(truth, predictions(truth, share))["content"] is expected


def test_blind_predictions_recover_nothing():
    truth = simulated()
    table = predictions(truth, 0.0).assign(y_pred=np.random.default_rng(1).normal(size=N))
    assert list(recoveries(truth, table).values()).count(Recovery.MISSED) >= 3


def test_nothing_planted_is_said():
    truth = simulated(effects=Effects.null())
    found = judged(truth, predictions(truth, 1.0), evidence(0.01, 0.01))
    assert {term.recovery for term in found.terms} == {Recovery.NOT_PLANTED}
    assert found.noise_only and found.content.false == ("vision",)
    assert found.history == Memory(planted=False, found=True)


@pytest.mark.parametrize("p", [0.001, 0.6])
def test_tests_are_judged(p):
    truth = simulated()
    found = judged(truth, predictions(truth, 1.0), evidence(p, p))
    assert found.content == (
        Named(("vision",), ("audio",), ()) if p < 0.05 else Named((), ("vision", "audio"), ())
    )
    assert found.history == Memory(planted=True, found=p < 0.05)


def test_blocks_are_judged_by_what_they_can_show():
    timed = simulated(effects=Effects().without("regime", "energy", *HOOK))
    assert planted_blocks(timed) == {"metadata"}
    content = evidence(0.01, 0.01).query("kind == 'content'")
    assert named(planted_blocks(timed), content).false == ("vision",)
    assert named(set(), content.head(0)) is None


def test_lottery_is_compared_by_chance():
    truth = simulated()
    cat = (truth.posts["regime"] == "cat").to_numpy()
    for inside in (0.3, 0.05):
        chances = pd.DataFrame(
            {"post_id": truth.posts["post_id"], "p_viral": np.where(cat, inside, 0.1)}
        )
        found = lottery(truth, chances)
        assert found.higher == (inside > 0.1) and found.inside == pytest.approx(inside)
        assert found.n == cat.sum()
    assert lottery(simulated(effects=Effects().without("viral_rate")), chances) is None


@pytest.mark.parametrize("n", [1, 5, 40])
def test_few_posts_are_survived(n):
    truth = simulated(n)
    table = predictions(truth, 1.0)
    assert box(judged(truth, table))
    assert "too few posts" in box(judged(truth, table.iloc[:0]))
    assert len(recovery(truth, table)) == len(KNOWABLE)


def test_only_the_asked_for_predictions_are_judged():
    truth = simulated()
    good = predictions(truth, 1.0)
    bad = pd.concat(
        [
            good.assign(y_pred=0.0, blocks="vision"),
            good.assign(y_pred=0.0, split="shuffled"),
            good.assign(y_pred=0.0, preset="study"),
        ]
    )
    assert judged(truth, pd.concat([bad, good])) == judged(truth, good)


def associated(words: float, late: float, p: float = 0.001, **others: float) -> pd.DataFrame:
    """Rows of associations: factors per step, all with one p; a step of speech is half a second."""
    factors = {"hook__has_words": words, "hook__speech_start": late} | others
    value = np.array([*factors.values()])
    return pd.DataFrame(
        {
            "name": [*factors],
            "step": [0.5 if name == "hook__speech_start" else 1.0 for name in factors],
            "factor": value,
            "low": value / 1.1,
            "high": value * 1.1,
            "p_adjusted": np.where(np.isnan(value), np.nan, p),
        }
    )


def seen(truth, rows) -> list[Seen]:
    return [one.seen for one in recovered_facts(truth, rows).planted]


def test_planted_facts_are_judged_and_turn_round():
    truth, turned = simulated(), simulated(effects=Effects().reversed())
    rows = associated(1.6, 0.8)
    assert seen(truth, rows) == [Seen.FOUND] * 2
    assert seen(turned, rows) == [Seen.REVERSED] * 2
    assert seen(turned, associated(1 / 1.6, 1 / 0.8)) == [Seen.FOUND] * 2
    assert seen(truth, associated(1.6, 0.8, p=0.2)) == [Seen.MISSED] * 2
    assert seen(truth, associated(np.nan, 0.8)) == [Seen.UNKNOWN, Seen.FOUND]
    null = simulated(effects=Effects.null())
    assert seen(null, rows) == [Seen.FALSE_ALARM] * 2
    assert seen(null, associated(1.6, 0.8, p=0.2)) == [Seen.NOTHING] * 2
    for told in (truth, turned):
        text = more(judged(told, predictions(told, 1.0), associations=rows))
        assert ("the wrong way round" in text) == (told is turned)


def test_late_speech_is_compared_by_how_late_it_was():
    truth = simulated()
    delays = truth.posts["speech_delay"]
    late = recovered_facts(truth, associated(1.0, 0.8)).planted[1]
    assert late.planted == pytest.approx(np.exp(Effects().late_speech))
    assert late.found.value == pytest.approx(0.8 ** (delays[delays > 0].mean() / 0.5))
    assert late.found.low < late.found.value < late.found.high


def test_other_facts_are_false_alarms_only_where_nothing_stands_behind_them():
    rows = associated(1.6, 0.8, hook__has_face=2.0, hook__words_time=2.0, hook__n_cuts=np.nan)
    found = recovered_facts(simulated(), rows)
    assert found.others == ("hook__has_face",) and found.explained
    found = recovered_facts(simulated(effects=Effects.null()), rows)
    assert found.others == ("hook__has_face", "hook__words_time") and not found.explained


def test_without_associations_the_box_is_silent_of_facts():
    truth = simulated()
    for nothing in (None, associated(np.nan, np.nan), associated(1, 1).head(0)):
        assert judged(truth, predictions(truth, 1.0), associations=nothing).facts is None
    some = associated(1.6, 0.8).drop(index=0)
    assert seen(truth, some) == [Seen.UNKNOWN, Seen.FOUND]
    assert seen(simulated(1), some)[0] is Seen.UNKNOWN
