"""Parameters: each chapter's ``parameters`` cell declares its own, with defaults and comments.

A parameter is a literal (text, number, true or false). Its comment says what it means and, in
brackets at the end, what it may be, see :mod:`virality.book.ranges`. The same name means the same
thing, with the same default and the same range, in every chapter that has it.
"""

from __future__ import annotations

import ast
import difflib
import io
import json
import math
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from virality.book.chapters import CHAPTERS
from virality.book.ranges import Range, read_range, split_comment
from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import NOTEBOOKS

Value = str | int | float | bool

MOST_PICTURES = 600  # of one video: more are no opening, and fill the memory of small machines
_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


@dataclass(frozen=True)
class Parameter:
    """One parameter as its cell declares it.

    Parameters
    ----------
    name : str
        Its name.
    default : str, int, float or bool
        The literal in the cell.
    comment : str
        What it means and its unit.
    chapters : tuple of str
        The chapters that name it.
    range : Range or None
        What it may be; None where the comment does not say.
    """

    name: str
    default: Value
    comment: str
    chapters: tuple[str, ...]
    range: Range | None = None

    def refuse(self, value: Value, where: str = "") -> None:
        """Raise UserError when a value of the right type is none that it may have."""
        advice = self.range.advice(value) if self.range else ""
        if advice:
            raise UserError(f"Parameter {self.name!r} may not be {shown(value)}.", where, advice)


@cache
def declared(slug: str) -> dict[str, Parameter]:
    """Return the parameters that a chapter's own cell names.

    Raises
    ------
    UserError
        When the cell is missing or holds anything but literals.
    """
    source = _cell(NOTEBOOKS / f"{slug}.ipynb")
    comments = _comments(source)
    found = {}
    for node in ast.parse(source).body:
        simple = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        try:
            value = ast.literal_eval(node.value) if simple else None
        except ValueError:
            value = None
        if not isinstance(value, str | int | float | bool):
            raise UserError(
                "The parameters cell may hold literals only: text, numbers, True or False.",
                where=f"{slug}, line {node.lineno} of the parameters cell",
            )
        name = node.targets[0].id
        meaning, range_text = split_comment(comments.get(node.lineno, ""))
        may_be = read_range(range_text) if range_text else None
        found[name] = Parameter(name, value, meaning, (slug,), may_be)
    return found


@cache
def known() -> dict[str, Parameter]:
    """Return every parameter of the book, by name, with the chapters that name it.

    Raises
    ------
    UserError
        When a default is out of its own range, or two chapters say different things.
    """
    found: dict[str, Parameter] = {}
    for spec in CHAPTERS:
        for name, parameter in declared(spec.slug).items():
            parameter.refuse(parameter.default, where=spec.slug)
            earlier = found.get(name, replace(parameter, chapters=()))
            for ours, theirs in (
                (parameter.default, earlier.default),
                (parameter.range, earlier.range),
            ):
                if ours != theirs:
                    raise UserError(
                        f"Parameter {name!r} is {_told(ours)} here "
                        f"but {_told(theirs)} in {earlier.chapters[0]!r}.",
                        where=spec.slug,
                    )
            found[name] = replace(parameter, chapters=(*earlier.chapters, spec.slug))
    return found


def read_option(text: str) -> tuple[str, str]:
    """Split ``key=value``."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UserError(f"{shown(text)} is not of the form key=value.", where="-p")
    return name.strip(), value.strip()


def resolve(given: Mapping[str, object]) -> dict[str, Value]:
    """Return `given` with every name known, and every value of its default's type and in range.

    Raises
    ------
    UserError
        Names the nearest known parameter, or what is wanted.
    """
    known()  # the defaults are held to their ranges even where nothing is given
    values = {name: _convert(_named(name), value) for name, value in given.items()}
    refuse_together(values)
    return values


def refuse_together(values: Mapping[str, Value]) -> None:
    """Raise UserError for values that make no sense together, each in its range as it may be."""
    if not {"window_s", "frames_per_s"} & set(values):
        return
    window, rate = (
        values[name] if name in values else known()[name].default
        for name in ("window_s", "frames_per_s")
    )
    if window * rate > MOST_PICTURES:
        raise UserError(
            f"window_s is {window:g} and frames_per_s is {rate:g}, which is {window * rate:,.0f} "
            "pictures of each video.",
            do=f"Choose less; {MOST_PICTURES} are the most.",
        )


def refuse_notebook(slug: str, cell: Mapping[str, object]) -> None:
    """Raise UserError when a notebook holds a value that its parameters cell does not allow.

    Parameters
    ----------
    slug : str
        The chapter.
    cell : mapping
        The notebook's variables, by name.
    """
    values = {name: p for name, p in declared(slug).items() if name in cell}
    for name, parameter in values.items():
        value, kind = cell[name], type(parameter.default)
        if type(value) is not kind and (kind, type(value)) != (float, int):
            raise _wrong_type(parameter, value)
        _convert(parameter, value)
    refuse_together({name: cell[name] for name in values})


def for_chapter(slug: str, given: dict[str, Value]) -> dict[str, Value]:
    """Return the values that a chapter runs with: its defaults under what was given."""
    return {name: given.get(name, parameter.default) for name, parameter in declared(slug).items()}


def _named(name: str) -> Parameter:
    parameters = known()
    if name in parameters:
        return parameters[name]
    near = difflib.get_close_matches(name[:80], parameters, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else "See: virality params"
    raise UserError(f"There is no parameter {shown(name)}.", do=hint)


def _convert(parameter: Parameter, value: object) -> Value:
    kind = type(parameter.default)
    try:
        converted = _as(kind, value)
    except (ValueError, OverflowError):
        raise _wrong_type(parameter, value) from None
    parameter.refuse(converted)
    return converted


def _wrong_type(parameter: Parameter, value: object) -> UserError:
    return UserError(
        f"Parameter {parameter.name!r} should be {_KINDS[type(parameter.default)]}, "
        f"not {shown(value)}.",
        do=f"Its default is {parameter.default!r}.",
    )


def _as(kind: type, value: object) -> Value:
    """A value as one of another type; raise ValueError or OverflowError where it is none."""
    if kind is bool:
        return _boolean(value)
    if kind is str:
        if not isinstance(value, str):
            raise ValueError(value)
        return value
    if isinstance(value, bool):
        raise ValueError(value)
    number = float(str(value))
    if not math.isfinite(number) or (kind is int and number != int(number)):
        raise ValueError(value)
    return kind(number)


def _boolean(value: object) -> bool:
    word = str(value).strip().lower()
    if word in {"true", "yes", "on", "1"}:
        return True
    if word in {"false", "no", "off", "0"}:
        return False
    raise ValueError(value)


def _told(value: object) -> str:
    return f"[{value.text}]" if isinstance(value, Range) else repr(value)


def _cell(path: Path) -> str:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            return "".join(cell["source"])
    raise UserError("There is no cell tagged 'parameters'.", where=path.name)


def _comments(source: str) -> dict[int, str]:
    """The comment of each line of code, with the lines of comment that follow it."""
    found, last = {}, 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        number, alone = token.start[0], not token.line[: token.start[1]].strip()
        if not alone:
            last = number
        found[last] = f"{found.get(last, '')} {token.string.lstrip('# ')}".strip()
    return found
