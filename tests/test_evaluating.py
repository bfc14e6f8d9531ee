"""`virality evaluate`: whatever is brought, however it is spread, the same results come out."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import exports
from toyposts import toy_posts
from virality import cli
from virality.book import evaluated as pages
from virality.book import evaluating
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.creators.evaluate import chunks, partition, read
from virality.creators.evaluate.many import evaluate_many
from virality.creators.evaluate.one import Work
from virality.creators.evaluate.partition import by_creator
from virality.creators.evaluate.predict import LONGER_RULE
from virality.creators.evaluate.read import Reader
from virality.creators.evaluate.settings import ALL, Settings, chosen_models
from virality.creators.evaluate.spread import spread
from virality.creators.evaluate.tables import FAILED, MODELLED, TABLES, TOO_FEW
from virality.creators.fit_prior import fit_prior
from virality.door import extract_media
from virality.evaluation.evaluate import cross_validate
from virality.evaluation.forecast import forecast
from virality.evidence.claims import content_test
from virality.features.build import build_features
from virality.findings.evaluated import evaluated
from virality.media.encoders.classic import CLASSIC
from virality.media.texts import text_vectors
from virality.models import catalogue as md
from virality.models.prior_files import prior_files
from virality.posts.read import read_posts
from virality.posts.tidy import completed

FORMS = {**exports.WRITERS, **exports.ELSEWHERE}
QUICK = ("--models", "ridge", "--text", "none", "--content-test", "0")
HOSTILE = '<script>alert(1)</script>"&=/x'


def many(sizes=(8, 40, 45), **columns) -> pd.DataFrame:
    """Posts of several creators in one tidy table."""
    parts = [toy_posts(n, seed=n, author=f"a{n}", content=0.4)[0] for n in sizes]
    posts = completed(pd.concat(parts, ignore_index=True), "made")
    return posts.assign(**columns)


def command(*words) -> None:
    assert cli.main(["evaluate", *map(str, words)]) == 0


def results(folder: Path) -> dict[str, pd.DataFrame]:
    places = {name: folder / f"{name}.parquet" for name in TABLES} | {
        "predictions": folder / "predictions"
    }
    return {name: pd.read_parquet(place) for name, place in places.items()}


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "posts.parquet"
    many().to_parquet(path)
    return path


# --- what it reads --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_every_format_of_a_report_is_read(form, tmp_path):
    (tmp_path / "in").write_bytes(FORMS[form][1](exports.made_up_posts()))
    command(tmp_path / "in", "--out", tmp_path / "out", *QUICK)
    (row,) = results(tmp_path / "out")["creators"].itertuples()
    assert (row.n_posts, row.status) == (12, TOO_FEW)


@pytest.mark.parametrize("form", ["tidy CSV", "apify", "studio zip"])
def test_posts_are_those_of_a_report(form, tmp_path):
    path = tmp_path / "in"
    path.write_bytes(FORMS[form][1](exports.made_up_posts()))
    found = pd.concat(Reader([path]).tables())
    assert_frame_equal(found, read_posts(path).posts)


def test_files_of_one_folder_complete_each_other(tmp_path):
    posts = exports.made_up_posts()
    (tmp_path / "Content.csv").write_bytes(exports.studio_csv(posts))
    days = exports.followers_csv(posts["posted_at"].max(), range(100, 160))
    (tmp_path / "FollowerHistory.csv").write_bytes(days)
    (together,) = Reader([tmp_path]).tables()
    assert len(together) == 12 and together["followers"].notna().any()


def test_large_exports_are_read_one_by_one(tmp_path, monkeypatch):
    posts = exports.made_up_posts()
    for name, own in (("a", posts.head(7)), ("b", posts.tail(7))):
        (tmp_path / f"{name}.csv").write_bytes(exports.tidy_csv(own))
    (one,) = Reader([tmp_path]).tables()
    monkeypatch.setattr(read, "TOGETHER_BYTES", 10)
    several = list(Reader([tmp_path]).tables())
    assert [len(one), *map(len, several)] == [12, 7, 7]
    command(tmp_path, "--out", tmp_path.with_name("out"), *QUICK)
    assert results(tmp_path.with_name("out"))["creators"]["n_posts"].tolist() == [12]


def test_a_dataset_of_folders_is_one_table(tmp_path, stored):
    posts = pd.read_parquet(stored)
    names = {"a8": "007", "a40": "a/b=c d", "a45": "naïve ☕"}
    posts = posts.assign(author=posts["author"].map(names))
    posts.to_parquet(stored)
    posts.to_parquet(tmp_path / "parts", partition_cols=["author"])
    command(stored, "--out", tmp_path / "of one", *QUICK)
    command(tmp_path / "parts", "--out", tmp_path / "of many", *QUICK)
    whole, parts = results(tmp_path / "of one"), results(tmp_path / "of many")
    assert set(whole["creators"]["author"]) == set(names.values())
    for name in TABLES:
        assert_frame_equal(whole[name], parts[name], check_exact=True)


def test_a_creator_spread_over_files_and_batches_is_one(tmp_path, stored, monkeypatch):
    posts = pd.read_parquet(stored).sample(frac=1, random_state=0)
    (tmp_path / "parts").mkdir()
    for number, rows in enumerate(np.array_split(np.arange(len(posts)), 4)):
        posts.iloc[rows].to_parquet(tmp_path / "parts" / f"{number}.parquet", row_group_size=5)
    monkeypatch.setattr(read, "BATCH_ROWS", 7)
    command(stored, "--out", tmp_path / "whole", *QUICK)
    command(tmp_path / "parts", "--out", tmp_path / "several", *QUICK)
    whole, several = results(tmp_path / "whole"), results(tmp_path / "several")
    for name in TABLES:
        assert_frame_equal(whole[name], several[name], check_exact=True)


@pytest.mark.parametrize("form", ["tidy.csv", "tidy.parquet", "posts.json", "posts.xlsx"])
def test_any_column_of_any_format_separates_creators(form, tmp_path):
    posts = exports.made_up_posts()
    niche = ["dance", "food", None] * 4
    if form == "posts.json":
        objects = json.loads(exports.apify(posts))
        told = [o | {"topic": {"niche": n}} for o, n in zip(objects, niche, strict=True)]
        (tmp_path / form).write_text(json.dumps(told))
        by = "topic.niche"
    else:
        by = "Niche"
        table = posts.assign(Niche=niche)
        writers = {
            "tidy.csv": lambda path: table.to_csv(path, index=False),
            "tidy.parquet": table.to_parquet,
            "posts.xlsx": lambda path: path.write_bytes(exports.tidy_xlsx(table)),
        }
        writers[form](tmp_path / form)
    command(tmp_path / form, "--by", by, "--out", tmp_path / "out", *QUICK)
    creators = results(tmp_path / "out")["creators"]
    assert creators[[by, "n_posts"]].to_numpy().tolist() == [["dance", 4], ["food", 4]]
    assert "4 posts named no creator" in (tmp_path / "out" / "summary.html").read_text()


def test_what_does_not_separate_creators_is_refused(tmp_path, stored, capsys):
    stored.with_suffix(".csv").write_bytes(exports.tidy_csv(many((8,))))
    for path in (stored, stored.with_suffix(".csv")):
        for by, said in {
            "planet": "no column",
            "views": "separates no",
            "model": "separates",
        }.items():
            words = ["evaluate", str(path), "--by", by, "--out", str(tmp_path / "out")]
            assert cli.main(words) == 1
            assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_later_reading_of_a_post_wins(tmp_path):
    posts = many((40,))
    early = posts.head(30).assign(captured_at=posts["posted_at"].max() + pd.Timedelta(days=8))
    late = posts.assign(captured_at=posts["posted_at"].max() + pd.Timedelta(days=90))
    early["views"] = early["views"] // 2
    for name, own in (("a", late), ("b", early)):
        own.to_parquet(tmp_path / f"{name}.parquet")
    found = evaluate_many(pd.concat([early, late]), models=["ridge"], text="none", n_shifts=0)
    alone = evaluate_many(late, models=["ridge"], text="none", n_shifts=0)
    assert found.creators["n_posts"].tolist() == [40]
    assert_frame_equal(found.predictions, alone.predictions, check_exact=True)


# --- what goes wrong ------------------------------------------------------------------------------


def test_a_broken_creator_costs_no_other(tmp_path):
    posts = many((40, 45))
    posts.loc[posts["author"] == "a40", "duration_s"] = -1.0
    posts.to_parquet(tmp_path / "posts.parquet")
    command(tmp_path / "posts.parquet", "--out", tmp_path / "out", *QUICK)
    found = results(tmp_path / "out")
    creators = found["creators"].set_index("author")
    assert creators["status"].to_dict() == {"a40": FAILED, "a45": MODELLED}
    assert "duration_s" in creators.loc["a40", "problem"]
    assert set(found["scores"]["author"]) == {"a45"}
    assert "duration_s" in (tmp_path / "out" / "summary.html").read_text()


def test_a_fault_at_one_creator_is_told_and_costs_no_other(monkeypatch):
    def fault(posts, *_):
        if posts["author"].iloc[0] == "a40":
            raise ZeroDivisionError("nobody expected it")
        return build_features(posts)

    monkeypatch.setattr("virality.creators.evaluate.one.build_features", fault)
    found = evaluate_many(many((40, 45)), models=["ridge"], text="none", n_shifts=0)
    problems = found.creators.set_index("author")["problem"]
    assert problems["a40"] == "ZeroDivisionError: nobody expected it" and problems["a45"] == ""


def test_a_broken_file_costs_no_other(tmp_path, stored, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    stored.rename(folder / "good.parquet")
    (folder / "torn.parquet").write_bytes((folder / "good.parquet").read_bytes()[:-9])
    (folder / "notes.csv").write_text("a,b\n1,2\n")
    many((8,)).assign(views="many").to_parquet(folder / "words.parquet")
    command(folder, "--out", tmp_path / "out", *QUICK)
    assert "3 files could not be used" in capsys.readouterr().out
    page = (tmp_path / "out" / "summary.html").read_text()
    assert all(name in page for name in ("torn.parquet", "notes.csv", "words.parquet"))
    assert len(results(tmp_path / "out")["creators"]) == 3


def test_nothing_to_read_is_told(tmp_path, capsys):
    (tmp_path / "torn.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "b.csv").write_text("post_id,views\n1,2\n")
    (tmp_path / "empty").mkdir()
    for name in ("torn.parquet", "b.csv", "empty", "nowhere.parquet", "a\0b"):
        assert cli.main(["evaluate", str(tmp_path / name), "--out", str(tmp_path / "out")]) == 1
        said = capsys.readouterr().err.strip()
        assert len(said.splitlines()) == 1 and "fault of the program" not in said
    assert not (tmp_path / "out").exists()


def test_nobody_with_enough_posts_is_no_failure(tmp_path, capsys):
    many((5, 8)).to_parquet(tmp_path / "posts.parquet")
    command(tmp_path / "posts.parquet", "--out", tmp_path / "out")
    assert "2 of 2 creators were left out" in capsys.readouterr().out
    found = results(tmp_path / "out")
    assert found["creators"]["status"].tolist() == [TOO_FEW] * 2
    for name in set(TABLES) - {"creators"}:
        assert found[name].empty and list(found[name]) == ["author", *TABLES[name]]


# --- what it does ---------------------------------------------------------------------------------


def test_forecasts_are_those_of_the_book():
    posts = many((45,))
    found = evaluate_many(posts, n_shifts=19, n_bootstrap=50)
    features = [build_features(posts), text_vectors(posts, CLASSIC)]
    own = cross_validate(posts, features, md.MODELS)
    mine = found.predictions[list(own)]
    mine = mine[mine["model"].isin(set(own["model"]))].reset_index(drop=True)
    assert_frame_equal(mine, own, check_exact=True)
    made = forecast(posts, features).predictions.reset_index(drop=True)
    rows = found.predictions[found.predictions["model"] == "forecast"].reset_index(drop=True)
    assert_frame_equal(rows[["post_id", "y_pred", "order"]], made[["post_id", "y_pred", "order"]])
    tested = content_test(posts, features, n_shifts=19)
    assert_frame_equal(found.evidence[list(tested)], tested, check_exact=True)
    assert set(found.scores["model"]) == {*ALL, *md.BASELINES, LONGER_RULE}


def test_the_longer_rule_is_the_median_of_twenty_matured_posts():
    posts = many((60,))
    rows = evaluate_many(posts, models=["ridge"], text="none", n_shifts=0).predictions
    rows = rows[rows["model"] == LONGER_RULE].set_index("post_id")["y_pred"]
    for post in posts.itertuples():
        if post.post_id in rows:
            old = posts[posts["posted_at"] <= post.posted_at - pd.Timedelta(days=7)]
            known = np.log1p(old["views"].astype(float)).tail(20)
            assert rows[post.post_id] == pytest.approx(known.median())


def test_captions_become_the_blocks_of_a_report(tmp_path):
    posts = exports.made_up_posts()
    report = extract_media(posts, encoders="classic", cache=tmp_path)
    own = text_vectors(posts, CLASSIC)
    assert own.index.tolist() == report.index.tolist() and list(own) == list(report)
    np.testing.assert_array_equal(own.to_numpy(), report.to_numpy())
    assert text_vectors(posts, None).shape == (12, 0)
    assert text_vectors(posts.assign(caption=None), CLASSIC).shape == (12, 0)


def test_the_options_reach_those_who_work(tmp_path, stored, monkeypatch):
    asked = []
    monkeypatch.setattr(evaluating, "evaluate", asked.append)
    command(
        stored, "--by", "niche", "--out", "o", "--split", "rolling", "--folds", 1, "--embargo", 3,
        "--target", "likes", "--test-share", 0.3, "--models", "ridge,forecast", "--text", "none",
        "--content-test", 49, "--seed", 5, "--timezone", "Asia/Tokyo", "--jobs", 2, "--force",
        "--scheduler", "tcp://x:1", "--columns", "views=plays", "--prior", "p",
    )  # fmt: skip
    (task,) = asked
    protocol = Protocol(
        target="likes", split="rolling", n_folds=1, test_share=0.3, embargo_days=3, seed=5
    )
    settings = Settings(
        by="niche", models=("ridge", "forecast"), protocol=protocol, text="none", n_shifts=49,
        timezone="Asia/Tokyo",
    )  # fmt: skip
    assert task == evaluating.Task(
        posts=[str(stored)], out="o", settings=settings, columns="views=plays", jobs=2,
        scheduler="tcp://x:1", prior="p", force=True,
    )  # fmt: skip


def test_the_reference_split_holds_out_the_newest_posts():
    posts = many((60,))
    last = Protocol(n_folds=1, test_share=0.3, embargo_days=3)
    found = evaluate_many(posts, models="ridge", text="none", n_shifts=0, protocol=last)
    tested = found.predictions.loc[found.predictions["model"] == "ridge", "post_id"]
    assert tested.tolist() == posts["post_id"].tail(18).tolist()
    assert found.creators["n_tested"].tolist() == [18]


def test_a_prior_speaks_in_the_forecast(tmp_path, capsys):
    posts = many(tuple(range(40, 48)))
    prior = fit_prior(posts)
    for name, content in prior_files(prior).items():
        (tmp_path / name).write_bytes(content)
    own = posts[posts["author"] == "a40"]
    own.to_parquet(tmp_path / "posts.parquet")
    words = [tmp_path / "posts.parquet", "--text", "none", "--content-test", 0, "--prior", tmp_path]
    command(*words, "--models", "forecast", "--out", tmp_path.with_name("with"))
    with_prior = results(tmp_path.with_name("with"))["predictions"]
    told = forecast(own, [build_features(own)], prior=prior).predictions["y_pred"].tolist()
    assert with_prior.loc[with_prior["model"] == "forecast", "y_pred"].tolist() == told
    for more, said in {"--models": "ridge", "--target": "likes"}.items():
        assert cli.main(["evaluate", *map(str, words), more, said]) == 1
        assert "prior" in capsys.readouterr().err


def test_models_are_chosen_by_name():
    assert chosen_models("all") == chosen_models("") == ALL
    assert chosen_models("stack, ewm,stack") == ("stack",)
    assert chosen_models("all", "shuffled") == md.MODELS
    with pytest.raises(UserError, match="follows time"):
        chosen_models(["forecast"], "study")
    with pytest.raises(UserError, match="crystal"):
        chosen_models("ridge,crystal_ball")


# --- wherever it is done --------------------------------------------------------------------------


def test_the_size_of_chunks_and_buckets_changes_nothing(tmp_path, stored, monkeypatch):
    command(stored, "--out", tmp_path / "a", *QUICK)
    monkeypatch.setattr(chunks, "CHUNK_POSTS", 1)
    monkeypatch.setattr(evaluating, "chunked", lambda creators: chunks.chunked(creators, 1))
    monkeypatch.setattr(partition, "ROWS_PER_BUCKET", 10)
    command(stored, "--out", tmp_path / "b", *QUICK)
    assert len(list((tmp_path / "b" / "predictions").iterdir())) == 2
    a, b = results(tmp_path / "a"), results(tmp_path / "b")
    for name in TABLES:
        sort = ["author", *(c for c in ("model", "fold", "post_id", "by") if c in a[name])]
        one, other = (t[name].sort_values(sort, ignore_index=True) for t in (a, b))
        assert_frame_equal(one, other, check_exact=True)
    assert (tmp_path / "a" / "summary.html").read_bytes() == (
        tmp_path / "b" / "summary.html"
    ).read_bytes()


def test_buckets_hold_whole_creators_and_are_removed(tmp_path):
    posts = many((8, 40, 45)).sample(frac=1, random_state=1)
    parts = [posts.iloc[rows] for rows in np.array_split(np.arange(len(posts)), 9)]
    found = dict(by_creator(parts, "author", tmp_path, n_rows=10**7))
    assert {name: len(own) for name, own in found.items()} == {"a8": 8, "a40": 40, "a45": 45}
    assert not list(tmp_path.iterdir())


def test_buckets_that_are_too_full_are_dealt_again(tmp_path, monkeypatch):
    posts = pd.concat([many((5,)).assign(author=f"c{i}") for i in range(40)]).sample(frac=1)
    monkeypatch.setattr(partition, "ROWS_PER_BUCKET", 10)
    monkeypatch.setattr(partition, "MOST_BUCKETS", 3)
    monkeypatch.setattr(partition, "BUFFERED_ROWS", 7)
    read_at_once = []
    genuine = pd.read_parquet
    monkeypatch.setattr(
        pd, "read_parquet", lambda path: read_at_once.append(len(genuine(path))) or genuine(path)
    )
    found = dict(by_creator([posts], "author", tmp_path, n_rows=200))
    assert {name: len(own) for name, own in found.items()} == {f"c{i}": 5 for i in range(40)}
    assert max(read_at_once) <= 20
    assert found["c3"].dtypes.equals(posts.dtypes)
    assert not list(tmp_path.iterdir())


def bytes_of(folder: Path) -> dict:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.slow
def test_processes_and_a_cluster_give_the_same_bytes(tmp_path, stored, monkeypatch):
    from dask.distributed import LocalCluster

    monkeypatch.setattr(evaluating, "chunked", lambda creators: chunks.chunked(creators, 1))
    options = ("--models", "ridge,xgboost,forecast", "--content-test", 19)
    command(stored, "--out", tmp_path / "alone", *options)
    command(stored, "--out", tmp_path / "two", "--jobs", 2, *options)
    with LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        command(stored, "--out", tmp_path / "cluster", "--scheduler", address, *options)
    assert bytes_of(tmp_path / "alone") == bytes_of(tmp_path / "two")
    assert bytes_of(tmp_path / "alone") == bytes_of(tmp_path / "cluster")


@pytest.mark.slow
def test_a_cluster_that_cannot_be_used_is_told(stored, tmp_path, capsys):
    from dask.distributed import LocalCluster

    words = ["evaluate", str(stored), "--out", str(tmp_path / "out"), *QUICK, "--scheduler"]
    assert cli.main([*words, "tcp://127.0.0.1:1"]) == 1
    assert "does not answer" in capsys.readouterr().err
    assert cli.main([*words, "nowhere"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    with LocalCluster(n_workers=0, dashboard_address=None) as idle:
        assert cli.main([*words, idle.scheduler_address]) == 1
    assert "no workers" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


class KilledWorker(Exception):
    """As dask.distributed calls it."""


def test_a_worker_that_dies_costs_its_creators_alone(monkeypatch):
    from virality.creators.evaluate import spread as module

    class Future:
        def __init__(self, status, result):
            self.status, self._result = status, result
            self.result = self.exception = lambda: result

    work = Work(Settings())
    chunk = chunks.Chunk(3, ("a", "b"), (many((5,)), many((8,))))
    number, tables = module._outcome(Future("error", KilledWorker()), chunk, work)
    assert number == 3 and tables["creators"]["author"].tolist() == ["a", "b"]
    assert tables["creators"]["n_posts"].tolist() == [5, 8]
    assert tables["creators"]["problem"].str.contains("died").all()
    with pytest.raises(UserError, match="went away"):
        module._outcome(Future("lost", None), chunk, work)
    with pytest.raises(UserError, match="same version"):
        module._outcome(Future("error", ModuleNotFoundError("virality")), chunk, work)


def test_chunks_are_taken_as_fast_as_they_are_examined():
    taken = []

    def counted():
        for chunk in chunks.chunked(((f"c{i}", many((5,))) for i in range(9)), 1):
            taken.append(chunk.number)
            yield chunk

    work = Work(Settings(models=("ridge",), text="none", n_shifts=0))
    numbers = []
    for number, _ in spread(counted(), work):
        numbers.append(number)
        assert len(taken) == len(numbers)
    assert numbers == list(range(9))


# --- the page -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def eight():
    """Eight creators with few models."""
    posts = many(tuple(range(40, 48)))
    return evaluate_many(posts, models=["ridge", "forecast"], n_shifts=19, n_bootstrap=20)


def as_tables(found) -> dict:
    return {name: getattr(found, name) for name in TABLES}


def test_the_page_says_what_the_tables_hold(eight):
    found = evaluated(as_tables(eight), "author", Protocol())
    errors = eight.scores.pivot_table("mae", "author", "model")
    for row in found.rows:
        own = eight.scores[eight.scores["model"] == row.model]
        assert row.mae == own["mae"].median() and row.creators == 8
        assert row.spearman == pytest.approx(own["spearman"].median(), nan_ok=True)
        covered = eight.coverage.loc[eight.coverage["model"] == row.model, "coverage"]
        assert row.coverage == covered.median()
        assert row.badly_covered == (covered < 0.7).mean()
        if row.model != md.RECENT_RULE:
            better = (errors[row.model] < errors[md.RECENT_RULE]).mean()
            assert row.better[0].value == better
    for change in found.changes:
        ratio = errors[change.model] / errors[change.against]
        assert change.change.value == pytest.approx(ratio.mean() - 1)
        assert change.error == pytest.approx(ratio.std() / np.sqrt(8))
        assert change.change.low < change.change.value < change.change.high
    claims = eight.evidence[eight.evidence["kind"] == "content_any"]
    assert found.content.found == (claims["p_adjusted"] <= 0.05).sum()
    assert found.main == "forecast"
    assert found.size.tested == eight.predictions.groupby("author")["post_id"].nunique().sum()


def test_the_order_of_rows_changes_nothing_on_the_page(eight):
    tables = as_tables(eight)
    mixed = {name: t.sample(frac=1, random_state=2) for name, t in tables.items()}
    found, again = (evaluated(t, "author", Protocol()) for t in (tables, mixed))
    assert pages.page(found, tables, "author", {}) == pages.page(again, mixed, "author", {})


def test_hostile_names_are_harmless(tmp_path):
    posts = many((8, 40))
    posts.loc[posts["author"] == "a8", "author"] = HOSTILE
    posts.loc[posts["author"] == HOSTILE, "duration_s"] = -1.0
    posts.to_parquet(tmp_path / "posts.parquet")
    torn = tmp_path / "<img src=x onerror=alert(1)>.parquet"
    torn.write_bytes(b"PAR1")
    command(tmp_path, "--out", tmp_path.with_name("out"), *QUICK)
    page = (tmp_path.with_name("out") / "summary.html").read_text()
    assert "<script" not in page and "<img src=x" not in page
    assert "&lt;script&gt;" in page and "&lt;img src=x" in page


def test_the_page_needs_nothing_beside_it(tmp_path, stored):
    command(stored, "--out", tmp_path / "out", *QUICK)
    page = (tmp_path / "out" / "summary.html").read_text()
    assert page.count("<picture>") == 2
    assert "http" not in page.split("</style>")[1].replace("http-equiv", "")
    assert "@media print" in page and "color-scheme:light dark" in page
    record = json.loads((tmp_path / "out" / "settings.json").read_text())
    assert record["settings"]["models"] == ["ridge"] and record["rows"] == 93
