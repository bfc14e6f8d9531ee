"""What the interpretability chapter finds in planted data, and that its words stay harmless.

What it says of each finding stands in `gallery/interpretability.md`.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import toy_explanation as toy
from test_teaching import taught
from virality.core import text as words
from virality.evaluation.evaluate import empty_predictions
from virality.explanation import shap_values
from virality.explanation.explain import Skill, Verdict, explanation
from virality.features import concepts
from virality.features.concepts import concept
from virality.figures import interpretability as figures
from virality.figures import theme
from virality.findings import interpretability as findings
from virality.findings.interpretability import Agreement, Course, Nothing, Order
from virality.sentences import interpretability as sentences


@pytest.fixture(scope="module")
def own():
    return toy.creator(90, seed=3)


@pytest.fixture(scope="module")
def explained(own):
    folds, predictions, _ = toy.fit(own, n_folds=3, refits=True)
    return explanation(folds, predictions, own.posts)


def with_losses(explained, **losses):
    """Give blocks a shuffling loss that is clear of zero, above or below; others none."""
    loss = explained.blocks["block"].map(losses).fillna(0.0)
    limits = {"shuffle": loss, "shuffle_low": loss - 0.01, "shuffle_high": loss + 0.01}
    return replace(explained, blocks=explained.blocks.assign(**limits))


def made(explained):
    """What the cells that teach make of an explanation."""
    run = SimpleNamespace(shap=explained.shap, shap_blocks=explained.shap_blocks)
    return taught("interpretability", run)


# ------------------------------------------------------------------------------- the page


@pytest.mark.slow
def test_the_page_shows_how_pushes_add_up_and_what_blocks_share(explained):
    page, blocks = made(explained), explained.blocks.set_index("block")
    example = page["example"].iloc[0]
    assert page["forecast"] == pytest.approx(example["prediction"], abs=1e-4)
    moved = (explained.shap_blocks["prediction"] - explained.shap_blocks["base_value"]).abs()
    assert abs(example["prediction"] - example["base_value"]) == moved.max()
    assert list(page["share"].index) == list(blocks.index)
    np.testing.assert_allclose(page["share"], blocks["share"])
    np.testing.assert_allclose(page["by_fold"].sum(axis=1), 1)


def test_nothing_to_explain_breaks_no_cell(own):
    assert made(explanation([], empty_predictions(), own.posts))["example"].empty


# ------------------------------------------------------------------------------ findings


@pytest.mark.slow
def test_only_a_model_with_skill_is_believed(explained):
    for verdict in Verdict:
        found = findings.carriers(replace(explained, skill=Skill(verdict, 84, 2.0)))
        assert found.believed is (verdict is Verdict.BETTER)


@pytest.mark.slow
def test_without_baselines_nothing_is_claimed(explained):
    found = findings.carriers(replace(explained, skill=Skill(Verdict.NOT_COMPARED, 84, 2.0)))
    said = sentences.doubt(found) + sentences.skill(found) + sentences.answer(found)
    assert "nan" not in said and "not been shown to beat a plain rule" in said


@pytest.mark.slow
def test_checks_name_what_helps_and_what_misleads(explained):
    found = findings.checks(with_losses(explained, vision=0.2, energy=0.3, audio=-0.2))
    assert found.helpful == ("energy", "vision")
    assert found.harmful == ("audio",)
    assert found.costliest == "energy"
    assert found.cost.value == pytest.approx(np.expm1(0.3))
    assert findings.checks(with_losses(explained)).helpful == ()
    unfitted = explained.blocks.assign(refit=np.nan, refit_low=np.nan, refit_high=np.nan)
    assert findings.checks(replace(explained, blocks=unfitted)).missed is None


@pytest.mark.slow
def test_the_lead_is_open_unless_it_is_clear(explained):
    def order(**changes):
        return findings.carriers(replace(explained, **changes)).order

    assert order(lead=(0.1, 0.05, 0.15)) is Order.CLEAR
    assert order(lead=(0.1, -0.05, 0.25)) is Order.OPEN
    still = findings.carriers(replace(explained, lead=(0.1, -0.05, 0.25)))
    assert "leads is open" in sentences.answer(still)
    assert "not clearly ahead" in sentences.blocks_texts(still)[0]
    assert order(blocks=explained.blocks.head(1)) is Order.ONE_BLOCK
    assert order(blocks=explained.blocks.head(1).assign(block="all")) is Order.MIXED


@pytest.mark.slow
def test_the_widest_block_has_a_place(explained):
    blocks = explained.blocks.assign(columns=1)
    blocks.loc[2, "columns"] = 80
    found = findings.carriers(replace(explained, blocks=blocks))
    assert (found.widest, found.widest_columns, found.widest_place) == (blocks["block"][2], 80, 3)


def test_folds_agree_or_not():
    columns = ["vision", "audio", "energy"]
    same = pd.DataFrame([[0.6, 0.3, 0.1]] * 4, columns=columns)
    turning = pd.DataFrame([[0.6, 0.3, 0.1], [0.1, 0.6, 0.3], [0.3, 0.1, 0.6]], columns=columns)

    def folds(shares):
        return findings.folds(shares, "vision")

    assert folds(same).kendall_w == pytest.approx(1)
    assert folds(same).agreement is Agreement.SETTLED
    assert folds(same).times_first == 4 and folds(same).others_first == ()
    assert folds(turning).agreement is Agreement.NONE
    assert folds(turning).times_first == 1 and folds(turning).others_first == ("audio", "energy")
    assert folds(same.head(1)).agreement is Agreement.TOO_FEW


def test_courses_turn_round_with_the_data():
    x = np.linspace(0, 1, 40)
    pushes = {"up": x, "down": -x, "bent": (x - 0.5) ** 2, "flat": 0 * x}
    tables = {name: pd.DataFrame({"reading": x, "value": y}) for name, y in pushes.items()}
    up, down, bent, flat = findings.courses(tables)
    assert (up.course, down.course) == (Course.UP, Course.DOWN)
    assert up.gap == pytest.approx(1 / down.gap) and up.gap > 1
    assert (bent.course, flat.course) == (Course.NO_DIRECTION, Course.TOO_LITTLE)


def test_an_hour_has_a_best_part_and_no_direction():
    hours = np.arange(0, 24, 0.5)
    table = {"metadata__hour": pd.DataFrame({"reading": hours, "value": (hours >= 18) * 0.3})}
    (found,) = findings.courses(table)
    assert (found.course, found.best) == (Course.ROUND, 3)
    assert found.gap == pytest.approx(np.exp(0.3))
    assert set(sentences._PARTS) == set(findings.CIRCLES)
    for key, edges in findings.CIRCLES.items():
        assert len(sentences._PARTS[key]) == len(edges) - 1


@pytest.mark.parametrize(("n", "reason"), [(12, Nothing.TOO_FEW), (45, Nothing.NOT_PREDICTED)])
def test_few_posts_have_nothing_to_explain(own, n, reason):
    found = findings.carriers(explanation([], empty_predictions(), own.posts.head(n)))
    assert (found.n_posts, found.nothing) == (n, reason)


@pytest.mark.slow
def test_under_eighty_posts_are_indicative(explained):
    assert findings.carriers(replace(explained, n_posts=79)).indicative
    assert not findings.carriers(explained).indicative


def test_the_worked_example_is_right_or_wrong_by_what_came():
    steps = pd.DataFrame({"concept": ["energy__tempo", "rest"], "value": [0.5, 0.5]})
    good = findings.example("a post", steps, np.log1p(1000), np.log1p(2000), np.log1p(4000))
    assert (good.start, good.forecast, good.actual) == pytest.approx((1000, 2000, 4000))
    assert good.helped and good.off == pytest.approx(4001 / 2001)
    assert not findings.example("a post", steps, 8.0, 9.0, 7.0).helped


# -------------------------------------------------------------------------------- words

HOSTILE = (
    "<script>alert(1)</script> ::: {{< include x >}} ![](http://x.y/z) @fig-x $$ ` | \n # h",
    "</div>\u202egnp.exe",
    None,
)


@pytest.mark.slow
@pytest.mark.parametrize("caption", HOSTILE)
def test_a_hostile_caption_stays_text(explained, caption):
    post = made(explained)["example"].iloc[0]
    steps = shap_values.waterfall(explained.shap, post.post_id, post.fold)
    example = findings.example(words.excerpt(caption, 200), steps, 8.0, 9.0, 10.0)
    text, _ = sentences.waterfall_texts(example)
    for piece in ("<script", "</div", ":::", "{{<", "![](", "@fig", "$$", "`", "\u202e", "\n"):
        assert piece not in text


@pytest.mark.slow
def test_no_sentence_shows_raw_python(explained):
    found = findings.carriers(explained)
    folds = findings.folds(made(explained)["by_fold"], found.names[0])
    texts = [
        sentences.doubt(found),
        *sentences.summary_texts(found),
        *sentences.blocks_texts(found),
        sentences.width(found),
        *sentences.folds_texts(folds),
        *sentences.checks_texts(found.checks),
        sentences.table_caption(found),
        sentences.answer(found),
        figures.importance_table(explained.blocks).to_string(),
    ]
    for text in texts:
        assert text
        for raw in ("nan", "np.", "__", "None", "Timestamp"):
            assert raw not in text, text


def test_unknown_columns_still_get_a_harmless_name():
    assert concept("energy__something_new").name == "something new (early energy)"
    assert concept("energy__<b>|$x$").name == "b x (early energy)"
    assert concept("all__components").name.startswith("all")


# ------------------------------------------------------------------------------- figures


@pytest.mark.slow
def test_figures_come_from_the_tables_alone(explained, own):
    columns = own.features.join(own.embeddings)
    importance = shap_values.concept_importance(explained.shap)
    readings = concepts.readings(importance["concept"], own.posts, columns)
    post = made(explained)["example"].iloc[0]
    steps = shap_values.waterfall(explained.shap, post.post_id, post.fold)
    leading = {
        key: shap_values.dependence(explained.shap, key, readings[key])
        for key in list(readings)[:2]
    }
    drawn = [
        lambda: figures.waterfall(steps, post.base_value, post.prediction, 10.0),
        lambda: figures.summary(shap_values.concept_values(explained.shap), readings),
        lambda: figures.blocks(explained.blocks),
        lambda: figures.by_fold(made(explained)["by_fold"]),
        lambda: figures.checks(explained.blocks),
        lambda: figures.dependence(leading),
    ]
    assert all(theme.render(draw())["svg"].count(b"<path") > 5 for draw in drawn)
    assert theme.render(drawn[1]())["svg"] == theme.render(drawn[1]())["svg"]
