"""What an account of so many posts is told, and how long it takes: few posts are told little."""

from __future__ import annotations

import time
from collections.abc import Callable

import pandas as pd
from runner import Creators

import virality as vi
from virality.advice.otherwise import otherwise

SIZES = (12, 40, 80, 140, 1000)
PLANNED = 40


def _changes(posts: pd.DataFrame) -> int:
    return len(vi.changes(posts).stretches)


def _hours(posts: pd.DataFrame) -> int:
    return int(vi.timing(posts).hours["factor"].notna().sum())


def _choices(posts: pd.DataFrame) -> int:
    return int(vi.what_if(posts)["factor"].notna().sum())


def _plan(posts: pd.DataFrame) -> int:
    first = (posts["posted_at"].max() + pd.Timedelta(days=1)).date()
    return len(vi.plan("words on screen", posts, n_posts=PLANNED, start=first, seed=1).table())


def _score(posts: pd.DataFrame) -> int:
    soon = posts["posted_at"].max() + pd.Timedelta(days=2)
    own = posts.iloc[[-1, -2]][["caption", "duration_s"]]
    drafts = own.assign(post_id=["a", "b"], posted_at=soon)
    return int(vi.score(posts, drafts).pairs["chance"].notna().sum())


#: By question: how many answers there are, 0 for none.
ASKED: dict[str, Callable[[pd.DataFrame], int]] = {
    "stretches": _changes,
    "hours": _hours,
    "choices": _choices,
    "made otherwise": lambda posts: len(otherwise(posts)),
    "posts of a plan": _plan,
    "chances of two drafts": _score,
}


def told(n: int) -> dict[str, tuple[int | None, float]]:
    """Answers to every question, None where it is refused, and seconds of processor."""
    posts, found = vi.simulate_creator(n_posts=n), {}
    for name, question in ASKED.items():
        start = time.process_time()
        try:
            answers = question(posts)
        except vi.UserError:
            answers = None
        found[name] = answers, time.process_time() - start
    return found


def sizes(creators: Creators) -> None:
    """One creator of every size."""
    rows = {
        f"{n:,} posts": {
            name: f"{'refused' if answers is None else answers} ({seconds:.2f} s)"
            for name, (answers, seconds) in told(n).items()
        }
        for n in SIZES
    }
    print("\nAnswers that are given, and seconds of processor")
    print(pd.DataFrame(rows).T.to_string())
