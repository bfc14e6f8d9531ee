"""A page of HTML that needs nothing beside it: light and dark, narrow and wide."""

from __future__ import annotations

import html

_ICON = '\n<link rel="icon" href="favicon.svg">'
_STYLE = (
    ":root{color-scheme:light dark}\nh1,h2,h3{font-family:Charter,Georgia,serif;line-height:1.25}"
)


def whole_page(title: str, style: str, body: str, icon: bool = True) -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Is escaped here.
    style : str
        CSS of this page, beside what all of them share.
    body : str
        HTML; whoever made it has escaped every text from data.
    icon : bool
        Whether a ``favicon.svg`` lies beside the page.
    """
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{_ICON if icon else ""}
<style>
{_STYLE}
{style.strip()}
</style></head><body>
{body}
</body></html>
"""
