"""What a reader reads on a page: its words, its sentences, and which of them are folded."""

import re
from pathlib import Path

from bs4 import BeautifulSoup

WORDS_A_MINUTE = 238  # silent reading of non-fiction in English, Brysbaert 2019
_NOT_READ = (
    "table tr, pre, script, style, nav, footer, .onward, .download, summary, .notice, .sr-only, "
    ".quarto-title-breadcrumbs, .page-navigation, iframe"
)
_WORD = re.compile(r"\w[\w’'.,-]*")
_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"(×])")


def texts(page: Path, folded: bool = True) -> list[str]:
    """Every passage of a page, in its order; with or without what is folded."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").main
    for each in soup.select(_NOT_READ):
        each.decompose()
    for each in soup.find_all("details"):
        if not folded or "code-fold" in each.get("class", ()):
            each.decompose()
    for each in soup.find_all("br"):
        each.replace_with("\n")
    blocks = soup.find_all(["p", "li", "h1", "h2", "h3", "h4", "dt", "dd", "figcaption", "caption"])
    inner = [b for b in blocks if not b.find(["p", "li", "dt", "dd"])]
    return [" ".join(block.get_text(" ").split()) for block in inner]


def words(page: Path, folded: bool = True) -> int:
    return sum(len(_WORD.findall(text)) for text in texts(page, folded))


def minutes(pages, folded: bool = True) -> float:
    return sum(words(page, folded) for page in pages) / WORDS_A_MINUTE


def sentences(page: Path, least: int = 6) -> list[str]:
    """Sentences of at least so many words."""
    found = [each.strip() for text in texts(page) for each in _END.split(text)]
    return [each for each in found if len(_WORD.findall(each)) >= least]
