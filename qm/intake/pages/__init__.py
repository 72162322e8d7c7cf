"""Pages of recordings that come in."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.intake import words
from qm.intake.pages import media, quarantine, upload

PAGES = Pages(
    modules=(media, quarantine, upload),
    words=(words,),
    entries=(
        Entry(
            lazy_gettext("上传"),
            "upload.upload",
            50,
            frozenset({UserRole.SUPERVISOR, UserRole.ADMINISTRATOR}),
        ),
        Entry(
            lazy_gettext("隔离区"),
            "quarantine.quarantine",
            70,
            frozenset({UserRole.SUPERVISOR, UserRole.ADMINISTRATOR}),
        ),
    ),
)
