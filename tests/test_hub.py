"""The Hub's road: what is fetched, what is refused, and what a broken line leaves behind."""

import itertools
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hub import BESIDE, SAFE, SIGNATURE, STRANGER, TOKEN, Hub, as_archive, contents, sha256
from media_files import tiny_clip, tiny_whisper
from virality.core.errors import UserError
from virality.media.encoders import choose as choosing
from virality.media.encoders.choose import ALL_CLASSIC, Choice, choose
from virality.media.encoders.hub import wanted
from virality.media.encoders.light import Found
from virality.media.encoders.registry import load
from virality.media.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """CLIP as the original repository has it, an archive only; Whisper with safetensors."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("clip-safe", "whisper"):
        (folder / name).mkdir()
    tiny_clip(folder / "clip-safe")
    tiny_whisper(folder / "whisper")
    as_archive(folder / "clip-safe", folder / "clip")
    return folder


@pytest.fixture(scope="module")
def files(models):
    return {name: contents(models / name) for name in ("clip-safe", "clip", "whisper")}


@pytest.fixture
def hub(files):
    with Hub() as hub:
        hub.add("tiny/clip", files["clip"] | BESIDE)
        yield hub


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """A machine that never saw the Hub nor the light encoders, on which nobody is logged in."""
    monkeypatch.setattr("virality.media.encoders.light.find", lambda *_: Found())
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    constants = "huggingface_hub.constants."
    monkeypatch.setattr(f"{constants}HF_HUB_DISABLE_XET", False)
    monkeypatch.setattr(f"{constants}HF_HUB_DISABLE_TELEMETRY", False)
    monkeypatch.setattr(f"{constants}HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(f"{constants}HF_HUB_OFFLINE", False)
    monkeypatch.setattr(f"{constants}HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setattr(f"{constants}HF_STORED_TOKENS_PATH", str(tmp_path / "tokens"))
    # The library waits between its tries; tests need not.
    quick = SimpleNamespace(sleep=lambda s: None, time=time.time, monotonic=time.monotonic)
    monkeypatch.setattr("huggingface_hub.file_download.time", quick)
    monkeypatch.setattr("huggingface_hub.utils._http.time", quick)


@pytest.fixture
def ask(hub, monkeypatch):
    """Resolve the pictures' encoder against the stand-in; what was announced is in `.said`."""
    monkeypatch.setenv("HF_ENDPOINT", hub.address)

    def ask(model="tiny/clip", encoders="pretrained", **options):
        how = {name: options.pop(name) for name in ("previous", "patience_s") if name in options}
        settings = Settings(encoders, model, precision="float32", **options)
        return choose(settings, sound=False, announce=ask.said.append, **how)

    ask.said = []
    return ask


def cached(tmp_path):
    """Return what the cache holds of a model, by name."""
    return {path.name for path in (tmp_path / "hub").glob("models--*/snapshots/*/*")}


def leftovers(tmp_path):
    return list((tmp_path / "hub").rglob("*.incomplete"))


def vision(choice):
    return choice.recipes["vision"]


def vectors(choice):
    return load(vision(choice)).encode_texts(["a dog", "rain on a window"])


# --- what is fetched ------------------------------------------------------------------------------


def test_only_what_is_needed_is_asked_for(hub, ask, files):
    choice = ask()
    assert choice.used == "pretrained"
    commit = hub.repositories["tiny/clip"].names["main"]
    assert (vision(choice).id, vision(choice).revision) == ("tiny/clip", commit)
    assert hub.fetched() == set(files["clip"])
    size = sum(len(files["clip"][name]) for name in files["clip"])
    assert ask.said == [f"Downloading tiny/clip ({size / 1e6:.0f} MB), once."]


def test_safetensors_before_archives(hub, ask, files):
    hub.add("tiny/both", files["clip"] | files["clip-safe"] | BESIDE)
    both, archive = ask("tiny/both"), ask("tiny/clip")
    assert "pytorch_model.bin" in hub.fetched() and SAFE in hub.fetched()
    hub.requests.clear()
    assert np.array_equal(vectors(both), vectors(archive)), "the same numbers in both formats"
    assert cached_weights(both) == {SAFE} and cached_weights(archive) == {"pytorch_model.bin"}
    assert hub.requests == [], "loading asks nobody"


def cached_weights(choice):
    folder = Path(vision(choice).folder)
    return {path.name for path in folder.iterdir() if path.suffix in (".bin", ".safetensors")}


def test_weights_in_parts(hub, ask, models, tmp_path, files):
    from transformers import CLIPModel

    CLIPModel.from_pretrained(models / "clip-safe").save_pretrained(
        tmp_path / "parts", max_shard_size="5MB"
    )
    parts = contents(tmp_path / "parts")
    assert SAFE not in parts and len([one for one in parts if "-of-" in one]) > 1
    hub.add("tiny/parts", {k: v for k, v in files["clip-safe"].items() if k != SAFE} | parts)
    choice = ask("tiny/parts")
    assert cached_weights(choice) == {one for one in parts if "-of-" in one}
    assert np.array_equal(vectors(choice), vectors(ask("tiny/clip")))


@pytest.mark.parametrize(
    ("names", "weights"),
    [
        (["model.safetensors", "pytorch_model.bin"], ["model.safetensors"]),
        (["model.fp16.safetensors", "pytorch_model.bin"], ["pytorch_model.bin"]),
        (["open_clip_model.safetensors", "sub/model.safetensors", "tf_model.h5"], []),
        (
            ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"],
            ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"],
        ),
    ],
)
def test_weights_come_once_and_last(names, weights):
    chosen = wanted(["z.json", *names, "config.json", "onnx/config.json", "README.md"])
    assert chosen == ["config.json", "z.json", *weights]


def test_a_second_run_and_an_offline_run_ask_nobody(hub, ask, monkeypatch):
    first = ask()
    hub.requests.clear()
    assert ask() == first and len(ask.said) == 1
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert ask() == first
    assert hub.requests == []
    with pytest.raises(UserError, match=r"tiny/other are not on this machine, which is set off"):
        ask("tiny/other")
    assert hub.requests == []


def test_a_cache_that_another_tool_filled_is_used(hub, ask, files, monkeypatch):
    """The library counts all files of a repository; those for others need not be there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import IncompleteSnapshotError

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    folder = snapshot_download(
        "tiny/clip", endpoint=hub.address, allow_patterns=list(files["clip"])
    )
    with pytest.raises(IncompleteSnapshotError):
        snapshot_download("tiny/clip", local_files_only=True)
    hub.requests.clear()
    choice = ask()
    assert vision(choice).folder == folder and hub.requests == []
    # What the numbers depend on is missed, although the weights are there.
    (Path(folder) / "preprocessor_config.json").unlink()
    assert ask() == choice and "preprocessor_config.json" in hub.fetched()


def test_a_pickle_that_would_run_something_is_refused(hub, ask, files, tmp_path):
    import io

    import torch

    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "exploded"), "w"))

    for modern in (True, False):
        bomb = io.BytesIO()
        torch.save({"a": Bomb()}, bomb, _use_new_zipfile_serialization=modern)
        hub.add(f"tiny/bomb{modern}", files["clip"] | {"pytorch_model.bin": bomb.getvalue()})
        with pytest.raises(UserError, match=r"not numbers alone.*not loaded") as raised:
            load(vision(ask(f"tiny/bomb{modern}")))
        assert "pytorch_model.bin" in hub.fetched()
        assert "trust" not in str(raised.value) and "safetensors" in raised.value.do
        assert not (tmp_path / "exploded").exists()


# --- revisions ------------------------------------------------------------------------------------


def test_a_revision_has_its_own_files_and_vectors(hub, ask, files, monkeypatch):
    import safetensors.torch as st

    tensors = st.load(files["clip-safe"][SAFE])
    tensors["text_projection.weight"] = -tensors["text_projection.weight"]
    other = {k: v for k, v in files["clip"].items() if k != "pytorch_model.bin"}
    repository = hub.repositories["tiny/clip"]
    commit = repository.put(other | {SAFE: st.save(tensors, {"format": "pt"})}, "refs/pr/7")
    main, pinned, exact = ask(), ask("tiny/clip@refs/pr/7"), ask(f"tiny/clip@{commit}")
    assert vision(main).revision != vision(pinned).revision == commit
    assert vision(main).id == vision(pinned).id == "tiny/clip"
    assert vision(main).fingerprint != vision(pinned).fingerprint == vision(exact).fingerprint
    assert vision(exact) == vision(pinned) and len(ask.said) == 2, "the same files, fetched once"
    assert not np.allclose(vectors(main), vectors(pinned))
    hub.requests.clear()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for model, choice in (("", main), ("@refs/pr/7", pinned), (f"@{commit}", exact)):
        assert ask(f"tiny/clip{model}") == choice
    assert hub.requests == []


def test_a_branch_that_moves_on_does_not_move_a_report(hub, ask, files):
    first = ask()
    hub.repositories["tiny/clip"].put(files["clip-safe"])
    assert ask() == first


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("tiny/none", r"has no model tiny/none for us: it is misspelt, or private\. For a pri"),
        ("tiny/clip@v9", "tiny/clip has no revision v9 on the Hub"),
        ("tiny/clip@../../x", "cannot be one"),
        ("tiny/clip@", "cannot be one"),
        ("~/no such/folder", "no folder on this machine and no name"),
        ("a/b/c", "no folder on this machine and no name"),
        ("", "no folder on this machine and no name"),
    ],
)
def test_what_is_not_there(hub, ask, model, says):
    with pytest.raises(UserError, match=says):
        ask(model)
    assert not hub.fetched()


def test_weights_for_other_libraries_only(hub, ask):
    hub.add("tiny/tf", BESIDE | {"config.json": b"{}"})
    with pytest.raises(UserError, match="no weights for PyTorch"):
        ask("tiny/tf")
    assert not hub.fetched()


def test_a_gated_model_needs_a_token_that_was_let_in(hub, ask, files, monkeypatch):
    hub.add("tiny/gated", files["clip"], gated=True)
    with pytest.raises(UserError, match=r"is gated: accept its terms.*hf auth login.*HF_TOKEN"):
        ask("tiny/gated")
    choice = ask("tiny/gated", "auto")
    assert choice.used == "classic" and "gated" in choice.note and "HF_TOKEN" in choice.note
    monkeypatch.setenv("HF_TOKEN", STRANGER)
    with pytest.raises(UserError, match="is gated, and the account of your token was not let in"):
        ask("tiny/gated")
    assert not hub.fetched() - {"added_tokens.json", "config.json", "merges.txt"}
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert ask("tiny/gated", "auto").used == "pretrained"


def test_a_private_model_needs_its_token(hub, ask, files, monkeypatch):
    hub.add("tiny/private", files["clip"], private=True)
    with pytest.raises(UserError, match="misspelt, or private"):
        ask("tiny/private")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert ask("tiny/private").used == "pretrained"


def test_a_token_that_no_one_knows(ask, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    with pytest.raises(UserError, match=r"does not know the token.*unset HF_TOKEN"):
        ask()


def test_the_token_goes_to_the_hub_alone_and_is_told_to_no_one(
    hub, ask, files, monkeypatch, tmp_path, capfd, caplog
):
    hub.add("tiny/gated", files["clip"], gated=True)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.cuts[sha256(files["clip"]["pytorch_model.bin"])] = itertools.repeat(100)
    with pytest.raises(UserError) as raised:
        ask("tiny/gated")
    hub.cuts.clear()
    choice = ask("tiny/gated")
    told = [str(raised.value), *ask.said, *capfd.readouterr(), caplog.text]
    told += [json.dumps(vision(choice).describe()), repr(choice)]
    assert not [text for text in told if TOKEN in text or SIGNATURE in text or "Traceback" in text]
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if TOKEN.encode() in path.read_bytes()]
    assert {token for host, *_, token in hub.requests if host == "store"} == {""}
    assert {token for host, *_, token in hub.requests if host == "hub"} == {TOKEN}


# --- a broken line --------------------------------------------------------------------------------


def test_a_cut_line_is_told_and_the_next_run_fetches_the_rest(hub, ask, files, tmp_path):
    weights = sha256(files["clip"]["pytorch_model.bin"])
    hub.cuts[weights] = itertools.repeat(200_000)
    with pytest.raises(UserError, match=r"download of tiny/clip broke off .*Run again") as raised:
        ask()
    assert str(raised.value).count("\n") == 0 and raised.value.__suppress_context__
    assert cached(tmp_path) == set(files["clip"]) - {"pytorch_model.bin"}
    assert not leftovers(tmp_path)
    choice = ask("tiny/clip", "auto")
    assert choice.used == "classic" and "broke off" in choice.reason and choice.again
    hub.cuts.clear()
    hub.requests.clear()
    assert ask("tiny/clip", "auto").used == "pretrained"
    got = {path.rsplit("/", 1)[1] for _, method, path, _ in hub.requests
           if method == "GET" and "/resolve/" in path}  # fmt: skip
    assert got == {"pytorch_model.bin"}, "what was whole is not fetched again"
    size = len(files["clip"]["pytorch_model.bin"])
    assert ask.said[-1] == f"Downloading tiny/clip ({size / 1e6:.0f} MB), once."


def test_neither_the_other_store_nor_who_we_are_is_asked(hub, ask):
    from huggingface_hub import constants

    switches = constants.HF_HUB_DISABLE_XET, constants.HF_HUB_DISABLE_TELEMETRY
    assert ask().used == "pretrained"
    assert not [path for *_, path, _ in hub.requests if "xet" in path or "harness" in path]
    assert {path.split("tiny/clip")[0] for host, *_, path, _ in hub.requests if host == "hub"} == {
        "/", "/api/models/", "/api/resolve-cache/models/",
    }  # fmt: skip
    after = constants.HF_HUB_DISABLE_XET, constants.HF_HUB_DISABLE_TELEMETRY
    assert switches == after == (False, False), "for others the library stays as it was"


def test_a_line_that_is_cut_once_goes_on_where_it_was(hub, ask, files, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 1 << 16)
    weights = sha256(files["clip"]["pytorch_model.bin"])
    hub.cuts[weights] = iter([200_000, 300_000])
    assert ask().used == "pretrained"
    first, second, third = hub.starts
    assert first == 0 < second <= 200_000 and second < third <= second + 300_000


def test_damaged_weights_are_deleted(hub, ask, files, tmp_path):
    content = files["clip"]["pytorch_model.bin"]
    hub.damage[sha256(content)] = content[:-9] + b"somethin" + content[-1:]
    with pytest.raises(UserError, match=r"pytorch_model.bin of tiny/clip arrived damaged"):
        ask()
    assert cached(tmp_path) == set(files["clip"]) - {"pytorch_model.bin"}
    hub.damage.clear()
    assert ask().used == "pretrained"


@pytest.mark.parametrize("status", [500, 503, 429])
@pytest.mark.parametrize("part", ["/api/models/", "/resolve/"])
def test_a_hub_in_trouble(hub, ask, status, part):
    hub.status[part] = status
    with pytest.raises(UserError, match=rf"answered with an error \({status}\)\. Try again later"):
        ask()
    choice = ask(encoders="auto")
    assert choice.used == "classic" and f"({status})" in choice.reason and not choice.again
    hub.status.clear()
    assert ask(encoders="auto").used == "pretrained"


def test_a_store_in_trouble(hub, ask, tmp_path):
    hub.status["/store/"] = 503
    with pytest.raises(UserError, match=r"answered with an error \(503\)"):
        ask()
    assert "pytorch_model.bin" not in cached(tmp_path)


def test_a_slow_line_is_waited_for(hub, ask):
    hub.pause_s = 0.02
    assert ask(patience_s=1.0).used == "pretrained", "about a hundred pieces"


def test_a_full_disk(ask, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("huggingface_hub.file_download.http_get", full)
    with pytest.raises(UserError, match=r"could not be stored \(no space left.*HF_HOME"):
        ask()


def test_something_else_answers(ask, monkeypatch):
    """A hotel's log-in page says 200 to everything."""

    class Page(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(b"<html>Welcome! Room number?</html>")

        do_HEAD = do_GET

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(UserError, match=r"is not the Hub.*log-in page"):
            ask()
        server.shutdown()


def test_a_silent_hub_is_given_up_on(ask, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:  # accepts, and never says a word
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.getsockname()[1]}")
        start = time.monotonic()
        choice = ask(encoders="auto", patience_s=0.5)
        assert choice.used == "classic" and "did not answer" in choice.reason
        with pytest.raises(
            UserError, match=r"did not answer\. Connect once\. Or give a local folder"
        ):
            ask(patience_s=0.5)
        assert time.monotonic() - start < 20  # transformers alone retries for longer


def test_a_hub_that_trickles_its_answer_is_given_up_on(ask, monkeypatch):
    class Drop(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            for _ in range(300):
                self.wfile.write(b" ")
                time.sleep(0.1)

    with ThreadingHTTPServer(("127.0.0.1", 0), Drop) as server:
        server.daemon_threads, server.block_on_close = True, False
        server.handle_error = lambda *_: None  # the one who asked has hung up
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        start = time.monotonic()
        assert "did not answer" in ask(encoders="auto", patience_s=0.5).reason
        assert time.monotonic() - start < 20
        server.shutdown()


# --- what is remembered ---------------------------------------------------------------------------


def test_what_auto_found_is_kept_until_the_user_changes_it(hub, ask):
    previous = {
        "requested": "auto", "used": "classic", "reason": "The Hub did not answer.",
        "clip_model": "tiny/clip", "whisper_model": "c/d",
    }  # fmt: skip
    kept = ask(encoders="auto", whisper_model="c/d", previous=previous)
    assert (kept.used, kept.reason) == ("classic", previous["reason"]) and not hub.requests
    assert ask("tiny/clip@main", "auto", previous=previous).used == "pretrained"


@pytest.mark.parametrize("again", [True, False])
def test_a_broken_download_is_tried_again_by_the_next_run(tmp_path, monkeypatch, again):
    from virality.book import session
    from virality.book.request import Job
    from virality.core.paths import Inputs, Run

    run, calls = Run.at(tmp_path / "run"), []

    def broken(settings, cache, sound, previous):
        calls.append(previous)
        return Choice(settings.encoders, "classic", "It broke off.", ALL_CLASSIC, again)

    monkeypatch.setattr(choosing, "choose", broken)
    for _ in range(2):
        session._decide_encoders(Job(run, Inputs(), {}))
    record = run.load()["encoders"]
    # What was found before is handed on where the Hub need not be asked again.
    assert [previous is None for previous in calls] == [True, again]
    assert record["used"] == "classic"
