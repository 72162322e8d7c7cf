"""Kleene's strong three-valued logic: what could not be heard stays unknown.

Tables: S. C. Kleene, Introduction to Metamathematics (1952), § 64. With NO < UNKNOWN < YES
conjunction is the minimum, disjunction the maximum, and negation turns the order round.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Truth(IntEnum):
    """A three-valued answer, ordered so that `min` is *and* and `max` is *or*."""

    NO = 0
    UNKNOWN = 1
    YES = 2


def negate(value: Truth) -> Truth:
    """Turn yes into no; unknown stays unknown."""
    return Truth(Truth.YES - value)


def conjunction(values: Iterable[Truth]) -> Truth:
    """True where all are; an empty conjunction is true."""
    return min(values, default=Truth.YES)


def disjunction(values: Iterable[Truth]) -> Truth:
    """True where any is; an empty disjunction is false."""
    return max(values, default=Truth.NO)


def at_least(count: int, values: Iterable[Truth]) -> Truth:
    """True where `count` or more are true; unknown where the unknown ones could make up the number."""
    seen = tuple(values)
    certain = sum(value is Truth.YES for value in seen)
    possible = sum(value is not Truth.NO for value in seen)
    return of_counts(certain=certain, possible=possible, needed=count)


def of_counts(*, certain: int, possible: int, needed: int) -> Truth:
    """Answer "at least `needed`?" from how many are certain and how many are possible at most."""
    if certain >= needed:
        return Truth.YES
    return Truth.UNKNOWN if possible >= needed else Truth.NO
