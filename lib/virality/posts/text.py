"""Text before anything is read into it: bytes to characters, what no reader sees, blanks."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from importlib.resources import files

from virality.core.errors import UserError
from virality.core.text import plural

BLANKS = frozenset(
    (
        *("", "undefined", "null", "none", "nan", "nat", "n/a", "na", "#n/a", "nil", "missing"),
        *("-", "--", "–", "—", "―", ".", "..", "…", "<na>", "(blank)"),
    )
)
MAX_CAPTION = 10_000
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
_FOREIGN = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF",
    b"7z\xbc\xaf": "a 7z archive; unpack it first",
    b"Rar!": "a RAR archive; unpack it first",
    b"SQLite": "a database",
    b"\xd0\xcf\x11\xe0": "an old .xls workbook; save it as .xlsx or CSV",
    b"\x80\x04\x95": "a Python pickle, which is never opened",
    b"\x80\x05\x95": "a Python pickle, which is never opened",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
}
_OLD_CODEPAGES = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1258 shift_jis gb18030 big5 euc_kr"
)


def words(name: str) -> dict:
    """Words in many languages, from a data file beside this module."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def is_blank(text: str) -> bool:
    """Whether a cell stands for "no value" (empty, `undefined`, `N/A`, a dash ...)."""
    return not text or text.strip().casefold() in BLANKS


def visible(text: str) -> str:
    """Drop what no reader can see: zero-width and direction marks, control characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _CONTROL.sub("", _INVISIBLE.sub("", text)).strip()


def plain(text: str) -> str:
    """A value's text in ASCII digits and plain spaces, whatever the script's own digits are."""
    text = visible(text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in text
    )


def kept_caption(text: str) -> tuple[str | None, str]:
    """A caption as it may be kept, and what was taken from it.

    Direction marks and zero-width joiners belong to the text (emoji and Arabic need them) and
    stay. Broken characters and control characters cannot be stored or shown and go.

    Returns
    -------
    (str or None, str)
        The caption and a sentence if something was removed, else "".
    """
    kept = _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    why = "holds control characters or broken characters; replaced" if "\ufffd" in kept else ""
    if why and "\ufffd" in text and not _CONTROL.search(text):
        why = "holds characters that were already lost in the file"
    if len(kept) > MAX_CAPTION:
        kept, why = kept[:MAX_CAPTION], f"longer than {MAX_CAPTION:,} characters; cut"
    return (kept, why) if kept.strip() else (None, why)


def share_of(cells: Sequence[str], test: Callable[[str], object]) -> float:
    """Share of the cells that hold something for which `test` is true; 0 where none does.

    Parameters
    ----------
    cells : sequence of str
    test : callable
        Of one cell.

    Returns
    -------
    float
        From 0 to 1.
    """
    filled = [cell for cell in cells if not is_blank(cell)]
    return sum(map(bool, map(test, filled))) / len(filled) if filled else 0.0


# --- bytes ---


def decode(data: bytes, name: str) -> tuple[str, str]:
    """Bytes to text, and a remark if the encoding had to be worked out.

    Parameters
    ----------
    data : bytes
    name : str
        Of the file.

    Returns
    -------
    str, str
        The text and the remark, "" if there is none.

    Raises
    ------
    UserError
        Nothing there, or no text.
    """
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise UserError("The file is empty.", where=name, do="Export it again.")
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise UserError(f"This is {what}, not a table of posts.", where=name)
    if data[4:8] == b"ftyp":
        raise UserError("This is a video, not a table of posts.", where=name)
    for bom, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(bom):
            text = data.decode(encoding, errors="replace")
            lost = text.count("\ufffd")
            return text, f"{plural(lost, 'broken character')} replaced" if lost else ""
    if (wide := _wide(data)) is not None:
        return data.decode(wide, errors="replace"), f"read as {wide} (no byte order mark)"
    head = data[:20_000]
    if sum(b < 9 or 13 < b < 32 for b in head) > len(head) * 0.01:
        raise UserError("This is not text but binary data.", where=name, do="Export it as CSV.")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4:
            return data.decode("utf-8", errors="replace"), "the file breaks off inside a character"
    return _old_codepage(data)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    head = data[:4000]
    if len(head) < 8:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) / 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _old_codepage(data: bytes) -> tuple[str, str]:
    """Bytes that are not UTF-8: mostly UTF-8 with a few broken ones, or an old code page."""
    text = data.decode("utf-8", errors="replace")
    lost = text.count("\ufffd")
    good = sum(c > "\x7f" and c != "\ufffd" for c in text)
    if good > 2 * lost:
        return text, f"{plural(lost, 'broken character')} replaced"
    from charset_normalizer import from_bytes  # only here: rare, and slow to load

    matches = from_bytes(data[:200_000], cp_isolation=_OLD_CODEPAGES.split())
    best = matches.best()
    # Of two that fit about equally, the Western one is by far the more common.
    western = best is None or any(
        m.encoding == "cp1252"
        and m.chaos <= best.chaos + 0.01
        and m.coherence >= best.coherence - 0.05
        for m in matches
    )
    encoding = "cp1252" if best is None or western else best.encoding
    text = data.decode(encoding, errors="replace")
    return text, f"not UTF-8; read as {encoding}, so check the captions' accents"
