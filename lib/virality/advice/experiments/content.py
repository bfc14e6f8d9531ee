"""What a post was worth beside its variant, as the account's past tells it.

The past is what had matured before the plan began, so that no variant was ever seen; and only what
the plan says both variants leave alone is looked at, so that none can be guessed.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from virality.advice.experiments.plan import Plan
from virality.core.embargo import is_matured_by, microseconds
from virality.core.protocol import MIN_POSTS
from virality.features.kernels import caption_kernels, cosines, form_kernels
from virality.features.level import pulled_in
from virality.features.likeness import WEIGHTS
from virality.features.targets import is_matured, target_values
from virality.models import gaussian_process

LAST_POSTS = 250  # of the past: more tell little, and take long
_COMPARED = {
    "caption": ("words", "letters"),
    "hashtags": ("hashtags",),
    "length": ("length",),
    "time": ("hour", "weekday"),
}
_DIGITS = 6  # beyond which sums of other sizes may differ


def content_of(
    plan: Plan, posts: pd.DataFrame, members: np.ndarray, embargo_days: float = 7
) -> pd.Series | None:
    """Return what content adds to each post of the plan, in log units.

    Parameters
    ----------
    plan : Plan
    posts : DataFrame of n rows
        Tidy posts, in time order.
    members : ndarray of bool, shape (n,)
        Posts of the plan.
    embargo_days : float
        Days until a post counts as matured.

    Returns
    -------
    Series or None
        Index post_id; None where the plan leaves nothing untouched, or fewer than 30 posts had
        matured when it began.
    """
    clock = microseconds(posts["posted_at"])
    began = pd.Timestamp(plan.start, tz=plan.timezone).value // 1000
    past = is_matured_by(clock, embargo_days, began) & is_matured(posts, embargo_days) & ~members
    past &= target_values(posts, "views").notna().to_numpy()
    if not plan.untouched or past.sum() < MIN_POSTS:
        return None
    rows = np.r_[np.flatnonzero(past)[-LAST_POSTS:], np.flatnonzero(members)]
    n_past = len(rows) - int(members.sum())
    own = posts.iloc[rows].assign(caption=_without_tags(plan, posts["caption"].iloc[rows]))
    known = np.minimum(np.arange(len(rows)), n_past)
    y = target_values(own, "views").to_numpy()
    outcome = np.where(np.arange(len(rows)) < n_past, y, y[n_past - 1])  # later ones are not read
    made = gaussian_process.condition(pulled_in(outcome, known), known, [_alike(plan, own)])
    index = own["post_id"].astype("string").to_numpy()[n_past:]
    return pd.Series(made.content[n_past:].round(_DIGITS), index=index)


def _without_tags(plan: Plan, captions: pd.Series) -> pd.Series:
    """Captions in which the plan's own hashtags do not give the variant away."""
    return captions.str.replace(rf"[#＃﹟]{re.escape(plan.code)}\w*", "", regex=True, case=False)


def _alike(plan: Plan, posts: pd.DataFrame) -> gaussian_process.Alike:
    texts = [(each.name, cosines(each.between)) for each in caption_kernels(posts["caption"])]
    forms = [(each.name, each.between) for each in form_kernels(posts, plan.timezone)]
    wanted = {name for aspect in plan.untouched for name in _COMPARED[aspect]}
    parts = [(WEIGHTS[name], between) for name, between in (*texts, *forms) if name in wanted]
    total = sum(weight for weight, _ in parts)
    return lambda first, second: np.sum(
        [weight / total * between(first, second) for weight, between in parts], axis=0
    )
