"""The table of feature blocks: adding a block is one entry here, its maker and a test."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """One group of features that models, tests and figures treat as one thing.

    Parameters
    ----------
    name : str
        What stands before the double underscore in its columns' names.
    words : str
        Its name in sentences.
    color : str
        Told apart from those of other blocks by eyes that see no red or no green; with a contrast
        of at least 3:1 on the light page.
    marker : str
        Of its points, because colour is never alone; as matplotlib calls it.
    kept : bool
        Few, readable columns that stay as they are; others become principal components.
    history : bool
        Made of what the account's earlier posts earned; every other block is content.
    listed : bool
        Its columns stand in the ledger one by one, with the moment when each is known.
    facts : bool
        Single facts, most of them yes or no, which models weigh one by one.  Together they say
        little of how alike posts are, and would cut any space into clumps.
    """

    name: str
    words: str
    color: str
    marker: str
    kept: bool = False
    history: bool = False
    listed: bool = False
    facts: bool = False


_TABLE = (
    Block("metadata", "posting metadata", "#5389c9", "o", kept=True, listed=True),
    Block("momentum", "account momentum", "#ae5300", "s", kept=True, history=True, listed=True),
    Block("similar", "similar posts", "#bc5981", "D", kept=True, history=True, listed=True),
    Block("caption_text", "caption", "#349156", "^"),
    Block("hashtag_text", "hashtags", "#819b3f", "v"),
    Block("vision", "picture", "#9b2f49", "P"),
    Block("audio", "sound", "#7453a9", "X"),
    Block("hook", "opening", "#0f8989", "*", kept=True, listed=True, facts=True),
    Block("energy", "early energy", "#70490b", "h", kept=True),
)

#: Every block by name, in the order of the book.
BLOCK_TABLE: dict[str, Block] = {block.name: block for block in _TABLE}
BLOCKS = tuple(BLOCK_TABLE)
KEPT_BLOCKS = tuple(block.name for block in _TABLE if block.kept)
CONTENT_BLOCKS = tuple(block.name for block in _TABLE if not block.history)
LIKENESS_BLOCKS = tuple(b.name for b in _TABLE if not b.history and not b.facts)
LISTED_BLOCKS = tuple(block.name for block in _TABLE if block.listed)


def block_of(column: str) -> str:
    """Return the block of a feature column: what stands before the first double underscore."""
    return str(column).split("__", 1)[0]


def block_name(block: str) -> str:
    """Return the plain name of a feature block."""
    return BLOCK_TABLE[block].words if block in BLOCK_TABLE else block.replace("_", " ")
