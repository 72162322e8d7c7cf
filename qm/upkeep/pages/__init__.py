"""Pages of the installation's health."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.upkeep.pages import audit, jobs, overview
from qm.upkeep.words import actions, audit_details
from qm.upkeep.words import audit as audit_words
from qm.upkeep.words import jobs as jobs_words

PAGES = Pages(
    modules=(audit, jobs, overview),
    words=(actions, audit_words, audit_details, jobs_words),
    entries=(
        Entry(
            lazy_gettext("总览"),
            "overview.overview",
            10,
            frozenset({UserRole.SUPERVISOR, UserRole.ADMINISTRATOR}),
        ),
        Entry(
            lazy_gettext("处理进度"),
            "jobs.jobs",
            60,
            frozenset({UserRole.SUPERVISOR, UserRole.ADMINISTRATOR}),
        ),
    ),
    under={"audit": "people"},
)
