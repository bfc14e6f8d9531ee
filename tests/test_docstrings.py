"""What public functions say of themselves: numpydoc sections, in every room of the house."""

import ast
import re
from collections.abc import Iterator

import pytest

from virality.core.paths import LIBRARY

MODULES = {path.relative_to(LIBRARY).as_posix(): path for path in sorted(LIBRARY.rglob("*.py"))}
# What scikit-learn defines and documents, for every estimator and splitter alike.
SKLEARN = {"fit", "split", "get_n_splits"}
SKLEARN_PARAMETERS = {"X", "y", "groups", "sample_weight"}

Public = ast.FunctionDef | ast.ClassDef


def public(tree: ast.Module) -> Iterator[Public]:
    """Public functions, classes, and their public methods."""
    for node in tree.body:
        if not isinstance(node, Public) or node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            yield from (
                method
                for method in node.body
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_")
            )


def parameters(function: ast.FunctionDef) -> list[str]:
    """Names of what a caller gives."""
    given = function.args
    named = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    return [each.arg for each in named if each and each.arg not in ("self", "cls")]


def is_overload(function: ast.FunctionDef) -> bool:
    """The signature alone; the function itself is documented."""
    return any(getattr(each, "id", "") == "overload" for each in function.decorator_list)


def is_sklearns(function: ast.FunctionDef) -> bool:
    return function.name in SKLEARN and set(parameters(function)) <= SKLEARN_PARAMETERS


def section(docstring: str, title: str) -> str:
    """The text of a section, "" where there is none."""
    found = re.search(
        rf"^{title}\n-{{{len(title)}}}\n(.*?)(?=^\w+\n---+$|\Z)", docstring, re.M | re.S
    )
    return found[1] if found else ""


def described(docstring: str) -> set[str]:
    """Names that the section on parameters describes."""
    heads = re.findall(r"^(\*{0,2}\w[\w, *]*?)(?: :.*)?$", section(docstring, "Parameters"), re.M)
    return {name.strip(" *") for head in heads for name in head.split(",")}


def undescribed(function: Public) -> set[str]:
    """Parameters that a function with more than one does not describe."""
    if isinstance(function, ast.ClassDef) or is_overload(function) or is_sklearns(function):
        return set()
    names, docstring = parameters(function), ast.get_docstring(function) or ""
    # A method that takes the place of its parent's may name where that is described.
    if len(names) < 2 or re.search(r"\b[Ss]ee :(class|meth|func):`", docstring):
        return set()
    return set(names) - described(docstring)


def bodies(node: Public) -> Iterator[ast.stmt]:
    """What runs when it is called; of a class, what makes an instance."""
    if isinstance(node, ast.FunctionDef):
        yield from node.body
        return
    for method in node.body:
        if getattr(method, "name", "") in ("__init__", "__post_init__"):
            yield from method.body


def refuses(node: Public) -> bool:
    """Whether its own body raises a UserError."""
    return any(
        isinstance(each, ast.Raise)
        and isinstance(each.exc, ast.Call)
        and getattr(each.exc.func, "id", "") == "UserError"
        for statement in bodies(node)
        for each in ast.walk(statement)
    )


def says_so(node: Public) -> bool:
    docstring = ast.get_docstring(node) or ""
    # What is there to refuse says when in its first words.
    return docstring.startswith("Raise UserError") or "UserError" in section(docstring, "Raises")


@pytest.mark.parametrize("name", MODULES)
def test_parameters_and_refusals_are_described(name):
    found = list(public(ast.parse(MODULES[name].read_text(encoding="utf-8"))))
    silent = {each.name: undescribed(each) for each in found if undescribed(each)}
    assert not silent, "no entry in a section “Parameters”"
    assert not [each.name for each in found if refuses(each) and not says_so(each)], (
        "raises UserError without a section “Raises”"
    )


BARE = """
def one(a, b):
    "Add."
    raise UserError("no")
"""
FULL = '''
def one(a, *b):
    """Add.

    Parameters
    ----------
    a, *b : int
        Numbers.

    Raises
    ------
    UserError
        Always.
    """
    raise UserError("no")
'''


def test_what_is_missing_is_seen():
    bare, full = (next(public(ast.parse(source))) for source in (BARE, FULL))
    assert undescribed(bare) == {"a", "b"} and refuses(bare) and not says_so(bare)
    assert undescribed(full) == set() and refuses(full) and says_so(full)
