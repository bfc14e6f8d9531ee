"""The map of posts to explore: a page of a published report, which works from disk and offline.

The chapter on kinds of post holds it in a frame that loads when it is opened. Vega draws it, a
script that others keep; our own only hands it the data.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from virality.book import artefacts, plain
from virality.core.chapters import book
from virality.core.paths import Run
from virality.core.text import plural
from virality.explanation.naming import kind_names
from virality.models.catalogue import FORECAST

CHAPTER, FIGURE = "clustering", "#fig-map"  # where it is offered
PAGE, SCRIPT, FRAMES = "map.html", "vega.js", "frames"
READ = ("posts", "regimes", "forecast", "thumbnails")
TITLE = "Every post on one map"
_OFFER = f"""
```{{=html}}
<details class="explore"><summary>Explore this map</summary>
<iframe class="by-day" src="{PAGE}#day" title="{TITLE}" loading="lazy"></iframe>
<iframe class="by-night" src="{PAGE}#night" title="{TITLE}, at night" loading="lazy"></iframe>
<a href="{PAGE}">Open it on a page of its own</a></details>
```
"""


def read_by(run: Run) -> Iterable[Path]:
    """Return the files of a run that its map is made from."""
    paths = (run.artefact(name) for name in READ)
    return (path for path in paths if path.exists())


def is_there(run: Run) -> bool:
    """Whether a run has a map, and what draws it is installed."""
    has_chapter = any(spec.slug == CHAPTER for spec in book(run.pooled, run.planned))
    regimes = run.artefact("regimes")
    if not (has_chapter and regimes.exists() and find_spec("vl_convert")):
        return False
    return bool(pd.read_parquet(regimes, columns=["x"])["x"].notna().any())


def offer(markdown: str) -> str:
    """Return Markdown of the chapter in which the map can be explored, below its picture.

    Parameters
    ----------
    markdown : str
        An output; one without the picture stays as it is.
    """
    return markdown + _OFFER if f"::: {{{FIGURE}}}" in markdown else markdown


def write(run: Run, site: Path, private: bool) -> None:
    """Write the page, its script and its frames beside the pages of a published run.

    Parameters
    ----------
    run : Run
        With a map, see :func:`is_there`.
    site : Path
        Its pages.
    private : bool
        True leaves out what comes from captions, and the frames.
    """
    from virality.figures import explorer

    regimes, posts = _posts(run)
    names = kind_names(regimes, private)
    posts["frame"] = "" if private else _frames(run, posts, site)
    if private:
        posts["caption"] = ""
    alt = f"{plural(len(posts), 'post')}, each a point; posts that are alike stand close together."
    (site / SCRIPT).write_text(_script(), encoding="utf-8")
    drawn = page(explorer.specification(posts, names, alt))
    (site / PAGE).write_text(drawn, encoding="utf-8")


def page(specification: dict) -> str:
    """Return the page around a map.

    Parameters
    ----------
    specification : dict
        From :func:`virality.figures.explorer.specification`.
    """
    # Inside a script nothing but "<" can end it or begin another.
    data = json.dumps(specification, allow_nan=False).replace("<", "\\u003c")
    body = f"""<main id="day">
<h1>{html.escape(TITLE)}</h1>
<p class="how">Near means alike; directions and distances mean nothing. Point at a post, or move the
slider with the arrow keys: it walks through the posts by date.</p>
<div id="map"></div>
<noscript><p>The map needs JavaScript; the chapter has a picture of it.</p></noscript>
<p class="how"><a href="{CHAPTER}.html">Back to the chapter</a></p>
</main>
<script src="{SCRIPT}"></script>
<script>vegaEmbed("#map", {data}, {_OPTIONS});</script>"""
    return plain.whole_page(TITLE, _STYLE, body).replace("<html ", '<html id="night" ', 1)


# Nothing is loaded but frames, which are asked for as a page on a disk may: without an origin.
_OPTIONS = """{
mode: "vega", renderer: "svg", actions: false, hover: false, tooltip: false,
loader: {
load: () => Promise.reject(new Error("nothing is loaded")),
sanitize: href => Promise.resolve({href, crossOrigin: null}),
},
}"""


_LICENCE = """
Vega, Vega-Lite and Vega-Embed: https://github.com/vega

Copyright (c) 2015, University of Washington Interactive Data Lab. All rights reserved.

Redistribution and use in source and binary forms, with or without modification, are permitted
provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions
   and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions
   and the following disclaimer in the documentation and/or other materials provided with the
   distribution.
3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse
   or promote products derived from this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND
FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER
IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT
OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
"""


@cache
def _script() -> str:
    import vl_convert

    script = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version="6.1")
    return f"/*{_LICENCE}*/\n{script}"


def _posts(run: Run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The kinds that were found, and every post of the map with what is told of it."""
    regimes = artefacts.read_table(run.artefact("regimes"))
    posts = artefacts.read_table(run.artefact("posts"))
    posts = posts[["post_id", "posted_at", "views", "caption"]]
    placed = regimes.dropna(subset=["x", "y"]).merge(posts, on="post_id")
    forecast = run.artefact("forecast")
    said = artefacts.read_table(forecast) if forecast.exists() else None
    if said is None:
        return regimes, placed.assign(y_true=float("nan"), y_pred=float("nan"))
    own = said[(said["model"] == FORECAST)].drop_duplicates("post_id", keep="last")
    return regimes, placed.merge(own[["post_id", "y_true", "y_pred"]], on="post_id", how="left")


def _frames(run: Run, posts: pd.DataFrame, site: Path) -> list[str]:
    """Write first frames, named by number as ids are text from data; return their addresses."""
    thumbnails = run.artefact("thumbnails")
    if not thumbnails.exists():
        return [""] * len(posts)
    pictures = artefacts.read_table(thumbnails).set_index("post_id")["jpeg"]
    folder = site / "pictures" / FRAMES
    folder.mkdir(parents=True, exist_ok=True)
    addresses = []
    for number, post in enumerate(posts["post_id"]):
        if found := pictures.get(post):
            (folder / f"{number}.jpg").write_bytes(found)
        addresses.append(f"pictures/{FRAMES}/{number}.jpg" if found else "")
    return addresses


_DAY = "--ink:#24292f;--mark:#b03a48;--ground:#fdfcfa;--link:#1f6aa8"
_NIGHT = "--ink:#d8dce1;--mark:#ff8f9c;--ground:#16191d;--link:#8ab8ea"
# By itself the page follows the system. In a chapter it stands on the chapter's own ground, by day
# or by night as the chapter is; the address says which.
_STYLE = f"""
:root{{{_DAY}}}
@media(prefers-color-scheme:dark){{:root{{{_NIGHT}}}}}
:root:has(main:target){{{_DAY}}}:root:target{{{_NIGHT}}}
:root:target,:root:has(main:target){{color-scheme:normal}}
:root:target body,:root:has(main:target) body{{background:none}}
:root:target :is(h1,.how),main:target :is(h1,.how){{display:none}}
body{{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:.5rem;
background:var(--ground);color:var(--ink)}}
a{{color:var(--link)}}
#map{{width:100%;display:flex;flex-direction:column-reverse}}
.vega-bindings{{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;padding-bottom:.6rem}}
.vega-bind label{{display:flex;align-items:center;gap:.5rem}}
.vega-bind select{{font:inherit}}.vega-bind input{{width:14rem}}
.vega-bind input+span{{display:none}}
:focus-visible{{outline:.15rem solid var(--link);outline-offset:.15rem}}
svg text{{fill:var(--ink);font-family:system-ui,sans-serif;
paint-order:stroke;stroke:var(--ground);stroke-width:3px}}
g[class*=" dots"] path{{stroke:var(--ink)}}.ring path{{stroke:var(--mark)}}
"""
