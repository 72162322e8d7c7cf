"""Pages of who scores which call."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.assigning import words
from qm.assigning.pages import queue, recordings
from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages

PAGES = Pages(
    modules=(queue, recordings),
    words=(words,),
    entries=(
        Entry(lazy_gettext("工作台"), "desk.queue", 10, frozenset({UserRole.INSPECTOR})),
        Entry(
            lazy_gettext("录音"),
            "recordings.recordings",
            30,
            frozenset({UserRole.INSPECTOR, UserRole.SUPERVISOR, UserRole.LEADER}),
        ),
    ),
    under={"desk": "recordings"},  # whoever has no desk opens a call from the list
)
