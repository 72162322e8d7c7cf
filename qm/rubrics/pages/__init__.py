"""Pages of forms."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.core.actor import UserRole
from qm.frame.navigation import Entry, Pages
from qm.rubrics.pages import bindings, builder, files, rubrics
from qm.rubrics.words import actions, answers, evidence, forms
from qm.rubrics.words import builder as builder_words

PAGES = Pages(
    modules=(bindings, builder, files, rubrics),
    words=(actions, answers, builder_words, evidence, forms),
    entries=(Entry(lazy_gettext("评分表"), "rubrics.rubrics", 100, frozenset({UserRole.SUPERVISOR})),),
)
