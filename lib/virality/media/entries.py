"""What of a file or a text is in the cache, for one choice of encoders and one window."""

from __future__ import annotations

import numpy as np

from virality.media.cache import Store, digest
from virality.media.encoders.precision import Records
from virality.media.resolve import Choice


class Entries:
    """Entries by content, each with the fingerprint of the canary's answer it was made under.

    An entry whose answer does not agree with the one that is given now is not there.

    Parameters
    ----------
    store : Store
    choice : Choice
    window_s, frames_per_s : float
    records : dict of str to Record
        The canary's answers by "vision", "audio" and "text", as far as these are used.
    """

    def __init__(
        self, store: Store, choice: Choice, window_s: float, frames_per_s: float, records: Records
    ):
        self.store, self.choice, self.records = store, choice, records
        self.window_s, self.frames_per_s = float(window_s), float(frames_per_s)

    def key(self, what: str, content: str) -> str:
        """Return the name of the entry "media", "vision", "audio" or "text" of a content."""
        see, hear = self.choice.see, self.choice.hear
        if what == "text":
            return digest("text", see.fingerprint, content)
        if what == "audio":
            return digest(what, content, [self.window_s], hear.fingerprint)
        looks = [self.window_s, self.frames_per_s, see.image_side]
        return digest(what, content, looks, see.fingerprint if what == "vision" else "")

    def read(self, what: str, content: str) -> dict[str, np.ndarray] | None:
        """Return an entry; None when it is missing, damaged, or from ailing arithmetic."""
        entry = self.store.read(self.key(what, content))
        record = self.records.get(what)
        if entry is None or record is None:
            return entry
        name = entry.pop("canary", np.zeros(0, np.uint8)).tobytes().decode("ascii", "replace")
        return entry if record.accepts(name) else None

    def write(self, what: str, content: str, entry: dict[str, np.ndarray]) -> None:
        """Write an entry, with the fingerprint of the answer that holds now."""
        if what in self.records:
            name = np.frombuffer(self.records[what].name.encode(), np.uint8)
            entry = entry | {"canary": name}
        self.store.write(self.key(what, content), entry)
