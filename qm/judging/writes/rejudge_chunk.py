"""Judging some stored calls, in a process of its own: reads, judges, and tells what is otherwise."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from qm.core import database
from qm.core.database import reading
from qm.core.errors import Conflict
from qm.core.visibility import by_a_machine
from qm.hearing.reads import stored
from qm.models import Evaluation, FindingRow, RubricVersion, VersionState
from qm.models.base import written
from qm.rubrics.reads.bindings import GENERAL_RUBRIC, versions_for
from qm.rules.reads.calls import StoredCall, stored_calls
from qm.rules.writes import judging as rule_judging
from scoring.arithmetic import score
from scoring.rubric import rubric_from_dict
from scoring.suggest import suggest
from scoring.types import Answer as ScoringAnswer
from scoring.types import Finding, Rubric, Score

Row = dict[str, Any]
Told = tuple[tuple[ScoringAnswer, str], ...]
"""Answers with their explanation."""


class NoRubric(Conflict):
    """There is no published rubric."""

    message = "还没有已发布的评分表。请在“评分表”页面发布一个版本，然后重试。"


@dataclass(frozen=True, slots=True)
class CallJudged:
    """What changes for one call. Plain values, because they travel between processes."""

    recording_id: str
    agent_id: int | None
    transcript_id: int
    library_id: int
    known: tuple[int, int]
    """How many findings were stored when it was judged, and the newest's id: others mean another run."""
    outdated: tuple[int, ...]
    """Ids of findings to delete."""
    findings: tuple[Row, ...]
    """Findings to add, as the table holds them."""
    verdicts_changed: bool
    answers: Told | None
    """None where the automatic evaluation stays as it is."""
    total: Score | None
    shadows: Mapping[int, Finding]
    rubric_id: int
    """The form this call is judged by."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Calls judged together."""

    recording_ids: tuple[str, ...]
    calls: tuple[CallJudged, ...]
    rules: rule_judging.RuleSet
    """What they were judged by."""

    @property
    def gone(self) -> int:
        """Calls that were deleted meanwhile."""
        return len(self.recording_ids) - len(self.calls)


def begin_child(url: str) -> None:
    """Give a child process the database of its parent; it does not outlive its parent."""
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()
    database.bind(database.make_engine(url))
    rule_judging.bench()
    gc.freeze()
    gc.disable()  # what a chunk makes is freed with it; looking for cycles in it is a third of the time


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:  # a pool's children hold each other's pipes open: none would learn of its end
        parent.join()
        os._exit(0)


def judge_in_child(recording_ids: Sequence[str]) -> Chunk:
    """As `judge_chunk`, leaving no cycles behind."""
    gc.collect()
    return judge_chunk(recording_ids)


def judge_chunk(recording_ids: Sequence[str]) -> Chunk:
    """Judge these calls by the rules in force and compare with what is stored. Writes nothing.

    Raises `NoRubric`.
    """
    with reading() as session:
        rules = rule_judging.rule_set()
        calls = stored_calls(recording_ids)
        before = _stored_findings(session, recording_ids)
        evaluated = _latest_evaluations(session, recording_ids)
        general = rubric_in_force(session)
        bound = versions_for([call.recording for call in calls])
        branches = {call.recording.branch_id for call in calls}
        benches = {branch_id: rule_judging.bench(branch_id) for branch_id in branches}
    judged = _judged(calls, benches)
    forms = {call.recording.id: bound[call.recording.id] or general for call in calls}
    rubrics = {
        row.id: rubric_from_dict(row.document) for row in {row.id: row for row in forms.values()}.values()
    }
    found = []
    for call in calls:
        key, form = call.recording.id, forms[call.recording.id]
        same_form = evaluated.get(key) == (form.id, call.transcript_id)
        found.append(
            _compared(call, judged[key], before[key], form.id or 0, rubrics[form.id], evaluated=same_form)
        )
    return Chunk(tuple(recording_ids), tuple(found), rules)


def _judged(
    calls: Sequence[StoredCall], benches: Mapping[int | None, rule_judging.Bench]
) -> dict[str, rule_judging.Judged]:
    """What the rules say, by recording: each call by the centre's rules and its own branch's."""
    found: dict[str, rule_judging.Judged] = {}
    for branch_id, bench in benches.items():
        own = [call for call in calls if call.recording.branch_id == branch_id]
        results = bench.judge_many(call.conversation for call in own)
        found.update(zip((call.recording.id for call in own), results, strict=True))
    return found


def rubric_in_force(session: Session) -> RubricVersion:
    """The published form of calls that none is bound to, one of the centre's. Raises `NoRubric`."""
    found = session.exec(
        select(RubricVersion)
        .where(RubricVersion.state == VersionState.PUBLISHED, col(RubricVersion.branch_id).is_(None))
        .order_by(
            sa.case((col(RubricVersion.key) == GENERAL_RUBRIC, 0), else_=1),
            col(RubricVersion.version).desc(),
            col(RubricVersion.id),
        )
    ).first()
    if found is None:
        raise NoRubric
    return found


_COLUMNS = ("rule_version", "verdict", "transcript_id", "library_id")


def _stored_findings(session: Session, recording_ids: Sequence[str]) -> dict[str, dict[str, tuple[int, Row]]]:
    """By recording and rule: the row's id and what it holds, its texts as they are written."""
    named = (col(FindingRow.recording_id), col(FindingRow.rule_key), col(FindingRow.id))
    texts = (sa.cast(col(FindingRow.evidence), sa.Text), sa.cast(col(FindingRow.explanation), sa.Text))
    columns = [getattr(FindingRow, name) for name in _COLUMNS]
    statement = sa.select(*named, *texts, *columns).where(col(FindingRow.recording_id).in_(recording_ids))
    found: dict[str, dict[str, tuple[int, Row]]] = defaultdict(dict)
    for recording_id, key, row_id, proof, told, *values in session.connection().execute(statement):
        row = dict(zip(_COLUMNS, values, strict=True))
        row |= {"verdict": row["verdict"].value, "evidence": proof, "explanation": told}
        found[recording_id][key] = (row_id, row)
    return found


def _latest_evaluations(session: Session, recording_ids: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    """Form and transcript of each call's automatic evaluation that was renewed last."""
    statement = (
        sa.select(col(Evaluation.recording_id), col(Evaluation.rubric_id), col(Evaluation.transcript_id))
        .where(col(Evaluation.recording_id).in_(recording_ids), by_a_machine())
        .order_by(col(Evaluation.updated_at), col(Evaluation.id))
    )
    return {row[0]: (row[1], row[2]) for row in session.connection().execute(statement)}


def _compared(
    call: StoredCall,
    judged: rule_judging.Judged,
    before: dict[str, tuple[int, Row]],
    rubric_id: int,
    rubric: Rubric,
    *,
    evaluated: bool,
) -> CallJudged:
    """What is otherwise. `evaluated`: the stored automatic evaluation is by this form."""
    known = len(before), max((row_id for row_id, _ in before.values()), default=0)
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
    changed = bool(outdated or fresh or not evaluated)
    answers, total = _answers(call, judged.findings, rubric) if changed else (None, None)
    return CallJudged(
        call.recording.id,
        call.recording.agent_id,
        call.transcript_id,
        call.library_id,
        known,
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
        "verdict": finding.verdict.value,
        "evidence": _written([stored.dump_evidence(item) for item in finding.evidence]),
        "explanation": written(finding.explanation),
        "transcript_id": call.transcript_id,
        "library_id": call.library_id,
    }


_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Evidence as the table holds it: half as long as with every character spelled out."""


def _answers(call: StoredCall, findings: Mapping[str, Finding], rubric: Rubric) -> tuple[Told, Score]:
    suggested = suggest(rubric, findings).values()
    answers = tuple((item.answer, item.explanation) for item in suggested)
    return answers, score(rubric, [answer for answer, _ in answers], call.conversation.call_data)
