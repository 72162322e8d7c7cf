"""An installation with at least one real row of each kind, for tests that open every page.

The headquarters' supervisor writes what belongs to the whole centre, the branch's what belongs to the branch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session, col, select

from qm.app import seeds
from qm.app.demo_scores import accepted_draft
from qm.assigning import writes as assignment_writes
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.identity import actor_of, hash_token
from qm.intake.writes import ingest as ingest_writes
from qm.intake.writes import quarantine as quarantine_writes
from qm.judging.writes import learning as learning_writes
from qm.judging.writes import learning_runs
from qm.judging.writes import rejudge as rejudge_writes
from qm.models import Agent, ApiToken, EvaluationState, Job, JobState, RubricVersion, User, VersionState
from qm.people.writes import accounts as account_writes
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import vocabulary as vocabulary_writes
from qm.records import writes as record_writes
from qm.reviewing.writes import releases
from qm.reviewing.writes.evaluations import save
from qm.rubrics.writes import bindings as binding_writes
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.rules.writes import contact_policy
from qm.rules.writes import marks as rule_marks
from qm.rules.writes import versions as rule_writes
from qm.trials.writes import restate as whatif_restate
from qm.trials.writes import runs as whatif_runs
from recorder.types import Role
from scoring.types import Rubric
from tests.support.heard import bring_in, hear
from tests.support.people import PASSWORD, Centre, build_centre
from tests.support.scored import add_call, add_scored

FORM, LEARNED, RULE = "phone_banking", "understanding", "forbidden_speech"
ANSWERS = 52
"""So many answers that a criterion can be learned from them."""
GOOD, BAD = "我来复述一遍您的需求请确认", "您再说一遍我没听懂"
NEW_RULE = """key: waits_kindly
title: 等待时致歉
description: 让客户等待后要致歉
met_when:
  phrase:
    groups: [greeting]
    role: agent
    first_s: 20
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """Ids of what the pages show."""

    centre: Centre
    team: int
    agent: int
    person: int
    switched_off: int
    released: str
    """Agent 8021's call, scored and released, not yet acknowledged."""
    evaluation: int
    """Its evaluation."""
    drafted: str
    """A call with a half-done evaluation."""
    automatic: str
    """A call judged by the machine only, assigned to the inspector."""
    masked: str
    """A call with personal numbers, of team B."""
    soundless: str
    """A call of agent 8021 without audio in the store."""
    acknowledged: int
    """An evaluation of agent 8021 that was acknowledged with words."""
    quarantined: int
    rubric: int
    rubric_retired: int
    rubric_draft: int
    rule: str
    """A rule in force with a draft in shadow, hits and marks."""
    rule_new: str
    """A rule that is only a draft."""
    learned: str
    whatif: int
    """A run that has ended; headquarters asked for it."""
    whatif_queued: int
    restatement: int


def token_of(username: str) -> str:
    """The text of the API token that each person has."""
    return f"qm_of_{username}"


def furnish(folder: Path) -> Rows:
    """Write all of it into the bound database; files that are refused are made in `folder`."""
    centre = build_centre()
    headquarters, inspector = centre.actors["headquarters"], centre.actors["inspector"]
    switched_off = _people(centre)
    seeds.ensure_seeded()
    acknowledged, soundless = _scored(centre)
    _learned(centre)
    _drafts(headquarters)
    released, drafted, automatic, masked = map(
        bring_in, ("p01_card_loss", "p02_rude_transfer", "p07_no_closing", "p06_pii_full")
    )
    _jobs(failed=drafted, running=masked)
    evaluation = _score(inspector, released)
    save(inspector, drafted, accepted_draft(drafted, comment="还差两项"))
    assignment_writes.assign(
        centre.actors["supervisor"], recording_ids=[automatic], evaluator_id=inspector.user_id or 0,
        due_at=now() + timedelta(days=2),
    )  # fmt: skip
    rule_marks.mark(headquarters, RULE, drafted, present=True)
    rejudge_writes.request(headquarters)
    return Rows(
        centre=centre,
        team=centre.team_id,
        agent=centre.agent_id,
        person=inspector.user_id or 0,
        switched_off=switched_off,
        released=released,
        evaluation=evaluation,
        drafted=drafted,
        automatic=automatic,
        masked=masked,
        soundless=soundless,
        acknowledged=acknowledged,
        quarantined=_refused(centre.actors["supervisor"], folder),
        rule=RULE,
        rule_new="waits_kindly",
        learned=LEARNED,
        **_tried(centre),
    )


def _people(centre: Centre) -> int:
    """A supervisor of the far branch, somebody switched off, and a token each; gives who is off."""
    with writing() as session:
        other = session.exec(select(User).where(User.username == "headquarters")).one()
        southern = User(
            username="southern", name="Southern", role=UserRole.SUPERVISOR, created_at=now(),
            password_hash=other.password_hash, branch_id=centre.far_branch_id,
        )  # fmt: skip
        session.add(southern)
        session.flush()
        for user in session.exec(select(User)).all():
            session.add(_token(user, token_of(user.username)))
        session.add(_token(southern, "qm_revoked", revoked=True))
        centre.actors["southern"] = actor_of(southern)
    off = centre.actors["inspector2"].user_id or 0
    account_writes.set_active(centre.actors["administrator"], off, active=False)
    return off


def _token(user: User, text: str, *, revoked: bool = False) -> ApiToken:
    return ApiToken(
        name="话务平台", token_hash=hash_token(text), user_id=user.id or 0, created_at=now(),
        revoked_at=now() if revoked else None,
    )  # fmt: skip


def _scored(centre: Centre) -> tuple[int, str]:
    """Released evaluations, one acknowledged with words; gives that, and a call unscored.

    The many that a criterion is learned from are the far branch's: the near one's lists stay short.
    """
    best, worst = _options()
    agents = _far_agents(centre)
    for n in range(ANSWERS):
        call = add_scored(agents[n % 3], faults={LEARNED: best if n % 2 else worst})
        hear(call.recording_id, f"{GOOD if n % 2 else BAD}第{'一二三四五六七八九十'[n % 10]}位")
    one = add_scored(centre.agent_id, faults={"greeting": "none"}, comment="请先报工号。" * 20)
    record_writes.acknowledge(centre.actors["agent"], one.evaluation_id, words="知道了，下次注意")
    add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    add_scored(centre.teammate_id, faults={"greeting": "partial"})
    return one.evaluation_id, add_call(centre.agent_id)


def _far_agents(centre: Centre) -> list[int]:
    with writing() as session:
        more = [Agent(team_id=centre.far_team_id, number=number, name="何川") for number in ("9002", "9003")]
        session.add_all(more)
        session.flush()
        return [centre.far_agent_id, *(agent.id or 0 for agent in more)]


def _options() -> tuple[str, str]:
    """The best and the worst answer to what is learned."""
    with reading() as session:
        document = session.exec(select(RubricVersion).where(RubricVersion.key == FORM)).one().document
    found = next(c for s in document["sections"] for c in s["criteria"] if c["key"] == LEARNED)
    ordered = sorted(found["options"], key=lambda option: float(option["points"]))
    return ordered[-1]["key"], ordered[0]["key"]


def _learned(centre: Centre) -> None:
    """A model in use, and a training that waits."""
    headquarters = centre.actors["headquarters"]
    model = learning_writes.train_criterion(headquarters, FORM, LEARNED)
    learning_writes.use(headquarters, model.id or 0)
    learning_runs.request(headquarters, FORM, LEARNED)


def _drafts(headquarters: Actor) -> None:
    """A phrase draft, a rule draft in shadow, a new rule, a binding, words of a queue, hours of calling."""
    phrase_writes.start_draft(headquarters)
    phrase_writes.add_phrase(headquarters, group="closing", text="祝您一切顺利再见", role=Role.AGENT)
    row = rule_writes.start_draft(headquarters, RULE)
    changed = row.document.replace("title: ", "title: 新", 1)
    rule_writes.save_draft(headquarters, RULE, document=changed, fixtures=row.fixtures)
    rule_writes.set_shadow(headquarters, RULE, on=True)
    rule_writes.create(headquarters, document=NEW_RULE)
    binding_writes.bind(
        headquarters, rubric_key=FORM, queue="转账", team_id=None, direction="", from_day=now().date(),
        to_day=None,
    )  # fmt: skip
    vocabulary_writes.set_terms(headquarters, queue="转账", text="网点\n跨行转账")
    contact_policy.set_policy(
        headquarters, quiet_from="21:00", quiet_until="09:00", max_per_day=2, direction="inbound"
    )


def _jobs(*, failed: str, running: str) -> None:
    """One job of each of three states."""
    with writing() as session:
        for job in session.exec(select(Job)).all():
            job.state, job.step, job.progress = JobState.DONE, "prescore", 1.0
            if job.recording_id == failed:
                job.state, job.error = JobState.FAILED, ""
            if job.recording_id == running:
                job.state, job.step, job.progress = JobState.RUNNING, "transcribe", 0.42
            session.add(job)


def _score(inspector: Actor, recording_id: str) -> int:
    saved = save(inspector, recording_id, accepted_draft(recording_id, comment="问候完整。"))
    releases.release(inspector, saved.evaluation_id, revision=saved.revision)
    return saved.evaluation_id


def _refused(supervisor: Actor, folder: Path) -> int:
    """Two files that are no sound, one of them discarded; gives the other's number."""
    kept = []
    for name in ("note.wav", "other.wav"):
        path = folder / name
        path.write_text(f"no sound: {name}", "utf-8")
        told = {"external_id": name, "agent_no": "8021", "started_at": "2026-11-02T09:12:31", "source": "pbx"}
        kept.append(ingest_writes.ingest(path, told, actor=supervisor, filename=name).quarantine_id or 0)
    quarantine_writes.discard(kept[1], actor=supervisor)
    return kept[0]


def _tried(centre: Centre) -> dict[str, int]:
    """A form tried, restated and in force; its next draft tried, and waiting to be tried by the branch."""
    headquarters = centre.actors["headquarters"]
    first = _draft(headquarters, partial=Decimal(0))
    run = _run(headquarters, first)
    whatif_runs.work(run)
    done = whatif_restate.restate(headquarters, run, reason="问候只算完整的")
    draft = _draft(headquarters, partial=Decimal(1))
    second = _run(headquarters, draft)
    whatif_runs.work(second)
    with reading() as session:
        ids = {row.state: row.id or 0 for row in _versions(session)}
    return {
        "rubric": ids[VersionState.PUBLISHED],
        "rubric_retired": ids[VersionState.RETIRED],
        "rubric_draft": draft,
        "whatif": second,
        "whatif_queued": _run(centre.actors["supervisor"], draft),
        "restatement": done.restatement_id,
    }


def _versions(session: Session) -> Iterator[RubricVersion]:
    yield from session.exec(
        select(RubricVersion).where(RubricVersion.key == FORM).order_by(col(RubricVersion.version))
    ).all()


def _draft(headquarters: Actor, *, partial: Decimal) -> int:
    """The form's next draft, in which half an answer to the greeting is worth so much."""

    def change(rubric: Rubric) -> Rubric:
        greeting = rubric_edits.criterion_of(rubric, "greeting")
        options = tuple(replace(o, points=partial) if o.key == "partial" else o for o in greeting.options)
        return rubric_edits.put_criterion(rubric, replace(greeting, options=options))

    with reading() as session:
        newest = list(_versions(session))[-1]
    row = rubric_drafts.copy(headquarters, newest.id or 0)
    rubric_drafts.change(headquarters, row.id or 0, change, what="改“问候”")
    return row.id or 0


def _run(actor: Actor, rubric_id: int) -> int:
    period = timedelta(days=3650)
    run = whatif_runs.start(actor, rubric_id, from_at=now() - period, to_at=now() + period)
    return run.id or 0


__all__ = ["PASSWORD", "Rows", "furnish", "token_of"]
