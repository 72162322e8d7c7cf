"""How figures are written on pages that play calls."""

from __future__ import annotations

import json
import math
from decimal import ROUND_HALF_UP, Decimal

from qm.queries.formviews import EvidenceView
from qm.web.desk import blueprint
from recorder.message import Message


@blueprint.app_template_filter("clock")
def clock(seconds: float) -> str:
    """A place in a call or its length: `0:08`, `1:02:03`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@blueprint.app_template_filter("points")
def points(value: Decimal | None, digits: int | None = None) -> str:
    """Points without idle zeros: `5`, `2.5`; a dash for none. `digits` rounds half up for showing only."""
    if value is None:
        return "–"
    shown = value if digits is None else value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = format(shown, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


@blueprint.app_template_filter("evidence_json")
def evidence_json(proof: EvidenceView) -> str:
    """A proof as the form posts it."""
    fields: dict[str, object] = {
        "start_s": proof.start_s,
        "end_s": proof.end_s,
        "role": proof.role.value,
        "text": proof.text,
        "source": proof.source,
    }
    if isinstance(proof.text, Message):
        fields["message"] = proof.text.to_json()
    return json.dumps(fields, ensure_ascii=False)


@blueprint.app_template_filter("minutes")
def minutes(seconds: float) -> int:
    """Whole minutes, rounded up, for amounts of work."""
    return math.ceil(seconds / 60)
