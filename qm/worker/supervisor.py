"""Workers as child processes that are started again when they die. `qm serve` keeps some beside the web."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import structlog

CHECK_EVERY_S = 0.5
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
HEALTHY_AFTER_S = 60.0
STOP_WITHIN_S = 10.0

log = structlog.get_logger()


class Workers:
    """A number of worker processes, kept alive from `start` to `stop`. Settings come by environment."""

    def __init__(self, number: int, *, quiet: bool = False) -> None:
        self._slots = [_Slot(quiet=quiet) for _ in range(number)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="workers", daemon=True)

    def start(self) -> None:
        """Start the processes and watch over them."""
        for slot in self._slots:
            slot.start()
        self._thread.start()

    def stop(self) -> None:
        """Ask them to end, then insist."""
        self._stop.set()
        for slot in self._slots:
            slot.ask_to_end()
        for slot in self._slots:
            slot.end()

    def pids(self) -> list[int]:
        """Process ids of those that live."""
        return [slot.process.pid for slot in self._slots if slot.process and slot.process.poll() is None]

    def __enter__(self) -> Workers:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _watch(self) -> None:
        while not self._stop.wait(CHECK_EVERY_S):
            for slot in self._slots:
                slot.keep_alive()


class _Slot:
    """The place of one worker process."""

    def __init__(self, *, quiet: bool) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self._quiet = quiet
        self._pause_s = FIRST_PAUSE_S
        self._started_s = 0.0
        self._not_before_s = 0.0

    def start(self) -> None:
        command = [sys.executable, "-m", "qm", "worker", "--parent", str(os.getpid())]
        output = subprocess.DEVNULL if self._quiet else None
        self._started_s = time.monotonic()
        # The command is our own, made of constants and a number.
        self.process = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603

    def keep_alive(self) -> None:
        """Start the process again where it has died, after a pause that grows while it keeps dying."""
        if self.process is None or self.process.poll() is None:
            return
        moment = time.monotonic()
        if not self._not_before_s:
            log.warning("worker_died", pid=self.process.pid, exit_status=self.process.returncode)
            lived = moment - self._started_s
            grown = min(self._pause_s * 2, LONGEST_PAUSE_S)
            self._pause_s = FIRST_PAUSE_S if lived > HEALTHY_AFTER_S else grown
            self._not_before_s = moment + self._pause_s
        elif moment >= self._not_before_s:
            self._not_before_s = 0.0
            self.start()

    def ask_to_end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def end(self) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(timeout=STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
