"""From sound to verdicts: hear, scan and judge labelled calls; the truth is read only afterwards."""

from __future__ import annotations

from pathlib import Path

from qm.bench.calls import LabelledCall, labelled_calls
from qm.core.settings import settings
from scoring.bench import judgement
from scoring.types import Conversation
from transcribe.engines import from_settings, prover_of
from transcribe.phrases import PhraseMatcher
from transcribe.phrases.library import seed
from transcribe.types import Transcriber


def run(folder: Path) -> dict[str, object]:
    """Flat keys `<label>.precision`, `.recall`, `.cannot_tell`, `.n` and the counts behind them."""
    config = settings()
    engine = from_settings(
        engine=config.engine,
        model=config.model,
        models_dir=config.resolved_models_dir,
        threads=config.hearing_threads,
    )
    matcher = PhraseMatcher(phrase for group in seed() for phrase in group.phrases)
    heard = ((_heard(call, engine, matcher), call.labels) for call in labelled_calls(folder))
    return dict(judgement.run(heard).as_json())


def _heard(call: LabelledCall, engine: Transcriber, matcher: PhraseMatcher) -> Conversation:
    audio = call.audio()
    transcript = engine.transcribe(audio)
    hits = matcher.scan(transcript, agent_no=call.meta.get("agent_no"), prover=prover_of(engine, audio))
    return Conversation(call.name, transcript, hits, call.meta)
