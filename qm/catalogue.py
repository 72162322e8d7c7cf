"""Collecting the texts that need a translation: any Chinese string in the application's code.

Errors carry their message as a class attribute, which a call-based extractor would not see.
Docstrings, the command line (bilingual as written) and f-strings (untranslatable) are left out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import IO, Any

HAN = re.compile(r"[\u3400-\u9fff]")


def extract(
    fileobj: IO[bytes],
    keywords: Any,  # noqa: ARG001 - Babel's interface
    comment_tags: Any,  # noqa: ARG001
    options: Any,  # noqa: ARG001
) -> Iterator[tuple[int, str | None, str, list[str]]]:
    """Babel extraction method: (line, function, message, comments) of each Chinese string."""
    tree = ast.parse(fileobj.read())
    skipped = _docstrings(tree) | _inside_fstrings(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in skipped:
            continue
        if HAN.search(node.value):
            yield node.lineno, None, node.value, []


def _docstrings(tree: ast.AST) -> set[int]:
    """Bare string statements, the docstrings of attributes too."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _inside_fstrings(tree: ast.AST) -> set[int]:
    return {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
