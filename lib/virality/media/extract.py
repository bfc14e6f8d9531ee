"""Posts and a folder of videos in; one table of vectors and one table of facts out.

Everything that was computed once is kept by content, so a rerun reads and an interrupted run
goes on. Nothing is ever joined by position, and what is missing is NaN, never zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from virality.core import compiled
from virality.media.cache import Entries, Entry, HashIndex, Store, hash_file, unpack
from virality.media.encoders.canary import Record
from virality.media.encoders.choose import Choice, choose
from virality.media.film.probe import reason
from virality.media.hook import look
from virality.media.match import Matching, MediaFile, match
from virality.media.processes.parallel import here, on_card, parallel_map
from virality.media.processes.pool import Limits, Pool
from virality.media.processes.tasks import FileTask, Result, Task, TextTask
from virality.media.processes.worker import Setup
from virality.media.settings import Settings, Workers
from virality.media.tables import Layout
from virality.media.texts import texts_of

_TEXTS_PER_TASK = 128
_EVERYTHING = ("media", "vision", "audio", "hook")


@dataclass
class Extraction:
    """What was found.

    Parameters
    ----------
    embeddings : DataFrame, shape (n posts, columns)
        Index ``post_id``; float32 columns ``block__NNN``, ``energy__name`` and ``hook__name``;
        NaN where a post lacks the modality; no column of a block that no post has.
    media : DataFrame
        One row for each post, in the order of the posts; see :data:`MEDIA_COLUMNS`.
    words : DataFrame
        ``post_id`` and ``text``: the words on the screen, a line for each line there, of the
        posts that show any.
    record : dict
        What was used and what was left over; JSON; the same for the same inputs.
    work : dict
        How much was computed and how much was read from the cache.
    choice : Choice
        The encoders.
    entries : Entries
        The cache.
    contents : dict of str to str
        Content hash of the file of each post that has one.
    settings : Settings
    """

    embeddings: pd.DataFrame
    media: pd.DataFrame
    words: pd.DataFrame
    record: dict
    work: dict
    choice: Choice
    entries: Entries
    contents: dict[str, str]
    settings: Settings

    def opening(self, post_id: str) -> Entry:
        """Return the curves and the thumbnail of a post's opening; {} when there is none.

        Keys: "level" (dB per tenth of a second), "motion" (heights/s between looks),
        "times" (s) and "thumbnail" (bytes of a JPEG).
        """
        content = self.contents.get(post_id)
        return (self.entries.read("media", content) if content else None) or {}

    def thumbnails(self) -> pd.DataFrame:
        """Return the small first frame of each post that has one.

        Returns
        -------
        DataFrame
            Columns ``post_id`` and ``jpeg`` (bytes), in the order of the posts.
        """
        found = {post: self.opening(post).get("thumbnail") for post in self.contents}
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
        cache_dir = self.entries.store.folder.parent
        job = _Job(self.settings, self.choice, cache_dir, filmed=False)
        tasks = job.text_tasks(texts)
        for result in here(tasks, job.setup) if tasks else ():
            job.take(result)
        entries = [cast(Entry, job.entries.read("text", text)) for text in texts]
        return np.stack([entry["vector"] for entry in entries])


def extract(
    posts: pd.DataFrame,
    videos: str | Path = "",
    settings: Settings | None = None,
    cache_dir: str | Path = ".cache",
    workers: Workers | None = None,
    previous: dict | None = None,
) -> Extraction:
    """Embed the captions and the first seconds of the videos of a creator.

    Parameters
    ----------
    posts : DataFrame
        The tidy posts table: ``post_id``, ``caption`` and, where known, ``media_file``.
    videos : path-like
        Folder or fsspec address of the files; "" when there are none.
    settings : Settings, optional
        How to look and listen.
    cache_dir : path-like
        Where vectors are kept between runs.
    workers : Workers, optional
        Where the work is done.
    previous : dict, optional
        The record of the last run of this name; what `auto` found then is kept.

    Raises
    ------
    UserError
        When the folder, the mapping or a parameter cannot be used. A broken file raises nothing.
    """
    settings = settings or Settings()
    settings.check()
    found = match(posts, str(videos), settings.mapping) if videos else None
    return extract_matched(posts, found, settings, cache_dir, workers, previous)


def extract_matched(
    posts: pd.DataFrame,
    found: Matching | None,
    settings: Settings,
    cache_dir: str | Path = ".cache",
    workers: Workers | None = None,
    previous: dict | None = None,
    pool: Pool | None = None,
) -> Extraction:
    """Embed the captions and the first seconds of films of which it is known whose they are.

    Parameters
    ----------
    posts : DataFrame
        As for :func:`extract`.
    found : Matching or None
        The file of each post; None where there are no films at all.
    settings, cache_dir, workers, previous
        As for :func:`extract`.
    pool : Pool, optional
        Processes that read films, such as were kept; new ones, which end here, otherwise.
    """
    settings.check()
    workers, cache_dir, filmed = workers or Workers(), Path(cache_dir), found is not None
    workers.check()
    found = found or Matching()
    texts = texts_of(posts)
    pool = pool or Pool(_preloaded(settings))
    job = _compute(found, texts, settings, cache_dir, workers, previous, pool)
    layout = Layout(settings, job.choice, job.entries, job.content, job.failures)
    embeddings, media, words, record, contents = layout.assemble(texts, filmed, found)
    kept = (job.work, job.choice, job.entries, contents, settings)
    return Extraction(embeddings, media, words, record, *kept)


def _compute(
    found: Matching,
    texts: pd.DataFrame,
    settings: Settings,
    cache_dir: Path,
    workers: Workers,
    previous: dict | None,
    pool: Pool,
) -> _Job:
    """Choose the encoders and compute what is not in the cache."""
    filmed, announce = bool(found.files), workers.announce
    if filmed:
        compiled.prepare()  # before anything that measures sound is started
    with pool:
        if workers.backend == "processes" and _unknown(found, cache_dir):
            pool.warm()  # imports take seconds, also while the encoders are being found
        choice = choose(settings, cache_dir, filmed, previous, announce=announce)
        job = _Job(settings, choice, cache_dir, filmed)
        tasks: list[Task] = [*job.file_tasks(found), *job.text_tasks(texts.to_numpy().ravel())]
        limits = Limits(settings.file_seconds)
        for result in parallel_map(tasks, job.setup, workers, limits, pool):
            job.take(result)
        job.index.save()
    return job


def _unknown(found: Matching, cache_dir: Path) -> bool:
    """Return whether there are files that were never read, so that processes will be needed."""
    index = HashIndex(cache_dir / "files.json")
    return any(not index.get(file.address, file.signature) for file in found.files.values())


def _preloaded(settings: Settings) -> tuple[str, ...]:
    """Return the slow modules that every process will need."""
    if settings.encoders != "pretrained":
        return ()
    models = [f"transformers.models.{name}.modeling_{name}" for name in ("clip", "whisper")]
    return ("torch", *models, "transformers.models.auto.modeling_auto")


class _Job:
    """One extraction: which entries it needs, and which are there."""

    def __init__(self, settings: Settings, choice: Choice, cache_dir: Path, filmed: bool):
        self.settings, self.choice = settings, choice
        parts = ("text", "vision", "audio") if filmed else ("text",)
        records = {part: Record(cache_dir, choice.recipes[part], part) for part in parts}
        window = settings.window_s, settings.frames_per_s
        finders = look.fingerprint() if filmed else ""
        store = Store(cache_dir / "vectors")
        self.entries = Entries(store, choice.recipes, window, records, finders)
        self.index = HashIndex(cache_dir / "files.json")
        self.content: dict[str, str] = {}
        self.failures: dict[str, str] = {}
        self.work = {"files": 0, "files_new": 0, "texts": 0, "texts_new": 0}

    @property
    def setup(self) -> Setup:
        """What a process has to know: the encoders, and what they have to answer."""
        expected: dict[str, Entry] = {}
        recipes = {}
        for part, record in self.entries.records.items():
            recipe = self.choice.recipes[part]
            recipes[recipe.fingerprint] = recipe
            expected.setdefault(recipe.fingerprint, {})[part] = record.answer
        return Setup(tuple(recipes.values()), expected)

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
        return FileTask(
            address=file.address,
            signature=file.signature,
            content=content,
            wants=wants,
            vision=self.choice.recipes["vision"],
            audio=self.choice.recipes["audio"],
            window_s=self.entries.window_s,
            frames_per_s=self.entries.frames_per_s,
            encode=not on_card(self.choice.recipes.values()),
        )

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
            self.failures[file.address] = f"The file could not be opened ({reason(error)})."
            return ""

    def _know(self, address: str, signature: tuple, content: str) -> None:
        self.content[address] = content
        self.index.put(address, signature, content)

    def _wants(self, content: str) -> tuple[str, ...]:
        """Return what is missing in the cache for a content; all of it when unknown."""
        entry = self.entries.read("media", content) if content else None
        looked = ["hook"] * (self.settings.hook_facts == "auto")
        if entry is None:
            return tuple(what for what in _EVERYTHING if what != "hook" or looked)
        facts = unpack(entry["values"])["facts"]
        seen, heard = facts["n_frames"] > 0, facts["heard_s"] > 0
        wants = ["vision"] * seen + ["audio"] * heard + looked * (seen or heard)
        return tuple(what for what in wants if self._lacks(what, content))

    def _lacks(self, what: str, content: str) -> bool:
        entry = self.entries.read(what, content)
        return entry is None or (what == "hook" and look.outdated(entry))

    def text_tasks(self, texts: Iterable[str]) -> list[TextTask]:
        """Return the texts that are not in the cache, in handfuls."""
        every = {text for text in texts if text}
        # Sorted, so that the tasks do not depend on the order of the posts.
        new = sorted(text for text in every if self.entries.read("text", text) is None)
        self.work |= {"texts": len(every), "texts_new": len(new)}
        starts = range(0, len(new), _TEXTS_PER_TASK)
        parts = [tuple(new[start : start + _TEXTS_PER_TASK]) for start in starts]
        return [TextTask(part, self.choice.recipes["text"]) for part in parts]

    def take(self, result: Result) -> None:
        """Store what a worker sent back."""
        task = result.task
        if isinstance(task, TextTask):
            for text, entry in result.entries.items():
                self.entries.write("text", text, entry)
            return
        if result.failure:
            self.failures[task.address] = result.failure
            return
        # The media entry comes last: it is what says that the others are there.
        for what in sorted(result.entries, key=lambda name: name == "media"):
            self.entries.write(what, result.content, result.entries[what])
        self._know(task.address, task.signature, result.content)
