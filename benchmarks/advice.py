"""Does advice claim what is not there, and does it find what is?  Simulated creators, printed.

    python benchmarks/advice.py [--creators 300] [--jobs 1] [--first-seed 7000] [--only changes ...]

Every claim that a chapter can make is a table in `claims/`, with its effect absent and present.
Seeds are fixed: the same numbers every time.  A small version of each table is a test.
"""

from __future__ import annotations

from claims import changes, drafts, experiments, sizes, steps, timing, whatif
from runner import Creators, Part, arguments, ask

USUAL = Creators(300, 7000)
PARTS: dict[str, Part] = {
    "changes": changes.changes,
    "luck": changes.lucky,
    "timing": timing.timing,
    "whatif": whatif.whatif,
    "kinds": whatif.kinds,
    "found-kinds": whatif.found_kinds,
    "otherwise": whatif.otherwise_models,
    "next": steps.steps,
    "experiments": experiments.experiments,
    "price": experiments.price,
    "drafts": drafts.drafts,
    "drafts-forecast": drafts.drafts_forecast,
    "sizes": sizes.sizes,
}


if __name__ == "__main__":
    ask(PARTS, arguments(__doc__, list(PARTS), USUAL).parse_args())
