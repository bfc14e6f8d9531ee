"""Posts and a folder of videos in; one table of vectors and one table of facts out.

Everything that was computed once is kept by content, so a rerun reads and an interrupted run
goes on. Nothing is ever joined by position, and what is missing is NaN, never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from virality.errors import UserError
from virality.media import energy
from virality.media.cache import HashIndex, Store, digest, hash_file, unpack
from virality.media.encoders.base import Recipe
from virality.media.match import Matching, MediaFile, match
from virality.media.parallel import BACKENDS, spread
from virality.media.resolve import Choice, resolve
from virality.media.texts import split_caption
from virality.media.work import FileTask, Result, TextTask

TEXT_BLOCKS = ("caption_text", "hashtag_text")
MEDIA_BLOCKS = ("vision", "audio", "energy")
BLOCKS = TEXT_BLOCKS + MEDIA_BLOCKS
_TEXTS_PER_TASK = 128
_LISTED = 50


@dataclass(frozen=True)
class Settings:
    """How to look and listen.

    Parameters
    ----------
    encoders : str
        "auto", "pretrained" or "classic".
    clip_model, whisper_model : str
        Hub id or local folder.
    window_s : float
        Seconds from the start.
    frames_per_s : float
        Pictures per second.
    audio_window : str
        "exact": the sound that exists; "padded": filled up to 30 s, as the study did.
    precision : str
        "auto", "float32", "bfloat16" or "float16".
    spread : bool
        Add the standard deviation over frames to the vision block.
    mapping : str
        CSV file of post ids and file names.
    """

    encoders: str = "auto"
    clip_model: str = "openai/clip-vit-base-patch32"
    whisper_model: str = "openai/whisper-base"
    window_s: float = 3.0
    frames_per_s: float = 5.0
    audio_window: str = "exact"
    precision: str = "auto"
    spread: bool = False
    mapping: str = ""

    def check(self) -> None:
        """Raise UserError when a number makes no sense."""
        if not 0 < self.window_s <= 30:
            raise UserError(
                f"window_s is {self.window_s}.", do="Choose more than 0 and at most 30."
            )
        if not 0 < self.frames_per_s <= 60:
            raise UserError(
                f"frames_per_s is {self.frames_per_s}.", do="Choose more than 0 and at most 60."
            )


@dataclass
class Extraction:
    """What was found.

    Parameters
    ----------
    embeddings : DataFrame, shape (n posts, columns)
        Index ``post_id``; float32 columns ``block__NNN`` and ``energy__name``; NaN where a post
        lacks the modality; no column of a block that no post has.
    media : DataFrame
        One row for each post, in the order of the posts; see :data:`MEDIA_COLUMNS`.
    record : dict
        What was used and what was left over; JSON; the same for the same inputs.
    work : dict
        How much was computed and how much was read from the cache.
    choice : Choice
        The encoders.
    store : Store
        The cache.
    """

    embeddings: pd.DataFrame
    media: pd.DataFrame
    record: dict
    work: dict
    choice: Choice
    store: Store
    media_keys: dict[str, str] = field(default_factory=dict)

    def opening(self, post_id: str) -> dict[str, np.ndarray]:
        """Return the curves and the thumbnail of a post's opening; {} when there is none.

        Keys: "level" (dB per tenth of a second), "motion" (heights/s between looks),
        "times" (s) and "thumbnail" (bytes of a JPEG).
        """
        key = self.media_keys.get(post_id)
        return (self.store.read(key) if key else None) or {}

    def thumbnails(self) -> pd.DataFrame:
        """Return the small first frame of each post that has one.

        Returns
        -------
        DataFrame
            Columns ``post_id`` and ``jpeg`` (bytes), in the order of the posts.
        """
        found = {post: self.opening(post).get("thumbnail") for post in self.media_keys}
        files = {post: array.tobytes() for post, array in found.items() if array is not None}
        ids = pd.Series(list(files), dtype="string")
        return pd.DataFrame({"post_id": ids, "jpeg": pd.Series(list(files.values()), dtype=object)})

    def encode_texts(self, texts: Iterable[str]) -> np.ndarray:
        """Return the vectors of other texts, for example of words to look for.

        Returns
        -------
        ndarray of float32, shape (n, dims)
        """
        texts = list(texts)
        _embed_texts(texts, self.choice.see, self.store, run_here)
        return np.stack(
            [self.store.read(_text_key(text, self.choice.see))["vector"] for text in texts]
        )


def run_here(tasks: list, take: Callable[[Result], None]) -> None:
    """Do tasks one after the other in this process."""
    from virality.media.work import run

    for task in tasks:
        take(run(task))


def extract(
    posts: pd.DataFrame,
    videos: str,
    settings: Settings | None = None,
    cache_dir: str | Path = ".cache",
    workers: int = 0,
    backend: str = "loky",
    scheduler: str = "",
    progress: bool = True,
    previous: dict | None = None,
    announce: Callable[[str], None] = print,
) -> Extraction:
    """Embed the captions and the first seconds of the videos of a creator.

    Parameters
    ----------
    posts : DataFrame
        The tidy posts table: ``post_id``, ``caption`` and, where known, ``media_file``.
    videos : str
        Folder or fsspec address of the files; "" when there are none.
    settings : Settings, optional
    cache_dir : path-like
        Where vectors are kept between runs.
    workers : int
        Processes; 0 chooses one for each core. One means this very process.
    backend : str
        "loky" or "dask".
    scheduler : str
        Address of a Dask scheduler; "" starts a cluster on this machine.
    progress : bool
        Show a bar with rate and time left.
    previous : dict, optional
        The record of the last run of this name; what `auto` found then is kept.
    announce : callable
        Gets one line before a download begins.

    Returns
    -------
    Extraction

    Raises
    ------
    UserError
        When the folder, the mapping or a parameter cannot be used. A broken file raises nothing.
    """
    settings = settings or Settings()
    settings.check()
    if backend not in BACKENDS:
        raise UserError(f"backend is {backend!r}.", do=f"Choose one of: {', '.join(BACKENDS)}.")
    cache_dir = Path(cache_dir)
    store = Store(cache_dir / "vectors")
    found = match(posts, str(videos), settings.mapping) if videos else Matching()
    choice = resolve(
        settings.encoders,
        settings.clip_model,
        settings.whisper_model,
        settings.audio_window,
        settings.precision,
        cache_dir,
        hear=bool(found.files),
        previous=previous,
        announce=announce,
    )
    texts = _texts_of(posts)
    job = _Job(settings, choice, store, cache_dir)
    tasks = job.file_tasks(found) + job.text_tasks(texts)
    isolate = any(isinstance(task, FileTask) for task in tasks)
    for result in spread(tasks, workers, backend, scheduler, progress, isolate):
        job.take(result)
    job.index.save()
    return job.assemble(posts, bool(videos), found, texts)


def _texts_of(posts: pd.DataFrame) -> pd.DataFrame:
    """Return the two texts of each post, index ``post_id``; "" where there is none."""
    pairs = [split_caption(caption) for caption in posts["caption"]]
    index = pd.Index(posts["post_id"].astype(str), name="post_id")
    return pd.DataFrame(pairs, index=index, columns=list(TEXT_BLOCKS))


def _text_key(text: str, see: Recipe) -> str:
    return digest("text", see.fingerprint, text)


def _text_tasks(texts: Iterable[str], see: Recipe, store: Store) -> list[TextTask]:
    # Sorted, so that the tasks do not depend on the order of the posts.
    new = sorted({t for t in texts if t and store.read(_text_key(t, see)) is None})
    parts = range(0, len(new), _TEXTS_PER_TASK)
    return [TextTask(tuple(new[start : start + _TEXTS_PER_TASK]), see) for start in parts]


def _embed_texts(texts, see: Recipe, store: Store, run_all) -> None:
    def take(result: Result) -> None:
        for text, entry in result.entries.items():
            store.write(_text_key(text, see), entry)

    run_all(_text_tasks(texts, see, store), take)


class _Job:
    """One extraction: which entries it needs, which are there, and how they become tables."""

    def __init__(self, settings: Settings, choice: Choice, store: Store, cache_dir: Path):
        self.settings, self.choice, self.store = settings, choice, store
        self.index = HashIndex(cache_dir / "files.json")
        self.content: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.work = {"files": 0, "files_new": 0, "texts": 0, "texts_new": 0}

    def key(self, what: str, content: str) -> str:
        """Return the name of the entry "media", "vision" or "audio" of a content."""
        window = [float(self.settings.window_s)]
        see, hear = self.choice.see, self.choice.hear
        if what == "audio":
            return digest(what, content, window, hear.fingerprint)
        looks = [*window, float(self.settings.frames_per_s), see.image_side]
        return digest(what, content, looks, see.fingerprint if what == "vision" else "")

    def file_tasks(self, found: Matching) -> list[FileTask]:
        """Return the files of which something is missing in the cache."""
        files = list({file.name: file for file in found.files.values()}.values())
        self.work["files"] = len(files)
        self._hash(files)
        tasks, claimed = [], set()
        for file in files:
            content = self.content.get(file.address, "")
            # Two files of the same content are one; a remote one is known when it was read.
            if (content and content in claimed) or file.address in self.failures:
                continue
            wants = self._wants(content)
            if wants:
                claimed.add(content)
                tasks.append(self._file_task(file, content, wants))
        self.work["files_new"] = len(tasks)
        return tasks

    def _file_task(self, file: MediaFile, content: str, wants: tuple[str, ...]) -> FileTask:
        see, hear = self.choice.see, self.choice.hear
        window, rate = float(self.settings.window_s), float(self.settings.frames_per_s)
        return FileTask(file.address, file.signature, content, wants, see, hear, window, rate)

    def _hash(self, files: list[MediaFile]) -> None:
        """Find the content of each file: from the index, or by reading local ones."""
        new = []
        for file in files:
            known = self.index.get(file.address, file.signature)
            if known:
                self.content[file.address] = known
            elif file.local:
                new.append(file)
        with ThreadPoolExecutor(4) as pool:
            for file, content in zip(new, pool.map(self._try_hash, new), strict=True):
                if content:
                    self._know(file.address, file.signature, content)

    def _try_hash(self, file: MediaFile) -> str:
        try:
            return hash_file(file.address)
        except OSError as error:
            words = (error.strerror or type(error).__name__).lower()
            self.failures[file.address] = f"The file could not be opened ({words})."
            return ""

    def _know(self, address: str, signature: tuple, content: str) -> None:
        self.content[address] = content
        self.index.put(address, signature, content)

    def _wants(self, content: str) -> tuple[str, ...]:
        """Return what is missing in the cache for a content; all of it when unknown."""
        if not content:
            return ("media", "vision", "audio")
        entry = self.store.read(self.key("media", content))
        if entry is None:
            return ("media", "vision", "audio")
        facts = unpack(entry["values"])["facts"]
        wants = ["vision"] * (facts["n_frames"] > 0) + ["audio"] * (facts["heard_s"] > 0)
        return tuple(what for what in wants if self.store.read(self.key(what, content)) is None)

    def text_tasks(self, texts: pd.DataFrame) -> list[TextTask]:
        """Return the texts that are not in the cache, in handfuls."""
        every = pd.unique(texts.to_numpy().ravel())
        tasks = _text_tasks(every, self.choice.see, self.store)
        self.work["texts"] = int((every != "").sum())
        self.work["texts_new"] = sum(len(task.texts) for task in tasks)
        return tasks

    def take(self, result: Result) -> None:
        """Store what a worker sent back."""
        task = result.task
        if isinstance(task, TextTask):
            for text, entry in result.entries.items():
                self.store.write(_text_key(text, task.see), entry)
            return
        if result.failure:
            self.failures[task.address] = result.failure
            return
        # The media entry comes last: it is what says that the others are there.
        for what in sorted(result.entries, key=lambda name: name == "media"):
            self.store.write(self.key(what, result.content), result.entries[what])
        self._know(task.address, task.signature, result.content)

    # --- tables --------------------------------------------------------------------------

    def assemble(
        self, posts: pd.DataFrame, videos: bool, found: Matching, texts: pd.DataFrame
    ) -> Extraction:
        """Read the entries of every post and lay out the tables."""
        rows, vectors, keys = [], {block: {} for block in BLOCKS}, {}
        shared = {post: len(group) for group in found.shared.values() for post in group}
        for post in texts.index:
            row = self._text_row(texts.loc[post], post, vectors)
            row |= {"file": None, "how": None, "status": "no file" if videos else "no videos"}
            row["problem"] = found.problems.get(post, "") if videos else ""
            row["posts_of_file"] = shared.get(post, 1)
            if post in found.files:
                key = self._media_row(row, post, found.files[post], vectors)
                row["how"] = found.how[post]
                if key:
                    keys[post] = key
            rows.append(row)
        media = _media_table(rows, texts.index)
        embeddings = self._lay_out(vectors, texts.index)
        record = self._record(videos, found, embeddings, texts)
        return Extraction(embeddings, media, record, self.work, self.choice, self.store, keys)

    def _text_row(self, pair: pd.Series, post: str, vectors: dict) -> dict:
        row = {"post_id": post}
        for block in TEXT_BLOCKS:
            name = block.removesuffix("_text")
            row |= {f"{name}_tokens": 0, f"{name}_cut": False}
            entry = pair[block] and self.store.read(_text_key(pair[block], self.choice.see))
            if entry:
                tokens, limit = entry["tokens"].tolist()
                vectors[block][post] = entry["vector"]
                row |= {f"{name}_tokens": tokens, f"{name}_cut": bool(limit and tokens > limit)}
        return row

    def _media_row(self, row: dict, post: str, file: MediaFile, vectors: dict) -> str:
        """Fill a row and the vectors from a post's file; return the key of its media entry."""
        row["file"] = file.name
        content = self.content.get(file.address, "")
        key = self.key("media", content) if content else ""
        entry = self.store.read(key) if key and file.address not in self.failures else None
        if entry is None:
            reason = self.failures.get(file.address, "The file could not be read.")
            row |= {"status": "unreadable", "problem": _join(reason, row["problem"])}
            return ""
        values = unpack(entry["values"])
        for what in ("vision", "audio"):
            parts = self.store.read(self.key(what, content))
            if parts:
                second = [parts["spread"]] if what == "vision" and self.settings.spread else []
                vectors[what][post] = np.concatenate([parts["mean"], *second])
        measured = values.get("sound", {}) | values.get("picture", {})
        if measured:
            vectors["energy"][post] = [measured.get(one.name, np.nan) for one in energy.FEATURES]
        row |= _facts_row(values["facts"], content, row["problem"])
        return key

    def _lay_out(self, vectors: dict, index: pd.Index) -> pd.DataFrame:
        parts = []
        for block in BLOCKS:
            if vectors[block]:
                names = self._names(block)
                table = pd.DataFrame.from_dict(vectors[block], orient="index", columns=names)
                parts.append(table.astype(np.float32).reindex(index))
        table = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=index)
        table.index.name = "post_id"
        return table

    def _names(self, block: str) -> list[str]:
        if block == "energy":
            return [f"energy__{one.name}" for one in energy.FEATURES]
        if block == "audio":
            return [f"audio__{i:03d}" for i in range(self.choice.hear.length("audio"))]
        count = self.choice.see.length("vision" if block == "vision" else "text")
        second = block == "vision" and self.settings.spread
        names = [f"{block}__{i:03d}" for i in range(count)]
        return names + [f"vision__spread_{i:03d}" for i in range(count)] * second

    def _record(self, videos: bool, found: Matching, embeddings, texts) -> dict:
        present = list(dict.fromkeys(name.split("__")[0] for name in embeddings.columns))
        choice, settings = self.choice, asdict(self.settings)
        settings["mapping"] = bool(settings["mapping"])
        return {
            **settings,
            "requested": choice.requested,
            "used": choice.used,
            "reason": choice.reason,
            "note": choice.note,
            "see": choice.see.describe(),
            "hear": choice.hear.describe() if "audio" in present else None,
            "videos": videos,
            "blocks": present,
            "absent": [block for block in BLOCKS if block not in present],
            "n_posts": len(texts),
            "n_files_without_post": len(found.without_post),
            "files_without_post": found.without_post[:_LISTED],
            "refused": dict(list(found.refused.items())[:_LISTED]),
            "mapping_notes": found.notes[:_LISTED],
            "shared_files": dict(list(found.shared.items())[:_LISTED]),
        }


def _join(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


_FACTS = (
    "still", "duration_s", "fps", "width", "height", "rotation", "codec", "audio_codec",
    "sample_rate", "channels", "n_frames", "heard_s", "reader", "size_bytes",
)  # fmt: skip


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
    return {name: facts[name] for name in _FACTS} | {
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
