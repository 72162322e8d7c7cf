"""Do rows and objects agree? Finds what is missing on either side, and mends what can be mended.

Sound is never thrown away: an object that no row names is put into quarantine, where somebody gives it
call data or discards it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlmodel import col, select

from qm.clock import now
from qm.database import reading
from qm.jobs import engine
from qm.models import Job, JobState, Quarantine, QuarantineState, Recording, RecordingStatus
from qm.services import objects
from recorder.probe import sha256_of
from recorder.storage import ObjectStat

YOUNG = timedelta(hours=1)
"""An object younger than this may belong to a recording that is just coming in."""


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


@dataclass(frozen=True, slots=True)
class Trouble:
    """One disagreement."""

    ailment: Ailment
    subject: str
    """Recording id, quarantine number or object key."""
    words: str
    """What is wrong and what mending does, in Chinese."""
    mendable: bool = True


def examine(*, deep: bool = False) -> list[Trouble]:
    """Every disagreement between rows, objects and jobs. `deep` reads and hashes each original."""
    engine.prepare()
    with reading() as session:
        recordings = list(session.exec(select(Recording)).all())
        kept = list(session.exec(select(Quarantine).where(Quarantine.state != QuarantineState.RETRIED)).all())
        jobs = list(session.exec(select(Job)).all())
    present = {found.key: found for found in objects.store().list()}
    return [
        *_of_originals(recordings, present, deep=deep),
        *_of_derivatives(recordings, present),
        *_of_quarantine(kept, present),
        *_of_strays(recordings, kept, present),
        *_of_jobs(recordings, jobs),
    ]


def _of_originals(
    recordings: list[Recording], present: dict[str, ObjectStat], *, deep: bool
) -> Iterator[Trouble]:
    for row in recordings:
        found = present.get(row.object_key)
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


def _of_derivatives(recordings: list[Recording], present: dict[str, ObjectStat]) -> Iterator[Trouble]:
    for row in recordings:
        if row.status is RecordingStatus.STORED and row.playback_key is None:
            continue  # on its way
        if row.playback_key in present and row.peaks_key in present:
            continue
        if row.object_key in present:
            words = f"录音 {row.external_id} 缺少播放版本或波形，将重新生成"
            yield Trouble(Ailment.PLAYBACK_MISSING, row.id, words)


def _of_quarantine(kept: list[Quarantine], present: dict[str, ObjectStat]) -> Iterator[Trouble]:
    for row in kept:
        if row.object_key not in present and row.state is QuarantineState.OPEN:
            words = f"隔离文件 {row.filename} 的内容不在存储中，将标记为已丢弃"
            yield Trouble(Ailment.QUARANTINE_BYTES_MISSING, str(row.id), words)


def _of_strays(
    recordings: list[Recording], kept: list[Quarantine], present: dict[str, ObjectStat]
) -> Iterator[Trouble]:
    named = {key for row in recordings for key in (row.object_key, row.playback_key, row.peaks_key) if key}
    named |= {row.object_key for row in kept}
    with reading() as session:
        named |= set(session.exec(select(col(Quarantine.object_key))).all())
    horizon = now() - YOUNG
    for key, found in present.items():
        if key in named or found.modified_at > horizon:
            continue
        if key.startswith((objects.PLAYBACK, objects.PEAKS)):
            words = f"{key} 不属于任何录音，将删除（可重新生成）"
            yield Trouble(Ailment.DERIVATIVE_WITHOUT_ROW, key, words)
        elif key.startswith((objects.RECORDINGS, objects.QUARANTINE)):
            words = f"{key} 没有对应的记录，将放入隔离区，等待补充通话数据"
            yield Trouble(Ailment.OBJECT_WITHOUT_ROW, key, words)


def _of_jobs(recordings: list[Recording], jobs: list[Job]) -> Iterator[Trouble]:
    running = engine.unfinished()
    horizon = now() - timedelta(minutes=1)
    with_job = {job.recording_id for job in jobs}
    for job in jobs:
        lost = job.state in (JobState.QUEUED, JobState.RUNNING) and job.id not in running
        if lost and job.updated_at < horizon:
            yield Trouble(Ailment.JOB_STUCK, job.recording_id, f"任务 {job.id} 已停住，将重新排队")
    for row in recordings:
        unfinished = row.status not in (RecordingStatus.READY, RecordingStatus.FAILED)
        if unfinished and row.id not in with_job:
            words = f"录音 {row.external_id} 没有处理任务，将重新排队"
            yield Trouble(Ailment.JOB_MISSING, row.id, words)
