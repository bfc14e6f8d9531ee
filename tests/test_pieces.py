"""Markdown pieces: tables, figures and boxes that no text from data can break out of."""

from types import SimpleNamespace

import pandas as pd

from virality.book import pieces
from virality.book.chapter import Chapter
from virality.core.text import multiple


def test_table_escapes_every_cell_and_header():
    data = pd.DataFrame({"a|b": ["<b>", None], "n": [1234, 5]})
    text = pieces.table(data, "tbl-x", "Caption")
    assert "<b>" not in text
    assert "&#124;" in text
    assert "1&#44;234" in text
    assert text.startswith("::: {#tbl-x}")
    assert text.count("\n:::") == 1


def test_callout_title_cannot_break_out():
    text = pieces.callout("note", 'a"}\n:::\n# x', "body")
    assert text.splitlines()[0].count('"') == 2
    assert "\n# x" not in text


def test_long_tables_scroll_in_a_box():
    short, long = (pd.DataFrame({"a": range(n)}) for n in (pieces.TALL, pieces.TALL + 1))
    assert "tall" not in pieces.table(short, "tbl-x", "Words.")
    text = pieces.table(long, "tbl-x", "Words.")
    assert text.startswith(":::: {.tall}") and text.rstrip().endswith("::::")


def test_first_frames_in_a_table_become_files_of_their_own(tmp_path):
    from virality.book import markup, publish

    cells = [f"{pieces.thumbnail(jpeg)}a name" for jpeg in (b"one", b"two", b"one")]
    table = pieces.table(pd.DataFrame({"post": cells}), "tbl-x", "Caption", markdown=("post",))
    # The column is as wide as its words, whatever the pictures weigh.
    assert "| :------ |" in table.splitlines()[3]
    staged = publish._unpack(table, "slug", tmp_path)
    names = [path.name for path in (tmp_path / "pictures").iterdir()]
    assert len(names) == 2 and "base64" not in staged
    assert all(name in staged for name in names)
    page = markup.as_html(staged)
    assert page.count("<img") == 3 and page.count('alt="First frame" width="48"') == 3


def test_a_row_of_frames_has_the_room_that_it_needs():
    three = "\N{NO-BREAK SPACE}".join([pieces.thumbnail(b"x" * 999).strip()] * 3)
    table = pieces.table(pd.DataFrame({"a": [three]}), "tbl-x", "X", markdown=("a",))
    assert 14 < len(table.splitlines()[3]) < 30


def test_private_pages_show_no_first_frames():
    thumbnails = pd.DataFrame({"post_id": ["1"], "jpeg": [b"x"]})
    assert Chapter.frames(SimpleNamespace(private=True), thumbnails) == {}
    assert Chapter.frames(SimpleNamespace(private=False), thumbnails)["1"].startswith("![](data:")


def test_no_line_of_a_table_ends_between_times_and_its_number():
    made = pieces.table(pd.DataFrame({"factor": ["× 0.92", multiple(1.5), "3 × a"]}), "tbl-x", "X")
    assert made.count("×\N{NO-BREAK SPACE}") == 2 and "3 × a" in made
    assert (
        pieces.unbroken("kept 0.7 % of it, 95 %ile") == "kept 0.7\N{NO-BREAK SPACE}% of it, 95 %ile"
    )


def test_no_line_ends_inside_a_day():
    whole = "2024\N{NON-BREAKING HYPHEN}05\N{NON-BREAKING HYPHEN}06"
    assert pieces.unbroken("on 2024-05-06, (2024-05-06)") == f"on {whole}, ({whole})"
    for kept in ("`--start 2024-05-06`", "[a](b/2024-05-06.html)", "2024-05-06T10", "x-2024-05-06"):
        assert pieces.unbroken(kept) == kept
    days = pd.DataFrame({"day": pd.to_datetime(["2024-05-06"]), "text": ["2024-05-06 18:30"]})
    assert pieces.table(days, "tbl-x", "X").count(whole) == 2


def test_a_first_frame_says_of_which_post_it_is():
    posts = pd.DataFrame({"post_id": ["1"], "posted_at": pd.to_datetime(["2024-05-06"])})
    thumbnails = pd.DataFrame({"post_id": ["1", "2"], "jpeg": [b"x", b"y"]})
    found = Chapter.frames(SimpleNamespace(private=False), thumbnails, posts)
    assert 'fig-alt="First frame of the post of 2024-05-06"' in found["1"]
    assert 'fig-alt="First frame"' in found["2"]
