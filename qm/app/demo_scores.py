"""Leaves the demonstration with one call scored, so that an agent has feedback to read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlmodel import select

from qm.assigning.writes import assign
from qm.core import identity
from qm.core.database import reading
from qm.core.visibility import by_a_machine
from qm.models import Evaluation, Recording, RecordingStatus
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.evaluations import human_evaluation, rubric_of
from qm.reviewing.writes.evaluations import Draft, save
from qm.reviewing.writes.releases import release
from scoring.suggest import full_marks
from scoring.types import Answer, Rubric

SOURCE = "demo"
SCORED_CALL = "p07_no_closing"
COMMENT = "业务解答清楚、准确。结束时请先致谢道别，等客户先挂机。"
REMARK = "与录音核对一致。"


def leave_one_scored(inspector: str) -> bool:
    """Score and release the sample call as `inspector`; False where that was done before."""
    user = identity.user_by_name(inspector)
    with reading() as session:
        call = session.exec(select(Recording).where(Recording.external_id == SCORED_CALL)).first()
        if user is None or call is None or human_evaluation(call.id) is not None:
            return False
    draft = accepted_draft(call.id, comment=COMMENT)
    actor = identity.actor_of(user)
    saved = save(actor, call.id, draft)
    release(actor, saved.evaluation_id, revision=saved.revision)
    return True


def assign_calls(supervisor: str, inspector: str, *, leave: int = 3) -> None:
    """Give the inspector the sample calls nobody has, but for a few that can be taken from the pool."""
    giver, taker = identity.user_by_name(supervisor), identity.user_by_name(inspector)
    if giver is None or taker is None or taker.id is None:
        return
    with reading() as session:
        ids = session.exec(
            select(Recording.id)
            .where(Recording.source == SOURCE, Recording.status == RecordingStatus.READY)
            .order_by(Recording.external_id)
        ).all()
    if len(ids) > leave:
        assign(identity.actor_of(giver), recording_ids=ids[:-leave], evaluator_id=taker.id)


def accepted_draft(recording_id: str, *, comment: str = "") -> Draft:
    """A first draft of a call's score with the machine's suggestions accepted.

    What it left open gets the first option that earns full points.
    """
    with reading() as session:
        automatic = session.exec(
            select(Evaluation).where(Evaluation.recording_id == recording_id, by_a_machine())
        ).one()
    suggested = {answer.criterion: answer for answer in answers_of(automatic.id or 0)}
    answers = _answers(rubric_of(automatic.rubric_id), suggested)
    return Draft(revision=0, rubric_id=automatic.rubric_id, answers=answers, comment=comment)


def _answers(rubric: Rubric, suggested: Mapping[str, Answer]) -> tuple[Answer, ...]:
    chosen = (suggested.get(item.key) or full_marks(item) for item in rubric.criteria)
    return tuple(replace(answer, comment=answer.comment or REMARK) for answer in chosen if answer is not None)
