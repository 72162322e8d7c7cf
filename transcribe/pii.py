"""Personal data that was spoken: cards, telephones, identity numbers and codes, with text and time.

Full numbers are known by their form (Luhn, mobile prefixes, the checksum of GB 11643), partial ones
by what was asked just before (请提供身份证后四位). A number may go on over several turns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial

from recorder.types import Role
from transcribe.digits import Run, grown, runs, sounding
from transcribe.phrases.matcher import PhraseMatcher
from transcribe.phrases.stream import detail
from transcribe.types import Hit, Phrase, PhraseKind, Transcript, Utterance


class PiiKind(StrEnum):
    """What a spoken number is."""

    CARD = "card"
    MOBILE = "mobile"
    IDENTITY = "identity"
    IDENTITY_TAIL = "identity_tail"
    CARD_TAIL = "card_tail"
    VERIFICATION = "verification"
    PASSWORD = "password"  # noqa: S105 - a kind of number, not a secret


@dataclass(frozen=True, slots=True)
class PiiPiece:
    """The part of a number that stands in one utterance."""

    digits: str
    utterance: int
    start_char: int
    """Slice of that utterance's `heard`."""
    end_char: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class PiiSpan:
    """One spoken number."""

    kind: PiiKind
    digits: str
    role: Role
    start_s: float
    end_s: float
    utterance: int
    """Index of the utterance in which it starts."""
    start_char: int
    """Slice of that utterance's `heard`."""
    end_char: int
    pieces: tuple[PiiPiece, ...]
    """All of it, one piece an utterance."""
    certain: bool = True
    """False where a checksum fails or digits were told by their sound: something personal, misheard."""


_ASKED = {
    "identity": "身份证 身份证号码 身份证号 证件号码 证件号 证件后 身份证后四位 身份证后六位",
    "tail4": "后四位 后4位 末四位 最后四位 号码后四位",
    "tail6": "后六位 后6位 末六位 最后六位 号码后六位",
    "mobile": "手机号 手机号码 电话号码 联系电话",
    "card": "卡号 银行卡号 信用卡卡号 账号 卡片号码",
    "card_tail": "卡号后四位 尾号 卡末四位",
    "verification": "验证码 校验码 动态码",
    "password": "密码 查询密码 交易密码 取款密码",
}
_ASKED_PHRASES = [
    Phrase(f"{key}:{text}", text, text, PhraseKind.TOPIC, Role.UNKNOWN)
    for key, listed in _ASKED.items()
    for text in listed.split()
]
_ASKED_S = 20.0
"""An answer this long after the question's end still answers it."""
_JOIN_S = 6.0
"""Longest break inside one number."""
_BETWEEN_CHARS_MAX = 4
"""What the other may say into a number (嗯, 好的, 继续) without ending it."""
OWN_NUMBER = re.compile(
    "(?:工号|公号|工单|编号|单号|流水号|代码|序号|座席|客服|订单)[^0-9零一二三四五六七八九]{0,3}$"
)
"""What stands before a number of the house, not of a person."""
_LONG_DIGITS = 8
_TAIL_LENGTHS = {"tail4": 4, "tail6": 6}


def luhn(digits: str) -> bool:
    """Whether a card number's last digit fits (ISO/IEC 7812-1 annex B)."""
    doubled = [int(d) if i % 2 == 0 else sum(divmod(2 * int(d), 10)) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def identity_checksum(number: str) -> bool:
    """Whether an 18-character resident identity number's last character fits (GB 11643)."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    total = sum(int(d) * (2 ** (17 - i) % 11) for i, d in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


@dataclass(frozen=True, slots=True)
class _Number:
    """Digits of one role, maybe over several utterances."""

    role: Role
    pieces: tuple[PiiPiece, ...]
    order: int
    """Position of the last utterance in the conversation."""

    @property
    def digits(self) -> str:
        return "".join(p.digits for p in self.pieces)


class PiiFinder:
    """Finds spoken personal data. Holds the compiled question phrases; make one and keep it."""

    def __init__(self) -> None:
        self._questions = PhraseMatcher(_ASKED_PHRASES)

    def find(self, conversation: Transcript | Iterable[Utterance]) -> tuple[PiiSpan, ...]:
        """All personal numbers of a conversation, by time."""
        given = conversation.utterances if isinstance(conversation, Transcript) else conversation
        turns = sorted(given, key=lambda u: (u.start_s, u.index))
        asked = self._questions.scan(turns)
        numbers = _numbers(turns)
        spans = [s for n in numbers for s in _whole_or_parts(n, asked)]
        for guess in _guessed(turns, asked, spans):
            spans = [s for s in spans if not _overlap(s, guess)]
            spans.append(guess)
        return tuple(sorted(spans, key=lambda s: (s.start_s, s.utterance, s.start_char)))


def find(conversation: Transcript | Iterable[Utterance]) -> tuple[PiiSpan, ...]:
    """All personal numbers of one conversation; keep a `PiiFinder` for many."""
    return PiiFinder().find(conversation)


def _numbers(turns: Sequence[Utterance]) -> list[_Number]:
    """Runs of digits, joined over turns where nothing else was said between them."""
    numbers: list[_Number] = []
    for order, turn in enumerate(turns):
        for run in map(partial(_completed, turn.heard), runs(turn.heard)):
            if OWN_NUMBER.search(turn.heard[: run.start]):
                continue
            piece = piece_of(turn, run)
            last = next((n for n in reversed(numbers) if n.role is turn.role), None)
            if last is not None and _continues(last, piece, turns, order):
                joined = replace(last, pieces=(*last.pieces, piece), order=order)
                numbers[numbers.index(last)] = joined
            else:
                numbers.append(_Number(turn.role, (piece,), order))
    return numbers


def _completed(heard: str, run: Run) -> Run:
    """The run with a neighbour that sounds like a digit, where that alone makes it a full number."""
    if len(run.digits) < _LONG_DIGITS or _by_form(run.digits) is not None:
        return run
    return next((wide for wide in grown(heard, run) if _by_form(wide.digits) is not None), run)


def _continues(number: _Number, piece: PiiPiece, turns: Sequence[Utterance], order: int) -> bool:
    if number.order == order or piece.start_s - number.pieces[-1].end_s > _JOIN_S:
        return False
    between = turns[number.order].heard[number.pieces[-1].end_char :] + turns[order].heard[: piece.start_char]
    said = sum(c.isalnum() for c in between)
    others = [sum(c.isalnum() for c in t.heard) for t in turns[number.order + 1 : order]]
    return said == 0 and all(count <= _BETWEEN_CHARS_MAX for count in others)


def piece_of(turn: Utterance, run: Run) -> PiiPiece:
    """A run of digits in one utterance's `heard` with its times in the call."""
    known = detail(turn)
    start_s, end_s = known.start_s(run.start), known.end_s(run.end - 1)
    return PiiPiece(run.digits, turn.index, run.start, run.end, start_s, end_s)


def _context(number: _Number, asked: Sequence[Hit]) -> frozenset[str]:
    """Keys of what was asked or named before a number, in the last question only."""
    start_s = number.pieces[0].start_s
    before = [h for h in asked if h.start_s < start_s and start_s - h.end_s <= _ASKED_S]
    if not before:
        return frozenset()
    latest = max(h.utterance for h in before)
    recent = [h for h in before if h.utterance == latest or start_s - h.end_s <= _ASKED_S / 2]
    return frozenset(h.phrase_id.split(":")[0] for h in recent)


def _whole_or_parts(number: _Number, asked: Sequence[Hit]) -> list[PiiSpan]:
    """The number as one, or, where its digits make no sense together, each of its turns alone."""
    whole = _classified(number, _context(number, asked))
    if whole is not None or len(number.pieces) == 1:
        return [] if whole is None else [whole]
    alone = [replace(number, pieces=(piece,)) for piece in number.pieces]
    return [s for n in alone if (s := _classified(n, _context(n, asked))) is not None]


def _classified(number: _Number, context: frozenset[str]) -> PiiSpan | None:
    digits = number.digits
    kind = _by_form(digits)
    if kind is not None:
        return _span(number, kind, certain=True)
    if number.role is Role.AGENT:
        return None
    kind = _by_context(len(digits), context)
    return None if kind is None else _span(number, kind, certain=_exact_length(kind, digits))


def _by_form(digits: str) -> PiiKind | None:
    if identity_checksum(digits):
        return PiiKind.IDENTITY
    if re.fullmatch(r"1[3-9]\d{9}", digits):
        return PiiKind.MOBILE
    if re.fullmatch(r"\d{13,19}", digits) and luhn(digits):
        return PiiKind.CARD
    return None


def _by_context(length: int, context: frozenset[str]) -> PiiKind | None:
    """Kind of a number of this length after what was asked; None where nothing personal was."""
    choices = (
        (PiiKind.CARD, "card", range(14, 21)),
        (PiiKind.IDENTITY, "identity", range(15, 20)),
        (PiiKind.MOBILE, "mobile", range(9, 14)),
        (PiiKind.VERIFICATION, "verification", range(4, 9)),
        (PiiKind.PASSWORD, "password", range(4, 9)),
        (PiiKind.CARD_TAIL, "card_tail", range(4, 5)),
        (PiiKind.IDENTITY_TAIL, "identity", range(3, 8)),
        (PiiKind.IDENTITY_TAIL, "tail6", range(5, 8)),
        (PiiKind.IDENTITY_TAIL, "tail4", range(3, 6)),
    )
    tails = bool(context & _TAIL_LENGTHS.keys())
    for kind, key, lengths in choices:
        if key in context and length in lengths and not (tails and kind is PiiKind.PASSWORD):
            return kind
    return None


def _exact_length(kind: PiiKind, digits: str) -> bool:
    return kind not in {PiiKind.CARD, PiiKind.IDENTITY, PiiKind.MOBILE} and len(digits) in {4, 6}


def _span(number: _Number, kind: PiiKind, *, certain: bool) -> PiiSpan:
    first, last = number.pieces[0], number.pieces[-1]
    return PiiSpan(
        kind=kind,
        digits=number.digits,
        role=number.role,
        start_s=first.start_s,
        end_s=last.end_s,
        utterance=first.utterance,
        start_char=first.start_char,
        end_char=first.end_char,
        pieces=number.pieces,
        certain=certain,
    )


def _guessed(turns: Sequence[Utterance], asked: Sequence[Hit], known: Sequence[PiiSpan]) -> list[PiiSpan]:
    """Answers to 后四位 and 后六位 of which digits were written as other characters."""
    found: list[PiiSpan] = []
    for hit in asked:
        count = _TAIL_LENGTHS.get(hit.phrase_id.split(":")[0])
        if count is None or hit.role is Role.CUSTOMER:
            continue
        answers = [t for t in turns if t.start_s >= hit.end_s - 0.3 and t.role is not Role.AGENT]
        answer = next((t for t in answers if t.index != hit.utterance), None)
        if answer is None or answer.start_s - hit.end_s > _ASKED_S / 2:
            continue
        run = sounding(answer.heard, count) or (count > 4 and sounding(answer.heard, count - 1)) or None
        if run is None:
            continue
        number = _Number(answer.role, (piece_of(answer, run),), 0)
        guess = _span(number, PiiKind.IDENTITY_TAIL, certain=False)
        if all(len(s.digits) < len(guess.digits) for s in (*known, *found) if _overlap(s, guess)):
            found = [s for s in found if not _overlap(s, guess)] + [guess]
    return found


def _overlap(a: PiiSpan, b: PiiSpan) -> bool:
    return any(
        p.utterance == q.utterance and p.start_char < q.end_char and q.start_char < p.end_char
        for p in a.pieces
        for q in b.pieces
    )
