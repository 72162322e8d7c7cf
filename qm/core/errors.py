"""Errors that name the fact. One mapping (`qm.frame.errors`) turns each into a page, a fragment or JSON.

The message tells the person what to do next; it is a Chinese gettext key, formatted with `params`.
"""

from __future__ import annotations

import re

from recorder.message import Message, Param

_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])| ")


def snake_case(name: str) -> str:
    """`StaleEvaluation` or `Not Found` as codes are written: `stale_evaluation`, `not_found`."""
    return _WORD_BEGINS.sub("_", name).lower()


class QmError(Exception):
    """Base of every expected error. `status` is the HTTP status it maps to."""

    status = 400
    message = "请求无法完成，请检查后重试。"

    def __init__(self, message: str | None = None, /, **params: Param) -> None:
        self.message = message or type(self).message
        self.params = params
        super().__init__(Message(self.message, **params))

    @property
    def code(self) -> str:
        """Stable name for machines, e.g. `stale_evaluation`."""
        return snake_case(type(self).__name__)


class NotFound(QmError):
    """The thing does not exist, or this person may not know that it does."""

    status = 404
    message = "没有找到，或您无权查看。请返回列表重新选择。"


class Forbidden(QmError):
    """This person may not do this."""

    status = 403
    message = "您没有权限执行此操作。如需权限，请联系管理员。"


class InvalidInput(QmError):
    """A value is not acceptable."""

    status = 422


class Conflict(QmError):
    """Somebody else, or an earlier step, made this impossible."""

    status = 409
