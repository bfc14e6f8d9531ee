"""Everything that the data chapter can say about the record."""

from dataclasses import replace

from gallery.data import RECORD, SPREAD, TOP
from virality.core.protocol import Extent
from virality.core.text import DataText
from virality.evaluation.own_embargo import OwnEmbargo
from virality.findings.record import (
    Advice,
    Band,
    Embargo,
    Knowable,
    Outcomes,
    Repairs,
    Settling,
    Times,
    Trust,
    Zone,
)
from virality.posts.describe import Pace
from virality.posts.settling import Settled
from virality.sentences import data
from virality.sentences import record as say

VIEWS = data.views(SPREAD, TOP)
TIMES = Times(
    zone=DataText("UTC"),
    zone_found=DataText(""),
    verdict=Zone.SILENT,
    n_posts=139,
    n_day_only=0,
    n_read_twice=0,
    n_young=0,
    read_on="",
    embargo_days=7,
)
SETTLING = Settling(
    verdict=Embargo.SUPPORTED,
    embargo_days=7,
    n_readings=58,
    near=Settled(n=15, share=0.97, low=0.95, high=0.98),
)
REPAIRS = Repairs(
    number={"row dropped": 2, "set missing": 1, "repaired": 3, "note": 8},
    n_again=1,
    n_dropped=1,
    n_touched=4,
    n_posts=139,
    n_lost=1,
    n_changed=4,
    trust=Trust.MENDED,
)
CLEAN = replace(
    REPAIRS, number=dict.fromkeys(REPAIRS.number, 0), n_again=0, n_dropped=0, n_touched=0,
    n_lost=0, n_changed=0, trust=Trust.WHOLE,
)  # fmt: skip
KNOWABLE = Knowable(40, (("at posting", 24), ("before posting", 16)), n_late=0, empty=())


def examples():
    yield from records()
    yield from times()
    yield from settlings()
    yield from repairs()
    yield from holdings()
    yield from answers()


def records():
    tiktok, youtube = (DataText("TikTok"), 100), (DataText("You<i>Tube"), 39)
    cases = {
        "one account": RECORD,
        "a single post": replace(RECORD, n_posts=1, pace=None, extent=Extent.TOO_FEW),
        "away for two years": replace(RECORD, pace=Pace(2.52, 2.0, 718, 1)),
        "some posts, one of them a photo": replace(
            RECORD, n_posts=60, n_photos=1, extent=Extent.INDICATIVE
        ),
        "several accounts, with photos": replace(RECORD, n_creators=3, n_photos=12),
        "another platform": replace(RECORD, platforms=(youtube,)),
        "several platforms": replace(RECORD, platforms=(tiktok, youtube)),
        "a column that is not used": replace(RECORD, unused=(DataText("mood"),)),
        "columns that are not used or only checked": replace(
            RECORD,
            unused=(DataText("mood"), DataText("<b>")),
            checked=(DataText("search"),),
        ),
    }
    for heading, case in cases.items():
        yield f"record: {heading}", say.record(case, Outcomes(("likes", "saves"), ()))
    names = ("likes", "comments", "shares")
    yield "record: no outcome but views", say.record(RECORD, Outcomes((), names))
    yield "record: some outcomes", say.record(RECORD, Outcomes(names[:1], names[1:]))


def times():
    found = replace(TIMES, zone_found=DataText("America/Denver"))
    cases = {
        "nothing is known": TIMES,
        "the ids agree": replace(TIMES, verdict=Zone.CONFIRMED),
        "the creator's zone": replace(found, verdict=Zone.CREATORS),
        "a machine's zone": replace(found, verdict=Zone.MACHINES),
        "only days": replace(TIMES, n_day_only=139, read_on="2025-01-01"),
        "some only days, some read twice, some young": replace(
            TIMES, n_day_only=2, n_read_twice=1, n_young=3, read_on="2025-01-01"
        ),
    }
    for heading, case in cases.items():
        yield f"when: {heading}", say.when(case)
        yield f"doubt: {heading}", say.doubt(case)


def settlings():
    few = replace(SETTLING, verdict=Embargo.TOO_FEW, near=replace(SETTLING.near, n=2))
    own = OwnEmbargo(days=7.0, n_posts=46, before_tests=False)
    short = replace(SETTLING, verdict=Embargo.SHORT, near=Settled(15, 0.35, 0.28, 0.42))
    cases = {
        "no post was read twice": replace(SETTLING, verdict=Embargo.READ_ONCE),
        "read twice, too close": replace(SETTLING, verdict=Embargo.READ_CLOSELY),
        "too few": few,
        "none, but of older posts": replace(
            few, near=replace(few.near, n=0), older=Band(14, 30, 0.95, 9)
        ),
        "supported": SETTLING,
        "too short": short,
        "too short, and what would do": replace(
            short, advice=Advice.LONGER, own=replace(own, days=30.0)
        ),
        "supported, and a shorter one would do": replace(
            SETTLING, advice=Advice.SHORTER, own=replace(own, days=2.0, before_tests=True)
        ),
        "the account's own": replace(SETTLING, advice=Advice.OWN, own=own),
        "its own says otherwise than the readings near it": replace(SETTLING, own=own),
    }
    for heading, case in cases.items():
        yield f"settling_reading: {heading}", say.settling_reading(case)
    yield "settling_alt", say.settling_alt(SETTLING)
    none = replace(few, near=replace(few.near, n=0))
    yield "settling_alt: none about as old", say.settling_alt(none)


def repairs():
    yield "repairs_intro", say.repairs_intro(REPAIRS)
    yield "repairs_intro: many", say.repairs_intro(replace(REPAIRS, n_again=2))
    yield "repairs_intro: rows alone", say.repairs_intro(replace(CLEAN, n_dropped=2))
    yield "repairs_intro: nothing", say.repairs_intro(CLEAN)
    yield "repairs_caption", say.REPAIRS_CAPTION


def holdings():
    yield "features_caption", say.features_caption(KNOWABLE)
    late = replace(KNOWABLE, n_late=3, empty=("is paid",))
    yield "features_caption: late, and one empty", say.features_caption(late)
    many = replace(KNOWABLE, empty=tuple(f"feature {letter}" for letter in "abcdefghij"))
    yield "features_caption: many empty", say.features_caption(many)


def answers():
    for trust in Trust:
        yield (
            f"answer: {trust.name.lower()}",
            say.answer(RECORD, replace(REPAIRS, trust=trust), VIEWS),
        )
    few = replace(RECORD, n_posts=60, n_creators=2, extent=Extent.INDICATIVE)
    yield "answer: few posts of two accounts", say.answer(few, CLEAN, VIEWS)
    one = replace(RECORD, n_posts=1, extent=Extent.TOO_FEW)
    yield "answer: a single post", say.answer(one, replace(CLEAN, n_lost=1), "It has 12 views.")
