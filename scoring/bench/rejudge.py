"""How long it takes to judge stored conversations again: written conversations, as many as asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from scoring.rules import Program, Rule, dump, judge_many, load_rules, seeded, seeded_fixtures
from scoring.types import Conversation


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds needed. Compiling the rules is counted apart: it happens once a rule set."""

    conversations: int
    rules: int
    compile_s: float
    judge_s: float
    cpu_s: float
    """Processor seconds of judging: what it would take on an idle machine with one core."""

    def as_json(self) -> dict[str, float | int]:
        """Flat figures, with milliseconds a conversation."""
        return {
            "conversations": self.conversations,
            "rules": self.rules,
            "compile_s": self.compile_s,
            "judge_s": self.judge_s,
            "cpu_s": self.cpu_s,
            "ms_each": 1000 * self.judge_s / max(1, self.conversations),
        }


def run(
    *,
    conversations: int = 10_000,
    rules: int = 60,
    clock: Callable[[], float] = time.perf_counter,
    progress: Callable[[int], None] | None = None,
) -> Pace:
    """Judge varied copies of the fixtures' conversations with the seeded rules and copies of them.

    The copies are written out and read back, so nothing is shared but what is equal. Every conversation
    says something no other does, so no answer can be remembered from the one before.
    """
    begun = clock()
    program = Program(many_rules(rules))
    compiled = clock()
    calls = many_conversations(conversations)
    started, cpu = clock(), time.process_time()
    for _ in judge_many(program, calls, progress=progress):
        pass
    return Pace(
        conversations, len(program.rules), compiled - begun, clock() - started, time.process_time() - cpu
    )


def many_rules(count: int) -> tuple[Rule, ...]:
    """The seeded rules, and copies under other keys until there are enough."""
    known = seeded()
    copies = (replace(rule, key=f"{rule.key}_{number}") for number, rule in enumerate(cycle(known), start=1))
    return load_rules(dump((*known, *islice(copies, max(0, count - len(known))))[:count]))


def many_conversations(count: int) -> Sequence[Conversation]:
    """The fixtures' conversations over and over, each with a number spoken in every utterance."""
    known = [fixture.conversation for fixture in seeded_fixtures()]
    return [_numbered(known[n % len(known)], n) for n in range(count)]


def _numbered(call: Conversation, number: int) -> Conversation:
    spoken = tuple(
        replace(u, text=f"{u.text}第{number}号", heard=f"{u.heard}第{number}号") for u in call.utterances
    )
    transcript = replace(call.transcript, utterances=spoken)
    return replace(call, recording_id=f"{call.recording_id}-{number}", transcript=transcript)
