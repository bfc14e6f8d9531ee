"""Plans that simulated creators follow, with an effect and without."""

import pandas as pd

import virality as vi
from virality.advice.experiments.plan import Plan
from virality.demo.follower import follow_plan
from virality.demo.worlds import Shares, World, simulate_world


def account(n, seed, level="white", luck="t", shares=None):
    """What an account posts anyway."""
    world = World(n=n, level=level, level_size=1.0, luck=luck, shares=shares or Shares.only())
    return simulate_world(world, seed)[0]


def planned(n_posts=40, before=60, seed=0, factor=1.0, **choices) -> tuple[Plan, pd.DataFrame]:
    """A plan that follows an account's history, and all posts after it was followed."""
    own = {name: choices.pop(name) for name in ("level", "luck", "shares") if name in choices}
    posts = account(before + n_posts, seed, **own)
    past = posts.iloc[:before]
    start = (past["posted_at"].max() + pd.Timedelta(days=1)).date() if before else "2030-01-01"
    plan = vi.plan("words on screen", past, n_posts=n_posts, start=start, **choices)
    return plan, follow_plan(plan.table(), posts, factor, timezone=plan.timezone)
