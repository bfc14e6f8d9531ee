"""What the page that compares several creators can say."""

from collections.abc import Iterator

from virality.findings.landing import compared
from virality.sentences import landing

BETTER = {
    "n_posts": 1234,
    "first": "2023-01-01",
    "last": "2023-12-31",
    "median_views": 12345.0,
    "verdict": "better",
    "factor": 2.1,
    "factor_low": 1.8,
    "factor_high": 2.5,
    "naive": "rolling_median_10",
    "naive_factor": 2.4,
    "content_tested": ["vision", "audio"],
    "content_found": ["vision", "audio"],
}
WORSE = BETTER | {"verdict": "worse", "factor": 3.0, "content_found": [], "factor_low": None}
ALIKE = WORSE | {"verdict": "alike", "content_tested": []}
FEW = {"n_posts": 9, "verdict": "none", "first": "", "last": "", "median_views": None}


def examples() -> Iterator[tuple[str, str]]:
    several = {
        "Several of every kind": [BETTER, WORSE, ALIKE, FEW, None],
        "None better, none stopped": [WORSE, ALIKE, FEW, FEW],
        "One, content not tested": [ALIKE, None, None],
        "Nobody": [FEW],
    }
    for heading, facts in several.items():
        found = compared([f"<b>{i}</b>" for i in range(len(facts))], facts)
        said = [landing.title(found), *landing.intro(found), landing.caption(found)]
        said += [" | ".join(landing.cells(one)) for one in found.creators]
        yield heading, "\n\n".join([*said, landing.alt(found)])
    yield "Columns", " | ".join(landing.COLUMNS)
    yield "Note", landing.NOTE
