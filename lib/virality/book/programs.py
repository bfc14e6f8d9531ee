"""What other programs are told: one JSON object, in which a refusal says what is wrong.

Keys stay, and more may come.  README.md lists them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from math import isfinite
from numbers import Integral
from typing import TYPE_CHECKING

import pandas as pd

from virality.core.errors import UserError

if TYPE_CHECKING:
    from virality.advice.drafts.score import Scores
    from virality.advice.experiments.judge import Judgement
    from virality.book.scoring import Scored
    from virality.findings.draft import Draft

VERSION = 1


def print_object(name: str, say: Callable[[], dict]) -> int:
    """Print what was found, or why nothing could be; return the exit code.

    Parameters
    ----------
    name : str
        The run.
    say : callable
        Gives what was found.
    """
    try:
        found, problem = say(), None
    except UserError as error:
        found, problem = {}, {"what": error.what, "where": error.where, "do": error.do}
    said = {"version": VERSION, "name": name, **found, "problem": problem}
    print(json.dumps(_plain(said), indent=2, ensure_ascii=False, allow_nan=False))
    return 1 if problem else 0


def scored(found: Scored) -> dict:
    """Return what can be said of drafts.

    Parameters
    ----------
    found : Scored
    """
    scores, compared = found.scores, found.compared
    worth = compared.worth
    return {
        "posts": scores.n_posts,
        "target": found.looked.told["target"],
        "coverage": found.looked.told["coverage"],
        "drafts": [
            _draft(one, row, scores)
            for one, row in zip(found.drafts, scores.table.itertuples(), strict=True)
        ],
        "pairs": scores.pairs.to_dict("records"),
        "worth": {
            "told": worth.told,
            "held_out": worth.n,
            "right_in_100": worth.times,
            "low": worth.low,
            "high": worth.high,
        },
        "ranking": [name.raw for name in compared.ranking],
        "not_read": found.looked.not_read,
    }


def _draft(found: Draft, row, scores: Scores) -> dict:
    told = found.verdict.forecasts
    like = scores.neighbours[scores.neighbours["draft"] == row.draft]
    pushed = scores.pushes[scores.pushes["draft"] == row.draft]
    facts = scores.facts[scores.facts["draft"] == row.draft]
    value = {"value": found.value, "low": found.low, "high": found.high, "level": found.level}
    viral = {"chance": found.chance, "base_rate": found.base, "line": found.line}
    return {
        "draft": row.draft,
        "at": row.posted_at.isoformat(),
        "verdict": row.verdict.lower(),
        "seen_as": row.seen_as,
        "forecast": value if told else None,
        "viral": viral if told else None,
        "adds": row.order,
        "range": {"distance": found.distance, "limit": found.limit},
        "kind": found.kind or None,
        "neighbours": [
            {
                "post_id": one.post_id,
                "posted_at": one.posted_at.isoformat(),
                "caption": one.caption,
                "views": one.views,
                "above": one.above,
                "respects": one.respects.split(", "),
            }
            for one in like.itertuples()
        ],
        "pushes": pushed[["concept", "block", "value"]].to_dict("records"),
        "facts": facts[["column", "value", "below", "same", "n"]].to_dict("records"),
    }


def judged(found: Judgement) -> dict:
    """Return what an experiment says.

    Parameters
    ----------
    found : Judgement
    """
    plan, looks = found.plan, found.looks
    told = looks[["pair", "look", "difference", "content", "z", "boundary"]]
    pairs = found.pairs.drop(columns="completed").replace("", None).merge(told, "left")
    pairs = pairs.astype({"look": "Int64"})
    status = [each.name.lower() for each in pairs["status"]]
    return {
        "what": plan.what,
        "against": plan.against,
        "posts": plan.n_posts,
        "start": plan.start.isoformat(),
        "end": plan.end.isoformat(),
        "verdict": found.outcome.name.lower(),
        "pairs_used": found.n_used,
        "factor": found.factor,
        "low": found.low if isfinite(found.high) else None,
        "high": found.high,
        "adjusted": found.adjusted,
        "ended": found.ended,
        "pairs": pairs.assign(status=status).to_dict("records"),
        "deviations": found.deviations.to_dict("records"),
    }


def _plain(value):
    """What JSON can hold: what is missing is null."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | bool):
        return value
    if pd.isna(value) or not isfinite(value):
        return None
    return int(value) if isinstance(value, Integral) else float(value)
