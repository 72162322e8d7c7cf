"""What a worker does beside its work: say that it lives, take over from the dead, wake the waiting, tidy."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import structlog

from qm import jobs
from qm.core import database, statistics
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import QmError
from qm.core.settings import Settings
from qm.jobs import beats, mirror, tally
from qm.upkeep.writes import retention
from recorder.message import Message, advised, message_of
from transcribe.types import EngineUnavailable
from transcribe.weights import find_weights

WAKE_EVERY_BEATS = 2
FOLD_EVERY_BEATS = 20
PURGE_EVERY = timedelta(days=1)
COUNT_EVERY = timedelta(hours=1)
"""Rather than daily: it costs little, and the calls of a large load arrive through workers."""
_REACH_WITHIN_S = 3.0

log = structlog.get_logger()


class Housekeeping:
    """A thread that beats every few seconds from `begin` to `end`."""

    def __init__(self, name: str, config: Settings) -> None:
        self.name = name
        self._config = config
        self._started_at = now()
        self._purge_at = self._count_at = self._started_at
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def begin(self) -> None:
        """Say the first word, then keep going in the background."""
        beats.beat(self.name, started_at=self._started_at)
        self._thread.start()

    def end(self) -> None:
        """Stop, and let others take over at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        if database.is_bound():
            beats.leave(self.name)

    def _run(self) -> None:
        turn = 0
        while not self._stop.wait(beats.BEAT_EVERY_S):
            turn += 1
            try:
                beats.beat(self.name, started_at=self._started_at)
                freed = beats.adopt(by=self.name)
                if freed:
                    log.info("work_taken_over", worker=self.name, workflows=freed)
                if turn % WAKE_EVERY_BEATS == 0:
                    wake(self._config)
                if turn % FOLD_EVERY_BEATS == 0:
                    tally.fold()
                self._purge()
                self._count()
            except Exception as error:  # noqa: BLE001 - a database out of reach must not end the beat
                log.warning("housekeeping_failed", worker=self.name, error=type(error).__name__)

    def _purge(self) -> None:
        if now() < self._purge_at:
            return
        self._purge_at = now() + PURGE_EVERY
        purged = retention.purge()
        log.info("purged", worker=self.name, attempts=purged.attempts, files=purged.files)

    def _count(self) -> None:
        if now() >= self._count_at:
            self._count_at = now() + COUNT_EVERY
            statistics.refresh()


def wake(config: Settings) -> int:
    """Run waiting jobs that have rested again where the engine can hear now; gives how many."""
    waiting = mirror.rested()
    if not waiting or unavailable(config) is not None:
        return 0
    for job in waiting:
        try:
            with writing():
                jobs.retry(job.recording_id, by_itself=True)
        except QmError:
            continue  # another worker was quicker, or the recording is gone
    return len(waiting)


def unavailable(config: Settings) -> Message | None:
    """Why nothing can be heard now, with what to do; None where the engine can run."""
    if config.engine != "whisper":
        return _unreachable(config.engine_endpoint)
    try:
        find_weights(config.model, folder=config.resolved_models_dir)
    except EngineUnavailable as error:
        return message_of(error)
    return None


def _unreachable(endpoint: str) -> Message | None:
    address = urlsplit(endpoint)
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        with socket.create_connection((address.hostname or "", port), timeout=_REACH_WITHIN_S):
            return None
    except OSError:
        fact = Message("转写服务 %(host)s 无法连接", host=address.hostname or endpoint)
        return advised(fact, Message("请检查服务和设置 QM_ENGINE_ENDPOINT"))
