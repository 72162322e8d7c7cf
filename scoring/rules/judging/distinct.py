"""One proof a fact: of matches that quote the same words only the most readable is kept."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.rules.judging.prepared import Match

SAME_SHARE = 0.5
"""Two quotations of one speaker that share more than this of the shorter one are the same."""
_QUOTING = ("phrase:", "pattern", "similar:", "manner:")
"""Sources that quote words, by how closely: a phrase before the clause that means as much."""


def distinct(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The matches in order of time, each fact once, so that their number can be told to people.

    A wide quotation that holds several closer ones gives way to them. What does not quote stays.
    """
    kept: list[Match] = []
    for match in sorted(dict.fromkeys(matches), key=_rank):
        if not any(_same(match, other) for other in kept):
            kept.append(match)
    return tuple(sorted(kept, key=lambda match: (match.start_s, match.end_s)))


def _rank(match: Match) -> tuple[int, float, float]:
    closeness = (place for place, name in enumerate(_QUOTING) if match.source.startswith(name))
    return next(closeness, len(_QUOTING)), match.start_s - match.end_s, match.start_s


def _same(one: Match, other: Match) -> bool:
    if one.role is not other.role or not (
        one.source.startswith(_QUOTING) and other.source.startswith(_QUOTING)
    ):
        return False
    common = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return common > SAME_SHARE * min(one.end_s - one.start_s, other.end_s - other.start_s)
