"""Style sheets without the rules, and icons without the signs, that no page of a site can use.

Quarto brings the whole of Bootstrap once for light pages and once for dark ones, of which a book
uses a small part. A rule goes when its selector names a class or an identifier that is a word in no
page and in no script of the site; everything that is not such a rule stays as it is.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import tinycss2

_WORD = re.compile(r"[\w-]+")
_ICONS = "bootstrap-icons.css"
_SIGN = re.compile("[\ue000-\uf8ff]")  # the area of Unicode that icons have
_NESTED = ("media", "supports")  # at-rules that hold rules


def prune(site: Path) -> None:
    """Rewrite the style sheets of a site, in place.

    Parameters
    ----------
    site : Path
        Its pages and scripts are final.
    """
    words = _words([*site.rglob("*.html"), *site.rglob("*.js")])
    for sheet in site.rglob("*.css"):
        text = pruned(sheet.read_text(encoding="utf-8"), words)
        sheet.write_text(text, encoding="utf-8")
        if sheet.name == _ICONS:
            _keep_signs(sheet.with_suffix(".woff"), text)


def pruned(sheet: str, words: set[str]) -> str:
    """Return a style sheet without the rules that ask for what is not among `words`.

    Parameters
    ----------
    sheet : str
        CSS.
    words : set of str
        All that a page may have as class or identifier.

    Returns
    -------
    str
        Rules in their order. Comments go.
    """
    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return "".join(_serialized(rules, words))


def _keep_signs(font: Path, sheet: str) -> None:
    """Leave in a font of icons those that its style sheet still shows."""
    if not font.exists():
        return
    from fontTools import subset

    logging.getLogger("fontTools").setLevel(logging.ERROR)
    options = subset.Options(flavor="woff", recalc_timestamp=False)
    signs = subset.load_font(str(font), options)
    chosen = subset.Subsetter(options)
    chosen.populate(unicodes=map(ord, _SIGN.findall(sheet)))
    chosen.subset(signs)
    subset.save_font(signs, str(font), options)
    signs.close()


def _words(files: Iterable[Path]) -> set[str]:
    words: set[str] = set()
    for path in files:
        words.update(_WORD.findall(path.read_text(encoding="utf-8", errors="replace")))
    return words


def _serialized(rules: list, words: set[str]) -> Iterable[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            if kept := [part for part in _selectors(rule.prelude) if _names(part) <= words]:
                selector = ",".join(tinycss2.serialize(part).strip() for part in kept)
                yield f"{selector}{{{tinycss2.serialize(rule.content).strip()}}}\n"
        elif rule.type == "at-rule" and rule.lower_at_keyword in _NESTED and rule.content:
            inner = tinycss2.parse_rule_list(rule.content, True, True)
            if body := "".join(_serialized(inner, words)):
                condition = tinycss2.serialize(rule.prelude).strip()
                yield f"@{rule.at_keyword} {condition}{{{body}}}\n"
        else:
            yield f"{rule.serialize()}\n"


def _selectors(prelude: list) -> list[list]:
    """The tokens between the commas of a selector."""
    parts: list[list] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _names(selector: list) -> set[str]:
    """The classes and identifiers that an element must have; those in `:not(…)` are none."""
    classes = {
        name.value
        for dot, name in pairwise(selector)
        if dot.type == "literal" and dot.value == "." and name.type == "ident"
    }
    return classes | {token.value for token in selector if token.type == "hash"}
