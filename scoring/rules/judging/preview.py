"""Trying a condition before it is published: what would be found, and what nearly would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scoring.rules.judging.evaluate import Evaluation
from scoring.rules.judging.flow import FlowTrace, run_flow
from scoring.rules.judging.judge import judge_many
from scoring.rules.judging.prepared import Prepared
from scoring.rules.judging.program import Program
from scoring.rules.language.model import Rule
from scoring.rules.language.nodes import Flow, Manner, Similar
from scoring.types import Conversation


@dataclass(frozen=True, slots=True)
class Nearby:
    """A clause near the examples of a condition."""

    recording_id: str
    utterance: int
    clause: str
    example: str
    """The example it is most like."""
    score: float
    counts: bool
    """True where it reaches the condition's threshold."""


def nearest(
    condition: Similar | Manner, conversations: Sequence[Conversation], *, limit: int = 20
) -> tuple[Nearby, ...]:
    """The clauses most like a condition's examples, best first, one an utterance.

    Shows where to set the threshold: what lies just above it and just below.
    """
    program = Program((Rule("preview", "preview", met_when=condition),))
    search = program.search[id(condition)]
    assert isinstance(search, Similar | Manner)
    prepared = [Prepared(conversation) for conversation in conversations]
    table = program.sitting(prepared).table(search)
    if table is None:
        return ()
    found: list[Nearby] = []
    for call in prepared:
        for utterance in call.utterances:
            pieces = table.cut.pieces[utterance.text or utterance.heard]
            if not pieces or not call.counts_for(utterance, condition.role):
                continue
            best = max(pieces, key=table.score)
            like, name = table.likeness(best), call.conversation.recording_id
            counts = like.score >= condition.threshold
            found.append(Nearby(name, utterance.index, best, like.example, like.score, counts))
    return tuple(sorted(found, key=lambda item: -item.score)[:limit])


def trace_flow(flow: Flow, conversation: Conversation) -> FlowTrace:
    """Which steps of a procedure were done, in which order, and which was missed."""
    program = Program((Rule("preview", "preview", met_when=flow),))
    prepared = Prepared(conversation)
    evaluation = Evaluation(program, prepared, program.sitting((prepared,)))
    return run_flow(flow, evaluation.ask)


@dataclass(frozen=True, slots=True)
class Change:
    """A conversation whose verdict a draft rule would change."""

    recording_id: str
    before: str
    after: str


def changes(published: Rule, draft: Rule, conversations: Iterable[Conversation]) -> tuple[Change, ...]:
    """Where a draft answers otherwise than the published version."""
    calls = tuple(conversations)
    old, new = judge_many((published,), calls), judge_many((draft,), calls)
    return tuple(
        Change(call.recording_id, a[published.key].verdict, b[draft.key].verdict)
        for call, a, b in zip(calls, old, new, strict=True)
        if a[published.key].verdict is not b[draft.key].verdict
    )
