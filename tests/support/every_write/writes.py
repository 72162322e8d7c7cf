"""Every write there is, found by reading the code: no list has to be kept of what a test must call."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import qm
from qm.core.database import writing

Name = tuple[str, str]
"""A module and what it defines."""

_NOT_WRITES = ("qm.app.home", "qm.cli", "qm.bench", "qm.migrations")
_COMMIT = (writing.__module__, writing.__name__)


def writes() -> dict[Callable[..., Any], bool]:
    """Public functions that open a write themselves or through others, and whether each takes an `actor`."""
    found = {}
    for module, name in sorted(_reaching(_COMMIT)):
        if name.startswith("_") or _apart(module) or module == _COMMIT[0]:
            continue
        function = getattr(importlib.import_module(module), name)
        if inspect.isfunction(function):
            found[function] = "actor" in inspect.signature(function).parameters
    return found


def _apart(module: str) -> bool:
    """Pages and commands call writes and name who acts; the engine of jobs works for whoever sent a job."""
    if module.startswith(("qm.jobs", "qm.worker")):
        return not module.startswith(("qm.jobs.writes", "qm.worker.pipeline"))
    return ".pages" in module or module.startswith(_NOT_WRITES)


def _reaching(target: Name) -> set[Name]:
    """What refers to `target`, or to something that does."""
    found, users = {target}, _users()
    todo = [target]
    while todo:
        fresh = users.get(todo.pop(), set()) - found
        found |= fresh
        todo += fresh
    return found


@lru_cache(maxsize=1)
def _users() -> dict[Name, set[Name]]:
    """By definition: the definitions that refer to it. A table of functions counts as calling them all."""
    users: dict[Name, set[Name]] = {}
    for info in pkgutil.walk_packages(qm.__path__, "qm."):
        if info.name.startswith("qm.migrations.") or info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        tree = ast.parse(inspect.getsource(module))
        known = dict(_imports(tree)) | {
            name: (info.name, name) for node in tree.body for name in _defined(node)
        }
        for node in tree.body:
            for name in _defined(node):
                for used in _used(node, known):
                    users.setdefault(used, set()).add((info.name, name))
    return users


def _imports(tree: ast.Module) -> Iterator[tuple[str, Name]]:
    """Local names, wherever imported, and what they stand for; a module stands as `(its name, "")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "qm":
            for item in node.names:
                yield item.asname or item.name, _origin(node.module, item.name)


def _origin(module: str, name: str) -> Name:
    """Where what a package passes on is defined."""
    thing = getattr(importlib.import_module(module), name, None)
    if inspect.ismodule(thing) or thing is None:
        return f"{module}.{name}", ""
    return getattr(thing, "__module__", None) or module, name


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _used(node: ast.stmt, known: dict[str, Name]) -> Iterator[Name]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in known:
            yield known[part.id]
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            module, name = known.get(part.value.id, ("", "-"))
            if not name:
                yield _origin(module, part.attr)
