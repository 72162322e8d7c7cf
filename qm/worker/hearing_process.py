"""One child process of the worker that hears, fed by whichever steps are waiting.

Calls that wait together are heard together (short calls share the network's windows); questions about a
call that was heard go before, because they take little. The child is replaced after a number of calls,
because its memory only grows, and after a crash.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from qm.hearing.writes.engine import Answers, HearingRequest
from qm.worker.hearing_child import (
    Asked,
    EngineChoice,
    Progressed,
    ProofRequest,
    Reply,
    Unavailable,
    Unhearable,
    listen,
)
from recorder.message import Message, message_of
from transcribe.phrases.proof import Question
from transcribe.types import EngineUnavailable, Progress, Transcript

TOGETHER = 4
"""Calls heard in one go at most."""
TOGETHER_S = 600.0
"""Seconds of sound heard in one go at most; a longer call is heard alone."""
CALLS_PER_CHILD = 200
_QUESTIONS, _CALLS, _LAST = range(3)
"""What goes before what."""


class HearingFailed(RuntimeError):
    """Hearing did not succeed; trying again may help."""


class CallUnhearable(RuntimeError):
    """This call cannot be heard however often it is tried. The message says why."""


@dataclass(slots=True)
class _Waiting:
    asked: Asked
    progress: Progress = lambda _share: None
    answer: Future[Transcript | Answers] = field(default_factory=Future)

    @property
    def duration_s(self) -> float:
        return self.asked.info.duration_s if isinstance(self.asked, HearingRequest) else 0.0


_Line = tuple[int, int, _Waiting | None]


class HearingProcess:
    """Hears calls in a child process. Safe to use from several threads."""

    def __init__(self, choice: EngineChoice, *, calls_per_child: int = CALLS_PER_CHILD) -> None:
        self._choice = choice
        self._calls_per_child = calls_per_child
        self._line: queue.PriorityQueue[_Line] = queue.PriorityQueue()
        self._number = itertools.count()
        self._child: tuple[BaseProcess, Connection] | None = None
        self._heard = 0
        self._thread = threading.Thread(target=self._serve, name="hearing", daemon=True)
        self._thread.start()

    def hear(self, request: HearingRequest, progress: Progress) -> Transcript:
        """Hear one call; blocks. Raises `EngineUnavailable`, `CallUnhearable`, `HearingFailed`."""
        heard = self._wait(_CALLS, _Waiting(request, progress))
        assert isinstance(heard, Transcript)
        return heard

    def prove(self, request: HearingRequest, questions: Sequence[Question]) -> Answers:
        """Second listening to a call; blocks. Raises as `hear`."""
        answers = self._wait(_QUESTIONS, _Waiting(ProofRequest(request, tuple(questions))))
        assert not isinstance(answers, Transcript)
        return answers

    def close(self) -> None:
        """End the child."""
        self._line.put((_LAST, next(self._number), None))
        self._thread.join(timeout=5)
        self._drop_child()

    def _wait(self, rank: int, waiting: _Waiting) -> Transcript | Answers:
        self._line.put((rank, next(self._number), waiting))
        return waiting.answer.result()

    def _serve(self) -> None:
        while batch := self._next_batch():
            try:
                self._hear_batch(batch)
            except BaseException as error:  # noqa: BLE001 - a waiting step must never wait for ever
                self._drop_child()
                for waiting in batch:
                    if not waiting.answer.done():
                        waiting.answer.set_exception(HearingFailed(message_of(error)))

    def _next_batch(self) -> list[_Waiting]:
        """What is done next: one call's questions, or calls to be heard together; empty at the end."""
        batch: list[_Waiting] = []
        while len(batch) < TOGETHER:
            try:
                line = self._line.get(block=not batch)
            except queue.Empty:
                break
            rank, _, waiting = line
            if batch and (rank != _CALLS or sum(w.duration_s for w in (*batch, waiting) if w) > TOGETHER_S):
                self._line.put(line)
                break
            if waiting is None:
                break
            batch.append(waiting)
            if rank == _QUESTIONS:
                break
        return batch

    def _hear_batch(self, batch: list[_Waiting]) -> None:
        try:
            self._ask(batch)
        except (EOFError, OSError):
            self._drop_child()
            if len(batch) == 1:
                words = Message("转写进程意外退出，可能是内存不足")
                batch[0].answer.set_exception(HearingFailed(words))
                return
            for waiting in batch:  # find out which call it was
                self._hear_batch([waiting])

    def _ask(self, batch: list[_Waiting]) -> None:
        connection = self._connection(sum(waiting.duration_s > 0 for waiting in batch))
        connection.send([waiting.asked for waiting in batch])
        while True:
            message: Reply = connection.recv()
            if isinstance(message, Progressed):
                for waiting in batch:
                    waiting.progress(message.share)
            elif isinstance(message, Unavailable):
                for waiting in batch:
                    waiting.answer.set_exception(EngineUnavailable(message.reason))
                return
            else:
                for waiting, outcome in zip(batch, message, strict=True):
                    _tell(waiting, outcome)
                return

    def _connection(self, calls: int) -> Connection:
        if self._child is not None and self._heard + calls > self._calls_per_child:
            self._drop_child()
        if self._child is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            asked = (theirs, self._choice, os.getpid())
            process = context.Process(target=listen, args=asked, name="qm-hearing", daemon=True)
            process.start()
            theirs.close()
            self._child, self._heard = (process, ours), 0
        self._heard += calls
        return self._child[1]

    def _drop_child(self) -> None:
        if self._child is None:
            return
        process, connection = self._child
        self._child = None
        connection.close()
        process.terminate()
        process.join(timeout=5)
        if process.is_alive():
            process.kill()


def _tell(waiting: _Waiting, outcome: Transcript | Answers | Unhearable) -> None:
    if not isinstance(outcome, Unhearable):
        waiting.answer.set_result(outcome)
    elif outcome.final:
        waiting.answer.set_exception(CallUnhearable(outcome.reason))
    else:
        waiting.answer.set_exception(HearingFailed(outcome.reason))
