"""A worker: takes recordings from the queue and walks them through their steps until told to stop."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

import structlog

from qm.core.settings import Settings
from qm.jobs import engine
from qm.worker import names
from qm.worker.hearing_child import EngineChoice
from qm.worker.hearing_process import HearingProcess
from qm.worker.housekeeping import Housekeeping
from qm.worker.rejudging import Rejudging

CALLS_AT_ONCE = 4
"""Workflows one worker has open: while one is heard, others are derived, scanned and judged."""
POLL_S = 0.5

log = structlog.get_logger()


def engine_choice(config: Settings) -> EngineChoice:
    """The speech engine that the settings name."""
    return EngineChoice(
        engine=config.engine,
        model=config.model,
        models_dir=config.resolved_models_dir,
        threads=config.hearing_threads,
        endpoint=config.engine_endpoint,
        key=config.engine_key.get_secret_value(),
    )


def run(config: Settings, *, stop: threading.Event | None = None, parent: int | None = None) -> None:
    """Work until `stop` is set, a signal comes, or the process `parent` is gone.

    The database must be bound and migrated. Unfinished work of this worker's earlier life, and of workers
    that fell silent, is continued from its last finished step. When this returns, steps may still be
    running in threads: end the process with `os._exit`, whoever is next continues them.
    """
    stop = stop or threading.Event()
    _stop_on_signals(stop)
    name = names.take(config.worker_name, folder=config.data_dir / "workers")
    housekeeping = Housekeeping(name.text, config)
    engine.prepare()
    housekeeping.begin()
    _launch(name.text, HearingProcess(engine_choice(config)))
    rejudging = Rejudging()
    rejudging.begin()
    log.info("worker_started", worker=name.text)
    while not stop.wait(1.0):
        if parent is not None and os.getppid() != parent:
            break
    rejudging.end()
    housekeeping.end()
    log.info("worker_stopped", worker=name.text)


def _launch(name: str, hearing: HearingProcess) -> None:
    from dbos import DBOS  # noqa: PLC0415 - seconds to import; only workers need it

    from qm.worker import background, workflow  # noqa: F401, PLC0415 - they register on import

    workflow.equip(workflow.Tools(worker=name, hear=hearing.hear, prove=hearing.prove))
    DBOS(
        config={
            "name": engine.APPLICATION,
            "system_database_url": engine.url(),
            "application_version": engine.VERSION,
            "executor_id": name,
            "log_level": "WARNING",
            "run_migrations": False,
            "notification_listener_polling_interval_sec": 1.0,
        }
    )
    DBOS.launch()
    DBOS.register_queue(engine.QUEUE, worker_concurrency=CALLS_AT_ONCE, polling_interval_sec=POLL_S)
    DBOS.register_queue(engine.BACKGROUND_QUEUE, worker_concurrency=1, polling_interval_sec=POLL_S)


def _stop_on_signals(stop: threading.Event) -> None:
    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, ask)
        signal.signal(signal.SIGINT, ask)
