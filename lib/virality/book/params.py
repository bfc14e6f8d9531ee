"""Parameters: each chapter's ``parameters`` cell declares its own, with defaults and comments.

A parameter is a literal (text, number, true or false). Its comment says what it means and, in
brackets at the end, what it may be, see :mod:`virality.book.ranges`. The same name means the same
thing, with the same default and the same range, in every chapter that has it.

A file of parameters holds lines such as ``n_folds: 5``, in YAML, and nothing that YAML can do
beyond. Values are taken as the text that stands there and converted as those of ``-p`` are, so that
both roads lead to the same value: no sexagesimal numbers, no dates, no ``no`` that becomes false.
"""

from __future__ import annotations

import ast
import difflib
import io
import json
import math
import tokenize
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from virality.book.ranges import Range, read_range, split_comment
from virality.core.bounds import shown
from virality.core.chapters import CHAPTERS
from virality.core.errors import UserError
from virality.core.paths import NOTEBOOKS, read_ordinary

if TYPE_CHECKING:
    from yaml import MappingNode

Value = str | int | float | bool

MOST_PICTURES = 600  # of one video: more are no opening, and fill the memory of small machines
MAX_BYTES = 100_000  # of a file of parameters
# What a parameter was called before: old runs and old habits go on under today's name.
RENAMED = {"level": "coverage"}
_OPTIONS = ("name", "posts", "videos", "mapping", "columns")  # have options of their own
_EXAMPLE = "It should hold lines such as 'n_folds: 5'."
_PLAIN = "tag:yaml.org,2002:str"
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
        """Raise UserError when a value of the right type is none that it may have.

        Parameters
        ----------
        value : str, int, float or bool
        where : str
            Begins the sentence of the error.
        """
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
        name, value = _literal(node)
        if not isinstance(value, str | int | float | bool):
            raise UserError(
                "The parameters cell may hold literals only: text, numbers, True or False.",
                where=f"{slug}, line {node.lineno} of the parameters cell",
            )
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
    """Split ``key=value``.

    Raises
    ------
    UserError
        When there is no ``=``, or nothing before it.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UserError(f"{shown(text)} is not of the form key=value.", where="-p")
    return name.strip(), value.strip()


def by_todays_names(values: Mapping[str, object]) -> dict:
    """Return values by name, those under a former name under the one that it has now."""
    parameters = known()
    return {
        RENAMED[name] if name not in parameters and RENAMED.get(name) in parameters else name: value
        for name, value in values.items()
    }


def read_file(path: str | Path) -> dict[str, str]:
    """Return the parameters in a file, as text.

    Raises
    ------
    UserError
        It is no small file of UTF-8 text, no YAML, or holds anything but names with one value
        each; says where.
    """
    import yaml

    data = read_ordinary(path, MAX_BYTES, "The parameter file")
    try:
        root = yaml.compose(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)
    except UnicodeDecodeError:
        raise _unreadable(path, "it is not UTF-8 text") from None
    except RecursionError:
        raise _unreadable(path, "it is nested too deep") from None
    except yaml.YAMLError as error:
        raise _unreadable(path, _problem(error)) from None
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value):
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise UserError(f"The parameter file holds no names. {_EXAMPLE}", where=str(path))
    return _flat(root, str(path))


def resolve(given: Mapping[str, object]) -> dict[str, Any]:
    """Return `given` with every name known, and every value of its default's type and in range.

    Raises
    ------
    UserError
        Names the nearest known parameter, or what is wanted.
    """
    by_name = {_named(name): value for name, value in by_todays_names(given).items()}
    values = {parameter.name: _convert(parameter, value) for parameter, value in by_name.items()}
    refuse_together(values)
    return values


def settle(
    given: Mapping[str, object], earlier: Mapping[str, object], name: str
) -> tuple[dict, dict]:
    """Return what is given now, and what is kept of what was given to earlier runs.

    Parameters
    ----------
    given : mapping
        As the user gave it.
    earlier : mapping
        As it was recorded; what no chapter knows any more is dropped.
    name : str
        The run.

    Raises
    ------
    UserError
        Something given makes no sense; or something kept is out of a range that it has by now, or
        does not go with the rest.
    """
    now = resolve(given)
    for option in _OPTIONS:
        if option in now:  # inputs are recorded and watched for changes
            raise UserError(f"“{option}” is not given with -p.", do=f"Use --{option} instead.")
    before = by_todays_names(earlier)
    try:
        kept = resolve({k: v for k, v in before.items() if k in known() and k not in now})
        refuse_together(kept | now)
    except UserError as error:
        where = f"Kept from the earlier run of “{name}”"
        raise UserError(str(error), where, "--defaults forgets what was kept.") from None
    return now, kept


def refuse_together(values: Mapping[str, Any]) -> None:
    """Raise UserError for values that make no sense together, each in its range as it may be."""
    if not {"window_s", "frames_per_s"} & set(values):
        return
    window, rate = (
        float(values[name] if name in values else known()[name].default)
        for name in ("window_s", "frames_per_s")
    )
    if window * rate > MOST_PICTURES:
        raise UserError(
            f"window_s is {window:g} and frames_per_s is {rate:g}, which is {window * rate:,.0f} "
            "pictures of each video.",
            do=f"Choose less; {MOST_PICTURES} are the most.",
        )


def refuse_notebook(slug: str, cell: Mapping[str, Any]) -> None:
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


def for_chapter(slug: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that a chapter runs with: its defaults under what was given.

    Parameters
    ----------
    slug : str
        The chapter.
    given : mapping
        Resolved parameters, also such as the chapter does not name.
    """
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
    if parameter.range and value == parameter.range.word != "":
        return parameter.range.word
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


def _literal(node: ast.stmt) -> tuple[str, object]:
    """The name and the value that a line gives it; None where that is no literal."""
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        with suppress(ValueError):
            return node.targets[0].id, ast.literal_eval(node.value)
    return "", None


def _told(value: object) -> str:
    return f"[{value.text}]" if isinstance(value, Range) else repr(value)


def _cell(path: Path) -> str:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            return "".join(cell["source"])
    raise UserError("There is no cell tagged 'parameters'.", where=path.name)


def _comments(source: str) -> dict[int, str]:
    """The comment of each line of code, with the lines of comment that follow it."""
    found: dict[int, str] = {}
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        number, alone = token.start[0], not token.line[: token.start[1]].strip()
        if not alone:
            last = number
        found[last] = f"{found.get(last, '')} {token.string.lstrip('# ')}".strip()
    return found


def _flat(root: MappingNode, path: str) -> dict[str, str]:
    from yaml import ScalarNode

    found: dict[str, str] = {}
    for key, value in root.value:
        where = f"{path}, line {key.start_mark.line + 1}"
        for node, role in ((key, "name"), (value, "value")):
            if not isinstance(node, ScalarNode) or node.tag != _PLAIN:
                raise UserError(f"In the parameter file a {role} is one word, number or text.",
                                where, _EXAMPLE)  # fmt: skip
        if key.value in found:
            raise UserError(
                f"The parameter file names {shown(key.value)} twice.", where, "Keep one of the two."
            )
        found[key.value] = value.value
    return found


def _unreadable(path: str | Path, reason: str) -> UserError:
    return UserError(f"The parameter file cannot be read ({reason}).", str(path), _EXAMPLE)


def _problem(error: Exception) -> str:
    """What is wrong, and in which line, without the parser's drawing of the place."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is no YAML"
    mark = getattr(error, "problem_mark", None)
    return f"{problem}, line {mark.line + 1}" if mark else str(problem)
