"""The pace bench measures what it says: so many conversations, so many rules, all different."""

from __future__ import annotations

from scoring.bench.rejudge import many_conversations, many_rules, run


def test_as_many_rules_and_conversations_as_asked_and_no_two_the_same() -> None:
    assert len({rule.key for rule in many_rules(60)}) == 60
    assert len(many_rules(5)) == 5
    made = many_conversations(100)
    assert len({call.utterances[0].text for call in made}) == 100


def test_the_pace_counts_what_was_judged() -> None:
    done: list[int] = []
    pace = run(conversations=30, rules=35, progress=done.append)
    assert (pace.conversations, pace.rules) == (30, 35)
    assert done == [30]
    assert pace.as_json()["judge_s"] == pace.judge_s > 0
