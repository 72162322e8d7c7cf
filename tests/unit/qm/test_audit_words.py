"""Whatever is audited can be read by an administrator who reads Chinese, and no words are left over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import qm
from qm.queries.audit import _things_of
from qm.services.audit import AuditAction, AuditSubject
from qm.web.manage import audit_words

GROUPS = (
    audit_words.PEOPLE, audit_words.INTAKE, audit_words.PROPOSALS,
    audit_words.PHRASES, audit_words.HEARING, audit_words.RULES,
    audit_words.RUBRICS, audit_words.JUDGING, audit_words.ASSIGNING, audit_words.REVIEWING,
    audit_words.TRIALS, audit_words.RECORDS, audit_words.UPKEEP,
)  # fmt: skip


def recorded() -> Iterator[str]:
    """Names of the actions that the application's writes name, the enumeration and its words apart."""
    root = Path(qm.__file__).parent
    for path in root.rglob("*.py"):
        if path.name in ("audit.py", "audit_words.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in AuditAction.__members__:
                yield node.attr


def test_every_action_has_words_once_and_no_words_are_without_an_action() -> None:
    assert set(audit_words.ACTIONS) == set(AuditAction)
    assert sum(len(group) for group in GROUPS) == len(AuditAction)
    assert all(str(action.value) == action.name.lower() for action in AuditAction)


def test_every_subject_has_words_and_some_action_that_is_done_to_it() -> None:
    assert set(audit_words.SUBJECTS) == set(AuditSubject)
    assert {action.subject for action in AuditAction} == set(AuditSubject)


def test_every_action_is_recorded_somewhere() -> None:
    assert set(AuditAction.__members__) - set(recorded()) == set()


def test_what_belongs_to_a_branch_is_named_as_the_audit_names_it() -> None:
    assert set(_things_of(1)) <= set(AuditSubject)
