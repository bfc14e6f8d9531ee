"""The words and figures of the interpretability chapter follow the explanation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import toy_explanation as toy
from virality.core import text as words
from virality.explanation import explain
from virality.explanation.explain import Skill
from virality.features import concepts
from virality.figures import interpretability as figures
from virality.figures import theme
from virality.sentences import interpretability as sentences
from virality.sentences.concepts import concept


@pytest.fixture(scope="module")
def own():
    return toy.creator(90, seed=3)


@pytest.fixture(scope="module")
def found(own):
    folds, predictions, _ = toy.fit(own, n_folds=3, refits=True)
    return explain.explanation(folds, predictions, own.posts), predictions


def judged(explanation, verdict):
    size = {"better": -0.2, "worse": 0.2, "no clear difference": 0.0}[verdict]
    skill = Skill("train_mean", 0.7, 0.7 - size, size, size - 0.1, size + 0.1, verdict, 84)
    return replace(explanation, skill=skill)


def with_losses(explanation, **losses):
    """Give blocks a shuffling loss that is clear of zero, above or below; others none."""
    blocks = explanation.blocks.copy()
    loss = blocks["block"].map(losses).fillna(0.0)
    blocks["shuffle"] = loss
    blocks["shuffle_low"], blocks["shuffle_high"] = loss - 0.01, loss + 0.01
    return replace(explanation, blocks=blocks)


# ----------------------------------------------------------------------------- sentences


def test_a_model_without_skill_explains_itself_and_not_the_views(found):
    for verdict in ("worse", "no clear difference"):
        own = judged(found[0], verdict)
        assert "not of the views" in sentences.skill(own) or "not what moves" in sentences.skill(
            own
        )
        assert "**not what moves the views**" in sentences.answer(own)


def test_a_model_with_skill_is_believed(found):
    own = judged(found[0], "better")
    assert "beat the naive rules" in sentences.answer(own)
    assert "not what moves the views" not in sentences.answer(own) + sentences.skill(own)


def test_without_baselines_nothing_is_claimed(found):
    unknown = Skill("", 0.7, *[float("nan")] * 4, "no clear difference", 84)
    own = replace(found[0], skill=unknown)
    assert "description of the model" in sentences.skill(own)
    assert "nan" not in sentences.skill(own) + sentences.answer(own)


def test_the_answer_says_whether_the_checks_agree(found):
    first, second = found[0].blocks["block"].head(2)
    agree = sentences.answer(with_losses(found[0], **{first: 0.1}))
    differ = sentences.answer(with_losses(found[0], **{second: 0.1}))
    silent = sentences.answer(judged(with_losses(found[0]), "worse"))
    together = sentences.answer(judged(with_losses(found[0]), "better"))
    assert "agrees" in agree
    assert "names others" in differ
    assert "none can be shown to help" in silent
    assert "no single one is missed" in together


def test_checks_name_what_helps_and_what_misleads(found):
    text = sentences.checks_reading(with_losses(found[0], vision=0.2, audio=-0.2))
    assert "Shuffling picture makes forecasts of unseen posts worse" in text
    assert "Shuffling sound even makes them better" in text
    assert "No block's loss" in sentences.checks_reading(with_losses(found[0]))


def test_the_lead_is_called_open_unless_it_is_clear(found):
    clear = replace(found[0], lead=(0.1, 0.05, 0.15))
    open_ = replace(found[0], lead=(0.1, -0.05, 0.25))
    assert "is clear of zero" in sentences.blocks_reading(clear)
    assert "the order is open" in sentences.blocks_reading(open_)


def test_the_widest_block_is_named_with_its_place(found):
    blocks = found[0].blocks.assign(columns=1)
    blocks.loc[0, "columns"] = 40
    assert "also stands first" in sentences.blocks_reading(replace(found[0], blocks=blocks))
    blocks.loc[2, "columns"] = 80
    assert "width alone did not win" in sentences.blocks_reading(replace(found[0], blocks=blocks))


def test_folds_agree_or_not(found):
    same = pd.DataFrame([[0.6, 0.3, 0.1]] * 4, columns=["vision", "audio", "energy"])
    turning = pd.DataFrame(
        [[0.6, 0.3, 0.1], [0.1, 0.6, 0.3], [0.3, 0.1, 0.6]], columns=same.columns
    )
    assert "1.00" in sentences.folds_reading(replace(found[0], by_fold=same))
    assert "no ranking" in sentences.folds_reading(replace(found[0], by_fold=turning))
    blocks = found[0].blocks.assign(block=["vision", *found[0].blocks["block"][1:]])
    every = sentences.folds_caption(replace(found[0], by_fold=same, blocks=blocks))
    some = sentences.folds_caption(replace(found[0], by_fold=turning, blocks=blocks))
    assert "in every fold" in every
    assert "in 1 of 3 folds" in some
    assert " or " in some


def test_a_global_reduction_is_admitted(found):
    one = found[0].blocks.head(1).assign(block="all")
    assert "nobody can say" in sentences.blocks_reading(replace(found[0], blocks=one))


def test_directions_turn_round_with_the_data():
    x = np.linspace(0, 1, 40)
    up = {"energy__tempo": pd.DataFrame({"reading": x, "value": x})}
    down = {"energy__tempo": pd.DataFrame({"reading": x, "value": -x})}
    flat = {"energy__tempo": pd.DataFrame({"reading": x, "value": (x - 0.5) ** 2})}
    assert "the higher, the higher" in sentences.dependence_caption(up)
    assert "the higher, the lower" in sentences.dependence_caption(down)
    assert "no single direction" in sentences.dependence_caption(flat)


def test_an_hour_has_a_best_part_and_no_direction():
    hours = np.arange(0, 24, 0.5)
    table = {"metadata__hour": pd.DataFrame({"reading": hours, "value": (hours >= 18) * 0.3})}
    text = sentences.dependence_caption(table)
    assert "highest from 18 to 24 h" in text
    assert "the higher" not in text


def test_few_posts_say_so(own):
    nothing = explain.explanation([], pd_empty(), own.posts.head(12))
    assert "This record holds 12 posts" in sentences.nothing(nothing)
    assert "Nothing yet" in sentences.answer(nothing)
    assert sentences.of_artefacts(nothing.shap_blocks, pd_empty(), own.posts) == ""


def pd_empty():
    from virality.evaluation.evaluate import empty_predictions

    return empty_predictions()


def test_under_eighty_posts_are_indicative(found):
    few = replace(found[0], order=found[0].order.head(60))
    assert "indicative" in sentences.answer(few)
    assert "indicative" not in sentences.answer(found[0])


def test_the_index_gets_the_same_headline(found, own):
    explanation, predictions = found
    text = sentences.of_artefacts(explanation.shap_blocks, predictions, own.posts)
    assert text == sentences.headline(explanation.blocks, explanation.skill)


HOSTILE = (
    "<script>alert(1)</script> ::: {{< include x >}} ![](http://x.y/z) @fig-x $$ ` | \n # h",
    "</div>\u202egnp.exe",
    None,
)


@pytest.mark.parametrize("caption", HOSTILE)
def test_a_hostile_caption_stays_text(found, caption):
    explanation, _ = found
    post = explain.worked_example(explanation.shap_blocks)
    steps = explain.waterfall(explanation.shap, post.post_id, post.fold)
    label = words.excerpt(caption, 200)
    text = sentences.waterfall_caption(steps, label, 8.0, 9.0, 10.0)
    for piece in ("<script", "</div", ":::", "{{<", "![](", "@fig", "$$", "`", "\u202e", "\n"):
        assert piece not in text


def test_no_sentence_shows_raw_python(found):
    own = found[0]
    importance = explain.concept_importance(own.shap)
    texts = [
        sentences.skill(own),
        sentences.summary_caption(importance, own.n_held_out),
        sentences.summary_alt(importance),
        sentences.blocks_caption(own),
        sentences.blocks_alt(own),
        sentences.blocks_reading(own),
        sentences.folds_caption(own),
        sentences.folds_alt(own),
        sentences.folds_reading(own),
        sentences.checks_caption(own),
        sentences.checks_alt(own),
        sentences.checks_reading(own),
        sentences.table_caption(own),
        sentences.answer(own),
        sentences.importance_table(own).to_string(),
    ]
    for text in texts:
        assert text
        for raw in ("nan", "np.", "__", "None", "Timestamp"):
            assert raw not in text, text


def test_unknown_columns_still_get_a_name():
    assert concept("energy__something_new").name == "something new (early energy)"
    assert concept("all__components").name.startswith("all")


# ------------------------------------------------------------------------------- figures


def test_figures_come_from_the_tables_alone(found, own):
    explanation, _ = found
    columns = own.features.join(own.embeddings)
    importance = explain.concept_importance(explanation.shap)
    readings = concepts.readings(importance["concept"], own.posts, columns)
    post = explain.worked_example(explanation.shap_blocks)
    steps = explain.waterfall(explanation.shap, post.post_id, post.fold)
    leading = {
        key: explain.dependence(explanation.shap, key, readings[key]) for key in list(readings)[:2]
    }
    drawn = [
        lambda: figures.waterfall(steps, post.base_value, post.prediction, 10.0),
        lambda: figures.summary(explain.concept_values(explanation.shap), readings),
        lambda: figures.blocks(explanation.blocks),
        lambda: figures.by_fold(explanation.by_fold),
        lambda: figures.checks(explanation.blocks),
        lambda: figures.dependence(leading),
    ]
    assert all(theme.render(draw())["svg"].count(b"<path") > 5 for draw in drawn)
    assert theme.render(drawn[1]())["svg"] == theme.render(drawn[1]())["svg"]
