"""Which of several hits on the same words stay: our own policy, equal for every automaton."""

from __future__ import annotations

from collections.abc import Iterable

from transcribe.types import Hit, MatchKind

_STRENGTH = {MatchKind.EXACT: 3, MatchKind.SOUND: 2, MatchKind.ACOUSTIC: 1, MatchKind.SIMILAR: 0}


def settle(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Hits by time; where hits of one group overlap, the one that explains most of what was heard stays.

    That is the longest by matched length times score; equals go to the stronger kind. Hits of
    different groups never displace each other.
    """
    kept: dict[tuple[str, str], list[Hit]] = {}
    for hit in sorted(hits, key=_rank):
        taken = kept.setdefault((hit.group, hit.role.value), [])
        if not any(overlap(hit, other) for other in taken):
            taken.append(hit)
    settled = [h for group in kept.values() for h in group]
    return tuple(sorted(settled, key=lambda h: (h.start_s, h.utterance, h.start_char, h.group, h.phrase_id)))


def _rank(hit: Hit) -> tuple[float, int, float, str]:
    return (-len(hit.phrase) * hit.score, -_STRENGTH[hit.match], hit.start_s, hit.phrase_id)


def overlap(a: Hit, b: Hit) -> bool:
    """True where two hits share something heard."""
    if a.utterance == b.utterance:
        return a.start_char < b.end_char and b.start_char < a.end_char
    return a.start_s < b.end_s and b.start_s < a.end_s
