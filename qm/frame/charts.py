"""Where things stand in a drawing: percentages across, pixels down. Templates only draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import floor
from typing import Protocol

from qm.core.clock import local
from scoring.averages import Average

CHART_HEIGHT = 168
"""Pixels of a score chart from the highest to the lowest score it can show."""
_DEFAULT_LOW = 70


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of scores laid over a width."""

    low: int
    high: int

    def at(self, value: float | Decimal) -> float:
        """Percent from the left edge, cut to the drawing."""
        share = (float(value) - self.low) / (self.high - self.low)
        return round(100 * min(max(share, 0.0), 1.0), 2)

    @property
    def ticks(self) -> tuple[int, ...]:
        """Round scores to mark: every ten, or fewer where there would be too many."""
        step = 10 if self.high - self.low <= 50 else 25 if self.low % 25 == 0 else 20
        first = -(-self.low // step) * step
        return tuple(range(first, self.high + 1, step))


def scale_for(averages: Iterable[Average | None]) -> Scale:
    """A scale on which every interval fits, from 70 unless something lies lower."""
    lows = [a.low if a.low is not None else a.mean for a in averages if a is not None]
    return _scale(lows)


class Scored(Protocol):
    """What a point of the chart needs to know."""

    @property
    def total(self) -> Decimal:
        """The score."""

    @property
    def released_at(self) -> datetime:
        """When the person could first see it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One evaluation in a chart."""

    call: Scored
    x: float
    """Percent."""
    y: float
    """Pixels from the top."""


@dataclass(frozen=True, slots=True)
class DayMark:
    """The first dot of a day."""

    day: date
    x: float


@dataclass(frozen=True, slots=True)
class ScoreChart:
    """Scores in order of release, with the average and its interval behind them."""

    dots: tuple[Dot, ...]
    days: tuple[DayMark, ...]
    scale: Scale
    average: Average | None
    height: int = CHART_HEIGHT

    def y(self, value: float | Decimal) -> float:
        """Pixels from the top."""
        return round(self.height * (1 - self.scale.at(value) / 100), 1)

    @property
    def lines(self) -> tuple[tuple[Dot, Dot], ...]:
        """Neighbouring dots to join."""
        return tuple(zip(self.dots, self.dots[1:], strict=False))


def score_chart(calls: Sequence[Scored], average: Average | None) -> ScoreChart:
    """A chart of these evaluations, oldest left; each takes one step, so that none hides another."""
    ordered = sorted(calls, key=lambda call: call.released_at)
    lows = [float(call.total) for call in ordered]
    scale = _scale([*lows, average.low] if average and average.low is not None else lows)
    bare = ScoreChart((), (), scale, average)
    dots = tuple(
        Dot(call, round(100 * (index + 0.5) / len(ordered), 2), bare.y(call.total))
        for index, call in enumerate(ordered)
    )
    return ScoreChart(dots, _days(dots), scale, average)


def _days(dots: Sequence[Dot]) -> tuple[DayMark, ...]:
    """Marks at first dots of days, none closer than a tenth of the width to the one before."""
    marks: list[DayMark] = []
    last: date | None = None
    for dot in dots:
        day = local(dot.call.released_at).date()
        if day != last and (not marks or dot.x - marks[-1].x >= 10):
            marks.append(DayMark(day, dot.x))
        last = day
    return tuple(marks)


def _scale(lows: Sequence[float]) -> Scale:
    lowest = min(lows, default=float(_DEFAULT_LOW))
    return Scale(min(_DEFAULT_LOW, max(0, floor(lowest / 10) * 10)), 100)
