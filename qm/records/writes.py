"""An agent confirms having read the feedback on an own call."""

from __future__ import annotations

from sqlmodel import select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from qm.core.visibility import released_by_a_person
from qm.models import Evaluation, EvaluationState

WORDS_MAX = 1000
"""Characters of the agent's own words."""


class AlreadyAcknowledged(Conflict):
    """It was acknowledged before; the words given then stay."""

    message = "这条反馈已经确认过了，当时的留言保持不变。"


class WordsTooLong(InvalidInput):
    """More than can be kept."""

    message = "留言超过 %(most)d 个字，请精简后再确认。"


def acknowledge(actor: Actor, evaluation_id: int, *, words: str = "") -> Evaluation:
    """Released becomes acknowledged, with the agent's own words.

    Raises `Forbidden` for anyone but an agent, `NotFound` for others' or unreleased evaluations,
    `AlreadyAcknowledged`, `WordsTooLong`.
    """
    actor.require(UserRole.AGENT)
    if actor.agent_id is None:
        raise Forbidden
    if len(words.strip()) > WORDS_MAX:
        raise WordsTooLong(most=WORDS_MAX)
    with writing() as session:
        evaluation = session.exec(
            select(Evaluation)
            .where(
                Evaluation.id == evaluation_id,
                Evaluation.agent_id == actor.agent_id,
                released_by_a_person(),
            )
            .with_for_update()
        ).first()
        if evaluation is None:
            raise NotFound
        if evaluation.state is EvaluationState.ACKNOWLEDGED:
            raise AlreadyAcknowledged
        evaluation.state = EvaluationState.ACKNOWLEDGED
        evaluation.acknowledged_at = now()
        evaluation.acknowledgement = words.strip()
        session.add(evaluation)
        audit.record(
            actor, audit.AuditAction.EVALUATION_ACKNOWLEDGED, evaluation.id, with_words=bool(words.strip())
        )
        return evaluation
