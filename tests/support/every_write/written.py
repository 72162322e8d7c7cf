"""How each write is called with real rows, and who may: the table that `test_writes` holds the code to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qm.core.actor import Actor
from tests.support.house import House

Act = Callable[[Actor, House], object]
People = frozenset[str]
"""Who, as `place role`."""


@dataclass(frozen=True)
class Write:
    """One function, called one way. One with several ways (of whose rows) stands several times."""

    function: Callable[..., Any]
    act: Act
    may: People
    before: Callable[[House], object] = lambda _house: None
    """What the system does first, so that there is something to change."""


def who(*roles: str, places: tuple[str, ...] = ("near", "centre")) -> People:
    """These roles of the branch whose rows are written, and of headquarters."""
    known = {f"{place} {role}" for place in places for role in roles}
    return frozenset(known - {"centre agent", "centre leader"})


CENTRE = frozenset({"centre supervisor"})
"""Whose word holds for the whole house."""


def anywhere(*roles: str) -> People:
    """These roles of every branch: what is written is their own, or everybody's."""
    return who(*roles, places=("near", "far", "centre"))
