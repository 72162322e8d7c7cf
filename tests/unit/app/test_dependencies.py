"""What an installation must bring is what the application imports, and nothing beside it."""

from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[3]
THROUGH_ANOTHER = {"audioop-lts"}
"""Not imported by name: what pydub needs since Python 3.13."""


def imported() -> set[str]:
    """Top-level names of every module that the four rooms import."""
    found = set()
    for room in ("qm", "scoring", "transcribe", "recorder"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import):
                    found |= {name.name.split(".")[0] for name in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module.split(".")[0])
    return found


def test_every_runtime_dependency_is_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=;\[ ]", line)[0].lower() for line in project["dependencies"]}
    gives = packages_distributions()
    used = {given.lower() for name in imported() for given in gives.get(name, ())}
    assert wanted - used - THROUGH_ANOTHER == set()
