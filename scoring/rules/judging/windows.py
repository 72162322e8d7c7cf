"""Windows: which stretches of the call a condition looks at."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from scoring.rules.judging.prepared import Match, Prepared
from scoring.rules.judging.truth import Truth
from scoring.rules.language.nodes import Condition, Who, Window

Ask = Callable[[Condition], "Outcome"]


class Outcome(NamedTuple):
    """A condition's truth and what it found."""

    truth: Truth
    matches: tuple[Match, ...] = ()


class Stretch(NamedTuple):
    """Seconds of the call that are looked at. `certain` is false where the anchor is unsure."""

    start_s: float
    end_s: float
    certain: bool = True

    def holds(self, second: float) -> bool:
        """True where the second lies inside, ends included."""
        return self.start_s <= second <= self.end_s


FOREVER = 1e9
WHOLE = (Stretch(-FOREVER, FOREVER),)


def stretches(window: Window, who: Who, prepared: Prepared, ask: Ask) -> tuple[Stretch, ...]:
    """The stretches in which a match must begin. Empty where an anchor is surely missing."""
    low, high = _fixed(window, who, prepared)
    anchored = _anchored(window, ask)
    if anchored is WHOLE and (low, high) == (-FOREVER, FOREVER):
        return WHOLE
    return tuple(
        Stretch(max(low, a.start_s), min(high, a.end_s), a.certain)
        for a in anchored
        if max(low, a.start_s) <= min(high, a.end_s)
    )


def _fixed(window: Window, who: Who, prepared: Prepared) -> tuple[float, float]:
    low, high = -FOREVER, FOREVER
    if window.first_s is not None:
        high = min(high, prepared.start_s + window.first_s)
    if window.last_s is not None:
        low = max(low, prepared.end_s - window.last_s)
    if window.first_turns is None and window.last_turns is None:
        return low, high
    own = prepared.own(who)
    if window.first_turns is not None and len(own) > window.first_turns:
        high = min(high, own[window.first_turns - 1].end_s)
    if window.last_turns is not None and len(own) > window.last_turns:
        low = max(low, own[-window.last_turns].start_s)
    return low, high


def _anchored(window: Window, ask: Ask) -> tuple[Stretch, ...]:
    if window.after is None and window.before is None and window.near is None:
        return WHOLE
    reach = FOREVER if window.within_s is None else window.within_s
    found: tuple[Stretch, ...] = WHOLE
    for anchor, back, forth in (
        (window.after, 0.0, reach),
        (window.before, reach, 0.0),
        (window.near, reach, reach),
    ):
        if anchor is None:
            continue
        outcome = ask(anchor)
        if outcome.truth is Truth.NO:
            return ()
        sure = outcome.truth is Truth.YES
        around = tuple(
            Stretch(
                (m.end_s if not back else m.start_s - back),
                (m.start_s if not forth else m.end_s + forth),
                sure and m.certain,
            )
            for m in outcome.matches
        ) or ((Stretch(-FOREVER, FOREVER, False),) if not sure else WHOLE)
        found = _cross(found, around)
    return found


def _cross(left: tuple[Stretch, ...], right: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    return tuple(
        Stretch(max(a.start_s, b.start_s), min(a.end_s, b.end_s), a.certain and b.certain)
        for a in left
        for b in right
        if max(a.start_s, b.start_s) <= min(a.end_s, b.end_s)
    )
