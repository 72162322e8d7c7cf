"""From rules and conversations to findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from recorder.types import Role
from scoring.rules.distinct import distinct
from scoring.rules.evaluate import Evaluation
from scoring.rules.model import Rule
from scoring.rules.nodes import Spoken
from scoring.rules.prepared import Prepared
from scoring.rules.program import Program
from scoring.rules.truth import Truth, negate
from scoring.rules.windows import Outcome
from scoring.types import Conversation, Evidence, Finding, Verdict

BATCH = 200
"""Conversations whose clauses are placed in the vector space together."""


_BARE_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
"""The comma of an engine between Chinese words; in figures it stays."""


@lru_cache(maxsize=8)
def _program(rules: tuple[Rule, ...]) -> Program:
    return Program(rules)


def compiled(rules: Sequence[Rule]) -> Program:
    """A rule set made ready to run; kept, so asking again is cheap."""
    return _program(tuple(rules))


def judge(rules: Sequence[Rule] | Program, conversation: Conversation) -> dict[str, Finding]:
    """Findings of all rules about one conversation, by rule key."""
    return next(judge_many(rules, (conversation,)))


def judge_many(
    rules: Sequence[Rule] | Program,
    conversations: Iterable[Conversation],
    *,
    progress: Callable[[int], None] | None = None,
) -> Iterator[dict[str, Finding]]:
    """Findings of all rules about each conversation, in order; reads the conversations as it goes.

    `progress` is called with the number done after every batch.
    """
    program = rules if isinstance(rules, Program) else compiled(rules)
    source, done = iter(conversations), 0
    while batch := [Prepared(item) for item in islice(source, BATCH)]:
        sitting = program.sitting(batch)
        for prepared in batch:
            yield _findings(program, Evaluation(program, prepared, sitting))
        done += len(batch)
        if progress is not None:
            progress(done)


def _findings(program: Program, evaluation: Evaluation) -> dict[str, Finding]:
    return {rule.key: _finding(rule, evaluation) for rule in program.rules}


def _finding(rule: Rule, evaluation: Evaluation) -> Finding:
    prepared = evaluation.prepared
    evaluation.suppose_blind(rule.blind_s)
    if not prepared.utterances:
        return _told(rule, Verdict.CANNOT_TELL, (_whole(prepared, "没有可用的转写"),))
    if rule.applies_when is not None:
        applies = evaluation.ask(rule.applies_when)
        if applies.truth is Truth.NO:
            return _told(rule, Verdict.NOT_APPLICABLE, (_whole(prepared, "全程未出现适用情形"),))
        if applies.truth is Truth.UNKNOWN:
            asked = evaluation.program.spoken_in(rule.applies_when)
            return _told(rule, Verdict.CANNOT_TELL, _evidence(applies, prepared, asked, rule))
    outcome = evaluation.ask(rule.condition)
    verdict = _VERDICTS[outcome.truth if rule.demands else negate(outcome.truth)]
    asked = evaluation.program.spoken_in(rule.condition)
    return _told(rule, verdict, _evidence(outcome, prepared, asked, rule))


_VERDICTS = {Truth.YES: Verdict.MET, Truth.NO: Verdict.NOT_MET, Truth.UNKNOWN: Verdict.CANNOT_TELL}


def _evidence(
    outcome: Outcome, prepared: Prepared, asked: Sequence[Spoken], rule: Rule
) -> tuple[Evidence, ...]:
    if outcome.matches and outcome.truth is not Truth.NO:
        found = distinct(outcome.matches)
        return tuple(Evidence(m.start_s, m.end_s, m.role, m.text, m.source) for m in found)
    if outcome.truth is Truth.UNKNOWN:
        return _unheard(prepared, asked) or (_whole(prepared, "说话人未能分清"),)
    return (_absence(prepared, asked, rule),)


def _unheard(prepared: Prepared, asked: Sequence[Spoken]) -> tuple[Evidence, ...]:
    spans = {span for who in {part.role for part in asked} for span in prepared.blind_for(who)}
    ordered = sorted(spans, key=lambda span: span.start_s)
    return tuple(Evidence(s.start_s, s.end_s, Role.UNKNOWN, "此处未听清", "unheard") for s in ordered)


def _absence(prepared: Prepared, asked: Sequence[Spoken], rule: Rule) -> Evidence:
    window = asked[0].window if asked else None
    start, end, where = prepared.start_s, prepared.end_s, "全程"
    if window is not None and window.first_s is not None:
        end, where = min(end, start + window.first_s), f"前 {window.first_s:g} 秒"
    elif window is not None and window.last_s is not None:
        start, where = max(start, end - window.last_s), f"最后 {window.last_s:g} 秒"
    who = asked[0].role.role if asked else Role.UNKNOWN
    what = "未发现" if rule.demands else "未发现问题"
    return Evidence(start, end, who, f"{where}{what}：{rule.title}", "absence")


def _whole(prepared: Prepared, text: str) -> Evidence:
    return Evidence(prepared.start_s, prepared.end_s, Role.UNKNOWN, text, "absence")


def _clock(seconds: float) -> str:
    """A place in a call as pages write it: `0:08`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _told(rule: Rule, verdict: Verdict, evidence: tuple[Evidence, ...]) -> Finding:
    first = evidence[0]
    text = rule.explain.of(verdict)
    if "{" in text:
        at = _clock(first.start_s)
        told = (
            ("n", str(len(evidence))),
            ("quote", _BARE_COMMA.sub("，", first.text)),
            ("at", at),
            ("title", rule.title),
        )
        for name, value in told:
            text = text.replace("{" + name + "}", value)
    return Finding(rule.key, rule.version, verdict, evidence, text)
