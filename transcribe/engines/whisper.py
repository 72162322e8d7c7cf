"""The Whisper engine: calls in, transcripts out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recorder.types import CallAudio, Role
from transcribe.acoustics import measure
from transcribe.assemble import Stretch, utterances
from transcribe.engines.guard import invented
from transcribe.engines.speech_model import RATE_HZ, Heard, SpeechModel, Token
from transcribe.engines.speech_model import Piece as Heardpiece
from transcribe.engines.windows import Window, pack, sound, split_long
from transcribe.script import simplified_pieces
from transcribe.types import Progress, Span, Transcript, Word
from transcribe.voice import padded, voiced_by_role
from transcribe.weights import Weights

BATCH = 8
PAD_S = 0.3
"""Lead-in and lead-out of each stretch: voice activity alone cuts first syllables."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the engine hears. Defaults are the measured best of docs/hearing.md."""

    vocabulary: str = ""
    """Words of the service that the model should expect. Never forbidden speech: it may invent it."""
    beam: int = 1
    batch: int = BATCH


class WhisperTranscriber:
    """Hears calls with Whisper on CTranslate2. Holds the network: make one a process, never fork it."""

    name = "faster-whisper"

    def __init__(self, weights: Weights, *, threads: int = 0, options: Options | None = None) -> None:
        """`threads` 0 means one a core. Raises `EngineUnavailable` where the weights do not load."""
        from faster_whisper import __version__  # noqa: PLC0415 - heavy

        self.version = str(__version__)
        self.weights = weights
        self.options = options or Options()
        self.network = SpeechModel(weights, threads=threads)

    def transcribe(self, audio: CallAudio, *, progress: Progress | None = None) -> Transcript:
        """Hears one call. See `Transcriber`."""
        return self.transcribe_many([audio], progress=progress)[0]

    def transcribe_many(
        self, calls: Sequence[CallAudio], *, progress: Progress | None = None
    ) -> list[Transcript]:
        """Hears several calls in shared batches: short calls then cost no more than long ones."""
        report = progress or (lambda _share: None)
        report(0.0)
        voiced = [voiced_by_role(call.channels) for call in calls]
        windows = [w for at, call in enumerate(calls) for w in self._windows(at, call, voiced[at])]
        stretches: list[list[Stretch]] = [[] for _ in calls]
        unheard: list[dict[Role, list[Span]]] = [{} for _ in calls]
        for done in range(0, len(windows), self.options.batch):
            batch = windows[done : done + self.options.batch]
            for window, words in zip(batch, self._hear(batch, calls), strict=True):
                self._collect(window, words, stretches[window.call], unheard[window.call])
            report(min(1.0, (done + len(batch)) / len(windows)))
        report(1.0)
        return [
            self._transcript(call, voiced[at], stretches[at], unheard[at]) for at, call in enumerate(calls)
        ]

    def _windows(self, at: int, call: CallAudio, voiced: dict[Role, tuple[Span, ...]]) -> Iterable[Window]:
        for role, spans in voiced.items():
            samples = call.channels[role]
            wide = padded(spans, PAD_S, call.duration_s)
            yield from pack(at, role, split_long(wide, samples, call.rate_hz))

    def _hear(self, batch: list[Window], calls: Sequence[CallAudio]) -> list[list[tuple[Heardpiece, Heard]]]:
        sounds = [sound(w, calls[w.call].channels[w.role], RATE_HZ) for w in batch]
        encoded = self.network.encode(sounds)
        heard = self.network.generate(
            encoded, len(batch), prompt=self.options.vocabulary, beam=self.options.beam
        )
        times = self._times(encoded, heard, batch)
        return [[(piece, h) for piece in self.network.pieces(t)] for h, t in zip(heard, times, strict=True)]

    def _times(self, encoded: object, heard: list[Heard], batch: list[Window]) -> list[list[Token]]:
        return self.network.align(encoded, [list(h.tokens) for h in heard], [w.duration_s for w in batch])

    def _collect(
        self,
        window: Window,
        words: list[tuple[Heardpiece, Heard]],
        stretches: list[Stretch],
        unheard: dict[Role, list[Span]],
    ) -> None:
        by_piece: list[list[Word]] = [[] for _ in window.pieces]
        texts = simplified_pieces([piece.text for piece, _ in words])
        heard = words[0][1] if words else None
        for text, (piece, _) in zip(texts, words, strict=True):
            at = window.piece_at((piece.start_s + piece.end_s) / 2)
            start, end = window.to_call(piece.start_s, at), window.to_call(piece.end_s, at)
            by_piece[at].append(Word(text, start, max(start, end), piece.probability))
        for piece_words, placed in zip(by_piece, window.pieces, strict=True):
            text = "".join(word.text for word in piece_words)
            doubt = invented(
                text, placed.span.duration_s,
                heard.no_speech if heard else 1.0, heard.mean_log_probability if heard else -9.0,
            )
            if doubt or not text.strip():
                unheard.setdefault(window.role, []).append(placed.span)
            else:
                stretches.append(Stretch(window.role, placed.span, tuple(piece_words)))

    def _transcript(
        self,
        call: CallAudio,
        voiced: dict[Role, tuple[Span, ...]],
        stretches: list[Stretch],
        unheard: dict[Role, list[Span]],
    ) -> Transcript:
        said = utterances(stretches, call, voiced, str)
        return Transcript(
            utterances=said,
            acoustics=measure(call, voiced, said),
            duration_s=call.duration_s,
            language="zh",
            engine=self.name,
            engine_version=self.version,
            model=self.weights.label,
            unheard={role: tuple(spans) for role, spans in unheard.items()},
            roles_certain=Role.UNKNOWN not in call.channels,
        )


def silent(samples: NDArray[np.float32]) -> bool:
    """True for a channel without any sound."""
    return samples.size == 0 or float(np.max(np.abs(samples))) == 0.0
