"""Writing what judging has changed: many calls in one transaction, each only where it still holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from qm.core.batches import batches
from qm.core.clock import now
from qm.core.database import writing
from qm.core.visibility import by_a_machine
from qm.judging.writes.rejudge_chunk import CallJudged, Chunk
from qm.models import (
    AnswerRow,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    EvidenceRow,
    FindingRow,
    HitRow,
    TranscriptRow,
)
from qm.rubrics.reads.stored_answers import COMMENT_MAX, answer_columns, evidence_columns
from qm.rules.writes import judging as rule_judging
from scoring.types import Score

_FINDING = sa.table("finding", *map(sa.column, FindingRow.model_fields))
"""The table without its types: rows come as they are written."""


class RulesChanged(Exception):
    """Other rules are in force than those a chunk was judged by: judge it again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of judged calls."""

    changed: int
    """Sets of verdicts that are otherwise than before."""
    heard_anew: tuple[str, ...]
    """Calls that were dropped: others have heard or scanned them meanwhile, and judge them too."""
    judged_anew: tuple[str, ...]
    """Calls that were dropped: others have judged them meanwhile."""


def keep_chunk(chunk: Chunk) -> Kept:
    """Replace findings and automatic evaluations where they changed.

    What was judged from a transcript, hits or findings that others have replaced meanwhile is dropped.
    Raises `RulesChanged`, having written nothing.
    """
    with writing() as session:
        if rule_judging.rule_set() != chunk.rules:
            raise RulesChanged
        heard_anew, judged_anew = _overtaken(session, chunk.calls)
        calls = [call for call in chunk.calls if call.recording_id not in heard_anew | judged_anew]
        _delete(session, FindingRow, col(FindingRow.id), [n for call in calls for n in call.outdated])
        _insert(session, _FINDING, [row for call in calls for row in call.findings])
        judged = [call for call in calls if call.answers is not None]
        ids: dict[str, int] = {}
        for rubric_id in sorted({call.rubric_id for call in judged}):
            of_form = [call for call in judged if call.rubric_id == rubric_id]
            ids |= _evaluations(session, rubric_id, of_form)
        _delete(session, AnswerRow, col(AnswerRow.evaluation_id), list(ids.values()))
        _answers(session, judged, ids)
        for call in calls:
            if call.shadows:
                rule_judging.keep_shadows(session, call.recording_id, dict(call.shadows))
    changed = sum(call.verdicts_changed for call in calls)
    return Kept(changed, tuple(sorted(heard_anew)), tuple(sorted(judged_anew)))


def _overtaken(session: Session, calls: Sequence[CallJudged]) -> tuple[set[str], set[str]]:
    """Calls whose transcript or hits, and calls whose findings are not those they were judged by."""
    ids = [call.recording_id for call in calls]
    run = session.connection().execute
    current = sa.select(col(TranscriptRow.recording_id), col(TranscriptRow.id)).where(
        col(TranscriptRow.recording_id).in_(ids), col(TranscriptRow.current)
    )
    heard: dict[str, int] = {row[0]: row[1] or 0 for row in run(current)}
    scanned = (
        sa.select(col(HitRow.recording_id), sa.func.max(col(HitRow.library_id)))
        .where(col(HitRow.recording_id).in_(ids))
        .group_by(col(HitRow.recording_id))
    )
    libraries: dict[str, int] = {row[0]: row[1] for row in run(scanned)}
    counted = (
        sa.select(col(FindingRow.recording_id), sa.func.count(), sa.func.max(col(FindingRow.id)))
        .where(col(FindingRow.recording_id).in_(ids))
        .group_by(col(FindingRow.recording_id))
    )
    known = {row[0]: (row[1], row[2]) for row in run(counted)}
    heard_anew = {
        call.recording_id
        for call in calls
        if heard.get(call.recording_id) != call.transcript_id
        or libraries.get(call.recording_id, call.library_id) != call.library_id
    }
    judged_anew = {call.recording_id for call in calls if known.get(call.recording_id, (0, 0)) != call.known}
    return heard_anew, judged_anew - heard_anew


def _delete(session: Session, table: Any, column: Any, ids: Sequence[int]) -> None:
    for some in batches(ids):
        session.connection().execute(sa.delete(table).where(column.in_(some)))


def _insert(session: Session, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.connection().execute(sa.insert(table), list(rows))


def _evaluations(session: Session, rubric_id: int, calls: Sequence[CallJudged]) -> dict[str, int]:
    """Ids of the automatic evaluations of these calls under the form, renewed or made."""
    moment = now()
    statement = sa.select(col(Evaluation.recording_id), col(Evaluation.id)).where(
        col(Evaluation.recording_id).in_([call.recording_id for call in calls]),
        col(Evaluation.rubric_id) == rubric_id,
        by_a_machine(),
    )
    known = _by_recording(session, statement)
    fresh = [
        {
            "recording_id": call.recording_id,
            "rubric_id": rubric_id,
            "kind": EvaluationKind.AUTOMATIC,
            "state": EvaluationState.DRAFT,
            "revision": 0,
            "comment": "",
            "created_at": moment,
            **_figures(call, moment),
        }
        for call in calls
        if call.recording_id not in known
    ]
    _insert(session, Evaluation, fresh)
    renewed = [
        {"row_id": known[call.recording_id], **_figures(call, moment)}
        for call in calls
        if call.recording_id in known
    ]
    if renewed:
        table = Evaluation.__table__  # type: ignore[attr-defined]
        names = [name for name in renewed[0] if name != "row_id"]
        change: dict[str, Any] = {name: sa.bindparam(name) for name in names}
        session.connection().execute(
            sa.update(table)
            .where(table.c.id == sa.bindparam("row_id"))
            .values(revision=table.c.revision + 1, **change),
            renewed,
        )
    if fresh:
        known = _by_recording(session, statement)
    return known


def _by_recording(session: Session, statement: sa.Executable) -> dict[str, int]:
    return {row[0]: row[1] or 0 for row in session.connection().execute(statement).all()}


def _figures(call: CallJudged, moment: object) -> dict[str, Any]:
    outcome: Score | None = call.total
    assert outcome is not None
    return {
        "agent_id": call.agent_id,
        "transcript_id": call.transcript_id,
        "library_id": call.library_id,
        "total": outcome.total if outcome.scorable else None,
        "lost_total": outcome.lost_total,
        "vetoes": list(outcome.vetoes),
        "critical_errors": {kind.value: n for kind, n in outcome.critical_errors.items()},
        "updated_at": moment,
    }


def _answers(session: Session, calls: Sequence[CallJudged], ids: dict[str, int]) -> None:
    given = [(ids[call.recording_id], *pair) for call in calls for pair in call.answers or ()]
    if not given:
        return
    rows = [
        {
            "evaluation_id": evaluation_id,
            **answer_columns(replace(answer, comment=explanation[:COMMENT_MAX])),
            "suggested": None,
        }
        for evaluation_id, answer, explanation in given
    ]
    _insert(session, AnswerRow, rows)
    statement = sa.select(col(AnswerRow.evaluation_id), col(AnswerRow.criterion), col(AnswerRow.id)).where(
        col(AnswerRow.evaluation_id).in_(list(ids.values()))
    )
    made = {(row[0], row[1]): row[2] for row in session.connection().execute(statement)}
    _insert(
        session,
        EvidenceRow,
        [
            {"answer_id": made[evaluation_id, answer.criterion], **evidence_columns(item)}
            for evaluation_id, answer, _ in given
            for item in answer.evidence
        ],
    )
