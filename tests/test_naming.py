"""Kinds of post are called what their creator calls them, the same everywhere, and never twice."""

import re

import numpy as np
import pandas as pd
import pytest

from virality.core.text import clean
from virality.explanation.naming import KindName, common_words, kind_names, with_names


def found(*captions: str, traits: str = "") -> tuple[pd.DataFrame, pd.DataFrame]:
    """A kind of ten posts for each caption, and as many posts of none."""
    n = 10 * (len(captions) + 1)
    texts = np.repeat([*captions, "nothing like this"], 10)
    ids = pd.array([f"p{i:03d}" for i in range(n)], dtype="string")
    posts = pd.DataFrame({"post_id": ids, "caption": pd.array(texts, dtype="string")})
    labels = np.repeat([*range(len(captions)), -1], 10)
    regimes = pd.DataFrame({"post_id": ids, "regime": pd.array(labels, dtype="Int64")})
    return regimes.assign(traits=traits), posts.sample(frac=1, random_state=0)


def named(*captions: str, traits: str = "", private: bool = False) -> list[str]:
    names = kind_names(with_names(*found(*captions, traits=traits)), private)
    return [name.raw for name in names.values()]


def test_hashtags_come_first_then_words_then_traits_then_the_letter():
    assert named("a #Cat #Pet #Purr", "my easy recipe", "x") == [
        "#cat #pet", "“easy · recipe”", "kind C",
    ]  # fmt: skip
    signed = "+energy__rms_level,-energy__cut_rate"
    assert named("x", traits=signed) == ["kind A (loud, few cuts)"]
    assert named("a #cat", traits=signed, private=True) == ["kind A (loud, few cuts)"]
    assert named("a #cat", "easy recipe", private=True) == ["kind A", "kind B"]


def test_words_that_everybody_uses_name_nothing():
    regimes, posts = found("this easy recipe #food", "this cat #pet")
    joined = regimes.merge(posts, on="post_id")
    assert common_words(joined) == {0: ["easy", "recipe"], 1: []}, "three letters say little"
    hidden = joined.assign(caption="@someone https://example.org/recipe 猫が #tag 12345")
    assert common_words(hidden.head(10)) == {0: ["猫が"]}


@pytest.mark.parametrize("tags", ["#a #b #c", "#a #b", "#a", "easy recipe"])
def test_no_two_kinds_are_called_the_same(tags):
    captions = (f"one {tags} #x1", f"two {tags} #x2", f"three {tags}", "four")
    names = named(*captions, *captions)
    assert len(set(names)) == len(names)


def test_a_name_survives_the_table_it_is_stored_in():
    for name in kind_names(
        with_names(*found("a #cat #pet", "easy recipe", traits="-a__b"))
    ).values():
        assert KindName.of_label(name.label) == name
        assert KindName.of_label(name.label, private=True) == name.withheld
    nothing = with_names(found()[0].head(0), found()[1])
    assert kind_names(nothing) == {} and {"hashtags", "words"} <= set(nothing)


def test_names_are_harmless_on_a_page_and_plain_in_a_figure():
    hostile = "#<script>_*x*_![](http://z)"
    name = KindName("A", (hostile,))
    assert not re.search(r"[<*!\[_]", str(name)) and name.raw == clean(hostile)[:31]
    assert f"{name:>3}" == str(name)


def test_what_else_sets_a_kind_apart_follows_its_name():
    signed = "+energy__rms_level"
    assert KindName("A", ("#a", "#b", "#c"), ("x",), signed).rest == "&#35;c, “x”, loud"
    assert KindName("A", words=("x", "y"), traits=signed).rest == "loud"
    assert KindName("A", traits=signed).rest == KindName("A").rest == ""
