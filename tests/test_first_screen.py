"""The first screen and the share card: what they claim is in the artefacts, with its interval."""

import io
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import virality as vi
from test_headline import facts as facts_of
from test_headline import told_by_forecast
from test_next_chapter import row
from test_whatif import account
from toycreators import toy_creators
from virality.core.captions import hashtags
from virality.core.text import DataText, brief
from virality.explanation import regimes as rg
from virality.figures import card as drawn
from virality.figures import index as figures
from virality.findings import data, first_screen, index
from virality.findings.first_screen import Told
from virality.findings.first_screen_many import many_screen
from virality.findings.steps import Verdict as Coming
from virality.sentences import card, first_screen_many
from virality.sentences import first_screen as words

LEARNED = {"text_encoder": {"kind": "light-text"}, "vision_encoder": None}
STAND_INS = {"text_encoder": {"kind": "classic"}}


@cache
def known(n: int, effect: float) -> dict:
    """All that the first screen reads, as the chapters before would leave it."""
    posts, features = account(3, 300, "white", effect)
    posts, features = posts.iloc[:n], [table.iloc[:n] for table in features]
    changed = vi.changes(posts)
    return {
        "posts": posts, "level": changed.level.reset_index(), "changes": changed.stretches,
        "regimes": rg.empty(), "encoders": LEARNED, "next": vi.next_steps(posts, features),
    }  # fmt: skip


@cache
def facts(gain: float = 0.3, n: int = 120) -> dict:
    return facts_of(*told_by_forecast(gain, n)) | {"n_posts": n}


def made(n: int = 300, effect: float = 1.5, **asked) -> first_screen.FirstScreen:
    return first_screen.first_screen(known(n, effect), facts(), **asked)


@pytest.mark.parametrize(("effect", "more"), [(1.5, True), (-1.5, False)])
def test_a_hashtag_that_stands_out_is_told_on_its_side_with_the_numbers_of_its_chapter(
    effect, more
):
    found = made(effect=effect)
    assert found.told is Told.FOUND
    lines = found.more if more else found.less
    told = next(line for line in lines if line.about.label[0].raw == "sun")
    stored = known(300, effect)["next"].set_index("label").loc["sun"]
    factor = told.about.factor
    assert (factor.value, factor.low, factor.high) == tuple(stored[["factor", "low", "high"]])
    assert (factor.low > 1) is more and (factor.high < 1) is not more
    assert stored["p_together"] <= 0.05
    did = told.lately if more else told.lately_known - told.lately
    assert (did, told.lately_known) == (stored["lately"], stored["lately_known"])
    posts = known(300, effect)["posts"]
    has = posts["caption"].map(hashtags).map(lambda tags: "sun" in tags)
    top = posts["views"].sort_values(ascending=False, kind="stable").index[: told.n_top]
    assert told.about.n_with == has.sum() and told.among_top == has[top].sum()
    said = words.screen(found, "alice")
    assert f"**&#35;sun** [{words.times(factor)}]" in said
    assert ("More of" in said) is bool(found.more) and ("Less of" in said) is bool(found.less)


def test_where_nothing_was_planted_nothing_is_claimed():
    found = made(140, 0.0)
    assert found.told is Told.NOTHING and not found.more and not found.less
    assert all(line.about.factor.low < 1 < line.about.factor.high for line in found.undecided)
    said = words.screen(found, "alice")
    assert "No hashtag or kind of post stood out beyond luck" in said
    assert "More of\n" not in said and "Less of\n" not in said and "virality plan" in said
    assert "stood out beyond luck" in card.words(found)["none"]


def test_twelve_posts_are_described_and_nothing_is_compared():
    found = first_screen.first_screen(known(12, 1.5), {"verdict": "none", "n_posts": 12})
    assert found.told is Told.TOO_FEW and not (found.more or found.less or found.undecided)
    assert found.forecast is None and found.coming.verdict is Coming.TOO_FEW
    said = words.screen(found, "alice")
    assert "×" not in said and "12 posts" in said and "Not yet" in said
    assert drawn.draw(card.words(found), found.views)
    empty = known(12, 1.5) | {"posts": known(12, 1.5)["posts"].iloc[:0]}
    nobody = first_screen.first_screen(empty, {"verdict": "none", "n_posts": 0})
    assert nobody.reach is None and nobody.who is None and nobody.views == ()
    assert words.screen(nobody, "alice") and drawn.draw(card.words(nobody), nobody.views)


def test_the_range_of_views_is_that_of_the_chapter_on_posts():
    posts, found = known(300, 1.5)["posts"], made().reach
    spread = data.spread(posts)
    assert found.median == spread.median and found.top == data.top_tenth(posts)
    assert (found.high + 1) / (found.low + 1) == pytest.approx(spread.strong_over_weak)
    inside = posts["views"].between(found.low, found.high).mean()
    assert inside == pytest.approx(0.8, abs=0.01)
    level = known(300, 1.5)["level"]
    settled = posts[posts["post_id"].isin(level.loc[level["settled"], "post_id"])]
    assert found.last == settled.sort_values("posted_at")["views"].tail(10).median()
    said = words.reach(found)
    assert all(brief(each) in said for each in (found.low, found.median, found.high, found.last))
    assert np.isnan(first_screen.reach(posts.head(9)).last)


@pytest.mark.parametrize(("gain", "said"), [(0.6, "clearly better"), (-0.6, "clearly worse"),
                                            (0.0, "not clearly better")])  # fmt: skip
def test_the_forecast_is_judged_by_the_one_comparison_of_the_report(gain, said):
    found = first_screen.first_screen(known(300, 1.5), facts(gain))
    assert found.forecast == index.prediction(facts(gain))
    assert f"**{said}**" in words.forecast(found) and said in card.words(found)["gain"]


def test_change_and_next_step_are_those_of_their_chapters():
    found, run = made(), known(300, 1.5)
    ten = run["changes"].set_index("posts").loc[10]
    assert found.changed.main.factor == ten["factor"] and found.changed.main.low == ten["low"]
    step = run["next"].iloc[0]
    expected = found.coming.steps[0].expected
    ends = tuple(step[["expected", "expected_low", "expected_high"]])
    assert (expected.value, expected.low, expected.high) == ends
    assert "80 %" in words.coming(found.coming, "alice")


@pytest.mark.parametrize(("n", "effect"), [(300, 1.5), (300, -1.5), (140, 0.0)])
def test_every_factor_has_its_interval(n, effect):
    said = words.screen(made(n, effect), "alice")
    factors = re.findall(r"×[\d.]+[^(×]*(\(?)", said)
    assert factors and all(factors), said
    assert said.count("not proven cause") == 1


def test_a_private_page_names_nobody_and_no_hashtag():
    run = known(300, 1.5) | {"encoders": STAND_INS}
    posts = run["posts"].assign(author="somebody", caption=run["posts"]["caption"] + " secret")
    found = first_screen.first_screen(run | {"posts": posts}, facts(), private=True)
    told = words.screen(found, "alice") + str(card.words(found))
    assert "somebody" not in told and "sun" not in told and "secret" not in told
    open_page = first_screen.first_screen(run | {"posts": posts}, facts())
    assert "&#64;somebody" in words.screen(open_page, "alice")
    assert "secret" not in words.screen(open_page, "alice") + str(card.words(open_page))
    assert card.words(open_page)["who"] == "@somebody"
    unknown = first_screen.first_screen(run | {"posts": posts.assign(author="unknown")}, facts())
    assert unknown.who is None


def test_what_the_data_are_is_one_quiet_line():
    run = known(300, 1.5)
    plain = first_screen.first_screen(run, facts())
    assert not plain.simulated and not plain.stand_ins and ".quiet}\n×" in words.screen(plain, "a")
    both = first_screen.first_screen(run | {"encoders": STAND_INS}, facts(), simulated=True)
    said = words.screen(both, "a")
    assert said.index("simulated") < said.index("stand-ins") < said.index("Half of your posts")
    assert "Simulated" in card.words(both)["note"]


def kinds(n: int = 200) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Posts of two kinds, what is known of the larger, and rows about both and their hashtags."""
    posts, _ = account(0, n)
    first = np.arange(n) % 4 > 0
    caption = np.where(first, "words #cat #pet", "words #sun")
    posts = posts.assign(caption=pd.array(caption, dtype="string"))
    regimes = pd.DataFrame({"post_id": posts["post_id"], "regime": np.where(first, 0, 1)})
    table = pd.concat(
        [
            row(name="choice__kind_A", family="kind", label="A #cat #pet", n_with=first.sum()),
            row(name="choice__hashtag_1", label="cat", state="OPEN", p_together=1.0),
            row(name="choice__hashtag_2", label="sun", state="OPEN", p_together=1.0),
            row(name="choice__hashtag_3", label="fyp", state="OPEN", p_together=1.0),
            row(name="choice__length", family="length", unit="seconds", label="", p_together=0.01),
            row(name="hook__has_face", family="opening", label="", p_together=0.01),
        ],
        ignore_index=True,
    )
    return posts, regimes.astype({"regime": "Int64"}), table


def test_what_sits_on_the_same_posts_is_one_finding():
    posts, regimes, table = kinds()
    run = known(300, 1.5) | {"posts": posts, "regimes": regimes, "next": table}
    run["level"] = pd.DataFrame({"post_id": posts["post_id"], "settled": True})
    found = first_screen.first_screen(run, facts())
    assert [line.about.kind_name.letter for line in found.more] == ["A"] and not found.less
    # "cat" is what the kind is called, and "sun" is the rest of the posts.
    assert [line.about.label[0].raw for line in found.undecided] == ["fyp"]
    line = found.more[0]
    assert (line.lately, line.lately_known) == (15, 20)
    small = table.assign(state=np.where(table["state"] == "SUGGESTED", "SMALL", table["state"]))
    assert first_screen.first_screen(run | {"next": small}, facts()).told is Told.NOTHING
    few = table.assign(state="FEW")
    assert not first_screen.first_screen(run | {"next": few}, facts()).more
    untold = first_screen.first_screen(run | {"next": table.assign(p=np.nan)}, facts())
    assert untold.told is Told.UNTOLD


def test_hostile_hashtags_stay_text():
    posts, regimes, table = kinds()
    table = table.assign(label=table["label"].replace("fyp", "<b>`x`"))
    run = known(300, 1.5) | {"posts": posts, "regimes": regimes, "next": table}
    said = words.screen(first_screen.first_screen(run, facts()), "alice")
    assert "<b>" not in said and "`x`" not in said


# ----------------------------------------------------------------------------------- the card


@pytest.mark.parametrize(("n", "effect"), [(300, 1.5), (140, 0.0)])
def test_the_card_is_a_picture_of_the_size_that_sites_show(n, effect):
    found = made(n, effect)
    said = card.words(found)
    png = drawn.draw(said, found.views)
    picture = Image.open(io.BytesIO(png))
    assert picture.format == "PNG" and picture.size == (1200, 630)
    assert picture.mode != "RGBA" or picture.getextrema()[3] == (255, 255), "opaque"
    assert png == drawn.draw(said, found.views), "the same card is the same file"
    assert said["half"] == brief(found.reach.median)
    assert bool(said["none"]) is not bool(found.more or found.less)
    captions = known(n, effect)["posts"]["caption"].dropna()
    assert not any(caption in text for caption in captions for text in said.values())


def test_a_long_or_foreign_name_fits_on_the_card():
    found = made()
    longest = replace(found.more[0].about, label=(DataText("x" * 90),))
    line = replace(found.more[0], about=longest)
    for name in ("n" * 200, "名前", "a b"):
        odd = replace(found, who=DataText(name), more=(line,))
        assert drawn.draw(card.words(odd), odd.views)


# ------------------------------------------------------------------------------ several creators


def test_the_first_screen_of_several_creators_counts_them_and_names_none():
    posts, _ = toy_creators([-3, 0, 2], n=20)
    record = {"n_posts": 60, "n_creators": 3, "first": "2024-01-01", "last": "2024-02-01",
              "verdict": "none"}  # fmt: skip
    found = many_screen({"posts": posts, "creators": record, "encoders": STAND_INS})
    middles = posts.groupby("author")["views"].median()
    assert (found.lowest, found.highest) == (middles.min(), middles.max())
    assert found.reach.median == posts["views"].median() and found.stand_ins
    said = first_screen_many.screen(found, "us") + str(card.of_many(found))
    assert "3 creators" in said and "60 posts" in said and "creator00" not in said
    assert drawn.draw(card.of_many(found), found.views, newest=0)
    figure = figures.by_creator(posts, {author: author for author in middles.index})
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == [*middles.sort_values().index]
