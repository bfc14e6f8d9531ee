"""Are the results of two checkouts the same, byte for byte?

    python benchmarks/bytes.py record CHECKOUT OUT [--posts FILE ...] [--creators 20]
    python benchmarks/bytes.py compare BEFORE AFTER

`record` runs the book of a checkout on the demo, on each file given and on simulated creators
without films, and keeps every artefact in OUT.  `compare` sets two such folders side by side: every
number of every table, bit by bit, and every text.  A column or label that only has another name now
is listed in `RENAMED`, so that a rename is not taken for a difference, nor a difference for one.

Both use the interpreter that this script is run with; the checkouts need no installation.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

#: Labels that have another name since, old to new.
RENAMED: dict[str, str] = {
    "rival": "baseline",
    "see": "vision_encoder",
    "hear": "audio_encoder",
    "level": "nominal",
}
QUICK = ("n_shifts=99", "n_bootstrap=200", "encoders=classic")
WHEN = {"read_at", "made_at"}  # of the clock, not of the data


def record(checkout: Path, out: Path, files: list[Path], creators: int) -> None:
    """Run the checkout's book on everything, and keep its artefacts in `out`."""
    out.mkdir(parents=True, exist_ok=True)
    inputs: dict[str, Path | None] = {"demo": None}
    inputs |= {f"table-{i}": path.resolve() for i, path in enumerate(files)}
    for seed in range(1, creators + 1):
        folder = out / "simulated" / f"{seed:02}"
        if not folder.exists():
            count = str(40 + 12 * seed)
            _virality(checkout, "demo", "--no-videos", "--count", count, "--seed", str(seed),
                      "--out", str(folder))  # fmt: skip
        inputs[f"creator-{seed:02}"] = next(folder.glob("*.csv"))
    for name, posts in inputs.items():
        if (out / name).exists():
            continue
        run = f"bytes-{name}" if posts else name  # the demo has its own name
        given = ["--posts", str(posts)] if posts else []
        parameters = [part for each in QUICK for part in ("-p", each)]
        _virality(checkout, "run", "--name", run, *given, *parameters)
        shutil.copytree(checkout / "build" / run / "artefacts", out / name)
        print("recorded", name, flush=True)


def _virality(checkout: Path, *arguments: str) -> None:
    environment = os.environ | {"PYTHONPATH": str(checkout / "lib"), "VIRALITY_QUIET": "1"}
    command = [sys.executable, "-m", "virality.cli", *arguments]
    subprocess.run(command, cwd=checkout, env=environment, check=True)


def compare(before: Path, after: Path) -> int:
    """Print what differs; return the number of differences."""
    found = [
        f"{path.relative_to(before)}: {what}"
        for path in sorted(before.rglob("*"))
        if path.is_file() and "simulated" not in path.relative_to(before).parts
        for what in _differences(path, after / path.relative_to(before))
    ]
    print("\n".join(found))
    count = sum(p.is_file() for p in before.rglob("*"))
    print(f"{count} files, {len(found)} differences")
    return len(found)


def _differences(old: Path, new: Path) -> list[str]:
    if not new.exists():
        return ["is not there"]
    if old.suffix == ".parquet":
        return _tables(pd.read_parquet(old), pd.read_parquet(new))
    if old.suffix == ".json":
        return _values(json.loads(old.read_text()), json.loads(new.read_text()))
    return [] if old.read_bytes() == new.read_bytes() else ["other bytes"]


def _tables(old: pd.DataFrame, new: pd.DataFrame) -> list[str]:
    old = old.rename(columns=_renamed)
    if list(old.columns) != list(new.columns):
        return [f"columns {sorted(set(map(str, old)) ^ set(map(str, new)))} or their order"]
    if len(old) != len(new):
        return [f"{len(old)} rows before, {len(new)} after"]
    return [
        f"column {name}"
        for name in old.columns
        if name not in WHEN and not _equal(old[name], new[name])
    ]


def _equal(old: pd.Series, new: pd.Series) -> bool:
    if pd.api.types.is_float_dtype(old.dtype) and pd.api.types.is_float_dtype(new.dtype):
        return old.to_numpy(float).tobytes() == new.to_numpy(float).tobytes()
    a, b = (list(map(_plain, column)) for column in (old, new))
    return [_renamed(each) for each in a] == b


def _plain(value):
    if isinstance(value, np.ndarray):
        return value.tobytes()
    return None if value is pd.NA or value is None or value != value else value


def _values(old, new, at: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        old = {_renamed(key): value for key, value in old.items()}
        keys = sorted(set(old) | set(new))
        return [d for k in keys if k not in WHEN
                for d in _values(old.get(k), new.get(k), f"{at}.{k}")]  # fmt: skip
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [d for i, pair in enumerate(zip(old, new)) for d in _values(*pair, f"{at}[{i}]")]
    return [] if _renamed(old) == new else [f"{at}: {old!r} before, {new!r} after"]


def _renamed(label):
    return RENAMED.get(label, label) if isinstance(label, str) else label


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("record")
    one.add_argument("checkout", type=Path)
    one.add_argument("out", type=Path)
    one.add_argument("--posts", type=Path, action="append", default=[])
    one.add_argument("--creators", type=int, default=20)
    two = verbs.add_parser("compare")
    two.add_argument("before", type=Path)
    two.add_argument("after", type=Path)
    options = parser.parse_args()
    if options.verb == "record":
        record(options.checkout.resolve(), options.out.resolve(), options.posts, options.creators)
        return 0
    return min(compare(options.before, options.after), 1)


if __name__ == "__main__":
    sys.exit(main())
