"""Sentences on several creators. Every number and every judgement is a function of the facts."""

from __future__ import annotations

from math import exp, expm1

import pandas as pd

from virality.core.text import agree, capital, clean, count, decimals, listing, percent, plural
from virality.creators.levels import Levels
from virality.creators.skill import MIN_CREATORS
from virality.features.blocks import block_name
from virality.models.catalogue import model_name

NAMES = {
    "grand_mean": "the same for everybody",
    "creator_mean": "the mean of the creator's own posts",
    "creator_level": "that mean, pulled towards all creators",
    "rolling_median_10": "the median of the creator's last ten posts",
}
BARELY = 0.15  # a correlation below this orders next to nothing
MOSTLY = 0.5  # of the correlation


def correlation(value: float | None) -> str:
    """Return a correlation with two decimals, "not known" where it is missing."""
    return "not known" if value is None or value != value else decimals(round(value, 2) + 0.0)


def name(model: str) -> str:
    """Return the plain name of a model or rule of the pooled report."""
    return NAMES.get(model, model_name(model))


ALONE = "All posts here are by one creator, so there is nothing to compare."


def single(facts: dict) -> str:
    """Say that there is nothing to pool; "" where there are several creators."""
    if facts["n_creators"] > 1:
        return ""
    return (
        "All posts here are by one creator, so there is nothing to take apart, and this page shows "
        "no result: it is meant for a pooled report on several (`--pool`)."
    )


def record(facts: dict) -> str:
    """Return what was looked at, in a sentence."""
    if not facts["n_posts"]:
        return "There was no usable post to look at."
    text = (
        f"We looked at {plural(facts['n_posts'], 'post')} by "
        f"{plural(facts['n_creators'], 'creator')}, published between {facts['first']} and "
        f"{facts['last']}."
    )
    return text + few(facts)


def few(facts: dict) -> str:
    """Say what so few creators cannot stand for."""
    if not 1 < facts["n_creators"] < MIN_CREATORS:
        return ""
    return (
        f" {capital(plural(facts['n_creators'], 'creator'))} cannot stand for creators in general. "
        "So the intervals say how much the numbers could have differed with other posts of the "
        "same creators, not with other creators."
    )


# --- levels ---------------------------------------------------------------------------------------


def levels_table(levels: Levels, names: dict[str, str]) -> pd.DataFrame:
    """Return the table of creators: posts, mean, trust in it, level."""
    table = levels.table()
    return pd.DataFrame(
        {
            "creator": [clean(names[author]) for author in table["author"]],
            "posts": table["n"],
            "typical views": [count(expm1(mean)) for mean in table["mean"]],
            "trust in them": [percent(weight) for weight in table["weight"]],
            "level": [count(expm1(level)) for level in table["level"]],
        }
    )


def levels_caption(levels: Levels) -> str:
    """State what the table or figure of levels shows."""
    far = exp(levels.between**0.5)
    return (
        f"Each creator's level before and after it is pulled towards all. Levels typically lie a "
        f"factor of {far:.1f} from the middle, {count(expm1(levels.grand))} views."
    )


def levels_table_caption(levels: Levels) -> str:
    """State what the table of levels shows."""
    least = levels.table()["weight"].min()
    return f"The same in numbers. Nobody's own posts are trusted with less than {percent(least)}."


def levels_alt(levels: Levels) -> str:
    """Describe the figure of levels to who cannot see it."""
    return (
        f"For each of {plural(levels.n_creators, 'creator')} the mean of the posts, and the level "
        "that it is pulled to, on a log scale of views."
    )


def levels_reading(levels: Levels) -> str:
    """Say whether creators or posts differ more, and how far the levels were pulled."""
    total = levels.between + levels.within
    if total <= 0:
        return "All posts have the same views, so no level differs from another."
    share = levels.between / total
    if share > MOSTLY:
        text = (
            f"Who posts matters more than what: {percent(share)} of the variance of log views lies "
            "between creators. A forecast that knows nothing but the name will look clever."
        )
    elif share > 0.1:
        text = (
            f"Between creators lies {percent(share)} of the variance of log views; the rest lies "
            "between the posts of one creator."
        )
    else:
        text = (
            f"The creators hardly differ: {percent(share)} of the variance of log views lies "
            "between them."
        )
    least = levels.table().sort_values("weight").iloc[0]
    if least["weight"] > 0.95:
        return f"{text} Everyone has posts enough, so that hardly any level had to be pulled."
    return (
        f"{text} The shortest record, {plural(int(least['n']), 'post')}, is trusted with "
        f"{percent(least['weight'])}; the rest of that level comes from all creators."
    )


# --- taken apart ----------------------------------------------------------------------------------


def impressive(facts: dict) -> str:
    """Show the number that would be printed elsewhere."""
    if "parts" not in facts:
        return _nothing(facts)
    total, mean = facts["parts"]["total"], facts["mean_parts"]["total"]
    text = (
        f"Over all held-out posts together, the forecasts of {name(facts['model'])} correlate with "
        f"log views at **{correlation(total)}**."
    )
    if mean is None or total is None:
        return text
    if mean > total - 0.05:
        return text + (
            f" It sounds like a discovery. But {NAMES['creator_mean']}, which knows nothing about "
            f"the post itself, reaches {correlation(mean)}."
        )
    return text + f" For comparison: {NAMES['creator_mean']} alone reaches {correlation(mean)}."


def _nothing(facts: dict) -> str:
    if facts["n_creators"] < 2:
        return ""
    return (
        f"{capital(plural(facts['n_posts'], 'post'))} of {plural(facts['n_creators'], 'creator')} "
        "are too few for a forecast that could be tested, so nothing is predicted."
    )


def apart_caption(facts: dict) -> str:
    """State what the figure of the two parts shows."""
    parts = facts["parts"]
    between, within = (correlation(parts[f"{where}_part"]) for where in ("between", "within"))
    return (
        f"Left: held-out forecasts of {name(facts['model'])} and what came, a colour and a line "
        f"per creator; on the dotted line a forecast is right. Right: the correlation of "
        f"{correlation(parts['total'])} is the sum of {between} from telling creators apart and "
        f"{within} from telling one creator's posts apart. Among the posts of one creator "
        f"it is {_with_ends(parts, 'within')}."
    )


def apart_alt(facts: dict) -> str:
    """Describe the figure of the two parts to who cannot see it."""
    parts = facts["parts"]
    between, within = (correlation(parts[f"{where}_part"]) for where in ("between", "within"))
    return (
        "Scatter of views against forecasts, coloured by creator, beside bars: total correlation "
        f"{correlation(parts['total'])}, of it between creators {between}, within a "
        f"creator {within}; correlation among the posts of one creator "
        f"{correlation(parts['within'])}."
    )


def apart_reading(facts: dict) -> str:
    """Say which part a creator can use."""
    parts = facts["parts"]
    within, low = parts["within"], parts["within_low"]
    if within is None or parts["total"] is None:
        return "Nothing varies enough to take a correlation apart."
    share = parts["between_part"] / parts["total"] if parts["total"] > 0.05 else None
    text = ""
    if share is not None and share > MOSTLY:
        part = "All" if share > 0.995 else percent(share)
        text = (
            f"**{part} of the impressive number is knowing who is big.** That is true, "
            "and of no use to anybody who wants to know which of her own posts will do well. "
        )
    if low is None or low <= 0:
        return text + (
            f"Among the posts of one creator the correlation is {_with_ends(parts, 'within')}: "
            "not shown to be above zero."
        )
    tone = "little, and" if within < BARELY else "something, and"
    return text + (
        f"Among the posts of one creator the correlation is {_with_ends(parts, 'within')}. That is "
        f"{tone} it includes following each account through its better and worse months."
    )


def _with_ends(parts: dict, part: str) -> str:
    low, high = parts.get(f"{part}_low"), parts.get(f"{part}_high")
    if low is None or high is None:
        return correlation(parts[part])
    return f"{correlation(parts[part])} ({correlation(low)} to {correlation(high)})"


# --- against the rule -----------------------------------------------------------------------------


def gaps_table(gaps: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison of models and rules for reading."""
    return pd.DataFrame(
        {
            "forecast": [capital(name(model)) for model in gaps["model"]],
            "typical miss ×/÷": [f"{factor:.2f}" for factor in gaps["factor"]],
            "against the rule's": [_smaller(row) for row in gaps.itertuples()],
        }
    )


def _smaller(row) -> str:
    if row.low == row.high == 0:
        return "the rule to beat"
    if row.low != row.low:
        return _change(-row.difference)
    return f"{_change(-row.difference)} ({_change(-row.high)} to {_change(-row.low)})"


def gaps_caption(facts: dict) -> str:
    """State what the comparison shows."""
    better = {"better": "One model", "worse": "No model", "alike": "No model"}[facts["verdict"]]
    return (
        f"{better} clearly beats {name(facts['rule'])}, the better of a creator's own two rules, "
        f"on {plural(facts['n_held_out'], 'held-out post')}. Intervals keep each creator's posts "
        "together and hold for all models at once."
    )


def creators_table(each: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    """Return the table of skill by creator for reading."""
    return pd.DataFrame(
        {
            "creator": [clean(names[author]) for author in each["author"]],
            "held-out posts": each["n"],
            "correlation within": [correlation(value) for value in each["within"]],
            "typical miss ×/÷": [f"{value:.2f}" for value in each["factor"]],
            "own rule's": [f"{value:.2f}" for value in each["rule_factor"]],
        }
    )


def creators_caption(each: pd.DataFrame, facts: dict) -> str:
    """State for how many creators the model's miss is the smaller one."""
    smaller = int((each["factor"] < each["rule_factor"]).sum())
    return (
        f"The same creator by creator: {name(facts['model'])} has the smaller miss for {smaller} "
        f"of {plural(len(each), 'creator')}. Single rows are too noisy to be read one by one."
    )


def content(facts: dict) -> str:
    """Say what the test of content within creators found."""
    if not facts.get("content_tested"):
        return "There was no content that could be tested." if facts["n_creators"] > 1 else ""
    shown = facts["content_p"] is not None and facts["content_p"] < 0.05
    blocks = [block_name(block) for block in facts["content_found"]]
    if not shown:
        return (
            f"Shifted content does as well as the true one in {percent(facts['content_p'])} of the "
            "shifts. So **no rule about content that holds for these creators together is shown**; "
            "what works for one of them alone would not be seen here."
        )
    if blocks:
        verb = agree(blocks, "carries", "carry")
        text = f"**{capital(listing(blocks))} {verb} information that holds for creators together**"
    else:
        text = "**Content carries information that holds for creators together**, in no one block"
    return f"{text}: shifted content does as well in {percent(facts['content_p'])} of the shifts."


# --- a new creator --------------------------------------------------------------------------------


def new_creator(facts: dict) -> str:
    """Say what others' posts tell of a creator's first ones."""
    if facts["verdict"] == "none":
        return ""
    if not facts.get("cold"):
        return (
            "With fewer than three creators nobody can be left out and still leave others to "
            "compare, so nothing is said about a new one."
            if facts["n_creators"] > 1
            else ""
        )
    cold, found = facts["cold"], facts["cold"]["coverage"]
    text = (
        f"From the others' posts alone, forecasts miss by a factor of {cold['factor']:.1f}; the "
        f"creator's own rule would miss by {facts['factors'][facts['rule']]:.1f}. "
    )
    helps = cold["added_p"] is not None and cold["added_p"] < 0.05 and cold["added"] > 0
    text += (
        "What the others' posts say about content makes that smaller than their mean alone would. "
        if helps
        else "What the others' posts say about content does not clearly improve on their plain "
        "mean. "
    )
    below = found["creators_below"]
    text += (
        f"The intervals promise to hold {percent(found['level'])} of the posts and held "
        f"{percent(found['mean'])}; for {below} of {plural(found['creators'], 'creator')} they "
        "held fewer than promised. Posts of one creator lie inside or outside together, so what "
        "counts here is creators."
    )
    return text


def next_one(facts: dict) -> str:
    """Give the first forecast for a creator who is not among these."""
    if not facts.get("cold"):
        return ""
    return (
        f"For the first post of a creator like these, about whom nothing else is known, the "
        f"forecast is **{count(facts['new_middle'])} views, and with {percent(facts['level'])} "
        f"chance between {count(facts['new_low'])} and {count(facts['new_high'])}**."
    )


def warm_caption(warm: pd.DataFrame) -> str:
    """State how soon own posts count, and whether pulling helps."""
    first, last = warm.iloc[0], warm.iloc[-1]
    one = warm[warm["known"] == 1]
    text = (
        f"The same {plural(int(first['n']), 'post')}, forecast from more and more of the creator's "
        f"own. Without any the miss is {exp(first['shrunk']):.1f}, with {last['known']:.0f} it is "
        f"{exp(last['shrunk']):.1f}; dotted: the others' mean."
    )
    if one.empty:
        return text
    if one["low"].iloc[0] > 0:
        return f"{text} With a single post, pulling it towards all clearly helps."
    if one["high"].iloc[0] < 0:
        return (
            f"{text} With a single post, pulling it towards all clearly hurts: these creators lie "
            "too far apart, or are too few to say where the middle is."
        )
    return f"{text} With a single post, pulling it towards all makes no clear difference."


WARM_ALT = "Typical miss against the number of own posts known, with and without pulling."


# --- answers --------------------------------------------------------------------------------------


def answer(facts: dict) -> str:
    """Return the answer box of the chapter, and of a pooled report."""
    if facts["verdict"] == "single":
        return "There is one creator here, so nothing can be taken apart."
    if facts["verdict"] == "none":
        return _nothing(facts)
    parts = [_headline(facts), _apart(facts), _first(facts)]
    return "\n\n".join(part for part in parts if part)


def _headline(facts: dict) -> str:
    gain = _change(facts["gain"])
    ends = ""
    if facts["gain_low"] is not None:
        ends = f", interval {_change(facts['gain_low'])} to {_change(facts['gain_high'])}"
    model, rule = name(facts["model"]), name(facts["rule"])
    within = _with_ends(facts["parts"], "within")
    if facts["verdict"] == "better":
        return (
            f"**Within a creator: yes, in part.** The typical miss of {model} is {gain} "
            f"than that of {rule}{ends}; among the posts of one creator its forecasts correlate "
            f"with what came at {within}."
        )
    if facts["verdict"] == "worse":
        return (
            f"**Within a creator: no.** Even the best of {plural(facts['n_models'], 'model')}, "
            f"{model}, misses by more than {rule}. Among the posts of one creator its forecasts "
            f"correlate with what came at {within}."
        )
    return (
        f"**Within a creator: not beyond her own simple rule, as far as these posts can show.** "
        f"The best of {plural(facts['n_models'], 'model')}, {model}, is not clearly better than "
        f"{rule} (typical miss {gain}{ends}). Among the posts of one creator its forecasts "
        f"correlate with what came at {within}."
    )


def _change(gain: float) -> str:
    """Return "3% smaller" or "3% larger" for a difference of mean absolute errors."""
    share = round(-expm1(-gain), 2)
    return f"{abs(share):.0%} {'smaller' if share >= 0 else 'larger'}"


def _apart(facts: dict) -> str:
    total, between = facts["parts"]["total"], facts["parts"]["between_part"]
    if total is None or total <= 0.05:
        return ""
    whole = between > total - 0.005
    part = "All of it" if whole else f"Of that, {correlation(between)}"
    return (
        f"Over all posts together the correlation is {correlation(total)}. {part} only says which "
        "creator is bigger: do not quote it as skill."
    )


def _first(facts: dict) -> str:
    return next_one(facts)


def limits(facts: dict) -> str:
    """Return the limits of a pooled report; "" where there is one creator."""
    n = facts["n_creators"]
    if n < 2:
        return ""
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
