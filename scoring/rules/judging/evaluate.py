"""Evaluating the tree over one conversation. Each node is answered once a conversation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from operator import attrgetter
from typing import Any

from scoring.rules.judging import facts
from scoring.rules.judging.find_sound import SOUND_FINDERS, dead_air
from scoring.rules.judging.find_words import agent_numbers, alike, entities, patterns, phrase_names, phrases
from scoring.rules.judging.flow import run_flow
from scoring.rules.judging.order import in_order
from scoring.rules.judging.prepared import Match, Prepared
from scoring.rules.judging.program import Program, Sitting
from scoring.rules.judging.truth import Truth, at_least, conjunction, disjunction, negate, of_counts
from scoring.rules.judging.windows import WHOLE, Outcome, Stretch, stretches
from scoring.rules.language.nodes import (
    AgentNumber,
    All,
    AnyOf,
    CallData,
    Condition,
    Count,
    DeadAir,
    Duration,
    EndedBy,
    Entity,
    Except,
    Flow,
    Interruption,
    Manner,
    Not,
    OpenedBy,
    Pattern,
    Phrase,
    Sequence,
    Similar,
    Spoken,
    TalkShare,
    Turns,
)

_FINDERS: dict[type, Callable[..., Iterator[Match]]] = {
    Entity: entities,
    AgentNumber: agent_numbers,
    **SOUND_FINDERS,
}
_BY_START = attrgetter("start_s")
_WORDS = (Phrase, Pattern, Similar, Manner, Entity, AgentNumber)


class Evaluation:
    """Answers conditions about one conversation."""

    def __init__(self, program: Program, prepared: Prepared, sitting: Sitting) -> None:
        self.prepared = prepared
        self.program, self._sitting = program, sitting
        self._same, self._search = program.same, program.search
        self._by_blind: dict[float, dict[int, Outcome]] = {}
        self.suppose_blind(1.0)
        self._found: dict[int, tuple[Match, ...]] = {}

    def suppose_blind(self, blind_s: float) -> None:
        """Seconds unheard that may hide something, for the rule that is being answered."""
        self._blind_s = blind_s
        self._answers = self._by_blind.setdefault(blind_s, {})

    def ask(self, node: Condition) -> Outcome:
        """The truth of a node and its matches, in order of time."""
        same = self._same[id(node)]
        known = self._answers.get(id(same))
        if known is None:
            known = self._spoken(same) if isinstance(same, Spoken) else _HANDLERS[type(same)](self, same)
            self._answers[id(same)] = known
        return known

    def _matches(self, node: Spoken) -> tuple[Match, ...]:
        """What a node looks for, in the whole call and in order of time; searched once for all windows."""
        search = self._search[id(node)]
        known = self._found.get(id(search))
        if known is None:
            known = self._found[id(search)] = tuple(sorted(self._find(search), key=_BY_START))
        return known

    def _find(self, node: Spoken) -> Iterator[Match]:
        if isinstance(node, Pattern):
            return patterns(node, self.prepared, self.program)
        if isinstance(node, Phrase):
            return phrases(node, self.prepared, self.program)
        if isinstance(node, Similar | Manner):
            return alike(node, self.prepared, self.program, self._sitting)
        if isinstance(node, DeadAir):
            holds = self.ask(node.hold).matches if node.hold is not None else ()
            return dead_air(node, self.prepared, holds)
        return _FINDERS[type(node)](node, self.prepared)

    def _spoken(self, node: Spoken) -> Outcome:
        free = id(node) in self.program.free
        places = WHOLE if free else stretches(node.window, node.role, self.prepared, self.ask)
        if not places:
            return Outcome(Truth.NO)
        kept = self._matches(node)
        if kept and places is not WHOLE:
            kept = tuple(_inside(kept, places))
        certain = len([match for match in kept if match.certain])
        truth = of_counts(certain=certain, possible=len(kept), needed=node.count)
        if isinstance(node, Phrase) and node.distinct > 1 and truth is not Truth.NO:
            truth = truth if phrase_names(node, self.prepared) >= node.distinct else Truth.NO
        if truth is Truth.NO and self._hidden(node, places):
            truth = Truth.UNKNOWN
        return Outcome(truth, kept)

    def _hidden(self, node: Spoken, places: tuple[Stretch, ...]) -> bool:
        """Could what is missing have been there unheard?"""
        if isinstance(node, Interruption):
            return not self.prepared.roles_certain
        if isinstance(node, AgentNumber) and not self.prepared.conversation.call_data.get("agent_no"):
            return True
        blind = self.prepared.blind_for(node.role)
        return isinstance(node, _WORDS) and any(
            min(span.end_s, place.end_s) - max(span.start_s, place.start_s) >= self._blind_s
            for span in blind
            for place in places
        )

    def _all(self, node: All) -> Outcome:
        answers = [self.ask(part) for part in node.parts]
        truth = conjunction(a.truth for a in answers)
        return Outcome(truth, _merged(answers) if truth is not Truth.NO else ())

    def _any(self, node: AnyOf) -> Outcome:
        answers = [self.ask(part) for part in node.parts]
        truth = disjunction(a.truth for a in answers)
        return Outcome(truth, _merged(a for a in answers if a.truth is truth and truth is not Truth.NO))

    def _not(self, node: Not) -> Outcome:
        answer = self.ask(node.part)
        return Outcome(negate(answer.truth), answer.matches if answer.truth is Truth.UNKNOWN else ())

    def _count(self, node: Count) -> Outcome:
        answers = [self.ask(part) for part in node.parts]
        if len(answers) > 1:
            return Outcome(at_least(node.min, (a.truth for a in answers)), _merged(answers))
        matches = answers[0].matches
        certain = sum(m.certain for m in matches)
        possible = len(matches) if answers[0].truth is not Truth.UNKNOWN else max(len(matches), node.min)
        return Outcome(of_counts(certain=certain, possible=possible, needed=node.min), matches)

    def _sequence(self, node: Sequence) -> Outcome:
        answers = [self.ask(part) for part in node.parts]
        floor = conjunction(a.truth for a in answers)
        if floor is Truth.NO:
            return Outcome(Truth.NO)
        sure = in_order([[m for m in a.matches if m.certain] for a in answers], node.within_s)
        if sure is not None and floor is Truth.YES:
            return Outcome(Truth.YES, sure)
        loose = in_order([list(a.matches) for a in answers], node.within_s)
        unknown = loose is not None or floor is Truth.UNKNOWN
        return Outcome(Truth.UNKNOWN if unknown else Truth.NO, loose or ())

    def _except(self, node: Except) -> Outcome:
        found, excused = self.ask(node.part), self.ask(node.exception)
        left = tuple(m for m in found.matches if not _near(m, excused.matches, node.within_s))
        if left and found.truth is Truth.YES:
            blind = excused.truth is Truth.UNKNOWN
            return Outcome(Truth.UNKNOWN if blind else Truth.YES, left)
        doubtful = found.truth is Truth.UNKNOWN and (left or not found.matches)
        return Outcome(Truth.UNKNOWN if doubtful else Truth.NO, left)


def _inside(matches: Iterable[Match], places: tuple[Stretch, ...]) -> Iterator[Match]:
    for match in matches:
        holding = [place for place in places if place.holds(match.start_s)]
        if holding:
            sure = any(place.certain for place in holding)
            yield match if sure else match._replace(certain=False)


def _near(match: Match, others: Iterable[Match], within_s: float) -> bool:
    return any(
        other.start_s - within_s <= match.end_s and match.start_s <= other.end_s + within_s
        for other in others
    )


def _merged(answers: Iterable[Outcome]) -> tuple[Match, ...]:
    unique = dict.fromkeys(chain.from_iterable(answer.matches for answer in answers))
    return tuple(sorted(unique, key=lambda match: (match.start_s, match.end_s)))


def _flow(evaluation: Evaluation, node: Flow) -> Outcome:
    return run_flow(node, evaluation.ask).outcome


def _of_call(answer: Callable[[Any, Prepared], Outcome]) -> Callable[[Evaluation, Any], Outcome]:
    return lambda evaluation, node: answer(node, evaluation.prepared)


_HANDLERS: dict[type, Callable[[Evaluation, Any], Outcome]] = {
    All: Evaluation._all,
    AnyOf: Evaluation._any,
    Not: Evaluation._not,
    Count: Evaluation._count,
    Sequence: Evaluation._sequence,
    Except: Evaluation._except,
    Flow: _flow,
    Duration: _of_call(facts.duration),
    TalkShare: _of_call(facts.talk_share),
    Turns: _of_call(facts.turns),
    OpenedBy: _of_call(facts.opened_by),
    EndedBy: _of_call(facts.ended_by),
    CallData: _of_call(facts.call_data),
}
