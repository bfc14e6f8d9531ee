"""The facts of an opening: name, unit, and what each says.

A fact is NaN where it cannot be known (no sound, no picture, no finder for it) and where it does
not apply (the second of the first word where there is no word). A flag is 1 or 0.
"""

from __future__ import annotations

from dataclasses import dataclass

BLOCK = "hook"
GROUPS = ("words", "voice", "faces", "cuts")
# By kind: the unit.
UNITS = {"flag": "", "seconds": "s", "share": "0-1", "count": "", "speed": "heights/s"}


@dataclass(frozen=True)
class Fact:
    """One fact of an opening.

    Parameters
    ----------
    name : str
        Stands behind ``hook__`` in the tables.
    kind : str
        "flag", "seconds", "share", "count" or "speed".
    group : str
        Who finds it, one of :data:`GROUPS`.
    definition : str
        What is measured.
    words : str
        What a creator would call it: a flag as what an opening has or does, any other as what
        is counted or timed.
    """

    name: str
    kind: str
    group: str
    definition: str
    words: str

    @property
    def unit(self) -> str:
        """Unit of the value; "" for flags and counts."""
        return UNITS[self.kind]

    @property
    def column(self) -> str:
        """Name of the column in the embeddings table."""
        return f"{BLOCK}__{self.name}"


FACTS = (
    Fact("has_words", "flag", "words", "whether writing is on the screen", "words on the screen"),
    Fact(
        "unreadable_words",
        "flag",
        "words",
        "whether there is writing in a script that cannot be read here",
        "words in a script that could not be read",
    ),
    Fact(
        "first_words",
        "seconds",
        "words",
        "when writing first appears; none: missing",
        "time to the first words",
    ),
    Fact("words_time", "seconds", "words", "how long writing is on the screen", "time with words"),
    Fact("n_words", "count", "words", "words that were read in the opening", "number of words"),
    Fact(
        "words_share",
        "share",
        "words",
        "largest share of the frame under writing",
        "share of the frame with words",
    ),
    Fact("has_speech", "flag", "voice", "whether somebody speaks", "speech"),
    Fact(
        "speech_start",
        "seconds",
        "voice",
        "when speech begins; none: missing",
        "time to the first speech",
    ),
    Fact(
        "speech_share",
        "share",
        "voice",
        "share of the opening that is spoken",
        "share that is spoken",
    ),
    Fact("has_music", "flag", "voice", "whether music is heard", "music"),
    Fact(
        "music_at_once",
        "flag",
        "voice",
        "whether music plays from the start",
        "music from the start",
    ),
    Fact(
        "first_sound",
        "seconds",
        "voice",
        "silence before the first sound; all silent: missing",
        "silence at the start",
    ),
    Fact("has_face", "flag", "faces", "whether a face is seen", "a face"),
    Fact(
        "first_face",
        "seconds",
        "faces",
        "when a face is first seen; none: missing",
        "time to the first face",
    ),
    Fact(
        "face_share",
        "share",
        "faces",
        "largest share of the frame that a face fills",
        "size of the largest face",
    ),
    Fact("n_faces", "count", "faces", "most faces seen at once", "number of faces"),
    Fact(
        "large_face_first",
        "flag",
        "faces",
        "whether a large face is in the first frame",
        "a large face from the first frame",
    ),
    Fact("n_cuts", "count", "cuts", "hard cuts", "number of cuts"),
    Fact(
        "first_cut",
        "seconds",
        "cuts",
        "when the first cut comes; none: missing",
        "time to the first cut",
    ),
    Fact("longest_take", "seconds", "cuts", "longest time without a cut", "longest take"),
    Fact(
        "camera_motion",
        "speed",
        "cuts",
        "how fast the whole picture moves or grows, median over the opening",
        "camera motion",
    ),
    Fact(
        "start_motion",
        "speed",
        "cuts",
        "how much moves in the first half second",
        "motion at the start",
    ),
    Fact(
        "caption_repeats",
        "share",
        "words",
        "share of the words on the screen that the caption says as well",
        "share of the screen's words that the caption repeats",
    ),
)
NAMES = tuple(fact.name for fact in FACTS)
COLUMNS = tuple(fact.column for fact in FACTS)
UNREADABLE = f"{BLOCK}__unreadable_words"
# Known from the film alone; the rest needs the post as well.
FROM_FILM = tuple(fact for fact in FACTS if fact.name != "caption_repeats")


def of_group(group: str) -> tuple[Fact, ...]:
    """Return the facts of a film that one finder gives, in order.

    >>> [fact.name for fact in of_group("cuts")]
    ['n_cuts', 'first_cut', 'longest_take', 'camera_motion', 'start_motion']
    """
    return tuple(fact for fact in FROM_FILM if fact.group == group)
