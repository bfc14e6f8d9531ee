"""A simulated creator who follows a plan: each post as it would have been, in the variant drawn."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

NOON = "12:00"  # where the plan leaves the hour open


def follow_plan(
    slots: pd.DataFrame,
    posts: pd.DataFrame,
    factor: float = 1.0,
    *,
    timezone: str = "UTC",
    read_after_days: float = 30,
) -> pd.DataFrame:
    """Let the last posts of an account go up as a plan says.

    Parameters
    ----------
    slots : DataFrame of n_slots rows
        Columns variant ("A" or "B"), day, hour and hashtag, in order of time.
    posts : DataFrame of at least n_slots rows
        Tidy posts, in time order: what the account posts anyway.  The last n_slots follow the plan.
    factor : float
        By which A multiplies views.
    timezone : str
        Of days and hours.
    read_after_days : float
        Days from the last post to the reading of all numbers.

    Returns
    -------
    DataFrame
        Tidy posts, in time order.

    Examples
    --------
    >>> from virality.demo.posts import simulate_creator
    >>> slots = pd.DataFrame({"variant": ["A", "B"], "day": ["2030-01-01", "2030-01-02"],
    ...                       "hour": "", "hashtag": ["#x1a", "#x1b"]})
    >>> follow_plan(slots, simulate_creator(n_posts=5))["caption"].str[-5:].tolist()[3:]
    [' #x1a', ' #x1b']
    """
    made = posts.copy()
    last = made.index[-len(slots) :]
    clock = slots["hour"].where(slots["hour"] != "", NOON)
    local = pd.to_datetime(slots["day"] + " " + clock)
    moments = [each.replace(tzinfo=ZoneInfo(timezone)) for each in local.dt.to_pydatetime()]
    made.loc[last, "posted_at"] = pd.to_datetime(moments, utc=True).as_unit("us")
    made.loc[last, "post_id"] = _ids(made.loc[last, "post_id"], made.loc[last, "posted_at"])
    tagged = made.loc[last, "caption"].fillna("").to_numpy() + " " + slots["hashtag"].to_numpy()
    made.loc[last, "caption"] = tagged
    lift = np.where(slots["variant"] == "A", factor, 1.0)
    made.loc[last, "views"] = np.rint(made.loc[last, "views"].to_numpy(float) * lift).astype(int)
    made["captured_at"] = made["posted_at"].max() + pd.Timedelta(days=read_after_days)
    made["captured_at"] = made["captured_at"].astype(made["posted_at"].dtype)
    return made.sort_values(["posted_at", "post_id"], kind="stable", ignore_index=True)


def go_on(
    slots: pd.DataFrame, posts: pd.DataFrame, made: int, factor: float, timezone: str = "UTC"
) -> pd.DataFrame:
    """Let an account go on by a plan: posts like its own, with their luck, in the variant drawn.

    Parameters
    ----------
    slots : DataFrame
        As for :func:`follow_plan`.
    posts : DataFrame
        Tidy posts before the plan.
    made : int
        Posts of the plan that are made by now; the same ones however many more will come.
    factor : float
        By which A multiplies views.
    timezone : str
        Of days and hours.

    Returns
    -------
    DataFrame
        Tidy posts, the new ones alone: read three days after the last, and a month after the end.
    """
    known = posts[posts["views"].notna()]
    drawn = np.random.default_rng(0).integers(len(known), size=len(slots))[:made]
    names = zip(known["post_id"].iloc[drawn], slots["hashtag"], strict=False)
    ids = [one if one.isdigit() else f"{one}{tag}" for one, tag in names]
    whole = pd.concat([posts, known.iloc[drawn].assign(post_id=ids)], ignore_index=True)
    days = 3 if made < len(slots) else 30
    done = follow_plan(slots.head(made), whole, factor, timezone=timezone, read_after_days=days)
    return done[done["posted_at"] > posts["posted_at"].max()].reset_index(drop=True)


def _ids(ids: pd.Series, moments: pd.Series) -> list[str]:
    """Ids that tell when a post went up, as TikTok's do, tell the new moment."""
    seconds = moments.dt.as_unit("s").astype("int64")
    return [
        str((second << 32) | (int(one) & 0xFFFFFFFF)) if one.isdigit() else one
        for one, second in zip(ids, seconds, strict=True)
    ]
