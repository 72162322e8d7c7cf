"""Human scores of a rude call, as an inspector saves and releases them."""

from __future__ import annotations

from qm.app.demo_scores import accepted_draft
from qm.reviewing.writes.evaluations import Saved, save
from qm.reviewing.writes.releases import release
from tests.support.heard import bring_in
from tests.support.people import Centre


def save_rude_call(centre: Centre) -> Saved:
    """Bring the call in and accept what the machine suggests, as a draft."""
    recording_id = bring_in("p02_rude_transfer")
    return save(centre.actors["inspector"], recording_id, accepted_draft(recording_id))


def release_rude_call(centre: Centre) -> int:
    """The same, released; gives the evaluation's id."""
    saved = save_rude_call(centre)
    release(centre.actors["inspector"], saved.evaluation_id, revision=saved.revision)
    return saved.evaluation_id
