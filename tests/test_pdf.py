"""The book as one file: refused by an old Quarto in words, set by a new one, without code."""

import shutil

import pytest
import yaml

from virality.book import pdf, publish, quarto
from virality.core.errors import UserError
from virality.core.paths import Run

NEW = quarto.find() and tuple(map(int, quarto.version().split(".")[:2])) >= pdf.LEAST


@pytest.mark.parametrize("version", ["", "1.7.34", "1.8.0", "nonsense"])
def test_what_is_too_old_is_told_with_a_way_out(version):
    with pytest.raises(UserError, match=r"Quarto 1\.9 or newer") as told:
        pdf.refuse_old(version)
    assert "print" in str(told.value)


@pytest.mark.parametrize("version", ["1.9.0", "1.10.19", "2.0.1", "99.9.9"])
def test_what_is_new_enough_is_not(version):
    pdf.refuse_old(version)


def test_a_book_for_paper_has_no_code_and_no_screen(own_book):
    import nbformat

    publish.stage(own_book, "A title", private=False)
    pdf._set_for_print(own_book.staging)
    config = yaml.safe_load((own_book.staging / "_quarto.yml").read_text())
    assert set(config["format"]) == {"typst"} and "page-footer" not in config["book"]
    for path in own_book.staging.glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            assert "echo: true" not in cell.source and "Download" not in cell.source


@pytest.mark.slow
@pytest.mark.skipif(not NEW, reason="no Quarto that sets books with Typst is installed")
def test_the_whole_book_is_one_file_beside_its_pages(own_book):
    if not own_book.site.exists():
        publish.publish(own_book, "A title", private=False, force_plain=True)
    path = pdf.make(own_book, "A title", private=False)
    content = path.read_bytes()
    assert path.parent == own_book.site and content.startswith(b"%PDF")
    assert len(content) > 100_000
    shutil.rmtree(own_book.site)


def test_on_the_command_line_it_is_one_sentence(monkeypatch, capsys):
    from virality import cli

    monkeypatch.setattr(quarto, "find", lambda: "")
    assert cli.main(["pdf", "--name", "nobody"]) == 1
    told = capsys.readouterr().err
    assert "here is none" in told and "Traceback" not in told


def test_a_report_per_creator_is_no_one_file(monkeypatch, tmp_path):
    from virality.book import session
    from virality.core import paths

    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(quarto, "version", lambda: "1.9.38")
    Run.named("agency").save(by={"private": False, "runs": {"a": "agency-a", "b": "agency-b"}})
    with pytest.raises(UserError, match="agency-a, agency-b"):
        session.pdf("agency")
