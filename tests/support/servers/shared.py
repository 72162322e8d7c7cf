"""What the processes of one test run share: made by the first that asks, ended by the last that leaves."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TypeVar

import pytest

Made = TypeVar("Made")


@contextmanager
def shared(
    factory: pytest.TempPathFactory,
    name: str,
    make: Callable[[Path], Made],
    end: Callable[[Made], object] = lambda _made: None,
) -> Iterator[Made]:
    """What `make` gives, made once a run in a folder of its name and handed on by pickle.

    Each process holds a lock as long as it uses the thing, so that a process that dies leaves too.
    """
    folder = run_folder(factory) / name
    folder.mkdir(exist_ok=True)
    with (folder / ".gate").open("w") as gate, (folder / ".users").open("w") as users:
        with _alone(gate):
            fcntl.flock(users, fcntl.LOCK_SH)
            made: Made = _found_or_made(folder, make)
        try:
            yield made
        finally:
            with _alone(gate), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while another uses it
                (folder / ".made").unlink()
                end(made)


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """The run's temporary folder: each process that xdist starts has its own within it."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _found_or_made(folder: Path, make: Callable[[Path], Made]) -> Made:
    kept = folder / ".made"
    if kept.exists():
        found: Made = pickle.loads(kept.read_bytes())
        return found
    made = make(folder)
    kept.write_bytes(pickle.dumps(made))
    return made


@contextmanager
def _alone(gate: IO[str]) -> Iterator[None]:
    fcntl.flock(gate, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(gate, fcntl.LOCK_UN)
