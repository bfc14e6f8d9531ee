"""What the library imports is declared, in the extra that needs it; what is pinned is used."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from virality.core.paths import LIBRARY, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Rooms that need more than the library alone; the films of the demo are drawn with matplotlib.
ROOMS = {
    "media": ("media",),
    "book": ("book", "figures", "demo/pictures.py", "demo/sounds.py", "demo/videos.py"),
}
TOOLS = ("Makefile", ".pre-commit-config.yaml", ".ci/run")
# Used without an import.
SILENT = {
    "ipykernel": "runs the notebooks",
    "nbmake": "`--nbmake` in the Makefile",
    "jupyterlab": "`virality lab` opens it",
    "numba": "umap-learn and librosa compile with it; what it compiled serves one version",
    "pytest-xdist": "`-n 2` in the Makefile",
    "tzdata": "time zones where the system knows none",
    "pre-commit": "runs the hooks before a commit",
}


class Imports(ast.NodeVisitor):
    """Packages that a source imports, those at its top apart."""

    def __init__(self, source: str):
        self.top, self.anywhere, self.inside = set(), set(), 0
        self.visit(ast.parse(source))

    def visit_FunctionDef(self, node):
        self.inside += 1
        self.generic_visit(node)
        self.inside -= 1

    def visit_If(self, node):
        for_types_only = getattr(node.test, "id", "") == "TYPE_CHECKING"
        self.inside += for_types_only
        self.generic_visit(node)
        self.inside -= for_types_only

    def visit_Import(self, node):
        self.note(*(alias.name for alias in node.names))

    def visit_ImportFrom(self, node):
        self.note(node.module if not node.level else "")

    def visit_Call(self, node):
        """Packages that are imported by name: ``import_module("decord")``."""
        function = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if function in ("import_module", "importorskip", "find_spec") and node.args:
            name = node.args[0]
            self.note(name.value if isinstance(name, ast.Constant) else "")
        self.generic_visit(node)

    def note(self, *modules):
        names = {module.split(".")[0] for module in modules} - sys.stdlib_module_names - {""}
        self.anywhere |= names
        self.top |= set() if self.inside else names


@cache
def imports(path: Path) -> Imports:
    return Imports(path.read_text(encoding="utf-8"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def distributions() -> dict[str, set[str]]:
    return {
        module: {normal(name) for name in names}
        for module, names in packages_distributions().items()
    }


def declared(lines) -> set[str]:
    """Names of the packages that are needed on this system."""
    needed = [Requirement(line) for line in lines]
    return {normal(each.name) for each in needed if each.marker is None or each.marker.evaluate()}


def pinned() -> set[str]:
    return declared(lines_of("requirements.txt"))


def lines_of(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [own for line in lines if (own := line.split("#")[0].strip())]


def extra(name: str) -> set[str]:
    """Packages of an extra, with those of the extras that it builds upon."""
    found = declared(PROJECT["optional-dependencies"][name])
    return found | extra("media") if name == "book" else found


def extra_of(path: Path) -> str:
    """The extra that a module belongs to; "" for the library alone."""
    place = path.relative_to(LIBRARY).as_posix()
    owners = (name for name, rooms in ROOMS.items() if place.startswith(rooms))
    return next(owners, "")


def undeclared(modules: set[str], allowed: set[str]) -> set[str]:
    # Where the light encoders are left out, their packages are called as what they import.
    known = distributions()
    return {
        name for name in modules - {"virality"} if not known.get(name, {normal(name)}) & allowed
    }


def light() -> set[str]:
    """Packages of the light encoders, those that have no file for this system among them."""
    return {normal(Requirement(line).name) for line in lines_of("requirements-light.txt")}


@pytest.mark.parametrize("path", sorted(LIBRARY.rglob("*.py")), ids=lambda p: p.stem)
def test_what_a_module_imports_is_declared(path):
    base = declared(PROJECT["dependencies"])
    own = base | (extra(extra_of(path)) if extra_of(path) else set())
    assert not undeclared(imports(path).top, own)
    # Inside a function it may belong to an extra: whoever calls it asked for that.
    assert not undeclared(imports(path).anywhere, own | extra("book") | light())


def test_the_light_extra_is_what_set_up_installs():
    extra = PROJECT["optional-dependencies"]["light"]
    asked = {str(Requirement(line)) for line in extra} - {"virality[media]"}
    assert asked == {str(Requirement(line)) for line in lines_of("requirements-light.txt")}
    assert all("==" in line for line in asked), "weights belong to one version of the code"


def test_every_pinned_package_is_used():
    sources = [*LIBRARY.rglob("*.py"), *ROOT.glob("tests/**/*.py"), ROOT / "conftest.py"]
    modules = set().union(*(imports(path).anywhere for path in sources))
    imported = set().union(*(distributions().get(name, set()) for name in modules))
    words = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in TOOLS)
    called = {name for name in pinned() if re.search(rf"(?<![\w-]){name}\b", words)}
    assert pinned() - imported - called <= set(SILENT), "pinned, and used nowhere"
    assert set(SILENT) <= pinned(), "a reason for what is not pinned any more"


def test_what_is_declared_is_pinned():
    assert declared(PROJECT["dependencies"]) | extra("book") | extra("dev") <= pinned() | {
        normal(PROJECT["name"])
    }


def test_an_import_is_seen_wherever_it_stands():
    source = "\n    ".join(
        ["import a.b\nif TYPE_CHECKING:", "import c\ndef f():", "from d import e", "find_spec('g')"]
    )
    found = Imports(source)
    assert found.top == {"a"} and found.anywhere == {"a", "c", "d", "g"}
