"""Rubrics: a draft from a file, published or thrown away; a version in force retired."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import select

from qm.actor import Actor, UserRole
from qm.clock import now
from qm.database import writing
from qm.errors import Conflict, Forbidden, InvalidInput, NotFound
from qm.models import RubricVersion, VersionState
from qm.services import audit
from scoring.rubric import Problem, rubric_from_dict, rubric_to_dict, validate
from scoring.types import Rubric


class RubricUnusable(InvalidInput):
    """A form with faults; `problems` lists each with its place."""

    message = "评分表有 %(count)d 处需要改，没有保存。请按下面的说明修改后重新导入。"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(None, count=len(problems))
        self.problems = problems


class NotADraft(Conflict):
    """A published version never changes."""

    message = "这一版已经发布，不能再改。请导入新的草稿。"


class NotInForce(Conflict):
    """Only a version in force can be retired."""

    message = "这一版不是现行版本，无需停用。"


class SameAsBefore(Conflict):
    """The file holds what is in force already."""

    message = "文件与现行版本完全一样，没有新建草稿。"


def import_draft(actor: Actor, rubric: Rubric) -> RubricVersion:
    """Keep a form as the draft of its key, in place of an earlier draft.

    Raises `RubricUnusable`, `SameAsBefore`, `Forbidden`.
    """
    _check_actor(actor)
    problems = tuple(validate(rubric))
    if problems:
        raise RubricUnusable(problems)
    with writing() as session:
        versions = session.exec(select(RubricVersion).where(RubricVersion.key == rubric.key)).all()
        _check_new(rubric, list(versions))
        for old in versions:
            if old.state is VersionState.DRAFT:
                session.delete(old)
        session.flush()
        numbers = [v.version for v in versions if v.state is not VersionState.DRAFT]
        kept = replace(rubric, version=max(numbers, default=0) + 1)
        row = RubricVersion(
            key=kept.key,
            version=kept.version,
            title=kept.title,
            state=VersionState.DRAFT,
            document=rubric_to_dict(kept),
            created_at=now(),
            created_by=actor.user_id,
        )
        session.add(row)
        session.flush()
        audit.record(actor, "rubric_imported", "rubric_version", row.id, key=row.key, version=row.version)
        return row


def publish(actor: Actor, rubric_id: int) -> RubricVersion:
    """Put a draft in force; the version before is retired. Raises `NotFound`, `NotADraft`, `Forbidden`."""
    _check_actor(actor)
    with writing() as session:
        row = _draft(session.get(RubricVersion, rubric_id))
        current = session.exec(
            select(RubricVersion).where(
                RubricVersion.key == row.key, RubricVersion.state == VersionState.PUBLISHED
            )
        ).all()
        for old in current:
            old.state = VersionState.RETIRED
        session.add_all(current)
        row.state, row.published_at, row.published_by = VersionState.PUBLISHED, now(), actor.user_id
        session.add(row)
        audit.record(actor, "rubric_published", "rubric_version", row.id, key=row.key, version=row.version)
        return row


def discard(actor: Actor, rubric_id: int) -> RubricVersion:
    """Throw a draft away. Raises `NotFound`, `NotADraft`, `Forbidden`."""
    _check_actor(actor)
    with writing() as session:
        row = _draft(session.get(RubricVersion, rubric_id))
        session.delete(row)
        audit.record(actor, "rubric_discarded", "rubric_version", rubric_id, key=row.key)
        return row


def retire(actor: Actor, rubric_id: int) -> RubricVersion:
    """Take a version out of force; evaluations made with it stay. Raises `NotFound`, `NotInForce`."""
    _check_actor(actor)
    with writing() as session:
        row = session.get(RubricVersion, rubric_id)
        if row is None:
            raise NotFound
        if row.state is not VersionState.PUBLISHED:
            raise NotInForce
        row.state = VersionState.RETIRED
        session.add(row)
        audit.record(actor, "rubric_retired", "rubric_version", row.id, key=row.key, version=row.version)
        return row


def _check_actor(actor: Actor) -> None:
    if not actor.may(UserRole.SUPERVISOR):
        raise Forbidden


def _draft(row: RubricVersion | None) -> RubricVersion:
    if row is None:
        raise NotFound
    if row.state is not VersionState.DRAFT:
        raise NotADraft
    return row


def _check_new(rubric: Rubric, versions: list[RubricVersion]) -> None:
    for row in versions:
        stored = rubric_from_dict(row.document)
        if row.state is VersionState.PUBLISHED and replace(stored, version=rubric.version) == rubric:
            raise SameAsBefore
