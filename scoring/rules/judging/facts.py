"""Conditions over the call as a whole: length, shares, turns, who opened and ended, call data."""

from __future__ import annotations

from collections.abc import Callable

from recorder.message import Message
from recorder.types import Role
from scoring.rules.judging.prepared import Match, Prepared
from scoring.rules.judging.truth import Truth
from scoring.rules.judging.windows import Outcome
from scoring.rules.language.nodes import (
    CallData,
    Comparison,
    Duration,
    EndedBy,
    OpenedBy,
    TalkShare,
    Turns,
    Who,
)


def _fact(prepared: Prepared, text: str, source: str, role: Role = Role.UNKNOWN) -> tuple[Match, ...]:
    return (Match(prepared.start_s, prepared.end_s, role, text, source),)


def _between(value: float, low: float | None, high: float | None) -> Truth:
    inside = (low is None or value >= low) and (high is None or value <= high)
    return Truth.YES if inside else Truth.NO


def duration(node: Duration, prepared: Prepared) -> Outcome:
    """Compare the call's length."""
    value = prepared.conversation.transcript.duration_s
    text = Message("通话 %(seconds)s 秒", seconds=f"{value:.0f}")
    return Outcome(_between(value, node.min_s, node.max_s), _fact(prepared, text, "duration"))


def talk_share(node: TalkShare, prepared: Prepared) -> Outcome:
    """Compare the speaker's share of voiced time; unknown where speakers were not told apart."""
    value = prepared.conversation.acoustics.talk_share.get(node.role.role)
    if value is None or not prepared.roles_certain:
        return Outcome(Truth.UNKNOWN)
    text = Message("说话占比 %(share)s", share=f"{value:.0%}")
    return Outcome(
        _between(value, node.min, node.max), _fact(prepared, text, "acoustics:talk_share", node.role.role)
    )


def turns(node: Turns, prepared: Prepared) -> Outcome:
    """Compare the number of utterances; unknown for one speaker where they were not told apart."""
    if node.role is not Who.ANYONE and not prepared.roles_certain:
        return Outcome(Truth.UNKNOWN)
    value = len(prepared.own(node.role))
    text = Message("%(number)s 句", number=value)
    return Outcome(_between(value, node.min, node.max), _fact(prepared, text, "turns", node.role.role))


def opened_by(node: OpenedBy, prepared: Prepared) -> Outcome:
    """Who spoke first."""
    return _edge(node.role, prepared, 0)


def ended_by(node: EndedBy, prepared: Prepared) -> Outcome:
    """Who hung up: the call datum `hung_up_by` where given, else who spoke last."""
    given = prepared.conversation.call_data.get("hung_up_by", "").strip()
    if given in (Role.AGENT.value, Role.CUSTOMER.value):
        truth = Truth.YES if given == node.role.value else Truth.NO
        end = prepared.end_s
        text = Message("挂机方：%(who)s", who=given)
        return Outcome(truth, (Match(end, end, Role(given), text, "call_data:hung_up_by"),))
    return _edge(node.role, prepared, -1)


def _edge(who: Who, prepared: Prepared, place: int) -> Outcome:
    if not prepared.utterances:
        return Outcome(Truth.UNKNOWN)
    u = prepared.utterances[place]
    if not prepared.roles_certain:
        return Outcome(Truth.UNKNOWN)
    truth = Truth.YES if who is Who.ANYONE or u.role is who.role else Truth.NO
    return Outcome(truth, (Match(u.start_s, u.end_s, u.role, u.text or u.heard, "edge", u.index),))


def call_data(node: CallData, prepared: Prepared) -> Outcome:
    """Compare a call datum; where it is missing, unknown or no as the node says."""
    value = prepared.conversation.call_data.get(node.key)
    if value is None:
        return Outcome(Truth.NO if node.missing_is_no else Truth.UNKNOWN)
    truth = Truth.YES if compare(value, node.op, node.values) else Truth.NO
    return Outcome(truth, _fact(prepared, f"{node.key}={value}", f"call_data:{node.key}"))


def compare(value: str, op: Comparison, wanted: tuple[str, ...]) -> bool:
    """Compare a datum as text, or as numbers for the orderings where both sides are numbers."""
    first = wanted[0] if wanted else ""
    answers: dict[Comparison, Callable[[], bool]] = {
        Comparison.IS: lambda: value == first,
        Comparison.IS_NOT: lambda: value != first,
        Comparison.ONE_OF: lambda: value in wanted,
        Comparison.CONTAINS: lambda: any(part in value for part in wanted),
        Comparison.AT_LEAST: lambda: _order(value, first) >= 0,
        Comparison.AT_MOST: lambda: _order(value, first) <= 0,
    }
    return answers[op]()


def _order(left: str, right: str) -> int:
    try:
        a, b = float(left), float(right)
    except ValueError:
        return (left > right) - (left < right)
    return (a > b) - (a < b)
