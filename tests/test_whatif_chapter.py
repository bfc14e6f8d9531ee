"""The chapter on what went with what: it says what the library says, for few posts and for many."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import virality as vi
from chapters import run_chapter
from test_whatif import account
from virality.book.pieces import unbroken
from virality.book.tables import check_table
from virality.core.paths import RUN_VARIABLE, Inputs, Run
from virality.core.text import multiple
from virality.explanation import regimes as rg
from virality.figures import whatif as figures
from virality.findings import whatif as findings
from virality.findings.associations import Verdict
from virality.findings.scores import Estimate
from virality.sentences import whatif as sentences


def chosen(effect: float, **shown) -> findings.WentWith:
    return findings.chosen(vi.what_if(*account(1, 300, "white", effect)), **shown)


def test_the_sentence_turns_round_with_the_effect():
    more, less = (chosen(effect) for effect in (1.2, -1.2))
    tags = [next(fact for fact in each.found if fact.hashtag) for each in (more, less)]
    assert [sentences.name(tag) for tag in tags] == ["&#35;sun"] * 2
    for tag in tags:
        said = sentences.one(tag)
        views = "more views" if tag.factor.value > 1 else "fewer views"
        assert f"&#35;sun** went with {views} ({multiple(tag.factor.value)}; 95 %: " in said
        assert multiple(tag.factor.low) in said and multiple(tag.factor.high) in said
    assert tags[0].factor.low > 1 > tags[1].factor.high
    for found, tag in zip((more, less), tags, strict=True):
        said = sentences.answer(found)
        assert said.startswith("More than luck would do") and "whether it is the cause" in said
        assert str(tag.experiment_posts) in said and "luck" in sentences.doubt(found)


def test_private_pages_name_no_hashtag():
    open_page, private = (chosen(1.2, private=hidden) for hidden in (False, True))
    for texts, there in ((open_page, True), (private, False)):
        said = sentences.answer(texts) + " ".join(sentences.forest_texts(texts))
        said += figures.choices_table(texts, sentences.name).to_string()
        said += " ".join(map(figures.label, texts.told))
        assert any(tag in said for tag in ("sun", "pets", "maths", "cake")) is there


def test_hashtags_from_data_are_harmless():
    found = chosen(1.2)
    tag = next(fact for fact in found.told if fact.hashtag)
    hostile = replace(tag, label=(findings.DataText("<b>|x"),))
    assert "<" not in sentences.one(hostile) and "|" not in sentences.name(hostile)


def test_models_agree_only_where_all_of_them_point_one_way():
    rows = [("hour", 12.0, 18.5, 1.3, 1.1, 1.5), ("length", 42.0, 10.0, 1.3, 0.9, 1.6),
            ("question", 0.0, 1.0, 0.98, 0.97, 0.99)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["choice", "own", "value", "factor", "low", "high"])
    table = table.assign(post_id="p", settled=True, n_models=5)
    (found,) = findings.otherwise(table, {"p": "a post"})
    assert [other.choice for other in found.agreed] == ["hour"]
    assert (
        "one way, posted at 18:30 instead of 12:00, ×\N{NO-BREAK SPACE}1.30 ("
        in sentences.otherwise(found)
    )
    turned = table.assign(factor=1 / table["factor"], low=1 / table["high"], high=1 / table["low"])
    (found,) = findings.otherwise(turned, {"p": "a post"})
    assert f"instead of 12:00, {multiple(0.77)} (" in sentences.otherwise(found)
    (found,) = findings.otherwise(table[1:2], {"p": "a post"})
    assert found.moved is findings.Moved.DISAGREE
    (found,) = findings.otherwise(table[2:], {"p": "a post"})
    assert found.moved is findings.Moved.HARDLY


@pytest.fixture
def run(tmp_path, monkeypatch) -> Run:
    run = Run.at(tmp_path / "alice")
    run.save(inputs=Inputs(posts="posts.csv"))
    run.artefact("posts").parent.mkdir(parents=True)
    monkeypatch.setenv(RUN_VARIABLE, str(run.folder))
    return run


def lay(run: Run, n: int, effect: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    posts, (features, content) = account(1, n, "white", effect)
    made = {"posts": posts, "features": features, "embeddings": content, "regimes": rg.empty()}
    for name, table in made.items():
        table.to_parquet(run.artefact(name))
    return posts, pd.concat([features, content], axis=1)


@pytest.mark.parametrize("n", [12, 40, 80, 200])
def test_the_chapter_says_what_the_library_says(run, monkeypatch, n):
    posts, features = lay(run, n, effect=1.5)
    said = run_chapter(run, "whatif", monkeypatch)
    stored = {name: pd.read_parquet(run.artefact(name)) for name in ("whatif", "otherwise")}
    for name, table in stored.items():
        check_table(name, table)
    pd.testing.assert_frame_equal(stored["whatif"], vi.what_if(posts, features), check_dtype=False)
    found = findings.chosen(stored["whatif"])
    assert unbroken(sentences.answer(found)) in said
    assert (found.verdict is Verdict.TOO_FEW) == (n == 12)
    assert ("no more than a hint" in said) == (n == 40)
    assert stored["otherwise"].empty == (n == 12) and ("fig-otherwise" in said) == (n > 12)
    if n == 200:
        (tag,) = [fact for fact in found.found if fact.hashtag]
        times = re.search(r"#?sun\*\* went with more views \(×\s([\d.]+);", said)
        assert float(times.group(1)) == pytest.approx(tag.factor.value, abs=0.005)
        assert said.index("The answer") < said.index("fig-choices") < said.index("tbl-choices")


def test_kinds_of_post_are_called_by_what_sets_them_apart():
    row = SimpleNamespace(family="kind", label="B #grwm #a*b")
    kind = findings.Choice(
        "choice__kind_B", "flag", 90, 30, 60, 1.0, Estimate(0.5, 0.3, 0.8), 2.0, True,
        family="kind", unit="yes or no", kind_name=findings.kind_name_of(row, False),
    )  # fmt: skip
    assert sentences.name(kind) == "&#35;grwm &#35;a&#42;b"
    assert figures.label(kind) == "#grwm #a*b"
    withheld = replace(kind, kind_name=findings.kind_name_of(row, True))
    assert sentences.name(withheld) == "kind B" and figures.label(withheld) == "Kind B"
    row.label = "B +metadata__duration"
    for private in (False, True):
        named = replace(kind, kind_name=findings.kind_name_of(row, private))
        assert sentences.name(named) == "kind B (long)"


def test_the_level_is_taken_off_by_hand_as_by_the_library(run, monkeypatch):
    posts, _ = lay(run, 80)
    later = np.arange(80) > 40
    posts["views"] = (posts["views"] * np.where(later, 50, 1)).astype("Int64")
    posts["duration_s"] = np.where(later, 60.0, 20.0) + np.arange(80) % 7
    posts.to_parquet(run.artefact("posts"))
    said = run_chapter(run, "whatif", monkeypatch)
    plain, near = map(float, re.search(r"correlation ([\d.]+)\); .*? it is (−?[\d.]+)\.",
                                       said.replace("−", "-")).groups())  # fmt: skip
    assert plain > 0.6 > 0.4 > abs(near)
