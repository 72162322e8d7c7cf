"""Pages of people, teams and tokens."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.people import words
from qm.people.pages import accounts, roster, sign_in, tokens

PAGES = Pages(
    modules=(accounts, roster, sign_in, tokens),
    words=(words,),
    entries=(Entry(lazy_gettext("人员"), "people.people", 110, frozenset({UserRole.ADMINISTRATOR})),),
    under={"people": "overview"},  # supervisors reach tokens from the overview
)
