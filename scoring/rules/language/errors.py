"""Named failures of the rule language; each message says what to do next."""

from __future__ import annotations

from recorder.message import Message


class RuleInvalid(ValueError):
    """A rule file breaks the schema. `line` counts from 1."""

    def __init__(self, line: int, detail: Message) -> None:
        super().__init__(Message("第 %(line)s 行：%(detail)s", line=line, detail=detail))
        self.line = line
        self.detail = detail


class ScriptInvalid(ValueError):
    """A pasted conversation cannot be read. `line` counts from 1."""

    def __init__(self, line: int, detail: Message) -> None:
        super().__init__(Message("第 %(line)s 行：%(detail)s", line=line, detail=detail))
        self.line = line
        self.detail = detail
