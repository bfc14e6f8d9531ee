"""What was learnt from others helps where it can, never hurts much, and gives nobody away."""

import hashlib
import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from virality import cli
from virality.book import stamps
from virality.book.request import Request, resolve
from virality.core.chapters import chapter
from virality.core.embargo import DAY_US
from virality.core.errors import UserError
from virality.core.paths import Run
from virality.core.protocol import Protocol
from virality.creators import cross_fit as crossed
from virality.creators.fit_prior import MIN_CREATORS, fit_prior
from virality.demo.worlds import Shares, World, simulate_world
from virality.evaluation.experts import PRIOR
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import weigh
from virality.features.build import build_features
from virality.features.table import model_table
from virality.findings import forecast as findings
from virality.models import prior_files as files
from virality.models.relative import COLUMNS, Start, stand, told
from virality.models.stored_trees import MOST_TREES

ALIKE = World(common=1.0, shares=Shares.only(hour=0.2, weekday=0.1, length=0.2), level="white")


def creators(n: int, world: World, first: int = 0) -> pd.DataFrame:
    """Posts of several creators, in order of time."""
    own = [simulate_world(world, [first + i, 5], f"Zoë{first + i}")[0] for i in range(n)]
    return pd.concat(own).sort_values(["posted_at", "post_id"], ignore_index=True)


@pytest.fixture(scope="module")
def many():
    return creators(MIN_CREATORS, replace(ALIKE, n=60))


@pytest.fixture(scope="module")
def prior(many):
    return fit_prior(many)


@pytest.fixture(scope="module")
def stranger():
    posts = creators(1, replace(ALIKE, n=70), first=900)
    return posts, model_table(posts, build_features(posts))


@pytest.fixture
def folder(prior, tmp_path):
    place = tmp_path / "prior"
    place.mkdir()
    for name, content in files.prior_files(prior).items():
        (place / name).write_bytes(content)
    return place


# --- what it says ---------------------------------------------------------------------------------


def test_what_creators_share_is_learnt(prior, stranger):
    _, table = stranger
    level, _ = stand(table, prior.start)
    errors = [(table.y - said).abs().mean() for said in (prior.predict(table), level)]
    assert errors[0] < 0.95 * errors[1]
    assert prior.gain > 0.05
    assert prior.first(table).corr(table.y, method="spearman") > 0.25


def test_no_later_post_and_no_unmatured_outcome_changes_a_forecast(prior, stranger):
    posts, table = stranger
    at = 40
    moment = posts["posted_at"].iloc[at]
    unknown = posts["posted_at"] > moment - pd.Timedelta(days=7)
    views = posts["views"].mask(unknown, posts["views"] * 50 + 7)
    changed = posts.assign(views=views, caption=posts["caption"].mask(posts.index > at, "#other"))
    again = prior.predict(model_table(changed, build_features(changed)))
    before = table.y.index[: at + 1]
    assert prior.predict(table)[before].equals(again[before])
    assert not prior.predict(table).equals(again)


def test_a_first_post_is_told_without_any_outcome(prior, stranger):
    posts, table = stranger
    changed = posts.assign(views=posts["views"].to_numpy()[::-1].copy())
    again = prior.first(model_table(changed, build_features(changed)))
    assert again.equals(prior.first(table))


def test_an_account_with_more_views_is_told_in_the_same_words(stranger):
    posts, table = stranger
    more = posts.assign(views=((posts["views"] + 1) * 1000 - 1).astype("Int64"))
    other = model_table(more, build_features(more))
    start = Start(9.0, 1.0)
    rows = [told(one, *stand(one, start)) for one in (table, other)]
    known = table.baselines["baseline__level"].notna().to_numpy()
    sums = [name for name in COLUMNS if "log_sum" in name]
    rows = [each[known].drop(columns=sums) for each in rows]  # ln(1 + a sum) is not quite a shift
    assert np.allclose(*rows, atol=2e-3, equal_nan=True)


def test_the_level_of_others_stands_in_for_one_that_nobody_knows(prior, stranger):
    _, table = stranger
    assert np.isnan(table.baselines["baseline__level"].iloc[0])
    assert abs(prior.predict(table).iloc[0] - prior.start.level) < 3 * prior.start.spread


def test_too_few_creators_are_refused(many):
    few = many[many["author"] != many["author"].iloc[0]]
    with pytest.raises(UserError, match=f"needs {MIN_CREATORS} creators"):
        fit_prior(few)


def test_another_target_is_refused(prior, stranger):
    posts, _ = stranger
    likes = model_table(posts, build_features(posts), Protocol(target="likes"))
    with pytest.raises(UserError, match="target=views"):
        prior.predict(likes)


# --- in the forecast ------------------------------------------------------------------------------


class Says:
    """A prior that says something silly."""

    def __init__(self, what):
        self.what = what

    def predict(self, table):
        level = table.baselines["baseline__level"].fillna(9.0)
        noise = np.random.default_rng(0).normal(0, 1, len(level))
        silly = {"far": level + 5, "noise": level + noise, "reversed": 18 - level}
        return silly[self.what]


class Opposite:
    """A model that adds to the level the opposite of what a prior does."""

    def __init__(self, prior):
        self.prior = prior

    def predict(self, table):
        return 2 * stand(table, self.prior.start)[0] - self.prior.predict(table)


@pytest.mark.slow
def test_it_helps_with_few_posts_and_nonsense_hardly_hurts():
    world = World(common=0.8, shares=Shares().times(1.5))
    prior = fit_prior(creators(30, replace(world, n=90), first=100))
    ratios = {name: [] for name in ("prior", "opposite", "far", "noise", "reversed")}
    for seed, n in enumerate([40, 60, 80, 100] * 4, start=500):
        posts, _ = simulate_world(replace(world, n=n), [seed, 5])
        table = model_table(posts, build_features(posts))
        fits = [FoldFits(fold) for fold in fold_data(table)]

        def missed(other, posts=posts, table=table, fits=fits):
            told = weigh(posts, table, fits, prior=other).predictions
            return (told["y_true"] - told["y_pred"]).abs().mean()

        plain = missed(None)
        ratios["prior"].append(missed(prior) / plain)
        ratios["opposite"].append(missed(Opposite(prior)) / plain)
        for name in ("far", "noise", "reversed"):
            ratios[name].append(missed(Says(name)) / plain)
    means = {name: np.mean(each) for name, each in ratios.items()}
    assert means.pop("prior") < 1
    assert max(means.values()) < 1.01


@pytest.mark.parametrize(("share", "heard"), [(0.5, True), (0.1, False)])
def test_whether_it_is_heard_is_told_by_what_it_began_with(share, heard, prior):
    weights = pd.DataFrame({"post_id": "a", "expert": [PRIOR, "ewm"], "weight": [share, 1 - share]})
    found = findings.others(prior, findings.voices(weights))
    assert (found.n_creators, found.n_posts, found.heard) == (MIN_CREATORS, prior.n_posts, heard)
    assert findings.others(None, findings.voices(weights)) is None


def test_posts_are_ordered_by_what_others_teach_as_well(prior, stranger):
    posts, table = stranger
    fits = [FoldFits(fold) for fold in fold_data(table)]
    alone, asked = (weigh(posts, table, fits, prior=one).predictions for one in (None, prior))
    skill = [one[["order", "y_true"]].corr("spearman").iloc[0, 1] for one in (alone, asked)]
    assert skill[1] > skill[0] + 0.05


# --- for the creators of one report ---------------------------------------------------------------


def test_a_creator_is_spoken_of_by_others_past_alone(monkeypatch):
    posts = creators(6, replace(ALIKE, n=50), first=40)
    clock = posts.set_index("post_id")["posted_at"].astype("int64")
    author = posts.set_index("post_id")["author"]
    seen, asked = [], []
    learn, prior_of = crossed.learn_and_judge, crossed.prior_of

    def watched_learn(lessons, others, seed):
        learnt, losses = learn(lessons, others, seed)
        seen.append((lessons.rows.index, others.rows.index))
        return replace(learnt), losses

    def watched_prior(learnt, own, protocol):
        made = prior_of(learnt, own, protocol)

        class Watched:
            def predict(self, table):
                asked.append((own.rows.index, table.y.index))
                return made.predict(table)

            first = staticmethod(made.first)

        return Watched()

    monkeypatch.setattr(crossed, "learn_and_judge", watched_learn)
    monkeypatch.setattr(crossed, "prior_of", watched_prior)
    found = crossed.cross_fit(posts, [build_features(posts)])
    assert seen and asked
    for learnt_from, judged_by in seen:
        assert not set(author[learnt_from]) & set(author[judged_by])
    for learnt_from, spoken_of in asked:
        assert not set(author[learnt_from]) & set(author[spoken_of])
        assert clock[learnt_from].max() <= clock[spoken_of].min() - 7 * DAY_US
    said = found.said["y_pred"].notna()
    assert said.mean() > 0.6
    assert set(author[found.said.index[said]]) == set(author)


def test_the_future_of_nobody_changes_what_was_said():
    posts = creators(6, replace(ALIKE, n=50), first=60)
    cut = posts["posted_at"].iloc[200]
    later = posts["posted_at"] > cut - pd.Timedelta(days=7)
    changed = posts.assign(views=posts["views"].mask(later, posts["views"] * 30 + 5))
    one, other = (crossed.cross_fit(each, [build_features(each)]).said for each in (posts, changed))
    before = posts.loc[posts["posted_at"] <= cut, "post_id"].astype("string")
    assert one.loc[before].equals(other.loc[before])
    assert one.loc[before].notna().any().all() and not one.equals(other)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_nothing_is_said_where_there_are_no_two_others(n):
    posts = creators(max(n, 1), replace(ALIKE, n=40), first=80)
    posts = posts.iloc[:0] if n == 0 else posts
    found = crossed.cross_fit(posts, [build_features(posts)])
    assert len(found.said) == len(posts) and found.said.isna().all(axis=None)


# --- as files -------------------------------------------------------------------------------------


def test_what_was_stored_predicts_the_same_bits(folder, prior, stranger, many):
    again = files.load_prior(folder)
    table = stranger[1]
    for name in ("predict", "first"):
        wanted, found = (getattr(one, name)(table).to_numpy() for one in (prior, again))
        assert found.tobytes() == wanted.tobytes()
    for one in (again, fit_prior(many)):
        assert files.prior_files(one) == files.prior_files(prior)
    assert (again.n_creators, again.gain) == (MIN_CREATORS, prior.gain)
    assert files.load_prior("") is None


def strings(value) -> set[str]:
    if isinstance(value, dict):
        return {*value, *(each for part in value.values() for each in strings(part))}
    if isinstance(value, list):
        return {each for part in value for each in strings(part)}
    return {value} if isinstance(value, str) else set()


def test_nobody_is_in_a_prior(folder, many):
    data = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    words = {word for text in many["caption"].dropna() for word in text.split() if len(word) > 5}
    assert len(words) > 100
    for text in (*many["caption"].dropna(), *many["author"].unique(), *many["post_id"]):
        assert text.encode() not in data
    card, trees = (json.loads((folder / name).read_bytes()) for name in (files.CARD, files.TREES))
    of_card = strings(card) - set(COLUMNS)
    assert card["columns"] == list(COLUMNS)
    assert of_card - set(card) - set(card["line"]) <= {
        "views",
        "level",
        "spread",
        card["sha256"],
        card["virality"],
    }
    assert not (strings(trees) | of_card) & words


def card_with(**changes):
    def change(folder):
        card = json.loads((folder / files.CARD).read_text())
        (folder / files.CARD).write_text(json.dumps(card | changes))

    return change


def nothing_there(folder):
    (folder / files.CARD).unlink()


def without_trees(folder):
    (folder / files.TREES).unlink()


def card_of_bytes(data):
    return lambda folder: (folder / files.CARD).write_bytes(data)


def damaged_trees(folder):
    path = folder / files.TREES
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))


def other_trees(data):
    def change(folder):
        (folder / files.TREES).write_bytes(data)
        card_with(sha256=hashlib.sha256(data).hexdigest())(folder)

    return change


def a_folder_for_trees(folder):
    without_trees(folder)
    (folder / files.TREES).mkdir()


def enormous(folder):
    with (folder / files.TREES).open("wb") as stream:
        stream.truncate(10**9)


def line_with(**changes):
    def change(folder):
        card = json.loads((folder / files.CARD).read_text())
        card["line"] |= changes
        (folder / files.CARD).write_text(json.dumps(card))

    return change


BROKEN = [
    nothing_there, without_trees, damaged_trees, a_folder_for_trees, enormous,
    card_of_bytes(b""), card_of_bytes(b"[1]"), card_of_bytes(b"null"), card_of_bytes(b"[" * 50_000),
    card_of_bytes(b"\xff\x00"), card_of_bytes(b'{"format": 1}'), card_of_bytes(b" " * 200_000),
    card_of_bytes(pickle.dumps({"format": 1})),
    card_with(format=2), card_with(columns=[]), card_with(columns=None),
    card_with(target="riches"), card_with(target=[]), card_with(n_creators=0),
    card_with(n_creators="8"), card_with(n_creators=10**9), card_with(embargo_days=-1),
    card_with(gain=2), card_with(gain="1"), card_with(start=None), card_with(start={"level": 1}),
    card_with(start={"level": 1e400, "spread": 1}), card_with(start={"level": 1, "spread": 0}),
    card_with(start={"level": 1, "spread": 1, "more": 1}), card_with(sha256=5), card_with(line=[]),
    line_with(slope=[0.0]), line_with(scale=[0.0] * len(COLUMNS)), line_with(start=None),
    line_with(middle=["a"] * len(COLUMNS)), line_with(more=1),
    other_trees(b"{}"), other_trees(b""), other_trees(pickle.dumps([1])),
    other_trees(json.dumps({"learner": {"feature_names": list(COLUMNS)}}).encode()),
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_whatever_is_no_prior_is_refused_in_a_sentence(broken, folder):
    broken(folder)
    with pytest.raises(UserError) as told:
        files.load_prior(folder)
    assert "Traceback" not in str(told.value) and len(str(told.value)) < 500


@pytest.mark.parametrize("place", ["nowhere", "a\0b", "~nobody-of-this-name/x", "x" * 5000])
def test_a_place_that_is_none_is_refused(place):
    with pytest.raises(UserError):
        files.load_prior(place)


def test_as_many_trees_as_are_grown_can_be_read_back():
    from virality.models.learnt import MOST_TREES as GROWN_AT_MOST

    assert GROWN_AT_MOST <= MOST_TREES


# --- on the command line --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def export(many, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "posts.csv"
    columns = ["post_id", "author", "posted_at", "caption", "duration_s", "views", "kind"]
    many[columns].to_csv(path, index=False)
    return path


def test_the_command_makes_a_prior_and_says_what_it_is_worth(export, tmp_path, capsys):
    out = tmp_path / "prior"
    assert cli.main(["fit-prior", str(export), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert f"{MIN_CREATORS} creators" in said and "left out in turn" in said and "%" in said
    first = {name: (out / name).read_bytes() for name in (files.CARD, files.TREES)}
    assert files.load_prior(out).n_creators == MIN_CREATORS
    assert cli.main(["fit-prior", str(export), "--out", str(out)]) == 0
    assert first == {name: (out / name).read_bytes() for name in first}


def test_the_command_takes_nobodys_place(export, tmp_path, capsys):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / files.TREES).write_text("a model of mine")
    (theirs / "notes.txt").write_text("notes")
    assert cli.main(["fit-prior", str(export), "--out", str(theirs)]) == 1
    assert "not made by this project" in capsys.readouterr().err
    assert cli.main(["fit-prior", str(export), "--out", str(export.parent)]) == 1
    assert cli.main(["fit-prior", str(export), "--out", str(theirs), "--force"]) == 0
    assert (theirs / "notes.txt").read_text() == "notes" and files.load_prior(theirs)


@pytest.mark.parametrize(
    ("more", "why"),
    [(["--by", "riches"], "no column"), (["--target", "riches"], "no target"),
     (["--by", "kind"], "needs")],
)  # fmt: skip
def test_the_command_refuses_in_sentences(more, why, export, tmp_path, capsys):
    assert cli.main(["fit-prior", str(export), "--out", str(tmp_path / "p"), *more]) == 1
    told = capsys.readouterr().err
    assert why in told and "Traceback" not in told
    assert not (tmp_path / "p").exists()


@pytest.fixture
def run(tmp_path, export):
    run = Run.at(tmp_path / "alice")
    resolve(Request(name=run.name, posts=str(export), given={"pool": True}), run).remember()
    return run


def test_a_prior_is_remembered_by_its_place_and_stale_by_its_content(run, folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    resolve(Request(name=run.name, given={"prior": folder.name}), run).remember()
    kept = resolve(Request(name=run.name), run).parameters
    assert kept["prior"] == str(folder)
    for slug in ("forecast", "creators"):
        values = {"prior": str(folder)}
        before = stamps.asked(run, chapter(slug), values)
        assert before == stamps.asked(run, chapter(slug), values)
        text = (folder / files.CARD).read_text()
        (folder / files.CARD).write_text(text + "\n")
        assert before != stamps.asked(run, chapter(slug), values)
    gone = resolve(Request(name=run.name, given={"prior": ""}), run)
    assert gone.parameters["prior"] == ""


def test_a_folder_that_is_none_is_refused_before_anything_runs(run, tmp_path, folder):
    with pytest.raises(UserError, match="no prior"):
        resolve(Request(name=run.name, given={"prior": str(tmp_path / "none")}), run)
    with pytest.raises(UserError, match="something else"):
        resolve(Request(name=run.name, given={"prior": str(folder), "target": "likes"}), run)
