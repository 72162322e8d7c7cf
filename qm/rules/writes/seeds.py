"""The rules that a new installation starts with, as published versions with their fixtures."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from sqlmodel import Session, select

from qm.core import audit
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.models import RuleVersion, VersionState
from scoring.rules import Rule, dump, seeded

_FIXTURES = ".fixtures.yaml"


def seed_rules(session: Session) -> None:
    """Put the library in force where there are no rules yet.

    Later a rule that ships anew or changed is for people to take: `rules_updates`.
    """
    if session.exec(select(RuleVersion.id).limit(1)).first() is None:
        for rule, document, fixtures in _shipped():
            _add(session, rule, document=document, fixtures=fixtures)


@lru_cache(maxsize=1)
def _shipped() -> tuple[tuple[Rule, str, str], ...]:
    """Each rule with its text and its fixtures, as YAML."""
    return tuple((rule, text_of(rule), shipped_fixtures(rule.key)) for rule in seeded())


def _add(session: Session, rule: Rule, *, document: str, fixtures: str) -> None:
    row = RuleVersion(
        key=rule.key,
        version=rule.version,
        title=rule.title[:120],
        state=VersionState.PUBLISHED,
        document=document,
        fixtures=fixtures,
        note="初始规则库",
        created_at=now(),
        published_at=now(),
    )
    session.add(row)
    session.flush()
    audit.record(SYSTEM, audit.AuditAction.RULE_PUBLISHED, row.id, key=rule.key, version=rule.version)


def text_of(rule: Rule) -> str:
    """The YAML of one rule, as a person edits it: without the list's dash."""
    return "".join(line[2:] for line in dump([rule]).splitlines(keepends=True))


class _Writer(yaml.SafeDumper):
    """Conversations as blocks, a line an utterance."""


def _block(writer: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Writer.add_representer(str, _block)


def dump_fixtures(entries: Any) -> str:
    """Fixtures as YAML; empty text for none."""
    if not entries:
        return ""
    return yaml.dump(list(entries), Dumper=_Writer, allow_unicode=True, sort_keys=False, width=110)


def shipped_fixtures(key: str) -> str:
    """The library's fixtures of one rule, as YAML."""
    return dump_fixtures(_fixtures().get(key, ()))


@lru_cache(maxsize=1)
def _fixtures() -> dict[str, list[dict[str, Any]]]:
    """The library's fixtures by the rule they are about, each expecting of that rule alone."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    folder = files("scoring.rules.library")
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not item.name.endswith(_FIXTURES):
            continue
        for entry in yaml.safe_load(item.read_text(encoding="utf-8")) or ():
            for key, verdict in entry["expect"].items():
                found[key].append({**entry, "expect": {key: verdict}})
    return dict(found)
