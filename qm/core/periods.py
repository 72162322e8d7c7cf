"""Stretches of time that a leader looks at: today, this week, this month, in the installation's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from qm.core.clock import local, now


class PeriodKind(StrEnum):
    """How long a period is."""

    TODAY = "today"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to but without `end`; both aware."""

    kind: PeriodKind
    start: datetime
    end: datetime


def current(kind: PeriodKind, *, at: datetime | None = None) -> Period:
    """The period that `at` (default: now) lies in."""
    here = local(at or now())
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    if kind is PeriodKind.TODAY:
        return Period(kind, midnight, midnight + timedelta(days=1))
    if kind is PeriodKind.WEEK:
        start = midnight - timedelta(days=midnight.weekday())
        return Period(kind, start, start + timedelta(days=7))
    start = midnight.replace(day=1)
    return Period(kind, start, (start + timedelta(days=32)).replace(day=1))


def before(period: Period) -> Period:
    """The period just before, of the same kind."""
    return current(period.kind, at=period.start - timedelta(hours=1))
