"""A file of parameters: lines such as ``n_folds: 5``, in YAML, and nothing that YAML can do beyond.

Values are taken as the text that stands there and converted as those of ``-p`` are, so that both
roads lead to the same value: no sexagesimal numbers, no dates, no ``no`` that becomes false.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from virality.core.bounds import shown
from virality.core.errors import UserError
from virality.core.paths import read_ordinary

MAX_BYTES = 100_000
_EXAMPLE = "It should hold lines such as 'n_folds: 5'."
_PLAIN = "tag:yaml.org,2002:str"


def read_file(path: str | Path) -> dict[str, str]:
    """Return the parameters in a file, as text.

    Raises
    ------
    UserError
        It is no small file of UTF-8 text, no YAML, or holds anything but names with one value
        each; says where.
    """
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


def _flat(root: yaml.MappingNode, path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in root.value:
        where = f"{path}, line {key.start_mark.line + 1}"
        for node, role in ((key, "name"), (value, "value")):
            if not isinstance(node, yaml.ScalarNode) or node.tag != _PLAIN:
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


def _problem(error: yaml.YAMLError) -> str:
    """What is wrong, and in which line, without the parser's drawing of the place."""
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is no YAML"
    mark = getattr(error, "problem_mark", None)
    return f"{problem}, line {mark.line + 1}" if mark else str(problem)
