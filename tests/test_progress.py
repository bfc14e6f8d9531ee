"""Bars where somebody waits for one cell, and nowhere else."""

import pytest

from virality.core import progress


@pytest.mark.parametrize(("inside", "shown"), [(True, True), (False, False)])
def test_a_bar_is_shown_in_jupyterlab_alone(inside, shown, monkeypatch, capsys):
    monkeypatch.setattr(progress, "in_jupyterlab", lambda: inside)
    assert list(progress.counted(range(3), "folds")) == [0, 1, 2]
    assert ("folds" in capsys.readouterr().err) == shown


def test_a_report_that_is_run_from_jupyterlab_has_its_own_bar(monkeypatch):
    from virality.book.runner import _kernel_environment
    from virality.core.paths import Run

    monkeypatch.setenv(progress.JUPYTERLAB_VARIABLE, "x.ipynb")
    with _kernel_environment(Run.named("demo")):
        assert not progress.in_jupyterlab()
