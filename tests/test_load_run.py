"""Every artefact of a run by name, for notebooks and scripts."""

import pandas as pd
import pytest

from virality.book.artefacts import RunArtefacts, load_run
from virality.core.errors import UserError
from virality.core.paths import RUN_VARIABLE, Run


@pytest.fixture
def alice(tmp_path, monkeypatch):
    run = Run.at(tmp_path / "alice")
    run.save(parameters={})
    run.artefact("posts").parent.mkdir()
    pd.DataFrame({"post_id": ["1"]}).to_parquet(run.artefact("posts"))
    run.artefact("summary").write_text('{"n_posts": 1}')
    run.artefact("boosters").mkdir()
    monkeypatch.setenv(RUN_VARIABLE, str(run.folder))
    return load_run("alice")


def test_attributes_and_items_are_what_was_stored(alice):
    assert alice.posts["post_id"].tolist() == alice["posts"]["post_id"].tolist() == ["1"]
    assert alice.summary == alice["summary"] == {"n_posts": 1}
    assert alice.boosters.is_dir()


def test_what_is_there_can_be_listed_and_completed(alice):
    assert set(alice) == {"posts", "summary", "boosters"} and len(alice) == 3
    assert {"posts", "summary", "boosters"} <= set(dir(alice))
    assert "shap" not in dir(alice) and "shap" not in alice
    assert alice._ipython_key_completions_() == list(alice)
    assert "posts" in repr(alice)


def test_a_missing_one_says_what_makes_it(alice):
    with pytest.raises(UserError, match=r"“interpretability” writes it.*--until interpretability"):
        _ = alice.shap
    with pytest.raises(UserError, match="--pool --until creators"):
        _ = alice["cold_start"]


def test_other_names_are_errors_of_the_program(alice):
    with pytest.raises(AttributeError, match="no artefact is called 'post'"):
        _ = alice.post
    with pytest.raises(KeyError):
        _ = alice["post"]
    assert alice.get("post") is None
    assert not hasattr(alice, "_repr_html_")


def test_a_run_that_is_not_there_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv(RUN_VARIABLE, str(tmp_path / "bob"))
    with pytest.raises(UserError, match="no run “bob” yet"):
        load_run("bob")
    assert list(RunArtefacts(Run.at(tmp_path / "bob"))) == []
