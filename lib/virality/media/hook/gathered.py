"""What the finders found in all openings of an account: facts, words, and why some are missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from virality.media.cache import Entry
from virality.media.hook import look
from virality.media.hook.facts import FACTS, NAMES


class Gathered:
    """What the finders found in the openings of posts, and why they did not."""

    def __init__(self) -> None:
        self.facts: dict[str, np.ndarray] = {}
        self.lines: dict[str, list[str]] = {}
        self.absent: dict[str, str] = {}
        self.failed: dict[str, list[str]] = {}

    def take(self, post: str, entry: Entry, caption: str) -> None:
        """Take the facts of a post; what its caption repeats is one of them.

        Parameters
        ----------
        post : str
        entry : Entry
            See :func:`virality.media.hook.look.look`.
        caption : str
            Without hashtags; "" where there is none.
        """
        facts, lines = look.found(entry)
        if lines and caption:
            facts["caption_repeats"] = look.repeats(caption, lines)
        self.facts[post] = np.array([facts.get(name, np.nan) for name in NAMES])
        if lines:
            self.lines[post] = lines
        absent, failed = look.reasons(entry)
        self.absent |= absent
        for finder, reason in failed.items():
            self.failed.setdefault(finder, []).append(reason)

    def words(self) -> pd.DataFrame:
        """Return the table of the words on the screen, in the order of the posts."""
        texts = ["\n".join(lines) for lines in self.lines.values()]
        return pd.DataFrame({"post_id": list(self.lines), "text": texts}, dtype="string")

    def record(self) -> dict:
        """Return which finders found something, and by finder why not; JSON."""
        known = np.zeros(len(FACTS), dtype=bool)
        for facts in self.facts.values():
            known |= np.isfinite(facts)
        used = [fact.group for fact, there in zip(FACTS, known, strict=True) if there]
        failed = {
            finder: {"posts": len(reasons), "reason": reasons[0]}
            for finder, reasons in sorted(self.failed.items())
        }
        return {
            "used": list(dict.fromkeys(used)),
            "absent": dict(sorted(self.absent.items())),
            "failed": failed,
        }
