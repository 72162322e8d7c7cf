"""What each step of a recording's road does. Every step may run twice without harm.

A step takes an id, reloads what it needs, writes one transaction, and leaves the status that the next
step begins from. Whoever runs steps (`qm.worker`) decides about retries and tells people.
"""

from __future__ import annotations

from qm.services.pipeline_hear import Hear, HearingRequest, transcribe
from qm.services.pipeline_prescore import prescore
from qm.services.pipeline_scan import scan
from qm.services.pipeline_status import mark, mark_failed
from qm.services.pipeline_store import store_derivatives

__all__ = [
    "Hear",
    "HearingRequest",
    "mark",
    "mark_failed",
    "prescore",
    "scan",
    "store_derivatives",
    "transcribe",
]
