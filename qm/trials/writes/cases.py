"""Stored evaluations as cases of a what-if: answers before and after, without hearing again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from qm.hearing.reads import stored
from qm.models import (
    Agent,
    Evaluation,
    EvaluationKind,
    FindingRow,
    Recording,
    Team,
    WhatIfCall,
)
from qm.reviewing.reads.answers import answers_by_evaluation
from qm.rubrics.reads.versions import rubrics_by_id
from recorder.message import plain
from scoring import rules
from scoring.rubric import Lack, missing
from scoring.said import said, said_to_dict
from scoring.suggest import suggest
from scoring.types import Answer, Criterion, Finding, Rubric
from scoring.whatif import Case, Flip, carried, change_of

Told = Mapping[str, Mapping[str, Finding]]
"""Findings by rule key, by recording."""


def lines_of(
    session: Session, run_id: int, ids: Sequence[int], new: Rubric, program: rules.Program | None
) -> list[WhatIfCall]:
    """One line an evaluation. With a program, calls are judged anew by it; without, by stored findings."""
    rows = session.exec(
        select(Evaluation, Recording, Agent, Team)
        .join(Recording, col(Recording.id) == Evaluation.recording_id)
        .join(Agent, col(Agent.id) == Recording.agent_id, isouter=True)
        .join(Team, col(Team.id) == Recording.team_id, isouter=True)
        .where(col(Evaluation.id).in_(ids))
        .order_by(col(Evaluation.id))
    ).all()
    forms = rubrics_by_id({row[0].rubric_id for row in rows})
    given = answers_by_evaluation(ids)
    automatic = sorted({e.recording_id for e, *_ in rows if e.kind is EvaluationKind.AUTOMATIC})
    told = _judged(automatic, program) if program else _stored(session, automatic)
    lines = []
    for evaluation, recording, agent, team in rows:
        old = forms[evaluation.rubric_id]
        data = stored.call_data_of(
            recording, agent_no=agent.number if agent else "", team=team.name if team else ""
        )
        before = tuple(given[evaluation.id or 0])
        findings = told.get(recording.id, {})
        after = _after(evaluation, old, new, before, findings)
        lines.append(_line(run_id, evaluation, old, new, before, after, data, findings))
    return lines


def _after(
    evaluation: Evaluation,
    old: Rubric,
    new: Rubric,
    before: tuple[Answer, ...],
    findings: Mapping[str, Finding],
) -> tuple[Answer, ...]:
    """A machine answers by its findings; a person's answers are carried over where they still fit."""
    if evaluation.kind is EvaluationKind.AUTOMATIC:
        return tuple(item.answer for item in suggest(new, findings).values())
    return carried(old, new, before)[0]


def _line(
    run_id: int,
    evaluation: Evaluation,
    old: Rubric,
    new: Rubric,
    before: tuple[Answer, ...],
    after: tuple[Answer, ...],
    data: Mapping[str, str],
    findings: Mapping[str, Finding],
) -> WhatIfCall:
    case = Case(evaluation.recording_id, "", before, after, data)
    change = change_of(old, new, case)
    human = evaluation.kind is EvaluationKind.HUMAN
    lacks = [x for x in missing(new, after, data) if x.lack is Lack.ANSWER] if human else []
    questions = {c.key: c for c in (*old.criteria, *new.criteria)}
    olds = {c.key: c for c in old.criteria}
    return WhatIfCall(
        run_id=run_id,
        evaluation_id=evaluation.id or 0,
        kind=evaluation.kind,
        agent_id=evaluation.agent_id,
        probability=evaluation.inclusion_probability or 1.0,
        before=change.before.total if change.before.scorable else None,
        after=change.after.total if change.after.scorable else None,
        vetoed_before=bool(change.before.vetoes),
        vetoed_after=bool(change.after.vetoes),
        changed=change.changes,
        lacks=len(lacks),
        flips=[
            _flip(
                item, olds.get(item.criterion, questions[item.criterion]), questions[item.criterion], findings
            )
            for item in change.flips
        ],
    )


def _flip(item: Flip, old: Criterion, new: Criterion, findings: Mapping[str, Finding]) -> dict[str, Any]:
    finding = findings.get(new.rule or "")
    evidence = (item.after and item.after.evidence) or (item.before and item.before.evidence) or ()
    proof = evidence[0] if evidence else None
    return {
        "criterion": item.criterion,
        "title": item.title,
        "reason": item.reason.value,
        "before": said_to_dict(said(old, item.before)) if item.before else None,
        "after": said_to_dict(said(new, item.after)) if item.after else None,
        "why": plain(finding.explanation) if finding and item.after else "",
        "evidence": stored.dump_evidence(proof) if proof else None,
    }


def _stored(session: Session, recording_ids: Sequence[str]) -> Told:
    rows = session.exec(select(FindingRow).where(col(FindingRow.recording_id).in_(recording_ids))).all()
    found: dict[str, dict[str, Finding]] = defaultdict(dict)
    for row in rows:
        found[row.recording_id][row.rule_key] = stored.load_finding(row)
    return found


def _judged(recording_ids: Sequence[str], program: rules.Program) -> Told:
    calls = [stored.conversation(recording_id) for recording_id in recording_ids]
    judged = rules.judge_many(program, calls)
    return dict(zip(recording_ids, judged, strict=True))
