"""The house: which room may use which, and what a module of sentences may do."""

import ast
import importlib
import json
from collections import defaultdict
from pathlib import Path

import pytest

from virality.core.paths import LIBRARY, ROOT

# From the ground up: a room uses the rooms below it, and nothing beside or above it.
FLOORS = (
    ("core",),
    ("posts", "media"),
    ("features", "demo"),
    ("models",),
    ("evaluation",),
    ("uncertainty", "evidence"),
    ("explanation", "creators"),
    ("advice",),
    ("findings",),
    ("sentences", "figures"),
    ("book",),
    ("cli", "door"),
    ("__init__",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
MODULES = {
    ".".join(path.relative_to(LIBRARY).with_suffix("").parts): path
    for path in sorted(LIBRARY.rglob("*.py"))
}
OUTSIDE = [
    path.relative_to(ROOT).as_posix()
    for pattern in ("conftest.py", "benchmarks/**/*.py", "notebooks/*.ipynb")
    for path in sorted(ROOT.glob(pattern))
]
SENTENCES = [name for name in MODULES if name.startswith("sentences.") and "__init__" not in name]


def imports(name: str, path: Path) -> set[str]:
    """Modules of this package that a module imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "virality":
            below = node.module.split(".")[1:]
            for alias in node.names:
                deeper = ".".join([*below, alias.name])
                found.add(deeper if deeper in MODULES else ".".join(below))
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.startswith("virality.")]
            found |= {each.split(".", 1)[1] for each in names}
    return {each for each in found if each and each != name}


GRAPH = {name: imports(name, path) for name, path in MODULES.items()}


def room(module: str) -> str:
    return module.split(".")[0]


def test_every_module_lies_in_a_room_with_a_floor():
    assert {room(name) for name in MODULES} <= set(FLOOR)


@pytest.mark.parametrize("name", MODULES)
def test_imports_run_downward(name):
    own = room(name)
    upward = {each for each in GRAPH[name]
              if room(each) != own and FLOOR[room(each)] >= FLOOR[own]}  # fmt: skip
    assert not upward, f"{name} uses what lies beside or above it"


def test_no_modules_import_each_other_in_a_circle():
    reach = {name: set(GRAPH[name]) for name in MODULES}
    changed = True
    while changed:
        changed = False
        for seen in reach.values():
            further = set().union(*(reach.get(each, set()) for each in seen)) - seen
            changed = changed or bool(further)
            seen |= further
    assert not [name for name, seen in reach.items() if name in seen]


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_speak_and_do_not_compute(name):
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    found = defaultdict(list)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [getattr(node, "module", None) or ""] + [alias.name for alias in node.names]
            if {each.split(".")[0] for each in modules} & {"pandas", "numpy", "scipy", "math"}:
                found["imports"].append(node.lineno)
        if isinstance(node, ast.Compare) and any(
            isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in node.ops
        ):
            found["comparisons of numbers"].append(node.lineno)
        if isinstance(node, ast.BinOp) and isinstance(
            node.op, ast.Sub | ast.Mult | ast.Div | ast.Pow | ast.FloorDiv
        ):
            found["arithmetic"].append(node.lineno)
    assert not found
    assert "core.text" not in GRAPH[name] or not uses_escape(tree), "texts escape themselves"


def uses_escape(tree: ast.AST) -> bool:
    names = {"escape", "excerpt", "clean"}
    return any(isinstance(node, ast.alias) and node.name in names for node in ast.walk(tree))


@pytest.mark.parametrize("path", OUTSIDE)
def test_names_that_are_imported_from_outside_are_there(path):
    """Benchmarks run seldom, and a notebook says what it lacks only when its cell is reached."""
    for node in ast.walk(ast.parse(code(ROOT / path))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "virality":
            module = importlib.import_module(node.module)
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


def code(path: Path) -> str:
    """The source of a module, or of all cells of a notebook."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
