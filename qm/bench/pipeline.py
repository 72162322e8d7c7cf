"""What the whole road costs: a folder of calls through a real installation in a temporary folder.

Calls go in by `ingest` and are walked to pre-scored by one real worker process on SQLite and a directory.
Seconds of a step are wall time during which at least one call was in it; steps of several calls overlap,
so they may sum to more than the total.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import SQLModel

from qm.app import seeds
from qm.bench.memory import PeakMemory
from qm.core import database, objects
from qm.core.actor import SYSTEM
from qm.core.settings import settings
from qm.intake.reads.files import Given, files_in, with_call_data
from qm.intake.writes.ingest import ingest
from qm.jobs import Step, engine, schema
from qm.jobs import reads as job_reads
from qm.jobs.reads import JobLine
from qm.models import JobState
from qm.worker.supervisor import Workers

LOOK_EVERY_S = 0.25
_ISOLATED = {"QM_DATABASE_URL": "", "QM_OBJECTS_URL": "", "QM_WORKER_NAME": "bench"}


def run(folder: Path) -> dict[str, object]:
    """Figures of one run over `folder`; see the module. Calls that fail are counted, not hidden."""
    with _installation():
        database.bind(database.make_engine(settings().resolved_database_url))
        schema.migrate()
        seeds.ensure_seeded()
        began = time.monotonic()
        recording_ids, refused = _take_in(folder)
        ingested_s = time.monotonic() - began
        with Workers(1, quiet=True) as workers, PeakMemory(workers.pids) as memory:
            lines = _wait(recording_ids)
        total_s = time.monotonic() - began
        audio_s = sum(line.duration_s for line in lines)
        return {
            "calls": len(lines),
            "refused": refused,
            "failed": sum(line.state is not JobState.DONE for line in lines),
            "audio_s": round(audio_s, 2),
            "wall_s": {
                "total": round(total_s, 2),
                "ingest": round(ingested_s, 2),
                **{step: round(seconds, 2) for step, seconds in _step_seconds(lines).items()},
            },
            "rtf": round(total_s / audio_s, 4) if audio_s else None,
            "peak_memory_mb": round(memory.peak_bytes / 2**20, 1),
            "objects": _objects(),
            "rows": _rows(),
        }


@contextmanager
def _installation() -> Iterator[None]:
    """Settings of an empty installation that is removed afterwards; the speech model stays where it is."""
    models_dir = settings().resolved_models_dir.resolve()
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="qm-bench-", ignore_cleanup_errors=True) as folder:
        os.environ.update(_ISOLATED, QM_DATA_DIR=folder, QM_MODELS_DIR=str(models_dir))
        settings.cache_clear()
        try:
            yield
        finally:
            engine.close()
            database.unbind()
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()


def _take_in(folder: Path) -> tuple[list[str], int]:
    made = []
    for path in files_in((folder,)):
        item = with_call_data(path, Given(source="bench", agent_no="0000"))
        made.append(ingest(item.path, item.call_data, actor=SYSTEM, filename=path.name))
    arrived = [item.recording_id for item in made if item.recording_id is not None]
    return arrived, len(made) - len(arrived)


def _wait(recording_ids: Sequence[str]) -> list[JobLine]:
    while True:
        lines = job_reads.of_recordings(SYSTEM, recording_ids)
        if not any(line.state in (JobState.QUEUED, JobState.RUNNING) for line in lines):
            return lines
        time.sleep(LOOK_EVERY_S)


def _step_seconds(lines: Sequence[JobLine]) -> dict[str, float]:
    spans: dict[str, list[tuple[float, float]]] = {step.value: [] for step in Step}
    for line in lines:
        for name, start_s, end_s in engine.step_times(line.job_id):
            if name in spans:
                spans[name].append((start_s, end_s))
    return {name: _covered(found) for name, found in spans.items()}


def _covered(spans: list[tuple[float, float]]) -> float:
    """Length of the union of spans."""
    covered, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def _objects() -> dict[str, int]:
    found = list(objects.store().list())
    return {"count": len(found), "bytes": sum(item.size_bytes for item in found)}


def _rows() -> dict[str, int]:
    counted = {}
    with database.reading() as session:
        for table in SQLModel.metadata.sorted_tables:
            number = session.connection().execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            if number:
                counted[table.name] = int(number)
    return counted
