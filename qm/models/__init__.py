"""Tables. They persist only; validation happens before (Pydantic, WTForms)."""

from qm.models.evaluations import (
    AnswerRow,
    Assignment,
    AssignmentState,
    Evaluation,
    EvaluationKind,
    EvaluationSnapshot,
    EvaluationState,
    EvidenceRow,
)
from qm.models.hearing import FindingRow, HitRow, TranscriptRow, UtteranceRow
from qm.models.judging import (
    LearnedModelRow,
    LearningRun,
    RestatedScore,
    Restatement,
    RubricBinding,
    RubricEdit,
    WhatIfCall,
    WhatIfRun,
)
from qm.models.library import PhraseLibrary, PhraseRow, RubricVersion, VersionState
from qm.models.operations import AuditEvent, Job, JobState, WorkerBeat
from qm.models.people import Agent, ApiToken, Branch, SignInAttempt, Team, User
from qm.models.private import PersonalData, QueueTerm
from qm.models.proposals import Proposal, ProposalKind, ProposalState
from qm.models.recordings import Quarantine, QuarantineState, Recording, RecordingStatus
from qm.models.rules import ContactPolicyRow, RejudgeRun, RuleMark, RuleVersion, ShadowFinding

__all__ = [
    "Agent",
    "AnswerRow",
    "ApiToken",
    "Assignment",
    "AssignmentState",
    "AuditEvent",
    "Branch",
    "ContactPolicyRow",
    "Evaluation",
    "EvaluationKind",
    "EvaluationSnapshot",
    "EvaluationState",
    "EvidenceRow",
    "FindingRow",
    "HitRow",
    "Job",
    "JobState",
    "LearnedModelRow",
    "LearningRun",
    "PersonalData",
    "PhraseLibrary",
    "PhraseRow",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "Quarantine",
    "QuarantineState",
    "QueueTerm",
    "Recording",
    "RecordingStatus",
    "RejudgeRun",
    "RestatedScore",
    "Restatement",
    "RubricBinding",
    "RubricEdit",
    "RubricVersion",
    "RuleMark",
    "RuleVersion",
    "ShadowFinding",
    "SignInAttempt",
    "Team",
    "TranscriptRow",
    "User",
    "UtteranceRow",
    "VersionState",
    "WhatIfCall",
    "WhatIfRun",
    "WorkerBeat",
]
