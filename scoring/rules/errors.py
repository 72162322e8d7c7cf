"""Named failures of the rule language; each message says what to do next."""

from __future__ import annotations


class RuleInvalid(ValueError):
    """A rule file breaks the schema. `line` counts from 1."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(f"第 {line} 行：{detail}")
        self.line = line
        self.detail = detail


class ScriptInvalid(ValueError):
    """A pasted conversation cannot be read. `line` counts from 1."""

    def __init__(self, line: int, detail: str) -> None:
        super().__init__(f"第 {line} 行：{detail}")
        self.line = line
        self.detail = detail
