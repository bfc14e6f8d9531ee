"""A draft is nothing but a post without an outcome: what is said of it, and what is not."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from toyposts import toy_posts
from toyscore import TWO, creator, drafts, vectors_of
from virality.advice.drafts import as_post, pushes
from virality.advice.drafts.order import Picking, picking
from virality.advice.drafts.reach import place
from virality.advice.drafts.score import TOLD, Verdict, score
from virality.core.errors import UserError
from virality.core.protocol import Protocol
from virality.evaluation.folds import FoldFits, fit_final, fold_data
from virality.evaluation.forecast import forecast
from virality.evaluation.next_post import NextPost, fits_at, forecast_next
from virality.explanation.shap_values import contributions
from virality.features.build import build_features
from virality.features.table import ModelTable, model_table
from virality.models.boosters import stored_fold

PREDICTED = ["y_pred", "level", "order"]


def scored(rows: pd.DataFrame, *, places=None, n=110, **more):
    posts, tables, past = creator(n)
    vectors = vectors_of(tables, places or {}) if places else None
    asked = {"vectors": vectors, "past": past, "protocol": TWO} | more
    return score(posts, rows, tables, **asked)


def test_a_draft_that_is_a_held_out_post_gets_what_its_fold_said():
    posts, tables, past = creator()
    whole, told = model_table(posts, tables, TWO), past.predictions
    post_id = told[told["fold"] == 2]["post_id"].iloc[0]
    row = whole.y.index.get_loc(post_id)
    head = ModelTable(
        *(part.iloc[:row] for part in (whole.X, whole.y, whole.baselines, whole.times))
    )
    post = NextPost(posts.iloc[: row + 1], whole.X.iloc[[row]], whole.baselines.iloc[[row]])
    fits = fits_at(head, post.moment, 2, TWO)
    first = FoldFits(next(fold_data(whole, TWO)))
    said = past.said[past.said["post_id"].isin(head.y.index)]
    made, _ = forecast_next(post, head, said, fits, first, protocol=TWO)
    before = told.set_index("post_id").loc[[post_id]].reset_index()
    assert_frame_equal(made[PREDICTED], before[PREDICTED], rtol=1e-12)
    assert made["y_true"].isna().all()


def test_its_columns_are_those_that_the_post_got():
    posts, tables, _ = creator()
    table = model_table(posts, tables, TWO)
    last = posts.iloc[-1]
    whose = as_post.account(posts.iloc[:-1], table, TWO)
    draft = last[["posted_at", "caption", "duration_s"]].to_dict() | {"post_id": "a"}
    seen = vectors_of(tables, {"a": len(posts) - 1})
    post = as_post.next_post(pd.Series(draft), whose, seen, TWO, "UTC")
    assert_series_equal(post.X.iloc[0], table.X.iloc[-1], check_names=False)
    assert_series_equal(post.baselines.iloc[0], table.baselines.iloc[-1], check_names=False)


def test_what_had_not_matured_changes_nothing():
    posts, _ = toy_posts(60, every_days=2, content=0.5)
    rows = drafts(posts, days=0.5)
    unknown = posts["posted_at"] > rows["posted_at"].iloc[0] - pd.Timedelta(days=7)
    other = posts.assign(views=posts["views"].where(~unknown, posts["views"] * 50 + 7))
    assert unknown.sum() > 1
    before, after = (
        score(own, rows, [build_features(own)], protocol=TWO) for own in (posts, other)
    )
    columns = [*PREDICTED, "p_viral", "lower", "upper", "distance"]
    assert_frame_equal(before.table[columns], after.table[columns], check_exact=True)
    assert_frame_equal(before.neighbours.drop(columns="views"),
                       after.neighbours.drop(columns="views"))  # fmt: skip


def test_unsettled_views_are_unknown_however_late_the_draft_comes():
    posts, _ = toy_posts(60, every_days=2)
    read = posts["posted_at"].max() + pd.Timedelta(days=1)
    young = posts.assign(captured_at=read)
    assert (read - young["posted_at"] < pd.Timedelta(days=7)).sum() > 1
    other = young.assign(views=young["views"].where(
        read - young["posted_at"] >= pd.Timedelta(days=7), 10**7))  # fmt: skip
    rows = drafts(posts, days=20)
    before, after = (
        score(own, rows, [build_features(own)], protocol=TWO) for own in (young, other)
    )
    assert before.table["verdict"].tolist() == ["FORECAST"]
    assert_frame_equal(before.table, after.table, check_exact=True)


def test_other_drafts_change_nothing_and_the_same_draft_is_the_same():
    posts, _tables, _ = creator()
    alone = scored(drafts(posts), places={"a": 70})
    several = scored(drafts(posts, ("x", "a", "y")), places={"x": 50, "a": 70, "y": 70})
    one = several.table.iloc[[1]].reset_index(drop=True)
    assert_frame_equal(alone.table, one, check_exact=True)
    again = several.table.iloc[[2]].assign(draft="a").reset_index(drop=True)
    assert_frame_equal(alone.table, again.astype(alone.table.dtypes), check_exact=True)
    assert (
        several.pairs.set_index(["a", "b"]).loc[("a", "y"), "chance"] in (0.5,)
        or np.isnan(several.pairs["chance"]).all()
    )


def test_the_interval_is_the_books_and_the_chance_stands_beside_the_base_rate():
    made = scored(drafts(creator()[0])).table.iloc[0]
    assert made["lower"] < made["y_pred"] < made["upper"] and 0 < made["p_viral"] < 1
    assert made["threshold"] > made["level"] and made["verdict"] == "FORECAST"


def test_content_far_from_all_posts_gets_no_forecast():
    posts, tables, _ = creator()
    far = vectors_of(tables, {"a": 70}, shift=60.0)
    made = scored(drafts(posts), vectors=far)
    row = made.table.iloc[0]
    assert row["verdict"] == "OUTSIDE" and row["distance"] > row["limit"]
    assert row[list(TOLD)].isna().all() and made.pushes.empty and len(made.neighbours)
    assert len(made.facts), "what it is can be told all the same"


def test_a_pause_longer_than_any_gets_no_forecast():
    made = scored(drafts(creator()[0], days=400)).table.iloc[0]
    assert made["verdict"] == "PAUSE" and np.isnan(made["y_pred"])


def test_few_posts_are_refused_by_the_rule_without_cause():
    refused = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        X = pd.DataFrame(rng.normal(size=(61, 12)), columns=[f"vision__{i}" for i in range(12)])
        refused.append(not place(X.iloc[:-1], X.iloc[-1]).inside)
    assert sum(refused) <= 2


def test_a_posted_film_is_scored_by_the_fold_that_did_not_see_it():
    posts, _, past = creator()
    held_out = past.predictions["post_id"].iloc[-1]
    rows = drafts(posts, ("a", "b"), seen_as=[held_out, posts["post_id"].iloc[0]])
    made = scored(rows).table
    assert made["verdict"].tolist() == ["SEEN", "LEARNT"]
    own = past.predictions.set_index("post_id").loc[held_out]
    assert made[PREDICTED].iloc[0].tolist() == own[PREDICTED].tolist()
    assert made["posted_at"].iloc[0] == posts.set_index("post_id").loc[held_out, "posted_at"]
    assert made[list(TOLD)].iloc[1].isna().all()


def test_pushes_are_those_of_the_chapter():
    posts, tables, _ = creator()
    fold = stored_fold(fit_final(model_table(posts, tables, TWO), "xgboost", TWO))
    values, base = contributions(fold)
    one = type(fold)(0, fold.booster, fold.rows.tail(1), fold.mean_level)
    told = pushes.pushes(one)
    theirs = pushes.by_concept(values.iloc[-1])
    assert_series_equal(told.set_index("concept")["value"].sort_index(),
                        theirs.set_index("concept")["value"].sort_index(), atol=1e-4)  # fmt: skip
    assert told["value"].sum() + base == pytest.approx(one.y_pred[0], abs=1e-3)


def held_out(n: int, skill: float, seed: int = 0):
    """Forecasts whose order tells the outcome by so much, and the posts."""
    rng = np.random.default_rng(seed)
    order = rng.normal(0, 0.5, n)
    y = skill * order + rng.normal(0, 1, n)
    posts = pd.DataFrame({"post_id": [f"p{i}" for i in range(n)], "author": "x"})
    posts["posted_at"] = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(
        3 * np.arange(n), "D"
    )
    table = posts[["post_id"]].assign(split="expanding", fold=1, model="forecast", blocks="all",
                                      preset="tuned", y_true=y, y_pred=y, order=order)  # fmt: skip
    return table, posts


def test_a_difference_is_worth_what_it_was_worth():
    found = picking(*held_out(1000, 1.5))
    assert found.told and found.chance(0.5, -0.5) == pytest.approx(1 - found.chance(-0.5, 0.5))
    rng = np.random.default_rng(9)
    gaps, wins = rng.normal(0, 0.7, 4000), rng.normal(0, 2**0.5, 4000)
    said = np.array([found.chance(gap, 0) for gap in gaps])
    came = 1.5 * gaps + wins > 0
    for low, high in ((0.3, 0.5), (0.5, 0.7), (0.7, 0.9)):
        inside = (said >= low) & (said < high)
        assert came[inside].mean() == pytest.approx(said[inside].mean(), abs=0.06)


def test_without_skill_no_draft_is_named():
    chances = [picking(*held_out(120, 0.0, seed)).chance(0.5, -0.5) for seed in range(20)]
    assert np.median(chances) < 0.55 and min(chances) >= 0.5
    assert picking(*held_out(120, -2.0)).chance(1, 0) == 0.5, "nobody bets against its own content"


def test_under_eighty_held_out_posts_nothing_is_told():
    assert np.isnan(picking(*held_out(79, 2.0)).chance(1, 0))
    assert picking(*held_out(80, 2.0)).chance(1, 0) > 0.6
    made = scored(drafts(creator()[0], ("a", "b")))
    assert not made.picking.told and made.pairs["chance"].isna().all()
    assert np.isnan(Picking(0, np.nan, np.nan, np.nan, 0.0).chance(1, 0))


def test_the_better_content_is_named():
    posts, tables, past = creator(160, 0.8)
    table = model_table(posts, tables, Protocol())
    level_free = table.y - table.baselines["baseline__level"]
    recent = level_free.iloc[-80:]
    best, worst = (
        posts["post_id"].tolist().index(each) for each in (recent.idxmax(), recent.idxmin())
    )
    places = {"good": best, "bad": worst}
    made = score(posts, drafts(posts, ("good", "bad")), tables, past=past, protocol=TWO,
                 vectors=vectors_of(tables, places))  # fmt: skip
    assert made.picking.told and made.pairs["chance"].iloc[0] > 0.55


@pytest.mark.parametrize("days", [-400, 0])
def test_a_time_before_the_newest_post_is_refused(days):
    with pytest.raises(UserError, match="is not after"):
        scored(drafts(creator()[0], days=days))


def test_few_posts_several_creators_and_names_that_are_taken_are_refused():
    posts, _tables, past = creator()
    with pytest.raises(UserError, match="too few"):
        score(posts.head(25), drafts(posts))
    two = posts.assign(author=pd.array(["one", "two"] * 55, dtype="string"))
    with pytest.raises(UserError, match="one creator"):
        score(two, drafts(posts), past=past)
    with pytest.raises(UserError, match="names of their own"):
        scored(drafts(posts, ("a", "a")))
    with pytest.raises(UserError, match="names of their own"):
        scored(drafts(posts, (posts["post_id"].iloc[3],)))


def test_a_draft_without_caption_length_and_film():
    posts, _ = toy_posts(50)
    rows = drafts(posts, caption=pd.NA, duration_s=np.nan)
    made = score(posts, rows, protocol=TWO)
    assert made.table["y_pred"].notna().all() and made.facts.empty
    assert Verdict[made.table["verdict"].iloc[0]].forecasts


def test_what_experts_said_is_kept_for_every_post():
    posts, tables, past = creator()
    assert set(past.said["post_id"]) <= set(posts["post_id"])
    assert not past.said.duplicated(["post_id", "expert"]).any()
    again = forecast(posts, tables, protocol=TWO)
    assert_frame_equal(again.said, past.said, check_exact=True)
