"""What a notebook talks to: its run's artefacts, and the page that it fills."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure

from virality.book import artefacts, notices, params, pieces, stamps, twins
from virality.book.markup import in_jupyterlab
from virality.book.tables import check_table
from virality.core.chapters import PAGES, book, chapter
from virality.core.errors import UserError
from virality.core.paths import Inputs, Run
from virality.core.text import PostName, escape
from virality.core.writing import adding, replacing, replacing_folder
from virality.demo.creator import truth_beside
from virality.demo.model import Truth
from virality.figures import theme


class Chapter:
    """A chapter of a run.

    Parameters
    ----------
    slug : str
        Name of the notebook, see :mod:`virality.core.chapters`.
    name : str
        Name of the run.
    private : bool
        True leaves captions and thumbnails out of the page.

    Raises
    ------
    UserError
        When the notebook that it is made in holds a parameter that makes no sense.
    """

    def __init__(self, slug: str, name: str, private: bool = False):
        self.spec = chapter(slug)
        hide_tracebacks_of_user_errors()
        _refuse_senseless_parameters(slug)
        self.run = Run.open(name)
        self.private = private
        theme.apply()

    # ------------------------------------------------------------------ artefacts

    @property
    def inputs(self) -> Inputs:
        """The paths that the user gave."""
        return self.run.inputs()

    @property
    def simulated(self) -> bool:
        """Whether the posts were made by this project's own simulator."""
        return notices.is_simulated(self.run, self._column("author"))

    @property
    def truth(self) -> Truth | None:
        """What was planted in a simulated creator; None for all others, or where it is lost."""
        return truth_beside(self.inputs.posts) if self.simulated else None

    @property
    def author(self) -> str:
        """Whose posts these are; withheld on private pages."""
        return "withheld" if self.private else ", ".join(self._column("author")) or "unknown"

    @property
    def creators(self) -> dict[str, str]:
        """What to call each author, most posts first: by name, or by number on private pages."""
        counts = pd.read_parquet(self.path("posts"), columns=["author"])["author"].value_counts()
        authors = sorted(counts.index, key=lambda author: (-counts[author], author))
        numbered = {author: f"creator {i}" for i, author in enumerate(authors, start=1)}
        return numbered if self.private else {author: author for author in authors}

    def parameters(self) -> dict:
        """Return every parameter of the book with the value that this run has."""
        record = self.run.load()
        chosen = {"encoders": record["encoders"]["used"]} if "encoders" in record else {}
        if own := record.get("own_embargo"):
            chosen["embargo_days"] = own
        defaults = {name: parameter.default for name, parameter in params.known().items()}
        values = defaults | params.by_todays_names(record.get("parameters", {})) | chosen
        if values.get("prior"):
            values["prior"] = Path(values["prior"]).name  # where it lies is nobody's business
        if self.private and values.get("author"):
            values["author"] = "withheld"
        return {name: value for name, value in values.items() if name != "name"}

    def timings(self) -> dict[str, float]:
        """Return the seconds that each chapter took when it last ran."""
        chapters = book(self.run.pooled, self.run.planned)
        read = {spec.slug: stamps.read(self.run, spec.slug) for spec in chapters}
        return {slug: stamp["seconds"] for slug, stamp in read.items() if stamp}

    def _column(self, name: str) -> list[str]:
        return notices.values(self.run, name)

    def path(self, artefact: str) -> Path:
        """Return where an artefact that this chapter reads lies.

        Raises
        ------
        UserError
            When it is not there; says which chapter writes it and the command that makes it.
        """
        if artefact not in self.spec.reads + self.spec.writes:
            raise KeyError(f"chapter {self.spec.slug!r} does not declare {artefact!r}")
        return artefacts.existing(self.run, artefact, self.spec)

    def read(self, artefact: str) -> Any:
        """Return an artefact: a table, or a mapping where it is JSON."""
        return artefacts.read(self.path(artefact))

    def write(self, artefact: str, content: pd.DataFrame | dict | bytes) -> None:
        """Store an artefact that this chapter declares; whole or not at all.

        Parameters
        ----------
        artefact : str
            Its name.
        content : DataFrame, dict or bytes
            A table, what JSON can hold, or a file as it is.

        Raises
        ------
        UserError
            When a table is not what the artefact promises, see :mod:`virality.book.tables`.
        """
        if isinstance(content, pd.DataFrame):
            check_table(artefact, content)
        with replacing(self._target(artefact)) as temporary:
            if isinstance(content, bytes):
                temporary.write_bytes(content)
            elif isinstance(content, dict):
                text = json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)
                temporary.write_text(text, encoding="utf-8")
            else:
                content.to_parquet(temporary)

    @contextmanager
    def directory(self, artefact: str):
        """Yield an empty folder that becomes the artefact when the block ends without error."""
        with replacing_folder(self._target(artefact)) as temporary:
            temporary.mkdir()
            yield temporary

    def _target(self, artefact: str) -> Path:
        if artefact not in self.spec.writes:
            raise KeyError(
                f"chapter {self.spec.slug!r} does not declare that it writes {artefact!r}"
            )
        return self.run.artefact(artefact)

    # ----------------------------------------------------------------------- page

    def say(self, text: str) -> None:
        """Show Markdown, as part of the running text; nothing where there is nothing to say."""
        if text:
            self._show(text)

    def _show(self, text: str, **beside: str) -> None:
        told = pieces.unbroken(text)
        kinds = {"text/markdown": told, "text/html": in_jupyterlab(told)}
        display(kinds | beside, raw=True)

    def answer(self, text: str) -> None:
        """Show the answer box that a chapter begins with."""
        self.say(pieces.callout("tip", "The answer", text, icon=False))

    def doubt(self, text: str) -> None:
        """Show what could most easily make the answer wrong, one sentence below its picture."""
        self.say(pieces.block("doubt", text) if text else "")

    def note(self, title: str, text: str) -> None:
        """Show a quiet box.

        Parameters
        ----------
        title, text : str
            Markdown; texts from data are escaped already.
        """
        self.say(pieces.callout("note", title, text))

    def warn(self, title: str, text: str) -> None:
        """Show a loud box.

        Parameters
        ----------
        title, text : str
            Markdown; texts from data are escaped already.
        """
        self.say(pieces.callout("warning", title, text))

    def figure(self, figure: Figure, label: str, caption: str, alt: str) -> None:
        """Show a figure and keep it as a file.

        Parameters
        ----------
        figure : Figure
            Closed afterwards.
        label : str
            Refer to it as ``@fig-<label>``.
        caption : str
            Markdown that states the finding.
        alt : str
            What a reader who cannot see it should know.
        """
        files = theme.render(figure)
        twin = files.pop("narrow")
        for kind, content in files.items():
            self._keep(f"{self.spec.slug}-{label}.{kind}", content)
        text = pieces.figure(pieces.address("svg+xml", files["svg"]), f"fig-{label}", caption, alt)
        self._show(text, **{twins.KIND: pieces.address("svg+xml", twin)})

    def inline(self, figure: Figure, alt: str) -> str:
        """Return a small figure for a line of text, Markdown.

        Parameters
        ----------
        figure : Figure
            Closed afterwards.
        alt : str
            What a reader who cannot see it should know.
        """
        return pieces.inline(theme.render(figure)["svg"], alt)

    def picture(self, jpeg: bytes, label: str, caption: str, alt: str, narrow: bytes) -> None:
        """Show a raster picture like a figure.

        Parameters
        ----------
        jpeg : bytes
            The picture as a file.
        label, caption, alt : str
            As for :meth:`figure`.
        narrow : bytes
            The same for a narrow page.
        """
        self._keep(f"{self.spec.slug}-{label}.jpg", jpeg)
        text = pieces.figure(pieces.address("jpeg", jpeg), f"fig-{label}", caption, alt)
        self._show(text, **{twins.KIND: pieces.address("jpeg", narrow)})

    def _keep(self, name: str, content: bytes) -> None:
        """Store a figure among those of the run; a page of its own leaves nothing there."""
        if self.spec not in PAGES:
            with adding(self.run.figures, name) as temporary:
                temporary.write_bytes(content)

    def table(
        self,
        data: pd.DataFrame,
        label: str,
        caption: str,
        max_rows: int | None = None,
        formats: dict | None = None,
        markdown: tuple[str, ...] = (),
    ) -> None:
        """Show a table, every cell escaped.

        Parameters
        ----------
        data : DataFrame
            Its index is left out.
        label : str
            Refer to it as ``@tbl-<label>``.
        caption : str
            Markdown that states the finding.
        max_rows : int, optional
            Show so many rows; the caption says of how many.
        formats, markdown
            As for :func:`virality.book.pieces.table`.
        """
        shown = data if max_rows is None else data.head(max_rows)
        if len(shown) < len(data):
            caption += f" The first {len(shown)} of {len(data):,} rows are shown."
        self.say(pieces.table(shown, f"tbl-{label}", caption, formats, markdown))

    def frames(self, thumbnails: pd.DataFrame, posts: pd.DataFrame | None = None) -> dict[str, str]:
        """Return a small first frame for a table cell, by post id; none on private pages.

        Parameters
        ----------
        thumbnails : DataFrame
            The artefact of that name.
        posts : DataFrame, optional
            Tidy posts, where no name beside a frame says which post it is of.
        """
        shown = thumbnails.iloc[:0] if self.private else thumbnails
        dates = {} if posts is None else dict(zip(posts["post_id"], posts["posted_at"]))
        days = {post: f" of the post of {when:%Y-%m-%d}" for post, when in dates.items()}
        return {
            row.post_id: pieces.thumbnail(row.jpeg, f"First frame{days.get(row.post_id, '')}")
            for row in shown.itertuples()
        }

    def label(self, post) -> str:
        """Return a short escaped name of a post (a row of the posts table)."""
        caption = "" if self.private else post.caption
        return str(PostName(f"{post.posted_at:%Y-%m-%d}", caption))

    def banner(self, posts: pd.DataFrame | None = None) -> None:
        """Show, in JupyterLab, what no reader may miss: simulated data, stand-in encoders.

        Pages say it on the first screen and below; a page of its own says it here.

        Parameters
        ----------
        posts : DataFrame, optional
            Tidy posts, from the chapter that reads them and has not stored them yet; those of the
            run when left out.
        """
        if not (told := notices.of_run(self.run, posts)):
            return
        text = pieces.block("notice", escape(" ".join(told)))
        if self.spec in PAGES:
            self.say(text)
        else:
            display({"text/html": in_jupyterlab(text)}, raw=True)


def _refuse_senseless_parameters(slug: str) -> None:
    """Check what the notebook's cell says now: in JupyterLab nobody else has looked at it."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is not None:
        params.refuse_notebook(slug, shell.user_ns)


def hide_tracebacks_of_user_errors() -> None:
    """Make a UserError in a notebook cell read as its sentence alone."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return

    def show(self, kind, value, traceback, tb_offset=None):
        message = [f"{kind.__name__}: {value}"]
        self._showtraceback(kind, value, message)
        return message

    shell.set_custom_exc((UserError,), show)
