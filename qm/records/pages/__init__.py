"""Pages of released scores and agents' records."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.records import words
from qm.records.pages import mine, record, team

PAGES = Pages(
    modules=(mine, record, team),
    words=(words,),
    entries=(
        Entry(lazy_gettext("我的反馈"), "mine.evaluations", 10, frozenset({UserRole.AGENT})),
        Entry(lazy_gettext("我的成绩"), "record.performance", 20, frozenset({UserRole.AGENT})),
        Entry(lazy_gettext("我的团队"), "team.overview", 10, frozenset({UserRole.LEADER})),
        Entry(lazy_gettext("团队"), "team.overview", 20, frozenset({UserRole.SUPERVISOR})),
    ),
)
