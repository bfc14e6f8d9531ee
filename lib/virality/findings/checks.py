"""What a model would miss: blocks shuffled among held-out posts, and left out of a new fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import pandas as pd

from virality.explanation.explain import Explanation
from virality.findings.scores import Estimate

# Of the two checks: none names a block; only fitting again does; shuffling does, and fitting again
# was not tried, agrees, or shows that the model does without each of these blocks.
Support = Enum("Support", "NONE LEFT_OUT SHUFFLED BOTH REPLACEABLE")


@dataclass(frozen=True)
class Checks:
    """What is lost without a block, where that is clear of zero, largest loss first.

    `helpful` and `harmful` are about shuffling, `missed` is about fitting again (None where that
    was not done); `cost` is by what share the error grows without the most helpful block.
    """

    helpful: tuple[str, ...] = ()
    harmful: tuple[str, ...] = ()
    missed: tuple[str, ...] | None = None
    cost: Estimate = field(default_factory=lambda: Estimate(float("nan")))
    costliest: str = ""
    limits: tuple[tuple[str, float, float], ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """Blocks that both checks agree on: shuffled, and left out of a new fit."""
        return tuple(block for block in self.helpful if block in (self.missed or ()))

    @property
    def support(self) -> Support:
        """How far the two checks go together."""
        if not self.helpful:
            return Support.LEFT_OUT if self.missed else Support.NONE
        if self.missed is None:
            return Support.SHUFFLED
        return Support.BOTH if self.needed else Support.REPLACEABLE


def checks(explained: Explanation) -> Checks:
    """Return what the two checks without SHAP found."""
    blocks = explained.blocks
    helpful = _clear_losses(blocks, "shuffle")
    loss = blocks.set_index("block")["shuffle"]
    limits = zip(blocks["block"], blocks["shuffle_low"], blocks["shuffle_high"], strict=True)
    return Checks(
        helpful=helpful,
        harmful=tuple(blocks.loc[blocks["shuffle_high"] < 0, "block"]),
        missed=_clear_losses(blocks, "refit") if blocks["refit"].notna().any() else None,
        cost=_cost(blocks.set_index("block").loc[helpful[0]]) if helpful else Estimate(0.0),
        costliest=str(loss.idxmax()),
        limits=tuple(limits),
    )


def _cost(block: pd.Series) -> Estimate:
    """By what share the error grows without a block."""
    loss = Estimate.of(block, "shuffle")
    return Estimate(*(float(np.expm1(end)) for end in (loss.value, loss.low, loss.high)))


def _clear_losses(blocks: pd.DataFrame, check: str) -> tuple[str, ...]:
    table = blocks[blocks[f"{check}_low"] > 0]
    return tuple(table.sort_values(check, ascending=False)["block"])
