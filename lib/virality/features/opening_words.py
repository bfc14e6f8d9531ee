"""What the facts of an opening are called: in running text, on an axis, and of posts with much."""

from __future__ import annotations

#: By fact: its name, its reading with the unit, and what posts with a high and a low reading are.
OPENINGS = {
    "has_words": (
        *("words on the screen", "words on the screen (0 = no, 1 = yes)"),
        *("words on the screen", "no words on the screen"),
    ),
    "unreadable_words": (
        *("words that could not be read", "words that could not be read (0 = no, 1 = yes)"),
        *("words in another script", "no words in another script"),
    ),
    "first_words": (
        *("time of the first words", "first words on the screen (s)"),
        *("late words", "words at once"),
    ),
    "words_time": (
        *("time with words", "words on the screen (s)"),
        *("words for long", "words for a moment"),
    ),
    "n_words": (
        *("number of words on the screen", "words on the screen"),
        *("many words on the screen", "few words on the screen"),
    ),
    "words_share": (
        *("room that words take", "share of the frame with words (0 to 1)"),
        *("large words", "small words"),
    ),
    "has_speech": ("speech", "speech (0 = no, 1 = yes)", "speech", "no speech"),
    "speech_start": (
        *("time of the first speech", "first speech (s)"),
        *("late speech", "speech at once"),
    ),
    "speech_share": (
        *("share that is spoken", "share of the opening that is spoken (0 to 1)"),
        *("much speech", "little speech"),
    ),
    "has_music": ("music", "music (0 = no, 1 = yes)", "music", "no music"),
    "music_at_once": (
        *("music from the start", "music from the start (0 = no, 1 = yes)"),
        *("music at once", "no music at once"),
    ),
    "first_sound": (
        *("time of the first sound", "first sound (s)"),
        *("a late first sound", "an early first sound"),
    ),
    "has_face": ("a face", "a face (0 = no, 1 = yes)", "faces", "no faces"),
    "first_face": (
        *("time of the first face", "first face (s)"),
        *("a late first face", "a face at once"),
    ),
    "face_share": (
        *("size of the largest face", "share of the frame of the largest face (0 to 1)"),
        *("large faces", "small or no faces"),
    ),
    "n_faces": ("number of faces", "faces at once", "many faces", "few faces"),
    "large_face_first": (
        *("a large face from the first frame", "large face at first (0 = no, 1 = yes)"),
        *("a large face first", "no large face first"),
    ),
    "n_cuts": ("number of cuts", "cuts in the opening", "many cuts", "few cuts"),
    "first_cut": (
        *("time of the first cut", "first cut (s)"),
        *("a late first cut", "an early first cut"),
    ),
    "longest_take": ("longest take", "longest take (s)", "long takes", "short takes"),
    "camera_motion": (
        *("camera motion", "camera motion (picture heights a second)"),
        *("a moving camera", "a still camera"),
    ),
    "start_motion": (
        *("motion at the start", "motion at the start (picture heights a second)"),
        *("motion at the start", "a still start"),
    ),
    "caption_repeats": (
        *("caption that repeats the screen", "share of the screen's words in the caption (0 to 1)"),
        *("captions that repeat the screen", "captions that add to the screen"),
    ),
    "caption_question": (
        *("a question at the start of the caption", "question first (0 = no, 1 = yes)"),
        *("captions that begin with a question", "no question first"),
    ),
    "caption_number": (
        *("a number at the start of the caption", "number first (0 = no, 1 = yes)"),
        *("a number in the caption's first line", "no number first"),
    ),
    "caption_promise": (
        *("a promise in the caption", "promise (0 = no, 1 = yes)"),
        *("captions that promise something", "no promise in the caption"),
    ),
    "caption_imperative": (
        *("a caption that tells what to do", "tells what to do (0 = no, 1 = yes)"),
        *("captions that tell what to do", "captions that tell nobody what to do"),
    ),
    "original_sound": (
        *("own sound or another's", "own sound (0 = no, 1 = yes)"),
        *("own sounds", "sounds of others"),
    ),
    "sound_uses": (
        *("earlier posts with the same sound", "earlier posts with the sound"),
        *("sounds used before", "new sounds"),
    ),
}
