"""The simulated creator's files: a table as somebody would bring it, real videos, and the truth.

`ensure_demo` puts them on disk:

* ``posts.csv``: a table as copied by hand from a studio page, times in UTC;
* ``videos/<post_id>.mp4``: the first seconds of each post;
* ``truth.json``: what was planted. Tests and one marked box read it, nothing else does;
* ``manifest.json``: what was made from what, so that a second call only checks.

Where the views come from is written down in `virality.demo.model`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import numpy as np
import pandas as pd

from virality.core import VERSION
from virality.core.errors import UserError
from virality.core.hashing import of_path, of_value
from virality.core.paths import DEMO_POSTS
from virality.core.writing import adopt, claim, clear_leftovers, made_in, replacing
from virality.demo import model
from virality.demo.model import REGIMES, SPEAKING, Effects, Truth, stream
from virality.demo.posts import simulate
from virality.demo.table_errors import TableError, write_table

if TYPE_CHECKING:
    from virality.demo.videos import Recipe

POSTS, TRUTH, VIDEOS = "posts.csv", "truth.json", "videos"
MANIFEST, JOURNAL, LOCK = "manifest.json", "made.jsonl", ".lock"
WITHOUT_FILE = ("no file", "photo")


@dataclass(frozen=True)
class DemoFiles:
    """Where the demo's files are.

    Parameters
    ----------
    posts : Path
        The CSV.
    videos : Path or None
        The folder of videos; None where none were asked for.
    truth : Path
        What was planted.
    """

    posts: Path
    videos: Path | None
    truth: Path


def ensure_demo(
    folder: Path,
    n_posts: int = DEMO_POSTS,
    seed: int = 0,
    videos: bool = True,
    effects: Effects | None = None,
    workers: int = 2,
    force: bool = False,
) -> DemoFiles:
    """Make sure that the demo's files exist and are whole; make what is missing.

    A second call with the same arguments only checks; an interrupted one goes on where it was.
    Files that this module did not write are left alone.

    Parameters
    ----------
    folder : Path
        Where to keep them; made if need be.
    n_posts, seed : int
        As for :func:`virality.demo.posts.simulate_creator`.
    effects : Effects, optional
        What is planted; the demo's own when left out.
    videos : bool
        Whether to make videos, the slow part.
    workers : int
        Processes that make videos.
    force : bool
        Use the folder even where it holds somebody else's files; those of the demo's names go.

    Returns
    -------
    DemoFiles
        The places of the files.

    Raises
    ------
    UserError
        The folder holds files that are not the demo's.
    """
    folder, effects = Path(folder), effects or Effects.demo()
    _own(folder, force)
    with filelock.FileLock(folder / LOCK):
        clear_leftovers(folder)
        clear_leftovers(folder / VIDEOS)
        manifest = _Manifest(folder)
        manifest.mark()
        posts, truth, hooks = simulate(n_posts, seed, effects)
        key = _table_key(truth)
        if not manifest.holds_tables(key):
            _write_tables(folder, posts, truth)
            manifest.record_tables(key)
        if videos:
            _make_missing(manifest, _recipes(truth, hooks), workers)
    return DemoFiles(folder / POSTS, folder / VIDEOS if videos else None, folder / TRUTH)


def _own(folder: Path, force: bool) -> None:
    """Claim the folder; force, or the work of a version that left no mark, goes without asking."""
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    earlier = LOCK in names and names <= {POSTS, TRUTH, VIDEOS, MANIFEST, JOURNAL, LOCK}
    if made_in(folder) is None and (force or earlier):
        adopt(folder, ())
    claim(folder)


class _Manifest:
    """What lies in a demo folder, and what it was made from."""

    def __init__(self, folder: Path):
        self.folder = folder
        stored = self._stored()
        self.table, self.tables = stored.get("table"), stored.get("tables", {})
        # a journal is left over only where making videos was interrupted
        self.videos = stored.get("videos", {}) | dict(self._journal())

    def holds_tables(self, key: str) -> bool:
        whole = all(of_path(self.folder / name) == self.tables.get(name) for name in (POSTS, TRUTH))
        return whole and self.table == key

    def record_tables(self, key: str) -> None:
        self.table = key
        self.tables = {name: of_path(self.folder / name) for name in (POSTS, TRUTH)}
        self.save()

    def holds_video(self, file: str, key: str) -> bool:
        made = self.videos.get(file, {})
        return made.get("key") == key and made["sha256"] == of_path(self.folder / VIDEOS / file)

    def note_video(self, file: str, made: dict[str, str]) -> None:
        """Remember a finished video at once, so that it survives an interruption."""
        self.videos[file] = made
        with (self.folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps({"file": file, **made}) + "\n")

    def drop_video(self, file: str) -> None:
        if file == Path(file).name:  # a manifest that somebody wrote names no file elsewhere
            (self.folder / VIDEOS / file).unlink(missing_ok=True)
        del self.videos[file]

    def mark(self, files: Iterable[str] = ()) -> None:
        """Enter the files that are the demo's, and those to come, in the folder's mark."""
        videos = [f"{VIDEOS}/{file}" for file in {*self.videos, *files}]
        adopt(self.folder, [POSTS, TRUTH, MANIFEST, JOURNAL, LOCK, *videos])

    def save(self) -> None:
        content = {"table": self.table, "tables": self.tables, "videos": self.videos}
        with replacing(self.folder / MANIFEST) as temporary:
            temporary.write_text(json.dumps(content, indent=1, sort_keys=True), encoding="utf-8")
        (self.folder / JOURNAL).unlink(missing_ok=True)

    def _stored(self) -> dict:
        try:
            return json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}

    def _journal(self) -> Iterator[tuple[str, dict]]:
        try:
            lines = (self.folder / JOURNAL).read_text(encoding="utf-8").splitlines()
        except OSError:
            return
        for line in lines:
            try:
                made = json.loads(line)
            except ValueError:  # the line that was being written when the process died
                continue
            yield made.pop("file"), made


def _write_tables(folder: Path, posts: pd.DataFrame, truth: Truth) -> None:
    # The stream keeps the name that it was first drawn under: another would be another table.
    text, errors = write_table(posts, stream(truth.seed, "mess"))
    with replacing(folder / POSTS) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    save_truth(replace(truth, errors=tuple(errors)), folder / TRUTH)


def _make_missing(manifest: _Manifest, recipes: list[Recipe], workers: int) -> None:
    # Here, because everything else must be usable without loading video libraries.
    from tqdm import tqdm

    from virality.demo.videos import make_videos

    keys = {recipe.file: recipe.key() for recipe in recipes}
    folder = manifest.folder / VIDEOS
    folder.mkdir(exist_ok=True)
    manifest.mark(keys)
    for file in set(manifest.videos) - set(keys):
        manifest.drop_video(file)
    missing = [one for one in recipes if not manifest.holds_video(one.file, keys[one.file])]
    if not missing:
        return
    made = make_videos(missing, folder, workers)
    for file, digest in tqdm(made, "Demo videos", len(missing), unit="video", disable=None):
        manifest.note_video(file, {"key": keys[file], "sha256": digest})
    manifest.save()


def _recipes(truth: Truth, hooks: list[str]) -> list[Recipe]:
    from virality.demo.videos import Recipe

    return [
        Recipe(
            post_id=post.post_id,
            regime=post.regime,
            early_energy=round(float(post.early_energy), 6),
            hook=hook,
            speech_delay=round(post.speech_delay, 6) if post.regime in SPEAKING else None,
            seed=truth.seed,
            odd=truth.odd_videos.get(post.post_id, ""),
        )
        for post, hook in zip(truth.posts.itertuples(), hooks, strict=True)
        if truth.odd_videos.get(post.post_id) not in WITHOUT_FILE
    ]


def _table_key(truth: Truth) -> str:
    names = ("captions.toml", "creator.py", "model.py", "posts.py", "table_errors.py")
    sources = [of_path(Path(__file__).with_name(name)) for name in names]
    content = [truth.n_posts, truth.seed, asdict(truth.effects), sources]
    return of_value([VERSION, np.__version__, *content])[:24]


def save_truth(truth: Truth, path: Path) -> None:
    """Write what was planted as JSON, atomically.

    Parameters
    ----------
    truth : Truth
    path : Path
    """
    posts = truth.posts.copy()
    posts["posted_at"] = posts["posted_at"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    drop = truth.drop()
    content = {
        "author": truth.author,
        "zone": truth.zone,
        "seed": truth.seed,
        "n_posts": truth.n_posts,
        "model": model.__doc__,
        "effects": asdict(truth.effects),
        "regimes": {
            name: {"share": share, "effect": truth.effects.regime * effect}
            for name, (share, effect) in REGIMES.items()
        },
        "drop": drop and {**asdict(drop), "at": drop.at.strftime("%Y-%m-%dT%H:%M:%SZ")},
        "disorders": [asdict(one) for one in truth.errors],
        "odd_videos": truth.odd_videos,
        "posts": posts.to_dict(orient="list"),
    }
    with replacing(Path(path)) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def load_truth(path: Path) -> Truth:
    """Read a truth file.

    Raises
    ------
    UserError
        When it is missing or damaged.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        posts = pd.DataFrame(content["posts"]).astype({"post_id": "string"})
        # as in files from before these were planted
        nothing = dict.fromkeys((*model.HOOK, "drop"), 0.0)
        posts = posts.assign(**{name: posts.get(name, zero) for name, zero in nothing.items()})
        posts["posted_at"] = pd.to_datetime(posts["posted_at"], utc=True).astype(
            "datetime64[us, UTC]"
        )
        return Truth(
            seed=content["seed"],
            n_posts=content["n_posts"],
            effects=Effects(**(nothing | content["effects"])),
            posts=posts,
            errors=tuple(TableError(**one) for one in content["disorders"]),
            odd_videos=content["odd_videos"],
            author=content["author"],
            zone=content["zone"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(
            f"The truth about the simulated creator cannot be read ({error}).",
            where=str(path),
            do="Delete the demo's folder and run again.",
        ) from error


def truth_beside(posts: str | Path) -> Truth | None:
    """Return the truth that lies beside a posts file, None where there is none."""
    path = Path(posts).parent / TRUTH
    return load_truth(path) if path.is_file() else None
