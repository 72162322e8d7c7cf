"""Finding matches of several lists one after the other in time."""

from __future__ import annotations

from collections.abc import Sequence

from scoring.rules.judging.prepared import Match


def in_order(lists: Sequence[Sequence[Match]], within_s: float | None) -> tuple[Match, ...] | None:
    """One match of each list, each beginning at or after the one before (and soon enough), or None.

    All chains are tried from each first match; lists are short.
    """

    def extend(chain: tuple[Match, ...]) -> tuple[Match, ...] | None:
        if len(chain) == len(lists):
            return chain
        for match in sorted(lists[len(chain)], key=lambda item: item.start_s):
            if chain and not _follows(chain[-1], match, within_s):
                continue
            found = extend((*chain, match))
            if found is not None:
                return found
        return None

    return extend(())


def _follows(before: Match, after: Match, within_s: float | None) -> bool:
    if after == before or after.start_s < before.start_s:
        return False
    return within_s is None or after.start_s - before.end_s <= within_s
