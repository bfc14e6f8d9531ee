"""From young views to final numbers: known growth, honest intervals, nothing from the future."""

import numpy as np
import pandas as pd
import pytest

import exports
import virality as vi
from chapters import run_chapters
from virality.book import own as own_days
from virality.book import params, session
from virality.book.request import Request
from virality.core.errors import UserError
from virality.core.paths import Inputs, Run
from virality.demo.growth import WORLDS, simulate_readings
from virality.evaluation.own_embargo import OwnEmbargo, own_embargo
from virality.figures import growth as figures
from virality.findings import growth as findings
from virality.findings.growth import Check, Known
from virality.models.growth import fit_curve, growth_curve
from virality.posts.settling import FINAL_DAYS, growth, readings
from virality.uncertainty.nowcast import COLUMNS, fewest_known, hindcast, nowcast

DAY = pd.Timedelta(days=1)


def latest(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values("captured_at", kind="stable").drop_duplicates("post_id", keep="last")


def cut(table: pd.DataFrame, n_last: int) -> pd.DataFrame:
    """Without the last readings of the account."""
    moments = np.sort(table["captured_at"].unique())
    return table[table["captured_at"] <= moments[-1 - n_last]]


def finals(table: pd.DataFrame) -> pd.Series:
    grown = table[table["captured_at"] - table["posted_at"] >= FINAL_DAYS * DAY]
    return grown.drop_duplicates("post_id").set_index("post_id")["views"].astype(float)


@pytest.fixture(scope="module")
def judged() -> pd.DataFrame:
    """Nowcasts of many accounts, with the final numbers that one reading more has shown."""
    parts = []
    for world in WORLDS:
        for seed in range(12):
            every = simulate_readings(world, n_posts=140, n_imports=5, seed=[seed, 7])
            made = nowcast(latest(cut(every, 1)), cut(every, 1))
            parts.append(made.assign(final=made["post_id"].map(finals(every)), world=world))
    return pd.concat(parts).dropna(subset=["expected", "final"])


def test_intervals_hold_what_they_promise(judged):
    held = judged["final"].between(judged["lower"], judged["upper"])
    assert len(judged) > 1000
    assert held.mean() == pytest.approx(0.8, abs=0.03)
    assert (held.groupby(judged["world"]).mean() > 0.72).all()
    assert (judged["lower"] <= judged["expected"]).all()
    assert (judged["expected"] <= judged["upper"]).all()


def test_the_miss_shrinks_with_age_and_is_smaller_than_without_a_nowcast(judged):
    miss = np.abs(np.log1p(judged["final"]) - np.log1p(judged["expected"]))
    bare = np.abs(np.log1p(judged["final"]) - np.log1p(judged["views"]))
    age = pd.cut(judged["age_days"], [0, 2, 5, 12, FINAL_DAYS], right=False)
    by_age = miss.groupby(age, observed=True).median()
    assert by_age.is_monotonic_decreasing and by_age.iloc[0] > 5 * by_age.iloc[-1]
    slow = judged["world"].isin(["steady", "long"]) & (judged["age_days"] < 5)
    assert miss[slow].median() < 0.6 * bare[slow].median()


def test_the_curve_is_the_one_that_was_planted():
    posted = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(range(200), "D")
    age = np.exp(np.random.default_rng(0).uniform(np.log(0.5), np.log(29), 200))
    ids = [str(i) for i in range(200)]
    early = pd.DataFrame({"post_id": ids, "posted_at": posted})
    early["captured_at"] = early["posted_at"] + pd.to_timedelta(age, "D")
    share = lambda days: 1 - np.exp(-days / 3)  # noqa: E731
    early["views"] = np.round(1e6 * share(age)).astype(int)
    late = early.assign(captured_at=early["posted_at"] + 40 * DAY, views=1_000_000)
    curve = growth_curve(pd.concat([late, early]))
    inner = curve[curve["age_days"].between(0.5, 29)]
    assert np.allclose(inner["share"], share(inner["age_days"]), rtol=0.08)
    assert curve["share"].is_monotonic_increasing and curve["share"].iloc[-1] == 1
    assert (inner["n_known"] > 10).all()


def test_a_curve_falls_whatever_it_is_given():
    rng = np.random.default_rng(1)
    for n in (1, 2, 9, 60):
        curve = fit_curve(rng.uniform(0.1, 29, n), rng.standard_normal(n))
        values = curve(np.geomspace(0.05, 30, 50))
        assert (np.diff(values) <= 1e-12).all() and values[-1] == pytest.approx(0, abs=1e-9)
    assert fit_curve(np.array([2.0]), np.array([1.0]), ends_at_zero=False)(np.array([9.0])) == 1


def test_what_is_read_later_never_changes_a_nowcast():
    every = simulate_readings("bursts", n_posts=120, n_imports=6, seed=3)
    past = cut(every, 2)
    before = nowcast(latest(past), past)
    assert before["expected"].notna().sum() > 10
    rng = np.random.default_rng(0)
    late = every["captured_at"] > past["captured_at"].max()
    other = every.assign(views=every["views"].where(~late, rng.integers(0, 10**7, len(every))))
    for future in (every, other):
        # the same moment seen again: readings of it as targets, later ones beside them
        again = hindcast(latest(future), future).set_index(["post_id", "captured_at"])
        same = before.set_index(["post_id", "captured_at"])
        shared = again.index.intersection(same.index)
        assert len(shared) > 10
        pd.testing.assert_frame_equal(again.loc[shared, COLUMNS[2:]], same.loc[shared])


def test_posts_that_were_read_once_are_nowcast_too():
    every = simulate_readings(seed=1)
    twice = every[every["post_id"].duplicated(keep=False)]
    now = latest(every)
    once = set(now["post_id"]) - set(twice["post_id"])
    made = nowcast(now, twice).set_index("post_id")
    assert once and made.loc[list(once), "expected"].notna().mean() > 0.9
    pd.testing.assert_frame_equal(nowcast(now, twice), nowcast(now, every))


def test_each_history_is_its_own():
    one, two = simulate_readings("fast", seed=1), simulate_readings("long", seed=2)
    two = two.assign(post_id="b" + two["post_id"], author="other")
    both = pd.concat([one, two]).sort_values("captured_at")
    made = nowcast(latest(both), both)
    for own in (one, two):
        alone = nowcast(latest(own), own)
        part = made[made["post_id"].isin(own["post_id"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(part, alone, check_dtype=False)


def known_posts(n: int, age: float, early: int, late: int) -> pd.DataFrame:
    """So many posts, read at one age and at forty days."""
    posted = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(range(n), "D")
    table = pd.DataFrame({"post_id": [f"k{i}" for i in range(n)], "posted_at": posted})
    first = table.assign(captured_at=table["posted_at"] + age * DAY, views=early)
    last = table.assign(captured_at=table["posted_at"] + 40 * DAY, views=late)
    return pd.concat([first, last], ignore_index=True)


def young_post(age: float, views: int, when="2024-06-01") -> pd.DataFrame:
    read = pd.Timestamp(when, tz="UTC")
    return pd.DataFrame(
        {"post_id": ["new"], "posted_at": [read - age * DAY], "captured_at": [read],
         "views": [views], "author": ["a"], "platform": ["tiktok"]}
    )  # fmt: skip


def with_young(known: pd.DataFrame, post: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([latest(known).assign(author="a", platform="tiktok"), post])


def test_too_few_known_posts_are_refused():
    need = fewest_known(0.8)
    assert need == 9 and fewest_known(0.9) == 19 and fewest_known(0.5) == 3
    post = young_post(2, 100)
    for n in (0, 1, 2, need - 1, need):
        known = known_posts(n, 2, 499, 999) if n else known_posts(1, 2, 1, 1).head(0)
        made = nowcast(with_young(known, post), known).iloc[0]
        assert made["n_known"] == n
        assert np.isfinite(made["expected"]) == (n == need)
    assert made["expected"] == pytest.approx(201, abs=1)
    assert made["lower"] <= made["expected"] <= made["upper"]


def test_a_post_younger_than_any_that_was_read_is_refused():
    known = known_posts(20, 10, 900, 1000)
    ages = {0.01: False, 1: False, 6: True, 25: True}
    for age, told in ages.items():
        made = nowcast(with_young(known, young_post(age, 100)), known)
        assert (len(made) == 0) == (age < 1 / 24), "less than an hour tells nothing"
        assert made["expected"].notna().all() == (told or made.empty)


def test_counts_that_fell_and_posts_without_views_are_posts_as_well():
    known = known_posts(20, 3, 1000, 900)
    made = nowcast(with_young(known, young_post(3, 500)), known).iloc[0]
    assert 440 < made["lower"] < made["expected"] <= 500, "a fall is possible"
    known = known_posts(20, 3, 0, 0)
    made = nowcast(with_young(known, young_post(3, 0)), known).iloc[0]
    assert (made["expected"], made["lower"], made["upper"]) == (0, 0, pytest.approx(0, abs=0.1))


def test_odd_readings_do_no_harm():
    known = known_posts(12, 2, 499, 999)
    before = known.head(1).assign(captured_at=lambda t: t["posted_at"] - 3 * DAY, views=7)
    same = known.assign(views=known["views"] - 1)
    posts = with_young(known, young_post(2, 100))
    plain = nowcast(posts, known)
    pd.testing.assert_frame_equal(nowcast(posts, pd.concat([known, before, same])), plain)
    missing = known.astype({"views": "Int64"})
    missing.loc[len(missing)] = ["gone", posts["posted_at"].iloc[0], pd.NaT, pd.NA]
    pd.testing.assert_frame_equal(nowcast(posts, missing), plain, check_dtype=False)
    assert (readings(before)["age_days"] > 0).all() and readings(before).empty
    assert nowcast(posts.drop(columns="captured_at"), known).empty
    with pytest.raises(UserError, match="coverage"):
        nowcast(posts, known, coverage=1.0)


def test_the_final_number_is_the_first_after_the_first_month():
    known = known_posts(1, 2, 10, 100)
    later = known.tail(1).assign(captured_at=lambda t: t["posted_at"] + 300 * DAY, views=5000)
    table = growth(pd.concat([later, known]))
    assert table["final"].tolist() == [100]
    assert table["known_at"].iloc[0] == known["captured_at"].iloc[1]
    assert table["share"].iloc[0] == pytest.approx(11 / 101)
    assert growth(known.head(1)).empty and growth_curve(known.head(1)).empty


def test_hindcasts_are_judged_by_what_came(judged):
    every = simulate_readings("steady", n_posts=140, n_imports=6, seed=2)
    past = hindcast(latest(every), every)
    wanted = past["post_id"].map(finals(every))
    assert (past["final"] == wanted).all() and len(past) > 30
    assert past["final"].between(past["lower"], past["upper"]).mean() > 0.65
    assert len(hindcast(latest(every), every, most=5)) <= 5


def test_the_front_door_has_them():
    assert {"nowcast", "growth_curve", "read_snapshots"} <= set(vi.__all__)
    every = simulate_readings(seed=1)
    assert len(vi.nowcast(latest(every), every)) and len(vi.growth_curve(every))


# --- the embargo of an account's own ---------------------------------------------------------


def test_the_embargo_follows_how_fast_views_settle():
    days = {}
    for world in ("fast", "steady", "long"):
        accounts = [simulate_readings(world, 120, 13, 7, seed) for seed in range(6)]
        chosen = [own_embargo(latest(every), every) for every in accounts]
        days[world] = np.mean([own.days for own in chosen if own])
    assert days["fast"] < 2 < days["steady"] < days["long"] < 14
    every = accounts[0]
    assert own_embargo(latest(every.head(0)), every.head(0)) is None
    few, old = known_posts(4, 0.5, 999, 999), known_posts(20, 10, 999, 999)
    assert own_embargo(latest(few), few) is None, "five readings of about one age are needed"
    assert own_embargo(latest(old), old) is None, "nobody saw the age at which they settled"


def test_an_embargo_lies_between_a_day_and_the_age_of_final_numbers():
    at_once, never = known_posts(30, 0.2, 999, 999), known_posts(30, 20, 500, 1000)
    assert own_embargo(latest(at_once), at_once) == OwnEmbargo(1, 20, before_tests=True)
    assert own_embargo(latest(never), never) == OwnEmbargo(FINAL_DAYS, 20, before_tests=True)


def test_posts_that_no_model_is_tested_on_decide_where_they_can():
    old, new = known_posts(24, 1, 950, 1000), known_posts(36, 20, 100, 1000)
    shift = {"posted_at": new["posted_at"] + 90 * DAY, "captured_at": new["captured_at"] + 90 * DAY}
    every = pd.concat([old, new.assign(post_id="n" + new["post_id"], **shift)])
    assert own_embargo(latest(every), every) == OwnEmbargo(1, 24, before_tests=True)
    later = every[every["post_id"].str.startswith("n")]
    assert own_embargo(latest(every), later) == OwnEmbargo(FINAL_DAYS, 36, before_tests=False)


# --- the page --------------------------------------------------------------------------------


def summed_up(every: pd.DataFrame, private: bool = False) -> findings.Growth:
    posts = latest(every).assign(caption="a caption")
    n_known = growth(every)["post_id"].nunique()
    made, earlier = nowcast(posts, every), hindcast(posts, every)
    return findings.growth(posts, n_known, made, earlier, private)


def test_what_is_said_follows_what_is_known():
    every = simulate_readings("steady", n_posts=140, n_imports=6, seed=2)
    told = summed_up(every)
    assert (told.known, told.check) == (Known.TOLD, Check.KEPT)
    ages = [post.age_days for post in told.newest]
    assert ages == sorted(ages) and len(ages) == 3 and "caption" in str(told.newest[0].post)
    assert "caption" not in str(summed_up(every, private=True).newest[0].post)
    assert summed_up(cut(every, 5)).known is Known.NOTHING
    once = cut(every, 4)
    assert summed_up(once).check is Check.NONE, "nobody could have made a nowcast before"
    few = every[every["post_id"].isin(growth(every)["post_id"].unique()[:8])]
    assert summed_up(few).known is Known.TOO_FEW
    grown = every[every["post_id"].isin(finals(every).index)]
    assert summed_up(grown).known is Known.NO_YOUNG
    known, young = known_posts(20, 10, 900, 1000), young_post(1, 100)
    unread = pd.concat([known.assign(author="a", platform="tiktok"), young])
    assert summed_up(unread).known is Known.TOO_YOUNG


def test_intervals_that_broke_their_promise_are_called_narrow():
    every = simulate_readings("steady", n_posts=140, n_imports=6, seed=2)
    posts = latest(every).assign(caption="")
    made, earlier = nowcast(posts, every), hindcast(posts, every)
    broken = earlier.assign(upper=earlier["lower"])
    verdicts = [
        findings.growth(posts, 90, made, table).check for table in (broken, earlier.head(3))
    ]
    assert verdicts == [Check.NARROW, Check.FEW]


def test_the_table_tells_by_age():
    every = simulate_readings("steady", n_posts=140, n_imports=6, seed=2)
    rows = findings.by_age(growth(every), hindcast(latest(every), every))
    assert [row.age_days for row in rows] == [1, 3, 7, 14]
    shares = [row.share for row in rows]
    assert shares == sorted(shares) and shares[0] < 0.5 and shares[-1] > 0.9
    assert rows[1].miss > rows[-1].miss >= 1
    sparse = findings.by_age(growth(every), hindcast(latest(every), every).head(1))
    assert np.isnan([row.miss for row in sparse]).all(), "one nowcast has no typical miss"
    assert set(figures.ages_table(sparse)["range held"]) == {"–"}
    table = figures.ages_table(rows)
    assert len(table) == 4 and table["age"].tolist()[1] == "3 days"
    assert findings.by_age(growth(every).head(0), hindcast(latest(every), every).head(0)) == []


def history_file(folder, every: pd.DataFrame):
    """What a scraper that runs every week leaves: a row a post and day in one file."""
    path = folder / "history.csv"
    every[["post_id", "author", "posted_at", "captured_at", "views"]].to_csv(path, index=False)
    return path


def with_real_ids(every: pd.DataFrame) -> pd.DataFrame:
    seconds = every["posted_at"].dt.as_unit("s").astype("int64")
    return every.assign(post_id=[str((s << 32) + 1) for s in seconds])


def test_a_history_in_one_file_becomes_nowcasts_on_the_page(tmp_path, monkeypatch):
    every = with_real_ids(simulate_readings("steady", n_posts=80, n_imports=8, apart_days=10))
    path = history_file(tmp_path, every)
    snapshots, posts = vi.read_snapshots(path), vi.read_posts(path)
    mine = nowcast(latest(every), every).dropna()
    made = nowcast(posts, snapshots).dropna()
    assert len(made) == len(mine) and np.allclose(made["expected"], mine["expected"], rtol=1e-6)
    run, said = run_chapters(tmp_path / "run", monkeypatch, path, until="data", draw=True)
    assert "is on its way to about" in said and "fig-growth" in said and "tbl-growth" in said
    kept = pd.read_parquet(run.artefact("snapshots"))
    assert len(kept) == len(snapshots) > len(posts)


def test_two_exports_of_an_account_are_enough(tmp_path, monkeypatch):
    every = with_real_ids(simulate_readings("steady", n_posts=90, n_imports=2, apart_days=35))
    for number, (when, now) in enumerate(every.groupby("captured_at")):
        made_up = exports.made_up_posts(n=len(now)).drop(columns=["views", "post_id", "posted_at"])
        columns = now[["post_id", "posted_at", "views"]].reset_index(drop=True)
        posts = pd.concat([made_up, columns], axis=1).assign(
            **dict.fromkeys(("likes", "comments", "shares", "saves"), columns["views"] // 20),
            url=[f"https://www.tiktok.com/@maker/video/{i}" for i in columns["post_id"]],
        )
        records = exports.json.loads(exports.apify(posts))
        for record in records:
            record["scrapedAt"] = f"{when:%Y-%m-%dT%H:%M:%S.000Z}"
        (tmp_path / f"{number}.json").write_bytes(exports.dump(records))
    folder = tmp_path / "only"
    made = nowcast(vi.read_posts(tmp_path), vi.read_snapshots(tmp_path))
    assert made["expected"].notna().sum() > 10 and made["n_known"].max() >= 9
    folder.mkdir()
    (tmp_path / "1.json").rename(folder / "1.json")
    _, said = run_chapters(tmp_path / "run", monkeypatch, folder, until="data", draw=False)
    assert "on its way" not in said and "still growing?" not in said, "no snapshots, no section"


# --- the parameter ---------------------------------------------------------------------------


@pytest.fixture
def alice(tmp_path, monkeypatch) -> Run:
    """A run whose posts were read every week."""
    every = with_real_ids(simulate_readings("fast", n_imports=13, apart_days=7, seed=2))
    run = Run.at(tmp_path / "alice")
    run.save(inputs=Inputs(posts=str(history_file(tmp_path, every))))
    return run


def test_the_word_becomes_a_number_before_any_chapter_runs(alice, monkeypatch, capsys):
    ran = []
    monkeypatch.setattr(session, "_decide_encoders", lambda job: None)
    monkeypatch.setattr(
        session.runner, "execute", lambda run, given, *rest: ran.append(given) or []
    )
    for _ in range(2):  # the second time it is remembered, as the word
        session.run(Request(name="alice", given={} if ran else {"embargo_days": "own"}), alice)
    days = ran[0]["embargo_days"]
    assert ran[0] == ran[1] and type(days) is int and 1 <= days < 7
    assert alice.load()["parameters"]["embargo_days"] == "own"
    assert alice.load()["own_embargo"] == days
    assert "embargo_days=own:" in capsys.readouterr().out
    session.run(Request(name="alice", given={"embargo_days": 3}), alice)
    assert ran[2]["embargo_days"] == 3 and alice.load()["own_embargo"] is None


def test_an_import_reads_with_the_number(alice, tmp_path):
    alice.save(parameters={"embargo_days": "own"})
    reading, _ = session.bring(alice, [alice.inputs().posts])
    assert 1 <= reading.notes["embargo_days"] < 7
    assert alice.load()["parameters"]["embargo_days"] == "own"


def test_without_readings_the_word_is_the_usual_number(tmp_path):
    posts = latest(with_real_ids(simulate_readings(n_posts=30, n_imports=1)))
    inputs = Inputs(posts=str(history_file(tmp_path, posts)))
    settled = own_days.settle({"embargo_days": "own", "n_folds": 3}, inputs)
    assert settled.parameters == {"embargo_days": 7, "n_folds": 3} and "too few" in settled.note
    assert own_days.settle({"n_folds": 3}, inputs) == own_days.Settled({"n_folds": 3})


def test_only_the_embargo_may_be_that_word():
    assert params.resolve({"embargo_days": "own"}) == {"embargo_days": "own"}
    assert params.resolve({"embargo_days": "12"}) == {"embargo_days": 12}
    for name, value in (("n_folds", "own"), ("embargo_days", "owner"), ("embargo_days", "")):
        with pytest.raises(UserError, match=name):
            params.resolve({name: value})
    with pytest.raises(UserError, match="a whole number"):
        params.refuse_notebook("data", {"embargo_days": "own"})
