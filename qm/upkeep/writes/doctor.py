"""Do rows and objects agree? Finds what is missing on either side, and mends what can be mended.

Sound is never thrown away: an object that no row names is put into quarantine, where somebody gives it
call data or discards it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import chain
from typing import Any, TypeVar

from sqlmodel import col, select

from qm.core import objects
from qm.core.clock import now
from qm.core.database import reading
from qm.jobs import engine
from qm.models import (
    Evaluation,
    EvaluationSnapshot,
    Job,
    JobState,
    Quarantine,
    QuarantineState,
    Recording,
    RecordingStatus,
)
from qm.reviewing.writes import criterion_scores
from qm.upkeep.reads import health
from recorder.probe import sha256_of
from recorder.storage import ObjectStat

YOUNG = timedelta(hours=1)
"""An object younger than this may belong to a recording that is just coming in."""
_TOGETHER = 500
"""Rows held in memory at a time."""
_Row = TypeVar("_Row", Recording, Quarantine, Job, Evaluation, EvaluationSnapshot)


class Ailment(StrEnum):
    """What can be wrong. The values are shown."""

    ORIGINAL_MISSING = "original_missing"
    ORIGINAL_DAMAGED = "original_damaged"
    PLAYBACK_MISSING = "playback_missing"
    OBJECT_WITHOUT_ROW = "object_without_row"
    DERIVATIVE_WITHOUT_ROW = "derivative_without_row"
    QUARANTINE_BYTES_MISSING = "quarantine_bytes_missing"
    JOB_STUCK = "job_stuck"
    JOB_MISSING = "job_missing"
    GUARD_MISSING = "guard_missing"
    SNAPSHOT_ALTERED = "snapshot_altered"
    FIGURES_DIFFER = "figures_differ"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One disagreement."""

    ailment: Ailment
    subject: str
    """Recording id, number of an evaluation or of a quarantined file, or object key."""
    words: str
    """What is wrong and what mending does, in Chinese."""
    mendable: bool = True


def examine(*, deep: bool = False) -> list[Trouble]:
    """Every disagreement between rows, objects and jobs. `deep` reads and hashes what may not change."""
    engine.prepare()
    present = {found.key: found for found in objects.store().list()}
    unnamed = set(present)
    troubles: list[Trouble] = []
    for recordings in _batches(Recording, Recording.id):
        unnamed.difference_update(*((row.object_key, row.playback_key, row.peaks_key) for row in recordings))
        troubles += chain(
            _of_originals(recordings, present, deep=deep),
            _of_derivatives(recordings, present),
            _of_unqueued(recordings),
        )
    for kept in _batches(Quarantine, Quarantine.id):
        unnamed.difference_update(row.object_key for row in kept)
        troubles += _of_quarantine(kept, present)
    running = engine.unfinished()
    for jobs in _batches(Job, Job.id):
        troubles += _of_jobs(jobs, running)
    troubles += _of_strays([present[key] for key in sorted(unnamed)])
    troubles += _of_guards()
    troubles += chain.from_iterable(map(_of_figures, _batches(Evaluation, Evaluation.id)))
    if deep:
        troubles += chain.from_iterable(
            map(_of_snapshots, _batches(EvaluationSnapshot, EvaluationSnapshot.id))
        )
    return troubles


def _batches(table: type[_Row], key: Any) -> Iterator[Sequence[_Row]]:
    """All rows in the order of their key, some at a time and each in a short transaction of its own."""
    last: object = None
    while True:
        statement = select(table).order_by(col(key)).limit(_TOGETHER)
        if last is not None:
            statement = statement.where(col(key) > last)
        with reading() as session:
            rows = session.exec(statement).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _lies(key: str | None, present: dict[str, ObjectStat]) -> ObjectStat | None:
    """The object; asked for where its row may have come after the list of objects."""
    return (present.get(key) or objects.store().stat(key)) if key else None


def _of_originals(
    recordings: Sequence[Recording], present: dict[str, ObjectStat], *, deep: bool
) -> Iterator[Trouble]:
    for row in recordings:
        found = _lies(row.object_key, present)
        if found is None:
            yield Trouble(
                Ailment.ORIGINAL_MISSING,
                row.id,
                f"录音 {row.external_id} 的原始文件不在存储中，请从备份恢复 {row.object_key}",
                mendable=objects.quarantine_key(row.sha256) in present,
            )
        elif found.size_bytes != row.size_bytes or (deep and not _whole(row)):
            yield Trouble(
                Ailment.ORIGINAL_DAMAGED,
                row.id,
                f"录音 {row.external_id} 的原始文件与入库时不同，请从备份恢复 {row.object_key}",
                mendable=False,
            )


def _whole(row: Recording) -> bool:
    with objects.fetched(row.object_key) as path:
        return sha256_of(path) == row.sha256


def _of_derivatives(recordings: Sequence[Recording], present: dict[str, ObjectStat]) -> Iterator[Trouble]:
    for row in recordings:
        if row.status is RecordingStatus.STORED and row.playback_key is None:
            continue  # on its way
        if _lies(row.playback_key, present) and _lies(row.peaks_key, present):
            continue
        if _lies(row.object_key, present):
            words = f"录音 {row.external_id} 缺少播放版本或波形，将重新生成"
            yield Trouble(Ailment.PLAYBACK_MISSING, row.id, words)


def _of_quarantine(kept: Sequence[Quarantine], present: dict[str, ObjectStat]) -> Iterator[Trouble]:
    for row in kept:
        if row.state is QuarantineState.OPEN and not _lies(row.object_key, present):
            words = f"隔离文件 {row.filename} 的内容不在存储中，将标记为已丢弃"
            yield Trouble(Ailment.QUARANTINE_BYTES_MISSING, str(row.id), words)


def _of_strays(unnamed: Sequence[ObjectStat]) -> Iterator[Trouble]:
    horizon = now() - YOUNG
    for found in unnamed:
        key = found.key
        if found.modified_at > horizon:
            continue
        if key.startswith((objects.PLAYBACK, objects.PEAKS)):
            words = f"{key} 不属于任何录音，将删除（可重新生成）"
            yield Trouble(Ailment.DERIVATIVE_WITHOUT_ROW, key, words)
        elif key.startswith((objects.RECORDINGS, objects.QUARANTINE)):
            words = f"{key} 没有对应的记录，将放入隔离区，等待补充通话数据"
            yield Trouble(Ailment.OBJECT_WITHOUT_ROW, key, words)


def _of_jobs(jobs: Sequence[Job], running: dict[str, str]) -> Iterator[Trouble]:
    horizon = now() - timedelta(minutes=1)
    for job in jobs:
        lost = job.state in (JobState.QUEUED, JobState.RUNNING) and job.id not in running
        if lost and job.updated_at < horizon:
            yield Trouble(Ailment.JOB_STUCK, job.recording_id, f"任务 {job.id} 已停住，将重新排队")


def _of_unqueued(recordings: Sequence[Recording]) -> Iterator[Trouble]:
    ended = (RecordingStatus.READY, RecordingStatus.FAILED)
    unfinished = {row.id: row for row in recordings if row.status not in ended}
    with reading() as session:
        queued = set(
            session.exec(select(Job.recording_id).where(col(Job.recording_id).in_(unfinished))).all()
        )
    for recording_id in unfinished.keys() - queued:
        words = f"录音 {unfinished[recording_id].external_id} 没有处理任务，将重新排队"
        yield Trouble(Ailment.JOB_MISSING, recording_id, words)


def _of_guards() -> Iterator[Trouble]:
    for name in health.guards_missing():
        words = f"数据库缺少保护触发器 {name}，已发布的内容可能被改动。请停用系统，从备份核对后恢复"
        yield Trouble(Ailment.GUARD_MISSING, name, words, mendable=False)


def _of_figures(rows: Sequence[Evaluation]) -> Iterator[Trouble]:
    for found in criterion_scores.unlike(rows):
        words = f"评分 {found.evaluation_id} 各项的得失分与答案算出的不同，将按答案重新计算"
        if not found.mendable:
            words = f"评分 {found.evaluation_id} 的答案与评分表不符，算不出各项的得失分，请从备份核对"
        yield Trouble(Ailment.FIGURES_DIFFER, str(found.evaluation_id), words, mendable=found.mendable)


def _of_snapshots(kept: Sequence[EvaluationSnapshot]) -> Iterator[Trouble]:
    for row in kept:
        if hashlib.sha256(row.document.encode()).hexdigest() != row.sha256:
            words = f"评分 {row.evaluation_id} 第 {row.revision} 次修改的存档被改动过，请从备份恢复"
            yield Trouble(Ailment.SNAPSHOT_ALTERED, str(row.evaluation_id), words, mendable=False)
