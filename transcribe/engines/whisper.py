"""The Whisper engine: calls in, transcripts out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from recorder.types import CallAudio, Role
from transcribe.acoustics import measure, within
from transcribe.assemble import Stretch, utterances
from transcribe.diarize import by_role, with_roles
from transcribe.display import shown
from transcribe.engines.guard import invented, too_little
from transcribe.engines.prompts import PLAIN, prompt_for
from transcribe.engines.prover import SoundProver
from transcribe.engines.speech_model import RATE_HZ, Heard, SpeechModel, TimedText
from transcribe.engines.windows import Window, pack, sound, split_long
from transcribe.script import simplified_pieces
from transcribe.types import Progress, Span, Transcript, Word
from transcribe.voice import padded, voiced_by_role
from transcribe.weights import Weights

BATCH = 8
LEAD_S = 0.3
"""Sound before each stretch: voice activity alone cuts first syllables."""
TRAIL_S = 0.3
"""Sound after each stretch. Half as much is cheaper, but measured worse: pauses keep the engine on course."""
ALIKE = 0.8
"""Windows in one batch are at least this share of its longest."""
TRUSTED = 0.4
"""Mean word probability under which a stretch counts as not heard, though its words are shown."""
VOICE_MIN_S = 0.3
"""A shorter burst without words is a click or a breath."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the engine hears. Defaults are the measured best of docs/hearing.md."""

    vocabulary: str = ""
    """Words of the service that the model should expect. Never forbidden speech: it may invent it."""
    beam: int = 1
    second_beam: int = 5
    """Beam for windows whose first result fails the guard."""
    batch: int = BATCH


@dataclass(slots=True)
class _Call:
    """One call on its way."""

    audio: CallAudio
    voiced: dict[Role, tuple[Span, ...]]
    stretches: list[Stretch] = field(default_factory=list)
    unheard: dict[Role, list[Span]] = field(default_factory=dict)


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
        """Hears several calls in shared batches: many short calls then cost no more than one long one."""
        report = progress or (lambda _share: None)
        report(0.0)
        with ThreadPoolExecutor(self.network.workers) as pool:
            voiced = pool.map(voiced_by_role, (call.channels for call in calls))
            state = [_Call(call, spans) for call, spans in zip(calls, voiced, strict=True)]
            batches = self._batches([w for at, call in enumerate(state) for w in _windows(at, call)])
            total_s = sum(window.duration_s for batch in batches for window in batch)
            heard_s = 0.0
            for found in pool.map(lambda batch: self._hear(batch, state), batches):
                for window, heard, words in found:
                    _collect(state[window.call], window, heard, words)
                    heard_s += window.duration_s
                report(min(1.0, heard_s / total_s))
        report(1.0)
        return [self._transcript(call) for call in state]

    def _batches(self, windows: list[Window]) -> list[list[Window]]:
        """Windows of like length together, so that little is padded; the longest first."""
        windows.sort(key=lambda window: -window.duration_s)
        size = min(self.options.batch, math.ceil(len(windows) / self.network.workers))
        batches: list[list[Window]] = []
        for window in windows:
            last = batches[-1] if batches else []
            if not last or len(last) == size or window.duration_s < ALIKE * last[0].duration_s:
                batches.append([window])
            else:
                last.append(window)
        return batches

    def prover(self, audio: CallAudio) -> SoundProver:
        """Second listening for a call that was heard."""
        return SoundProver(self.network, audio)

    def _hear(self, batch: list[Window], state: list[_Call]) -> list[tuple[Window, Heard, list[TimedText]]]:
        sounds = [sound(w, state[w.call].audio.channels[w.role], RATE_HZ) for w in batch]
        encoded = self.network.encode(sounds)
        prompts = [prompt_for(window.role, self.options.vocabulary) for window in batch]
        heard = self.network.generate(encoded, prompts, beam=self.options.beam)
        for at, window in enumerate(batch):
            if self._failed(heard[at], window, state):
                heard[at] = self._again(sounds[at], heard[at], window, state)
        times = self.network.align(encoded, [list(h.tokens) for h in heard], [w.duration_s for w in batch])
        return [(w, h, self.network.grouped(t)) for w, h, t in zip(batch, heard, times, strict=True)]

    def _failed(self, heard: Heard, window: Window, state: list[_Call]) -> bool:
        voiced_s = window.voiced_s(state[window.call].voiced[window.role])
        text = self.network.text(list(heard.tokens))
        return too_little(text, voiced_s) or invented(text, voiced_s, heard.no_speech, 0.0) is not None

    def _again(self, samples: object, first: Heard, window: Window, state: list[_Call]) -> Heard:
        """A second try, searched wider and with less expectation; kept where it does not fail."""
        encoded = self.network.encode([samples])  # type: ignore[list-item]
        for prompt in (PLAIN, ""):
            second = self.network.generate(encoded, [prompt], beam=self.options.second_beam)[0]
            if not self._failed(second, window, state):
                return second
        return first

    def _transcript(self, call: _Call) -> Transcript:
        stretches, voiced, certain = call.stretches, call.voiced, True
        if Role.UNKNOWN in call.audio.channels:
            stretches, certain = with_roles(call.audio, stretches)
            voiced = by_role(stretches, voiced[Role.UNKNOWN])
        said = utterances(stretches, call.audio, voiced, shown)
        return Transcript(
            utterances=said,
            acoustics=measure(call.audio, voiced, said),
            duration_s=call.audio.duration_s,
            language="zh",
            engine=self.name,
            engine_version=self.version,
            model=self.weights.label,
            unheard={role: tuple(sorted(s, key=lambda x: x.start_s)) for role, s in call.unheard.items()},
            roles_certain=certain,
        )


def _windows(at: int, call: _Call) -> Iterable[Window]:
    for role, spans in call.voiced.items():
        samples = call.audio.channels[role]
        wide = padded(spans, LEAD_S, TRAIL_S, call.audio.duration_s)
        yield from pack(at, role, split_long(wide, samples, call.audio.rate_hz))


def _collect(call: _Call, window: Window, heard: Heard, words: list[TimedText]) -> None:
    """Gives each stretch of the window its words; what cannot be trusted becomes unheard."""
    by_piece: list[list[Word]] = [[] for _ in window.pieces]
    texts = simplified_pieces([word.text for word in words])
    for text, word in zip(texts, words, strict=True):
        at = window.piece_at((word.start_s + word.end_s) / 2)
        start, end = window.to_call(word.start_s, at), window.to_call(word.end_s, at)
        by_piece[at].append(Word(text, start, max(start, end), word.probability))
    for found, piece in zip(by_piece, window.pieces, strict=True):
        voiced = within(call.voiced[window.role], piece.span.start_s, piece.span.end_s)
        voiced_s = sum(span.duration_s for span in voiced)
        text = "".join(word.text for word in found)
        doubt = invented(text, voiced_s, heard.no_speech, heard.mean_log_probability)
        sure = sum(word.probability for word in found) / len(found) if found else 0.0
        if text.strip() and doubt is None:
            call.stretches.append(Stretch(window.role, piece.span, tuple(found)))
        if (doubt or sure < TRUSTED) and voiced_s >= VOICE_MIN_S:
            call.unheard.setdefault(window.role, []).append(piece.span)
