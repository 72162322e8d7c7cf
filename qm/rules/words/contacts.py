"""What is wrong with a contact, in words."""

from __future__ import annotations

from flask_babel import lazy_gettext

from qm.frame.registry import name_each
from scoring.rules import ContactFault

CONTACT_FAULTS = name_each(
    {
        ContactFault.QUIET_HOURS: lazy_gettext("休息时段联系"),
        ContactFault.TOO_OFTEN: lazy_gettext("超过每天次数"),
        ContactFault.UNKNOWN_TIME: lazy_gettext("时间未知"),
    }
)
