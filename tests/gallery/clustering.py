"""Every sentence of the chapter on content regimes, from findings made by hand."""

from dataclasses import replace

import pandas as pd

from virality.core.text import DataText
from virality.explanation.content_space import Space
from virality.findings.clustering import (
    Content,
    Difference,
    Fingerprints,
    Holding,
    Regime,
    Verdict,
    Views,
)
from virality.findings.scores import Estimate
from virality.sentences import clustering as say

A = Regime("A", 50, "+energy__rms_level,-energy__cut_rate", None, 0.92)
B = Regime("B", 30, "", DataText("#diy #<b>home"), 0.81)
C = Regime("C", 20, "-metadata__log_duration,+metadata__hashtag_density", None, 0.66)
FOUND = Content(
    n_posts=140,
    verdict=Verdict.STABLE,
    regimes=(A, B, C),
    n_noise=40,
    noise=0.286,
    p=0.01,
    n_surrogates=99,
    returning=0.62,
    bar=0.31,
    above_bar=True,
)
VIEWS = Views(
    difference=Difference.SHOWN,
    shown=True,
    p=0.02,
    rows=(("A", 12345, 1.4), ("B", 9000, 1.0), ("C", 4321, 0.7), ("none", 8000, 0.98)),
    same=False,
    best=("A", Estimate(1.4, 1.1, 1.9)),
    worst=("C", Estimate(0.7, 0.5, 0.95)),
    sure=(("A", Estimate(1.4, 1.1, 1.9)), ("B", Estimate(1.0))),
    above=("A",),
    below=("C",),
    nearest="B",
    farthest="A",
)
HIDDEN = replace(VIEWS, shown=False, difference=Difference.NOT_SHOWN, p=0.4)


def held(*holdings):
    return tuple(
        replace(regime, holding=holding, era=holding is Holding.ERA)
        for regime, holding in zip((A, B, C), holdings, strict=True)
    )


def examples():
    few = Content(12, Verdict.TOO_FEW, indicative=True)
    alike = Content(60, Verdict.ALIKE, indicative=True)
    yield "nothing: too few posts", say.nothing(few)
    yield "nothing: all alike", say.nothing(alike)
    yield "answer: nothing", say.answer(few, None)
    yield from the_map()
    yield from stability()
    yield from regimes()
    yield from behaviour()
    yield from answers()


def the_map():
    points = pd.DataFrame()
    yield "space: words only", say.space(Space(points, ("metadata", "caption_text")))
    yield "space: one block", say.space(Space(points, ("vision",)))
    yield (
        "space: gaps",
        say.space(
            Space(points, ("metadata", "vision"), {"audio": 0.2}, {"vision": 3, "metadata": 1})
        ),
    )
    for name, text in zip(("caption", "alt"), say.map_texts(FOUND), strict=True):
        yield f"map: {name}", text
    cloud = Content(140, Verdict.ONE_CLOUD, (), 140, 1.0)
    for name, text in zip(("caption", "alt"), say.map_texts(cloud), strict=True):
        yield f"map: no group, {name}", text


def stability():
    for name, text in zip(("caption", "alt"), say.stability_texts(FOUND), strict=True):
        yield f"stability: {name}", text
    yield "stability: no better", say.stability_texts(replace(FOUND, above_bar=False))[0]
    for verdict in (Verdict.ONE_CLOUD, Verdict.STABLE, Verdict.LIKE_CHANCE, Verdict.NOT_RETURNING):
        yield f"verdict: {verdict.name.lower()}", say.verdict(replace(FOUND, verdict=verdict))
    era, both = (Holding.ERA, Holding.HOLDS, Holding.LOOSELY), (Holding.ERA,) * 3
    for holdings in (era, both):
        found = replace(FOUND, verdict=Verdict.ERAS, regimes=held(*holdings))
        yield f"verdict: {listing(holdings)} (eras)", say.verdict(found)
    for holdings in (era, (Holding.FALLS_APART, Holding.HOLDS, Holding.HOLDS)):
        yield (
            f"verdict: {listing(holdings)}",
            say.verdict(replace(FOUND, regimes=held(*holdings))),
        )


def listing(holdings):
    return ", ".join(holding.name.lower() for holding in holdings)


def regimes():
    yield "regimes", say.regimes_caption(FOUND)
    eras = replace(FOUND, regimes=held(Holding.ERA, Holding.HOLDS, Holding.HOLDS))
    yield "regimes: an era", say.regimes_caption(eras)
    yield "regimes: many", say.regimes_caption(replace(FOUND, regimes=(A, B, C) * 5))
    yield "naming: one without a name", say.naming(FOUND)
    yield "naming: all named", say.naming(replace(FOUND, regimes=(A, C)))
    yield "naming: none named", say.naming(replace(FOUND, regimes=(B,)))
    yield "typical: with frames", say.typical_caption(6, 3, frames=True, private=False)
    yield "typical: without frames", say.typical_caption(1, 1, frames=False, private=False)
    yield "typical: private", say.typical_caption(6, 3, frames=False, private=True)


def behaviour():
    for name, text in zip(("caption", "alt"), say.views_texts(VIEWS), strict=True):
        yield f"views: {name}", text
    yield "views: not shown", say.views_texts(HIDDEN)[0]
    bare = replace(VIEWS, worst=("C", Estimate(0.7)))
    yield "views: too few posts for an interval", say.views_texts(bare)[0]
    yield "views: the same", say.views_texts(replace(VIEWS, same=True))[0]
    yield "views: the trees", say.views_table_caption(VIEWS)
    yield "views: few held-out posts", say.views_table_caption(replace(VIEWS, nearest=""))
    for difference in Difference:
        name = difference.name.lower()
        yield f"views: {name}", say.views_reading(replace(VIEWS, difference=difference))
    yield "views: none clear", say.views_reading(replace(VIEWS, above=(), below=()))
    pushes = (("vision", 1.2), ("momentum", 0.95))
    prints = Fingerprints((("all posts", pushes), ("A", pushes)), ("vision", "A", 1.22))
    for name, text in zip(("caption", "alt"), say.fingerprint_texts(prints), strict=True):
        yield f"fingerprints: {name}", text
    yield "fingerprints: too thin", say.fingerprint_texts(replace(prints, departure=None))[0]


def answers():
    cloud = Content(140, Verdict.ONE_CLOUD, (), 140, 1.0)
    yield "answer: a cloud", say.answer(cloud, None)
    yield (
        "answer: a cloud, few posts",
        say.answer(replace(cloud, indicative=True, n_posts=60), None),
    )
    yield "answer: unstable", say.answer(replace(FOUND, verdict=Verdict.LIKE_CHANCE), VIEWS)
    yield "answer: stable, views differ", say.answer(FOUND, VIEWS)
    sure = held(Holding.HOLDS, Holding.FALLS_APART, Holding.FALLS_APART)
    yield "answer: stable, views do not", say.answer(replace(FOUND, regimes=sure), HIDDEN)
