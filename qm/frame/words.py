"""Names of states, roles and reasons, as people read them; each capability gives its own (`name_each`)."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import gettext

from qm.frame.registry import WORDS, template_filter


@template_filter
def in_words(value: StrEnum) -> str:
    """The name of a state, role or reason in the reader's language."""
    return str(WORDS[type(value)][value])


@template_filter
def shipped_words(text: str) -> str:
    """A note in the reader's language where the installation began with it; a person's own as it is."""
    return str(gettext(text)) if text else ""
