"""Messages that say what happened and offer to take it back."""

from __future__ import annotations

from flask import flash, render_template
from markupsafe import Markup


def flash_undo(message: str, *, action: str, **fields: object) -> None:
    """Flash a message with a button that posts `fields` to `action`."""
    form = render_template("frame/_undo.html", message=message, action=action, fields=fields)
    flash(Markup(form), "undo")  # noqa: S704 - rendered by our own template, which escapes
