"""Checks over several calls: how often and at what hours a customer was contacted.

Pure functions over call data; the hours are those of the call's own zone (`started_at`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Protocol


class Call(Protocol):
    """What is asked of a call: a `Conversation` has it, so has its call data alone."""

    @property
    def recording_id(self) -> str:
        """Names the call."""

    @property
    def call_data(self) -> Mapping[str, str]:
        """`started_at` in ISO 8601 with its zone, `direction`, and the policy's `customer_key`."""


class ContactFault(StrEnum):
    """What is wrong with a contact."""

    QUIET_HOURS = "quiet_hours"
    TOO_OFTEN = "too_often"
    UNKNOWN_TIME = "unknown_time"
    """The start is missing or has no zone: cannot tell."""


@dataclass(frozen=True, slots=True)
class ContactPolicy:
    """When and how often customers may be called. The usual one for collections."""

    quiet_from: time = time(22, 0)
    quiet_until: time = time(8, 0)
    """May be earlier than `quiet_from`: then the quiet time runs over midnight."""
    max_per_day: int = 3
    direction: str = "outbound"
    """Only calls of this direction count; empty counts all."""
    customer_key: str = "caller"
    """Call datum that names the customer."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that breaks the policy, or whose time cannot be told."""

    recording_id: str
    customer: str
    fault: ContactFault
    started_at: datetime | None
    nth_that_day: int
    """Which contact of the day it was, from 1; 0 where the time cannot be told."""


def contact_faults(calls: Iterable[Call], policy: ContactPolicy | None = None) -> tuple[Contact, ...]:
    """All faults, in order of time (those of unknown time last). Order of the input does not matter."""
    rule = policy or ContactPolicy()
    known: list[tuple[datetime, str, str]] = []
    faults: list[Contact] = []
    for call in calls:
        data = call.call_data
        if rule.direction and data.get("direction", "") != rule.direction:
            continue
        customer = data.get(rule.customer_key, "")
        started = _start(data)
        if started is None:
            faults.append(Contact(call.recording_id, customer, ContactFault.UNKNOWN_TIME, None, 0))
        else:
            known.append((started, call.recording_id, customer))
    return (*_judged(sorted(known), rule), *sorted(faults, key=lambda fault: fault.recording_id))


def _judged(known: list[tuple[datetime, str, str]], rule: ContactPolicy) -> Iterable[Contact]:
    counts: dict[tuple[str, date], int] = defaultdict(int)
    for started, recording_id, customer in known:
        counts[customer, started.date()] += 1
        nth = counts[customer, started.date()]
        if is_quiet(started.time(), rule):
            yield Contact(recording_id, customer, ContactFault.QUIET_HOURS, started, nth)
        if customer and nth > rule.max_per_day:
            yield Contact(recording_id, customer, ContactFault.TOO_OFTEN, started, nth)


def is_quiet(moment: time, rule: ContactPolicy) -> bool:
    """True inside the quiet time; its beginning is quiet, its end is not."""
    if rule.quiet_from <= rule.quiet_until:
        return rule.quiet_from <= moment < rule.quiet_until
    return moment >= rule.quiet_from or moment < rule.quiet_until


def _start(data: Mapping[str, str]) -> datetime | None:
    try:
        started = datetime.fromisoformat(data.get("started_at", ""))
    except ValueError:
        return None
    return started if started.tzinfo is not None else None
