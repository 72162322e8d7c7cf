"""Training criteria that no rule covers, and deciding which model's suggestions are shown."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlmodel import col, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, InvalidInput, NotFound
from qm.core.ownership import require_owner
from qm.judging import reads as learning_reads
from qm.models import LearnedModelRow
from qm.rubrics.reads import versions as rubric_reads
from recorder.message import message_of
from scoring.errors import NotEnoughData


class NotTrained(InvalidInput):
    """There is too little to learn from; `words` say what is lacking."""

    message = "没有训练：%(words)s"


class NothingNew(Conflict):
    """The same answers give the same model."""

    message = "自上次训练以来没有新的人工答案，模型不会变。"


def train_criterion(
    actor: Actor, rubric_key: str, criterion: str, *, progress: Callable[[int, int], None] | None = None
) -> LearnedModelRow:
    """Train on the human answers there are; the new model is kept, and shown to nobody until taken into use.

    `progress` is told how many calls of how many are read; what it raises stops the training.
    Raises `NotFound`, `NotTrained`, `NothingNew`, `Forbidden`.
    """
    from scoring.learn import model_to_bytes, train  # noqa: PLC0415 - brings scikit-learn, seconds to import

    actor.require(UserRole.SUPERVISOR)
    line = learning_reads.line(rubric_key, criterion, actor)
    try:
        model = train(criterion, learning_reads.examples(rubric_key, line.criterion, progress=progress))
    except NotEnoughData as error:
        raise NotTrained(words=message_of(error)) from error
    with writing() as session:
        same = session.exec(
            select(LearnedModelRow.id).where(
                LearnedModelRow.rubric_key == rubric_key,
                LearnedModelRow.criterion == criterion,
                LearnedModelRow.version == model.version,
            )
        ).first()
        if same is not None:
            raise NothingNew
        row = LearnedModelRow(
            rubric_key=rubric_key,
            criterion=criterion,
            version=model.version,
            document=model_to_bytes(model).decode(),
            trained_at=now(),
            trained_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        detail = {"key": rubric_key, "criterion": criterion, "answers": model.checked.n}
        audit.record(actor, audit.AuditAction.CRITERION_LEARNED, row.id, **detail)
        return row


def use(actor: Actor, model_id: int) -> LearnedModelRow:
    """Show this model's suggestions from now on, in place of an earlier one's.

    Raises `NotFound`, `NotTheOwner`.
    """
    actor.require(UserRole.SUPERVISOR)
    with writing() as session:
        row = _owned(actor, model_id)
        _drop_all(row)
        session.connection().execute(
            sa.update(LearnedModelRow).where(col(LearnedModelRow.id) == model_id).values(active=True)
        )
        audit.record(actor, audit.AuditAction.LEARNED_MODEL_USED, model_id, criterion=row.criterion)
        return row


def drop(actor: Actor, model_id: int) -> LearnedModelRow:
    """Show no suggestions for this model's criterion any more. Raises `NotFound`, `NotTheOwner`."""
    actor.require(UserRole.SUPERVISOR)
    with writing():
        row = _owned(actor, model_id)
        _drop_all(row)
        audit.record(actor, audit.AuditAction.LEARNED_MODEL_DROPPED, model_id, criterion=row.criterion)
        return row


def _owned(actor: Actor, model_id: int) -> LearnedModelRow:
    """A model of a form that is this person's. Raises `NotFound`, `NotTheOwner`."""
    row = learning_reads.model_row(model_id)
    require_owner(actor, form_of(actor, row.rubric_key).branch_id)
    return row


def form_of(actor: Actor, rubric_key: str) -> rubric_reads.RubricLine:
    """The form that something was learned for. Raises `NotFound` where it is not this person's to read."""
    form = next((line for line in rubric_reads.lines(actor) if line.key == rubric_key), None)
    if form is None:
        raise NotFound
    return form


def _drop_all(row: LearnedModelRow) -> None:
    with writing() as session:
        session.connection().execute(
            sa.update(LearnedModelRow)
            .where(
                col(LearnedModelRow.rubric_key) == row.rubric_key,
                col(LearnedModelRow.criterion) == row.criterion,
            )
            .values(active=False)
        )
