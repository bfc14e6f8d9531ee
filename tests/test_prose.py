"""Text from data never becomes markup; numbers read well."""

import pandas as pd
import pytest

from virality.book import prose

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

    escaped = prose.escape(text)
    assert not re.search(r"[!-/:-@\[-`{-~]", re.sub(r"&#\d+;", "", escaped))
    assert html.unescape(escaped).replace("\u2060", "") == " ".join(text.split())


def test_invisible_and_reordering_characters_go_but_emoji_stay():
    assert prose.clean("a\u202eb\u200bc\x00d") == "a b c d"
    family = "👩\u200d👧"
    assert prose.clean(family) == family
    assert prose.clean("two\nlines") == "two lines"


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_missing_is_empty(missing):
    assert prose.escape(missing) == ""


def test_table_escapes_every_cell_and_header():
    data = pd.DataFrame({"a|b": ["<b>", None], "n": [1234, 5]})
    text = prose.table(data, "tbl-x", "Caption")
    assert "<b>" not in text
    assert "&#124;" in text
    assert "1&#44;234" in text
    assert text.startswith("::: {#tbl-x}")
    assert text.count("\n:::") == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (1234.5, "1,234"), (-0.5, "−0.5"), (12.34, "12.3"), (float("nan"), "–")],
)
def test_significant(value, text):
    assert prose.significant(value) == text


def test_words():
    assert prose.listing(["a", "b", "c"]) == "a, b and c"
    assert prose.listing([]) == ""
    assert prose.plural(1, "post") == "1 post"
    assert prose.plural(1200, "post") == "1,200 posts"


def test_callout_title_cannot_break_out():
    text = prose.callout("note", 'a"}\n:::\n# x', "body")
    assert text.splitlines()[0].count('"') == 2
    assert "\n# x" not in text


def test_long_tables_scroll_in_a_box():
    short, long = (pd.DataFrame({"a": range(n)}) for n in (prose.TALL, prose.TALL + 1))
    assert "tall" not in prose.table(short, "tbl-x", "Words.")
    text = prose.table(long, "tbl-x", "Words.")
    assert text.startswith(":::: {.tall}") and text.rstrip().endswith("::::")


def test_first_frames_in_a_table_become_files_of_their_own(tmp_path):
    from virality.book import plain, publish

    cells = [f"{prose.thumbnail(jpeg)}a name" for jpeg in (b"one", b"two", b"one")]
    table = prose.table(pd.DataFrame({"post": cells}), "tbl-x", "Caption", markdown=("post",))
    # The column is as wide as its words, whatever the pictures weigh.
    assert "| :------ |" in table.splitlines()[3]
    staged = publish._unpack(table, "slug", tmp_path)
    names = [path.name for path in (tmp_path / "pictures").iterdir()]
    assert len(names) == 2 and "base64" not in staged
    assert all(name in staged for name in names)
    page = plain._markdown(staged, {}, {})
    assert page.count("<img") == 3 and page.count('alt="First frame" width="48"') == 3


def test_private_pages_show_no_first_frames():
    from types import SimpleNamespace

    from virality.book.chapter import Chapter

    thumbnails = pd.DataFrame({"post_id": ["1"], "jpeg": [b"x"]})
    assert Chapter.frames(SimpleNamespace(private=True), thumbnails) == {}
    assert Chapter.frames(SimpleNamespace(private=False), thumbnails)["1"].startswith("![](data:")


def test_verbs_agree_with_names():
    assert prose.agree(["sound"], "carries", "carry") == "carries"
    assert prose.agree(["hashtags"], "carries", "carry") == "carry"
    assert prose.agree(["sound", "picture"], "carries", "carry") == "carry"
