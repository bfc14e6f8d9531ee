"""Extraction: cache, resumption, missing modalities, the same bits everywhere."""

import io
import os
import re
import shutil

import fsspec
import numpy as np
import pandas as pd
import psutil
import pytest

from media_files import encode, tiny_clip, tiny_whisper
from virality.book.tables import check_table
from virality.core.errors import UserError
from virality.media import extract as module
from virality.media.encoders import canary
from virality.media.encoders.classic import CLASSIC as CLASSIC_SET
from virality.media.extract import extract
from virality.media.film.energy import FEATURES, of_picture, of_sound
from virality.media.film.window import wanted_times
from virality.media.processes import parallel, tasks
from virality.media.settings import Settings, Workers

pytestmark = pytest.mark.slow

CLASSIC = Settings(encoders="classic")


def posts(count=5):
    return pd.DataFrame(
        {
            "post_id": [str(7000 + i) for i in range(count)],
            "caption": [f"Caption {i} #tag{i}" for i in range(count - 1)] + [None],
        }
    )


@pytest.fixture(scope="session")
def originals(tmp_path_factory):
    folder = tmp_path_factory.mktemp("originals")
    encode(folder / "7000.mp4", fps=10)
    encode(folder / "silent [7001].mp4", fps=10, sound=False)
    encode(folder / 'it\'s "loud" 🎉 [7002].mp4', picture=False)
    (folder / "7003.mp4").write_text("<html>not found</html>")
    return folder


@pytest.fixture
def videos(originals, tmp_path):
    return shutil.copytree(originals, tmp_path / "videos")


def run(videos, cache, table=None, settings=CLASSIC, **options):
    table = posts() if table is None else table
    options = {"backend": "here", "progress": False, "announce": lambda line: None} | options
    return extract(table, str(videos), settings, cache, Workers(**options))


def block(found, name):
    return found.embeddings.filter(regex=f"^{name}__")


def test_missing_is_missing_for_exactly_that_block(videos, tmp_path):
    found = run(videos, tmp_path / "c")
    there = {
        name: block(found, name).notna().all(axis=1).tolist()
        for name in ("caption_text", "hashtag_text", "vision", "audio")
    }
    assert there["caption_text"] == there["hashtag_text"] == [True] * 4 + [False]
    assert there["vision"] == [True, True, False, False, False]
    assert there["audio"] == [True, False, True, False, False]
    empty = block(found, "vision").isna().all(axis=1) | block(found, "vision").notna().all(axis=1)
    assert empty.all()
    assert not (found.embeddings == 0).all(axis=1).any()
    sound, picture = "energy__rms_level", "energy__brightness"
    assert found.embeddings[sound].notna().tolist() == there["audio"]
    assert found.embeddings[picture].notna().tolist() == there["vision"]
    assert found.media["status"].tolist() == ["ok", "partial", "partial", "unreadable", "no file"]
    assert found.media.loc[found.media["status"] != "ok", "problem"].str.len().min() > 10
    assert (found.embeddings.dtypes == np.float32).all()
    assert found.embeddings.index.tolist() == found.media["post_id"].tolist()


def test_without_videos_the_media_blocks_are_absent(tmp_path):
    found = run("", tmp_path / "c")
    assert found.record["blocks"] == ["caption_text", "hashtag_text"]
    assert found.record["absent"] == ["vision", "audio", "hook", "energy"]
    assert set(found.media["status"]) == {"no videos"}
    check_table("thumbnails", found.thumbnails())
    check_table("screen_words", found.words)
    assert found.words.empty and found.record["finders"]["used"] == []


def test_no_text_at_all(tmp_path):
    found = run("", tmp_path / "c", posts().assign(caption=None))
    assert found.embeddings.shape == (5, 0) and found.embeddings.index.name == "post_id"


def test_a_rerun_reads_and_a_new_video_costs_one(videos, tmp_path, monkeypatch):
    first = run(videos, tmp_path / "c")
    assert first.work["files_new"] == 4
    again = run(videos, tmp_path / "c")
    assert again.work["files_new"] == again.work["texts_new"] == 0
    pd.testing.assert_frame_equal(first.embeddings, again.embeddings)
    assert first.record == again.record
    encode(videos / "7004.mp4", seconds=1.0)
    assert run(videos, tmp_path / "c").work["files_new"] == 1
    # A new name is not a new video.
    (videos / "7000.mp4").rename(videos / "renamed [7000].mp4")
    monkeypatch.setattr(tasks, "_read", lambda *a: pytest.fail("read again"))
    assert run(videos, tmp_path / "c").work["files_new"] == 0


def test_a_file_that_changes_under_the_same_name(videos, tmp_path):
    before = run(videos, tmp_path / "c")
    path = videos / "7000.mp4"
    stat = path.stat()
    encode(tmp_path / "other.mp4", fps=10, seconds=2.0)
    path.write_bytes((tmp_path / "other.mp4").read_bytes())
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    after = run(videos, tmp_path / "c")
    assert after.work["files_new"] == 1
    assert before.media["content_hash"][0] != after.media["content_hash"][0]
    assert not np.allclose(block(before, "energy").iloc[0], block(after, "energy").iloc[0])


def test_a_file_that_changes_while_it_is_read_is_not_kept(videos, tmp_path, monkeypatch):
    real = tasks._read

    def meddle(path, task, tell):
        result = real(path, task, tell)
        os.utime(path)
        return result

    monkeypatch.setattr(tasks, "_read", meddle)
    found = run(videos, tmp_path / "c", posts(1))
    assert "changed while" in found.media["problem"][0] and "vision" in found.record["absent"]
    monkeypatch.undo()
    assert run(videos, tmp_path / "c", posts(1)).media["status"][0] == "ok"


def test_an_interrupted_run_goes_on(videos, tmp_path, monkeypatch):
    encode(videos / "7003.mp4", seconds=1.5)
    real, done = tasks._file, []

    def stop_after_two(task, tell):
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(task)
        return real(task, tell)

    monkeypatch.setattr(tasks, "_file", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        run(videos, tmp_path / "c")
    monkeypatch.undo()
    assert run(videos, tmp_path / "c").work["files_new"] == 2
    assert not list((tmp_path / "c").rglob(".*.npz*"))


def test_damaged_entries_are_made_again(videos, tmp_path):
    first = run(videos, tmp_path / "c")
    for number, path in enumerate(sorted((tmp_path / "c").rglob("*.npz"))):
        path.write_bytes(path.read_bytes()[: number % 3 * 40])
    again = run(videos, tmp_path / "c")
    pd.testing.assert_frame_equal(first.embeddings, again.embeddings)
    (tmp_path / "c" / "files.json").write_text("{")
    assert run(videos, tmp_path / "c").work["files_new"] == 0


def test_vectors_carry_the_fingerprint_of_the_canarys_answer(videos, tmp_path, monkeypatch):
    """What was made under another answer is made again; a rounding apart it is used."""
    table, records = posts(1), tmp_path / "c" / "canaries" / CLASSIC_SET.fingerprint
    first = run(videos, tmp_path / "c", table)
    names = {part: first.entries.records[part].name for part in ("vision", "audio", "text")}
    for part in ("vision", "audio"):
        content = first.contents["7000"]
        entry = first.entries.store.read(first.entries.key(part, content))
        assert entry["canary"].tobytes().decode() == names[part]
    answers = {part: np.load(records / part / f"{name}.npy") for part, name in names.items()}
    for change, new in ((1.00001, 0), (-1.0, 1)):
        # Another machine, whose answer differs: by rounding, or because it is wrong.
        monkeypatch.setattr(canary, "machine", lambda change=change: f"other{change}")
        monkeypatch.setattr(
            canary,
            "answers_here",
            lambda recipe, parts, change=change: {part: answers[part] * change for part in parts},
        )
        monkeypatch.setattr(canary, "wrong_encoders", lambda *a: [])
        assert run(videos, tmp_path / "c", table).work["files_new"] == new


def test_no_file_stays_open(videos, tmp_path):
    run(videos, tmp_path / "c")
    before = psutil.Process().num_fds()
    for number in range(3):
        run(videos, tmp_path / str(number))
    assert psutil.Process().num_fds() == before


def test_two_posts_with_the_same_file(videos, tmp_path):
    table = posts(2).assign(media_file=["7000.mp4", "7000.mp4"])
    found = run(videos, tmp_path / "c", table)
    assert np.array_equal(*block(found, "vision").to_numpy())
    assert found.work["files_new"] == 1 and found.media["posts_of_file"].tolist() == [2, 2]
    assert found.record["shared_files"] == {"7000.mp4": ["7000", "7001"]}


def test_windows_and_rates_are_never_mixed(videos, tmp_path):
    one = run(videos, tmp_path / "c", posts(1))
    other = run(videos, tmp_path / "c", posts(1), Settings("classic", window_s=1.0))
    assert other.work["files_new"] == 1
    assert other.media["n_frames"][0] == 5 and other.media["heard_s"][0] == 1.0
    assert not np.array_equal(block(one, "vision"), block(other, "vision"))
    spread = run(videos, tmp_path / "c", posts(1), Settings("classic", spread=True))
    assert spread.work["files_new"] == 0
    assert block(spread, "vision").shape[1] == 2 * block(one, "vision").shape[1]


def test_the_order_of_posts_changes_nothing(videos, tmp_path):
    one = run(videos, tmp_path / "a")
    other = run(videos, tmp_path / "b", posts().iloc[::-1])
    pd.testing.assert_frame_equal(one.embeddings, other.embeddings.loc[one.embeddings.index])


def test_worker_counts_and_a_cluster_give_the_same_bits(videos, tmp_path):
    from dask.distributed import LocalCluster

    one = run(videos, tmp_path / "a")
    two = run(videos, tmp_path / "b", count=2, backend="processes")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = {"backend": "dask", "scheduler": cluster.scheduler_address}
        many = run(videos, tmp_path / "c", **there)
    assert many.work["files_new"] == 4
    pd.testing.assert_frame_equal(one.embeddings, two.embeddings, check_exact=True)
    pd.testing.assert_frame_equal(one.embeddings, many.embeddings, check_exact=True)
    pd.testing.assert_frame_equal(one.media, many.media)


def test_a_scheduler_that_does_not_answer(videos, tmp_path, monkeypatch):
    monkeypatch.setattr(parallel, "_PATIENCE_S", 0.5)
    nobody = {"backend": "dask", "scheduler": "tcp://127.0.0.1:1"}
    with pytest.raises(UserError, match="scheduler"):
        run(videos, tmp_path / "c", **nobody)


def test_a_scheduler_without_workers(videos, tmp_path, monkeypatch):
    from dask.distributed import LocalCluster

    monkeypatch.setattr(parallel, "_PATIENCE_S", 1)
    with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        idle = {"backend": "dask", "scheduler": cluster.scheduler_address}
        with pytest.raises(UserError, match="no workers"):
            run(videos, tmp_path / "c", **idle)


def test_a_cluster_of_ones_own_has_as_many_processes_as_were_asked_for():
    with parallel._cluster(1, "") as client:
        assert len(client.scheduler_info()["workers"]) == 1


def test_what_becomes_of_a_task_on_a_cluster():
    class KilledWorker(Exception):
        pass

    class Future:
        def __init__(self, status, error=None):
            self.status, self.error = status, error

        def exception(self):
            return self.error

        def result(self):
            return "done"

    assert parallel._outcome(Future("finished"), None) == "done"
    killed = parallel._outcome(Future("error", KilledWorker("x")), None)
    assert (killed.kind, killed.stage) == ("died", "read")
    absent = parallel._outcome(Future("error", ModuleNotFoundError("No module\nx")), None)
    assert (absent.stage, absent.detail) == ("start", "ModuleNotFoundError: No module")
    with pytest.raises(UserError, match="wrong here"):
        parallel._outcome(Future("error", UserError("Numbers come out wrong here.")), None)
    with pytest.raises(UserError, match="went away"):
        parallel._outcome(Future("cancelled"), None)


def test_a_bar_with_rate_and_time_left(videos, tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    run(videos, tmp_path / "c", progress=True)
    assert re.search(r"\d/5 \[.*<.*(file/s|s/file)", screen.getvalue())


def test_addresses_of_fsspec(originals, tmp_path):
    memory = fsspec.filesystem("memory")
    for path in originals.iterdir():
        memory.pipe(f"/films/{path.name}", path.read_bytes())
    there = run("memory://films", tmp_path / "a")
    here = run(originals, tmp_path / "b")
    pd.testing.assert_frame_equal(there.embeddings, here.embeddings, check_exact=True)
    assert run("memory://films", tmp_path / "a").work["files_new"] == 0
    assert run(f"file://{originals}", tmp_path / "b").work["files_new"] == 0
    memory.rm("/films", recursive=True)


def test_bad_parameters(videos, tmp_path):
    wrong = ({"window_s": 0}, {"frames_per_s": -1}, {"file_seconds": 0}, {"file_seconds": np.nan})
    for settings in (Settings("classic", **one) for one in wrong):
        with pytest.raises(UserError):
            run(videos, tmp_path, settings=settings)
    with pytest.raises(UserError, match="backend"):
        run(videos, tmp_path, backend="ray")


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for name in ("clip", "whisper"):
        (folder / name).mkdir()
    tiny_clip(folder / "clip")
    tiny_whisper(folder / "whisper")
    return {"clip_model": str(folder / "clip"), "whisper_model": str(folder / "whisper")}


def test_pretrained_end_to_end(videos, tmp_path, models):
    classic = run(videos, tmp_path / "c")
    found = run(videos, tmp_path / "c", settings=Settings("pretrained", **models))
    assert found.record["used"] == "pretrained" and found.record["note"] == ""
    assert block(found, "vision").shape[1] == 24 and block(found, "audio").shape[1] == 16
    assert block(found, "vision").notna().all(axis=1).tolist() == [True, True, False, False, False]
    assert (
        classic.record["vision_encoder"]["fingerprint"]
        != found.record["vision_encoder"]["fingerprint"]
    )
    again = run(videos, tmp_path / "c", settings=Settings("pretrained", **models))
    assert again.work["files_new"] == again.work["texts_new"] == 0
    pd.testing.assert_frame_equal(found.embeddings, again.embeddings, check_exact=True)
    padded = Settings("pretrained", **models, audio_window="padded")
    other = run(videos, tmp_path / "c", settings=padded)
    assert not np.allclose(block(other, "audio").iloc[0], block(found, "audio").iloc[0])
    assert np.array_equal(block(other, "vision").iloc[0], block(found, "vision").iloc[0])
    used = found.record["vision_encoder"]
    assert used["id"] == "clip" and used["revision"].startswith("files-")
    assert used["precision"] in {"float32", "bfloat16", "float16"}
    assert (found.record["window_s"], found.record["frames_per_s"]) == (3.0, 5.0)
    assert other.record["audio_encoder"]["mode"] == "padded"
    assert found.media["content_hash"][0] == module.hash_file(videos / "7000.mp4")
    words = found.encode_texts(["a dog", "a cat"])
    assert words.shape == (2, 24)


def test_captions_that_are_cut_are_counted(tmp_path, models):
    table = posts(2).assign(caption=["word " * 120, "short"])
    found = run("", tmp_path / "c", table, Settings("pretrained", **models))
    assert found.media["caption_cut"].tolist() == [True, False]
    assert found.media["caption_tokens"][0] > 77


# --- energy ---------------------------------------------------------------------------------------


def sine(seconds, pitch=220, rate=16_000):
    return np.sin(2 * np.pi * pitch * np.arange(int(seconds * rate)) / rate).astype(np.float32)


def test_energy_of_known_sounds():
    silence, _ = of_sound(np.zeros(48_000, np.float32), 3.0)
    assert silence["rms_level"] == -80 and silence["silence_before_sound"] == 3.0
    steady, curve = of_sound(0.3 * sine(3), 3.0)
    assert steady["rms_level"] == pytest.approx(-13.5, abs=0.1) and curve.shape == (30,)
    assert steady["spectral_centroid"] == pytest.approx(220, abs=2)
    assert steady["voiced_share"] == 1 and steady["onset_rate"] == 0
    noise, _ = of_sound(np.random.default_rng(0).normal(0, 0.1, 48_000).astype(np.float32), 3.0)
    assert noise["voiced_share"] == 0 and noise["spectral_flatness"] > 0.4
    late, _ = of_sound(np.r_[np.zeros(24_000, np.float32), 0.3 * sine(1.5)], 3.0)
    assert late["silence_before_sound"] == pytest.approx(1.5, abs=0.05)
    clicks = np.zeros(48_000, np.float32)
    for start in range(500, 48_000, 4_000):
        clicks[start : start + 400] = 0.5 * sine(0.025, 800) * np.exp(-np.arange(400) / 200)
    beats, _ = of_sound(clicks, 3.0)
    assert beats["onset_rate"] == pytest.approx(4, abs=0.4)
    # A beat four times a second may also be felt at half or twice its pace.
    assert min(abs(np.log2(beats["tempo"] / 240) - octave) for octave in (-2, -1, 0)) < 0.1
    rising, _ = of_sound((np.linspace(0.01, 0.5, 48_000) * sine(3)).astype(np.float32), 3.0)
    assert rising["rms_slope"] > 3 > abs(steady["rms_slope"]) + 2


def test_energy_of_known_pictures():
    times = wanted_times(3, 5)
    rng = np.random.default_rng(0)
    texture = rng.integers(0, 256, (40, 60, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
    still = np.stack([texture[:224, :128]] * 15)
    rest, curve = of_picture(still, times, 3.0)
    assert rest["motion"] < 1e-3 and rest["cut_rate"] == 0 and rest["first_cut"] == 3.0
    assert curve.shape == (14,)
    moving, _ = of_picture(np.stack([texture[:224, i : i + 128] for i in range(15)]), times, 3.0)
    # One pixel of 224 five times a second.
    assert moving["motion"] == pytest.approx(5 / 224, rel=0.3)
    cut = np.concatenate([still[:6], np.full((9, 224, 128, 3), (250, 240, 20), np.uint8)])
    jump, curve = of_picture(cut, times, 3.0)
    assert jump["cut_rate"] == pytest.approx(1 / 2.8) and jump["saturation"] > rest["saturation"]
    assert jump["contrast"] < rest["contrast"] and jump["brightness"] > rest["brightness"]
    assert jump["first_cut"] == pytest.approx(1.2) and np.isnan(curve[5])
    grey = np.full((1, 224, 128, 3), 128, np.uint8)
    alone, _ = of_picture(grey, times[:1], 3.0)
    assert alone["saturation"] == 0 and alone["brightness"] == pytest.approx(0.5, abs=0.01)
    assert np.isfinite(list(alone.values())).all()


def test_names_of_energy():
    names = [one.name for one in FEATURES]
    assert len(names) == len(set(names)) == 20
