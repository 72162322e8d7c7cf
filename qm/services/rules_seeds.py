"""The rules that a new installation starts with, as published versions with their fixtures."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml
from sqlmodel import Session, select

from qm.actor import SYSTEM
from qm.clock import now
from qm.models import RuleVersion, VersionState
from qm.services import audit
from scoring.rules import Rule, dump, seeded

_FIXTURES = ".fixtures.yaml"


def seed_rules(session: Session) -> None:
    """Add the rules of the library that are not there yet; what is there stays as it is."""
    known = set(session.exec(select(RuleVersion.key).distinct()).all())
    for rule in seeded():
        if rule.key not in known:
            _add(session, rule)


def _add(session: Session, rule: Rule) -> None:
    row = RuleVersion(
        key=rule.key,
        version=rule.version,
        title=rule.title[:120],
        state=VersionState.PUBLISHED,
        document=text_of(rule),
        fixtures=dump_fixtures(_fixtures().get(rule.key, ())),
        note="初始规则库",
        created_at=now(),
        published_at=now(),
    )
    session.add(row)
    session.flush()
    audit.record(SYSTEM, "rule_published", "rule_version", row.id, key=rule.key, version=rule.version)


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
