"""Files in, DataFrames out: the two doors of the library that open onto a disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from virality.core.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from virality.posts.read import PostsReading


def read_posts(
    path: str | Path,
    timezone: str = "UTC",
    *,
    columns: str = "",
    author: str = "",
    embargo_days: float = 7,
) -> pd.DataFrame:
    """Read an export, or several, into one tidy table of posts.

    Parameters
    ----------
    path : path-like
        File, folder or zip in any format that a report reads, see ``data/README.md``.
    timezone : str
        Zone of local times.
    columns : str
        Which column is what, such as ``"views=n_plays"``, where the names do not tell.
    author : str
        Keep this author's posts only; of several in a file all are kept otherwise.
    embargo_days : float
        Days before a post's views count as settled.

    Returns
    -------
    DataFrame
        One row per post, sorted by ``posted_at``.  What was repaired on the way, and why, says
        :func:`virality.posts.read.read_posts`.

    Raises
    ------
    UserError
        When it cannot be read; says what is wrong, where, and what to do.

    Examples
    --------
    >>> import tempfile, virality as vi
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     vi.simulate_creator(n_posts=5).to_csv(f"{folder}/posts.csv", index=False)
    ...     vi.read_posts(f"{folder}/posts.csv")["views"].notna().all()
    np.True_
    """
    return _reading(path, timezone, columns, author, embargo_days).posts


def read_snapshots(
    path: str | Path, timezone: str = "UTC", *, columns: str = "", author: str = ""
) -> pd.DataFrame:
    """Read what posts had at each time that they were read, from several exports of an account.

    Parameters
    ----------
    path, timezone, columns, author
        As for :func:`read_posts`.

    Returns
    -------
    DataFrame
        post_id, captured_at, views and posted_at: every reading of posts that were read at two
        known times or more, for :func:`virality.nowcast` and :func:`virality.growth_curve`.

    Raises
    ------
    UserError
        When it cannot be read; says what is wrong, where, and what to do.

    Examples
    --------
    >>> import tempfile, pandas as pd, virality as vi
    >>> posts = vi.simulate_creator(n_posts=5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for number, days in enumerate((2, 40)):
    ...         read = posts.assign(captured_at=posts["posted_at"] + pd.Timedelta(days, "D"))
    ...         read.to_csv(f"{folder}/{number}.csv", index=False)
    ...     len(vi.read_snapshots(folder))
    10
    """
    return _reading(path, timezone, columns, author).snapshots


def _reading(path, timezone: str, columns: str, author: str, embargo_days=7) -> PostsReading:
    from virality.posts.accounts import choose
    from virality.posts.read import read_posts as read

    reading = read(path, timezone, embargo_days=embargo_days, columns=columns)
    return choose(reading, author, pool=True)


def extract_media(
    posts: pd.DataFrame,
    videos: str | Path = "",
    *,
    encoders: str = "auto",
    cache: str | Path = ".cache",
    workers: int = 0,
) -> pd.DataFrame:
    """Turn captions, and the first three seconds of the films, into vectors.

    Parameters
    ----------
    posts : DataFrame
        From :func:`read_posts`.
    videos : path-like
        Folder of the films; "" reads captions alone.
    encoders : {"auto", "pretrained", "light", "classic"}
        CLIP and Whisper; small learned ones that come as packages; or descriptors without weights.
    cache : path-like
        Folder in which vectors are kept by content.
    workers : int
        Processes that read films; 0 chooses.

    Returns
    -------
    DataFrame
        Index ``post_id``; columns named by block, such as ``vision__000``.  NaN where a post has
        no film.  Needs the extra ``virality[media]``.

    Raises
    ------
    UserError
        When the folder cannot be used, or the extra is not installed; a broken film raises nothing.

    Examples
    --------
    >>> import tempfile, virality as vi
    >>> posts = vi.simulate_creator(n_posts=3)
    >>> with tempfile.TemporaryDirectory() as cache:
    ...     vectors = vi.extract_media(posts, encoders="classic", cache=cache)
    >>> sorted({name.split("__")[0] for name in vectors})
    ['caption_text', 'hashtag_text']
    """
    try:
        from virality.media.extract import extract
    except ModuleNotFoundError as error:
        raise UserError(
            f"Reading captions and films needs the package {error.name}.",
            do="Run: pip install 'virality[media]'",
        ) from None
    from virality.media.settings import Settings, Workers

    where = Workers(workers, progress=False)
    return extract(posts, videos, Settings(encoders), cache, where).embeddings
