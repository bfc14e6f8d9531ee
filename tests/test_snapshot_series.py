"""One account imported eight times over three months; 19 of its posts are later at 0."""

import re

import numpy as np
import pandas as pd
import pytest

import exports
from chapters import run_chapters
from virality.book.session import bring
from virality.core.paths import Run, split_paths
from virality.posts.read import read_posts
from virality.posts.settling import settled_at, settling

N, TIMES, GONE = 90, 8, 19
AT_SEVEN_DAYS = 0.89


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Eight exports, twelve days apart; what is gone is at 0 in the last three."""
    folder = tmp_path_factory.mktemp("exports")
    posts = exports.made_up_posts(n=N, seed=5)
    start = posts["posted_at"].min().normalize() + pd.Timedelta(days=2)
    posts["posted_at"] = [start + pd.Timedelta(days=1.3 * i) for i in range(N)]
    seconds = posts["posted_at"].dt.as_unit("s").astype("int64")
    posts["post_id"] = [str((s << 32) + 2 * i + 1) for i, s in enumerate(seconds)]
    posts["url"] = [f"https://www.tiktok.com/@maker/video/{i}" for i in posts["post_id"]]
    days = -7 / np.log(1 - AT_SEVEN_DAYS)
    gone = np.random.default_rng(1).choice(60, GONE, replace=False)
    paths = []
    for k in range(TIMES):
        when = start + pd.Timedelta(days=40 + 12 * k)
        age = ((when - posts["posted_at"]) / pd.Timedelta(days=1)).to_numpy()
        now = posts[age > 0].copy()
        grown = 1 - np.exp(-age[age > 0] / days)
        for name in ("views", "likes", "comments", "shares", "saves"):
            now[name] = np.floor(posts[name][age > 0].astype(float) * grown).astype("int64")
            if k >= TIMES - 3:
                now.loc[now.index.isin(gone), name] = 0
        records = exports.json.loads(exports.apify(now))
        for record in records:
            record["scrapedAt"] = f"{when:%Y-%m-%dT%H:%M:%S.000Z}"
        paths.append(folder / f"{k}.json")
        paths[-1].write_bytes(exports.dump(records))
    return posts, gone, paths


@pytest.mark.slow
def test_no_zero_enters_and_settling_is_shown_as_before(exported, tmp_path, monkeypatch):
    posts, gone, paths = exported
    run = Run.at(tmp_path / "alice")
    for path in paths:
        reading, inputs = bring(run, [str(path)])
    assert len(split_paths(inputs.posts)) == TIMES
    assert len(reading.posts) == N
    assert (reading.posts["views"] > 0).all(), "no zero enters"
    assert (reading.snapshots["views"] > 0).all()
    wanted = posts.set_index("post_id")["views"]
    had = reading.posts.set_index("post_id")["views"].reindex(wanted.index) / wanted
    assert (had.iloc[gone] > 0.9).all(), "what they had before they were gone"
    lost = set(posts["post_id"].iloc[gone])
    told = reading.repairs[reading.repairs["post_id"].isin(lost)]
    assert set(told["post_id"]) == lost, "each post that is gone has a line"
    settled = settled_at(settling(reading.snapshots, 7), 7)
    assert settled.share == pytest.approx(AT_SEVEN_DAYS, abs=0.03)


@pytest.mark.slow
def test_the_report_of_the_series_ends(exported, tmp_path, monkeypatch):
    paths = exported[2]
    joined = ":".join(map(str, paths))
    run, said = run_chapters(tmp_path / "run", monkeypatch, joined, until="baselines", draw=False)
    assert f"**{N} posts** from" in said
    assert re.search(r"89\s?%", said)
    table = pd.read_parquet(run.artefact("posts"))
    assert (table["views"] > 0).all()
    assert len(read_posts(run.inputs().posts).posts) == N
