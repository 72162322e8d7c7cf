"""Runs of judging again, beside a worker's recordings: taken up one at a time, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
import threading

import structlog

from qm.judging.writes import rejudge as rejudge_writes

LOOK_EVERY_S = 2.0

log = structlog.get_logger()


class Rejudging:
    """A thread that looks for a requested run, and the process that carries it out."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rejudging", daemon=True)
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Look for runs in the background until `end`."""
        self._thread.start()

    def end(self) -> None:
        """Stop; a run that is broken off is taken up by whoever is next."""
        self._stop.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY_S):
            try:
                run_id = rejudge_writes.claim() if rejudge_writes.waiting() else None
            except Exception as error:  # noqa: BLE001 - a database out of reach must not end the looking
                log.warning("rejudging_stumbled", error=type(error).__name__)
                continue
            if run_id is not None:
                self._carry_out(run_id)

    def _carry_out(self, run_id: int) -> None:
        log.info("rejudge_started", run_id=run_id)
        command = [sys.executable, "-m", "qm", "rejudge", "--run", str(run_id)]
        self._process = subprocess.Popen(command)  # noqa: S603 - our own command
        code = self._process.wait()
        log.info("rejudge_ended", run_id=run_id, code=code)
