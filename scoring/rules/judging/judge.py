"""From rules and conversations to findings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from recorder.message import Message
from recorder.types import Role
from scoring.rules.judging.distinct import distinct
from scoring.rules.judging.evaluate import Evaluation
from scoring.rules.judging.prepared import Prepared
from scoring.rules.judging.program import Program
from scoring.rules.judging.truth import Truth, negate
from scoring.rules.judging.windows import Outcome
from scoring.rules.language.model import Rule
from scoring.rules.language.nodes import Spoken
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
        return _told(rule, Verdict.CANNOT_TELL, (_whole(prepared, Message("没有可用的转写")),))
    if rule.applies_when is not None:
        applies = evaluation.ask(rule.applies_when)
        if applies.truth is Truth.NO:
            return _told(rule, Verdict.NOT_APPLICABLE, (_whole(prepared, Message("全程未出现适用情形")),))
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
        return _unheard(prepared, asked) or (_whole(prepared, Message("说话人未能分清")),)
    return (_absence(prepared, asked, rule),)


def _unheard(prepared: Prepared, asked: Sequence[Spoken]) -> tuple[Evidence, ...]:
    spans = {span for who in {part.role for part in asked} for span in prepared.blind_for(who)}
    ordered = sorted(spans, key=lambda span: span.start_s)
    told = Message("此处未听清")
    return tuple(Evidence(s.start_s, s.end_s, Role.UNKNOWN, told, "unheard") for s in ordered)


def _absence(prepared: Prepared, asked: Sequence[Spoken], rule: Rule) -> Evidence:
    window = asked[0].window if asked else None
    start, end, told = prepared.start_s, prepared.end_s, _NOWHERE[rule.demands]
    seconds: dict[str, str] = {}
    if window is not None and window.first_s is not None:
        end, told = min(end, start + window.first_s), _NOT_FIRST[rule.demands]
        seconds = {"seconds": f"{window.first_s:g}"}
    elif window is not None and window.last_s is not None:
        start, told = max(start, end - window.last_s), _NOT_LAST[rule.demands]
        seconds = {"seconds": f"{window.last_s:g}"}
    who = asked[0].role.role if asked else Role.UNKNOWN
    return Evidence(start, end, who, Message(told.text, title=rule.title, **seconds), "absence")


_NOWHERE = {True: Message("全程未发现：%(title)s"), False: Message("全程未发现问题：%(title)s")}
_NOT_FIRST = {
    True: Message("前 %(seconds)s 秒未发现：%(title)s"),
    False: Message("前 %(seconds)s 秒未发现问题：%(title)s"),
}
_NOT_LAST = {
    True: Message("最后 %(seconds)s 秒未发现：%(title)s"),
    False: Message("最后 %(seconds)s 秒未发现问题：%(title)s"),
}
"""Where nothing was found: of what must be there, and of what must not."""


def _whole(prepared: Prepared, text: Message) -> Evidence:
    return Evidence(prepared.start_s, prepared.end_s, Role.UNKNOWN, text, "absence")


def _clock(seconds: float) -> str:
    """A place in a call as pages write it: `0:08`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


_USUAL = {
    "符合：{title}": Message("符合：%(title)s"),
    "不符合：{title}": Message("不符合：%(title)s"),
    "本通电话不适用：{title}": Message("本通电话不适用：%(title)s"),
    "无法判断：相关时段没有听清": Message("无法判断：相关时段没有听清"),
}
"""What rules say that bring no sentence of their own (`Explanations`)."""


def _told(rule: Rule, verdict: Verdict, evidence: tuple[Evidence, ...]) -> Finding:
    first = evidence[0]
    text: str = rule.explain.of(verdict)
    if (usual := _USUAL.get(text)) is not None:
        text = Message(usual.text, title=rule.title)
    elif "{" in text:
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
