"""Whatever is audited can be read by an administrator who reads Chinese."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import qm
from qm.web.manage.audit_words import ACTIONS, SUBJECTS


def recorded() -> Iterator[tuple[str, str]]:
    """(action, subject type) of each `audit.record(actor, "action", "subject", …)` in the application."""
    for path in Path(qm.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and len(node.args) >= 3):
                continue
            named = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            action, subject = node.args[1], node.args[2]
            if named == "record" and isinstance(action, ast.Constant) and isinstance(subject, ast.Constant):
                yield str(action.value), str(subject.value)


def test_every_audited_action_and_subject_has_words() -> None:
    found = set(recorded())
    assert len(found) > 20
    assert {action for action, _ in found} - set(ACTIONS) == set()
    assert {subject for _, subject in found} - set(SUBJECTS) == set()
