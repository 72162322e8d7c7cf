"""A conversation written as a script: for fixtures, and for trying a rule on pasted text.

One utterance a line: `A: 您好` (agent), `C: 你好` (customer), `?: 喂` (nobody knows who). Also read:
座席/客服/坐席 and 客户. Speech takes 0.24 s a character and turns are 0.5 s apart, unless the line
says otherwise: `A 12.0-14.5: …` gives times; `A!: …` cuts in 0.4 s before the other has ended;
`-- 17` is a silence of 17 s; `~A 3` is 3 s of the agent's speech that could not be heard.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from recorder.message import Message
from recorder.types import Role
from scoring.rules.language.errors import ScriptInvalid
from scoring.rules.sound import plain
from scoring.types import Conversation
from transcribe.types import Acoustics, Hit, Overlap, Span, Transcript, Utterance

SECONDS_A_CHARACTER = 0.24
PAUSE_S = 0.5
CUT_IN_S = 0.4
_DEAD_AIR_S = 3.0
_ROLES = {
    "A": Role.AGENT,
    "座席": Role.AGENT,
    "坐席": Role.AGENT,
    "客服": Role.AGENT,
    "agent": Role.AGENT,
    "C": Role.CUSTOMER,
    "客户": Role.CUSTOMER,
    "customer": Role.CUSTOMER,
    "?": Role.UNKNOWN,
}
_LINE = re.compile(
    r"(?P<who>[^\s:：!]+?)\s*(?P<cut>!)?\s*(?:(?P<from>[\d.]+)-(?P<to>[\d.]+))?\s*[:：]\s*(?P<text>.+)\Z"
)
_SILENCE = re.compile(r"--\s*(?P<seconds>[\d.]+)\Z")
_UNHEARD = re.compile(r"~\s*(?P<who>\S+)\s+(?P<seconds>[\d.]+)\Z")


@dataclass(slots=True)
class _Tape:
    """What has been read so far."""

    now_s: float = 0.0
    pause_s: float = PAUSE_S
    utterances: list[Utterance] = field(default_factory=list)
    overlaps: list[Overlap] = field(default_factory=list)
    unheard: dict[Role, tuple[Span, ...]] = field(default_factory=dict)

    def say(self, role: Role, text: str, times: tuple[float, float] | None, *, cuts_in: bool) -> None:
        """Append one utterance."""
        start = self.now_s - CUT_IN_S if cuts_in else self.now_s + self.pause_s
        length = max(0.4, len(plain(text)) * SECONDS_A_CHARACTER)
        begin, end = times or (max(0.0, start), start + length)
        before = self.utterances[-1] if self.utterances else None
        if before is not None and role is not before.role and begin < before.end_s:
            self.overlaps.append(Overlap(begin, min(end, before.end_s), role))
        rate = len(plain(text)) / (end - begin) * 60 if end > begin else None
        self.utterances.append(Utterance(len(self.utterances), role, begin, end, text, text, (), 0.9, rate))
        self.now_s, self.pause_s = max(self.now_s, end), PAUSE_S

    def lose(self, role: Role, seconds: float) -> None:
        """Append speech that was not heard."""
        begin = self.now_s + self.pause_s
        self.unheard[role] = (*self.unheard.get(role, ()), Span(begin, begin + seconds))
        self.now_s, self.pause_s = begin + seconds, PAUSE_S


def conversation_from_script(
    script: str,
    *,
    call_data: Mapping[str, str] | None = None,
    hits: tuple[Hit, ...] = (),
    recording_id: str = "script",
    roles_certain: bool = True,
) -> Conversation:
    """A conversation as the module's text describes it. Raises `ScriptInvalid` with the line."""
    tape = _Tape()
    for number, raw in enumerate(script.splitlines(), start=1):
        line = raw.strip()
        if line and not line.startswith("#"):
            _read(tape, line, number)
    return Conversation(
        recording_id, _transcript(tape, roles_certain=roles_certain), hits, dict(call_data or {})
    )


def _read(tape: _Tape, line: str, number: int) -> None:
    if silence := _SILENCE.match(line):
        tape.pause_s = float(silence["seconds"])
        return
    if unheard := _UNHEARD.match(line):
        tape.lose(_role(unheard["who"], number), float(unheard["seconds"]))
        return
    said = _LINE.match(line)
    if said is None:
        raise ScriptInvalid(number, Message("每行应写成“座席：……”或“客户：……”"))
    times = (float(said["from"]), float(said["to"])) if said["from"] else None
    tape.say(_role(said["who"], number), said["text"].strip(), times, cuts_in=said["cut"] is not None)


def _role(name: str, number: int) -> Role:
    role = _ROLES.get(name)
    if role is None:
        raise ScriptInvalid(number, Message("不认识说话人 %(name)s，请写 座席 或 客户", name=name))
    return role


def _transcript(tape: _Tape, *, roles_certain: bool) -> Transcript:
    ordered = tuple(tape.utterances)
    voiced = {
        role: tuple(Span(u.start_s, u.end_s) for u in ordered if u.role is role) + tape.unheard.get(role, ())
        for role in Role
    }
    lengths = {role: sum(span.duration_s for span in spans) for role, spans in voiced.items()}
    total = sum(lengths.values()) or 1.0
    acoustics = Acoustics(
        voiced={role: spans for role, spans in voiced.items() if spans},
        dead_air=_gaps(voiced),
        overlaps=tuple(tape.overlaps),
        talk_share={role: length / total for role, length in lengths.items() if length},
        speech_rate={
            role: sum(len(plain(u.text)) for u in ordered if u.role is role) / length * 60
            for role, length in lengths.items()
            if length
        },
    )
    return Transcript(
        ordered, acoustics, tape.now_s, "zh", "script", "1", "none", dict(tape.unheard), roles_certain
    )


def _gaps(voiced: Mapping[Role, tuple[Span, ...]]) -> tuple[Span, ...]:
    spans = sorted((span for each in voiced.values() for span in each), key=lambda span: span.start_s)
    return tuple(Span(a.end_s, b.start_s) for a, b in pairwise(spans) if b.start_s - a.end_s >= _DEAD_AIR_S)
