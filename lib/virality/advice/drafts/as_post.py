"""A draft as what it is: a post that has no outcome yet.

Its columns come from the very functions that made those of all posts, so that nothing can be known
of a draft that was not known of a post.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.evaluation.next_post import NextPost
from virality.features.blocks import block_of
from virality.features.build import baseline_columns, build_features, similar_media
from virality.features.table import ModelTable
from virality.features.targets import is_matured
from virality.posts.platforms import histories
from virality.posts.schema import OUTCOMES

CARRIED = ("author", "platform")
LONGEST_CAPTION = 5_000  # characters; platforms take fewer


@dataclass(frozen=True)
class Account:
    """One account, as a draft finds it.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts in time order, all of one history.
    known : DataFrame
        The same, without outcomes that had not had time to grow when they were read: they are
        smaller than what they will be, and a draft may come when they should long be known.
    table : ModelTable
        Of the posts whose outcome is known.
    vectors : DataFrame
        Of films and texts, index post_id; without columns where there are none.
    """

    posts: pd.DataFrame
    known: pd.DataFrame
    table: ModelTable
    vectors: pd.DataFrame


def account(posts: pd.DataFrame, table: ModelTable, protocol: Protocol) -> Account:
    """Return the account that a draft belongs to.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts in time order.
    table : ModelTable
        Of these posts.
    protocol : Protocol
        Its embargo.

    Raises
    ------
    UserError
        The posts are of several creators, or of one on several platforms.
    """
    if len(np.unique(histories(posts))) > 1:
        raise UserError(
            "A draft is scored by the posts of one creator on one platform, and these are of more.",
            do="Make a run for each of them.",
        )
    known, outcomes = posts.copy(), [name for name in ("views", *OUTCOMES) if name in posts]
    known.loc[~is_matured(posts, protocol.embargo_days), outcomes] = pd.NA
    shown = [name for name in table.X if block_of(name) in _ENCODED]
    return Account(posts, known, table, table.X[shown])


_ENCODED = ("caption_text", "hashtag_text", "vision", "audio", "hook", "energy")


def next_post(
    draft: pd.Series, whose: Account, vectors: pd.DataFrame, protocol: Protocol, timezone: str
) -> NextPost:
    """Return a draft as the account's next post, with the columns that its posts have.

    Parameters
    ----------
    draft : Series
        post_id, posted_at, caption; and where known other columns of the tidy table.
    whose : Account
    vectors : DataFrame
        Of the draft, index post_id; may have no columns.
    protocol : Protocol
    timezone : str
        The creator's.

    Raises
    ------
    UserError
        It would go up before the newest post.
    """
    newest = whose.posts["posted_at"].max()
    if draft["posted_at"] <= newest:
        raise UserError(
            f"A draft is a post to come, and {draft['posted_at']:%Y-%m-%d %H:%M} UTC is not after "
            f"the newest post ({newest:%Y-%m-%d %H:%M} UTC).",
            do="Give a later time, as --at '2026-12-01 18:30'.",
        )
    posts = _appended(whose.known, draft)
    built = build_features(posts, protocol.embargo_days, timezone)
    together = pd.concat([whose.vectors, vectors])
    alike = similar_media(posts, together, protocol.embargo_days)
    row = pd.concat([part.tail(1) for part in (built, vectors, alike)], axis=1)
    row = row.loc[:, ~row.columns.duplicated()].reindex(columns=whose.table.X.columns)
    baselines = baseline_columns(posts, protocol).tail(1)
    return NextPost(posts, row.astype(float), baselines)


def _appended(posts: pd.DataFrame, draft: pd.Series) -> pd.DataFrame:
    """The posts with one more row: what is not known of it is missing."""
    row = {name: posts[name].iloc[-1] for name in CARRIED if name in posts}
    if "followers" in posts and posts["followers"].notna().any():
        row["followers"] = posts["followers"].dropna().iloc[-1]  # the last count is today's guess
    row |= {"kind": "video", "hour_known": True}
    row |= {name: value for name, value in draft.items() if name in posts}
    new = pd.DataFrame([row]).reindex(columns=posts.columns)
    for name, kind in posts.dtypes.items():
        new[name] = new[name].astype(kind)
    return pd.concat([posts, new], ignore_index=True)
