"""A prior as a folder of two files: XGBoost's own JSON, and a card that says what it is.

Neither holds a caption, a name, an id, or anybody's number of views.  Whoever brings such a folder
may have got it from anywhere, so it is read without trust: whatever is wrong with it ends in a
sentence.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from virality.core import VERSION
from virality.core.bounds import holds, shown
from virality.core.errors import UserError
from virality.core.paths import exists, expanded, read_ordinary
from virality.features.targets import TARGETS
from virality.models.learnt import Learnt
from virality.models.prior import Prior
from virality.models.relative import COLUMNS, Start
from virality.models.slopes import Slopes
from virality.models.stored_trees import read_trees, write_trees

TREES, CARD = "model.json", "prior.json"
FORMAT = 1
MOST_BYTES = {TREES: 20_000_000, CARD: 100_000}
_FACTS = ("target", "embargo_days", "n_creators", "n_posts", "gain")
_AGAIN = "Make one with: virality fit-prior POSTS --out FOLDER"


def prior_files(prior: Prior) -> dict[str, bytes]:
    """Return the files of a prior, by name.

    Parameters
    ----------
    prior : Prior

    Returns
    -------
    dict of str to bytes
        The same for the same prior.
    """
    trees = write_trees(prior.learnt.booster)
    card = {
        "format": FORMAT,
        "virality": VERSION,
        **{name: getattr(prior, name) for name in _FACTS},
        "start": asdict(prior.start),
        "columns": list(COLUMNS),
        "line": prior.learnt.line.as_lists(),
        "sha256": hashlib.sha256(trees).hexdigest(),
    }
    text = json.dumps(card, indent=1, allow_nan=False) + "\n"
    return {TREES: trees, CARD: text.encode()}


def load_prior(folder: str | Path) -> Prior | None:
    """Read a prior.

    Parameters
    ----------
    folder : path-like
        That `virality fit-prior` made; "" for no prior.

    Returns
    -------
    Prior or None
        Predicts what the stored one did, bit by bit.

    Raises
    ------
    UserError
        When the folder holds no prior, or one that is damaged or of another version.

    Examples
    --------
    >>> load_prior("") is None
    True
    >>> load_prior("no/such/folder")
    Traceback (most recent call last):
    virality.core.errors.UserError: no/such/folder: There is no prior in this place. ...
    """
    if not str(folder):
        return None
    place, where = expanded(folder), str(folder)[:200]
    if not exists(place / CARD):
        raise UserError("There is no prior in this place.", where, _AGAIN)
    told, trees = (
        read_ordinary(place / name, MOST_BYTES[name], f"The file {name} of the prior")
        for name in (CARD, TREES)
    )
    card = _card(told, where)
    if card["sha256"] != hashlib.sha256(trees).hexdigest():
        raise UserError(f"{TREES} is not the file that was stored with {CARD}.", where, _AGAIN)
    try:
        booster = read_trees(trees, COLUMNS)
    except ValueError as error:
        raise UserError(f"{TREES} holds no prior ({error}).", where, _AGAIN) from None
    learnt = Learnt(Slopes.of_lists(card["line"]), booster)
    return Prior(learnt, Start(**card["start"]), **{name: card[name] for name in _FACTS})


def _card(data: bytes, where: str) -> dict[str, Any]:
    """What a card says, once every value makes sense."""
    try:
        card = json.loads(data)
        version, columns = card["format"], card["columns"]
        sound = _sound(card)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UserError(f"{CARD} is not the card of a prior.", where, _AGAIN) from None
    if version != FORMAT or columns != list(COLUMNS):
        made = shown(card.get("virality"))
        raise UserError(f"The prior was made by another version of the project ({made}).",
                        where, _AGAIN)  # fmt: skip
    if not sound:
        raise UserError(f"{CARD} holds numbers that no prior has.", where, _AGAIN)
    return card


def _sound(card: dict) -> bool:
    """Whether the facts of a card can be true."""
    start = card["start"]
    return (
        card["target"] in TARGETS
        and all(type(card[name]) is int for name in ("n_creators", "n_posts"))
        and 0 < card["n_creators"] <= card["n_posts"]
        and holds(card["embargo_days"], 0, 365)
        and holds(card["gain"], 0, 1)
        and set(start) == {"level", "spread"}
        and holds(start["level"], -50, 50)
        and holds(start["spread"], 1e-6, 50)
        and isinstance(card["sha256"], str)
        and _is_line(card["line"])
    )


def _is_line(line: dict) -> bool:
    """Whether these are numbers of a line on the columns."""
    lists = [line[name] for name in ("middle", "scale", "slope")]
    return (
        set(line) == {"middle", "scale", "slope", "start"}
        and all(isinstance(each, list) and len(each) == len(COLUMNS) for each in lists)
        and all(holds(value, -1e6, 1e6) for each in lists for value in each)
        and all(value > 0 for value in line["scale"])
        and holds(line["start"], -50, 50)
    )
