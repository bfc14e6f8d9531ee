"""Text from data is harmless wherever it is shown, and numbers read well."""

import pandas as pd
import pytest

from virality.core import text as words

HOSTILE = [
    "<script>alert(1)</script>",
    "</div>",
    ":::",
    "{{< include /etc/passwd >}}",
    "![](http://example.org/x.png)",
    "@fig-x and [@key]",
    "$$x$$ `code` **bold** _em_ ~sub~ ^sup^",
    "# heading",
    "a | b",
    "=HYPERLINK(1)",
    "http://example.org",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_escape_leaves_no_ascii_punctuation_but_entities(text):
    import html
    import re

    escaped = words.escape(text)
    assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"&#\d+;", "", escaped))
    assert html.unescape(escaped).replace("\u2060", "") == " ".join(text.split())


def test_invisible_and_reordering_characters_go_but_emoji_stay():
    assert words.clean("a\u202eb\u200bc\x00d") == "a b c d"
    family = "👩\u200d👧"
    assert words.clean(family) == family
    assert words.clean("two\nlines") == "two lines"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_missing_is_empty(missing):
    assert words.escape(missing) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (1234.5, "1,234"), (-0.5, "−0.5"), (12.34, "12.3"), (float("nan"), "–")],
)
def test_significant(value, text):
    assert words.significant(value) == text


def test_words():
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.listing([]) == ""
    assert words.plural(1, "post") == "1 post"
    assert words.plural(1200, "post") == "1,200 posts"


def test_differences_of_logarithms_in_words():
    assert [words.smaller(gap) for gap in (-0.1, 0.001, 0)] == [
        "10 % smaller", "under 1 % larger", "equal"
    ]  # fmt: skip
    assert [words.above_or_below(gap) for gap in (-0.13, 0.02, 1.15)] == [
        "12 % below", "2 % above", "a factor of 3.2 above"
    ]  # fmt: skip


def test_intervals_and_p_values_in_words():
    assert words.interval(-0.12, -0.2, 0.1, "+.2f") == "−0.12 (−0.20 to +0.10)"
    assert words.interval(0.5, float("nan"), 0.1, ".1f") == "0.5"
    assert words.interval(float("nan"), 0, 1, ".1f") == "–"
    assert [words.p_value(p) for p in (0.0009, 0.04, float("nan"))] == ["< 0.001", "0.040", "–"]


def test_verbs_agree_with_names():
    assert words.agree(["sound"], "carries", "carry") == "carries"
    assert words.agree(["hashtags"], "carries", "carry") == "carry"
    assert words.agree(["sound", "picture"], "carries", "carry") == "carry"


def test_factors_have_digits_that_can_be_read_and_titles_one_stop():
    told = [words.multiple(value) for value in (0.076, 1.25, 9.994, 9.996, 38.65)]
    assert told == [f"×\N{NO-BREAK SPACE}{value}" for value in ("0.08", "1.25", "9.99", "10", "39")]
    assert words.ended("The posts") == "." and words.ended("Did something change?") == ""
