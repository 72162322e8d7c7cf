"""A migration stands for itself: what it did must not change when the application does."""

from __future__ import annotations

import ast
from pathlib import Path

import qm.migrations

VERSIONS = Path(qm.migrations.__path__[0]) / "versions"


def test_no_migration_imports_the_application() -> None:
    imported = {
        f"{path.name}: {module}"
        for path in VERSIONS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for module in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [item.name for item in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        if module.split(".")[0] in {"qm", "scoring", "transcribe", "recorder"}
    }
    assert imported == set()
