"""A conversation laid out for rules: lines of plain text and sound by speaker, with a way back to time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from recorder.types import Role
from scoring.rules.language.nodes import Who
from scoring.rules.sound import plain, sound
from scoring.types import Conversation
from transcribe.types import Hit, Span, Utterance

JOIN_GAP_S = 1.5
"""Utterances of one speaker closer than this belong to one line."""
LOW_CONFIDENCE = 0.35
"""An utterance whose words are on average less probable than this was not heard."""
OTHER = {Role.AGENT: Role.CUSTOMER, Role.CUSTOMER: Role.AGENT}


class Match(NamedTuple):
    """Something a condition found. `certain` is false where the speaker could not be told."""

    start_s: float
    end_s: float
    role: Role
    text: str
    source: str
    utterance: int | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Sheet:
    """All lines of some utterances in one string, separated by line breaks."""

    text: str
    sound: str
    starts: tuple[int, ...]
    """Where each utterance begins in `text`."""
    utterances: tuple[Utterance, ...]

    def utterance_at(self, index: int) -> int:
        """Position in `utterances` of the character at `index`."""
        return bisect_right(self.starts, index) - 1

    def times(self, start: int, end: int) -> tuple[float, float]:
        """Start and end in seconds of a stretch of characters."""
        return self._time(start), self._time(max(start, end - 1), tail=True)

    def _time(self, index: int, *, tail: bool = False) -> float:
        at = self.utterance_at(index)
        utterance = self.utterances[at]
        stop = self.starts[at + 1] if at + 1 < len(self.starts) else len(self.text)
        length = max(1, len(self.text[self.starts[at] : stop].rstrip("\n")))
        share = (index - self.starts[at] + (1 if tail else 0)) / length
        return time_in(utterance, min(1.0, share))


def time_in(utterance: Utterance, share: float) -> float:
    """The second at which a share (0 to 1) of an utterance's characters is spoken, by its words."""
    if not utterance.words:
        return utterance.start_s + share * (utterance.end_s - utterance.start_s)
    sizes = [len(word.text) for word in utterance.words]
    ends = list(accumulate(sizes))
    said = share * (ends[-1] or 1)
    for at in range(bisect_left(ends, said), len(sizes)):
        size, word = sizes[at], utterance.words[at]
        if size:
            return word.start_s + (said - (ends[at] - size)) / size * (word.end_s - word.start_s)
    return utterance.words[-1].end_s


class Prepared:
    """One conversation with everything conditions ask for, each computed once when first asked."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        self.utterances = conversation.utterances
        self.roles_certain = conversation.transcript.roles_certain and all(
            utterance.role is not Role.UNKNOWN for utterance in self.utterances
        )
        self._sheets: dict[Who, Sheet] = {}
        self._own: dict[Who, tuple[Utterance, ...]] = {}
        self._blind_for: dict[Who, tuple[Span, ...]] = {}

    @cached_property
    def start_s(self) -> float:
        """When the first speech begins."""
        return min((u.start_s for u in self.utterances), default=0.0)

    @cached_property
    def end_s(self) -> float:
        """When the last speech ends."""
        return max((u.end_s for u in self.utterances), default=self.conversation.transcript.duration_s)

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """Plain text of each utterance, by position in `utterances`."""
        return tuple(plain(u.text or u.heard) for u in self.utterances)

    @cached_property
    def sounds(self) -> tuple[str, ...]:
        """Sounds of each utterance, by position in `utterances`."""
        return tuple(map(sound, self.plain))

    @cached_property
    def position(self) -> dict[int, Utterance]:
        """Utterances by their index."""
        return {u.index: u for u in self.utterances}

    def counts_for(self, utterance: Utterance, who: Who) -> bool:
        """True where the utterance may be the speaker's."""
        return who is Who.ANYONE or utterance.role in (who.role, Role.UNKNOWN)

    def is_certain(self, utterance: Utterance, who: Who) -> bool:
        """True where the utterance is surely the speaker's."""
        return who is Who.ANYONE or (self.roles_certain and utterance.role is who.role)

    def own(self, who: Who) -> tuple[Utterance, ...]:
        """The utterances that may be the speaker's."""
        if who not in self._own:
            self._own[who] = tuple(u for u in self.utterances if self.counts_for(u, who))
        return self._own[who]

    def hits(self, *, groups: Iterable[str], phrases: Iterable[str]) -> list[Hit]:
        """What the scanner found of these groups and of these phrases, in its order."""
        by_group, by_phrase = self._hits_by
        places = {place for group in groups for place in by_group.get(group, ())}
        places.update(place for phrase in phrases for place in by_phrase.get(phrase, ()))
        return [self.conversation.hits[place] for place in sorted(places)]

    @cached_property
    def _hits_by(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Places among the hits, by group and by phrase."""
        by_group: dict[str, list[int]] = {}
        by_phrase: dict[str, list[int]] = {}
        for place, hit in enumerate(self.conversation.hits):
            by_group.setdefault(hit.group, []).append(place)
            by_phrase.setdefault(hit.phrase, []).append(place)
        return by_group, by_phrase

    def sheet(self, who: Who) -> Sheet:
        """The lines that may be the speaker's."""
        if who not in self._sheets:
            self._sheets[who] = self._lay(who)
        return self._sheets[who]

    def _lay(self, who: Who) -> Sheet:
        parts: list[str] = []
        sounds: list[str] = []
        starts: list[int] = []
        kept: list[Utterance] = []
        length, last = 0, None
        for place, utterance in enumerate(self.utterances):
            text = self.plain[place]
            if not text or not self.counts_for(utterance, who):
                continue
            if kept and last is not None:
                joined = place == last + 1 and utterance.role is kept[-1].role
                if not (joined and utterance.start_s - kept[-1].end_s < JOIN_GAP_S):
                    parts.append("\n")
                    sounds.append("\n")
                    length += 1
            starts.append(length)
            parts.append(text)
            sounds.append(self.sounds[place])
            length += len(text)
            kept.append(utterance)
            last = place
        return Sheet("".join(parts), "".join(sounds), tuple(starts), tuple(kept))

    @cached_property
    def blind(self) -> dict[Role, tuple[Span, ...]]:
        """Where a speaker spoke and was not heard: untrusted stretches and utterances of low confidence."""
        found = {role: list(spans) for role, spans in self.conversation.transcript.unheard.items()}
        for u in self.utterances:
            if u.words and 0.0 < u.confidence < LOW_CONFIDENCE:
                found.setdefault(u.role, []).append(Span(u.start_s, u.end_s))
        return {role: tuple(spans) for role, spans in found.items()}

    def blind_for(self, who: Who) -> tuple[Span, ...]:
        """Unheard stretches that may be the speaker's."""
        if who not in self._blind_for:
            roles = tuple(Role) if who is Who.ANYONE else (who.role, Role.UNKNOWN)
            self._blind_for[who] = tuple(span for role in roles for span in self.blind.get(role, ()))
        return self._blind_for[who]
