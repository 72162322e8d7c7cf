"""The worker's ear: one child process that hears, fed by whichever steps are waiting.

Calls that wait together are heard together (short calls share the network's windows). The child is
replaced after a number of calls, because its memory only grows, and after a crash.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from qm.hearing import HearingRequest
from qm.worker.ear_child import EngineChoice, Message, Progressed, Unavailable, Unhearable, listen
from transcribe.types import EngineUnavailable, Progress, Transcript

TOGETHER = 4
"""Calls heard in one go at most."""
TOGETHER_S = 600.0
"""Seconds of sound heard in one go at most; a longer call is heard alone."""
CALLS_PER_CHILD = 200


class HearingFailed(RuntimeError):
    """Hearing did not succeed; trying again may help."""


class CallUnhearable(RuntimeError):
    """This call cannot be heard however often it is tried. The message says why."""


@dataclass(slots=True)
class _Asked:
    request: HearingRequest
    progress: Progress
    answer: Future[Transcript] = field(default_factory=Future)


class Ear:
    """Hears calls in a child process. Safe to use from several threads."""

    def __init__(self, choice: EngineChoice, *, calls_per_child: int = CALLS_PER_CHILD) -> None:
        self._choice = choice
        self._calls_per_child = calls_per_child
        self._asked: queue.Queue[_Asked | None] = queue.Queue()
        self._child: tuple[BaseProcess, Connection] | None = None
        self._heard = 0
        self._put_back: _Asked | None = None
        self._thread = threading.Thread(target=self._serve, name="ear", daemon=True)
        self._thread.start()

    def hear(self, request: HearingRequest, progress: Progress) -> Transcript:
        """Hear one call; blocks. Raises `EngineUnavailable`, `CallUnhearable`, `HearingFailed`."""
        asked = _Asked(request, progress)
        self._asked.put(asked)
        return asked.answer.result()

    def close(self) -> None:
        """End the child."""
        self._asked.put(None)
        self._thread.join(timeout=5)
        self._drop_child()

    def _serve(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                self._hear_batch(batch)
            except BaseException as error:  # noqa: BLE001 - a waiting step must never wait for ever
                self._drop_child()
                for asked in batch:
                    if not asked.answer.done():
                        asked.answer.set_exception(HearingFailed(str(error) or type(error).__name__))

    def _next_batch(self) -> list[_Asked] | None:
        first = self._put_back or self._asked.get()
        self._put_back = None
        if first is None:
            return None
        batch, seconds = [first], first.request.info.duration_s
        while len(batch) < TOGETHER:
            try:
                more = self._asked.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._asked.put(None)
                break
            seconds += more.request.info.duration_s
            if seconds > TOGETHER_S:
                self._put_back = more
                break
            batch.append(more)
        return batch

    def _hear_batch(self, batch: list[_Asked]) -> None:
        try:
            self._ask(batch)
        except (EOFError, OSError):
            self._drop_child()
            if len(batch) == 1:
                words = "转写进程意外退出，可能是内存不足"
                batch[0].answer.set_exception(HearingFailed(words))
                return
            for asked in batch:  # find out which call it was
                self._hear_batch([asked])

    def _ask(self, batch: list[_Asked]) -> None:
        connection = self._connection(len(batch))
        connection.send([asked.request for asked in batch])
        while True:
            message: Message = connection.recv()
            if isinstance(message, Progressed):
                for asked in batch:
                    asked.progress(message.share)
            elif isinstance(message, Unavailable):
                for asked in batch:
                    asked.answer.set_exception(EngineUnavailable(message.reason))
                return
            else:
                for asked, outcome in zip(batch, message, strict=True):
                    _tell(asked, outcome)
                return

    def _connection(self, calls: int) -> Connection:
        if self._child is not None and self._heard + calls > self._calls_per_child:
            self._drop_child()
        if self._child is None:
            context = multiprocessing.get_context("spawn")
            ours, theirs = context.Pipe()
            asked = (theirs, self._choice, os.getpid())
            process = context.Process(target=listen, args=asked, name="qm-ear", daemon=True)
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


def _tell(asked: _Asked, outcome: Transcript | Unhearable) -> None:
    if not isinstance(outcome, Unhearable):
        asked.answer.set_result(outcome)
    elif outcome.final:
        asked.answer.set_exception(CallUnhearable(outcome.reason))
    else:
        asked.answer.set_exception(HearingFailed(outcome.reason))
