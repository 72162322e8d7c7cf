"""Procedures: which steps were done, in which order, which was missed."""

from __future__ import annotations

from dataclasses import dataclass

from scoring.rules.judging.prepared import Match
from scoring.rules.judging.truth import Truth, conjunction
from scoring.rules.judging.windows import Ask, Outcome
from scoring.rules.language.nodes import Flow, Step


@dataclass(frozen=True, slots=True)
class StepTrace:
    """What became of one step. `belongs` is false on a branch that was not taken."""

    key: str
    title: str
    done: Truth
    belongs: Truth
    optional: bool
    at: Match | None


@dataclass(frozen=True, slots=True)
class FlowTrace:
    """A procedure as it went."""

    steps: tuple[StepTrace, ...]
    outcome: Outcome

    @property
    def missed(self) -> tuple[str, ...]:
        """Keys of required steps that were surely not done."""
        return tuple(
            s.key for s in self.steps if s.belongs is Truth.YES and s.done is Truth.NO and not s.optional
        )

    @property
    def order(self) -> tuple[str, ...]:
        """Keys of done steps in the order of time."""
        done = [(s.at.start_s, place, s.key) for place, s in enumerate(self.steps) if s.at is not None]
        return tuple(key for _, _, key in sorted(done))

    @property
    def out_of_order(self) -> tuple[str, ...]:
        """Keys of required steps that were done before a required step written above them."""
        late: list[str] = []
        reached = -1.0
        for step in self.steps:
            if step.at is None or step.optional:
                continue
            if step.at.start_s < reached:
                late.append(step.key)
            reached = max(reached, step.at.start_s)
        return tuple(late)


def run_flow(flow: Flow, ask: Ask) -> FlowTrace:
    """Follow a procedure through a conversation."""
    steps: list[StepTrace] = []
    reached = -1.0
    for step in flow.steps:
        traced = _trace(step, ask, reached if flow.ordered else -1.0)
        steps.append(traced)
        if traced.at is not None and not step.optional:
            reached = max(reached, traced.at.start_s)
    trace = FlowTrace(tuple(steps), Outcome(Truth.NO))
    truth = conjunction(_fulfilled(step) for step in steps)
    if flow.ordered and trace.out_of_order:
        truth = Truth.NO
    matches = tuple(sorted((s.at for s in steps if s.at is not None), key=lambda m: m.start_s))
    return FlowTrace(tuple(steps), Outcome(truth, matches))


def _trace(step: Step, ask: Ask, reached: float) -> StepTrace:
    belongs = ask(step.when).truth if step.when is not None else Truth.YES
    if belongs is Truth.NO:
        return StepTrace(step.key, step.title, Truth.NO, belongs, step.optional, None)
    outcome = ask(step.done_when)
    at = None
    if outcome.truth is Truth.YES and outcome.matches:
        later = [m for m in outcome.matches if m.start_s >= reached]
        at = later[0] if later else outcome.matches[0]
    return StepTrace(step.key, step.title, outcome.truth, belongs, step.optional, at)


def _fulfilled(step: StepTrace) -> Truth:
    if step.optional or step.belongs is Truth.NO:
        return Truth.YES
    if step.belongs is Truth.UNKNOWN and step.done is Truth.NO:
        return Truth.UNKNOWN
    return step.done
