"""The Whisper engine: calls in, transcripts out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from recorder.types import CallAudio
from transcribe.engines.collecting import CallInWork
from transcribe.engines.guard import invented, too_little
from transcribe.engines.prompts import PLAIN, prompt_for
from transcribe.engines.prover import SoundProver
from transcribe.engines.speech_model import RATE_HZ, Heard, SpeechModel
from transcribe.engines.windows import Piece, Window, sound
from transcribe.script import spoken
from transcribe.types import Progress, Span, Transcript, Word
from transcribe.voice import voiced_by_role
from transcribe.weights import Weights

BATCH = 8
ALIKE = 0.85
"""Windows in one batch are at least this share of its longest."""
PASSED_OVER_S = 1.0
"""Beam search may skip a whole sentence of a full window: so much voice without words is heard again."""

Found: TypeAlias = tuple[Window, Heard, list[Word]]
"""A window, what was heard in it, and its words in window times."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the engine hears. Defaults are the measured best of docs/hearing.md."""

    beam: int = 4
    second_beam: int = 5
    """Beam for windows whose first result fails the guard."""
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
        self,
        calls: Sequence[CallAudio],
        *,
        terms: Sequence[tuple[str, ...]] = (),
        progress: Progress | None = None,
    ) -> list[Transcript]:
        """Hears several calls in shared batches: many short calls then cost no more than one long one.

        `terms`: for each call the words of its queue. Never forbidden speech: the model may invent it.
        """
        report = progress or (lambda _share: None)
        report(0.0)
        with ThreadPoolExecutor(self.network.workers) as pool:
            voiced = pool.map(voiced_by_role, (call.channels for call in calls))
            expected = terms or [()] * len(calls)
            state = [CallInWork(*known) for known in zip(calls, voiced, expected, strict=True)]
            windows = [window for at, call in enumerate(state) for window in call.windows(at)]
            batches = self._batches(windows, expected)
            total_s = sum(window.duration_s for batch in batches for window in batch)
            heard_s = 0.0
            for found in pool.map(lambda batch: self._hear(batch, state), batches):
                for window, heard, words in found:
                    state[window.call].place(
                        window,
                        words,
                        no_speech=heard.no_speech,
                        mean_log_probability=heard.mean_log_probability,
                    )
                    heard_s += window.duration_s
                report(min(1.0, heard_s / total_s))
        report(1.0)
        label = self.weights.label
        return [c.transcript(engine=self.name, version=self.version, model=label) for c in state]

    def _batches(self, windows: list[Window], terms: Sequence[tuple[str, ...]]) -> list[list[Window]]:
        """Windows of one role, one queue and like length together; the dearest batches first.

        A batch shares its prompt's length: with roles mixed, the longer prompt would lose its beginning.
        """
        windows.sort(key=lambda window: (window.role.value, terms[window.call], -window.duration_s))
        size = min(self.options.batch, math.ceil(len(windows) / self.network.workers))
        batches: list[list[Window]] = []
        for window in windows:
            last = batches[-1] if batches else []
            same_queue = bool(last) and terms[window.call] == terms[last[0].call]
            if same_queue and len(last) < size and _alike(window, last[0]):
                last.append(window)
            else:
                batches.append([window])
        return sorted(batches, key=lambda batch: -batch[0].duration_s * len(batch))

    def prover(self, audio: CallAudio) -> SoundProver:
        """Second listening for a call that was heard."""
        return SoundProver(self.network, audio)

    def _hear(self, batch: list[Window], state: list[CallInWork]) -> list[Found]:
        sounds, encoded, heard = self._search(batch, state, self.options.beam)
        for at, window in enumerate(batch):
            if self._failed(heard[at], window, state):
                heard[at] = self._again(sounds[at], heard[at], window, state)
        found = self._timed(encoded, batch, heard)
        return [part for each in found for part in self._with_lost(each, state)]

    def _search(
        self, batch: list[Window], state: list[CallInWork], beam: int
    ) -> tuple[list[NDArray[np.float32]], Any, list[Heard]]:
        """Each window's samples, the encoder's states, and the likeliest words."""
        sounds = [sound(w, state[w.call].audio.channels[w.role], RATE_HZ) for w in batch]
        encoded = self.network.encode(sounds)
        prompts = [prompt_for(w.role, state[w.call].terms, w.number) for w in batch]
        return sounds, encoded, self.network.generate(encoded, prompts, beam=beam)

    def _timed(self, encoded: Any, batch: list[Window], heard: list[Heard]) -> list[Found]:
        times = self.network.align(encoded, [list(h.tokens) for h in heard], [w.duration_s for w in batch])
        return [(w, h, self.network.grouped(t)) for w, h, t in zip(batch, heard, times, strict=True)]

    def _with_lost(self, found: Found, state: list[CallInWork]) -> list[Found]:
        """The window as heard, and each stretch that the network passed over heard again by itself."""
        window, heard, words = found
        lost = _passed_over(window, words, state[window.call].voiced[window.role])
        if not lost or len(window.pieces) == 1:
            return [found]
        kept = tuple(piece for at, piece in enumerate(window.pieces) if at not in lost)
        rest = [word for word in words if window.piece_at(word.middle_s) not in lost]
        again: list[Found] = []
        for at in lost:
            alone = [replace(window, pieces=(Piece(window.pieces[at].span, 0.0),))]
            _, encoded, second = self._search(alone, state, self.options.second_beam)
            again += self._timed(encoded, alone, second)
        return [(replace(window, pieces=kept), heard, rest), *again] if kept else again

    def _failed(self, heard: Heard, window: Window, state: list[CallInWork]) -> bool:
        voiced_s = window.voiced_s(state[window.call].voiced[window.role])
        text = self.network.text(list(heard.tokens))
        return too_little(text, voiced_s) or invented(text, voiced_s, heard.no_speech, 0.0) is not None

    def _again(
        self, samples: NDArray[np.float32], first: Heard, window: Window, state: list[CallInWork]
    ) -> Heard:
        """A second try, searched wider and with less expectation; kept where it does not fail."""
        encoded = self.network.encode([samples])
        for prompt in (PLAIN, ""):
            second = self.network.generate(encoded, [prompt], beam=self.options.second_beam)[0]
            if not self._failed(second, window, state):
                return second
        return first


def _passed_over(window: Window, words: Sequence[Word], voiced: tuple[Span, ...]) -> list[int]:
    """Pieces with a second of voice or more to which hardly a character was given."""
    characters = Counter[int]()
    for word in words:
        characters[window.piece_at(word.middle_s)] += len(spoken(word.text))
    seconds = [piece.voiced_s(voiced) for piece in window.pieces]
    return [
        at for at, voiced_s in enumerate(seconds) if voiced_s >= PASSED_OVER_S and characters[at] < voiced_s
    ]


def _alike(window: Window, longest: Window) -> bool:
    return window.role is longest.role and window.duration_s >= ALIKE * longest.duration_s
