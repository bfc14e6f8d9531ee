"""Do facts of the opening find what the simulated creator's films have planted, and only that?

Simulated creators as in the demo, with the facts of their openings as the truth has them instead of
films: words by the coin, speech by the delay, faces, music and cuts by regime and early energy, and
facts that nothing follows from. What pictures and sounds would tell stands beside: the regime, and
words and voice once more.
Without planted effects any claim is a false one; with regimes that differ, facts that come with
regimes may be named for them, and only words and late speech are counted.

    OMP_NUM_THREADS=1 python benchmarks/hooks.py --creators 100
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from virality.demo.model import HOOK, SPEAKING, Effects, stream
from virality.demo.posts import simulate_creator
from virality.demo.sounds import silence_before
from virality.evidence.associations import associations
from virality.features.build import build_features
from virality.findings.recovered_facts import SHOWN_AS, Seen, recovered_facts

WORLDS = {
    "planted": Effects(),
    "planted, reversed": Effects().reversed(),
    "no hook effects": Effects().without(*HOOK),
    "nor regimes, nor energy": Effects().without(*HOOK, "regime", "energy"),
    "nothing but noise": Effects.null(),
}
WITH_FACES, WITH_MUSIC = ("storytime", "cat"), ("coffee", "travel")
BLUR = 0.1  # of what films tell of the regime: about as linear as in embeddings of the demo's
MISREAD = 0.01  # of flags that a finder gets wrong


def facts(truth, seed: int) -> pd.DataFrame:
    """Facts as finders would measure them, one row a post."""
    told, rng = truth.posts.set_index("post_id"), stream(seed, "finders")
    n, energy = len(told), told["early_energy"]
    wrong = rng.random((n, 4)) < MISREAD
    flags = {
        "has_words": told["words_on_screen"],
        "has_speech": told["regime"].isin(SPEAKING),
        "has_music": told["regime"].isin(WITH_MUSIC),
        "has_face": told["regime"].isin(WITH_FACES),
    }
    seen = {
        name: (flag ^ wrong[:, i]).astype(float) for i, (name, flag) in enumerate(flags.items())
    }
    begins = silence_before(energy) + told["speech_delay"] + 0.1 * rng.random(n)
    cuts = rng.poisson(6 * energy)
    numbers = {
        "speech_start": begins.where(seen["has_speech"] == 1),
        "speech_share": 0.9 * (1 - begins / 3).clip(0).where(seen["has_speech"] == 1, 0.0),
        "first_sound": silence_before(energy),
        "words_share": (0.05 + 0.05 * rng.random(n)) * seen["has_words"],
        "n_words": rng.integers(4, 10, n) * seen["has_words"],
        "n_cuts": cuts,
        "first_cut": pd.Series(np.where(cuts > 0, 3 / (cuts + 1), np.nan), told.index),
        "camera_motion": 0.02 + 0.45 * energy + 0.02 * rng.random(n),
        "start_motion": 0.02 + 0.45 * energy + 0.1 * rng.random(n),
        "large_face_first": (rng.random(n) < 0.4).astype(float),
        "n_faces": rng.poisson(0.7, n).astype(float),
    }
    return pd.DataFrame(seen | numbers, told.index).add_prefix("hook__")


def films(truth, seed: int) -> pd.DataFrame:
    """What pictures and sounds tell of the regime, and of words and of the voice's beginning."""
    told, rng = truth.posts.set_index("post_id"), stream(seed, "films")
    regime = pd.get_dummies(told["regime"]).astype(float)
    blocks = {"vision": told["words_on_screen"], "audio": told["speech_delay"]}
    seen = []
    for block, also in blocks.items():
        columns = regime.assign(also=also.astype(float))
        columns += BLUR * rng.standard_normal(columns.shape)
        names = [f"{block}__{i:03d}" for i in range(columns.shape[1])]
        seen.append(columns.set_axis(names, axis=1))
    return pd.concat(seen, axis=1)


def creator(effects: Effects, seed: int, n_posts: int) -> dict[str, float]:
    """What became of words and late speech, and whether anything at all was named."""
    posts, truth = simulate_creator(n_posts, seed, effects, return_truth=True)
    columns = [build_features(posts), facts(truth, seed), films(truth, seed)]
    found = associations(posts, columns)
    judged = recovered_facts(truth, found)
    seen = {one.name: one.seen for one in judged.planted}
    named = {one: float(kind in (Seen.FOUND, Seen.FALSE_ALARM)) for one, kind in seen.items()}
    turned = Seen.REVERSED in seen.values()
    claims = found.loc[found["p_adjusted"] < 0.05, "name"]
    other = [name for name in claims if name not in SHOWN_AS.values()]
    either = float(any(named.values()))
    return {"any claim": float(len(claims) > 0), **named, "either": either,
            "wrong way": float(turned), "another fact": float(len(other) > 0)}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=100)
    parser.add_argument("--posts", type=int, default=140)
    parser.add_argument("--worlds", nargs="*", choices=WORLDS, default=list(WORLDS))
    options = parser.parse_args()
    print(f"of 100 creators of {options.posts} posts")
    for world in options.worlds:
        rows = [creator(WORLDS[world], seed, options.posts) for seed in range(options.creators)]
        shares = 100 * pd.DataFrame(rows).mean()
        print(f"{world:24}", "   ".join(f"{name} {share:3.0f}" for name, share in shares.items()))


if __name__ == "__main__":
    main()
