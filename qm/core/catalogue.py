"""Collecting the texts that need a translation: any Chinese string in the application's code.

Errors carry their message as a class attribute, which a call-based extractor would not see.
Docstrings, the command line (bilingual as written) and f-strings (untranslatable) are left out.
In the libraries only what is marked as a `Message` is meant for readers.

Chinese has no plural, so only the translator knows which texts need one: a text that has two forms in a
catalogue is collected with both.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import IO, Any, BinaryIO

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from qm.core.paths import TRANSLATIONS

Line = tuple[int, str | None, str | tuple[str, ...], list[str]]
"""Where a text stands, the function it is given to, the text, comments."""
HAN = re.compile(r"[\u3400-\u9fff]")


def extract(
    fileobj: IO[bytes],
    keywords: Any,  # noqa: ARG001 - Babel's interface
    comment_tags: Any,  # noqa: ARG001
    options: Any,  # noqa: ARG001
) -> Iterator[Line]:
    """Babel extraction method: (line, function, message, comments) of each Chinese string."""
    tree = ast.parse(fileobj.read())
    skipped = _docstrings(tree) | _inside_fstrings(tree)
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Constant) and isinstance(node.value, str)) or id(node) in skipped:
            continue
        if HAN.search(node.value):
            yield _line(node.lineno, node.value)


def extract_marked(
    fileobj: IO[bytes],
    keywords: Any,  # noqa: ARG001 - Babel's interface
    comment_tags: Any,  # noqa: ARG001
    options: Any,  # noqa: ARG001
) -> Iterator[Line]:
    """Babel extraction method: the template of each `Message(…)` that is written out."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message"):
            continue
        template = node.args[0]
        if isinstance(template, ast.Constant) and isinstance(template.value, str):
            yield _line(template.lineno, template.value)


def extract_pages(fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Line]:
    """Babel extraction method: as Jinja's own, for templates."""
    for line, _function, texts, _comments in babel_extract(fileobj, keywords, comment_tags, options):
        for text in [texts] if isinstance(texts, str) else filter(None, texts or ()):
            yield _line(line, text)


def _line(number: int, text: str) -> Line:
    if text in _with_plural():
        return number, "ngettext", (text, text), []
    return number, None, text, []


@cache
def _with_plural() -> frozenset[str]:
    found: set[str] = set()
    for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        with path.open("rb") as file:
            found |= {str(message.id[0]) for message in read_po(file) if message.pluralizable}
    return frozenset(found)


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
