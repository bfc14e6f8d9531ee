"""What the facts of an opening are called, and how they are measured and kept."""

from virality.media.hook import facts


def test_every_fact_says_what_it_is():
    assert len(set(facts.NAMES)) == len(facts.FACTS) == 23
    for fact in facts.FACTS:
        assert fact.kind in facts.UNITS and fact.group in facts.GROUPS
        assert bool(fact.unit) == (fact.kind not in ("flag", "count"))
        assert fact.definition and fact.words and fact.definition != fact.words
    assert sum(len(facts.of_group(group)) for group in facts.GROUPS) == len(facts.FROM_FILM)
