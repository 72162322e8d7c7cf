"""No statement names as many ids as there are data: lists come in batches, or as a query of their own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import qm

SMALL = {
    ("overseen_by", "ids"): "a query, by kind of thing",
    ("overseen_by", "list(things)"): "kinds of things",
    ("forbidden_counts", "recording_ids"): "the calls of one page",
    ("human_states", "recording_ids"): "the calls of one page",
    ("_holders", "recording_ids"): "the calls of one page",
    ("_names", "set(user_ids)"): "the inspectors of one page",
    ("_calls", "[line.evaluation_id for line in lines]"): "the lines of one page",
    ("suggestions", "list(wanted)"): "criteria of one form",
    ("to_rescan", "heard"): "states",
    ("_move", "from_states"): "states",
    ("_read", "recording_ids"): "at most READ_TOGETHER",
    ("_hits", "recording_ids"): "at most READ_TOGETHER",
    ("_kept", "[row.id for row in rows]"): "evaluations of a batch",
    ("_of_unqueued", "unfinished"): "recordings of a batch",
    ("_store_evidence", "old"): "the answers of one form",
    ("store_answers", "gone"): "the answers of one form",
    ("findings_of", "rules"): "the rules of one form",
    ("_shown", "ids"): "the utterances of one page",
    ("add", "people.first_team"): "the agents of one generated team",
    ("_stored_findings", "recording_ids"): "the calls of a chunk",
    ("_latest_evaluations", "recording_ids"): "the calls of a chunk",
    ("_overtaken", "ids"): "the calls of a chunk",
    ("_evaluations", "[call.recording_id for call in calls]"): "the calls of a chunk",
    ("_answers", "list(ids.values())"): "the evaluations of a chunk",
    ("lines_of", "ids"): "the evaluations of a batch",
    ("_stored", "recording_ids"): "the calls of a batch",
    ("_one", "lost"): "criteria of one form",
}
"""What looks like a list of any length and is not: function and argument, with what bounds it."""
QUERIES = {"select", "columns"}


def unbounded(tree: ast.AST) -> Iterator[str]:
    """What is given to `in_` and may be of any length."""
    batched = {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.target, ast.Name)
        if isinstance(node.iter, ast.Call) and _name(node.iter.func) == "batches"
    }
    queries = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_query(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or _name(node.func) not in ("in_", "not_in"):
            continue
        (given,) = node.args
        fixed = isinstance(given, ast.Tuple | ast.List | ast.Set) or _name(given).lstrip("_").isupper()
        if not (fixed or _is_query(given) or _name(given) in batched | queries):
            yield ast.unparse(given)


def _is_query(node: ast.AST) -> bool:
    return any(isinstance(part, ast.Call) and _name(part.func) in QUERIES for part in ast.walk(node))


def _name(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Functions and methods; one within another belongs to the outer one."""
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (part for part in inner if isinstance(part, ast.FunctionDef))


def test_what_a_statement_is_given_is_bounded() -> None:
    found = {
        (function.name, given)
        for path in sorted(Path(qm.__file__).parent.rglob("*.py"))
        if "migrations" not in path.parts
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
        for given in unbounded(function)
    }
    assert found == set(SMALL)


def test_a_list_of_any_length_is_noticed() -> None:
    text = "def f(ids):\n    return select(Call).where(Call.id.in_(ids))"
    assert list(unbounded(ast.parse(text))) == ["ids"]
    text = "def f(ids):\n    for some in batches(ids):\n        run(select(Call).where(Call.id.in_(some)))"
    assert list(unbounded(ast.parse(text))) == []
