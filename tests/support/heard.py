"""Sample calls on their whole road, but for the engine: what was said is taken from the sample's truth.

Storing, scanning and pre-scoring are the real services; only Whisper is left out, which has tests of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from qm.app import seeds
from qm.bench.truth import transcript_of
from qm.core.actor import SYSTEM
from qm.core.database import writing
from qm.core.paths import SAMPLES
from qm.hearing.writes.hear import keep_transcript
from qm.intake.writes import ingest as ingest_writes
from qm.worker import pipeline
from recorder.calldata import sidecar_call_data
from recorder.types import Role
from transcribe.types import Acoustics, Transcript, Utterance

__all__ = ["bring_in", "hear", "transcript_of"]


def bring_in(name: str, *, misheard: Mapping[str, str] | None = None, judged: bool = True) -> str:
    """Take a sample in, store, scan and pre-score it; gives the recording's id. Seeds library and forms.

    `misheard`: words as said and what the engine wrote for them, with low probability. `judged` False stops
    before the rules, which take seconds.
    """
    seeds.ensure_seeded()
    truth_path = SAMPLES / f"{name}.json"
    sound = next(path for path in SAMPLES.glob(f"{name}.*") if path.suffix != ".json")
    taken = ingest_writes.ingest(
        sound, sidecar_call_data(truth_path, source="test"), actor=SYSTEM, filename=sound.name
    )
    assert taken.recording_id is not None, taken.detail
    pipeline.store_derivatives(taken.recording_id)
    with writing() as session:
        keep_transcript(session, taken.recording_id, transcript_of(truth_path, misheard or {}))
    pipeline.scan(taken.recording_id)
    if judged:
        pipeline.prescore(taken.recording_id)
    return taken.recording_id


def hear(recording_id: str, said: str) -> None:
    """A transcript of two turns; `said` is the agent's."""
    turns = (
        Utterance(0, Role.CUSTOMER, 0.0, 3.0, "我想转账到别的银行", "我想转账到别的银行", (), 0.9),
        Utterance(1, Role.AGENT, 3.0, 6.0, said, said, (), 0.9),
    )
    transcript = Transcript(
        utterances=turns, acoustics=Acoustics({}), duration_s=63.5, language="zh",
        engine="truth", engine_version="1", model="none",
    )  # fmt: skip
    with writing() as session:
        keep_transcript(session, recording_id, transcript)
