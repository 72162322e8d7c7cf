"""The durable workflow of one recording, and what is done when a step does not succeed.

1. Each step is recorded by the engine when it ends; after a crash only the interrupted one runs again.
2. What may pass (a store out of reach, a crashed hearing) is tried again with growing pauses.
3. What cannot pass ends the job as failed, in words; a missing model leaves it waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from dbos import DBOS
from dbos import error as engine_errors
from sqlalchemy.exc import OperationalError

from qm.core.errors import QmError
from qm.hearing.writes.hear import RolesChanged
from qm.intake.writes.status import RecordingGone
from qm.jobs import Step, engine, mirror
from qm.models import Job
from qm.worker import pipeline
from qm.worker.hearing_process import CallUnhearable, HearingFailed
from recorder.message import Message, advised, message_of
from recorder.storage import ObjectMissing, StorageError
from recorder.types import AudioRefused
from transcribe.types import EngineUnavailable

TRIES = 4
FIRST_PAUSE_S = 2.0
PAUSE_GROWTH = 3.0
_PROGRESS_EVERY_S = 1.0

ON, WAITING, OVER = "on", "waiting", "over"
"""What a step tells the workflow: go on; stop and wait; stop for good."""

log = structlog.get_logger()


class StepStumbled(Exception):
    """A step failed in a way that may pass; the engine tries it again. Carries words only."""


class Tools:
    """What steps need from their worker; set once when the worker starts."""

    def __init__(self, *, worker: str, hear: pipeline.Hear, prove: pipeline.Prove) -> None:
        self.worker = worker
        self.hear = hear
        self.prove = prove


_tools: Tools | None = None


def equip(tools: Tools) -> None:
    """Give this process's steps their tools."""
    global _tools  # noqa: PLW0603 - one worker a process
    _tools = tools


def tools() -> Tools:
    """The tools of this process."""
    if _tools is None:
        raise RuntimeError("equip() first")
    return _tools


@DBOS.workflow(name=engine.WORKFLOW)
def process_recording(job_id: str, recording_id: str, first_step: str) -> str:
    """Walk a recording from `first_step` to the end. Gives how it ended."""
    for step in Step(first_step).onward:
        try:
            outcome = _RUN[step](job_id, recording_id)
        except engine_errors.DBOSMaxStepRetriesExceeded as error:
            words = message_of(error.errors[-1] if error.errors else error)
            return _give_up(job_id, recording_id, words)
        if outcome != ON:
            return outcome
    return OVER


@DBOS.step(name="give_up")
def _give_up(job_id: str, recording_id: str, words: str) -> str:
    return _failed(job_id, recording_id, words)


def _failed(job_id: str, recording_id: str, words: str) -> str:
    pipeline.mark_failed(recording_id)
    mirror.fail(job_id, words)
    log.warning("job_failed", job_id=job_id, recording_id=recording_id)
    return OVER


def _perform(step: Step, job_id: str, recording_id: str) -> str:
    """One try of one step. Raises `StepStumbled` for what may pass, a database out of reach too."""
    try:
        return _try(step, job_id, recording_id)
    except OperationalError as error:
        # Else the workflow would end with its job shown as running for ever.
        log.warning("step_stumbled", job_id=job_id, step=step.value, error=type(error).__name__)
        raise StepStumbled(Message("数据库暂时无法访问。请检查数据库后点“重试”")) from None


def _try(step: Step, job_id: str, recording_id: str) -> str:
    job = mirror.begin(job_id, step, worker=tools().worker)
    if job is None:
        return OVER
    began = time.monotonic()
    try:
        _ACTIONS[step](job)
    except EngineUnavailable as error:
        mirror.wait(job_id, message_of(error))
        log.info("job_waiting", job_id=job_id, recording_id=recording_id, step=step.value)
        return WAITING
    except RecordingGone:
        return OVER
    except (AudioRefused, CallUnhearable, ObjectMissing, QmError) as error:
        return _failed(job_id, recording_id, failure_in_words(error))
    except Exception as error:  # noqa: BLE001 - whatever happens is told in words
        words = failure_in_words(error)
        mirror.stumbled(job_id, words)
        log.warning("step_stumbled", job_id=job_id, step=step.value, error=type(error).__name__)
        raise StepStumbled(words) from None
    log.info("step_done", job_id=job_id, step=step.value, seconds=round(time.monotonic() - began, 3))
    if step is Step.PRESCORE:
        mirror.finish(job_id)
    return ON


_NEXT: tuple[tuple[type[Exception], Message], ...] = (
    (CallUnhearable, Message("请核对原始文件，或重新导入后再试")),
    (RolesChanged, Message("无需处理；若没有自动继续，请点“重试”")),
    (HearingFailed, Message("请稍后点“重试”；若仍失败，请检查内存和模型文件")),
    (OSError, Message("请检查磁盘空间和权限后点“重试”")),
)
"""What to do after errors whose message only says what happened."""


def failure_in_words(error: Exception) -> Message:
    """Why a step failed and what to do, for the job's page."""
    if isinstance(error, AudioRefused):
        return error.detail
    if isinstance(error, StorageError | QmError):
        return message_of(error)
    for kind, advice in _NEXT:
        if isinstance(error, kind):
            return advised(_fact(error), advice)
    fact = Message("处理出错（%(what)s）", what=type(error).__name__)
    return advised(fact, Message("请点“重试”；若仍失败，请把任务编号告诉管理员"))


def _fact(error: Exception) -> Message:
    if isinstance(error, OSError):
        return Message("读写文件出错（%(what)s）", what=str(error.strerror))
    return message_of(error)


def _transcribe(job: Job) -> None:
    said_at = 0.0

    def progress(share: float) -> None:
        nonlocal said_at
        if share >= 1.0 or time.monotonic() - said_at >= _PROGRESS_EVERY_S:
            said_at = time.monotonic()
            mirror.hearing_progressed(job.id, share)

    pipeline.transcribe(job.recording_id, since=job.created_at, hear=tools().hear, progress=progress)


_ACTIONS: dict[Step, Callable[[Job], None]] = {
    Step.STORE: lambda job: pipeline.store_derivatives(job.recording_id),
    Step.TRANSCRIBE: _transcribe,
    Step.SCAN: lambda job: pipeline.scan(job.recording_id, prove=tools().prove),
    Step.PRESCORE: lambda job: pipeline.prescore(job.recording_id),
}


def _durable(step: Step) -> Callable[[str, str], str]:
    @DBOS.step(
        name=step.value,
        retries_allowed=True,
        max_attempts=TRIES,
        interval_seconds=FIRST_PAUSE_S,
        backoff_rate=PAUSE_GROWTH,
        should_retry=lambda error: isinstance(error, StepStumbled),
    )
    def run(job_id: str, recording_id: str) -> str:
        return _perform(step, job_id, recording_id)

    return run


_RUN = {step: _durable(step) for step in Step}
