"""How figures are written on pages that play calls."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from qm.frame.registry import template_filter


@template_filter
def clock(seconds: float) -> str:
    """A place in a call or its length: `0:08`, `1:02:03`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@template_filter
def points(value: Decimal | None, digits: int | None = None) -> str:
    """Points without idle zeros: `5`, `2.5`; a dash for none. `digits` rounds half up for showing only."""
    if value is None:
        return "–"
    shown = value if digits is None else value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = format(shown, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@template_filter
def minutes(seconds: float) -> int:
    """Whole minutes, rounded up, for amounts of work."""
    return math.ceil(seconds / 60)
