"""The one clock of the application, and the installation's zone in which days begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from qm.core.settings import settings


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def zone() -> ZoneInfo:
    """The installation's zone (`QM_TIMEZONE`)."""
    return ZoneInfo(settings().timezone)


def local(at: datetime) -> datetime:
    """An aware moment in the installation's zone."""
    return at.astimezone(zone())


def today() -> date:
    """The day that it is in the installation's zone."""
    return local(now()).date()


def midnight(day: date) -> datetime:
    """The moment at which a day of the installation's zone begins."""
    return datetime.combine(day, time(), zone())
