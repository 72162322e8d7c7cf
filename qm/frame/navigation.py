"""What each role finds in the header: each capability brings its entries, matched by blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType, ModuleType

from flask import Blueprint, Flask, current_app, request
from flask_babel import LazyString

from qm.core.actor import UserRole
from qm.frame.access import actor_or_none

_EXTENSION = "qm_navigation"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the header: where it leads, who finds it, and its place among theirs."""

    label: LazyString
    endpoint: str
    place: int
    roles: frozenset[UserRole]

    @property
    def blueprint(self) -> str:
        """The pages of which it is the current one."""
        return self.endpoint.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Pages:
    """What a capability brings to the site."""

    modules: tuple[ModuleType, ...]
    """Modules of pages, each with the `blueprint` on which its routes stand."""
    words: tuple[ModuleType, ...] = ()
    """Modules that register words, filters and functions when they are imported."""
    entries: tuple[Entry, ...] = ()
    under: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Blueprints without an entry of their own: under which blueprint's entry people find them."""

    @property
    def blueprints(self) -> list[Blueprint]:
        """Each blueprint once."""
        return list(dict.fromkeys(module.blueprint for module in self.modules))


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as one person finds it."""

    label: LazyString
    endpoint: str
    current: bool


@dataclass(frozen=True, slots=True)
class _Site:
    entries: tuple[Entry, ...]
    under: Mapping[str, str]


def entries_for(role: UserRole) -> list[Entry]:
    """What this role finds, in order; the first is where its day begins."""
    site: _Site = current_app.extensions[_EXTENSION]
    return [entry for entry in site.entries if role in entry.roles]


def _navigation() -> list[Shown]:
    actor = actor_or_none()
    found = entries_for(actor.role) if actor else []
    here = _found_under(request.blueprint or "", {entry.blueprint for entry in found})
    return [Shown(entry.label, entry.endpoint, entry.blueprint == here) for entry in found]


def _found_under(blueprint: str, known: set[str]) -> str:
    """The blueprint itself where the person has an entry for it, else the one under which it is found."""
    under = current_app.extensions[_EXTENSION].under
    while blueprint not in known and blueprint in under:
        blueprint = under[blueprint]
    return blueprint


def register(app: Flask, capabilities: Iterable[Pages]) -> None:
    """Open the pages of each capability and give templates `navigation()`."""
    entries: list[Entry] = []
    under: dict[str, str] = {}
    for pages in capabilities:
        for blueprint in pages.blueprints:
            app.register_blueprint(blueprint)
        entries += pages.entries
        under |= pages.under
    app.extensions[_EXTENSION] = _Site(tuple(sorted(entries, key=lambda entry: entry.place)), under)
    app.context_processor(lambda: {"navigation": _navigation})
