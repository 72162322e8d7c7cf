"""What every engine does around its network: windows of a call, words back onto it, and the transcript."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from recorder.types import CallAudio, Role
from transcribe.acoustics import measure
from transcribe.assemble import Stretch, utterances
from transcribe.diarize import by_role, with_roles
from transcribe.display import shown
from transcribe.engines.guard import invented
from transcribe.engines.windows import Window, pack, split_long
from transcribe.script import simplified_pieces, spoken
from transcribe.types import Span, Transcript, Word
from transcribe.voice import padded

LEAD_S = 0.3
"""Sound before each stretch: voice activity alone cuts first syllables."""
TRAIL_S = 0.3
"""Sound after each stretch. Half as much is cheaper, but measured worse: pauses keep an engine on course."""
TRUSTED = 0.4
"""Mean word probability under which a stretch counts as not heard, though its words are shown."""
VOICE_MIN_S = 0.3
"""A shorter burst without words is a click or a breath."""


@dataclass(slots=True)
class CallInWork:
    """One call while it is heard."""

    audio: CallAudio
    voiced: dict[Role, tuple[Span, ...]]
    terms: tuple[str, ...] = ()
    """Words of the call's queue."""
    stretches: list[Stretch] = field(default_factory=list)
    unheard: dict[Role, list[Span]] = field(default_factory=dict)

    def windows(self, number: int = 0) -> Iterator[Window]:
        """The call's speech packed by role; `number` tells calls heard together apart."""
        for role, spans in self.voiced.items():
            wide = padded(spans, LEAD_S, TRAIL_S, self.audio.duration_s)
            yield from pack(number, role, split_long(wide, self.audio.channels[role], self.audio.rate_hz))

    def place(
        self,
        window: Window,
        words: Sequence[Word],
        *,
        no_speech: float = 0.0,
        mean_log_probability: float = 0.0,
    ) -> None:
        """Takes words with window times; what cannot be trusted becomes unheard."""
        for found, piece in zip(_by_piece(window, words), window.pieces, strict=True):
            span, voiced_s = piece.span, piece.voiced_s(self.voiced[window.role])
            text = "".join(word.text for word in found)
            doubt = invented(text, voiced_s, no_speech, mean_log_probability)
            sure = _sureness(found)
            if text.strip() and doubt is None:
                self.stretches.append(Stretch(window.role, span, tuple(found)))
            if (doubt or sure < TRUSTED) and voiced_s >= VOICE_MIN_S:
                self.unheard.setdefault(window.role, []).append(span)

    def transcript(self, *, engine: str, version: str, model: str) -> Transcript:
        """The finished transcript; speakers of a mono call are told apart here."""
        stretches, voiced, certain = self.stretches, self.voiced, True
        if Role.UNKNOWN in self.audio.channels:
            stretches, certain = with_roles(self.audio, stretches)
            voiced = by_role(stretches, voiced[Role.UNKNOWN])
        said = utterances(stretches, self.audio, voiced, partial(shown, terms=self.terms))
        return Transcript(
            utterances=said,
            acoustics=measure(self.audio, voiced, said),
            duration_s=self.audio.duration_s,
            language="zh",
            engine=engine,
            engine_version=version,
            model=model,
            unheard={role: tuple(sorted(s, key=_start)) for role, s in self.unheard.items()},
            roles_certain=certain,
        )


def _by_piece(window: Window, words: Sequence[Word]) -> list[list[Word]]:
    """Words in simplified script and call times, by the stretch of the window that holds them."""
    found: list[list[Word]] = [[] for _ in window.pieces]
    for text, word in zip(simplified_pieces([word.text for word in words]), words, strict=True):
        at = window.piece_at(word.middle_s)
        start, end = window.to_call(word.start_s, at), window.to_call(word.end_s, at)
        found[at].append(Word(text, start, max(start, end), word.probability))
    return found


def _sureness(words: Sequence[Word]) -> float:
    """Mean probability of the words that are spoken; 0 where there are none but punctuation."""
    chances = [word.probability for word in words if spoken(word.text)]
    return sum(chances) / len(chances) if chances else 0.0


def _start(span: Span) -> float:
    return span.start_s
