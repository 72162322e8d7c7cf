"""Judging some stored calls again, in a process of its own: reads, judges, and tells what is otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from qm import database, stored
from qm.database import reading
from qm.models import FindingRow, RubricVersion
from qm.queries.rubric_bindings import versions_for
from qm.queries.rules_calls import StoredCall, stored_calls
from qm.services import rules_judging
from qm.services.pipeline_prescore import rubric_in_force
from scoring.arithmetic import score
from scoring.rubric import rubric_from_dict
from scoring.suggest import suggest
from scoring.types import Answer as ScoringAnswer
from scoring.types import Finding, Rubric, Score

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallJudged:
    """What changes for one call. Plain values, because they travel between processes."""

    recording_id: str
    agent_id: int | None
    transcript_id: int
    library_id: int
    outdated: tuple[int, ...]
    """Ids of findings to delete."""
    findings: tuple[Row, ...]
    """Findings to add."""
    verdicts_changed: bool
    answers: tuple[tuple[ScoringAnswer, str], ...] | None
    """Answers with their explanation; None where the automatic evaluation stays as it is."""
    total: Score | None
    shadows: Mapping[int, Finding]
    rubric_id: int
    """The form this call is judged by."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Calls judged together."""

    calls: tuple[CallJudged, ...]
    gone: int
    """Calls that were deleted meanwhile."""


def bind_child(url: str) -> None:
    """Give a child process the database of its parent."""
    database.bind(database.make_engine(url))


def judge_chunk(recording_ids: Sequence[str]) -> Chunk:
    """Judge these calls by the rules in force and compare with what is stored. Writes nothing."""
    with reading() as session:
        calls = stored_calls(recording_ids)
        before = _stored_findings(recording_ids)
        general = rubric_in_force(session)
        bound = versions_for([call.recording for call in calls])
    forms = {call.recording.id: bound[call.recording.id] or general for call in calls}
    rubrics = {
        row.id: rubric_from_dict(row.document) for row in {row.id: row for row in forms.values()}.values()
    }
    judged = rules_judging.bench().judge_many(call.conversation for call in calls)
    found = tuple(
        _compared(call, result, before[call.recording.id], *_form(forms[call.recording.id], rubrics))
        for call, result in zip(calls, judged, strict=True)
    )
    return Chunk(found, len(recording_ids) - len(found))


def _form(row: RubricVersion, rubrics: Mapping[int | None, Rubric]) -> tuple[int, Rubric]:
    return row.id or 0, rubrics[row.id]


_COLUMNS = ("rule_version", "verdict", "evidence", "explanation", "transcript_id", "library_id")


def _stored_findings(recording_ids: Sequence[str]) -> dict[str, dict[str, tuple[int, Row]]]:
    """By recording and rule: the row's id and what it holds."""
    columns = [getattr(FindingRow, name) for name in _COLUMNS]
    named = (col(FindingRow.recording_id), col(FindingRow.rule_key), col(FindingRow.id))
    statement = sa.select(*named, *columns).where(col(FindingRow.recording_id).in_(recording_ids))
    found: dict[str, dict[str, tuple[int, Row]]] = defaultdict(dict)
    with reading() as session:
        for recording_id, key, row_id, *values in session.connection().execute(statement):
            found[recording_id][key] = (row_id, dict(zip(_COLUMNS, values, strict=True)))
    return found


def _compared(
    call: StoredCall,
    judged: rules_judging.Judged,
    before: dict[str, tuple[int, Row]],
    rubric_id: int,
    rubric: Rubric,
) -> CallJudged:
    outdated, fresh = [], []
    verdicts_changed = before.keys() != judged.findings.keys()
    for key, finding in judged.findings.items():
        new = _row(finding, call)
        row_id, old = before.pop(key, (None, None))
        if new == old:
            continue
        verdicts_changed = verdicts_changed or old is None or old["verdict"] != new["verdict"]
        if row_id is not None:
            outdated.append(row_id)
        fresh.append({"recording_id": call.recording.id, "rule_key": key, **new})
    outdated += [row_id for row_id, _ in before.values()]
    changed = bool(outdated or fresh)
    answers, total = _answers(call, judged.findings, rubric) if changed else (None, None)
    return CallJudged(
        call.recording.id,
        call.recording.agent_id,
        call.transcript_id,
        call.library_id,
        tuple(outdated),
        tuple(fresh),
        verdicts_changed,
        answers,
        total,
        judged.shadows,
        rubric_id,
    )


def _row(finding: Finding, call: StoredCall) -> Row:
    return {
        "rule_version": finding.rule_version,
        "verdict": finding.verdict,
        "evidence": [stored.dump_evidence(item) for item in finding.evidence],
        "explanation": finding.explanation,
        "transcript_id": call.transcript_id,
        "library_id": call.library_id,
    }


def _answers(
    call: StoredCall, findings: Mapping[str, Finding], rubric: Rubric
) -> tuple[tuple[tuple[ScoringAnswer, str], ...], Score]:
    suggested = suggest(rubric, findings).values()
    answers = tuple((item.answer, item.explanation) for item in suggested)
    return answers, score(rubric, [answer for answer, _ in answers], call.conversation.call_data)
