"""Every sentence of the chapter on content regimes, from findings made by hand."""

from dataclasses import replace

import pandas as pd

from virality.explanation.content_space import Space
from virality.explanation.naming import KindName
from virality.findings.clustering import (
    Content,
    Departure,
    Difference,
    Holding,
    Regime,
    Verdict,
    Views,
)
from virality.findings.scores import Estimate
from virality.sentences import clustering as say

LOUD = KindName("A", traits="+energy__rms_level,-energy__cut_rate")
DIY = KindName("B", ("#diy", "#<b>home"), ("glue",))
SHORT = KindName("C", words=("recipe", "minutes"), traits="-metadata__log_duration")
A, B, C = Regime(LOUD, 50, 0.92), Regime(DIY, 30, 0.81), Regime(SHORT, 20, 0.66)
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
    rows=((LOUD, 12345, 1.4), (DIY, 9000, 1.0), (SHORT, 4321, 0.7)),
    same=False,
    best=(LOUD, Estimate(1.4, 1.1, 1.9)),
    worst=(SHORT, Estimate(0.7, 0.5, 0.95)),
    sure=((LOUD, Estimate(1.4, 1.1, 1.9)), (DIY, Estimate(1.0))),
    n_sure=2,
    above=(LOUD,),
    below=(SHORT,),
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
    for name, found in (("too few posts", few), ("all alike", alike)):
        yield f"answer: {name}", say.answer(found, None)
        yield f"doubt: {name}", say.doubt(found, None)
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
    yield "kinds", say.kinds_caption(FOUND)
    loose = replace(FOUND, verdict=Verdict.NOT_RETURNING)
    yield "kinds: not stable", say.kinds_caption(loose)
    eras = replace(FOUND, regimes=held(Holding.ERA, Holding.HOLDS, Holding.HOLDS))
    yield "kinds: an era", say.kinds_caption(eras)
    yield "kinds: many", say.kinds_caption(replace(FOUND, regimes=(A, B, C) * 5))


def behaviour():
    for name, text in zip(("caption", "alt"), say.views_texts(VIEWS), strict=True):
        yield f"views: {name}", text
    yield "views: the same", say.views_texts(replace(VIEWS, same=True))[0]
    for difference in Difference:
        name = difference.name.lower()
        yield f"views: {name}", say.views_texts(replace(VIEWS, difference=difference))[0]
    yield "views: none clear", say.views_texts(replace(VIEWS, above=(), below=()))[0]
    yield "details", say.DETAILS_CAPTION
    for name, text in zip(
        ("caption", "alt"), say.fingerprint_texts(Departure("vision", DIY, 1.22)), strict=True
    ):
        yield f"fingerprints: {name}", text


def answers():
    cloud = Content(140, Verdict.ONE_CLOUD, (), 140, 1.0)
    yield "answer: a cloud", say.answer(cloud, None)
    yield "doubt: a cloud", say.doubt(cloud, None)
    yield (
        "answer: a cloud, few posts",
        say.answer(replace(cloud, indicative=True, n_posts=60), None),
    )
    for verdict in (Verdict.LIKE_CHANCE, Verdict.ERAS, Verdict.NOT_RETURNING):
        found = replace(FOUND, verdict=verdict)
        yield f"answer: {verdict.name.lower()}", say.answer(found, VIEWS)
        yield f"doubt: {verdict.name.lower()}", say.doubt(found, VIEWS)
    yield "answer: stable, views differ", say.answer(FOUND, VIEWS)
    yield "doubt: stable, views differ", say.doubt(FOUND, VIEWS)
    sure = held(Holding.HOLDS, Holding.FALLS_APART, Holding.FALLS_APART)
    yield "answer: stable, views do not", say.answer(replace(FOUND, regimes=sure), HIDDEN)
    yield "doubt: stable, views do not", say.doubt(FOUND, HIDDEN)
