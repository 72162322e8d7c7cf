"""The one place that knows the durable engine: names, its tables, and what a client may ask of it.

The engine's tables live in qm's own database, so that a recording, its job row and its workflow are
committed together or not at all. Nothing but ids is ever given to it (it stores pickles). Its package
is imported on first use: it costs seconds, and most commands never enqueue anything.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from qm.core import database

if TYPE_CHECKING:
    from dbos import DBOSClient

APPLICATION = "qm-pipeline"
QUEUE = "qm-recordings"
WORKFLOW = "process_recording"
# The engine keeps these three names: what waits in a database of an earlier release goes on.
BACKGROUND_QUEUE = "qm-errands"
BACKGROUND_WORKFLOW = "run_errand"
"""Work on what is stored already, asked for by a person: it must not wait behind a thousand recordings."""
BACKGROUND_PREFIX = "errand-"
VERSION = "1"
"""Pinned: raise it only when a step is added, removed or reordered, after the queue has run empty."""

TABLES = frozenset(
    {
        "application_versions", "dbos_migrations", "notifications", "operation_outputs", "queues", "streams",
        "workflow_events", "workflow_events_history", "workflow_input", "workflow_output",
        "workflow_schedules", "workflow_status",
    }
)  # fmt: skip
"""The engine's own tables, which lie beside ours on SQLite (on PostgreSQL in a schema of their own)."""

_lock = threading.Lock()
_prepared: set[str] = set()
_clients: dict[str, Any] = {}


class JobsNotPrepared(RuntimeError):
    """`prepare` must run before the transaction that enqueues: it creates tables of its own."""


def url() -> str:
    """URL of the bound database, as the engine wants it."""
    return database.engine().url.render_as_string(hide_password=False)


def prepare() -> None:
    """Create or migrate the engine's tables in the bound database; cheap when done before.

    Call it outside any transaction.
    """
    target = url()
    with _lock:
        if target in _prepared:
            return
        from dbos import DBOS  # noqa: PLC0415 - see the module's docstring

        quiet()
        DBOS.migrate(target)
        _prepared.add(target)


def check_prepared() -> None:
    """Raises `JobsNotPrepared` where `prepare` was not called for the bound database."""
    if url() not in _prepared:
        raise JobsNotPrepared


def quiet() -> None:
    """Keep the engine's own chatter out of our logs; its warnings stay."""
    import logging  # noqa: PLC0415

    logging.getLogger("dbos").setLevel(logging.WARNING)


def client() -> DBOSClient:
    """The engine's client for the bound database. It runs nothing; web and commands use only this."""
    target = url()
    prepare()
    with _lock:
        if target not in _clients:
            from dbos import DBOSClient  # noqa: PLC0415

            _forget()  # a process has one database; a client of an earlier one would hold its engine for good
            _clients[target] = DBOSClient(system_database_url=target, application_name=APPLICATION, lazy=True)
        found: DBOSClient = _clients[target]
        return found


def enqueue(session: Session, *, job_id: str, recording_id: str, first_step: str) -> None:
    """Put a workflow into the queue within the caller's transaction. Raises as `check_prepared`."""
    check_prepared()
    client().enqueue_in_transaction(
        session.connection(),
        {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE,
            "workflow_id": job_id,
            "app_version": VERSION,
        },
        job_id,
        recording_id,
        first_step,
    )


def enqueue_background_task(session: Session, *, workflow_id: str, kind: str, row_id: int) -> None:
    """Put a background task into its queue within the caller's transaction. Raises as `check_prepared`."""
    check_prepared()
    client().enqueue_in_transaction(
        session.connection(),
        {
            "workflow_name": BACKGROUND_WORKFLOW,
            "queue_name": BACKGROUND_QUEUE,
            "workflow_id": workflow_id,
            "app_version": VERSION,
        },
        kind,
        row_id,
    )


def pending_of(worker: str) -> list[str]:
    """Ids of workflows that this worker has begun and not ended."""
    found = client().list_workflows(status="PENDING", executor_id=worker, load_input=False, load_output=False)
    return [item.workflow_id for item in found]


def unfinished() -> dict[str, str]:
    """Status (`ENQUEUED`, `PENDING`, …) of every workflow that has not ended, by id."""
    found = client().list_workflows(
        status=["ENQUEUED", "PENDING", "DELAYED"], load_input=False, load_output=False
    )
    return {item.workflow_id: item.status for item in found}


def step_times(workflow_id: str) -> list[tuple[str, float, float]]:
    """Name, start and end (seconds since 1970) of each step that a workflow has finished."""
    found = client().list_workflow_steps(workflow_id)
    times = ((item["started_at_epoch_ms"] or 0, item["completed_at_epoch_ms"] or 0) for item in found)
    return [
        (item["function_name"], begun / 1000, ended / 1000)
        for item, (begun, ended) in zip(found, times, strict=True)
    ]


def resume(workflow_ids: list[str]) -> None:
    """Let any worker continue these workflows from their last finished step."""
    tasks = [item for item in workflow_ids if item.startswith(BACKGROUND_PREFIX)]
    recordings = [item for item in workflow_ids if not item.startswith(BACKGROUND_PREFIX)]
    for ids, queue in ((recordings, QUEUE), (tasks, BACKGROUND_QUEUE)):
        if ids:
            client().resume_workflows(ids, queue_name=queue)


def close() -> None:
    """Release the clients' connections (at the end of a process or a test)."""
    with _lock:
        _forget()
        _prepared.clear()


def _forget() -> None:
    for opened in _clients.values():
        opened.destroy()
    _clients.clear()
