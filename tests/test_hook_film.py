"""Films with planted cuts and motion, whole and damaged: what is measured, what is not known."""

import av
import cv2
import numpy as np
import pytest

from media_files import encode, scene, taking_turns, turn
from virality.media.film.energy import of_picture
from virality.media.film.frames import read_frames
from virality.media.film.probe import probe
from virality.media.film.steps import steps_of
from virality.media.hook import facts
from virality.media.hook.cuts import of_cuts

SIZE = (180, 320)


def texture(seed, size=(480, 480)):
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (size[1] // 12, size[0] // 12, 3), dtype=np.uint8)
    return cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)


def window(picture, x=0, y=0):
    return np.ascontiguousarray(picture[y : y + SIZE[1], x : x + SIZE[0]])


def film(path, pictures, fps=30, **options):
    """Write pictures one after the other."""
    options = {"g": "30", "sc_threshold": "0", "bf": "0", "threads": "1", "crf": "18"} | options
    with taking_turns(), av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height = pictures[0].shape[1::-1]
        stream.pix_fmt = "yuv420p"
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def without(path, to, lost):
    """Copy a film without the packets of the frames that are lost, as a bad download leaves it."""
    with av.open(str(path)) as source, av.open(str(to), "w") as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None and not lost(float(packet.pts * packet.time_base)):
                packet.stream = stream
                out.mux(packet)
    return to


def packets(path):
    with av.open(str(path)) as source:
        every = [one for one in source.demux(video=0) if one.pts is not None]
        return [(float(one.pts * one.time_base), one.pos, one.size) for one in every]


def spoil(path, wanted):
    """Overwrite the middle of the packets whose time is wanted."""
    data = bytearray(path.read_bytes())
    for seconds, place, size in packets(path):
        if wanted(seconds):
            start = place + size // 4
            data[start : place + size] = bytes((7 * i) % 251 for i in range(place + size - start))
    path.write_bytes(data)
    return path


def read(path, **options):
    return read_frames(path, probe(path), details=True, **options)


def measured(path, **options):
    frames = read(path, **options)
    return of_cuts(
        frames.details, steps_of(frames.images, frames.times, frames.stale), frames.times
    )


CALM = [window(texture(1))] * 20 + [window(texture(2))] * 27 + [window(texture(3))] * 60


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    return film(tmp_path_factory.mktemp("cut") / "cut.mp4", CALM)


# --- one pass ------------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [0, 90])
def test_the_looks_of_encoders_are_the_same_bits_as_each_frame_drawn_alone(tmp_path, degrees):
    path = encode(tmp_path / "x.mp4", fps=30, size=(160, 96), sound=False)
    path = turn(path, degrees) if degrees else path
    plain, more = read_frames(path, probe(path)), read(path)
    assert np.array_equal(plain.images, more.images) and plain.details is None
    with av.open(str(path)) as source:
        every = list(source.decode(video=0))
    alone = [
        every[round(30 * t)].to_ndarray(
            format="rgb24", width=373, height=224, interpolation="BICUBIC"
        )
        for t in plain.times
    ]
    turns = round(every[0].rotation / 90) % 4
    assert np.array_equal(plain.images, [np.rot90(one, turns) for one in alone])


def test_details_are_larger_looks_and_a_sketch_of_every_frame(tmp_path):
    path = encode(tmp_path / "x.mp4", fps=30, size=(240, 426), sound=False)
    details = read(path).details
    assert details.images.shape == (15, 639, 360, 3)
    assert np.allclose(details.times, np.arange(15) / 5)
    assert details.sketches.shape == (90, 48, 27) and details.joined.all()
    assert np.allclose(details.appear, np.arange(90) / 30, atol=1e-3) and details.end == 3.0
    whole = cv2.cvtColor(scene(0, 240, 426), cv2.COLOR_RGB2GRAY)
    small = cv2.resize(whole, (27, 48), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - details.sketches[0]).mean() < 20
    assert len(read(path, per_second=20.0).details.times) == 15
    assert len(read(path, per_second=2.0).details.times) == 6
    assert read(path, seconds=1.0).details.sketches.shape[0] == 30


def test_what_a_still_and_the_second_reader_can_give(tmp_path, cut, monkeypatch):
    from PIL import Image

    picture = tmp_path / "x.jpg"
    Image.fromarray(CALM[0]).save(picture)
    frames = read(picture)
    assert frames.details.images.shape == (1, 640, 360, 3) and len(frames.details.sketches) == 0
    assert all(np.isnan(list(measured(picture).values())))

    def drawn(path, moments, size):
        return np.zeros((len(moments), *size[::-1], 3), np.uint8), moments

    monkeypatch.setattr("virality.media.film.second_reader.read", drawn)
    frames = read(cut, reader="decord")
    assert frames.details.images.shape == (15, 640, 360, 3) and frames.images.shape[2] == 224
    # It repeats the last good frame where a file is damaged, so nothing moves for it.
    assert all(np.isnan(list(measured(cut, reader="decord").values())))


# --- cuts and motion -----------------------------------------------------------------------------


def test_planted_cuts_are_found_where_they_are(cut):
    found = measured(cut)
    assert list(found) == [fact.name for fact in facts.of_group("cuts")]
    assert found["n_cuts"] == 2 and found["first_cut"] == pytest.approx(20 / 30, abs=1e-3)
    assert found["longest_take"] == pytest.approx(3 - 47 / 30, abs=1e-3)
    # Nothing moves between the cuts, and the cuts are no motion.
    assert found["camera_motion"] < 0.01 and found["start_motion"] < 0.01


@pytest.mark.parametrize("speed", [1, 4])
def test_a_pan_is_motion_and_no_cut(tmp_path, speed):
    picture = texture(4, (600, 360))
    pan = [window(picture, x=speed * i) for i in range(95)]
    found = measured(film(tmp_path / "x.mp4", pan))
    assert found["n_cuts"] == 0 and np.isnan(found["first_cut"])
    assert found["longest_take"] == 3.0
    expected = speed * 30 / SIZE[1]
    assert found["camera_motion"] == pytest.approx(expected, rel=0.15)
    assert found["start_motion"] == pytest.approx(expected, rel=0.3)


def test_a_zoom_is_camera_motion_and_something_small_that_moves_is_not(tmp_path):
    picture = texture(5, SIZE)
    centre = (SIZE[0] / 2, SIZE[1] / 2)
    zoom = [
        cv2.warpAffine(picture, cv2.getRotationMatrix2D(centre, 0, 1 + 0.005 * i), SIZE)
        for i in range(95)
    ]
    grows = measured(film(tmp_path / "zoom.mp4", zoom))
    # Half a percent a frame at the mean distance from the middle: about 0.29 of the height.
    assert grows["camera_motion"] == pytest.approx(0.005 * 30 * 0.29, rel=0.35)
    assert grows["n_cuts"] == 0
    ball, patch = [], window(texture(8))[:90, :90]
    for i in range(95):
        one = picture.copy()
        one[20 + 2 * i : 110 + 2 * i, 40:130] = patch
        ball.append(one)
    moves = measured(film(tmp_path / "ball.mp4", ball))
    assert moves["camera_motion"] < 0.02 < moves["start_motion"]


def test_flashes_shaking_and_doubled_frames_are_no_cuts(tmp_path):
    rng = np.random.default_rng(0)
    picture = texture(6)
    shaken = [window(picture, *rng.integers(0, 60, 2)) for _ in range(60)]
    flash = (
        [window(picture)] * 30 + [np.full((*SIZE[::-1], 3), 250, np.uint8)] + [window(picture)] * 40
    )
    doubled = [window(picture, x=3 * (i // 2)) for i in range(45)] + [window(texture(7))] * 50
    assert measured(film(tmp_path / "a.mp4", shaken))["n_cuts"] == 0
    assert measured(film(tmp_path / "b.mp4", flash))["n_cuts"] == 0
    found = measured(film(tmp_path / "c.mp4", doubled))
    assert found["n_cuts"] == 1 and found["first_cut"] == pytest.approx(1.5, abs=1e-3)


def test_slow_and_uneven_films(tmp_path):
    slides = [window(texture(seed)) for seed in (1, 2, 3, 4)]
    found = measured(film(tmp_path / "x.mp4", slides, fps=1))
    assert found["n_cuts"] == 2 and found["first_cut"] == pytest.approx(1.0)
    assert found["longest_take"] == pytest.approx(1.0)
    single = measured(film(tmp_path / "one.mp4", slides[:1]))
    assert all(np.isnan(list(single.values())))


# --- damage --------------------------------------------------------------------------------------


def test_damage_behind_the_window_harms_no_fact(tmp_path, cut):
    other = tmp_path / "x.mp4"
    other.write_bytes(cut.read_bytes())
    spoil(other, lambda seconds: seconds > 3.05)
    assert measured(other) == measured(cut)


def test_a_gap_is_no_cut_and_what_it_hides_is_not_known(tmp_path):
    pictures = [window(texture(1))] * 20 + [window(texture(2))] * 40 + [window(texture(3))] * 40
    path = spoil(film(tmp_path / "x.mp4", pictures), lambda seconds: 0.45 < seconds < 0.9)
    frames = read(path)
    assert "damaged" in frames.warning
    details = frames.details
    # Key frames stand at 0, 1, 2 s: from the first damaged frame to the next key nothing is kept.
    assert not np.any((details.appear > 0.46) & (details.appear < 0.99))
    assert (~details.joined).sum() == 1 and details.joined[-1]
    assert not np.any((details.times > 0.46) & (details.times < 0.99))
    found = measured(path)
    # The cut at 0.67 s may be in there, or two: the one at 2 s cannot be called the first.
    assert np.isnan([found["n_cuts"], found["first_cut"], found["longest_take"]]).all()
    whole = read(film(tmp_path / "y.mp4", pictures))
    kept = np.isin(np.round(whole.details.times, 1), np.round(details.times, 1))
    assert np.array_equal(whole.details.images[kept], details.images)


def test_damage_up_to_the_end_leaves_no_take_and_no_count(tmp_path):
    path = film(tmp_path / "x.mp4", [window(texture(1), x=i) for i in range(95)], g="300")
    found = measured(spoil(path, lambda seconds: 1.45 < seconds < 1.55))
    assert np.isnan([found["n_cuts"], found["first_cut"], found["longest_take"]]).all()
    assert found["start_motion"] > 0.05


def test_a_cut_before_the_damage_is_the_first_and_a_short_gap_still_counts(tmp_path):
    pictures = [window(texture(1))] * 20 + [window(texture(2))] * 40 + [window(texture(3))] * 40
    path = film(tmp_path / "x.mp4", pictures, g="10")
    spoil(path, lambda seconds: 1.22 < seconds < 1.24)
    found = measured(path)
    assert found["n_cuts"] == 2 and found["first_cut"] == pytest.approx(20 / 30, abs=1e-3)
    assert found["longest_take"] < 4 / 3


@pytest.mark.parametrize("bframes", ["0", "3"])
def test_lost_frames_never_give_a_motion_of_zero(tmp_path, bframes):
    picture = texture(4, (600, 360))
    pan = [window(picture, x=3 * i) for i in range(95)]
    whole = film(tmp_path / "x.mp4", pan, bf=bframes)
    frames = read(without(whole, tmp_path / "y.mp4", lambda seconds: 0.35 < seconds < 0.98))
    steps = steps_of(frames.images, frames.times, frames.stale)
    assert np.isnan(steps.motion).any()
    assert np.nanmin(steps.motion) > 0.1 and np.nanmin(steps.camera) > 0.1
    values, _ = of_picture(frames.images, frames.times, 3.0, steps)
    assert values["motion"] > 0.1 and values["cut_rate"] == 0


def test_a_film_that_rests_at_its_own_pace_has_lost_nothing(tmp_path):
    times = np.r_[np.arange(0, 0.5, 1 / 30), 1.0, 1.6, np.arange(2, 3.2, 1 / 12)]
    frames = read(encode(tmp_path / "x.mp4", times=times, sound=False))
    assert not frames.stale.any() and frames.details.joined.all()


def test_nothing_is_said_of_motion_where_nothing_is_known_of_it():
    images = np.random.default_rng(0).integers(0, 255, (3, 64, 48, 3), dtype=np.uint8)
    times, stale = np.arange(3) / 5, np.array([False, True, False])
    values, _ = of_picture(images, times, 3.0, steps_of(images, times, stale))
    unknown = ["motion", "motion_spread", "flicker", "cut_rate", "first_cut"]
    assert {name for name, value in values.items() if np.isnan(value)} == set(unknown)
