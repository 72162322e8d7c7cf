"""Pages of rules."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.rules.pages import contacts, edit, rules, updates
from qm.rules.words import actions
from qm.rules.words import contacts as contacts_words
from qm.rules.words import rules as rules_words

PAGES = Pages(
    modules=(contacts, edit, rules, updates),
    words=(actions, contacts_words, rules_words),
    entries=(
        Entry(lazy_gettext("联系频次"), "contacts.contacts", 20, frozenset({UserRole.LEADER})),
        Entry(lazy_gettext("规则"), "rules.rules", 90, frozenset({UserRole.SUPERVISOR})),
    ),
    under={"contacts": "rules"},
)
