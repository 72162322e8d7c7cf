"""Step `prescore`: rules answer what they have evidence for; a person decides the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import Session, col, select

from qm import stored
from qm.clock import now
from qm.database import reading, writing
from qm.errors import Conflict
from qm.models import (
    AnswerRow,
    Evaluation,
    EvaluationKind,
    EvidenceRow,
    FindingRow,
    HitRow,
    PhraseLibrary,
    Recording,
    RecordingStatus,
    RubricVersion,
    TranscriptRow,
    VersionState,
)
from qm.queries import phrases, rubric_bindings
from qm.queries.rubric_bindings import GENERAL_RUBRIC
from qm.services import rules_judging
from qm.services.pipeline_scan import NoPhraseLibrary, current
from qm.services.pipeline_status import load, mark
from scoring.arithmetic import score
from scoring.rubric import rubric_from_dict
from scoring.suggest import suggest
from scoring.types import Answer, Finding, Rubric, Score

_TEXT_CHARS = 300


class NoRubric(Conflict):
    """There is no published rubric."""

    message = "还没有已发布的评分表。请在“评分表”页面发布一个版本，然后重试。"


def prescore(recording_id: str) -> None:
    """Judge the scanned call by every rule and suggest answers; earlier findings are replaced.

    Raises `RecordingGone`, `NotHeardYet`, `NoPhraseLibrary`, `NoRubric`.
    """
    call = stored.conversation(recording_id)
    judged = rules_judging.bench().judge(call)
    findings = judged.findings
    with reading() as session:
        recording_row = session.get(Recording, recording_id)
        bound = rubric_bindings.version_for(recording_row) if recording_row else None
        row = bound or rubric_in_force(session)
    rubric = _rubric(row.id or 0)
    answers = tuple(item.answer for item in suggest(rubric, findings).values())
    total = score(rubric, answers, call.call_data)
    with writing() as session:
        recording = load(session, recording_id)
        heard = current(session, recording_id)
        library_id = _library_of(session, recording_id)
        _replace_findings(session, heard, library_id, tuple(findings.values()))
        rules_judging.keep_shadows(session, recording_id, judged.shadows)
        evaluation = _evaluation(session, recording, heard, library_id, row)
        _fill(evaluation, total)
        _replace_answers(session, evaluation, answers, findings, rubric)
        mark(session, recording_id, RecordingStatus.READY)


def rubric_in_force(session: Session) -> RubricVersion:
    """The published form that calls are pre-scored with. Raises `NoRubric`."""
    found = session.exec(
        select(RubricVersion)
        .where(RubricVersion.state == VersionState.PUBLISHED)
        .order_by(
            sa.case((col(RubricVersion.key) == GENERAL_RUBRIC, 0), else_=1),
            col(RubricVersion.version).desc(),
            col(RubricVersion.id),
        )
    ).first()
    if found is None:
        raise NoRubric
    return found


@lru_cache(maxsize=8)
def _rubric(rubric_id: int) -> Rubric:
    with reading() as session:
        row = session.get(RubricVersion, rubric_id)
    if row is None:
        raise NoRubric
    return rubric_from_dict(row.document)


def _library_of(session: Session, recording_id: str) -> int:
    """The library version that the hits were found with, else the published one (nothing was found)."""
    used = session.exec(select(HitRow.library_id).where(HitRow.recording_id == recording_id)).first()
    library: PhraseLibrary | None = None if used else phrases.published()
    found = used or (library.id if library else None)
    if found is None:
        raise NoPhraseLibrary
    return found


def _replace_findings(
    session: Session, heard: TranscriptRow, library_id: int, findings: Sequence[Finding]
) -> None:
    session.connection().execute(
        sa.delete(FindingRow).where(col(FindingRow.recording_id) == heard.recording_id)
    )
    session.add_all(
        stored.finding_row(
            finding,
            recording_id=heard.recording_id,
            transcript_id=heard.id or 0,
            library_id=library_id,
        )
        for finding in findings
    )


def _evaluation(
    session: Session, recording: Recording, heard: TranscriptRow, library_id: int, rubric: RubricVersion
) -> Evaluation:
    """The automatic evaluation under this rubric version, new or the one to be renewed."""
    found = session.exec(
        select(Evaluation).where(
            Evaluation.recording_id == recording.id,
            Evaluation.rubric_id == rubric.id,
            Evaluation.kind == EvaluationKind.AUTOMATIC,
        )
    ).first()
    moment = now()
    if found is None:
        found = Evaluation(
            recording_id=recording.id,
            rubric_id=rubric.id or 0,
            kind=EvaluationKind.AUTOMATIC,
            created_at=moment,
            updated_at=moment,
        )
        session.add(found)
    else:
        found.revision += 1
    found.agent_id = recording.agent_id
    found.transcript_id, found.library_id = heard.id, library_id
    found.updated_at = moment
    return found


def _fill(evaluation: Evaluation, outcome: Score) -> None:
    evaluation.total = outcome.total if outcome.scorable else None
    evaluation.lost_total = outcome.lost_total
    evaluation.vetoes = list(outcome.vetoes)
    evaluation.critical_errors = {kind.value: n for kind, n in outcome.critical_errors.items()}


def _replace_answers(
    session: Session,
    evaluation: Evaluation,
    answers: Sequence[Answer],
    findings: Mapping[str, Finding],
    rubric: Rubric,
) -> None:
    session.flush()
    session.connection().execute(sa.delete(AnswerRow).where(col(AnswerRow.evaluation_id) == evaluation.id))
    rule_of = {criterion.key: criterion.rule for criterion in rubric.criteria}
    for answer in answers:
        row = AnswerRow(
            evaluation_id=evaluation.id or 0,
            criterion=answer.criterion,
            options=list(answer.options),
            not_applicable=answer.not_applicable,
            occurrences=answer.occurrences,
            number=answer.number,
            comment=findings[rule_of[answer.criterion] or ""].explanation,
        )
        session.add(row)
        session.flush()
        session.add_all(
            EvidenceRow(
                answer_id=row.id or 0,
                start_s=item.start_s,
                end_s=max(item.start_s, item.end_s),
                role=item.role.value,
                text=item.text[:_TEXT_CHARS],
                source=item.source[:60],
            )
            for item in answer.evidence
        )
