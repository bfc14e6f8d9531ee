"""What a chapter's code is: the modules that its notebook uses, directly or through others.

Imports are read from the sources and never executed: those at the head of a module, those inside
functions, and modules that code names in a text (``python -m virality.media.processes.worker``).
The front door loads what is asked of it, so a notebook that says ``virality.read_posts`` uses the
module where that lives, and not all that the door could offer. Data files lie beside the modules
that read them, and count with them.
"""

from __future__ import annotations

import ast
import json
import platform
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from virality.core import hashing
from virality.core.paths import LIBRARY, NOTEBOOKS, ROOT

_PACKAGE = "virality"


def of_chapter(slug: str) -> str:
    """Return the hash of all code and versions that a chapter's result depends on."""
    return of_modules(modules_of_chapter(NOTEBOOKS / f"{slug}.ipynb"))


def of_house(slug: str) -> str:
    """Return the hash of a chapter's notebook and of all code there is, without parsing any.

    While it stays the same, so does what :func:`of_chapter` returns.
    """
    sources = [(name, _of_file(path)) for name, path in _modules().items()]
    beside = {file for path in _modules().values() for file in _data_in(path.parent)}
    data = [(file.relative_to(LIBRARY).as_posix(), _of_file(file)) for file in sorted(beside)]
    notebook = hashing.of_notebook(NOTEBOOKS / f"{slug}.ipynb")
    return hashing.of_value([sources, data, notebook, _requirements(), platform.python_version()])


def of_modules(names: Iterable[str]) -> str:
    """Return the hash of modules with their data files, the pinned versions and the interpreter."""
    sources = [_modules()[name] for name in names]
    beside = {file for source in sources for file in _data_in(source.parent)}
    files = sorted({*sources, *beside})
    content = [(file.relative_to(LIBRARY).as_posix(), _of_file(file)) for file in files]
    return hashing.of_value([content, _requirements(), platform.python_version()])


def modules_of_chapter(notebook: Path) -> frozenset[str]:
    """Return the modules of this package that a notebook uses, by dotted name."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    return closure(_named_in(_tree(code)))


def closure(names: Iterable[str]) -> frozenset[str]:
    """Return modules with all that they use, and all that those use."""
    found: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        found.add(name)
        waiting |= _uses(name) - found
    return frozenset(found)


@cache
def _uses(name: str) -> frozenset[str]:
    """The modules that one names itself; importing one runs the packages that it lies in, too."""
    parent = frozenset({name.rpartition(".")[0]} - {""})
    if name == _PACKAGE:  # what the front door could load counts where it is asked for
        return parent
    return parent | _named_in(_tree(_modules()[name].read_text(encoding="utf-8")))


def _named_in(tree: ast.AST) -> frozenset[str]:
    found: set[str] = set()
    doors: set[str] = set()
    nodes = list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and _of_package(node.module):
            found |= {_member(str(node.module), alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            ours = [alias for alias in node.names if _of_package(alias.name)]
            found |= {alias.name for alias in ours}
            doors |= {
                a.asname or _PACKAGE for a in ours if _PACKAGE in (a.name, a.asname or a.name)
            }
        elif isinstance(node, ast.Constant) and node.value in _modules():
            found.add(str(node.value))
    return frozenset(found | (_through(doors, nodes) if doors else set()))


def _through(doors: set[str], nodes: list[ast.AST]) -> set[str]:
    """The modules behind what is taken from the front door, whatever it is called there."""
    taken = [node for node in nodes if isinstance(node, ast.Name) and node.id in doors]
    named = [
        node.attr
        for node in nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in doors
    ]
    if len(named) < len(taken):  # the door itself is handed on: who knows what is asked of it
        return set(_modules())
    return {_member(_PACKAGE, name) for name in named}


def _of_package(module: str | None) -> bool:
    return bool(module) and str(module).split(".")[0] == _PACKAGE


def _member(package: str, name: str) -> str:
    """The module that a name of a package leads to."""
    if package == _PACKAGE and name in _offered():
        return _offered()[name]
    deeper = f"{package}.{name}"
    return deeper if deeper in _modules() else package


@cache
def _offered() -> dict[str, str]:
    """What the front door offers, and the module where it lives: its imports for type checkers."""
    tree = _tree((LIBRARY / "__init__.py").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and _of_package(node.module)
        for alias in node.names
    }


@cache
def _modules() -> dict[str, Path]:
    """Every module of this package by dotted name; a package is its ``__init__``."""
    found = {}
    for path in sorted(LIBRARY.rglob("*.py")):
        parts = path.relative_to(LIBRARY.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def _data_in(folder: Path) -> tuple[Path, ...]:
    return tuple(p for p in folder.iterdir() if p.is_file() and p.suffix not in (".py", ".pyc"))


@cache
def _of_file(path: Path) -> str:
    return hashing.of_file(path)


@cache
def _requirements() -> str:
    return hashing.of_path(ROOT / "requirements.txt")


@cache
def _tree(source: str) -> ast.AST:
    return ast.parse(source)
