"""The whole book on a small simulated creator, through the users' own runner."""

import json
import re

import nbformat
import pandas as pd
import pytest

from virality.book import params, publish, stamps, twins
from virality.core.chapters import book
from virality.media.hook import look

pytestmark = [pytest.mark.slow, pytest.mark.book]
SLUGS = [spec.slug for spec in book()]


def outputs(run, slug):
    notebook = nbformat.read(run.executed(slug), as_version=4)
    return [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]


def page_text(run, slug):
    text = "\n".join(o["data"].get("text/markdown", "") for o in outputs(run, slug) if "data" in o)
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "", text)  # pictures may spell anything


def values(run, slug, **changes):
    given = run.load()["parameters"] | changes
    return params.for_chapter(slug, given) | {"name": run.name}


def test_every_artefact_is_there_and_keyed_by_post(small_book):
    for name in [name for spec in book() for name in spec.writes]:
        assert small_book.artefact(name).exists(), name
    posts = pd.read_parquet(small_book.artefact("posts"))
    for name in ("features", "embeddings"):
        table = pd.read_parquet(small_book.artefact(name))
        assert list(table.index) == list(posts["post_id"])
        assert all("__" in column for column in table.columns)
    for name in ("predictions_linear", "predictions_nonlinear", "regimes"):
        assert set(pd.read_parquet(small_book.artefact(name))["post_id"]) <= set(posts["post_id"])


def test_held_out_posts_come_after_their_training_posts(small_book):
    folds = pd.read_parquet(small_book.artefact("folds"))
    honest = folds[folds["split"].isin(["expanding", "rolling"])]
    assert len(honest)
    gap = honest["test_start"] - honest["train_end"]
    assert (gap >= pd.Timedelta(days=7)).all()


def test_no_pickle_anywhere(small_book):
    names = {path.suffix for path in small_book.folder.rglob("*") if path.is_file()}
    assert not names & {".pkl", ".pickle", ".joblib"}


@pytest.mark.parametrize("slug", SLUGS)
def test_page_says_simulated_and_answers(small_book, slug):
    text = page_text(small_book, slug)
    assert "The answer" in text or slug in ("index", "recipe")
    told = "A simulated account" if slug == "index" else "This creator is simulated"
    shown = "".join(o["data"].get("text/html", "") for o in outputs(small_book, slug))
    assert told in text + shown, "in JupyterLab too"


@pytest.mark.parametrize("slug", SLUGS)
def test_page_has_no_stray_output(small_book, slug):
    for output in outputs(small_book, slug):
        assert output.output_type != "error"
        if output.output_type == "stream":
            assert output.name != "stdout", output.text
            assert "Warning" not in output.text, output.text
            continue
        shown = set(output["data"])
        known = {"text/markdown", "text/html", "text/plain", twins.KIND}
        assert shown <= known, shown
        assert "text/html" in shown, f"a raw repr: {output['data']}"
    text = page_text(small_book, slug)
    for raw in ("<pandas", "dtype:", "Timestamp(", "np.float64", " nan ", "NaN", "None of"):
        assert raw not in text, raw


@pytest.mark.parametrize("slug", SLUGS)
def test_cross_references_lead_somewhere(small_book, slug):
    defined = set()
    for each in SLUGS:
        defined |= set(re.findall(r"\{#((?:fig|tbl)-[\w-]+)\}", page_text(small_book, each)))
    notebook = nbformat.read(small_book.executed(slug), as_version=4)
    written = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    used = re.findall(r"@((?:fig|tbl)-[\w-]+)", written + page_text(small_book, slug))
    assert set(used) <= defined


@pytest.mark.skipif(any(map(look.available, look.FINDERS)), reason="a finder is not installed")
def test_the_chapter_of_the_first_seconds_opens_with_what_openings_hold(small_book):
    text = page_text(small_book, "embeddings")
    figures = re.findall(r"\{#(?:fig|tbl)-([\w-]+)\}", text)
    assert figures[:4] == ["went-with", "sheet", "in-words", "openings-over-time"]
    assert text.index("have words on the screen") < text.index("went with views")
    assert "in intervals that hold for all facts together" in page_text(small_book, "index")


def test_unchanged_rerun_runs_nothing(small_book):
    for spec in book():
        assert stamps.is_fresh(small_book, spec, values(small_book, spec.slug)), spec.slug


def test_unchanged_pages_are_not_made_again(own_book):
    publish.publish(own_book, "The title", private=False)
    assert not publish.publish(own_book, "The title", private=False).rendered


def test_changed_parameter_reruns_only_who_names_it(small_book):
    stale = [
        spec.slug
        for spec in book()
        if not stamps.is_fresh(small_book, spec, values(small_book, spec.slug, umap_neighbors=7))
    ]
    assert stale == ["clustering"]


def test_deleted_figure_makes_its_chapter_stale(own_book):
    spec = book()[0]
    assert stamps.is_fresh(own_book, spec, values(own_book, spec.slug))
    next(own_book.figures.glob(f"{spec.slug}-*.svg")).unlink()
    assert not stamps.is_fresh(own_book, spec, values(own_book, spec.slug))


def test_plain_version_has_every_page_and_says_so(own_book):
    run = own_book
    publish.publish(run, "A <b>title</b>", private=False, force_plain=True)
    for slug in [*SLUGS, "glossary", "references"]:
        page = (run.site / f"{slug}.html").read_text()
        assert "plain version" in page
        assert "A &lt;b&gt;title" in page
        assert ":::" not in page
        # Of all references only the one that a caption pretends to be is left, as text.
        assert not re.search(r"(?<![\w&;])@(fig|tbl)-(?!x…)", page)
        loaded = r'<(?:img|script|link|iframe)\b[^>]*(?:src|href)="https?:'
        assert not re.search(loaded, page), "nothing is loaded from elsewhere"
        for target in re.findall(r'(?:src|href)="([^"#:]+)[#"]', page):
            assert (run.site / target).exists(), target
    assert (run.site / "notebooks" / "data.ipynb").exists()


def test_private_site_holds_no_notebook(own_book):
    run = own_book
    publish.publish(run, "Title", private=True, force_plain=True)
    assert not list(run.site.rglob("*.ipynb"))
    assert "executed notebook</a>" not in (run.site / "data.html").read_text()


def test_hostile_caption_stays_text(small_book):
    """The demo plants a caption with a script in it; it must be escaped wherever it shows."""
    posts = pd.read_parquet(small_book.artefact("posts"))
    assert posts["caption"].str.contains("<script", na=False).any()
    for slug in SLUGS:
        for output in outputs(small_book, slug):
            assert "<script" not in json.dumps(output.get("data", {}))
