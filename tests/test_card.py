"""The owner of a graphics card: tried on the processor, batch by batch."""

from dataclasses import replace

import numpy as np
import pytest

from media_files import encode, tiny_clip, tiny_whisper
from virality.core.errors import UserError
from virality.media.encoders import weights
from virality.media.encoders.registry import load, recipe_of
from virality.media.match import signature
from virality.media.processes import parallel
from virality.media.processes.tasks import FileTask, TextTask, run
from virality.media.processes.worker import Setup
from virality.media.settings import Workers

pytestmark = pytest.mark.slow

WANTS = ("media", "vision", "audio")


@pytest.fixture(scope="module")
def recipes(tmp_path_factory):
    folders = [tmp_path_factory.mktemp(name) for name in ("clip", "whisper")]
    tiny_clip(folders[0])
    tiny_whisper(folders[1])
    clip, whisper = (str(folder) for folder in folders)
    audio = recipe_of(whisper, whisper, "whisper_model", "exact")
    return recipe_of(clip, clip, "clip_model"), audio


@pytest.fixture(scope="module")
def tasks(tmp_path_factory, recipes):
    folder = tmp_path_factory.mktemp("films")
    kinds = [{"seconds": 1.0}, {"seconds": 2.0, "size": (160, 96)}, {"sound": False}]
    kinds += [{"picture": False}, {"seconds": 1.5}]
    films = [encode(folder / f"{n}.mp4", fps=10, **kind) for n, kind in enumerate(kinds)]
    return [FileTask(str(f), signature(f), "", WANTS, *recipes, 3.0, 5.0) for f in films]


def entries(results):
    return {one.task.address: one.entries for one in results}


def same(one, other):
    assert one.keys() == other.keys()
    for address in one:
        assert one[address].keys() == other[address].keys()
        for what in ("vision", "audio"):
            for name, vector in one[address].get(what, {}).items():
                np.testing.assert_allclose(vector, other[address][what][name], atol=2e-5)


@pytest.mark.parametrize("films", [1, 2, 8])
def test_the_owner_gives_the_vectors_that_workers_give(recipes, tasks, films):
    alone = entries(run(task) for task in tasks)
    decoded = [run(replace(task, encode=False)) for task in tasks]
    assert all("vision" not in one.entries for one in decoded)
    owned = entries(parallel.encoded(iter(decoded), *recipes, films))
    same(alone, owned)


def test_the_whole_road_with_decoders_in_processes(recipes, tasks, monkeypatch):
    """As with a card: workers get no encoder, captions and vectors are made here."""
    from virality.media.encoders import canary

    monkeypatch.setattr(parallel, "on_card", lambda some: bool(some))
    expected = {one.fingerprint: canary.ask(load(one)) for one in recipes}
    texts = TextTask(("a dog", "rain"), recipes[0])
    films = [replace(task, encode=False) for task in tasks]
    workers = Workers(2, progress=False)
    found = list(parallel.parallel_map([*films, texts], Setup(recipes, expected), workers))
    same(
        entries(run(task) for task in tasks),
        entries(one for one in found if isinstance(one.task, FileTask)),
    )
    assert [set(one.entries) for one in found if isinstance(one.task, TextTask)] == [
        {"a dog", "rain"}
    ]


def test_a_batch_that_does_not_fit_is_halved(recipes):
    torch = pytest.importorskip("torch")
    sizes = []

    def encode_some(items):
        sizes.append(len(items))
        if len(items) > 3:
            raise torch.OutOfMemoryError("too much")
        return items * 2.0

    items = np.arange(10.0)[:, None]
    assert np.array_equal(weights.in_batches(encode_some, items, 8, recipes[0]), items * 2)
    assert sizes == [8, 4, 2, 2, 2, 2, 2]
    with pytest.raises(UserError, match="too little free memory"):
        weights.in_batches(lambda some: encode_some(np.zeros(9)), items, 8, recipes[0])
