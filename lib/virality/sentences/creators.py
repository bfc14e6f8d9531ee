"""Sentences on several creators. Every number and every judgement is a finding."""

from __future__ import annotations

from virality.core.text import agree, capital, count, decimals, listing, percent, plural, smaller
from virality.creators.pool import RULE_NAMES, forecast_name
from virality.features.blocks import block_name
from virality.findings.creators import (
    Brought,
    Contrast,
    Impression,
    LevelsFound,
    Newcomer,
    Pooled,
    Pull,
    SharedContent,
    Skill,
    WarmUp,
    Within,
)
from virality.findings.scores import Estimate, Verdict

MEAN = RULE_NAMES["creator_mean"]


def correlation(value: float | None) -> str:
    """Return a correlation with two decimals, "not known" where it is missing."""
    return "not known" if value is None or value != value else decimals(value)


def _with_ends(found: Estimate) -> str:
    if not found.bounded:
        return correlation(found.value)
    return f"{correlation(found.value)} ({correlation(found.low)} to {correlation(found.high)})"


# --- the answer, its picture, its doubt -----------------------------------------------------------


def answer(found: Pooled) -> str:
    """Return the answer box of the chapter."""
    if found.single:
        return (
            "There is one creator here, so nothing can be taken apart: this page is meant for a "
            "pooled report on several (`--pool`)."
        )
    if found.skill is None:
        return (
            f"{capital(plural(found.n_posts, 'post'))} of {plural(found.n_creators, 'creator')} "
            "are too few for a forecast that could be tested, so nothing is predicted."
        )
    parts = [_headline(found.skill), _apart(found.skill), _next_one(found.newcomer)]
    return " ".join(part for part in parts if part)


def _headline(found: Skill) -> str:
    error = found.gain.error
    ends = f", interval {smaller(error.high)} to {smaller(error.low)}" if error.bounded else ""
    size = f"mean miss {smaller(error.value)}{ends}"
    model, rule = forecast_name(found.gain.model), forecast_name(found.gain.against)
    models = plural(found.n_models, "model")
    first = {
        Verdict.BETTER: f"**Within a creator: yes, in part.** {capital(model)} misses by less than "
        f"{rule} ({size}).",
        Verdict.WORSE: f"**Within a creator: no.** Even the best of {models}, {model}, misses by "
        f"more than {rule} ({size}).",
        Verdict.UNDECIDED: "**Within a creator: not beyond her own simple rule, as far as these "
        f"posts can show.** The best of {models}, {model}, is not clearly better than {rule} "
        f"({size}).",
    }[found.gain.verdict]
    shown = ", which is not shown to be above zero" if found.reading is Within.NOT_SHOWN else ""
    return (
        f"{first} Among the posts of one creator its forecasts correlate with what came at "
        f"{_with_ends(found.within)}{shown}."
    )


def _apart(found: Skill) -> str:
    if not found.apart:
        return ""
    part = "all of it" if found.all_between else f"{correlation(found.between_part)} of it"
    mean = correlation(found.mean_total)
    beside = {
        Impression.UNKNOWN: "",
        Impression.AHEAD: f", for which {MEAN} reaches {mean}",
        Impression.MATCHED: f", and {MEAN}, which knows nothing about the post, reaches {mean}",
    }[found.impression]
    return (
        f"Over all posts together it is {correlation(found.total)}, but {part} only says which "
        f"creator is bigger{beside}: do not quote it as skill."
    )


def _next_one(found: Newcomer | None) -> str:
    """The first forecast for a creator who is not among these; "" where there is none."""
    if found is None:
        return ""
    return (
        f"For a first post of somebody like these the forecast is **{count(found.middle)} views, "
        f"and with {percent(found.promised)} chance between {count(found.low)} and "
        f"{count(found.high)}**."
    )


def apart_caption(found: Skill) -> str:
    """State what the figure of the two parts shows."""
    return (
        f"Left: forecasts of {forecast_name(found.gain.model)} and what came, a shape and a line "
        f"per creator. Right: the correlation of {correlation(found.total)} is the sum of "
        f"{correlation(found.between_part)} between creators and {correlation(found.within_part)} "
        "within them."
    )


def apart_alt(found: Skill) -> str:
    """Describe the figure of the two parts to who cannot see it."""
    between, within = correlation(found.between_part), correlation(found.within_part)
    return (
        "Scatter of views against forecasts, coloured by creator, beside bars: total correlation "
        f"{correlation(found.total)}, of it between creators {between}, within a "
        f"creator {within}; correlation among the posts of one creator "
        f"{correlation(found.within.value)}."
    )


def doubt(found: Pooled) -> str:
    """Say what could most easily make the answer wrong; "" where there is none."""
    if found.skill is None:
        return ""
    if found.few:
        return (
            f"{capital(plural(found.n_creators, 'creator'))} cannot stand for creators in general: "
            "the intervals say what other posts of the same creators could change, not other "
            "creators."
        )
    return (
        "What is foreseen within a creator includes following the account through its better and "
        "worse months, which helps nobody to choose between two posts of one week."
    )


# --- what the data fill ---------------------------------------------------------------------------


def creators_caption(found: Skill, n_smaller: int, n: int) -> str:
    """State for how many creators the model's miss is the smaller one.

    Parameters
    ----------
    found : Skill
    n_smaller, n : int
        Creators for whom it is, and creators.

    Returns
    -------
    str
    """
    return (
        f"{capital(forecast_name(found.gain.model))} has a smaller miss than the rule for "
        f"{n_smaller} of {plural(n, 'creator')}; single rows are too noisy to be read one by one."
    )


def content(found: Pooled) -> str:
    """Say what the test of content within creators found; "" where nothing was tested."""
    return "" if found.content is None else _content(found.content)


def _content(found: SharedContent) -> str:
    luck = f"shifted content does as well in {percent(found.p)} of the shifts"
    if not found.shown:
        return (
            f"**No rule about content that holds for these creators together is shown**: {luck}. "
            "What works for one of them alone would not be seen here."
        )
    blocks = [block_name(block) for block in found.blocks]
    if blocks:
        verb = agree(blocks, "carries", "carry")
        text = f"**{capital(listing(blocks))} {verb} information that holds for creators together**"
    else:
        text = "**Content carries information that holds for creators together**, in no one block"
    return f"{text}: {luck}."


def new_creator(found: Pooled) -> str:
    """Say what others' posts tell of a creator's first ones."""
    if found.skill is None:
        return ""
    if found.newcomer is None:
        return (
            "With fewer than three creators nobody can be left out and still leave others to "
            "compare, so nothing is said about a new one."
        )
    return _new_creator(found.newcomer)


def _new_creator(found: Newcomer) -> str:
    clearly = "" if found.content_helps else " not clearly"
    return (
        f"From the others' posts alone, forecasts miss by a factor of {found.factor:.1f}, from "
        f"the creator's own by {found.rule_factor:.1f}. What the others' posts say about content "
        f"does{clearly} help beyond their mean. Intervals that promise {percent(found.promised)} "
        f"held {percent(found.held)} of the posts, and fewer than promised for {found.n_below} of "
        f"{plural(found.n_creators, 'creator')}."
    )


_PULLS = {
    Pull.UNKNOWN: "",
    Pull.HELPS: "; with a single post, pulling it towards all clearly helps",
    Pull.HURTS: "; with a single post, pulling it towards all clearly hurts",
    Pull.UNDECIDED: "; with a single post, pulling it towards all makes no clear difference",
}


def warm_caption(found: WarmUp) -> str:
    """State how soon own posts count, and whether pulling helps."""
    return (
        f"Without own posts the miss is {found.miss_without:.1f}, with {found.most} it is "
        f"{found.miss_with:.1f}, on the same {plural(found.n, 'post')}{_PULLS[found.pull]}."
    )


def warm_alt(found: WarmUp) -> str:
    """Say the same to who cannot see the figure."""
    return (
        "Mean miss against the number of own posts known, with and without pulling: from "
        f"{found.miss_without:.1f} to {found.miss_with:.1f}."
    )


# --- how we know ----------------------------------------------------------------------------------


def levels_caption(found: LevelsFound) -> str:
    """Say whether creators or posts differ more, and how far the levels were pulled."""
    share = percent(found.share_between)
    if found.contrast is Contrast.NO_VARIANCE:
        return "All posts have the same views, so no level differs from another."
    text = {
        Contrast.MOST: "Who posts matters more than what",
        Contrast.SOME: "The rest lies between the posts of one creator",
        Contrast.HARDLY_ANY: "The creators hardly differ",
    }[found.contrast]
    pulled = (
        "Everyone has posts enough, so that hardly any level had to be pulled."
        if found.shortest is None
        else f"The shortest record, {plural(found.shortest, 'post')}, is trusted with "
        f"{percent(found.least_trust)}; the rest of that level comes from all creators."
    )
    return (
        f"{share} of the variance of log views lies between creators, whose levels typically lie a "
        f"factor of {found.far:.1f} from the middle, {count(found.middle)} views. {text}. {pulled}"
    )


def levels_alt(found: LevelsFound) -> str:
    """Describe the figure of levels to who cannot see it."""
    return (
        f"For each of {plural(found.n_creators, 'creator')} the mean of the posts, and the level "
        f"that it is pulled to; between them lies {percent(found.share_between)} of the variance."
    )


def voice_of_others(found: Brought | None) -> str:
    """Say whom the voice of other creators has heard.

    Parameters
    ----------
    found : Brought or None
        None where it was fitted here, for each creator from the others.
    """
    if found is None:
        return (
            "That voice never heard the creator whom it speaks of, nor anything later than the "
            "post that it speaks of."
        )
    return (
        f"That voice is a prior that was brought along, fitted on "
        f"{plural(found.n_posts, 'post')} of {plural(found.n_creators, 'creator')}. Had the "
        "creators of this report been among them, its record here would flatter it."
    )


def gaps_caption(found: Skill) -> str:
    """State what the comparison shows."""
    who = "One model" if found.gain.verdict is Verdict.BETTER else "No model"
    return (
        f"{who} clearly beats {forecast_name(found.gain.against)}, the better of a creator's own "
        f"two rules, on {plural(found.n_held_out, 'held-out post')}; intervals keep each creator's "
        "posts together and hold for all models at once."
    )


def limits(found: Pooled) -> str:
    """Return the limits of a pooled report; "" where there is one creator."""
    if found.single:
        return ""
    n = found.n_creators
    lines = [
        f"- **{capital(plural(n, 'creator'))}.** What lies between creators is learnt from "
        f"{n} of them, however many posts they have.",
        "- **Who is here.** Creators who brought their posts are not drawn at random; a first "
        "forecast holds for creators like these.",
        "- **One rule for all.** The models look for what holds for the creators together. What "
        "works for one alone is the business of a report on her: `--by author` makes one each, "
        "with her own intervals, explanations and kinds of post.",
        "- **Correlation only.** Nothing here says what would have happened had a post been made "
        "otherwise.",
    ]
    return "\n".join(lines)
