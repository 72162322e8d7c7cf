"""Hearing measured with the engine that settings choose."""

from __future__ import annotations

from pathlib import Path

from qm.core.settings import settings
from transcribe.bench import hearing
from transcribe.engines import from_settings


def run(folder: Path, *, phrases_file: Path | None, against: str | None) -> dict[str, object]:
    """Figures of `qm bench hearing` under their published names."""
    config = settings()
    engine = from_settings(
        engine=config.engine,
        model=config.model,
        models_dir=config.resolved_models_dir,
        threads=config.hearing_threads,
    )
    report = hearing.run(folder, phrases_file, against, engine, threads=config.hearing_threads)
    return dict(report.to_json())
