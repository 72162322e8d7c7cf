"""Fixtures live with their rule: conversations and the verdict that each must give before publishing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import yaml

from qm.core.errors import Conflict, InvalidInput
from qm.hearing.writes.scan import matcher
from qm.phrases.reads import library as phrase_reads
from qm.rules.reads import versions as rule_reads
from qm.rules.writes.judging import within
from recorder.message import Message
from scoring.rules import (
    Fixture,
    Program,
    Rule,
    ScriptInvalid,
    conversation_from_script,
    judge,
    load_fixtures,
)
from scoring.types import Conversation, Finding, Verdict


class FixturesUnusable(InvalidInput):
    """The text is not a list of fixtures."""

    message = "用例写法有误：%(detail)s。文字已保留，请改好再保存。"


class ScriptUnusable(InvalidInput):
    """A pasted conversation cannot be read."""

    message = "对话第 %(line)d 行有误：%(detail)s。"


class FixturesFail(Conflict):
    """The rule answers a fixture otherwise than it must. `failed` names each."""

    message = "有 %(count)d 个用例没有通过，不能发布：%(names)s。请修改规则或用例。"

    def __init__(self, failed: tuple[Outcome, ...]) -> None:
        super().__init__(None, count=len(failed), names="、".join(item.name for item in failed))
        self.failed = failed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fixture expects and what the rule says."""

    name: str
    expected: Verdict
    found: Finding

    @property
    def passed(self) -> bool:
        """True where both agree."""
        return self.found.verdict is self.expected


def read_fixtures(text: str, key: str) -> tuple[Fixture, ...]:
    """Fixtures of a YAML text, each about the rule `key`. Raises `FixturesUnusable`."""
    try:
        found = load_fixtures(text)
    except ScriptInvalid as error:
        told = Message("对话第 %(line)s 行：%(detail)s", line=error.line, detail=error.detail)
        raise FixturesUnusable(detail=told) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        told = Message("第 %(line)s 行不是有效的 YAML，请检查缩进", line=line)
        raise FixturesUnusable(detail=told) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise FixturesUnusable(detail=Message("每个用例要有 name、script 和 expect")) from error
    except ValueError as error:
        allowed = "、".join(Verdict)
        told = Message("expect 里的结论只能是 %(known)s", known=allowed)
        raise FixturesUnusable(detail=told) from error
    for fixture in found:
        if set(fixture.expected) != {key}:
            told = Message("用例“%(name)s”的 expect 应只写 %(key)s", name=fixture.name, key=key)
            raise FixturesUnusable(detail=told)
    return found


def run_fixtures(rule: Rule, text: str) -> tuple[Outcome, ...]:
    """Every fixture judged by the rule, within the set that publishing it would make."""
    found = read_fixtures(text, rule.key)
    if not found:
        return ()
    program, branch_id = program_with(rule), rule_reads.home_of(rule.key)
    return tuple(
        Outcome(
            item.name,
            item.expected[rule.key],
            judge(program, scanned(item.conversation, branch_id))[rule.key],
        )
        for item in found
    )


def check_fixtures(rule: Rule, text: str) -> None:
    """Raises `FixturesFail` where a fixture gives another verdict than it must, and `FixturesUnusable`."""
    failed = tuple(item for item in run_fixtures(rule, text) if not item.passed)
    if failed:
        raise FixturesFail(failed)


def program_with(rule: Rule) -> Program:
    """The rule ready to judge, within the set in force."""
    return within(tuple(rule_reads.rule_of(row) for row in rule_reads.in_force_beside(rule.key)), (rule,))


def read_script(text: str, *, agent_no: str = "", branch_id: int | None = None) -> Conversation:
    """A pasted conversation, scanned as a call of this branch would be. Raises `ScriptUnusable`."""
    try:
        call_data = {"agent_no": agent_no} if agent_no else {}
        return scanned(conversation_from_script(text, call_data=call_data), branch_id)
    except ScriptInvalid as error:
        raise ScriptUnusable(line=error.line, detail=error.detail) from error


def scanned(call: Conversation, branch_id: int | None = None) -> Conversation:
    """The conversation with the hits that the phrase library in force finds in a branch's calls."""
    library = phrase_reads.published()
    if library is None or library.id is None or not call.utterances:
        return call
    number = call.call_data.get("agent_no") or None
    return replace(call, hits=tuple(matcher(library.id, branch_id).scan(call.transcript, agent_no=number)))
