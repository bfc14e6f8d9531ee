"""Score a draft: forecast, chance, neighbours, pushes, reach and facts, before it is posted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from itertools import combinations

import numpy as np
import pandas as pd

from virality.advice.drafts import as_post
from virality.advice.drafts.checklist import checklist
from virality.advice.drafts.order import Picking, picking
from virality.advice.drafts.pushes import by_concept, pushes
from virality.advice.drafts.reach import Place, place
from virality.core.errors import UserError
from virality.core.protocol import DEFAULT, MIN_POSTS, Protocol
from virality.core.threads import one_thread
from virality.evaluation.folds import FoldFits, fold_data
from virality.evaluation.forecast import PriorModel, forecast
from virality.evaluation.next_post import NextPost, fits_at, forecast_next
from virality.evaluation.validation import folds_table, make_splitter
from virality.explanation.naming import KindName, kind_names
from virality.explanation.neighbours import neighbours
from virality.features.table import Features, model_table
from virality.models.boosters import stored_fold
from virality.models.catalogue import MAIN_NONLINEAR
from virality.uncertainty.intervals import prediction_intervals

LONGEST_PAUSE_DAYS = 30  # a pause up to here is none, however regular the account was
#: What makes an earlier post like a draft; the hour and the weekday are no content.
CONTENT = ("hashtags", "words", "letters", "picture", "sound")
NAMED, ASKED = 5, 40  # posts that are named, and among how many they are sought
VOTES = 5  # nearest posts that say which kind a draft is
TOLD = ("y_pred", "level", "order", "lower", "upper", "p_viral", "p_recent", "threshold")
COLUMNS = {
    "draft": "string",
    "posted_at": "datetime64[us, UTC]",
    "verdict": "string",
    "seen_as": "string",
    **dict.fromkeys(TOLD, "float64"),
    "distance": "float64",
    "limit": "float64",
    "compared": "string",
    "regime": "Int64",
}


class Verdict(Enum):
    """What can be said of a draft."""

    FORECAST = "forecast"
    SEEN = "a post that was held out"
    LEARNT = "a post that every model has learnt from"
    OUTSIDE = "outside the range of the posts"
    PAUSE = "too long after the newest post"

    @property
    def forecasts(self) -> bool:
        """Whether there is a forecast."""
        return self in (Verdict.FORECAST, Verdict.SEEN)


@dataclass(frozen=True)
class Past:
    """What a run found out about the posts that are there, so that nobody has to ask again.

    Parameters
    ----------
    predictions, said : DataFrame
        Of an `evaluation.forecast.Forecast`.
    shap : DataFrame or None
        The artefact: pushes of held-out posts.
    regimes : DataFrame or None
        The artefact: kinds of post.
    """

    predictions: pd.DataFrame
    said: pd.DataFrame
    shap: pd.DataFrame | None = None
    regimes: pd.DataFrame | None = None


@dataclass(frozen=True)
class Scores:
    """What can be said of some drafts.

    Parameters
    ----------
    table : DataFrame
        One row per draft, columns as in `COLUMNS`: forecast (`y_pred`), the account's level, what
        the content adds (`order`), the ends of the interval and the line of a viral post
        (`threshold`), all log scale; chances; how far it lies from its nearest posts and how far
        any post does.  Without a forecast these are missing, and `verdict` says why.
    neighbours : DataFrame
        draft, then columns as of `explanation.neighbours`, and views: earlier posts like it.
    pushes : DataFrame
        draft, concept, block, value (log units): what pushes the trees' forecast.
    facts : DataFrame
        draft, then columns as of `checklist`.
    pairs : DataFrame
        a, b, chance that a does better; NaN where it cannot be told.
    picking : Picking
        What such chances were worth.
    n_posts : int
        Posts with a known outcome.
    kinds : mapping of int to KindName
        What the kinds of post are called that `table` numbers.
    """

    table: pd.DataFrame
    neighbours: pd.DataFrame
    pushes: pd.DataFrame
    facts: pd.DataFrame
    pairs: pd.DataFrame
    picking: Picking
    n_posts: int
    kinds: Mapping[int, KindName] = field(default_factory=dict)


def score(
    posts: pd.DataFrame,
    drafts: pd.DataFrame,
    features: Features = None,
    *,
    vectors: pd.DataFrame | None = None,
    past: Past | None = None,
    prior: PriorModel | None = None,
    protocol: Protocol = DEFAULT,
    timezone: str = "UTC",
) -> Scores:
    """Say what to expect of drafts: posts that have no outcome yet.

    Parameters
    ----------
    posts : DataFrame
        Tidy posts of one creator.
    drafts : DataFrame
        A row each: post_id (any name), posted_at and caption, and further columns of the tidy table
        where they are known, such as duration_s.  `seen_as`, where it is given, is the post whose
        film it has: it is then scored as that post was while it was held out.
    features : DataFrame or list of DataFrame, optional
        Feature tables of the posts, as for :func:`virality.evaluation.forecast.forecast`.
    vectors : DataFrame, optional
        Of the drafts, index post_id, from the encoders that made those of the posts.
    past : Past, optional
        What a run found out; otherwise forecasts of the past are made first, which takes longer.
    prior : PriorModel, optional
        The model of other creators that the forecasts of the past listened to.
    protocol : Protocol
    timezone : str
        The creator's.

    Returns
    -------
    Scores

    Raises
    ------
    UserError
        Fewer than 30 posts have a known outcome; they are of several creators; or a draft would
        go up before the newest of them.

    Examples
    --------
    >>> import virality as vi
    >>> posts = vi.simulate_creator(n_posts=80)
    >>> soon = posts["posted_at"].max() + pd.Timedelta(days=2)
    >>> drafts = pd.DataFrame({"post_id": ["a", "b"], "posted_at": soon, "duration_s": 20.0})
    >>> drafts["caption"] = "My cat heard a noise at three in the morning #cat #kitten"
    >>> made = vi.score(posts, drafts)
    >>> made.table[["draft", "verdict"]].values.tolist()
    [['a', 'FORECAST'], ['b', 'FORECAST']]
    >>> (made.table["lower"] < made.table["y_pred"]).tolist()
    [True, True]
    """
    tables = _as_list(features)
    table = model_table(posts, tables, protocol)
    if len(table.y) < MIN_POSTS:
        raise UserError(
            f"{len(table.y)} posts with a known outcome are too few for a forecast.",
            do=f"{MIN_POSTS} are the fewest.",
        )
    names = drafts["post_id"].astype("string")
    if names.duplicated().any() or names.isin(posts["post_id"]).any():
        raise UserError("Drafts need names of their own.", do="Give each another post_id.")
    whose = as_post.account(posts, table, protocol)
    if past is None:
        made = forecast(posts, tables, protocol=protocol, prior=prior)
        past = Past(made.predictions, made.said)
    vectors = pd.DataFrame() if vectors is None else vectors
    with one_thread():  # matrices are small: a second thread makes it three times as long
        bench = _Bench(whose, past, protocol, timezone, prior)
        found = [bench.score(draft, vectors) for _, draft in drafts.iterrows()]
        worth = picking(past.predictions, posts)
    rows = pd.DataFrame([each.row for each in found]).reindex(columns=list(COLUMNS))
    rows = rows.astype(COLUMNS)
    return Scores(
        rows,
        _stacked(rows["draft"], [each.neighbours for each in found]),
        _stacked(rows["draft"], [each.pushes for each in found]),
        _stacked(rows["draft"], [each.facts for each in found]),
        _pairs(rows, worth),
        worth,
        len(table.y),
        {} if past.regimes is None else kind_names(past.regimes),
    )


@dataclass(frozen=True)
class _One:
    """What is said of one draft."""

    row: dict
    neighbours: pd.DataFrame
    pushes: pd.DataFrame
    facts: pd.DataFrame


class _Bench:
    """The account, and the models that were fitted for a moment already."""

    def __init__(
        self,
        whose: as_post.Account,
        past: Past,
        protocol: Protocol,
        timezone: str,
        prior: PriorModel | None,
    ):
        self.whose, self.past, self.protocol = whose, past, protocol
        self.timezone, self.prior = timezone, prior
        self.first = FoldFits(next(fold_data(whose.table, protocol)))
        splitter = make_splitter(whose.table.times, protocol)
        self.folds = folds_table(splitter, whose.table.y)
        self.fits: dict[int, FoldFits | None] = {}

    def score(self, draft: pd.Series, vectors: pd.DataFrame) -> _One:
        """Score one draft."""
        seen = draft.get("seen_as")
        known = isinstance(seen, str) and (self.whose.posts["post_id"] == seen).any()
        return self._seen(draft, str(seen)) if known else self._new(draft, vectors)

    def _new(self, draft: pd.Series, vectors: pd.DataFrame) -> _One:
        mine = vectors.reindex([draft["post_id"]]).rename_axis("post_id")
        post = as_post.next_post(draft, self.whose, mine, self.protocol, self.timezone)
        row, where = post.X.iloc[0], place(self.whose.table.X, post.X.iloc[0])
        verdict = self._verdict(post, where)
        told, pushed = self._forecast(post) if verdict.forecasts else ({}, _nothing(by_concept))
        own = pd.concat([self.whose.table.X, post.X])
        return self._one(draft, verdict, told, where, pushed, post.posts, own, row)

    def _verdict(self, post: NextPost, where: Place) -> Verdict:
        times = post.posts["posted_at"]
        pauses = times.diff().dt.total_seconds() / 86_400
        if pauses.iloc[-1] > max(LONGEST_PAUSE_DAYS, pauses.iloc[:-1].max()):
            return Verdict.PAUSE
        return Verdict.FORECAST if where.inside else Verdict.OUTSIDE

    def _forecast(self, post: NextPost) -> tuple[dict, pd.DataFrame]:
        """The book's forecast with its interval, and what pushes the trees'."""
        number = int(self.folds["fold"].max()) + 1
        if post.moment not in self.fits:
            self.fits[post.moment] = fits_at(self.whose.table, post.moment, number, self.protocol)
        fits = self.fits[post.moment]
        if fits is None:
            raise UserError("Too few posts had settled by then for a forecast.")
        row, mine = forecast_next(
            post,
            self.whose.table,
            self.past.said,
            fits,
            self.first,
            protocol=self.protocol,
            prior=self.prior,
        )
        line = float(np.quantile(fits.fold.y_train, 0.9))
        fold = {"split": self.protocol.split, "fold": number, "train_p90": line}
        folds = pd.concat([self.folds, pd.DataFrame([fold])], ignore_index=True)
        told = pd.concat([self.past.predictions[list(row)], row], ignore_index=True)
        frame = prediction_intervals(told, post.posts, folds, protocol=self.protocol)
        together = row.iloc[0].to_dict() | frame.iloc[-1].to_dict()
        pushed = pushes(stored_fold(mine[MAIN_NONLINEAR])) if mine.columns else None
        return together, _nothing(by_concept) if pushed is None else pushed

    def _seen(self, draft: pd.Series, post_id: str) -> _One:
        """A film that was posted: what was said of it by the fold that had not seen it."""
        X, posts = self.whose.table.X, self.whose.posts
        own = posts[posts["post_id"] == post_id].iloc[0]
        told, pushed = {}, _nothing(by_concept)
        held_out = self.past.predictions[self.past.predictions["post_id"] == post_id]
        if len(held_out):
            frame = prediction_intervals(
                self.past.predictions, posts, self.folds, protocol=self.protocol
            )
            told = held_out.iloc[0].to_dict()
            told |= frame[frame["post_id"] == post_id].iloc[0].to_dict()
        shap = self.past.shap
        if shap is not None and (shap["post_id"] == post_id).any():
            mine = shap[shap["post_id"] == post_id].set_index("column")["value"]
            pushed = by_concept(mine)
        verdict = Verdict.SEEN if len(held_out) else Verdict.LEARNT
        row = X.loc[post_id] if post_id in X.index else pd.Series(np.nan, X.columns)
        where = place(X.drop(index=post_id, errors="ignore"), row)
        named = draft.copy()
        named["posted_at"], named["seen_as"] = own["posted_at"], post_id
        return self._one(named, verdict, told, where, pushed, posts, X, row, post_id)

    def _one(self, draft, verdict, told, where, pushed, posts, X, row, post_id="") -> _One:
        """Put what was found together."""
        mine = post_id or str(draft["post_id"])
        like = _alike(
            neighbours(
                posts,
                mine,
                self.protocol.embargo_days,
                self.timezone,
                X.reindex(posts["post_id"]),
                ASKED,
            )
        )
        views = posts.set_index(posts["post_id"].astype("string"))["views"]
        line = {
            "draft": draft["post_id"],
            "posted_at": draft["posted_at"],
            "verdict": verdict.name,
            "seen_as": draft.get("seen_as") if post_id else None,
            **{name: told.get(name, np.nan) for name in TOLD},
            "distance": where.distance,
            "limit": where.limit,
            "compared": ",".join(where.blocks),
            "regime": self._regime(where, post_id),
        }
        facts = checklist(self.whose.table.X.drop(index=mine, errors="ignore"), row)
        return _One(line, like.assign(views=views[like["post_id"]].to_numpy()), pushed, facts)

    def _regime(self, where: Place, post_id: str):
        """The kind of post that most of its nearest are; missing where no kind holds together."""
        regimes = self.past.regimes
        if regimes is None or regimes.empty or not regimes["stable"].all():
            return pd.NA
        kinds = regimes.set_index("post_id")["regime"]
        if post_id in kinds.index:
            return kinds[post_id]
        votes = kinds.reindex(list(where.nearest[:VOTES])).dropna()
        best = votes.value_counts()
        return best.index[0] if len(best) and best.iloc[0] > VOTES / 2 else pd.NA


def _alike(found: pd.DataFrame) -> pd.DataFrame:
    """Neighbours that are alike in words, picture or sound, and in which of them."""
    named = [", ".join(word for word in respects.split(", ") if word in CONTENT)
             for respects in found["respects"]]  # fmt: skip
    like = found.assign(respects=pd.array(named, dtype="string"))
    return like[like["respects"] != ""].head(NAMED).reset_index(drop=True)


def _as_list(features: Features) -> Features:
    """What may be asked for more than once."""
    if features is None or isinstance(features, pd.DataFrame):
        return features
    return list(features)


def _nothing(make: Callable[[pd.Series], pd.DataFrame]) -> pd.DataFrame:
    return make(pd.Series(dtype=float))


def _stacked(drafts: pd.Series, tables: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [table.assign(draft=draft) for draft, table in zip(drafts, tables, strict=True)]
    whole = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"draft": []})
    return whole[["draft", *whole.columns.drop("draft")]]


def _pairs(rows: pd.DataFrame, worth: Picking) -> pd.DataFrame:
    """Every two drafts that have a forecast, and the chance that the first does better."""
    told = rows[rows["order"].notna()]
    found = [
        (a.draft, b.draft, worth.chance(float(a.order), float(b.order)))
        for a, b in combinations(told.itertuples(), 2)
    ]
    return pd.DataFrame(found, columns=["a", "b", "chance"])
