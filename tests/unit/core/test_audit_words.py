"""Whatever is audited can be read by an administrator who reads Chinese, and no words are left over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import qm
import qm.app
from qm.core.audit import AuditAction, AuditSubject
from qm.frame.registry import ACTIONS
from qm.upkeep.reads.audit import _things_of
from qm.upkeep.words.audit import SUBJECTS


def recorded() -> Iterator[str]:
    """Names of the actions that the application's writes name, the enumeration and its words apart."""
    root = Path(qm.__file__).parent
    for path in root.rglob("*.py"):
        if path.name == "audit.py" or "words" in path.relative_to(root).as_posix():
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in AuditAction.__members__:
                yield node.attr


def test_every_action_has_words_and_no_words_are_without_an_action() -> None:
    assert set(ACTIONS) == set(AuditAction)
    assert all(str(action.value) == action.name.lower() for action in AuditAction)


def test_every_subject_has_words_and_some_action_that_is_done_to_it() -> None:
    assert set(SUBJECTS) == set(AuditSubject)
    assert {action.subject for action in AuditAction} == set(AuditSubject)


def test_every_action_is_recorded_somewhere() -> None:
    assert set(AuditAction.__members__) - set(recorded()) == set()


def test_what_belongs_to_a_branch_is_named_as_the_audit_names_it() -> None:
    assert set(_things_of(1)) <= set(AuditSubject)
