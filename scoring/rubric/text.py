"""YAML to plain values that remember their lines.

Every scalar stays a string, so that `no` and `2.50` mean themselves.
"""

from __future__ import annotations

import yaml

from recorder.message import Message
from scoring.rubric.problems import Problem, RubricInvalid

Plain = str | bool | int | float | None | list["Plain"] | dict[str, "Plain"]
"""What JSON and our YAML reader give."""


MOST_CHARACTERS = 1_000_000
DEEPEST = 20


def read_yaml(text: str) -> tuple[Plain, dict[str, int]]:
    """The values of a YAML text and the line of each path, from 1.

    Raises `RubricInvalid` for text that is no YAML, for a key given twice, and what `_refusal` names.
    """
    try:
        refusal = _refusal(text)
        node = None if refusal else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        raise RubricInvalid(
            [Problem("", Message("不是有效的 YAML，请检查缩进、冒号和引号。"), line)]
        ) from error
    if refusal:
        raise RubricInvalid([refusal])
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    value = None if node is None else _plain(node, "", lines, problems)
    if problems:
        raise RubricInvalid(problems)
    return value, lines


def _refusal(text: str) -> Problem | None:
    """Why a text is not even read: too long, too deep, or with aliases (small texts can hide large ones)."""
    if len(text) > MOST_CHARACTERS:
        return Problem("", Message("文件过大，不是评分表。"))
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            return Problem("", Message("不支持 YAML 别名（*），请直接写出内容。"), line)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return Problem("", Message("嵌套过深，不是评分表。"), line)
    return None


def _plain(node: yaml.Node, path: str, lines: dict[str, int], problems: list[Problem]) -> Plain:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, f"{path}[{n}]", lines, problems) for n, item in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        is_null = node.tag == "tag:yaml.org,2002:null"
        return None if is_null else str(node.value)
    found: dict[str, Plain] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        inner = f"{path}.{key}" if path else key
        if key in found:
            told = Message("“%(name)s”写了两次，请删去一处。", name=key)
            problems.append(Problem(inner, told, key_node.start_mark.line + 1))
        lines.setdefault(inner, key_node.start_mark.line + 1)
        found[key] = _plain(value_node, inner, lines, problems)
    return found
