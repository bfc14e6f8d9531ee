"""Keep outputs out of git: install nbstripout's filter for this clone."""

from __future__ import annotations

import subprocess
import sys

from virality.core.paths import ROOT

# Cell ids stay, papermill's traces go.
OPTIONS = ("--keep-id", "--extra-keys", "metadata.papermill cell.metadata.papermill")


def install() -> None:
    """Set the filter in this clone's own git configuration; ``.gitattributes`` names it."""
    command = " ".join(
        [f'"{sys.executable}"', "-m nbstripout", OPTIONS[0], OPTIONS[1], f'"{OPTIONS[2]}"']
    )
    settings = {
        "filter.nbstripout.clean": command,
        "filter.nbstripout.smudge": "cat",
        "diff.ipynb.textconv": f"{command} -t",
    }
    for key, value in settings.items():
        subprocess.run(["git", "config", "--local", key, value], cwd=ROOT, check=True)


if __name__ == "__main__":
    install()
