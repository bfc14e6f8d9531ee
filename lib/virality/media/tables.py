"""From captions, and the entries of every post's file and texts, to tables.

What is missing is NaN, never zero.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from virality.media.cache import Entries, Entry, unpack
from virality.media.encoders.choose import Choice
from virality.media.film.energy import FEATURES
from virality.media.hook.facts import COLUMNS
from virality.media.hook.gathered import Gathered
from virality.media.match import Matching, MediaFile
from virality.media.settings import Settings
from virality.media.texts import TEXT_BLOCKS

MEDIA_BLOCKS = ("vision", "audio", "hook", "energy")
BLOCKS = TEXT_BLOCKS + MEDIA_BLOCKS
_LISTED = 50

# By block, then by post.
Vectors = dict[str, dict[str, np.ndarray]]


def is_other_script(text: str) -> bool:
    """Return whether most letters of a text are not Latin (emoji are not letters)."""
    letters = [sign for sign in text if sign.isalpha()]
    other = sum("LATIN" not in unicodedata.name(sign, "") for sign in letters)
    return 2 * other > len(letters)


@dataclass
class Layout:
    """The tables of one extraction.

    Parameters
    ----------
    settings : Settings
    choice : Choice
        The encoders.
    entries : Entries
        What is known of each content.
    content : dict of str to str
        Content hash by the file's address.
    failures : dict of str to str
        By address: why there is none.
    """

    settings: Settings
    choice: Choice
    entries: Entries
    content: dict[str, str]
    failures: dict[str, str]

    def assemble(
        self, texts: pd.DataFrame, videos: bool, found: Matching
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict, dict[str, str]]:
        """Read the entries of every post and lay out the tables.

        Parameters
        ----------
        texts : DataFrame
            See :func:`virality.media.texts.texts_of`.
        videos : bool
            Whether there is a folder of videos.
        found : Matching

        Returns
        -------
        embeddings, media, words : DataFrame
        record : dict
        contents : dict of str to str
            Content hash by post, where its file was read.
        """
        rows, contents, gathered = [], {}, Gathered()
        vectors: Vectors = {block: {} for block in BLOCKS}
        shared = {post: len(group) for group in found.shared.values() for post in group}
        for post in texts.index:
            row = self._text_row(texts.loc[post], post, vectors)
            row |= {"status": "no file" if videos else "no videos"}
            row["problem"] = found.problems.get(post, "") if videos else ""
            row["posts_of_file"] = shared.get(post, 1)
            if post in found.files:
                row |= {"file": found.files[post].name, "how": found.how[post]}
                row |= self._media_row(found.files[post], post, row["problem"], vectors)
                if "content_hash" in row:
                    contents[post] = row["content_hash"]
                    self._look(contents[post], post, texts.loc[post, "caption_text"], gathered)
            rows.append(row)
        vectors["hook"] = gathered.facts
        embeddings = self._lay_out(vectors, texts.index)
        record = self._record(videos, found, embeddings) | {"finders": gathered.record()}
        return embeddings, _media_table(rows, texts.index), gathered.words(), record, contents

    def _text_row(self, pair: pd.Series, post: str, vectors: Vectors) -> dict:
        row: dict = {"post_id": post}
        for block in TEXT_BLOCKS:
            entry = self.entries.read("text", pair[block]) if pair[block] else None
            tokens, limit = entry["tokens"].tolist() if entry else (0, 0)
            if entry:
                vectors[block][post] = entry["vector"]
            name = block.removesuffix("_text")
            row |= {f"{name}_tokens": tokens, f"{name}_cut": bool(limit and tokens > limit)}
        return row

    def _media_row(self, file: MediaFile, post: str, before: str, vectors: Vectors) -> dict:
        """Return what a post's file says of itself; fill in its vectors."""
        content = self.content.get(file.address, "")
        known = content and file.address not in self.failures
        entry = self.entries.read("media", content) if known else None
        if entry is None:
            reason = self.failures.get(file.address, "The file could not be read.")
            return {"status": "unreadable", "problem": _join(reason, before)}
        values = unpack(entry["values"])
        for what in ("vision", "audio"):
            parts = self.entries.read(what, content)
            if parts:
                vectors[what][post] = self._vector(what, parts)
        measured = values.get("sound", {}) | values.get("picture", {})
        if measured:
            every = [measured.get(one.name, np.nan) for one in FEATURES]
            vectors["energy"][post] = np.array(every)
        return _facts_row(values["facts"], content, before)

    def _look(self, content: str, post: str, caption: str, gathered: Gathered) -> None:
        """Note what the finders found in a post's opening."""
        wanted = self.settings.hook_facts == "auto"
        entry = self.entries.read("hook", content) if wanted else None
        if entry is not None:
            gathered.take(post, entry, caption)

    def _vector(self, what: str, parts: Entry) -> np.ndarray:
        if what == "vision" and self.settings.spread:
            return np.concatenate([parts["mean"], parts["spread"]])
        return parts["mean"]

    def _lay_out(self, vectors: Vectors, index: pd.Index) -> pd.DataFrame:
        parts = []
        for block in BLOCKS:
            if vectors[block]:
                names = self._names(block)
                table = pd.DataFrame.from_dict(vectors[block], orient="index", columns=names)
                table = table.astype(np.float32).reindex(index)
                parts.append(table.dropna(axis=1, how="all") if block == "hook" else table)
        table = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=index)
        table.index.name = "post_id"
        return table

    def _names(self, block: str) -> list[str]:
        if block == "hook":
            return list(COLUMNS)
        if block == "energy":
            return [f"energy__{one.name}" for one in FEATURES]
        part = "text" if block in TEXT_BLOCKS else block
        count = range(self.choice.recipes[part].length(part))
        second = block == "vision" and self.settings.spread
        names = [f"{block}__{i:03d}" for i in count]
        return names + [f"vision__spread_{i:03d}" for i in count] * second

    def _record(self, videos: bool, found: Matching, embeddings: pd.DataFrame) -> dict:
        present = list(dict.fromkeys(name.split("__")[0] for name in embeddings.columns))
        choice, settings = self.choice, asdict(self.settings)
        settings["mapping"] = bool(settings["mapping"])
        del settings["file_seconds"]  # bounds what is read, changes nothing of it
        audio = choice.recipes["audio"].describe() if "audio" in present else None
        return {
            **settings,
            "requested": choice.requested,
            "used": choice.used,
            "reason": choice.reason,
            "note": choice.note,
            "text_encoder": choice.recipes["text"].describe(),
            "vision_encoder": choice.recipes["vision"].describe(),
            "audio_encoder": audio,
            "videos": videos,
            "blocks": present,
            "absent": [block for block in BLOCKS if block not in present],
            "n_posts": len(embeddings),
            "n_files_without_post": len(found.without_post),
            "files_without_post": found.without_post[:_LISTED],
            "refused": dict(list(found.refused.items())[:_LISTED]),
            "mapping_notes": found.notes[:_LISTED],
            "shared_files": dict(list(found.shared.items())[:_LISTED]),
        }


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _facts_row(facts: dict, content: str, before: str) -> dict:
    """Return the columns of the media table that a file's facts give."""
    seen, heard = facts["n_frames"] > 0, facts["heard_s"] > 0
    picture, sound = facts["picture_problem"], facts["sound_problem"]
    if facts["still"] and seen and not heard:
        sound = "A still picture: it has no sound."
    reasons = [picture, sound, facts["picture_warning"], facts["sound_warning"], facts["warning"]]
    if facts["problem"]:
        reasons = [facts["problem"]]
    problem = _join(*dict.fromkeys(reasons), before)
    status = "unreadable" if not seen and not heard else "partial" if any(reasons) else "ok"
    return {name: facts[name] for name in MEDIA_COLUMNS if name in facts} | {
        "status": status,
        "has_picture": seen,
        "has_sound": heard,
        "problem": problem,
        "content_hash": content,
    }


MEDIA_COLUMNS = {
    "post_id": "string",
    "file": "string",
    "how": "string",
    "status": "string",
    "has_picture": "bool",
    "has_sound": "bool",
    "problem": "string",
    "posts_of_file": "Int64",
    "still": "boolean",
    "duration_s": "float64",
    "fps": "float64",
    "width": "Int64",
    "height": "Int64",
    "rotation": "Int64",
    "codec": "string",
    "audio_codec": "string",
    "sample_rate": "Int64",
    "channels": "Int64",
    "n_frames": "Int64",
    "heard_s": "float64",
    "reader": "string",
    "size_bytes": "Int64",
    "content_hash": "string",
    "caption_tokens": "Int64",
    "caption_cut": "bool",
    "hashtag_tokens": "Int64",
    "hashtag_cut": "bool",
}


def _media_table(rows: list[dict], index: pd.Index) -> pd.DataFrame:
    table = pd.DataFrame(rows, index=range(len(index))).reindex(columns=list(MEDIA_COLUMNS))
    for name in ("has_picture", "has_sound"):
        table[name] = [bool(value) if pd.notna(value) else False for value in table[name]]
    return table.astype(MEDIA_COLUMNS)
