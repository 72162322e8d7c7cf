"""Pages of what was said in a call."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.hearing import words
from qm.hearing.pages import search

PAGES = Pages(
    modules=(search,),
    words=(words,),
    entries=(
        Entry(
            lazy_gettext("搜索"),
            "search.search",
            40,
            frozenset({UserRole.INSPECTOR, UserRole.SUPERVISOR, UserRole.LEADER}),
        ),
    ),
)
