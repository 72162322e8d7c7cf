"""The audit: one event beside each write, in the same transaction.

What can happen, and to what, is an enumeration: an action without a member here cannot be recorded. The
audit is for people to read; nothing that the application does depends on it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from qm.core.actor import Actor
from qm.core.clock import now
from qm.core.database import writing
from qm.models import AuditEvent


class AuditSubject(StrEnum):
    """What something was done to: the kind of thing that an event's `subject_id` names."""

    AGENT = "agent"
    API_TOKEN = "api_token"  # noqa: S105
    BRANCH = "branch"
    CONTACT_POLICY = "contact_policy"
    EVALUATION = "evaluation"
    LEARNED_MODEL = "learned_model"
    LEARNING_RUN = "learning_run"
    OBJECT = "object"
    PHRASE = "phrase"
    PHRASE_GROUP = "phrase_group"
    PHRASE_LIBRARY = "phrase_library"
    PROPOSAL = "proposal"
    QUARANTINE = "quarantine"
    QUEUE = "queue"
    RECORDING = "recording"
    REJUDGE_RUN = "rejudge_run"
    RESTATEMENT = "restatement"
    RUBRIC_BINDING = "rubric_binding"
    RUBRIC_VERSION = "rubric_version"
    RULE = "rule"
    RULE_VERSION = "rule_version"
    TEAM = "team"
    USER = "user"
    WHATIF_RUN = "whatif_run"


class AuditAction(StrEnum):
    """What was done, in the past tense; by capability, in the order of a recording's road."""

    subject: AuditSubject
    """What it is done to."""

    def __new__(cls, value: str, subject: AuditSubject) -> Self:
        """A member with the value that events keep."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.subject = subject
        return member

    # people
    SIGNED_IN = "signed_in", AuditSubject.USER
    USER_CREATED = "user_created", AuditSubject.USER
    USER_CHANGED = "user_changed", AuditSubject.USER
    USER_ACTIVATED = "user_activated", AuditSubject.USER
    USER_DEACTIVATED = "user_deactivated", AuditSubject.USER
    PASSWORD_RESET = "password_reset", AuditSubject.USER
    BRANCH_ADDED = "branch_added", AuditSubject.BRANCH
    TEAM_ADDED = "team_added", AuditSubject.TEAM
    AGENT_ADDED = "agent_added", AuditSubject.AGENT
    AGENT_CHANGED = "agent_changed", AuditSubject.AGENT
    TOKEN_ISSUED = "token_issued", AuditSubject.API_TOKEN
    TOKEN_REVOKED = "token_revoked", AuditSubject.API_TOKEN
    DEMO_PERSON_ADDED = "demo_person_added", AuditSubject.USER

    # intake
    RECORDING_INGESTED = "recording_ingested", AuditSubject.RECORDING
    RECORDING_REFUSED = "recording_refused", AuditSubject.QUARANTINE
    QUARANTINE_RETRIED = "quarantine_retried", AuditSubject.QUARANTINE
    QUARANTINE_DISCARDED = "quarantine_discarded", AuditSubject.QUARANTINE
    QUARANTINE_RESTORED = "quarantine_restored", AuditSubject.QUARANTINE
    RECORDING_LISTENED = "recording_listened", AuditSubject.RECORDING
    RECORDING_DOWNLOADED = "recording_downloaded", AuditSubject.RECORDING

    # proposals
    PROPOSAL_MADE = "proposal_made", AuditSubject.PROPOSAL
    PROPOSAL_ACCEPTED = "proposal_accepted", AuditSubject.PROPOSAL
    PROPOSAL_DECLINED = "proposal_declined", AuditSubject.PROPOSAL
    PROPOSAL_WITHDRAWN = "proposal_withdrawn", AuditSubject.PROPOSAL

    # phrases
    PHRASE_DRAFT_STARTED = "phrase_draft_started", AuditSubject.PHRASE_LIBRARY
    PHRASE_DRAFT_DISCARDED = "phrase_draft_discarded", AuditSubject.PHRASE_LIBRARY
    PHRASE_ADDED = "phrase_added", AuditSubject.PHRASE
    PHRASE_CHANGED = "phrase_changed", AuditSubject.PHRASE
    PHRASE_REMOVED = "phrase_removed", AuditSubject.PHRASE
    PHRASE_GROUP_RENAMED = "phrase_group_renamed", AuditSubject.PHRASE_GROUP
    PHRASE_GROUP_ADOPTED = "phrase_group_adopted", AuditSubject.PHRASE_GROUP
    PHRASES_IMPORTED = "phrases_imported", AuditSubject.PHRASE_LIBRARY
    PHRASE_LIBRARY_PUBLISHED = "phrase_library_published", AuditSubject.PHRASE_LIBRARY
    VOCABULARY_CHANGED = "vocabulary_changed", AuditSubject.QUEUE

    # hearing
    CHANNELS_SWAPPED = "channels_swapped", AuditSubject.RECORDING
    PERSONAL_DATA_REVEALED = "personal_data_revealed", AuditSubject.RECORDING
    RESCAN_STARTED = "rescan_started", AuditSubject.PHRASE_LIBRARY
    JOB_RETRIED = "job_retried", AuditSubject.RECORDING

    # rules
    RULE_DRAFT_STARTED = "rule_draft_started", AuditSubject.RULE_VERSION
    RULE_DRAFT_SAVED = "rule_draft_saved", AuditSubject.RULE_VERSION
    RULE_DRAFT_DISCARDED = "rule_draft_discarded", AuditSubject.RULE_VERSION
    RULE_SHADOW_STARTED = "rule_shadow_started", AuditSubject.RULE_VERSION
    RULE_SHADOW_STOPPED = "rule_shadow_stopped", AuditSubject.RULE_VERSION
    RULE_PUBLISHED = "rule_published", AuditSubject.RULE_VERSION
    RULE_RETIRED = "rule_retired", AuditSubject.RULE_VERSION
    RULE_MARKED = "rule_marked", AuditSubject.RULE
    RULE_MARK_REMOVED = "rule_mark_removed", AuditSubject.RULE
    RULE_UPDATE_TAKEN = "rule_update_taken", AuditSubject.RULE_VERSION
    RULE_UPDATE_DECLINED = "rule_update_declined", AuditSubject.RULE
    CONTACT_POLICY_CHANGED = "contact_policy_changed", AuditSubject.CONTACT_POLICY

    # rubrics
    RUBRIC_IMPORTED = "rubric_imported", AuditSubject.RUBRIC_VERSION
    RUBRIC_DRAFT_STARTED = "rubric_draft_started", AuditSubject.RUBRIC_VERSION
    RUBRIC_EDITED = "rubric_edited", AuditSubject.RUBRIC_VERSION
    RUBRIC_EDIT_UNDONE = "rubric_edit_undone", AuditSubject.RUBRIC_VERSION
    RUBRIC_PUBLISHED = "rubric_published", AuditSubject.RUBRIC_VERSION
    RUBRIC_DISCARDED = "rubric_discarded", AuditSubject.RUBRIC_VERSION
    RUBRIC_RETIRED = "rubric_retired", AuditSubject.RUBRIC_VERSION
    RUBRIC_BOUND = "rubric_bound", AuditSubject.RUBRIC_BINDING
    RUBRIC_UNBOUND = "rubric_unbound", AuditSubject.RUBRIC_BINDING

    # judging
    REJUDGE_REQUESTED = "rejudge_requested", AuditSubject.REJUDGE_RUN
    TRAINING_REQUESTED = "training_requested", AuditSubject.LEARNING_RUN
    CRITERION_LEARNED = "criterion_learned", AuditSubject.LEARNED_MODEL
    LEARNED_MODEL_USED = "learned_model_used", AuditSubject.LEARNED_MODEL
    LEARNED_MODEL_DROPPED = "learned_model_dropped", AuditSubject.LEARNED_MODEL

    # assigning
    ASSIGNMENTS_GIVEN = "assignments_given", AuditSubject.USER
    ASSIGNMENT_TAKEN = "assignment_taken", AuditSubject.RECORDING
    ASSIGNMENT_WITHDRAWN = "assignment_withdrawn", AuditSubject.RECORDING

    # reviewing
    EVALUATION_SAVED = "evaluation_saved", AuditSubject.EVALUATION
    EVALUATION_RELEASED = "evaluation_released", AuditSubject.EVALUATION
    EVALUATION_TAKEN_BACK = "evaluation_taken_back", AuditSubject.EVALUATION
    EVALUATION_PACK_EXPORTED = "evaluation_pack_exported", AuditSubject.EVALUATION

    # trials
    WHATIF_STARTED = "whatif_started", AuditSubject.WHATIF_RUN
    SCORES_RESTATED = "scores_restated", AuditSubject.RESTATEMENT

    # records
    EVALUATION_ACKNOWLEDGED = "evaluation_acknowledged", AuditSubject.EVALUATION

    # upkeep
    FIGURES_MENDED = "figures_mended", AuditSubject.EVALUATION
    JOB_MENDED = "job_mended", AuditSubject.RECORDING
    ORIGINAL_MENDED = "original_mended", AuditSubject.RECORDING
    PLAYBACK_MENDED = "playback_mended", AuditSubject.RECORDING
    STRAY_DERIVATIVE_DELETED = "stray_derivative_deleted", AuditSubject.OBJECT
    STRAY_OBJECT_QUARANTINED = "stray_object_quarantined", AuditSubject.OBJECT


def record(actor: Actor, action: AuditAction, subject_id: object, **detail: object) -> None:
    """Add an event. `detail` never holds transcript text or customers' data."""
    with writing() as session:
        session.add(
            AuditEvent(
                at=now(),
                user_id=actor.user_id,
                address=actor.address,
                action=action.value,
                subject_type=action.subject.value,
                subject_id=str(subject_id),
                detail=detail,
            )
        )
