"""Nothing published names the machine that it was made on: its folders are cut from all texts."""

from __future__ import annotations

import html
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from virality.core import text as words
from virality.core.paths import ROOT, Run, split_paths


def folders(run: Run) -> dict[str, str]:
    """Every place that a text of this run may name, and what is shown for it.

    Inputs and local models are shown by their name alone; the project, the run, the environment and
    the home folder by a word.
    """
    inputs, chosen = run.inputs(), run.load().get("parameters", {})
    texts = [*split_paths(inputs.posts), inputs.videos, inputs.mapping]
    texts += [value for value in chosen.values() if isinstance(value, str)]
    shown = {text: Path(text).name for text in texts if _is_place(text)}
    fixed = {
        run.folder: f"build/{run.name}",
        run.figures: f"figures/{run.name}",
        run.site: f"_site/{run.name}",
        ROOT: ".",
        Path(sys.prefix): "environment",
        Path(sys.base_prefix): "python",
        Path(tempfile.gettempdir()): "tmp",
        Path.home(): "~",
    }
    shown |= {str(path): word for path, word in fixed.items()}
    shown |= {str(Path(text).resolve()): word for text, word in shown.items() if text}
    return {text: word for text, word in shown.items() if len(Path(text).parts) > 1}


def _is_place(text: str) -> bool:
    """Whether a value is a path of this machine, and no identifier of a hub."""
    if not text or text.startswith(("http://", "https://")):
        return False
    path = Path(text).expanduser()
    return path.is_absolute() or (len(path.parts) > 1 and os.path.exists(path))


def hider(run: Run) -> Callable[[str], str]:
    """Return what cuts the machine's folders from a text, however the text is escaped."""
    shown: dict[str, str] = {}
    for place, word in folders(run).items():
        for write in (str, words.escape, html.escape):
            shown[write(place)] = write(word)
    longest = sorted(shown, key=len, reverse=True)
    # pictures inside the text come first, and stay: their code may spell anything
    picture = r"data:image/[\w+.-]+;base64,[A-Za-z0-9+/=]+"
    pattern = re.compile(rf"{picture}|(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    return lambda text: pattern.sub(lambda match: shown.get(match[0], match[0]), text)


def forget(notebook, hide: Callable[[str], str]) -> None:
    """Take from an executed notebook what only concerns the machine, in place.

    That is what papermill notes (paths, times), what was printed while it ran, and every folder
    that a source or an output names.

    Parameters
    ----------
    notebook : NotebookNode
        Is changed.
    hide : callable
        Cuts folders from a text, see :func:`hider`.
    """
    notebook.metadata.pop("papermill", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.source = hide(cell.source)
        if cell.cell_type != "code":
            continue
        cell.outputs = [output for output in cell.outputs if output.output_type != "stream"]
        for output in cell.outputs:
            for kind, content in output.get("data", {}).items():
                if isinstance(content, str):
                    output.data[kind] = hide(content)
