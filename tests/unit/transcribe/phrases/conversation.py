"""Small conversations for tests."""

from __future__ import annotations

from recorder.types import Role
from transcribe.types import Phrase, PhraseKind, Utterance

AGENT, CUSTOMER, UNKNOWN = Role.AGENT, Role.CUSTOMER, Role.UNKNOWN


def said(*turns: tuple[Role, str], every_s: float = 5.0, length_s: float = 4.0) -> list[Utterance]:
    """Utterances without word times, one every `every_s` seconds."""
    return [
        Utterance(i, role, i * every_s, i * every_s + length_s, text, text, confidence=0.7)
        for i, (role, text) in enumerate(turns)
    ]


def phrase(
    text: str, *, group: str = "", role: Role = AGENT, kind: PhraseKind = PhraseKind.FORBIDDEN
) -> Phrase:
    """A phrase in a group of its own unless one is named."""
    return Phrase(text, text, group or text, kind, role)
