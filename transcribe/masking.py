"""A transcript without its personal numbers, and the numbers apart, so that they can be put back.

Everything that is made of a transcript later (search index, hits, evidence, exports) is made of the masked
one, and therefore holds no personal number by construction. Only `restored` brings them back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from recorder.message import Message
from recorder.types import Role
from transcribe.alignment import align
from transcribe.digits import runs
from transcribe.pii import OWN_NUMBER, PiiFinder, PiiKind, PiiPiece, PiiSpan, piece_of
from transcribe.types import Hit, Transcript, Utterance, Word

SIGN = "*"
KEPT = {PiiKind.CARD: 4, PiiKind.CARD_TAIL: 4}
"""Last digits that stay readable, as banks print them."""
_ECHO_MIN = 4
"""So many digits of a personal number said again are that number again."""


@dataclass(frozen=True, slots=True)
class Secret:
    """The part of a personal number that stood in one utterance."""

    number: int
    """Which number of the call it belongs to, from 0."""
    kind: PiiKind
    role: Role
    utterance: int
    start_s: float
    end_s: float
    heard_at: int
    """Where `heard` stood in the utterance's `heard`."""
    heard: str
    text_at: int
    """Where `text` stood in the utterance's shown text."""
    text: str
    certain: bool


def masked(transcript: Transcript, finder: PiiFinder) -> tuple[Transcript, tuple[Secret, ...]]:
    """The transcript with personal digits replaced by `SIGN`, as many signs as characters; and the digits."""
    spans = finder.find(transcript)
    known = {said.index: said for said in transcript.utterances}
    secrets: list[Secret] = []
    hidden = _Hidden()
    for number, span in enumerate((*spans, *_echoes(transcript.utterances, spans))):
        keep = KEPT.get(span.kind, 0)
        for piece in reversed(span.pieces):
            secrets.append(_secret(number, span, piece, known[piece.utterance], hidden, keep))
            keep = max(0, keep - len(piece.digits))
    said = tuple(hidden.in_utterance(said) for said in transcript.utterances)
    ordered = sorted(secrets, key=lambda s: (s.start_s, s.utterance, s.heard_at))
    return replace(transcript, utterances=said), tuple(ordered)


def restored(transcript: Transcript, secrets: Iterable[Secret]) -> Transcript:
    """What `masked` was given."""
    by_turn: dict[int, list[Secret]] = {}
    for secret in secrets:
        by_turn.setdefault(secret.utterance, []).append(secret)
    return replace(
        transcript,
        utterances=tuple(
            _with(
                said,
                {s.heard_at + i: c for s in by_turn[said.index] for i, c in enumerate(s.heard)},
                {s.text_at + i: c for s in by_turn[said.index] for i, c in enumerate(s.text)},
            )
            if said.index in by_turn
            else said
            for said in transcript.utterances
        ),
    )


def masked_hit(hit: Hit, transcript: Transcript) -> Hit:
    """A hit found in the restored transcript, quoting the masked one where it holds a personal number."""
    near = [u for u in transcript.utterances if u.start_s <= hit.end_s and hit.start_s <= u.end_s]
    if not any(SIGN in said.heard for said in near):
        return hit
    first = next((said.heard for said in near if said.index == hit.utterance), "")
    return replace(hit, heard=first[hit.start_char : hit.end_char])


def hidden(quotation: str, secrets: Iterable[Secret]) -> str:
    """What somebody quoted of a call, with every secret in it replaced; in a `Message`, what is filled in."""
    if isinstance(quotation, Message):
        known = tuple(secrets)
        told = {n: hidden(v, known) if isinstance(v, str) else v for n, v in quotation.params.items()}
        return Message(quotation.text, **told)
    for secret in secrets:
        if secret.kind is not PiiKind.CARD_TAIL:
            for said in filter(None, (secret.heard, secret.text)):
                quotation = quotation.replace(said, SIGN * len(said))
    return quotation


class _Hidden:
    """Places to be masked, by utterance, in what was heard and in what is shown."""

    def __init__(self) -> None:
        self.heard: dict[int, dict[int, str]] = {}
        self.text: dict[int, dict[int, str]] = {}

    def in_utterance(self, said: Utterance) -> Utterance:
        heard, text = self.heard.get(said.index, {}), self.text.get(said.index, {})
        return _with(said, heard, text) if heard or text else said


def _secret(
    number: int, span: PiiSpan, piece: PiiPiece, said: Utterance, hidden: _Hidden, keep: int
) -> Secret:
    start, end = _shown(said, piece)
    _hide(said.heard, piece.start_char, piece.end_char, keep, hidden.heard.setdefault(said.index, {}))
    _hide(said.text, start, end, keep, hidden.text.setdefault(said.index, {}))
    return Secret(
        number, span.kind, span.role, said.index, piece.start_s, piece.end_s,
        piece.start_char, said.heard[piece.start_char : piece.end_char],
        start, said.text[start:end], span.certain,
    )  # fmt: skip


def _shown(said: Utterance, piece: PiiPiece) -> tuple[int, int]:
    """Slice of the shown text for a piece, widened to whole runs of digits: too much hidden is no harm."""
    start, end = align(said.heard, said.text).of(piece.start_char, piece.end_char)
    for run in runs(said.text):
        if start == end and piece.digits in run.digits:
            start, end = run.start, run.end
        elif run.start < end and start < run.end:
            start, end = min(start, run.start), max(end, run.end)
    return start, end


def _hide(text: str, start: int, end: int, keep: int, places: dict[int, str]) -> None:
    digits = [at for at in range(start, end) if text[at].isalnum()]
    places.update(dict.fromkeys(digits[: len(digits) - keep] if keep else digits, SIGN))


def _echoes(turns: Sequence[Utterance], spans: Sequence[PiiSpan]) -> list[PiiSpan]:
    """Numbers that were given elsewhere in the call and are said again, in whole or in part."""
    pieces = [piece for span in spans for piece in span.pieces]
    found = []
    for said in turns:
        for run in runs(said.heard):
            own = OWN_NUMBER.search(said.heard[: run.start])
            taken = any(
                p.utterance == said.index and run.start < p.end_char and p.start_char < run.end
                for p in pieces
            )
            if len(run.digits) < _ECHO_MIN or own or taken:
                continue
            told = next((s for s in spans if run.digits in s.digits), None)
            if told is not None:
                found.append(_echo(told, piece_of(said, run), said.role))
    return found


def _echo(told: PiiSpan, piece: PiiPiece, role: Role) -> PiiSpan:
    keep = KEPT.get(told.kind, 0)
    tail = len(piece.digits) <= keep and told.digits.endswith(piece.digits)
    return PiiSpan(
        kind=PiiKind.CARD_TAIL if tail else told.kind,
        digits=piece.digits,
        role=role,
        start_s=piece.start_s,
        end_s=piece.end_s,
        utterance=piece.utterance,
        start_char=piece.start_char,
        end_char=piece.end_char,
        pieces=(piece,),
        certain=told.certain,
    )


def _with(said: Utterance, heard: dict[int, str], text: dict[int, str]) -> Utterance:
    """The utterance with characters of `heard` (and its words) and of the shown text put in their places."""
    return replace(
        said,
        heard=_put(said.heard, heard),
        text=_put(said.text, text),
        words=_put_in_words(said, heard),
    )


def _put(text: str, places: dict[int, str]) -> str:
    return "".join(places.get(at, char) for at, char in enumerate(text))


def _put_in_words(said: Utterance, places: dict[int, str]) -> tuple[Word, ...]:
    joined = "".join(word.text for word in said.words)
    if joined.strip() != said.heard.strip():
        return ()  # words of something else: they would tell what is hidden
    lead = len(joined) - len(joined.lstrip()) - (len(said.heard) - len(said.heard.lstrip()))
    changed = _put(joined, {lead + at: char for at, char in places.items()})
    words, at = [], 0
    for word in said.words:
        words.append(replace(word, text=changed[at : at + len(word.text)]))
        at += len(word.text)
    return tuple(words)
