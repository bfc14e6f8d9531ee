"""What the page that compares several creators' reports sets side by side."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from virality.core.text import DataText
from virality.findings.index import estimate, verdict
from virality.findings.scores import Estimate, Verdict


@dataclass(frozen=True)
class Creator:
    """One creator's row; what her report does not say is None, NaN or empty."""

    label: DataText
    report: bool  # whether there is one at all
    n_posts: float | None
    median_views: float | None
    first: str
    last: str
    miss: Estimate  # of the named model, a factor
    rule: str  # the better simple one
    rule_miss: float
    verdict: Verdict | None  # None where nothing was modelled
    content_tested: bool
    content: tuple[str, ...]  # blocks that carry information


@dataclass(frozen=True)
class Landing:
    """All of them, and how many of each kind there are."""

    creators: tuple[Creator, ...]
    n_modelled: int
    n_better: int
    n_smaller: int  # whose model has the smaller miss, clearly or not
    n_content_tested: int
    n_content: int
    n_too_few: int
    n_stopped: int

    @property
    def modelled(self) -> tuple[Creator, ...]:
        """Those with a forecast, which the figure shows."""
        return tuple(one for one in self.creators if one.miss.known)

    def table(self) -> pd.DataFrame:
        """Return what the figure draws: label, factor, factor_low, factor_high, naive_factor."""
        return pd.DataFrame(
            [
                {"label": one.label.raw, "factor": one.miss.value, "factor_low": one.miss.low,
                 "factor_high": one.miss.high, "naive_factor": one.rule_miss}
                for one in self.modelled
            ]
        )  # fmt: skip


def compared(labels: list[str], facts: list[dict | None]) -> Landing:
    """Return what the page compares.

    Parameters
    ----------
    labels : list of str
        Names from data, or pseudonyms.
    facts : list of dict or None
        Summaries of the reports (:func:`virality.findings.summary.facts`); None where the run
        failed.

    Returns
    -------
    Landing
    """
    creators = tuple(_creator(*pair) for pair in zip(labels, facts, strict=True))
    modelled = [one for one in creators if one.verdict]
    return Landing(
        creators,
        n_modelled=len(modelled),
        n_better=sum(one.verdict is Verdict.BETTER for one in modelled),
        n_smaller=sum(one.miss.value < one.rule_miss for one in modelled),
        n_content_tested=sum(one.content_tested for one in modelled),
        n_content=sum(bool(one.content) for one in modelled),
        n_too_few=sum(one.report and not one.verdict for one in creators),
        n_stopped=sum(not one.report for one in creators),
    )


def _creator(label: str, facts: dict | None) -> Creator:
    known = facts or {}
    return Creator(
        label=DataText(label),
        report=facts is not None,
        n_posts=known.get("n_posts"),
        median_views=known.get("median_views"),
        first=known.get("first", ""),
        last=known.get("last", ""),
        miss=estimate(known, "factor"),
        rule=known.get("naive", ""),
        rule_miss=estimate(known, "naive_factor").value,
        verdict=verdict(known),
        content_tested=bool(known.get("content_tested")),
        content=tuple(known.get("content_found", ())),
    )
