"""A forecast from elsewhere is followed as far as its record on this account carries it."""

import numpy as np
import pytest

from virality.models.earned import BEGIN, MOST, earned_share

N, DELAY = 60, 4
KNOWN = np.maximum(np.arange(N) - DELAY, 0)


@pytest.fixture
def luck():
    return np.random.default_rng(3).standard_t(4, N)


@pytest.fixture
def content():
    return np.random.default_rng(4).normal(0, 1, N)


def test_nothing_matured_leaves_the_share_where_it_began(luck, content):
    shares = earned_share(np.zeros(N), content, content + luck, KNOWN)
    assert shares[: DELAY + 1] == pytest.approx(BEGIN)
    same = earned_share(luck, luck, content, KNOWN)
    assert same == pytest.approx(BEGIN)  # who says the same can neither win nor lose


def test_who_knows_more_earns_half_and_who_misleads_loses_all(luck, content):
    own, outcome = np.zeros(N), content + luck
    assert earned_share(own, content, outcome, KNOWN)[-1] > 0.95 * MOST
    misleading = {
        "reversed": -content,
        "noise": np.random.default_rng(5).normal(0, 1, N),
        "far above": own + 5,
        "too loud": 4 * content,
    }
    for name, theirs in misleading.items():
        shares = earned_share(own, theirs, outcome, KNOWN)
        assert shares[-1] < 0.01, name
        assert shares.max() < 2 * BEGIN, name


def test_only_what_had_matured_is_looked_at(luck, content):
    row = 40
    before = earned_share(np.zeros(N), content, content + luck, KNOWN)
    luck[row - DELAY :] = 50.0
    after = earned_share(np.zeros(N), content, content + luck, KNOWN)
    assert before[: row + 1].tobytes() == after[: row + 1].tobytes()
    assert before[row + 1] != after[row + 1]


def test_units_and_level_do_not_matter(luck, content):
    own, outcome = 0.2 * content, content + luck
    plain = earned_share(own, content, outcome, KNOWN)
    other = earned_share(9 + 3 * own, 9 + 3 * content, 9 + 3 * outcome, KNOWN)
    np.testing.assert_allclose(other, plain)


def test_one_viral_post_does_not_decide(luck, content):
    outcome = content + luck
    outcome[10] = 8.0  # three thousand times the usual views
    theirs = -content
    theirs[10] = 5.0  # right about the one, wrong about all others
    assert earned_share(np.zeros(N), theirs, outcome, KNOWN)[-1] < BEGIN


def test_who_is_silent_has_no_share_and_who_speaks_alone_has_all(luck, content):
    own, theirs = np.zeros(N), content.copy()
    own[:3], theirs[5:9] = np.nan, np.nan
    shares = earned_share(own, theirs, content + luck, KNOWN)
    assert (shares[:3] == 1).all() and (shares[5:9] == 0).all()
    assert np.isfinite(shares).all() and shares[9:].max() <= MOST
    theirs[:] = np.nan
    assert not earned_share(own, theirs, content + luck, KNOWN).any()


def test_no_misses_teach_nothing():
    flat = np.zeros(N)
    assert earned_share(flat, flat + 1, flat, KNOWN) == pytest.approx(BEGIN)
    assert not len(earned_share(flat[:0], flat[:0], flat[:0], KNOWN[:0]))
