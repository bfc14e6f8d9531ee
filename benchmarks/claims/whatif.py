"""What went with what: choices, and kinds of post, claimed where nothing matters and where it does.

The accounts are those of `associations`, with captions: kinds of content come with hashtags,
lengths and captions, and each is in favour for a while.
"""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from associations import EFFECT, NOISES, Account, account
from runner import Creators, show, show_false
from worlds import HISTORIES, WORLDS

import virality as vi
from virality.advice.choices import FAMILIES, KIND, choices
from virality.advice.otherwise import otherwise
from virality.advice.whatif import went_with
from virality.core.protocol import ALPHA
from virality.features.blocks import block_of
from virality.features.metadata import metadata_features
from virality.features.openings import OF_SOUNDS, opening_features
from virality.findings.whatif import HARDLY

#: The seven worlds as `associations` calls them.
WORLD_OF = {
    "white": "steady",
    "AR .5": "memory .5",
    "AR .8": "memory .8",
    "walk": "drifting",
    "jump": "jumping",
    "spread": "spread grows",
    "viral": "viral posts",
}
CLEAR = 0  # noises in the content of accounts whose kinds can be found
ASKED = ("hour", "length", "caption_length", "question")
LENGTH_EFFECT = 1.0  # log units, per log unit of length
ASKED_POSTS = 140


class Choosing(NamedTuple):
    """Log views, posts without them, their content, and the kinds as regimes that are true."""

    y: pd.Series
    posts: pd.DataFrame
    X: pd.DataFrame
    kinds: pd.DataFrame

    def told(self, effect: float = 0.0, regimes: pd.DataFrame | None = None) -> pd.DataFrame:
        """What the chapter says, where #d is worth so many log units: a row a choice."""
        chosen = choices(self.posts, self.X, regimes)
        used = chosen.facts.to_numpy()[:, (chosen.about["label"] == "d").to_numpy()]
        y = self.y + effect * used[:, 0] if effect else self.y
        found = pd.DataFrame([asdict(each) for each in went_with(y, chosen, self.X)])
        found = found.join(chosen.about, on="name")
        return found[np.isfinite(found["factor"])].assign(claimed=found["p_adjusted"] < ALPHA)


@lru_cache(maxsize=4)
def _clock(n: int) -> pd.DataFrame:
    """Posts that went up at some time; all of them have matured."""
    return vi.simulate_creator(n_posts=n).drop(columns="captured_at")


def with_views(posts: pd.DataFrame, y: np.ndarray | pd.Series) -> pd.DataFrame:
    """The same posts with the views of which these are the logarithms."""
    views = np.expm1(np.clip(y, 0, 25)).round().astype("int64")
    return posts.assign(views=pd.array(views, dtype="Int64"))


def that_chooses(one: Account) -> Choosing:
    """Hashtags, lengths and captions instead of the facts of an opening."""
    flag, n = one.facts.to_numpy(), len(one.y)
    tags = [" ".join(f"#{t}" for t, has in zip("abcd", row, strict=True) if has)
            for row in flag[:, :4]]  # fmt: skip
    texts = [
        f"{'7 ' * int(row[5])}{'words ' * int(1 + 3 * row[8])}{chr(0x1F600) * int(row[4])} {own}"
        for own, row in zip(tags, flag, strict=True)
    ]
    captions = pd.array(texts, dtype="string")
    posts = _clock(n).assign(caption=captions, duration_s=20 * flag[:, 6])
    index = pd.Index(posts["post_id"].astype("string"), name="post_id")
    names = [f"vision__{i:03d}" for i in range(one.content.shape[1])]
    shown = one.content.set_axis(names, axis=1).set_axis(index)
    form = metadata_features(posts), opening_features(posts).drop(columns=list(OF_SOUNDS))
    kinds = pd.DataFrame({"post_id": index, "regime": one.kind, "stable": True, "era": False})
    kinds = kinds.assign(recovery=1.0, traits="")
    X = pd.concat([*form, shown], axis=1)
    return Choosing(one.y.set_axis(index), posts, X, kinds)


def whatif_cell(seed: int, world: str, n: int, recorded: bool = True) -> dict[str, float]:
    """One creator: what is claimed where no choice matters but kinds do, and #d where it does."""
    made = that_chooses(account(seed, WORLD_OF[world], n))
    if not recorded:
        made = made._replace(X=made.X[[c for c in made.X if block_of(c) != "vision"]])
    idle, more = made.told(), made.told(EFFECT)
    own = more[more["label"] == "d"].squeeze()
    families = [family for family in FAMILIES if family != KIND]
    return {
        "choices": float(len(idle)),
        "false": float(idle["claimed"].any()),
        **{f"false: {f}": float(idle.loc[idle["family"] == f, "claimed"].any()) for f in families},
        "intervals hold": float(((idle["low"] <= 1) & (idle["high"] >= 1)).all()),
        "found": float(own["claimed"]),
        "interval holds": float(own["low"] <= np.exp(EFFECT) <= own["high"]),
        "ratio of ends": float(own["high"] / own["low"]),
    }


def kinds_cell(seed: int, world: str, n: int, sought: bool = False) -> dict[str, float]:
    """One creator on whose account neither kinds nor choices matter, and one whose kinds do.

    Kinds are those that are true, or those that are found in content that tells them well.
    """
    noises = CLEAR if sought else NOISES
    made = that_chooses(account(seed, WORLD_OF[world], n, size=0.0, noises=noises))
    matter = account(seed, WORLD_OF[world], n, noises=noises).y.set_axis(made.y.index)
    regimes = vi.find_regimes(made.X, drawn=False) if sought else made.kinds
    idle, more = made.told(0.0, regimes), made._replace(y=matter).told(0.0, regimes)
    kind = idle["family"] == KIND
    return {
        "kinds": float(kind.sum()),
        "false": float(idle["claimed"].any()),
        "false: kind": float(idle.loc[kind, "claimed"].any()),
        "false, kinds matter": float(more.loc[more["family"] != KIND, "claimed"].any()),
        "kind found": float(more.loc[more["family"] == KIND, "claimed"].any()),
    }


def whatif(creators: Creators) -> None:
    """False claims of any choice and by family, power for a hashtag, and what intervals hold."""
    cells = {(w, n): creators.rows(whatif_cell, w, n) for w in WORLDS for n in HISTORIES}
    rows = {key: _in_percent(found, ("choices", "ratio of ends")) for key, found in cells.items()}
    _false("No choice matters, kinds do and are recorded: a choice is claimed, in %", rows, "false")
    show("All about these accounts, in %; ends as a ratio", rows)
    blind = {
        (world, n): _in_percent(
            creators.rows(whatif_cell, world, n, False), ("choices", "ratio of ends")
        )
        for world in ("white", "walk")
        for n in HISTORIES
    }
    show("No choice matters, kinds do and are not recorded, in %", blind, mean=False)


def kinds(creators: Creators) -> None:
    """False claims where kinds of post are asked about as well and do not matter, and power."""
    _kinds(creators, "known", HISTORIES, False)


def found_kinds(creators: Creators) -> None:
    """The same with kinds that the chapter on regimes finds, which takes ten times as long."""
    _kinds(creators.times(1 / 3), "found", HISTORIES[1:], True)


def _kinds(creators: Creators, how: str, sizes: tuple[int, ...], sought: bool) -> None:
    cells = {(w, n): creators.rows(kinds_cell, w, n, sought) for w in WORLDS for n in sizes}
    rows = {key: _in_percent(found, ("kinds",)) for key, found in cells.items()}
    words = f"Kinds are {how} and asked about as well ({creators.n} a row):"
    _false(f"{words} nothing matters, one of all is claimed, in %", rows, "false")
    _false(f"{words} kinds matter, a choice is claimed", rows, "false, kinds matter")
    show("All about these accounts, in %", rows)


def _false(words: str, rows: dict, what: str) -> None:
    sizes = dict.fromkeys(n for _, n in rows)
    show_false(words, {w: {f"{n} posts": rows[w, n][what] for n in sizes} for w in WORLDS})


def _in_percent(found: pd.DataFrame, medians: tuple[str, ...]) -> pd.Series:
    """Shares of creators, and the medians of what is no share."""
    shares = 100 * found.drop(columns=list(medians)).mean()
    return pd.concat([found[list(medians)].median(), shares])


def otherwise_cell(seed: int, world: str, effect: float) -> dict[str, float]:
    """One creator: what the models agree on about its newest post, made otherwise.

    The effect is that of the length, per log unit; nothing else matters.
    """
    made = that_chooses(account(seed, WORLD_OF[world], ASKED_POSTS, size=0.0))
    length = np.log(made.posts["duration_s"].fillna(made.posts["duration_s"].median()))
    gain = effect * (length - length.mean()).to_numpy()
    made = otherwise(with_views(made.posts, made.y.to_numpy() + gain))
    far = np.abs(np.log(made["factor"])) > np.log(HARDLY)
    agreed = far & ((made["low"] > 1) | (made["high"] < 1))
    right = (made["factor"] > 1) == (made["value"] > made["own"])
    own = made["choice"] == "length"
    return {
        "agreed on any": float(agreed.any()),
        **{f"on {c}": float(agreed[made["choice"] == c].any()) for c in ASKED},
        "asked length": float(own.any()),
        "length the right way": float((agreed & own & right).any()),
        "length the wrong way": float((agreed & own & ~right).any()),
        "largest factor": float(np.exp(np.abs(np.log(made["factor"])).max())),
    }


def otherwise_models(creators: Creators) -> None:
    """How often models agree on what nothing stands behind, and on what does."""
    rows = {
        (world, f"x{np.exp(effect):.1f} per log unit"): _in_percent(
            creators.rows(otherwise_cell, world, effect), ("largest factor",)
        )
        for world in ("white", "walk", "viral")
        for effect in (0.0, LENGTH_EFFECT)
    }
    show("One post made otherwise, 140 posts: the models agree, in % of creators", rows, mean=False)
