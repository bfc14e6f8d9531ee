"""What a caption's first line does, and whose sound it is: facts that need no film."""

from __future__ import annotations

#: (feature, unit, definition); everything here is known before posting.
COLUMNS = (
    (
        "hook__caption_question",
        "yes or no",
        "1 when the caption's first line is a question, else 0",
    ),
    (
        "hook__caption_number",
        "yes or no",
        "1 when the first line has a number that is no date, hashtag or name, else 0",
    ),
    (
        "hook__caption_promise",
        "yes or no",
        "1 when the first line promises a list or a lesson (“3 ways”, “how to”), else 0",
    ),
    (
        "hook__caption_imperative",
        "yes or no",
        "1 when the first line begins by telling to do something, else 0; missing where its "
        "language is not known",
    ),
    (
        "hook__original_sound",
        "yes or no",
        "1 when the sound was made for this post, 0 when it was taken from elsewhere",
    ),
    (
        "hook__sound_uses",
        "posts",
        "earlier posts of this account with the same sound",
    ),
)
