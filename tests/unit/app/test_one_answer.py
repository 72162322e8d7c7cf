"""What an answer consists of is known where it is stored, posted and worded; everybody else passes it on."""

from __future__ import annotations

import ast
from pathlib import Path

import qm
import scoring

FIELDS = frozenset({"occurrences", "not_applicable"})
"""Fields that only an answer has; whoever knows an answer's fields names these two."""
KNOWING = {
    "qm/models/evaluations.py": "the columns",
    "qm/bench/generated_scores.py": "answers that nobody gave",
    "qm/rubrics/reads/stored_answers.py": "rows and values",
    "qm/rubrics/words/answers.py": "words",
    "qm/reviewing/pages/posted.py": "the posted form of an evaluation",
    "qm/rubrics/pages/posted.py": "the posted form of a trial of a form",
}
IN_SCORING = {
    "types.py", "documents.py", "said.py",  # the value, as JSON, in labels
    "arithmetic.py", "losses.py", "marks.py", "suggest.py", "visibility.py", "whatif.py",
    "rubric/completeness.py",
}  # fmt: skip
"""What an answer is worth and what fits it is decided here."""


def names(node: ast.AST) -> str:
    """The field that this piece of code names; a key of JSON counts, a verdict of that name does not."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.keyword):
        return node.arg or ""
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    key = node.slice if isinstance(node, ast.Subscript) else None
    return str(key.value) if isinstance(key, ast.Constant) else ""


def knowing(package: Path, root: Path) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for path in package.rglob("*.py")
        if "migrations" not in path.parts
        and "rules" not in path.parts
        and any(names(node) in FIELDS for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    }


def test_the_application_knows_an_answers_fields_where_it_stores_posts_and_words_them() -> None:
    package = Path(qm.__file__).parent
    assert knowing(package, package.parent) == set(KNOWING)


def test_scoring_knows_them_where_answers_are_judged() -> None:
    package = Path(scoring.__file__).parent
    assert knowing(package, package) == IN_SCORING
