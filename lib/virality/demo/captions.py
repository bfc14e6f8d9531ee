"""Captions of the simulated creator: five subjects, five languages, hashtags and emoji.

The subject shows in words and hashtags, as it does with real creators; language, length and
number of hashtags are drawn without regard to anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LANGUAGES = {"en": 0.72, "es": 0.10, "pt": 0.07, "de": 0.06, "ja": 0.05}

_WORDS = {
    "storytime": {
        "en": [
            "You will not believe what happened at work today",
            "Storytime: the day I locked myself out",
            "Talking about the one thing I would do differently",
            "Answering your questions, part {n}",
            "I have to be honest with you about this",
        ],
        "es": ["Les cuento lo que me pasó ayer", "Respondo a sus preguntas, parte {n}"],
        "pt": ["Preciso contar o que aconteceu hoje", "Respondendo às perguntas de vocês"],
        "de": ["Das ist mir gestern wirklich passiert", "Ich beantworte eure Fragen, Teil {n}"],
        "ja": ["今日あったことを話します", "質問に答えます その{n}"],
    },
    "coffee": {
        "en": [
            "Making the perfect flat white at home",
            "Slow morning, good coffee",
            "Recipe number {n}: iced vanilla latte",
            "This is how I froth milk without a machine",
        ],
        "es": ["El café perfecto en casa", "Receta número {n}: café helado"],
        "pt": ["O café da manhã perfeito", "Receita número {n} com leite vaporizado"],
        "de": ["So gelingt der Milchschaum", "Kaffee Rezept Nummer {n}"],
        "ja": ["おうちカフェの作り方", "レシピ{n}番 アイスラテ"],
    },
    "travel": {
        "en": [
            "Day {n} on the road and I never want to go home",
            "Hidden temple that nobody told us about",
            "We rented a motorcycle and drove north",
            "Three places that you have to see this spring",
        ],
        "es": ["Día {n} de viaje", "Un templo escondido que nadie conoce"],
        "pt": ["Dia {n} na estrada", "O lugar mais bonito desta viagem"],
        "de": ["Tag {n} unterwegs", "Mit dem Motorrad nach Norden"],
        "ja": ["旅の{n}日目", "誰も知らないお寺"],
    },
    "science": {
        "en": [
            "Every dot in this picture is a galaxy",
            "How a rocket leaves the ground, explained simply",
            "What your eye looks like from the inside",
            "Space fact number {n}",
        ],
        "es": ["Cada punto es una galaxia", "Dato número {n} sobre el espacio"],
        "pt": ["Cada ponto é uma galáxia", "Como um foguete decola"],
        "de": ["Jeder Punkt ist eine Galaxie", "So startet eine Rakete"],
        "ja": ["この点は全部銀河です", "宇宙の話 その{n}"],
    },
    "cat": {
        "en": [
            "She has been staring at me for {n} minutes",
            "My cat heard a noise",
            "Purring, sound on",
            "Nobody: ... My cat at 3 am:",
        ],
        "es": ["Mi gata escuchó un ruido", "Lleva {n} minutos mirándome"],
        "pt": ["Minha gata ouviu um barulho", "Ela está me olhando faz {n} minutos"],
        "de": ["Meine Katze hat etwas gehört", "Sie starrt mich seit {n} Minuten an"],
        "ja": ["猫が{n}分見つめてくる", "うちの猫の音"],
    },
}

_TAGS = {
    "storytime": ["storytime", "grwm", "reallife", "talktome", "questions"],
    "coffee": ["coffee", "coffeetok", "barista", "latte", "recipe", "slowmorning"],
    "travel": ["travel", "roadtrip", "wanderlust", "hiddengems", "motorcycle"],
    "science": ["science", "space", "galaxy", "learnontiktok", "rocket"],
    "cat": ["cat", "catsoftiktok", "asmr", "kitten", "purr"],
}

_ANYWHERE = ["fyp", "foryou", "viral", "foryoupage", "trending"]
_EMOJI = {
    "storytime": ["😭", "🫣", "🤦‍♀️", "💬"],
    "coffee": ["☕", "🤎", "🥛", "✨"],
    "travel": ["🏍️", "🌄", "✈️", "🇨🇳"],
    "science": ["🚀", "🌌", "👁️", "🔭"],
    "cat": ["🐱", "😹", "🐾", "🔊"],
}


@dataclass(frozen=True)
class Wording:
    """What one caption is made of.

    Parameters
    ----------
    language : str
        Two letters.
    text : str
        The sentence, without emoji and hashtags.
    emoji : str
        One or more emoji, "" where there is none.
    tags : tuple of str
        Hashtags without the sign.
    """

    language: str
    text: str
    emoji: str
    tags: tuple[str, ...]

    @property
    def caption(self) -> str:
        """The caption as it was posted."""
        parts = [self.text, self.emoji, *(f"#{tag}" for tag in self.tags)]
        return " ".join(part for part in parts if part)


def write_captions(regimes: Sequence[str], rng: np.random.Generator) -> list[Wording]:
    """Return one wording a post; the subject follows the regime.

    Parameters
    ----------
    regimes : sequence of str
        Content regime of each post.
    rng : Generator
        Source of every choice.
    """
    languages = rng.choice(list(LANGUAGES), len(regimes), p=list(LANGUAGES.values()))
    dice = rng.random((len(regimes), 12))  # a fixed number a post, so posts stay apart
    return [_write(*row) for row in zip(regimes, languages, dice, strict=True)]


def _write(regime: str, language: str, dice: np.ndarray) -> Wording:
    text = _pick(_WORDS[regime][language], dice[0]).format(n=2 + int(dice[1] * 28))
    emoji = _pick(_EMOJI[regime], dice[2]) * (1 + int(dice[3] * 2)) if dice[4] < 0.55 else ""
    own = _some(_TAGS[regime], 1 + int(dice[5] * 4), dice[6])
    common = _some(_ANYWHERE, int(dice[7] * 3), dice[8])
    return Wording(str(language), text, emoji, (*own, *common))


def _pick(choices: list[str], die: float) -> str:
    return choices[int(die * len(choices))]


def _some(choices: list[str], count: int, die: float) -> list[str]:
    start = int(die * len(choices))
    return [choices[(start + i) % len(choices)] for i in range(min(count, len(choices)))]
