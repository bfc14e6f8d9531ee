"""The words and figures of the clustering chapter follow the regimes."""

from functools import partial

import numpy as np
import pandas as pd
import pytest

from virality.book import pieces
from virality.core import text as words
from virality.explanation import regimes as rg
from virality.explanation.clusters import NOISE, Stability
from virality.explanation.content_space import Space
from virality.figures import clustering as figures
from virality.figures import theme
from virality.sentences import clustering as sentences

HOSTILE = "<script>x</script> ::: {{< meta x >}} ![](http://a.b) @tbl-x $$ ` | </div> #<b>"


def checked(recovery=(0.9, 0.8, 0.7), era=None, p=0.01, overall=0.8):
    recovery = np.array(recovery, dtype=float)
    era = np.zeros(len(recovery), bool) if era is None else np.array(era)
    return Stability(recovery, era, overall, np.linspace(0, 0.5, 99), p)


def described(n=120, lift=0.8, seed=0, caption="a text #tag{r}"):
    """Regimes in turn (the last ones noise), their posts and their summary."""
    rng = np.random.default_rng(seed)
    regime = rng.integers(-1, 3, n)
    ids = [f"p{i:04d}" for i in range(n)]
    table = rg.empty().reindex(range(n))
    table["post_id"], table["regime"] = ids, regime
    table["x"], table["y"] = rng.normal(size=(2, n))
    table["strength"] = np.where(regime < 0, 0.0, 1.0)
    named = {0: "+energy__rms_level,-energy__cut_rate", 1: "", 2: "-metadata__log_duration"}
    table["traits"] = [named.get(r, "") for r in regime]
    rank = pd.Series(regime).groupby(regime).cumcount() + 1
    table["typical"] = rank.where(regime >= 0).to_numpy()
    table["recovery"] = pd.Series(regime).map({0: 0.9, 1: 0.8, 2: 0.7}).to_numpy()
    table["era"] = False
    views = np.exp(9 + lift * (regime == 2) + 0.5 * rng.normal(size=n)).astype(int)
    posts = pd.DataFrame(
        {
            "post_id": pd.array(ids, "string"),
            "posted_at": pd.date_range("2024", periods=n, freq="D", tz="UTC").as_unit("us"),
            "views": pd.array(views, "Int64"),
            "caption": pd.array([caption.replace("{r}", str(r)) for r in regime], "string"),
        }
    )
    table = table.astype(rg.COLUMNS)
    return table, posts, rg.summarise(table, posts)


# ----------------------------------------------------------------------------- the verdict


def test_stable_regimes_are_called_stable_one_by_one():
    table, _, _ = described()
    text = sentences.verdict(table, checked((0.9, 0.65, 0.3)))
    assert text.startswith("**The regimes are stable.**")
    assert "A holds together" in text
    assert "B only loosely" in text
    assert "C falls apart" in text


@pytest.mark.parametrize(
    ("check", "piece"),
    [
        (checked(p=0.4), "just as well"),
        (checked((0.3, 0.2, 0.7)), "no two regimes come back"),
        (checked(era=[True, True, True]), "but eras"),
    ],
)
def test_regimes_that_do_not_hold_are_no_discovery(check, piece):
    table, _, summary = described()
    assert not check.stable
    text = sentences.verdict(table, check)
    assert "No stable regimes" in text
    assert piece in text
    answer = sentences.answer(table, summary, check, 0.01, {})
    assert answer.startswith("**No stable regimes.**")
    assert "differ in views" not in answer
    assert "not stable" in sentences.views_reading(summary, 0.01, check.stable)


def test_no_group_at_all():
    table, posts, _ = described()
    table = table.assign(regime=pd.array([NOISE] * len(table), "Int64"))
    nothing = checked(())
    assert "continuous cloud" in sentences.verdict(table, nothing)
    answer = sentences.answer(table, rg.summarise(table, posts), nothing, float("nan"), {})
    assert "continuous cloud" in answer
    assert "no group at all" in sentences.map_caption(table)


def test_few_posts():
    assert "This record holds 12 posts" in sentences.nothing(12)
    assert "holds 1 post." in sentences.nothing(1)
    empty = rg.empty()
    posts = described()[1].head(12)
    summary = rg.summarise(empty, posts)
    assert "None can be named" in sentences.answer(empty, summary, checked(()), float("nan"), {})
    table, _, summary = described(60)
    assert "indicative" in sentences.answer(table, summary, checked(), 0.5, {})


# ------------------------------------------------------------------------------- the views


def test_views_sentences_turn_round_with_the_views():
    _, _, good = described(lift=1.2)
    _, _, bad = described(lift=-1.2)
    assert "Above the posts around them, clear of one: C." in sentences.views_reading(
        good, 0.01, True
    )
    assert "Below, clear of one: C." in sentences.views_reading(bad, 0.01, True)
    assert "C does best" in sentences.views_caption(good, 0.01)
    assert "worst" in sentences.views_caption(bad, 0.01)
    assert "C does best" not in sentences.views_caption(bad, 0.01)


def test_a_difference_that_is_not_shown_is_not_told():
    table, _, summary = described(lift=0.0)
    assert "cannot be shown" in sentences.views_caption(summary, 0.4)
    assert "does not show" in sentences.views_reading(summary, 0.4, True)
    assert "cannot be shown" in sentences.answer(table, summary, checked(), 0.4, {})


def test_only_sure_regimes_reach_the_answer():
    table, _, summary = described(lift=1.2)
    text = sentences.answer(table, summary, checked((0.9, 0.8, 0.3)), 0.01, {})
    assert "2 content regimes" in text
    assert "**C**" not in text


# ------------------------------------------------------------------------------- the words


def test_names_are_made_from_traits():
    assert sentences.describe("+energy__rms_level,-energy__cut_rate") == "loud, few cuts"
    assert sentences.describe("") == sentences.UNNAMED
    assert sentences.describe("-energy__new_thing") == "low new thing"


def test_every_readable_feature_has_words():
    from virality.features.metadata import COLUMNS
    from virality.media.energy import FEATURES

    energy = {f"energy__{feature.name}" for feature in FEATURES}
    content = {
        name for name, *_ in COLUMNS if not rg.concept_of(name).endswith(("hour", "weekday"))
    }
    content = {c for c in content if "day_of_year" not in c and not c.endswith("_sq")}
    assert energy | content <= set(sentences.WORDS)


def test_space_says_what_shaped_it_and_what_was_missing():
    points = pd.DataFrame()
    text = sentences.space(
        Space(points, ("metadata", "vision"), {"audio": 0.2}, {"vision": 3, "metadata": 1})
    )
    assert "posting metadata and picture" in text
    assert "sound (20 %)" in text
    assert "picture (3 posts)" in text
    words = sentences.space(Space(points, ("metadata", "caption_text")))
    assert "Neither picture nor sound" in words


def test_private_pages_show_no_hashtag():
    table, posts, summary = described()
    hashtags = rg.common_hashtags(rg.members(table, posts))
    assert hashtags[0] == ["#tag0"]
    assert "hashtags" in sentences.regimes_table(summary, hashtags)
    assert "hashtags" not in sentences.regimes_table(summary, {})
    told = sentences.answer(table, summary, checked(), 0.5, hashtags)
    assert "tag1" in told
    assert "tag1" not in sentences.answer(table, summary, checked(), 0.5, {})


def test_hostile_captions_and_hashtags_stay_text():
    table, posts, summary = described(caption=HOSTILE + " #x|y")
    label = lambda post: words.excerpt(post.caption, 200)  # noqa: E731
    typical = sentences.typical_table(table, posts, label, {})
    hashtags = {0: [HOSTILE], 1: [HOSTILE], 2: ["#a|b"]}
    pages = [
        pieces.table(typical, "tbl-typical", "caption", markdown=("post",)),
        pieces.table(sentences.regimes_table(summary, hashtags), "tbl-regimes", "caption"),
        sentences.answer(table, summary, checked(), 0.5, hashtags),
    ]
    for page in pages:
        for piece in ("<script", "</div", "{{<", "![](", "@tbl-x", "$$", "`"):
            assert piece not in page, piece
    rows = [line for line in pages[0].splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {5}


def test_typical_posts_are_the_first_of_each_regime():
    table, posts, _ = described()
    frames = {table.loc[table["typical"] == 1, "post_id"].iloc[0]: "a picture"}
    label = lambda post: post.post_id  # noqa: E731
    typical = sentences.typical_table(table, posts, label, frames, each=2)
    assert typical["regime"].tolist() == ["A", "A", "B", "B", "C", "C"]
    assert typical["first frame"].tolist().count("a picture") == 1
    caption = sentences.typical_caption(typical, False)
    assert "6 typical posts of 3 regimes" in caption and "first frames" not in caption
    without = sentences.typical_table(table, posts, label, {})
    assert "first frame" not in without
    assert "No video could be seen" in sentences.typical_caption(without, False)
    assert "private" in sentences.typical_caption(without, True)


def test_thin_fingerprints_are_left_blank():
    table, _, _ = described()
    held = table[table["regime"] == 0].head(20)
    thin = table[table["regime"] == 1].head(2)
    chosen = pd.concat([held, thin])
    pushes = pd.DataFrame(
        {
            "post_id": chosen["post_id"],
            "fold": 1,
            "vision": np.where(chosen["regime"] == 0, 0.2, -0.2),
            "audio": 0.0,
            "base_value": 8.0,
            "prediction": 8.2,
        }
    )
    prints = rg.fingerprints(table, pushes)
    shown = sentences.fingerprint_rows(prints)
    assert shown.index.tolist() == ["all posts (22)", "A (20)", "B (2)"]
    assert shown.loc["B (2)"].isna().all()
    assert "picture in A" in sentences.fingerprint_caption(prints)
    assert "nan" not in sentences.fingerprint_alt(prints)
    assert "No regime has enough" in sentences.fingerprint_caption(prints.iloc[[0, 2]])


def test_no_sentence_shows_raw_python():
    table, _, summary = described()
    check = checked()
    texts = [
        sentences.map_caption(table),
        sentences.map_alt(table),
        sentences.stability_caption(check),
        sentences.stability_alt(check),
        sentences.verdict(table, check),
        sentences.naming(summary),
        sentences.regimes_caption(summary),
        sentences.views_caption(summary, 0.2),
        sentences.views_alt(summary),
        sentences.views_table_caption(summary),
        sentences.views_table(summary).to_string(),
        sentences.regimes_table(summary, {}).to_string(),
    ]
    for text in texts:
        assert text
        for raw in ("nan", "np.", "__", "NaT", "<NA>"):
            assert raw not in text, text


# --------------------------------------------------------------------------------- figures


def test_figures_come_from_the_tables_alone():
    table, posts, summary = described()
    blank = pd.DataFrame(
        {"vision": [0.1, np.nan], "audio": [-0.2, np.nan]}, index=["A (9)", "B (1)"]
    )
    drawn = [
        partial(figures.post_map, table),
        partial(figures.comes_back, checked()),
        partial(figures.views, rg.members(table, posts), summary),
        partial(figures.fingerprints, blank),
    ]
    assert all(theme.render(draw())["svg"].count(b"<path") > 5 for draw in drawn)
    assert theme.render(drawn[0]())["svg"] == theme.render(drawn[0]())["svg"]


def test_letters():
    assert [figures.letter(r) for r in (0, 1, 25, 26, NOISE)] == ["A", "B", "Z", "R27", "none"]
