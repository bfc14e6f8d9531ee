"""What the first page quotes of the chapters on what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from virality.findings import changes, steps, timing, whatif
from virality.findings.associations import WentWith
from virality.findings.changes import Last
from virality.findings.steps import NextPosts
from virality.findings.timing import When
from virality.findings.whatif import Choice


@dataclass(frozen=True)
class ToDo:
    """What is quoted.

    Attributes
    ----------
    last : Last
        The last posts beside those before.
    when : When
        When to post.
    went : WentWith
        What went with choices other than openings.
    coming : NextPosts
        The next ten posts.
    """

    last: Last
    when: When
    went: WentWith[Choice]
    coming: NextPosts

    @property
    def of_regimes(self) -> bool:
        """Whether a kind of post is among what is named."""
        about = [*(step.about for step in self.coming.steps), *self.went.named]
        return any(isinstance(each, Choice) and each.regime for each in about)


def to_do(run: Mapping[str, Any], private: bool = False, running: bool = False) -> ToDo:
    """Return what the first page quotes.

    Parameters
    ----------
    run : mapping of str to artefact
        Its `posts`, `level`, `changes`, `timing`, `timing_claim`, `whatif` and `next`.
    private : bool
        True names no hashtag.
    running : bool
        Whether an experiment is planned.
    """
    claim = run["timing_claim"]
    return ToDo(
        changes.last(run["level"], run["changes"]),
        timing.when(timing.restored(claim, run["timing"]), claim["timezone"]),
        whatif.chosen(run["whatif"], private, openings=False),
        steps.next_posts(run["next"], run["posts"], private=private, running=running),
    )
