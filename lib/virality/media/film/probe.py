"""What is in a file, and what is wrong with it, said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.stream import Disposition

from virality.media.match import STILL_SUFFIXES

# Containers whose boxes can be checked before anything is decoded (ISO base media).
_BOX_SUFFIXES = {".mp4", ".mov", ".m4v", ".m4a", ".3gp"}
_TOP_BOXES = {
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"mfra", b"sidx",
    b"styp", b"meta", b"pnot", b"udta", b"emsg", b"prft", b"ssix", b"pdin", b"junk",
}  # fmt: skip
# Twice the area of 8K; a larger picture would only fill the memory.
MOST_PIXELS = 2 * 7680 * 4320
_MOST_DAMAGES = 100
_TEXT_BYTES = bytes(range(32, 127)) + b"\n\r\t\f\b\x1b"


@dataclass
class Facts:
    """What a file is.

    Parameters
    ----------
    problem : str
        Why nothing can be read; "" when the file opened.
    warning : str
        What is wrong although the file opened.
    has_video, has_audio : bool
        Whether there is such a stream (cover art is not video).
    still : bool
        Whether it is a picture, not a film.
    duration_s, fps : float or None
        Of the video stream, or the container.
    width, height : int or None
        As shown, after rotation.
    rotation : int
        Degrees, clockwise, by which a player turns the picture.
    codec, audio_codec : str
        Short names of the decoders.
    sample_rate, channels : int or None
        Of the sound.
    """

    problem: str = ""
    warning: str = ""
    has_video: bool = False
    has_audio: bool = False
    still: bool = False
    duration_s: float | None = None
    fps: float | None = None
    width: int | None = None
    height: int | None = None
    rotation: int = 0
    codec: str = ""
    audio_codec: str = ""
    sample_rate: int | None = None
    channels: int | None = None


def size_of(number: float) -> str:
    """Return a number of bytes in words.

    >>> size_of(3_400_000)
    '3.4 MB'
    """
    for unit in ("bytes", "kB", "MB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} GB"


def structure(path: str | Path) -> tuple[str, str]:
    """Check a file from its bytes alone.

    Returns
    -------
    problem : str
        Why it cannot be read at all, or "".
    warning : str
        What is wrong but may leave something to read, or "".
    """
    path = Path(path)
    size = path.stat().st_size
    if size == 0:
        return "The file is empty.", ""
    with path.open("rb") as handle:
        head = handle.read(4096)
    if not head.translate(None, _TEXT_BYTES) or _is_text(head):
        return "This is a text file with the name of a media file.", ""
    if not head.strip(b"\0"):
        return "The file holds nothing but zero bytes.", ""
    if path.suffix.lower() in _BOX_SUFFIXES:
        return _boxes(path, size)
    return "", ""


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The cut at the end of the sample may fall inside a character.
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    return sum(sign.isprintable() or sign.isspace() for sign in text) > 0.97 * len(text)


def _boxes(path: Path, size: int) -> tuple[str, str]:
    """Walk the top boxes of an MP4: no index, or cut short."""
    found: set[bytes] = set()
    place = cut = 0
    with path.open("rb") as handle:
        while place + 8 <= size:
            handle.seek(place)
            head = handle.read(16)
            length, name = int.from_bytes(head[:4], "big"), head[4:8]
            if name not in _TOP_BOXES:
                # Not an MP4 inside, whatever it is called: PyAV will tell.
                return ("", "") if not found else _verdict(found, size, cut)
            if length == 1:
                length = int.from_bytes(head[8:16], "big")
            found.add(name)
            if length == 0:
                break
            if length < 8:
                return _verdict(found, size, cut)
            place += length
            cut = place
    return _verdict(found, size, cut if cut > size else 0)


def _verdict(found: set[bytes], size: int, wanted: int) -> tuple[str, str]:
    short = f"the file was cut short, at {size_of(size)} of {size_of(wanted)}" if wanted else ""
    if b"moov" not in found and b"moof" not in found:
        reason = short or "the recording or the download was not finished"
        return f"The file has no index (moov), so it cannot be played: {reason}.", ""
    return "", f"{short[0].upper()}{short[1:]}." if short else ""


def probe(path: str | Path) -> Facts:
    """Say what a local file is; never raises for a broken one.

    Parameters
    ----------
    path : path-like
        A file on this machine.

    Returns
    -------
    Facts
    """
    path = Path(path)
    try:
        problem, warning = structure(path)
    except OSError as error:
        return Facts(problem=f"The file could not be opened ({error.strerror or error}).")
    if problem:
        return Facts(problem=problem)
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            facts = _facts(container, path)
    except (av.error.FFmpegError, ValueError, OSError) as error:
        cause = warning or f"it does not open as a video ({reason(error)})."
        return Facts(problem=f"The file is damaged: {cause[0].lower()}{cause[1:]}")
    facts.warning = warning
    if not facts.has_video and not facts.has_audio:
        facts.problem = "The file has neither a picture nor a sound stream."
    elif facts.has_video and (facts.width or 0) * (facts.height or 0) > MOST_PIXELS:
        facts.problem = (
            f"Its picture of {facts.width} × {facts.height} pixels is larger than any film's."
        )
    return facts


def reason(error: Exception) -> str:
    """Return the decoder's own words, without its numbers and paths."""
    words = getattr(error, "strerror", None) or type(error).__name__
    return str(words).strip().rstrip(".").lower()


def picture_stream(container: av.container.InputContainer):
    """Return the film's stream (never cover art), or None."""
    best = container.streams.best("video")
    films = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    return best if best in films else (films[0] if films else None)


def sound_stream(container: av.container.InputContainer):
    """Return the sound stream that a player would choose, or None."""
    return container.streams.best("audio")


@dataclass(frozen=True)
class Damage:
    """What a decoder complained of, and when it would have been shown.

    Parameters
    ----------
    reason : str
        The decoder's words.
    time : float or None
        Seconds on the stream's clock; None where it is not known.
    """

    reason: str
    time: float | None = None


def frames_of(container, stream, damages: list[Damage]) -> Iterator:
    """Yield the frames of a stream; a packet that does not decode is noted and passed over.

    Parameters
    ----------
    container, stream : av objects
    damages : list of Damage
        Gets what did not decode; after a hundred of them the stream is given up.
    """
    packets, last = container.demux(stream), None
    while len(damages) < _MOST_DAMAGES:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.error.FFmpegError, ValueError, OSError) as error:
            damages.append(Damage(reason(error)))
            return
        try:
            frames = packet.decode()
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, ValueError) as error:
            # A packet without a time follows the frame that was seen last.
            time = last if packet.pts is None else time_of(packet)
            damages.append(Damage(reason(error), time))
            continue
        for frame in frames:
            last = frame.time if frame.pts is not None else last
            yield frame


def _facts(container: av.container.InputContainer, path: Path) -> Facts:
    facts = Facts(still=path.suffix.lower() in STILL_SUFFIXES)
    video, audio = picture_stream(container), sound_stream(container)
    if container.duration:
        facts.duration_s = container.duration / av.time_base
    if video is not None:
        facts.has_video, facts.codec = True, video.codec_context.name
        facts.width, facts.height = video.codec_context.width, video.codec_context.height
        facts.fps = None if facts.still else _number(video.average_rate)
        if video.duration and video.time_base:
            facts.duration_s = float(video.duration * video.time_base)
    if audio is not None:
        context = audio.codec_context
        facts.has_audio, facts.audio_codec = True, context.name
        facts.sample_rate, facts.channels = context.sample_rate or None, context.channels or None
    if facts.still:
        facts.duration_s = None
    return facts


def _number(value) -> float | None:
    return float(value) if value else None


def time_of(one: av.Packet | av.VideoFrame | av.AudioFrame) -> float:
    """Return when a packet or a frame that has a time is shown, in s on the stream's clock."""
    return float((one.pts or 0) * (one.time_base or 0))


def turn(facts: Facts, frame: av.VideoFrame) -> None:
    """Complete rotation and size as shown.

    Parameters
    ----------
    facts : Facts
        Changed in place.
    frame : av.VideoFrame
        The first one.
    """
    # PyAV says how far to turn counter-clockwise; phones and players speak clockwise.
    facts.rotation = round(-frame.rotation) % 360
    facts.width, facts.height = frame.width, frame.height
    if facts.rotation in (90, 270):
        facts.width, facts.height = frame.height, frame.width
