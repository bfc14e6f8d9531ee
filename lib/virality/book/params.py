"""Parameters: each chapter's ``parameters`` cell declares its own, with defaults and comments.

A parameter is a literal (text, number, true or false). The same name means the same thing,
with the same default, in every chapter that has it.
"""

from __future__ import annotations

import ast
import difflib
import io
import json
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from virality.book.chapters import CHAPTERS
from virality.errors import UserError
from virality.paths import NOTEBOOKS

Value = str | int | float | bool


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
    """

    name: str
    default: Value
    comment: str
    chapters: tuple[str, ...]


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
        found[name] = Parameter(name, value, comments.get(node.lineno, ""), (slug,))
    return found


@cache
def known() -> dict[str, Parameter]:
    """Return every parameter of the book, by name, with the chapters that name it."""
    found: dict[str, Parameter] = {}
    for spec in CHAPTERS:
        for name, parameter in declared(spec.slug).items():
            earlier = found.get(name)
            if earlier and earlier.default != parameter.default:
                raise UserError(
                    f"Parameter {name!r} is {parameter.default!r} here "
                    f"but {earlier.default!r} in {earlier.chapters[0]!r}.",
                    where=spec.slug,
                )
            chapters = (*(earlier.chapters if earlier else ()), spec.slug)
            found[name] = Parameter(name, parameter.default, parameter.comment, chapters)
    return found


def read_file(path: str | Path) -> dict[str, Value]:
    """Return the parameters in a YAML file (a flat mapping)."""
    import yaml

    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = getattr(error, "problem", None) or getattr(error, "strerror", None) or error
        raise UserError(
            f"The parameter file cannot be read ({reason}).",
            where=str(path),
            do="It should hold lines such as 'n_folds: 5'.",
        ) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UserError("The parameter file should hold lines such as 'n_folds: 5'.", str(path))
    return {str(name): value for name, value in content.items()}


def read_option(text: str) -> tuple[str, str]:
    """Split ``key=value``."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UserError(f"{text!r} is not of the form key=value.", where="-p")
    return name.strip(), value.strip()


def resolve(given: dict[str, object]) -> dict[str, Value]:
    """Return `given` with every name known and every value of its default's type.

    Raises
    ------
    UserError
        Names the nearest known parameter, or the type that is wanted.
    """
    return {name: _convert(_named(name), value) for name, value in given.items()}


def for_chapter(slug: str, given: dict[str, Value]) -> dict[str, Value]:
    """Return the values that a chapter runs with: its defaults under what was given."""
    return {name: given.get(name, parameter.default) for name, parameter in declared(slug).items()}


def _named(name: str) -> Parameter:
    parameters = known()
    if name in parameters:
        return parameters[name]
    near = difflib.get_close_matches(name, parameters, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]!r}?" if near else "See: virality params"
    raise UserError(f"There is no parameter {name!r}.", do=hint)


def _convert(parameter: Parameter, value: object) -> Value:
    default = parameter.default
    try:
        if isinstance(default, bool):
            return _boolean(value)
        if isinstance(default, int):
            number = float(str(value))
            if number != int(number) or isinstance(value, bool):
                raise ValueError(value)
            return int(number)
        if isinstance(default, float):
            if isinstance(value, bool):
                raise ValueError(value)
            return float(str(value))
        if isinstance(value, str):
            return value
        raise ValueError(value)
    except (ValueError, OverflowError):
        kind = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
        raise UserError(
            f"Parameter {parameter.name!r} should be {kind[type(default)]}, not {value!r}.",
            do=f"Its default is {default!r}.",
        ) from None


def _boolean(value: object) -> bool:
    word = str(value).strip().lower()
    if word in {"true", "yes", "on", "1"}:
        return True
    if word in {"false", "no", "off", "0"}:
        return False
    raise ValueError(value)


def _cell(path: Path) -> str:
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            return "".join(cell["source"])
    raise UserError("There is no cell tagged 'parameters'.", where=path.name)


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ")
        for token in tokens
        if token.type == tokenize.COMMENT
    }
