"""Reading a posted table or form: whole, or refused; never cut."""

from __future__ import annotations

from flask import abort
from werkzeug.datastructures import FileStorage

TABLE_BYTES_MAX = 4_000_000
"""Far more than any phrase table or rubric that a person keeps."""


def whole(sent: FileStorage) -> bytes:
    """All bytes of a posted file; a larger one than `TABLE_BYTES_MAX` answers 413."""
    data: bytes = sent.read(TABLE_BYTES_MAX + 1)
    if len(data) > TABLE_BYTES_MAX:
        abort(413)
    return data
