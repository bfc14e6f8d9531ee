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

ALONE = "All posts here are by one creator, so there is nothing to compare."
MEAN = RULE_NAMES["creator_mean"]


def correlation(value: float | None) -> str:
    """Return a correlation with two decimals, "not known" where it is missing."""
    return "not known" if value is None or value != value else decimals(value)


def _with_ends(found: Estimate) -> str:
    if not found.bounded:
        return correlation(found.value)
    return f"{correlation(found.value)} ({correlation(found.low)} to {correlation(found.high)})"


def single(found: Pooled) -> str:
    """Say that there is nothing to pool; "" where there are several creators."""
    if not found.single:
        return ""
    return (
        "All posts here are by one creator, so there is nothing to take apart, and this page shows "
        "no result: it is meant for a pooled report on several (`--pool`)."
    )


def record(found: Pooled) -> str:
    """Return what was looked at, and what so few creators cannot stand for."""
    if not found.n_posts:
        return "There was no usable post to look at."
    creators = plural(found.n_creators, "creator")
    text = (
        f"We looked at {plural(found.n_posts, 'post')} by {creators}, published between "
        f"{found.first} and {found.last}."
    )
    if not found.few:
        return text
    return text + (
        f" {capital(creators)} cannot stand for creators in general. "
        "So the intervals say how much the numbers could have differed with other posts of the "
        "same creators, not with other creators."
    )


# --- levels ---------------------------------------------------------------------------------------


def levels_caption(found: LevelsFound) -> str:
    """State what the figure of levels shows."""
    return (
        f"Each creator's level before and after it is pulled towards all. Levels typically lie a "
        f"factor of {found.far:.1f} from the middle, {count(found.middle)} views."
    )


def levels_table_caption(found: LevelsFound) -> str:
    """State what the table of levels shows."""
    return (
        "The same in numbers. Nobody's own posts are trusted with less than "
        f"{percent(found.least_trust)}."
    )


def levels_alt(found: LevelsFound) -> str:
    """Describe the figure of levels to who cannot see it."""
    return (
        f"For each of {plural(found.n_creators, 'creator')} the mean of the posts, and the level "
        "that it is pulled to, on a log scale of views."
    )


def levels_reading(found: LevelsFound) -> str:
    """Say whether creators or posts differ more, and how far the levels were pulled."""
    share = percent(found.share_between)
    if found.contrast is Contrast.NO_VARIANCE:
        return "All posts have the same views, so no level differs from another."
    text = {
        Contrast.MOST: f"Who posts matters more than what: {share} of the variance of log views "
        "lies between creators. A forecast that knows nothing but the name will look clever.",
        Contrast.SOME: f"Between creators lies {share} of the variance of log views; the rest lies "
        "between the posts of one creator.",
        Contrast.HARDLY_ANY: f"The creators hardly differ: {share} of the variance of log views "
        "lies between them.",
    }[found.contrast]
    if found.shortest is None:
        return f"{text} Everyone has posts enough, so that hardly any level had to be pulled."
    return (
        f"{text} The shortest record, {plural(found.shortest, 'post')}, is trusted with "
        f"{percent(found.least_trust)}; the rest of that level comes from all creators."
    )


# --- the forecasts --------------------------------------------------------------------------------


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


# --- taken apart ----------------------------------------------------------------------------------


def impressive(found: Pooled) -> str:
    """Show the number that would be printed elsewhere."""
    if found.skill is None:
        return _nothing(found)
    text = (
        f"Over all held-out posts together, the forecasts of "
        f"{forecast_name(found.skill.gain.model)} correlate with log views at "
        f"**{correlation(found.skill.total)}**."
    )
    if found.skill.impression is Impression.UNKNOWN:
        return text
    mean = correlation(found.skill.mean_total)
    if found.skill.impression is Impression.MATCHED:
        return text + (
            f" It sounds like a discovery. But {MEAN}, which knows nothing about "
            f"the post itself, reaches {mean}."
        )
    return text + f" For comparison: {MEAN} alone reaches {mean}."


def _nothing(found: Pooled) -> str:
    if found.single:
        return ""
    return (
        f"{capital(plural(found.n_posts, 'post'))} of {plural(found.n_creators, 'creator')} "
        "are too few for a forecast that could be tested, so nothing is predicted."
    )


def apart_caption(found: Skill) -> str:
    """State what the figure of the two parts shows."""
    between, within = correlation(found.between_part), correlation(found.within_part)
    return (
        f"Left: held-out forecasts of {forecast_name(found.gain.model)} and what came, a colour "
        f"and a line per creator; on the dotted line a forecast is right. Right: the correlation "
        f"of {correlation(found.total)} is the sum of {between} from telling creators apart and "
        f"{within} from telling one creator's posts apart. Among the posts of one creator "
        f"it is {_with_ends(found.within)}."
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


def apart_reading(found: Skill) -> str:
    """Say which part a creator can use."""
    if found.reading is Within.UNKNOWN:
        return "Nothing varies enough to take a correlation apart."
    text = ""
    if found.share_between is not None:
        part = "All" if found.all_between else percent(found.share_between)
        text = (
            f"**{part} of the impressive number is knowing who is big.** That is true, "
            "and of no use to anybody who wants to know which of her own posts will do well. "
        )
    within = _with_ends(found.within)
    if found.reading is Within.NOT_SHOWN:
        return text + (
            f"Among the posts of one creator the correlation is {within}: "
            "not shown to be above zero."
        )
    tone = "little, and" if found.reading is Within.LITTLE else "something, and"
    return text + (
        f"Among the posts of one creator the correlation is {within}. That is "
        f"{tone} it includes following each account through its better and worse months."
    )


# --- against the rule -----------------------------------------------------------------------------


def gaps_caption(found: Skill) -> str:
    """State what the comparison shows."""
    who = "One model" if found.gain.verdict is Verdict.BETTER else "No model"
    return (
        f"{who} clearly beats {forecast_name(found.gain.against)}, the better of a creator's own "
        f"two rules, on {plural(found.n_held_out, 'held-out post')}. Intervals keep each creator's "
        "posts together and hold for all models at once."
    )


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
        f"The same creator by creator: {forecast_name(found.gain.model)} has the smaller miss for "
        f"{n_smaller} of {plural(n, 'creator')}. Single rows are too noisy to be read one by one."
    )


def content(found: Pooled) -> str:
    """Say what the test of content within creators found."""
    if found.single:
        return ""
    if found.content is None:
        return "There was no content that could be tested."
    return _content(found.content)


def _content(found: SharedContent) -> str:
    if not found.shown:
        return (
            f"Shifted content does as well as the true one in {percent(found.p)} of the "
            "shifts. So **no rule about content that holds for these creators together is shown**; "
            "what works for one of them alone would not be seen here."
        )
    blocks = [block_name(block) for block in found.blocks]
    if blocks:
        verb = agree(blocks, "carries", "carry")
        text = f"**{capital(listing(blocks))} {verb} information that holds for creators together**"
    else:
        text = "**Content carries information that holds for creators together**, in no one block"
    return f"{text}: shifted content does as well in {percent(found.p)} of the shifts."


# --- a new creator --------------------------------------------------------------------------------


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
    helps = (
        "What the others' posts say about content makes that smaller than their mean alone would."
        if found.content_helps
        else "What the others' posts say about content does not clearly improve on their plain "
        "mean."
    )
    return (
        f"From the others' posts alone, forecasts miss by a factor of {found.factor:.1f}; the "
        f"creator's own rule would miss by {found.rule_factor:.1f}. {helps} "
        f"The intervals promise to hold {percent(found.promised)} of the posts and held "
        f"{percent(found.held)}; for {found.n_below} of {plural(found.n_creators, 'creator')} they "
        "held fewer than promised. Posts of one creator lie inside or outside together, so what "
        "counts here is creators."
    )


def next_one(found: Newcomer | None) -> str:
    """Give the first forecast for a creator who is not among these; "" where there is none."""
    if found is None:
        return ""
    return (
        f"For the first post of a creator like these, about whom nothing else is known, the "
        f"forecast is **{count(found.middle)} views, and with {percent(found.promised)} "
        f"chance between {count(found.low)} and {count(found.high)}**."
    )


_PULLS = {
    Pull.UNKNOWN: "",
    Pull.HELPS: " With a single post, pulling it towards all clearly helps.",
    Pull.HURTS: " With a single post, pulling it towards all clearly hurts: these creators lie "
    "too far apart, or are too few to say where the middle is.",
    Pull.UNDECIDED: " With a single post, pulling it towards all makes no clear difference.",
}


def warm_caption(found: WarmUp) -> str:
    """State how soon own posts count, and whether pulling helps."""
    return (
        f"The same {plural(found.n, 'post')}, forecast from more and more of the creator's "
        f"own. Without any the miss is {found.miss_without:.1f}, with {found.most} it is "
        f"{found.miss_with:.1f}; dotted: the others' mean.{_PULLS[found.pull]}"
    )


WARM_ALT = "Mean miss against the number of own posts known, with and without pulling."


# --- answers --------------------------------------------------------------------------------------


def answer(found: Pooled) -> str:
    """Return the answer box of the chapter, and of a pooled report."""
    if found.single:
        return "There is one creator here, so nothing can be taken apart."
    if found.skill is None:
        return _nothing(found)
    parts = [_headline(found.skill), _apart(found.skill), next_one(found.newcomer)]
    return "\n\n".join(part for part in parts if part)


def _headline(found: Skill) -> str:
    error = found.gain.error
    ends = f", interval {smaller(error.high)} to {smaller(error.low)}" if error.bounded else ""
    model, rule = forecast_name(found.gain.model), forecast_name(found.gain.against)
    within = _with_ends(found.within)
    if found.gain.verdict is Verdict.BETTER:
        return (
            f"**Within a creator: yes, in part.** The mean miss of {model} is "
            f"{smaller(error.value)} than that of {rule}{ends}; among the posts of one creator its "
            f"forecasts correlate with what came at {within}."
        )
    if found.gain.verdict is Verdict.WORSE:
        return (
            f"**Within a creator: no.** Even the best of {plural(found.n_models, 'model')}, "
            f"{model}, misses by more than {rule}. Among the posts of one creator its forecasts "
            f"correlate with what came at {within}."
        )
    return (
        f"**Within a creator: not beyond her own simple rule, as far as these posts can show.** "
        f"The best of {plural(found.n_models, 'model')}, {model}, is not clearly better than "
        f"{rule} (mean miss {smaller(error.value)}{ends}). Among the posts of one creator its "
        f"forecasts correlate with what came at {within}."
    )


def _apart(found: Skill) -> str:
    if not found.apart:
        return ""
    part = "All of it" if found.all_between else f"Of that, {correlation(found.between_part)}"
    return (
        f"Over all posts together the correlation is {correlation(found.total)}. {part} only says "
        "which creator is bigger: do not quote it as skill."
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
        "with her own intervals, explanations and content regimes.",
        "- **Correlation only.** Nothing here says what would have happened had a post been made "
        "otherwise.",
    ]
    return "\n".join(lines)
