"""Which evaluations count is said once, beside who may see them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import qm

HOME = "core/visibility.py"
SPELLED = {("EvaluationKind", "HUMAN"), ("EvaluationKind", "AUTOMATIC"), ("EvaluationState", "DRAFT")}


def compared(text: str) -> Iterator[int]:
    """Lines on which a statement's condition compares a kind of evaluation, or its state with the draft's.

    `row.state is EvaluationState.DRAFT` asks a row that is at hand, and may stand anywhere.
    """
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn):
            named = (part for side in (node.left, *node.comparators) for part in ast.walk(side))
            if any(_member(part) in SPELLED for part in named):
                yield node.lineno


def _member(node: ast.AST) -> tuple[str, str] | None:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.value.id, node.attr
    return None


def test_nobody_else_spells_out_which_evaluations_count() -> None:
    package = Path(qm.__file__).parent
    found = {
        path.relative_to(package).as_posix(): lines
        for path in sorted(package.rglob("*.py"))
        if "models" not in path.parts and (lines := list(compared(path.read_text(encoding="utf-8"))))
    }
    assert set(found) == {HOME}, found
