"""Which encoders a run uses, on which device and in which precision.

Where the files come from is said in :mod:`virality.media.encoders.hub`. Half precision is used
where its vectors agree with float32; what is found is kept per machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from virality.core.errors import UserError
from virality.core.writing import replacing
from virality.media.encoders import canary, light, registry, weights, words
from virality.media.encoders.base import PARTS, Recipe
from virality.media.encoders.classic import CLASSIC
from virality.media.encoders.hub import PATIENCE_S, NotHere, obtain
from virality.media.settings import Settings

_OTHERWISE = (
    "Or give a local folder as clip_model and whisper_model, or set encoders=light or "
    "encoders=classic."
)
_MODELS = ("clip_model", "whisper_model")
ALL_CLASSIC = dict.fromkeys(PARTS, CLASSIC)


@dataclass(frozen=True)
class Choice:
    """The encoders of a run, and why.

    Parameters
    ----------
    requested : str
        "auto", "pretrained", "light" or "classic".
    used : str
        "pretrained", "light" (at least for one part) or "classic".
    reason : str
        Why nothing pretrained was taken although it was not ruled out; "" otherwise.
    recipes : dict of str to Recipe
        The encoder of each part: "vision", "text" and "audio".
    again : bool
        Whether the next run should choose anew: a download of what can be had broke off.
    lacking : dict of str to str
        Why parts of the light set could not be taken, by part, as the end of a sentence.
    parts : tuple of str
        What there is to encode.
    """

    requested: str
    used: str
    reason: str
    recipes: Mapping[str, Recipe]
    again: bool = False
    lacking: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[str, ...] = PARTS

    @property
    def note(self) -> str:
        """What every page that depends on the encoders has to say; "" for the pretrained."""
        if self.used == "pretrained":
            return ""
        start = f"{self.reason} So this report" if self.reason else "This report"
        classic = [part for part in self.parts if self.recipes[part].kind == CLASSIC.kind]
        learned = [part for part in self.parts if part not in classic]
        return words.note(start, learned, classic, self.lacking)


def choose(
    settings: Settings,
    cache_dir: str | Path | None = None,
    sound: bool = True,
    previous: dict | None = None,
    patience_s: float = PATIENCE_S,
    announce: Callable[[str], None] = print,
) -> Choice:
    """Choose the encoders of a run.

    Parameters
    ----------
    settings : Settings
    cache_dir : path-like, optional
        Where the outcome of the check of half precision is kept.
    sound : bool
        Whether sound will be encoded; otherwise no model for it is needed.
    previous : dict, optional
        The record of the last run of this name: what `auto` found then is kept.
    patience_s, announce
        See :func:`virality.media.encoders.hub.obtain`.

    Raises
    ------
    UserError
        `pretrained` was asked for and cannot be had, or a parameter is unknown.
    """
    settings.check()
    encoders, kept = settings.encoders, _kept(settings, previous)
    parts = PARTS if sound else ("text",)
    if encoders == "classic":
        return Choice(encoders, "classic", "", ALL_CLASSIC, parts=parts)
    reason, again = kept.get("reason", ""), False
    if encoders != "light" and kept.get("used") not in ("light", "classic"):
        try:
            wanted = _MODELS if sound else _MODELS[:1]
            found = [_find(settings, each, patience_s, announce) for each in wanted]
        except NotHere as error:
            if encoders == "pretrained":
                raise UserError(error.what, do=f"{error.do} {_OTHERWISE}".strip()) from None
            reason, again = error.what, error.again
        else:
            settled = [settle(one, settings.precision, cache_dir) for one in found]
            return Choice(encoders, "pretrained", "", _by_part(settled), parts=parts)
    here = light.find(PARTS, settings.audio_window)
    if encoders == "light" and not any(part in here.recipes for part in parts):
        raise UserError(
            f"None of the light encoders can be used: the one for {parts[0]} "
            f"{here.lacking[parts[0]]}.",
            do="Run: make setup LIGHT=1 (or pip install 'virality[light]'), or set encoders=auto.",
        )
    used = "light" if any(part in here.recipes for part in parts) else "classic"
    recipes = ALL_CLASSIC | (dict(here.recipes) if used == "light" else {})
    return Choice(encoders, used, reason, recipes, again, here.lacking, parts)


def _by_part(recipes: list[Recipe]) -> dict[str, Recipe]:
    return ALL_CLASSIC | {part: one for one in recipes for part, _ in one.dims}


def _find(settings: Settings, parameter: str, patience_s: float, announce) -> Recipe:
    """Return the recipe of the model that a parameter names; raise NotHere where it is not."""
    model = getattr(settings, parameter)
    lacks = partial(registry.missing, parameter=parameter)
    folder = obtain(model, lacks, patience_s, announce)
    return registry.recipe_of(model, folder, parameter, settings.audio_window)


def _kept(settings: Settings, previous: dict | None) -> dict:
    """Return the earlier record when `auto` asked the same before, else {}."""
    asked = {
        "requested": settings.encoders,
        "clip_model": settings.clip_model,
        "whisper_model": settings.whisper_model,
    }
    if not previous or settings.encoders != "auto":
        return {}
    return previous if all(previous.get(name) == value for name, value in asked.items()) else {}


# --- device and precision --------------------------------------------------------------------


def settle(recipe: Recipe, precision: str, cache_dir: str | Path | None) -> Recipe:
    """Return the recipe with device and precision; measured once per machine.

    Parameters
    ----------
    recipe : Recipe
        In float32, on the processor.
    precision : str
        "auto", "float32", "bfloat16" or "float16".
    cache_dir : path-like, optional
        Where the outcome is kept.
    """
    if not recipe.folder:  # there are no weights
        return recipe
    if cache_dir is None:
        return _measure(recipe, precision)[0]
    record = Path(cache_dir) / "precision.json"
    known = weights.read_json(cache_dir, record.name)
    key = "|".join([recipe.fingerprint, precision, canary.machine()])
    if key not in known:
        settled, answers = _measure(recipe, precision)
        for part, vectors in answers.items():
            canary.Record(cache_dir, settled, part).put(vectors)
        known |= {key: [settled.device, settled.precision]}
        with replacing(record) as temporary:
            temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
    device, precision = known[key]
    return replace(recipe, device=device, precision=precision)


def _measure(recipe: Recipe, precision: str) -> tuple[Recipe, canary.Answers]:
    """Return the recipe as it runs best here, with its answers to the canary's question."""
    device = weights.best_device()
    kind = weights.half_type(device) if precision == "auto" else precision
    # What a card or half precision gives is held against float32 on the processor.
    plain = canary.answers_here(recipe)
    if device == "cpu" and kind in ("", "float32"):
        return recipe, plain
    for one in dict.fromkeys((kind or "float32", "float32")):
        settled = replace(recipe, device=device, precision=one)
        answers = canary.answers_here(settled)
        if precision != "auto" or canary.agree(plain, answers, canary.SAME_COSINE):
            return settled, answers
    return recipe, plain
