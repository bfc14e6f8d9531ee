"""Everything that could be suggested: the slot of the week, what is chosen, what openings have.

What two chapters ask is one candidate: the leading fact of an opening is asked by the chapter on
choices, and the chapter on openings only adds what that one leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from virality.advice.choices import OPENING, choices
from virality.advice.timing import SURE, WhenToPost
from virality.core.protocol import ALPHA
from virality.evidence.associations import same_sense
from virality.evidence.residuals import relative
from virality.features.openings import GROUPS
from virality.features.table import ModelTable
from virality.media.hook.facts import FACTS, UNREADABLE
from virality.posts.values import hour_known

HOURS = "hours"  # the name, and the family, of the slot of the week
TOGETHER = 0.5  # correlation of two candidates, from which they are told once
SEVERAL = 5  # posts that luck would have made do two things, so that none is telling
_KINDS = {fact.column: fact.kind for fact in FACTS} | {"hook__sound_uses": "count"}
_UNITS = {"flag": "yes or no"}
#: Of an association, in the order of the table.
_TOLD = ["name", "family", "unit", "label", "n", "n_with", "n_without", "step", "factor", "low",
         "high", "p", "claimed"]  # fmt: skip


@dataclass(frozen=True)
class Had:
    """What each post had of everything that could be suggested.

    Attributes
    ----------
    facts : DataFrame of shape (n, n_candidates)
        Index post_id, in time order; NaN = not known.
    same : dict of str to frozenset of str
        By candidate: columns of content, and other candidates, that say what it says.
    """

    facts: pd.DataFrame
    same: dict[str, frozenset[str]]

    def follows(self, name: str, more: bool) -> pd.Series:
        """Whether posts have something, or have more of it than usual; or that they do not.

        Parameters
        ----------
        name : str
        more : bool
            False asks for the opposite.

        Returns
        -------
        Series of bool, index post_id
            Posts of which it is known.
        """
        known = self.facts[name].dropna()
        flag = known.isin([0, 1]).all()
        above = known > (0.5 if flag else known.mean())
        return above if more else ~above

    def apart(self, one: str, more: bool, other: str, other_more: bool) -> bool:
        """Whether no post did both, though by luck several would have.

        Parameters
        ----------
        one, other : str
        more, other_more : bool
            As of `follows`; a post of which it is not known did not do it.
        """
        did = [self.follows(name, way).reindex(self.facts.index, fill_value=False)
               for name, way in ((one, more), (other, other_more))]  # fmt: skip
        by_luck = did[0].sum() * did[1].sum() / max(1, len(self.facts))
        return bool(by_luck >= SEVERAL and not (did[0] & did[1]).any())

    def alike(self, one: str, other: str) -> float:
        """How nearly two say the same: the correlation of what posts around do not have.

        Parameters
        ----------
        one, other : str

        Returns
        -------
        float
            From −1, where one comes with the other's absence, to 1, which it is where they are
            two ways to say one thing.
        """
        group, same = GROUPS.get(one), self.same
        both = other in same.get(one, ()) and one in same.get(other, ())
        if both or (group and group == GROUPS.get(other)):
            return 1.0
        pair = relative(self.facts[[one, other]].to_numpy(float))
        pair = pair[np.isfinite(pair).all(axis=1)]
        if len(pair) < 3 or not (np.ptp(pair, axis=0) > 0).all():
            return 0.0
        return float(np.corrcoef(pair.T)[0, 1])


def candidates(went: pd.DataFrame, openings: pd.DataFrame, when: WhenToPost) -> pd.DataFrame:
    """Put all that could be suggested into one table.

    Parameters
    ----------
    went : DataFrame
        From :func:`virality.what_if`.
    openings : DataFrame
        From :func:`virality.associations`.
    when : WhenToPost

    Returns
    -------
    DataFrame
        A row each, the slot of the week first where there is one: `name`, `family`, `unit`,
        `label`, `n`, `n_with`, `n_without`, `step`, `factor`, `low`, `high`, `p` (as its chapter
        tells them), and `claimed`, whether that chapter claims it.
    """
    went, openings = (
        table.assign(claimed=table["p_adjusted"] < ALPHA) for table in (went, openings)
    )
    extra = openings[~openings["name"].isin([*went["name"], UNREADABLE])]
    extra = extra[extra["name"].isin(_KINDS)]
    kind = extra["name"].map(_KINDS)
    extra = extra.assign(family=OPENING, unit=kind.replace(_UNITS), label="")
    tables = [table[_TOLD] for table in (_slot(when), went, extra) if len(table)]
    whole = pd.concat(tables, ignore_index=True) if tables else went[_TOLD]
    return whole.astype(dict.fromkeys(("name", "family", "unit", "label"), "string"))


def hours_hold(when: WhenToPost) -> bool:
    """Whether a claim about hours passes all doors but the test."""
    return bool(when.chance > SURE and when.gain is not None and when.gain.factor > 1)


def _slot(when: WhenToPost) -> pd.DataFrame:
    slot, gain = when.slot, when.gain
    if slot is None or gain is None:
        return pd.DataFrame(columns=_TOLD)
    mine = when.hours[(when.hours["days"] == slot.part) & (when.hours["start"] == slot.start)]
    inside = int(mine["posts"].iloc[0])
    told = HOURS, HOURS, "yes or no", f"{slot.part} {slot.start}", when.n, inside, when.n - inside
    numbers = 1.0, gain.factor, gain.low, gain.high, when.p, when.claimed
    return pd.DataFrame([(*told, *numbers)], columns=_TOLD)


def had(
    posts: pd.DataFrame,
    table: ModelTable,
    when: WhenToPost,
    regimes: pd.DataFrame | None,
    timezone: str,
) -> Had:
    """What each settled post had.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    table : ModelTable
        Of them, for the features.
    when : WhenToPost
    regimes : DataFrame or None
    timezone : str

    Returns
    -------
    Had
    """
    own = posts.set_index(posts["post_id"].astype("string")).loc[table.y.index]
    made = choices(own, table.X, regimes)
    facts, same = made.facts.copy(), dict(made.same)
    for name in _KINDS:
        if name in table.X and name not in facts:
            facts[name] = table.X[name].astype(float)
            same[name] = frozenset(same_sense(name, table.X))
    if when.slot is not None:
        local = own["posted_at"].dt.tz_convert(timezone).dt
        hours = (local.hour + local.minute / 60).to_numpy()
        inside = when.slot.holds(local.day_of_week.to_numpy(), hours).astype(float)
        facts[HOURS] = np.where(hour_known(own), inside, np.nan)
    return Had(facts, same)
