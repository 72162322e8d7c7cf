"""A proof as forms post it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from qm.frame.registry import template_filter
from qm.frame.saying import said
from qm.rubrics.reads.form_views import EvidenceView
from recorder.message import Message
from scoring.documents import evidence_from_dict
from scoring.types import Evidence


@template_filter
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


@template_filter
def proof_words(proof: Evidence | EvidenceView | Mapping[str, Any]) -> str:
    """The text of a proof as `said`, of one that comes as it is stored too."""
    return said((evidence_from_dict(proof) if isinstance(proof, Mapping) else proof).text)
