"""Judging every stored call again without hearing it: findings and automatic evaluations are renewed.

1. The calls are cut into chunks; processes read, judge and compare, each chunk by itself.
2. This process alone writes, a chunk a transaction, and says how far it is.
3. What equals the stored is left alone, so a run that was broken off is simply begun again.
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context

import structlog
from sqlalchemy import ColumnElement, and_, or_, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from qm.core import audit, database
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.judging.writes.rejudge_chunk import Chunk, begin_child, judge_chunk, judge_in_child
from qm.judging.writes.rejudge_store import RulesChanged, keep_chunk
from qm.models import JobState, RejudgeRun
from qm.rules.reads.calls import heard_ids
from recorder.message import Message, advised, message_of

CHUNK = 200
"""Calls judged together and written in one transaction."""
_AHEAD = 2
"""Chunks a process may be ahead of the writer, so that memory stays small."""
SILENT_AFTER = timedelta(seconds=90)
"""A running run that has not said that it lives for so long was broken off and may be taken up again."""
BEAT_EVERY_S = 10.0
"""How often a run says that it lives, however long a chunk takes."""
_ACTIVE = (JobState.QUEUED, JobState.RUNNING)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a run is."""

    total: int
    done: int
    changed: int


Progress = Callable[[Tally], None]


def request(actor: Actor) -> RejudgeRun:
    """Ask for a run; a worker takes it up. The one that is under way is given where there is one."""
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    with writing() as session:
        active = session.exec(select(RejudgeRun).where(col(RejudgeRun.state).in_(_ACTIVE))).first()
        if active is not None:
            return active
        moment = now()
        run = RejudgeRun(
            state=JobState.QUEUED, requested_by=actor.user_id, created_at=moment, updated_at=moment
        )
        run.total = len(heard_ids())
        session.add(run)
        session.flush()
        audit.record(actor, audit.AuditAction.REJUDGE_REQUESTED, run.id, recordings=run.total)
        return run


def waiting() -> bool:
    """True where a run may be claimed."""
    with reading() as session:
        return session.exec(select(RejudgeRun.id).where(_claimable())).first() is not None


def claim() -> int | None:
    """Take up a queued run, or one that fell silent; None where there is none. One claimer wins."""
    with writing() as session:
        run_id = session.exec(select(RejudgeRun.id).where(_claimable()).order_by(col(RejudgeRun.id))).first()
        if run_id is None:
            return None
        taken = session.connection().execute(
            update(RejudgeRun)
            .where(col(RejudgeRun.id) == run_id, _claimable())
            .values(state=JobState.RUNNING, updated_at=now())
        )
        return run_id if taken.rowcount else None


def _claimable() -> ColumnElement[bool]:
    silent = and_(
        col(RejudgeRun.state) == JobState.RUNNING, col(RejudgeRun.updated_at) < now() - SILENT_AFTER
    )
    return or_(col(RejudgeRun.state) == JobState.QUEUED, silent)


def perform(run_id: int, *, processes: int) -> Tally:
    """Carry out a claimed run, its row saying how far it is; a failure is kept in words and raised."""
    try:
        with _alive(run_id):
            tally = rejudge(processes=processes, progress=lambda tally: _moved(run_id, tally))
    except Exception as error:
        fact = Message("重新判定中断：%(words)s", words=message_of(error))
        _ended(run_id, JobState.FAILED, advised(fact, Message("请再点一次“按现行规则重新判定”")))
        raise
    _ended(run_id, JobState.DONE, "")
    return tally


def rejudge(
    recording_ids: Sequence[str] | None = None, *, processes: int, progress: Progress | None = None
) -> Tally:
    """Judge stored calls again (all, unless some are named) on so many processes; 1 uses this one."""
    ids = list(heard_ids() if recording_ids is None else recording_ids)
    todo = deque(ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
    done = changed = 0
    with _seldom_collecting():
        for chunk in _judged(todo, min(processes, len(todo))):
            try:
                changed += keep_chunk(chunk).changed
            except RulesChanged:
                todo.append(list(chunk.recording_ids))
                continue
            done += len(chunk.recording_ids)
            gc.collect()
            if progress is not None:
                progress(Tally(len(ids), done, changed))
    return Tally(len(ids), done, changed)


def _judged(todo: deque[list[str]], processes: int) -> Iterator[Chunk]:
    """Chunks as they are judged, in order; what is added to `todo` meanwhile is judged too."""
    if processes <= 1:
        while todo:
            yield judge_chunk(todo.popleft())
        return
    url = database.engine().url.render_as_string(hide_password=False)
    # Forking a process that has threads and connections is unsafe: children begin afresh.
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=begin_child, initargs=(url,)
    ) as pool:
        under_way: deque[Future[Chunk]] = deque()
        while todo or under_way:
            while todo and len(under_way) < processes * _AHEAD:
                under_way.append(pool.submit(judge_in_child, todo.popleft()))
            yield under_way.popleft().result()


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for cycles only when told: among so many rows that live shortly, looking is what takes time."""
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


@contextmanager
def _alive(run_id: int) -> Iterator[None]:
    """Say every few seconds that the run goes on, while inside."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT_EVERY_S):
            try:
                with writing() as session:
                    session.connection().execute(
                        update(RejudgeRun).where(col(RejudgeRun.id) == run_id).values(updated_at=now())
                    )
            except OperationalError as error:  # out of reach for a moment: the next beat may come through
                log.warning("rejudge_beat_missed", run_id=run_id, error=type(error).__name__)

    thread = threading.Thread(target=beat, name="rejudge-beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _moved(run_id: int, tally: Tally) -> None:
    with writing() as session:
        run = session.get(RejudgeRun, run_id)
        if run is not None:
            run.total, run.done, run.changed = tally.total, tally.done, tally.changed
            run.updated_at = now()


def _ended(run_id: int, state: JobState, words: str) -> None:
    with writing() as session:
        run = session.get(RejudgeRun, run_id)
        if run is not None:
            run.state, run.error = state, words
            run.updated_at = run.finished_at = now()
