"""`virality plan` and `virality judge`: an experiment under a name, from promise to verdict."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from virality.advice.experiments import calendars, plan_files
from virality.advice.experiments.judge import Judgement
from virality.advice.experiments.judge import judge as judge_posts
from virality.advice.experiments.plan import USUAL_WAY, Plan
from virality.advice.experiments.plan import plan as make
from virality.advice.experiments.tags import Tag, read_tags
from virality.book import own, params
from virality.book.ownership import locked
from virality.core.errors import UserError
from virality.core.paths import ROOT, Run, resolved, split_paths, writing_to
from virality.core.writing import adding
from virality.demo.follower import go_on
from virality.findings import experiments as findings
from virality.posts.accounts import choose
from virality.posts.read import read_posts
from virality.posts.timing import known_zone
from virality.sentences import experiments as sentences

MADE_UP_FACTOR = 4.0  # of the views of A, where a simulated creator follows a plan
SHOWN = 20  # of what was not as planned, on a terminal


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What `virality plan` was asked for; "" and None leave the choice to it.

    Parameters
    ----------
    what, against : str
        The variants.
    n_posts : int
    start : str
        First day; tomorrow when "".
    seed : int or None
    timezone : str
        As the name has it when "".
    untouched : tuple of str
        What both variants leave alone.
    force : bool
        Replace an earlier plan, which stays beside it under another name.
    """

    what: str
    against: str = USUAL_WAY
    n_posts: int = 40
    start: str = ""
    seed: int | None = None
    timezone: str = ""
    untouched: tuple[str, ...] = ()
    force: bool = False


def plan(run: Run, wish: Wish) -> Plan:
    """Make a plan, store it with its calendars, and say what it can detect.

    Parameters
    ----------
    run : Run
    wish : Wish

    Returns
    -------
    Plan

    Raises
    ------
    UserError
        There is a plan already, or none can be made so.
    """
    with locked(run):
        if run.plan.exists() and not wish.force:
            raise UserError(
                f"There is a plan under the name “{run.name}” already.",
                where=_shown(run.plan),
                do=f"Follow it, and run: virality judge --name {run.name}  (--force plans anew, "
                "and keeps the earlier one beside it)",
            )
        posts, values = _posts(run)
        zone = wish.timezone or values["timezone"]
        made = make(
            wish.what,
            posts,
            n_posts=wish.n_posts,
            start=wish.start or _tomorrow(zone),
            against=wish.against,
            seed=wish.seed,
            timezone=zone,
            untouched=wish.untouched,
            embargo_days=values["embargo_days"],
        )
        promised = sentences.promise(findings.promise(made))
        with writing_to(run.plans):
            _keep_earlier(run)
            for name, text in _files(run, made, promised):
                with adding(run.plans, name) as temporary:
                    temporary.write_bytes(text.encode("utf-8"))
    _tell(run, made, promised)
    return made


def judge(run: Run, tags: str | None = None) -> Judgement:
    """Judge the experiment of a name by the posts that it remembers, read anew.

    Parameters
    ----------
    run : Run
    tags : str or None
        File that tells the variants; remembered. None keeps what was, and "" forgets it.

    Returns
    -------
    Judgement

    Raises
    ------
    UserError
        There is no plan or no post, or one of them cannot be read.
    """
    made = planned(run)
    posts, values = _known_posts(run)
    told = run.tags if tags is None else tags and str(resolved(tags))
    told_by = read_tags(told, made) if told else ()
    if tags is not None:
        with locked(run):
            run.save(tags=told)
    return judge_posts(made, posts, told_by, embargo_days=values["embargo_days"])


def tell(judged: Judgement) -> list[str]:
    """Return what an experiment says, line by line, as a terminal shows it.

    Parameters
    ----------
    judged : Judgement
    """
    found, followed = findings.experiment(judged), findings.following(judged)
    lines = [_plain(sentences.verdict(found)), _plain(sentences.following(followed))]
    for row in judged.deviations.head(SHOWN).itertuples():
        place = f"pair {row.pair}: " if row.pair else ""
        lines.append(f"  {place}{row.what} ({row.day or row.post_id})")
    if len(judged.deviations) > SHOWN:
        lines.append(f"  and {len(judged.deviations) - SHOWN} more, which the report lists")
    return lines


def planned(run: Run) -> Plan:
    """Return the plan of a run.

    Parameters
    ----------
    run : Run

    Raises
    ------
    UserError
        There is none, or it is not as it was made.
    """
    if not run.plan.exists():
        raise UserError(
            f"There is no plan under the name “{run.name}”.",
            do=f'Run: virality plan "words on screen" --posts 40 --name {run.name}',
        )
    return plan_files.read_plan(run.plan)


def follow(run: Run, made: int) -> pd.DataFrame:
    """Return posts that follow the plan of a run, made up: A earns four times the views of B.

    Parameters
    ----------
    run : Run
    made : int
        Posts of the plan that are made by now.

    Raises
    ------
    UserError
        There is no plan, or no post from before it.
    """
    plan = planned(run)
    posts = _known_posts(run)[0]
    before = posts[posts["posted_at"].dt.tz_convert(plan.timezone).dt.date < plan.start]
    if before["views"].isna().all():
        raise UserError("No post from before the plan is known.", do="Import some first.")
    return go_on(plan.table(), before, made, MADE_UP_FACTOR, plan.timezone)


def tags_of(run: Run, made: Plan) -> tuple[Tag, ...]:
    """Return what the remembered file of tags says; nothing where hashtags tell the variants.

    Parameters
    ----------
    run : Run
    made : Plan
    """
    return read_tags(run.tags, made) if run.tags else ()


def judged(run: Run, posts: pd.DataFrame, embargo_days: float) -> Judgement | None:
    """Return what the experiment of a run says by now.

    Parameters
    ----------
    run : Run
    posts : DataFrame
        Tidy posts.
    embargo_days : float
        Days until a post counts as matured.

    Returns
    -------
    Judgement or None
        None where nothing is planned.
    """
    if not run.planned:
        return None
    made = planned(run)
    return judge_posts(made, posts, tags_of(run, made), embargo_days=embargo_days)


def _known_posts(run: Run) -> tuple[pd.DataFrame, dict]:
    posts, values = _posts(run)
    if posts is None:
        raise UserError(
            f"No posts are known under the name “{run.name}” yet.",
            do=f"Run: virality import posts.csv --name {run.name}",
        )
    return posts, values


def _posts(run: Run) -> tuple[pd.DataFrame | None, dict]:
    """The posts that a name remembers, read anew, and the parameters of the chapter on posts."""
    inputs = run.inputs()
    chosen = params.by_todays_names(run.load().get("parameters", {}))
    if not inputs.posts:
        chosen.pop(own.PARAMETER, None)  # a word needs posts to become a number
        return None, params.for_chapter("data", chosen)
    values = params.for_chapter("data", own.settle(chosen, inputs).parameters)
    reading = read_posts(
        split_paths(inputs.posts),
        values["timezone"],
        embargo_days=values["embargo_days"],
        columns=inputs.columns,
    )
    return choose(reading, values["author"]).posts, values


def _tomorrow(zone: str) -> str:
    return (datetime.now(known_zone(zone)) + timedelta(days=1)).date().isoformat()


def _files(run: Run, made: Plan, promised: str) -> Iterator[tuple[str, str]]:
    """The plan last: where it stands, all that belongs to it stands."""
    yield "calendar.md", calendars.as_markdown(made, promised)
    yield "calendar.csv", calendars.as_csv(made)
    yield "calendar.ics", calendars.as_icalendar(made, plan_files.identity(made))
    yield run.plan.name, plan_files.as_json(made)


def _keep_earlier(run: Run) -> None:
    """Keep the plan that is to be replaced under another name: who plans anew forgets nothing."""
    if not run.plan.is_file():
        return
    content = run.plan.read_bytes()
    number = len(list(run.plans.glob("earlier-*.json"))) + 1
    with adding(run.plans, f"earlier-{number}.json") as temporary:
        temporary.write_bytes(content)


def _tell(run: Run, made: Plan, promised: str) -> None:
    print(
        f"A is “{made.what}”, B is “{made.against}”: {made.n_posts} posts in {made.n_pairs} pairs, "
        f"{made.start} to {made.end}, drawn from seed {made.seed}."
    )
    print(_plain(promised))
    print("\nFollow it by any of these:")
    for name in ("calendar.md", "calendar.csv", "calendar.ics"):
        print(f"  {_shown(run.plans / name)}")
    print(
        f"Each post has a hashtag there, such as #{made.tag(made.slots[0])}; a table of tags does "
        f"as well (virality judge --tags).\nAfter each import: virality judge --name {run.name}"
    )


def _plain(markdown: str) -> str:
    """A sentence as a terminal shows it."""
    return html.unescape(markdown.replace("**", ""))


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
