"""Posts like this one are named: earlier, matured, of the same account, and with their reasons."""

import numpy as np
import pandas as pd
import pytest

from test_similarity import talking_posts
from toyposts import toy_embeddings, toy_posts
from virality.explanation.neighbours import neighbours
from virality.features.build import build_features
from virality.features.kernels import kernels
from virality.figures import interpretability as figures
from virality.findings import interpretability as findings
from virality.findings.interpretability import Likeness


@pytest.fixture(scope="module")
def posts():
    return talking_posts(80, seed=4)


def test_the_same_hashtag_is_named_first(posts):
    captions = posts["caption"].str.replace("#", "", regex=False)
    captions[[30, 79]] = "so rare #onlyhere"
    changed = posts.assign(caption=captions)
    found = neighbours(changed, changed["post_id"].iloc[79])
    first = found.iloc[0]
    assert first["post_id"] == changed["post_id"].iloc[30]
    assert "hashtags" in first["respects"].split(", ")
    assert found["say"].is_monotonic_decreasing and found["say"].between(0, 1).all()
    assert found["say"].sum() < 1


def test_later_and_unmatured_posts_are_never_named(posts):
    at = 40
    now = posts["posted_at"].iloc[at]
    changed = posts.assign(caption="the same words #tag")
    found = neighbours(changed, changed["post_id"].iloc[at], embargo_days=20, at_most=100)
    assert (found["posted_at"] <= now - pd.Timedelta(days=20)).all() and len(found) > 5
    alone = changed.iloc[: at + 1]
    pd.testing.assert_frame_equal(
        found, neighbours(alone, alone["post_id"].iloc[at], embargo_days=20, at_most=100)
    )


def test_the_names_are_what_the_encoding_is_made_of(posts):
    row = len(posts) - 1
    found = neighbours(posts, posts["post_id"].iloc[row], at_most=1000)
    kept = len([kernel for kernel in kernels(posts) if kernel.present[row]])
    encoded = build_features(posts).iloc[row]
    known = [name for name in encoded.index[encoded.notna()] if name.endswith("_known")]
    shares = 0.0
    for kernel in kernels(posts):
        if f"similar__{kernel.name}_known" in known and kernel.present[row]:
            weight = np.expm1(encoded[f"similar__{kernel.name}_known"])
            shares += weight / (weight + kernel.prior)
    assert found["say"].sum() == pytest.approx(shares / kept)


def test_other_accounts_and_a_first_post(posts):
    other = talking_posts(30, 9).assign(author="two")
    other["post_id"] = "two" + other["post_id"]
    mixed = pd.concat([posts, other]).sort_values(["posted_at", "post_id"], ignore_index=True)
    last = other["post_id"].iloc[-1]
    pd.testing.assert_frame_equal(neighbours(mixed, last), neighbours(other, last))
    assert neighbours(posts, posts["post_id"].iloc[0]).empty
    with pytest.raises(KeyError):
        neighbours(posts, "nobody")


def test_pictures_can_be_what_is_alike():
    posts, traits = toy_posts(60)
    embeddings = toy_embeddings(posts, traits)
    embeddings.iloc[10] = embeddings.iloc[59]
    found = neighbours(posts, posts["post_id"].iloc[59], embeddings=embeddings)
    assert found["post_id"].iloc[0] == posts["post_id"].iloc[10]
    assert {"picture", "sound"} <= set(found["respects"].iloc[0].split(", "))


def test_findings_and_words_of_every_kind(posts):
    row = build_features(posts).iloc[-1]
    like = neighbours(posts, posts["post_id"].iloc[-1])
    like = like.assign(times=[5.0, 4.0, 3.0, 2.5, 1.0])
    found = findings.alike(like, row)
    assert found.likeness is Likeness.SEVERAL and len(found.posts) == 3
    assert found.low <= found.high and len({key for key, _ in found.says}) == 3
    assert findings.alike(like.assign(times=[5, 1, 1, 1, 1]), row).likeness is Likeness.ONE
    assert findings.alike(like.assign(times=1.5), row).likeness is Likeness.NONE
    assert findings.alike(like.head(0), row).likeness is Likeness.NOBODY_KNOWN
    assert findings.alike(like, row.head(3)).likeness is Likeness.NOT_COMPARED


def test_private_pages_name_no_caption(posts):
    captions = posts["caption"].copy()
    captions[[30, 79]] = "my <b>secret</b> words"
    secret = posts.assign(caption=captions)
    like = neighbours(secret, secret["post_id"].iloc[-1])
    row = build_features(secret).iloc[-1]
    named = " ".join(map(str, findings.alike(like, row).posts))
    assert "secret" in named and "<b>" not in named
    assert "secret" not in " ".join(map(str, findings.alike(like, row, private=True).posts))
    table = figures.alike_table(like)
    assert table["earlier post"].str.contains("secret").any()
    assert not table["earlier post"].str.contains("<b>").any()
    assert not figures.alike_table(like, private=True).to_string().count("secret")
