"""A house with a row of everything that can be written, and people of every role in two branches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from qm import jobs
from qm.app import seeds
from qm.core import objects
from qm.core.actor import SYSTEM, Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.identity import actor_of
from qm.intake.writes import ingest as ingest_writes
from qm.intake.writes import quarantine as quarantine_writes
from qm.judging import reads as learning_reads
from qm.models import (
    Assignment,
    Evaluation,
    EvaluationState,
    Job,
    JobState,
    LearnedModelRow,
    LearningRun,
    PhraseRow,
    Recording,
    RecordingStatus,
    RubricVersion,
    User,
)
from qm.people.writes import tokens as token_writes
from qm.phrases.reads.library import rows as phrase_rows
from qm.phrases.writes import library as phrase_writes
from qm.rubrics.reads.versions import published
from qm.rubrics.writes import bindings as binding_writes
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.rubrics.writes import versions as rubric_writes
from qm.rules.writes import versions as rule_writes
from qm.trials.writes import runs as whatif_runs
from recorder.probe import sha256_of
from recorder.types import Role
from scoring.learn import model_to_bytes, train
from scoring.rubric import Problem, rubric_from_dict
from tests.support import calls, heard
from tests.support.people import Centre, build_centre
from tests.support.scored import add_call, add_scored
from transcribe.types import PhraseKind

FORM = "phone_banking"
LEARNED = "understanding"
TAUGHT = 52
"""Answers to learn from: two more than a training needs."""


@dataclass(frozen=True)
class House:
    """Ids of what the near branch has, and everybody by `place role`."""

    centre: Centre
    people: dict[str, Actor]
    sound: Path
    call: str
    """Ready, heard, scored by nobody."""
    drafted: int
    """A complete evaluation, not released."""
    released: int
    released_call: str
    assignment_id: int
    refused_id: int
    discarded_id: int
    failed_call: str
    token_id: int
    phrase: PhraseRow
    """Of the phrase library's draft."""
    rule: str
    """In force in its second version, with a draft."""
    own_rule: str
    """The near branch's, in force, with a draft."""
    own_phrase: PhraseRow
    """The near branch's, in the library's draft."""
    own_form_draft: int
    """Of a form of the near branch, in force in its first version."""
    own_form: RubricVersion
    form: RubricVersion
    """In force, of another key than the general one."""
    form_draft: int
    imported: int
    """A draft with something that its import could not read."""
    binding_id: int
    model_id: int
    """A model in use."""
    unused_model_id: int
    training_id: int
    run_id: int
    """A what-if run that is done, of a draft of the general form."""
    failed_run_id: int
    queued_run_id: int


def rule_text(key: str, word: str = "转给别人") -> str:
    """A small rule of its own, without fixtures."""
    return f"key: {key}\ntitle: 转接前说明\nviolated_when:\n  pattern:\n    sounds: [{word}]\n"


def everybody(centre: Centre) -> dict[str, Actor]:
    """Each role of the near branch, of the far one and of headquarters."""
    near = {role.value: centre.actors[role.value] for role in UserRole if role is not UserRole.ADMINISTRATOR}
    people = {f"near {role}": actor for role, actor in near.items()}
    people["centre supervisor"] = centre.actors["headquarters"]
    people["centre administrator"] = centre.actors["administrator"]
    far = {"branch_id": centre.far_branch_id}
    with writing() as session:
        people |= {
            "near administrator": _add(session, "near_admin", UserRole.ADMINISTRATOR, centre.branch_id),
            "far inspector": centre.actors["far_inspector"],
            "far supervisor": _add(session, "far_supervisor", UserRole.SUPERVISOR, far["branch_id"]),
            "far administrator": _add(session, "far_admin", UserRole.ADMINISTRATOR, far["branch_id"]),
            "far leader": _add(
                session, "far_leader", UserRole.LEADER, far["branch_id"], team_id=centre.far_team_id
            ),
            "far agent": _add(
                session,
                "far_agent",
                UserRole.AGENT,
                far["branch_id"],
                team_id=centre.far_team_id,
                agent_id=centre.far_agent_id,
            ),
            "centre inspector": _add(session, "hq_inspector", UserRole.INSPECTOR, None),
        }
    return people


def _add(
    session: Session, username: str, role: UserRole, branch_id: int | None, **place: int | None
) -> Actor:
    user = User(
        username=username,
        name=username,
        role=role,
        password_hash="x",
        branch_id=branch_id,
        created_at=now(),
        **place,
    )
    session.add(user)
    session.flush()
    return actor_of(user, address="127.0.0.1")


def hear(recording_id: str, said: str = "我来复述一遍您的需求请确认") -> None:
    """A transcript of two turns, and the call ready to be scored."""
    heard.hear(recording_id, said)
    with writing() as session:
        session.get_one(Recording, recording_id).status = RecordingStatus.READY


def build_house(folder: Path) -> House:
    """Write it into the bound database and object store."""
    seeds.ensure_seeded()
    jobs.prepare()
    centre = build_centre()
    people = everybody(centre)
    call, failed_call = add_call(centre.agent_id), add_call(centre.agent_id)
    add_call(centre.far_agent_id)
    released, drafted = _scored(centre, people)
    refused, discarded, sounds = _refused(folder, people)
    return House(
        centre=centre,
        people=people,
        sound=sounds[0],
        call=call,
        drafted=drafted,
        released=released[1],
        released_call=released[0],
        assignment_id=_assigned(people, add_call(centre.agent_id)),
        refused_id=refused,
        discarded_id=discarded,
        failed_call=failed_call,
        token_id=_failed_and_token(people, failed_call, add_call(centre.far_agent_id)),
        **_library(),
        **_own(people["near supervisor"]),
        **_forms(centre),
        **_learning(),
        **_trials(people),
    )


def _scored(centre: Centre, people: dict[str, Actor]) -> tuple[tuple[str, int], int]:
    """Calls to learn from, one of the far branch; one with its sound, released a moment ago; one draft."""
    for n in range(TAUGHT):
        agents = (centre.agent_id, centre.teammate_id, centre.other_agent_id)
        made = add_scored(agents[n % 3], faults={} if n % 2 else {LEARNED: _worst()})
        hear(made.recording_id, f"{'我来复述一遍您的需求' if n % 2 else '您再说一遍我没听懂'}{n}")
    add_scored(centre.far_agent_id)
    released = add_scored(centre.agent_id)
    hear(released.recording_id)
    _give_sound(released.recording_id)
    drafted = add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    hear(drafted.recording_id)
    with writing() as session:
        for evaluation_id in (released.evaluation_id, drafted.evaluation_id):
            row = session.get_one(Evaluation, evaluation_id)
            row.evaluator_id = people["near inspector"].user_id
            session.add(row)
    return (released.recording_id, released.evaluation_id), drafted.evaluation_id


def _worst() -> str:
    rubric = rubric_from_dict(_published(FORM).document)
    return min(rubric_edits.criterion_of(rubric, LEARNED).options, key=lambda option: option.points).key


def _published(key: str) -> RubricVersion:
    return next(row for row in published() if row.key == key)


def _give_sound(recording_id: str) -> None:
    path = calls.sound(objects.scratch_dir(), "released.wav", seed=9)
    with writing() as session:
        row = session.get_one(Recording, recording_id)
        row.sha256 = sha256_of(path)
        objects.store().put(row.object_key, path, content_type="audio/wav", sha256=row.sha256)
        session.add(row)


def _refused(folder: Path, people: dict[str, Actor]) -> tuple[int, int, tuple[Path, ...]]:
    """Two files of the near branch that named an agent of the far one, the second discarded; a good one."""
    sounds = tuple(calls.sound(folder, f"{n}.wav", seed=n) for n in (1, 2, 3))
    near = people["near supervisor"]
    refused = [
        ingest_writes.ingest(path, calls.fields(path.stem, agent_no="9001"), actor=near, filename=path.name)
        for path in sounds[1:]
    ]
    first, second = (made.quarantine_id or 0 for made in refused)
    quarantine_writes.discard(second, actor=near)
    return first, second, sounds


def _assigned(people: dict[str, Actor], recording_id: str) -> int:
    inspector = people["near inspector"].user_id or 0
    with writing() as session:
        row = Assignment(recording_id=recording_id, evaluator_id=inspector, assigned_at=now())
        session.add(row)
        session.flush()
        return row.id or 0


def _failed_and_token(people: dict[str, Actor], *recording_ids: str) -> int:
    with writing() as session:
        session.add_all(
            Job(
                id=row.id,
                recording_id=row.id,
                branch_id=row.branch_id,
                state=JobState.FAILED,
                created_at=now(),
                updated_at=now(),
            )
            for row in (session.get_one(Recording, key) for key in recording_ids)
        )
    near = people["near administrator"]
    return token_writes.issue_token(near, user_id=near.user_id or 0, name="接口").token.id or 0


def _library() -> dict[str, Any]:
    """A draft of the phrase library; a rule in its second version, with a draft."""
    draft = phrase_writes.start_draft(SYSTEM)
    rule_writes.create(SYSTEM, document=rule_text("hands_over"))
    rule_writes.publish(SYSTEM, "hands_over")
    for word in ("转给同事", "转给别处"):
        rule_writes.start_draft(SYSTEM, "hands_over")
        rule_writes.save_draft(SYSTEM, "hands_over", document=rule_text("hands_over", word), fixtures="")
        if word == "转给同事":
            rule_writes.publish(SYSTEM, "hands_over")
    return {"phrase": phrase_rows(draft)[0], "rule": "hands_over"}


def _own(near: Actor) -> dict[str, Any]:
    """What the near branch has of its own."""
    phrase = phrase_writes.add_group(
        near, name="本地", kind=PhraseKind.TOPIC, first="去本地网点", role=Role.AGENT
    )
    rule_writes.create(near, document=rule_text("own_rule"))
    rule_writes.publish(near, "own_rule")
    rule_writes.start_draft(near, "own_rule")
    rule_writes.save_draft(near, "own_rule", document=rule_text("own_rule", "转给本地"), fixtures="")
    form = replace(rubric_from_dict(_published(FORM).document), key="own_form", title="本地表")
    made = rubric_writes.import_draft(near, form)
    rubric_writes.publish(near, made.id or 0)
    draft = rubric_drafts.copy(near, made.id or 0)
    rubric_drafts.change(near, draft.id or 0, rubric_edits.copy_criterion("greeting"), what="改")
    return {"own_rule": "own_rule", "own_phrase": phrase, "own_form": made, "own_form_draft": draft.id or 0}


def _forms(centre: Centre) -> dict[str, Any]:
    other = next(row for row in published() if row.key not in (FORM, "own_form"))
    draft = rubric_drafts.copy(SYSTEM, _published(FORM).id or 0)
    rubric_drafts.change(SYSTEM, draft.id or 0, rubric_edits.copy_criterion("greeting"), what="改")
    unread = replace(rubric_from_dict(other.document), key="unread", title="未读全")
    imported = rubric_writes.import_draft(SYSTEM, unread, (Problem("D7", "读不懂这一格"),))
    binding = binding_writes.bind(
        SYSTEM,
        rubric_key=FORM,
        queue="",
        team_id=centre.team_id,
        direction="",
        from_day=now().date(),
        to_day=None,
    )
    return {
        "form": other,
        "form_draft": draft.id or 0,
        "imported": imported.id or 0,
        "binding_id": binding.id or 0,
    }


def _learning() -> dict[str, Any]:
    common = {"rubric_key": FORM, "criterion": LEARNED}
    run = LearningRun(**common, state=JobState.QUEUED, created_at=now(), updated_at=now())
    model = train(LEARNED, learning_reads.examples(FORM, learning_reads.line(FORM, LEARNED).criterion))
    document = model_to_bytes(model).decode()
    models = [
        LearnedModelRow(**common, version=f"{n}", document=document, active=bool(n), trained_at=now())
        for n in (0, 1)
    ]
    with writing() as session:
        session.add_all([run, *models])
        session.flush()
        return {
            "training_id": run.id or 0,
            "unused_model_id": models[0].id or 0,
            "model_id": models[1].id or 0,
        }


def _trials(people: dict[str, Actor]) -> dict[str, Any]:
    """Runs of the general form's draft: done, failed, waiting."""
    with reading() as session:
        draft = session.exec(
            select(RubricVersion).where(RubricVersion.key == FORM, RubricVersion.state == "draft")
        ).one()
    period = {"from_at": now() - timedelta(days=30), "to_at": now() + timedelta(days=1)}
    made = [
        whatif_runs.start(people["near supervisor"], draft.id or 0, **period, with_rule_drafts=False).id or 0
        for _ in range(3)
    ]
    whatif_runs.work(made[0])
    whatif_runs.cancel(people["near supervisor"], made[1])
    return dict(zip(("run_id", "failed_run_id", "queued_run_id"), made, strict=True))
