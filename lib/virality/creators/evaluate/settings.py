"""What is done to every creator alike: small enough to be sent to every worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from virality.core.bounds import shown, within
from virality.core.errors import UserError
from virality.core.protocol import DEFAULT, Protocol
from virality.creators.evaluate.tables import TABLES
from virality.evaluation.forecast import SPLITS
from virality.features.targets import TARGETS
from virality.media import texts
from virality.media.texts import TEXT_ENCODERS
from virality.models import catalogue as md
from virality.posts.timing import known_zone

if TYPE_CHECKING:
    from virality.media.encoders.base import Recipe

ALL = (*md.MODELS, md.FORECAST)
TEXTS = (*TEXT_ENCODERS, "pretrained")
N_SHIFTS = 99


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How each creator is examined.

    Parameters
    ----------
    by : str
        Column that separates creators.
    models : tuple of str
        From the catalogue; the naive rules always come along.
    protocol : Protocol
    text : {"none", "classic", "light", "pretrained"}
        What turns captions and hashtags into vectors: nothing, patterns of letters, E5, or CLIP.
    n_shifts : int
        Of the content test; 0 leaves the test out.
    n_bootstrap : int
        Draws for the intervals of the scores.
    timezone : str
        In which all creators' hours and weekdays are counted.

    Raises
    ------
    UserError
        When a value makes no sense; says which do.
    """

    by: str = "author"
    models: tuple[str, ...] = ALL
    protocol: Protocol = field(default=DEFAULT)
    text: str = "classic"
    n_shifts: int = N_SHIFTS
    n_bootstrap: int = 1000
    timezone: str = "UTC"

    def __post_init__(self):
        known_zone(self.timezone)
        within("n_shifts", self.n_shifts, 0)
        within("n_bootstrap", self.n_bootstrap, 1)
        if self.text not in TEXTS:
            raise UserError(
                f"There is no way to read captions called {shown(self.text)}.",
                do=f"Choose one of: {', '.join(TEXTS)}.",
            )
        if self.protocol.target not in TARGETS:
            raise UserError(
                f"There is no target called {shown(self.protocol.target)}.",
                do=f"Choose one of: {', '.join(TARGETS)}.",
            )
        for name in self.models:
            md.find_model(name)
        taken = self.by == "views" or any(self.by in columns for columns in TABLES.values())
        if taken or not self.by.isprintable():
            raise UserError(
                f"Column {shown(self.by)} separates no creators.", do="Name another with --by."
            )


def chosen_models(text: str | Iterable[str], split: str = DEFAULT.split) -> tuple[str, ...]:
    """Return the models that a text names.

    Parameters
    ----------
    text : str or iterable of str
        Names with commas between them; "all" or "" for all of the book's, and the forecast where
        the split follows time.
    split : str

    Raises
    ------
    UserError
        For a name that is not in the catalogue, and for the forecast where it cannot be made.
    """
    names = text.split(",") if isinstance(text, str) else list(text)
    names = list(dict.fromkeys(filter(None, (name.strip() for name in names))))
    if names in ([], ["all"]):
        return ALL if split in SPLITS else md.MODELS
    if md.FORECAST in names and split not in SPLITS:
        raise UserError(
            f"The forecast learns from its own record, which the {split} split has not.",
            do=f"Choose a split that follows time: {' or '.join(SPLITS)}.",
        )
    return tuple(name for name in names if md.find_model(name).kind is not md.Kind.BASELINE)


def text_recipe(text: str) -> Recipe | None:
    """Return what builds the encoder of captions on any worker; None for none.

    Raises
    ------
    UserError
        What it takes is not installed, or the weights cannot be had.
    """
    if text in TEXT_ENCODERS:
        return texts.text_recipe(text)
    try:
        from virality.media.encoders.choose import choose
        from virality.media.settings import Settings as Media
    except ModuleNotFoundError as error:
        raise UserError(
            f"Reading captions with CLIP needs the package {error.name}.",
            do="Run: pip install 'virality[media]', or choose --text classic.",
        ) from None
    return choose(Media(text), sound=False).recipes["text"]
