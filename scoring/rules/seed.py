"""The seeded library: rules and fixtures from the YAML files beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from recorder.message import Message
from scoring.rules.language.errors import RuleInvalid
from scoring.rules.language.model import Rule
from scoring.rules.language.parse import load_rules
from scoring.rules.script import conversation_from_script
from scoring.types import Conversation, Verdict

_FIXTURES = ".fixtures.yaml"


@dataclass(frozen=True, slots=True)
class Fixture:
    """A conversation and the verdicts expected of some rules."""

    name: str
    conversation: Conversation
    expected: dict[str, Verdict]


@lru_cache(maxsize=1)
def seeded() -> tuple[Rule, ...]:
    """All rules of the library, in the order of file names. Raises `RuleInvalid` where a file is wrong."""
    found: dict[str, Rule] = {}
    for name, text in _texts():
        if name.endswith(_FIXTURES):
            continue
        for rule in load_rules(text):
            if rule.key in found:
                raise RuleInvalid(
                    1, Message("%(name)s：规则键 %(key)s 已在别的文件里", name=name, key=rule.key)
                )
            found[rule.key] = rule
    return tuple(found.values())


@lru_cache(maxsize=1)
def seeded_fixtures() -> tuple[Fixture, ...]:
    """All fixtures of the library."""
    return tuple(
        fixture for name, text in _texts() if name.endswith(_FIXTURES) for fixture in load_fixtures(text)
    )


def load_fixtures(text: str) -> tuple[Fixture, ...]:
    """Fixtures of a YAML text: a list of `name`, `script`, `expect` and, where wanted, `call_data`."""
    return tuple(
        Fixture(
            str(entry["name"]),
            conversation_from_script(
                entry["script"],
                call_data={str(k): str(v) for k, v in (entry.get("call_data") or {}).items()},
                recording_id=str(entry["name"]),
                roles_certain=bool(entry.get("roles_certain", True)),
            ),
            {str(key): Verdict(value) for key, value in entry["expect"].items()},
        )
        for entry in yaml.safe_load(text) or ()
    )


def _texts() -> list[tuple[str, str]]:
    folder = files("scoring.rules.library")
    named = [(item.name, item) for item in folder.iterdir() if item.name.endswith(".yaml")]
    return [
        (name, item.read_text(encoding="utf-8")) for name, item in sorted(named, key=lambda pair: pair[0])
    ]
