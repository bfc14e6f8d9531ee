"""How fast are the first three seconds, against the study's procedure? One run, one process tree.

    python benchmarks/extraction.py                 # made-up weights of the real architectures
    python benchmarks/extraction.py --clip DIR --whisper DIR --videos FOLDER
    python benchmarks/extraction.py --many 100 2000 # is memory flat, do handles leak?
    python benchmarks/extraction.py --budget --count 12  # each stage of light and classic

The study's way is written as its authors would: every frame at full size through OpenCV and
PIL, one video at a time, all threads, float32, sound padded to thirty seconds and averaged.
Ours is `extract`, with the same architectures and weights on the same files.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
import pandas as pd
import psutil
from PIL import Image

from virality.core import compiled
from virality.media import extract as extract_module
from virality.media.encoders.base import one_thread
from virality.media.extract import extract
from virality.media.film.energy import of_picture, of_sound
from virality.media.film.frames import read_frames
from virality.media.film.probe import probe
from virality.media.film.sound import read_sound
from virality.media.processes.tasks import FileTask
from virality.media.settings import Settings, Workers

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from budget import budget  # noqa: E402

from media_files import clip_tokenizer, encode  # noqa: E402

# Films of the run that tells what starting costs.
FEW = 2
CAPTION = "A day in the life, and what nobody tells you about it"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", default="", help="folder of films; made up when not given")
    parser.add_argument("--count", type=int, default=20, help="films to use")
    parser.add_argument("--clip", default="", help="folder of a CLIP model")
    parser.add_argument("--whisper", default="", help="folder of a Whisper model")
    parser.add_argument("--processes", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--many", type=int, nargs="*", default=[], help="classic, so many films")
    parser.add_argument("--budget", action="store_true", help="each stage, light and classic")
    options = parser.parse_args()
    compiled.prepare()  # once for an environment, not for a run
    with tempfile.TemporaryDirectory() as folder:
        if options.budget:
            return budget(options.videos, options.count, Path(folder))
        if options.many:
            return flatness(options.many, Path(folder))
        films = _films(options, Path(folder))
        clip = options.clip or _clip(Path(folder) / "clip")
        whisper = options.whisper or _whisper(Path(folder) / "whisper")
        compare(films, str(clip), str(whisper), options.processes, Path(folder))
    return None


def compare(films: list[Path], clip: str, whisper: str, processes: list[int], folder: Path) -> None:
    """Print start-up, time per film, ratio, cosines, memory and scaling."""
    study_all(films[:1], clip, whisper)  # its imports are not held against it
    few, _ = timed(lambda: study_all(films[:FEW], clip, whisper))
    every, study_vectors = timed(lambda: study_all(films, clip, whisper))
    study = Cost(few, every, len(films))
    print(f"\nfilms: {len(films)}; cores: {psutil.cpu_count()}; load: {psutil.getloadavg()[0]:.1f}")
    heads = ("first s", "start s", "ms a film", "ratio", "CPU ms", "ratio", "for 140", "peak MB")
    print(f"{'':<26}{''.join(f'{head:>10}' for head in heads)}")
    study.tell("study, one at a time", study)
    settings = {"clip_model": clip, "whisper_model": whisper}
    for mode in ("exact", "padded"):
        for count in processes if mode == "exact" else processes[-1:]:
            chosen = Settings("pretrained", **settings, audio_window=mode)
            few, _ = timed(partial(ours, films[:FEW], chosen, count, folder))
            with until_first() as first:
                every, found = timed(partial(ours, films, chosen, count, folder))
            cost = Cost(few, every, len(films), first[0])
            cost.tell(f"ours, {mode}, processes: {count}", study)
        for block in ("vision", "audio", "caption_text"):
            here = found.embeddings.filter(regex=f"^{block}__").to_numpy()
            alike = _cosines(here, np.stack([one[block] for one in study_vectors]))
            print(f"    cosine of {block:<14} min {alike.min():.4f} mean {alike.mean():.4f}")
    used = found.record["vision_encoder"]
    print(f"precision: {used['precision']} on {used['device']}")
    stages(films, found)


@dataclass
class Took:
    """Seconds on the clock, seconds of the processor in all processes, and the peak in MB."""

    clock: float
    processor: float
    peak: float


@dataclass
class Cost:
    """A start (processes, weights) and then so much a film: from a few films, and from all."""

    few: Took
    every: Took
    films: int
    first: float = float("nan")  # seconds until the first film is there

    def each(self, what: str) -> float:
        """Return the seconds that one more film takes ("clock" or "processor")."""
        return (getattr(self.every, what) - getattr(self.few, what)) / (self.films - FEW)

    def of(self, films: int) -> float:
        """Return the seconds on the clock for so many films."""
        return self.few.clock + (films - FEW) * self.each("clock")

    def tell(self, name: str, other: Cost) -> None:
        """Print a line; the ratios are to another procedure.

        On a machine that has other work to do, trust the processor's seconds.
        """
        line = f"{name:<26}{self.first:>10.1f}{self.of(0):>10.1f}"
        for what in ("clock", "processor"):
            line += f"{1e3 * self.each(what):>10.0f}{other.each(what) / self.each(what):>10.2f}"
        print(f"{line}{other.of(140) / self.of(140):>10.2f}{self.every.peak:>10.0f}", flush=True)


def ours(films: list[Path], settings: Settings, count: int, folder: Path):
    """Extract with an empty cache; the time includes starting processes and loading models."""
    cache = folder / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    workers = Workers(count, progress=False)
    return extract(_posts(films), str(films[0].parent), settings, cache, workers)


@contextmanager
def until_first():
    """Note how many seconds pass until the first film is there; give the list that gets them."""
    start, real, found = time.perf_counter(), extract_module._Job.take, []

    def take(job, result):
        if isinstance(result.task, FileTask):
            found.append(time.perf_counter() - start)
        return real(job, result)

    extract_module._Job.take = take
    try:
        yield found
    finally:
        extract_module._Job.take = real


def stages(films: list[Path], found) -> None:
    """Print what each stage costs one thread, models loaded."""
    from virality.media.encoders.registry import load

    recipes = found.choice.recipes
    vision, audio, side = (
        load(recipes["vision"]),
        load(recipes["audio"]),
        recipes["vision"].image_side,
    )
    spent: dict[str, float] = {}
    with one_thread():
        vision.encode_images(np.zeros((15, 400, side, 3), np.uint8))
        of_sound(np.zeros(48_000, np.float32), 3.0)  # librosa compiles itself once
        for film in films:
            with stage(spent, "probe"):
                facts = probe(film)
            with stage(spent, "decode pictures"):
                frames = read_frames(film, facts, short_side=side)
            with stage(spent, "decode sound"):
                sound = read_sound(film, facts)
            with stage(spent, "encode pictures"):
                vision.encode_images(frames.images)
            with stage(spent, "encode sound"):
                audio.encode_sound(sound.samples)
            with stage(spent, "measure energy"):
                of_picture(frames.images, frames.times, 3.0)
                of_sound(sound.samples, 3.0)
        with stage(spent, "encode texts"):
            vision.encode_texts([f"{CAPTION} {i}" for i in range(len(films))])
    print("\nstage, one thread          CPU ms a film")
    for name, seconds in spent.items():
        print(f"{name:<26}{1e3 * seconds / len(films):>12.1f}")


# --- the study's procedure ------------------------------------------------------------------------


def study_all(
    films: list[Path], clip: str, whisper: str, device: str = "cpu"
) -> list[dict[str, np.ndarray]]:
    """Load the models and embed one film after the other."""
    from transformers import (
        AutoTokenizer,
        CLIPImageProcessor,
        CLIPModel,
        WhisperFeatureExtractor,
        WhisperModel,
    )

    model = CLIPModel.from_pretrained(clip).eval().to(device)
    words = AutoTokenizer.from_pretrained(clip)
    looks = CLIPImageProcessor.from_pretrained(clip)
    ear = WhisperModel.from_pretrained(whisper).eval().to(device)
    mel = WhisperFeatureExtractor.from_pretrained(whisper)
    return [study_one(n, film, model, words, looks, ear, mel) for n, film in enumerate(films)]


def study_one(number, film, model, words, looks, ear, mel) -> dict[str, np.ndarray]:
    """Embed one film as the study did."""
    import torch

    where = model.device
    with torch.no_grad():
        pixels = looks(study_frames(film), return_tensors="pt").to(where)
        seen = model.get_image_features(**pixels)
        tokens = words([f"{CAPTION} {number}"], return_tensors="pt").to(where)
        text = model.get_text_features(**tokens)
        features = mel(study_sound(film), sampling_rate=16_000, return_tensors="pt").to(where)
        heard = ear.encoder(features.input_features).last_hidden_state.mean(dim=1)[0].cpu()
    seen, text = (getattr(one, "pooler_output", one).cpu() for one in (seen, text))
    seen = seen / seen.norm(dim=-1, keepdim=True)
    return {
        "vision": seen.mean(dim=0).numpy(),
        "audio": heard.numpy(),
        "caption_text": text[0].numpy(),
    }


def study_frames(film: Path) -> list[Image.Image]:
    """Return every so many frames of the first three seconds, at full size."""
    capture = cv2.VideoCapture(str(film))
    rate = capture.get(cv2.CAP_PROP_FPS)
    step, pictures, number = int(rate // 5), [], 0
    while number < 3 * rate:
        ok, frame = capture.read()
        if not ok:
            break
        if number % step == 0:
            pictures.append(Image.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
        number += 1
    capture.release()
    return pictures[:15]


def study_sound(film: Path) -> np.ndarray:
    """Return three seconds of mono sound at 16 kHz (the study's own reader needs ffmpeg)."""
    pieces = []
    with av.open(str(film)) as container:
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=16_000)
        for frame in container.decode(audio=0):
            pieces += [part.to_ndarray()[0] for part in resampler.resample(frame)]
            if sum(map(len, pieces)) >= 48_000:
                break
    return np.concatenate(pieces)[:48_000]


# --- memory and handles ---------------------------------------------------------------------------


def flatness(counts: list[int], folder: Path) -> None:
    """Print peak memory and open handles for more and more films (classic encoders)."""
    base = encode(folder / "base.mp4", seconds=3, fps=15).read_bytes()
    print(f"{'films':>8}{'seconds':>9}{'peak MB':>9}{'handles before':>16}{'after':>7}")
    for count in counts:
        here = folder / str(count)
        here.mkdir()
        for number in range(count):
            # A box that players skip makes each file another content.
            extra = (16).to_bytes(4, "big") + b"free" + number.to_bytes(8, "big")
            (here / f"{number}.mp4").write_bytes(base + extra)
        films = sorted(here.iterdir())
        before = psutil.Process().num_fds()
        # A short window: what counts here is how many films, not how long each takes.
        settings, cache = Settings("classic", window_s=1.0, frames_per_s=2.0), here / "cache"
        work = partial(
            extract, _posts(films), str(here), settings, cache, Workers(2, progress=False)
        )
        took, _ = timed(work)
        after = psutil.Process().num_fds()
        print(f"{count:>8}{took.clock:>9.1f}{took.peak:>9.0f}{before:>16}{after:>7}", flush=True)


# --- help -----------------------------------------------------------------------------------------


def timed(work):
    """Return what some work took, with all its processes, and its result."""
    peak, stop = [0.0], threading.Event()

    def watch() -> None:
        me = psutil.Process()
        while not stop.wait(0.1):
            total = 0
            for one in [me, *me.children(recursive=True)]:
                try:
                    total += one.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            peak[0] = max(peak[0], total / 1e6)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    start, before = time.perf_counter(), _processor()
    result = work()
    took = Took(time.perf_counter() - start, _processor() - before, 0.0)
    stop.set()
    watcher.join()
    took.peak = peak[0]
    return took, result


def _processor() -> float:
    """Return the processor's seconds of this process and of its children that have ended."""
    every = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in every)


@contextmanager
def stage(spent: dict[str, float], name: str):
    """Add the processor's time of a block to a stage."""
    start = time.process_time()
    yield
    spent[name] = spent.get(name, 0.0) + time.process_time() - start


def _posts(films: list[Path]) -> pd.DataFrame:
    names = [film.name for film in films]
    captions = [f"{CAPTION} {number}" for number in range(len(films))]
    ids = [film.stem for film in films]
    return pd.DataFrame({"post_id": ids, "caption": captions, "media_file": names})


def _cosines(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return (one * other).sum(axis=1) / lengths


def _films(options, folder: Path) -> list[Path]:
    if options.videos:
        return sorted(Path(options.videos).glob("*.mp4"))[: options.count]
    (folder / "films").mkdir()
    fast = {"preset": "ultrafast"}
    return [
        encode(
            folder / "films" / f"{7000 + number}.mp4",
            times=np.arange(96) / 30 + number / 7,
            fps=30,
            size=(1080, 1920),
            options=fast,
            channels=2,
            rate=44_100,
        )
        for number in range(options.count)
    ]


def _clip(folder: Path) -> Path:
    """Write CLIP ViT-B/32 with made-up weights."""
    import json

    import torch
    from transformers import CLIPConfig, CLIPModel

    folder.mkdir()
    torch.manual_seed(0)
    CLIPModel(CLIPConfig(vision_config={"patch_size": 32})).save_pretrained(folder)
    clip_tokenizer(folder)
    preparation = {
        "size": {"shortest_edge": 224}, "crop_size": {"height": 224, "width": 224},
        "do_center_crop": True, "do_resize": True, "do_convert_rgb": True,
        "image_mean": [0.48145466, 0.4578275, 0.40821073],
        "image_std": [0.26862954, 0.26130258, 0.27577711],
        "image_processor_type": "CLIPImageProcessor",
    }  # fmt: skip
    (folder / "preprocessor_config.json").write_text(json.dumps(preparation))
    return folder


def _whisper(folder: Path) -> Path:
    """Write Whisper base with made-up weights."""
    import torch
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperModel

    folder.mkdir()
    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=512, encoder_layers=6, decoder_layers=6, encoder_attention_heads=8,
        decoder_attention_heads=8, encoder_ffn_dim=2048, decoder_ffn_dim=2048,
    )  # fmt: skip
    WhisperModel(config).save_pretrained(folder)
    WhisperFeatureExtractor().save_pretrained(folder)
    return folder


if __name__ == "__main__":
    main()
