"""Do learned encoders find what measured ones miss?  Error saved, power, and milliseconds.

    python benchmarks/encoders.py [--creators 30] [--jobs 2] [--first-seed 0]
    python benchmarks/encoders.py --times
    python benchmarks/encoders.py --looks FOLDER

Simulated creators whose captions carry the effect by what they mean: each subject is said in six
ways in five languages (`paraphrases.toml`), so that words rarely return. The same accounts, read as
patterns of letters (classic) and by E5 (light): error of the block ridge that sees them, and how
often the test of content says that there is something. Where pictures carry the effect, an opening
is a photograph that scikit-image or scikit-learn ships, cut out, tinted and mirrored anew
(`pictures.py`), read by measures (classic) and by EfficientNet (light). `--times` prints what an
item takes on one thread; `--looks` how much fewer pictures of an opening change its vector.
"""

from __future__ import annotations

import argparse
import time
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from pictures import Bank
from threadpoolctl import threadpool_limits

from virality.demo.worlds import Shares, World, simulate_world
from virality.evaluation.evaluate import cross_validate
from virality.evidence.claims import content_test
from virality.features.build import build_features
from virality.media.texts import encode_captions

SAID = tomllib.loads((Path(__file__).parent / "paraphrases.toml").read_text(encoding="utf-8"))
AROUND = SAID.pop("around")
LANGUAGES = tuple(AROUND)
ENCODERS = ("classic", "light")
ALPHA = 0.05
PICTURES = 0  # languages, where pictures carry the effect

#: name -> (posts, share of the variance that the subject carries, languages)
CELLS = {
    "nothing to find": (140, 0.0, 5),
    "R² .25, one language": (140, 0.25, 1),
    "R² .1, five languages": (140, 0.1, 5),
    "R² .25, five languages": (140, 0.25, 5),
    "pictures, nothing to find": (140, 0.0, PICTURES),
    "pictures, R² .1": (140, 0.1, PICTURES),
    "pictures, R² .25": (140, 0.25, PICTURES),
}


def creator(
    seed: int, n: int, share: float, languages: int, kinds: int
) -> tuple[pd.DataFrame, np.ndarray]:
    """One account's posts: a slow level, heavy-tailed luck, and the effect of its subjects."""
    rng = np.random.default_rng([seed, n, 14])
    posts, truth = simulate_world(World(n=n, shares=Shares.only()), [seed, n, 15])
    own = rng.permutation(LANGUAGES)[: max(languages, 1)]
    subjects, tongues = rng.integers(0, kinds, n), rng.choice(own, n)
    effects = rng.standard_normal(kinds)[subjects]
    effects = (effects - effects.mean()) / max(effects.std(), 1e-12)
    world = truth.world
    log_views = world.base + truth.terms["level"].to_numpy()
    log_views += np.sqrt(1 - share) * truth.terms["luck"].to_numpy()
    log_views += np.sqrt(share) * world.spread * effects
    views = pd.array(np.maximum(1, np.rint(np.exp(log_views))).astype("int64"), dtype="Int64")
    posts = posts.assign(views=views)
    if languages == PICTURES:
        return posts, subjects
    names = list(SAID)
    captions = [
        f"{rng.choice(AROUND[tongue])}: {rng.choice(SAID[names[subject]][tongue])}"
        for subject, tongue in zip(subjects, tongues, strict=True)
    ]
    return posts.assign(caption=pd.array(captions, dtype="string")), subjects


def account(
    seed: int, n: int, share: float, languages: int, bank: Bank | None
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """An account's posts, and its vectors by encoder; "none" has no columns."""
    kinds = len(SAID) if bank is None else bank.subjects
    posts, subjects = creator(seed, n, share, languages, kinds)
    if bank is None:
        return posts, {one: encode_captions(posts, one) for one in ("none", *ENCODERS)}
    views = np.random.default_rng([seed, n, 16]).integers(0, bank.views, n)
    vectors = {one: bank.of(one, subjects, views, posts["post_id"]) for one in ENCODERS}
    return posts, {"none": encode_captions(posts, "none")} | vectors


def measured(
    seed: int, n: int, share: float, languages: int, shifts: int, bank: Bank | None
) -> dict[str, float]:
    """Error and p value by encoder, on one account."""
    out = {}
    with threadpool_limits(1):
        posts, every = account(seed, n, share, languages, bank)
        momentum = build_features(posts).filter(like="momentum__")
        for encoder, vectors in every.items():
            told = cross_validate(posts, [momentum, vectors], ["block_ridge"])
            own = told[told["model"] == "block_ridge"]
            out[f"error {encoder}"] = (own["y_true"] - own["y_pred"]).abs().mean()
            if encoder != "none":
                found = content_test(posts, vectors, n_shifts=shifts)
                out[f"p {encoder}"] = found.loc[found["kind"] == "content_any", "p_adjusted"].item()
    return out


def row(found: pd.DataFrame) -> dict[str, str]:
    """What both encoders are worth over the account's past alone, and over each other."""
    gain = lambda new, old: 100 * (1 - found[f"error {new}"] / found[f"error {old}"])  # noqa: E731
    ends = {one: gain(one, "none") for one in ENCODERS} | {
        "light over classic": gain(*ENCODERS[::-1])
    }
    told = {
        f"saved, {name}": f"{each.mean():+.1f} ± {each.sem():.1f}" for name, each in ends.items()
    }
    return told | {
        f"found, {one}": f"{(found[f'p {one}'] <= ALPHA).mean():.0%}" for one in ENCODERS
    }


def times() -> None:
    """Milliseconds of the process for an item, on one thread."""
    from virality.media.encoders import light
    from virality.media.encoders.base import one_thread
    from virality.media.encoders.classic import CLASSIC
    from virality.media.encoders.registry import build

    rng = np.random.default_rng(0)
    texts = [f"{around}: {one}" for around in AROUND["en"] for one in SAID["travel"]["en"]]
    items = {
        "vision": rng.integers(0, 256, (5, 398, 224, 3), dtype=np.uint8),
        "text": texts,
        "audio": [rng.normal(0, 0.1, 48_000).astype(np.float32)] * 5,
    }
    ways = {"vision": "encode_images", "text": "encode_texts", "audio": "encode_sounds"}
    here = light.find().recipes
    found = [(part, one) for part in items for one in (CLASSIC, here.get(part)) if one]
    encoders = [(part, build(recipe)) for part, recipe in found]  # before threads are counted
    with one_thread():
        for part, encoder in encoders:
            encode = getattr(encoder, ways[part])
            encode(items[part])
            start = time.process_time()
            encode(items[part])
            spent = 1000 * (time.process_time() - start) / len(items[part])
            print(f"{part:7} {encoder.recipe.id:24} {spent:7.2f} ms an item")


def looks(folder: str) -> None:
    """How alike an opening's mean vector is with fewer pictures, and whose neighbour stays."""
    from virality.media.encoders import light
    from virality.media.encoders.base import one_thread
    from virality.media.encoders.registry import build
    from virality.media.film.frames import read_frames
    from virality.media.film.probe import probe

    recipe = light.find().recipes["vision"]
    encoder, films = build(recipe), []
    with one_thread():
        for path in sorted(Path(folder).glob("*.mp4")):
            frames = read_frames(path, probe(path), 3.0, 5.0, recipe.image_side)
            films.append(encoder.encode_images(frames.images))
    whole = np.stack([film.mean(axis=0) for film in films])
    for step in (1, 2, 3, 5, 15):
        fewer = np.stack([film[::step].mean(axis=0) for film in films])
        cosines = (
            (whole * fewer).sum(1) / np.linalg.norm(whole, axis=1) / np.linalg.norm(fewer, axis=1)
        )
        same = (_nearest(whole) == _nearest(fewer)).mean()
        pictures = np.mean([len(film[::step]) for film in films])
        print(f"{pictures:4.1f} pictures: cosine {cosines.mean():.3f}, worst {cosines.min():.3f}; "
              f"same nearest film {same:.0%}")  # fmt: skip


def _nearest(vectors: np.ndarray) -> np.ndarray:
    centred = vectors - vectors.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -1)
    return likeness.argmax(axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--creators", type=int, default=30)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--shifts", type=int, default=99)
    parser.add_argument("--only", default="", help="cells whose name holds this")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--looks", metavar="FOLDER", default="")
    options = parser.parse_args()
    if options.times or options.looks:
        times() if options.times else looks(options.looks)
        return
    seeds, rows = range(options.first_seed, options.first_seed + options.creators), {}
    cells = {name: cell for name, cell in CELLS.items() if options.only in name}
    seen = Bank.make() if any(PICTURES in cell[2:] for cell in cells.values()) else None
    for name, cell in cells.items():
        bank = seen if cell[2] == PICTURES else None
        work = (delayed(measured)(seed, *cell, options.shifts, bank) for seed in seeds)
        rows[name] = row(pd.DataFrame(Parallel(options.jobs)(work)))
        print(f"{name}: {rows[name]}", flush=True)
    print(f"\n% of error saved by the block ridge, and accounts whose content is found at "
          f"{ALPHA:.0%}, {options.creators} creators a row")  # fmt: skip
    print(pd.DataFrame(rows).T.to_string())


if __name__ == "__main__":
    main()
