"""Times of day and directions of calls in words."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext

from qm.core.clock import local
from qm.frame.registry import template_filter, template_global


@template_filter
def at_words(at: datetime) -> str:
    """Day and time in the installation's zone: `11月2日 10:40`."""
    here = local(at)
    return str(gettext("%(month)d月%(day)d日 %(time)s", month=here.month, day=here.day, time=f"{here:%H:%M}"))


@template_filter
def time_words(at: datetime) -> str:
    """The time of day in the installation's zone."""
    return f"{local(at):%H:%M}"


@template_global
def direction_words(direction: str) -> str:
    """Who called whom."""
    if direction == "inbound":
        return str(gettext("呼入"))
    return str(gettext("呼出")) if direction == "outbound" else direction
