"""Pages of the phrase library."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.phrases import words
from qm.phrases.pages import library, versions, vocabulary

PAGES = Pages(
    modules=(library, versions, vocabulary),
    words=(words,),
    entries=(Entry(lazy_gettext("短语库"), "phrases.phrases", 80, frozenset({UserRole.SUPERVISOR})),),
)
