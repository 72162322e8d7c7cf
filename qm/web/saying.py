"""An expected error in the reader's language, for pages that show it beside their form."""

from __future__ import annotations

from flask_babel import gettext

from qm.errors import QmError


def say(error: QmError) -> str:
    """The message with its figures filled in."""
    text: str = gettext(error.message)
    return text % error.params if error.params else text
