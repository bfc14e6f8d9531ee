"""What the clustering chapter finds in planted regimes, and that its words stay harmless.

What it says of each finding stands in `gallery/clustering.md`.
"""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from test_teaching import taught
from virality.book import pieces
from virality.core import text as words
from virality.explanation import behaviour, naming
from virality.explanation import regimes as rg
from virality.explanation.clusters import NOISE, Stability
from virality.explanation.shap_values import shap_tables
from virality.features.concepts import traits
from virality.figures import clustering as figures
from virality.figures import theme
from virality.findings import clustering as findings
from virality.findings.clustering import Difference, Holding, Verdict
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
    table = naming.with_names(table.astype(rg.COLUMNS), posts)
    return table, posts, behaviour.summarise(table, posts)


def found_in(table, check, n=None, private=False):
    names = naming.kind_names(table, private)
    return findings.content(table, check, len(table) if n is None else n, names)


@pytest.fixture
def pushes():
    """Many held-out posts of the first regime and few of the second."""
    table, _, _ = described()
    held = table[table["regime"] == 0].head(20)
    thin = table[table["regime"] == 1].head(2)
    chosen = pd.concat([held, thin])
    return pd.DataFrame(
        {
            "post_id": chosen["post_id"],
            "fold": 1,
            "vision": np.where(chosen["regime"] == 0, 0.2, -0.2),
            "audio": 0.0,
            "base_value": 8.0,
            "prediction": 8.2,
        }
    )


PUSHES = shap_tables([])[1]


# ----------------------------------------------------------------------------- the verdict


@pytest.mark.parametrize(
    ("check", "verdict"),
    [
        (checked((0.9, 0.65, 0.3)), Verdict.STABLE),
        (checked(p=0.4), Verdict.LIKE_CHANCE),
        (checked((0.3, 0.2, 0.7)), Verdict.NOT_RETURNING),
        (checked(era=[True, True, True]), Verdict.ERAS),
    ],
)
def test_regimes_are_real_only_where_they_hold(check, verdict):
    table, _, summary = described()
    found = found_in(table, check)
    assert found.verdict is verdict
    assert check.stable is (verdict is Verdict.STABLE)
    answer = sentences.answer(found, findings.views(summary, 0.01, found))
    assert answer.startswith("**No stable kinds of post.**") is not check.stable
    assert ("Against the posts around them" in answer) is check.stable


def test_regimes_are_judged_one_by_one():
    table, _, _ = described()
    check = checked((0.9, 0.65, 0.3), era=[False, False, True])
    found = found_in(table, check)
    kinds = [regime.holding for regime in found.regimes]
    assert kinds == [Holding.HOLDS, Holding.LOOSELY, Holding.FALLS_APART]
    assert [regime.sure for regime in found.regimes] == check.sure.tolist()
    lasting = found_in(table, checked(era=[True, False, False]))
    assert lasting.regimes[0].holding is Holding.ERA


def test_no_group_at_all():
    table, _, _ = described()
    table = table.assign(regime=pd.array([NOISE] * len(table), "Int64"))
    found = found_in(table, checked(()))
    assert (found.verdict, found.noise, found.grouped) == (Verdict.ONE_CLOUD, 1, False)
    assert found.mapped


@pytest.mark.parametrize(("n", "reason"), [(12, Verdict.TOO_FEW), (40, Verdict.ALIKE)])
def test_nothing_to_group(n, reason):
    found = found_in(rg.empty(), checked(()), n)
    assert found.verdict is reason and not found.mapped
    assert found.indicative


# ------------------------------------------------------------------------------- the views


def looked_at(lift, p, recovery=(0.9, 0.8, 0.7)):
    table, _, summary = described(lift=lift)
    found = found_in(table, checked(recovery))
    return found, findings.views(summary, p, found)


def test_views_turn_round_with_the_views():
    good, bad = looked_at(1.2, 0.01)[1], looked_at(-1.2, 0.01)[1]
    assert [name.letter for name in (*good.above, good.best[0])] == ["C", "C"]
    assert [name.letter for name in (*bad.below, bad.worst[0])] == ["C", "C"]
    assert good.difference is bad.difference is Difference.SHOWN
    assert [name.raw for name, *_ in good.rows] == ["#tag0", "#tag1", "#tag2"]


def test_a_difference_that_is_not_shown_is_not_told():
    found, views = looked_at(0.0, 0.4)
    assert views.difference is Difference.NOT_SHOWN
    assert "cannot be shown" in sentences.answer(found, views)
    assert looked_at(1.2, 0.01, (0.9, 0.1, 0.1))[1].difference is Difference.UNSTABLE


def test_only_sure_regimes_reach_the_answer():
    found, views = looked_at(1.2, 0.01, (0.9, 0.8, 0.3))
    assert {name.letter for name, _ in views.sure} == {"A", "B"} and views.n_sure == 2
    text = sentences.answer(found, views)
    assert "2 kinds of post" in text
    assert "tag2" not in text


def made(regimes, posts, shap_blocks=None):
    """What the cells that teach make of regimes and posts."""
    pushes = PUSHES if shap_blocks is None else shap_blocks
    run = SimpleNamespace(regimes=regimes, posts=posts, shap_blocks=pushes)
    return taught("clustering", run, regimes=regimes, seed=0)


def test_the_page_tests_the_views_and_finds_what_was_planted():
    table, posts, _ = described(lift=1.2)
    assert made(table, posts)["p"] <= 0.05
    shuffled = posts.assign(views=posts["views"].sample(frac=1, random_state=1).to_numpy())
    assert made(table, shuffled)["p"] > 0.05
    assert made(table.assign(regime=pd.array([0] * len(table), "Int64")), posts)["p"] == 1


def test_the_page_tests_by_rank_sums_as_kruskal_and_wallis_do():
    table, posts, _ = described(lift=0.3)
    page = made(table.assign(regime=table["regime"].clip(lower=0)), posts)
    groups = [ranks for _, ranks in page["ranks"].groupby(page["labels"])]
    h = page["spreads"][0] / page["ranks"].var()
    assert h == pytest.approx(stats.kruskal(*groups).statistic)
    assert len(page["spreads"]) == len(posts)


def test_the_page_shows_medians_and_fingerprints(pushes):
    table, posts, summary = described()
    page, rows = made(table, posts, pushes), summary.set_index("regime")
    np.testing.assert_allclose(page["middle"]["views"].loc[rows.index], rows["views"])
    np.testing.assert_allclose(page["lift"].loc[rows.index], rows["lift"])
    prints = behaviour.fingerprints(table, pushes)
    np.testing.assert_allclose(page["fingerprint"], prints.loc[[0, 1], ["vision", "audio"]])


@pytest.mark.parametrize("n", [0, 1])
def test_few_posts_break_no_cell(n):
    table, posts, _ = described()
    assert made(table.head(n), posts.head(n))["p"] == 1


# ------------------------------------------------------------------------------- the words


def test_names_are_made_from_traits():
    assert traits("+energy__rms_level,-energy__cut_rate") == "loud, few cuts"
    assert traits("+metadata__log_length,-metadata__hashtag_density") == (
        "long, few hashtags per word"
    )
    assert traits("") == "nothing that has a name"
    assert traits("-energy__new_thing") == "low new thing"
    assert traits("+energy__<b>[x](y)") == "high b x y"


def test_every_readable_feature_has_words():
    from virality.features.concepts import CONCEPTS, concept_of
    from virality.features.metadata import COLUMNS
    from virality.features.openings import COLUMNS as TOLD
    from virality.media.film.energy import FEATURES
    from virality.media.hook.facts import COLUMNS as SEEN

    energy = {f"energy__{feature.name}" for feature in FEATURES}
    named = [name for name, *_ in (*COLUMNS, *TOLD)]
    keys = {concept_of(name) for name in [*energy, *SEEN, *named]}
    calendar = {"metadata__hour", "metadata__weekday", "metadata__season"}
    assert all(CONCEPTS[key].axis for key in keys)
    assert all(CONCEPTS[key].more and CONCEPTS[key].less for key in keys - calendar)


def test_private_pages_show_no_hashtag():
    table, posts, summary = described()
    label = lambda post: post.post_id  # noqa: E731
    typical = figures.typical_posts(table, posts, {}, label)
    for private in (False, True):
        names = naming.kind_names(table, private)
        found = found_in(table, checked(), private=private)
        views = findings.views(summary, 0.01, found)
        said = [
            sentences.answer(found, views),
            *sentences.views_texts(views),
            sentences.map_texts(found)[1],
            sentences.stability_texts(found)[1],
            figures.kinds_table(summary, names, *typical).to_string(),
            figures.details_table(summary, names).to_string(),
        ]
        assert all(("tag" in text) is not private for text in said)


def test_hostile_captions_and_hashtags_stay_text():
    table, posts, summary = described(caption=HOSTILE + " #x|y")
    label = lambda post: words.excerpt(post.caption, 200)  # noqa: E731
    tags = ["#a|b " + HOSTILE.replace(" ", "") + f" #c{r}" for r in table["regime"]]
    table["hashtags"] = pd.Series(tags, dtype="string").where(table["regime"] >= 0, "")
    typical, what = figures.typical_posts(table, posts, {}, label)
    names = naming.kind_names(table)
    found = found_in(table, checked())
    kinds = figures.kinds_table(summary, names, typical, what)
    pages = [
        pieces.table(kinds, "tbl-regimes", "caption", markdown=("kind", what, "also set apart by")),
        pieces.table(figures.details_table(summary, names), "tbl-views", "caption"),
        sentences.answer(found, findings.views(summary, 0.01, found)),
    ]
    assert "script" in pages[2]
    for page in pages:
        for piece in ("<script", "</div", "{{<", "![](", "@tbl-x", "$$", "`"):
            assert piece not in page, piece
    rows = [line for line in pages[0].splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} == {len(kinds.columns) + 1}


def test_typical_posts_are_the_first_of_each_regime_that_can_be_seen():
    table, posts, summary = described()
    label = lambda post: post.post_id  # noqa: E731
    named, what = figures.typical_posts(table, posts, {}, label)
    first = table[table["typical"] == 1].set_index("regime")["post_id"]
    assert named == first.to_dict() and what == "most typical post"
    frames = {post: f"[{post}]" for post in table["post_id"] if post != first[0]}
    shown, what = figures.typical_posts(table, posts, frames, label, most=2)
    ranked = table.sort_values("typical")
    for regime, cell in shown.items():
        own = ranked.loc[ranked["regime"] == regime, "post_id"]
        wanted = [frames[post] for post in own if post in frames][:2]
        assert cell == "\N{NO-BREAK SPACE}".join(wanted), "in one row"
    assert what == "most typical posts"
    lately = figures.kinds_table(summary, naming.kind_names(table), shown, what)["of the last 20"]
    newest = table.tail(20)["regime"].value_counts()
    assert lately.tolist() == [newest.get(r, 0) for r in summary["regime"]]


def test_thin_fingerprints_are_left_blank(pushes):
    table, _, _ = described()
    prints = behaviour.fingerprints(table, pushes)
    names = naming.kind_names(table)
    shown = figures.fingerprint_rows(prints, names)
    assert shown.index.tolist() == ["all posts (22)", "#tag0 (20)", "#tag1 (2)"]
    assert shown.loc["#tag1 (2)"].isna().all()
    found = findings.departure(prints, names)
    assert (found.block, found.kind) == ("vision", names[0])
    own, whole = (round(float(np.exp(prints["vision"].iloc[row])), 2) for row in (1, 0))
    assert found.factor == pytest.approx(own / whole)
    assert findings.departure(prints.iloc[[0, 2]], names) is None


def test_no_sentence_shows_raw_python():
    table, _, summary = described()
    found = found_in(table, checked())
    views = findings.views(summary, 0.2, found)
    texts = [
        *sentences.map_texts(found),
        *sentences.stability_texts(found),
        sentences.verdict(found),
        sentences.doubt(found, views),
        sentences.kinds_caption(found),
        *sentences.views_texts(views),
        figures.details_table(summary, naming.kind_names(table)).to_string(),
        figures.kinds_table(summary, naming.kind_names(table), {}, "post").to_string(),
    ]
    for text in texts:
        assert text
        for raw in ("nan", "np.", "__", "NaT", "<NA>"):
            assert raw not in text, text


# --------------------------------------------------------------------------------- figures


@pytest.mark.slow
def test_figures_come_from_the_tables_alone():
    table, posts, summary = described()
    index = pd.Index([pd.NA, 0, 1], dtype="Int64")
    prints = pd.DataFrame({"held_out": [10, 9, 1], "vision": 0.1, "audio": -0.2}, index=index)
    names = naming.kind_names(table)
    drawn = [
        partial(figures.post_map, table, names),
        partial(figures.comes_back, checked(), names),
        partial(figures.views, behaviour.members(table, posts), summary, names),
        partial(figures.fingerprints, prints, names),
    ]
    assert all(theme.render(draw())["svg"].count(b"<path") > 5 for draw in drawn)
    assert theme.render(drawn[0]())["svg"] == theme.render(drawn[0]())["svg"]


def test_letters():
    assert [figures.letter(r) for r in (0, 1, 25, 26, NOISE)] == ["A", "B", "Z", "R27", "none"]
