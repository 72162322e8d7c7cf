"""The automatic evaluation beside the human one: answer by answer, and agreement per criterion."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.visibility import by_a_machine, recording_for, released_by_a_person, visible_to
from qm.models import Agent, Evaluation, EvaluationKind, Recording
from qm.reviewing.reads.answers import answers_by_evaluation, answers_of
from qm.reviewing.reads.evaluations import rubric_of
from scoring.agreement import Agreement, cohen_kappa
from scoring.averages import Proportion, wilson
from scoring.suggest import category, same_answer
from scoring.types import Answer, Criterion, Evidence, Rubric

CALLS_MOST = 2000
"""Newest pairs that are compared."""
RESAMPLES = 500


class Outcome(StrEnum):
    """A machine's answer beside a person's."""

    SAME = "same"
    DIFFERENT = "different"
    UNTOLD = "untold"
    """The machine could not tell, or no rule is bound."""
    OPEN = "open"
    """Nobody answered."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One criterion answered twice; None where nobody, or no rule, answered."""

    criterion: Criterion
    human: Answer | None
    machine: Answer | None
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    """Of the machine's answer."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both evaluations of one call."""

    recording: Recording
    human_total: Decimal | None
    machine_total: Decimal | None
    pairs: tuple[Pair, ...]

    def count(self, outcome: str) -> int:
        """How many criteria came out so."""
        return sum(pair.outcome == outcome for pair in self.pairs)


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """How a machine's answers to one criterion agree with people's."""

    criterion: Criterion
    form: str
    kappa: Agreement | None
    """None without a call that both answered."""
    same: Proportion | None
    untold: int
    """Calls that a person answered and the machine could not."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call that has both evaluations."""

    recording_id: str
    started_at: datetime
    agent: str
    human: Decimal | None
    machine: Decimal | None


def comparison(actor: Actor, recording_id: str) -> Comparison:
    """Both evaluations of a call on the form of the human one, else of the automatic. Raises `NotFound`."""
    recording = recording_for(actor, recording_id)
    with reading() as session:
        rows = session.exec(
            select(Evaluation)
            .where(Evaluation.recording_id == recording_id)
            .order_by(col(Evaluation.id).desc())
        ).all()
    human = next((row for row in rows if row.kind is EvaluationKind.HUMAN), None)
    machines = [row for row in rows if row.kind is EvaluationKind.AUTOMATIC]
    machine = next((row for row in machines if human is None or row.rubric_id == human.rubric_id), None)
    base = human or machine
    if base is None:
        raise NotFound
    said = {answer.criterion: answer for answer in answers_of(human.id or 0)} if human else {}
    found = {answer.criterion: answer for answer in answers_of(machine.id or 0)} if machine else {}
    pairs = tuple(
        _pair(criterion, said.get(criterion.key), found.get(criterion.key))
        for criterion in rubric_of(base.rubric_id).criteria
    )
    return Comparison(recording, human.total if human else None, machine.total if machine else None, pairs)


def _pair(criterion: Criterion, human: Answer | None, machine: Answer | None) -> Pair:
    answered = human if human is not None and category(human) else None
    if machine is None:
        outcome = Outcome.UNTOLD
    elif answered is None:
        outcome = Outcome.OPEN
    else:
        outcome = Outcome.SAME if same_answer(answered, machine) else Outcome.DIFFERENT
    return Pair(
        criterion,
        answered,
        machine,
        outcome,
        machine.evidence if machine else (),
    )


def calls(actor: Actor, *, limit: int = 50) -> list[CallLine]:
    """The newest calls with both evaluations."""
    human, machine = aliased(Evaluation), aliased(Evaluation)
    statement = (
        _both(actor, human, machine)
        .with_only_columns(Recording.id, Recording.started_at, Agent.name, human.total, machine.total)
        .join(Agent, col(Agent.id) == Recording.agent_id, isouter=True)
        .limit(limit)
    )
    with reading() as session:
        return [
            CallLine(recording_id, started_at, agent or "", one, other)
            for recording_id, started_at, agent, one, other in session.connection().execute(statement)
        ]


def agreement(actor: Actor) -> list[CriterionAgreement]:
    """Per criterion with a rule: kappa, the share alike, and what the machine could not tell."""
    human, machine = aliased(Evaluation), aliased(Evaluation)
    columns = (human.rubric_id, human.id, machine.id)
    statement = _both(actor, human, machine).with_only_columns(*columns)
    with reading() as session:
        pairs = session.connection().execute(statement.limit(CALLS_MOST)).all()
        answers = _labels([key for _, one, other in pairs for key in (one, other)])
    by_form: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for rubric_id, one, other in pairs:
        by_form[rubric_id].append((one, other))
    found = []
    for rubric_id, ids in by_form.items():
        rubric = rubric_of(rubric_id)
        found += [_agreement(rubric, item, ids, answers) for item in rubric.criteria if item.rule]
    return found


def _agreement(
    rubric: Rubric, criterion: Criterion, ids: list[tuple[int, int]], answers: dict[tuple[int, str], str]
) -> CriterionAgreement:
    said = [
        (answers.get((one, criterion.key), ""), answers.get((other, criterion.key), "")) for one, other in ids
    ]
    both = [(one, other) for one, other in said if one and other]
    first, second = [one for one, _ in both], [other for _, other in both]
    return CriterionAgreement(
        criterion,
        f"{rubric.title} v{rubric.version}",
        cohen_kappa(first, second, resamples=RESAMPLES) if both else None,
        wilson(sum(one == other for one, other in both), len(both)) if both else None,
        sum(1 for one, other in said if one and not other),
    )


def _labels(evaluation_ids: list[int]) -> dict[tuple[int, str], str]:
    """What was answered, by evaluation and criterion."""
    given = answers_by_evaluation(evaluation_ids, with_evidence=False)
    return {(key, answer.criterion): category(answer) for key, answers in given.items() for answer in answers}


def _both(actor: Actor, human: Any, machine: Any) -> Any:
    """Released human evaluations with the automatic one on the same form, the newest first."""
    return (
        select(Recording)
        .join(human, human.recording_id == Recording.id)
        .join(machine, (machine.recording_id == Recording.id) & (machine.rubric_id == human.rubric_id))
        .where(
            released_by_a_person(human),
            by_a_machine(machine),
            visible_to(actor),
        )
        .order_by(col(Recording.started_at).desc())
    )
