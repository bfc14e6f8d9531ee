"""What is published names no folder, user or host of the machine it was made on."""

import getpass
import html
import json
import re
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest

from virality.book import machine, publish
from virality.core import text as words
from virality.core.paths import ROOT, Inputs, Run

HOMES = re.compile(r"(/home/|/Users/|[A-Z]:\\+Users\\+|/root/)\w")


def published(site: Path) -> dict[str, str]:
    """Every file of a site as text, entities and JSON's escapes undone."""
    texts = {}
    for path in sorted(site.rglob("*")):
        if path.is_file():
            text = path.read_bytes().decode("utf-8", "replace")
            text = re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)  # pictures may spell anything
            texts[str(path.relative_to(site))] = html.unescape(text).replace("\\\\", "\\")
    return texts


def here() -> list[str]:
    """What names this machine: its folders, its user, its host."""
    folders = [ROOT, Path.home(), Path(sys.prefix), Path(tempfile.gettempdir())]
    names = [str(folder) for folder in folders if len(folder.parts) > 1]
    user, host = getpass.getuser(), socket.gethostname()
    plain = re.fullmatch(r"[a-z]+", host)  # a plain word may stand in any text
    return [*names, f"/{user}/", f"{user}@", *([] if plain else [host])]


@pytest.mark.slow
@pytest.mark.book
def test_no_published_file_names_this_machine(own_book):
    run = own_book
    publish.publish(run, "Title", private=False, force_plain=True)
    texts = published(run.site)
    assert any(name.endswith(".ipynb") for name in texts)
    for name, text in texts.items():
        assert not HOMES.search(text), (name, HOMES.search(text)[0])
        for word in here():
            assert not re.search(rf"{re.escape(word)}(?!\w)", text), (name, word)


@pytest.fixture
def run(tmp_path):
    """A run in somebody's home, whose notebook names all of its places."""
    home = tmp_path / "zaphod"
    run = Run.at(home / "build" / "alice")
    run.folder.mkdir(parents=True)
    inputs = Inputs(
        posts=f"{home}/exports/june.zip:{home}/exports/july.zip", videos=f"{home}/clips"
    )
    run.save(inputs=inputs, parameters={"clip_model": f"{home}/my_models/clip-b32", "n_folds": 3})
    return run


def notebook_of(run):
    home = run.folder.parent.parent
    model = f"{home}/my_models/clip-b32"
    told = [
        f'clip_model = "{model}"',
        f"In {words.escape(model)} and <code>{html.escape(model)}</code>; {home}/clips/a.mp4.",
        f"![](data:image/png;base64,{'AAAA' + tempfile.gettempdir() + '+'}BBBB)",
    ]
    code = nbformat.v4.new_code_cell(told[0], metadata={"papermill": {"status": "completed"}})
    code.outputs = [
        nbformat.v4.new_output("display_data", {"text/markdown": f"{told[1]} {told[2]}"}),
        nbformat.v4.new_output("stream", name="stderr", text=f"loading {run.folder}"),
    ]
    book = nbformat.v4.new_notebook(cells=[code, nbformat.v4.new_markdown_cell(str(ROOT))])
    book.metadata["papermill"] = {"input_path": str(ROOT / "notebooks" / "data.ipynb")}
    return book, told


def test_places_are_cut_however_they_are_written(run):
    book, told = notebook_of(run)
    machine.forget(book, machine.hider(run))
    text = nbformat.writes(book)
    assert "zaphod" not in html.unescape(text)
    assert str(ROOT) not in text and "papermill" not in text
    assert 'clip_model = "clip-b32"' in book.cells[0].source
    shown = book.cells[0].outputs[0]["data"]["text/markdown"]
    assert words.escape("clip-b32") in shown and "clips/a.mp4" in shown
    assert told[2] in shown, "a picture stays as it is"


def test_hub_names_and_words_are_no_places(run):
    hide = machine.hider(run)
    for text in (
        "openai/clip-vit-base-patch32",
        "and/or",
        "~",
        "https://www.tiktok.com/@a/video/1",
    ):
        assert hide(text) == text
    assert hide(f"{run.folder}ish") == f"{run.folder}ish".replace(tempfile.gettempdir(), "tmp")


@pytest.mark.slow
@pytest.mark.book
def test_a_local_model_and_somebodys_folders_are_not_published(small_book, tmp_path):
    home = tmp_path / "zaphod"
    run = Run(small_book.name, home / "build", tmp_path / "figures", tmp_path / "site")
    shutil.copytree(
        small_book.folder, run.folder, ignore=shutil.ignore_patterns("lock", "book", "site", "demo")
    )
    shutil.copytree(small_book.figures, run.figures)
    model = str(home / "my_models" / "clip")
    run.save(parameters=run.load()["parameters"] | {"clip_model": model})
    path = run.executed("embeddings")
    book = json.loads(path.read_text())
    cell = next(c for c in book["cells"] if "injected-parameters" in c["metadata"].get("tags", []))
    cell["source"] = [*cell["source"], f'\nclip_model = "{model}"']
    path.write_text(json.dumps(book))
    publish.publish(run, "Title", private=False, force_plain=True)
    assert not [name for name, text in published(run.site).items() if "zaphod" in text]
