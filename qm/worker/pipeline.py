"""What each step of a recording's road does. Every step may run twice without harm.

A step takes an id, reloads what it needs, writes one transaction, and leaves the status that the next
step begins from. Whoever runs steps (`qm.worker`) decides about retries and tells people. The last two
steps are imported on first use: the vector space of the rules takes seconds to load, and a worker can
hear meanwhile.
"""

from __future__ import annotations

from qm.hearing.writes.engine import Hear, HearingRequest, Prove
from qm.hearing.writes.hear import transcribe
from qm.intake.writes.status import mark, mark_failed
from qm.intake.writes.store import store_derivatives

__all__ = [
    "Hear",
    "HearingRequest",
    "Prove",
    "mark",
    "mark_failed",
    "prescore",
    "scan",
    "store_derivatives",
    "transcribe",
]


def scan(recording_id: str, *, prove: Prove | None = None) -> None:
    """Find phrases and keywords; see `pipeline_scan.scan`."""
    from qm.hearing.writes import scan as scan_writes  # noqa: PLC0415 - see above

    scan_writes.scan(recording_id, prove=prove)


def prescore(recording_id: str) -> None:
    """Judge by every rule and suggest answers; see `pipeline_prescore.prescore`."""
    from qm.judging.writes import prescore as prescore_writes  # noqa: PLC0415 - see above

    prescore_writes.prescore(recording_id)
