"""One row of each kind that a page shows by its number: drafts, trial, ledger, refused file, token."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import col, select

from qm.bench.generated_people import People
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading
from qm.intake.writes.ingest import ingest
from qm.judging.reads import learnable
from qm.judging.writes.rejudge_chunk import rubric_in_force
from qm.models import Recording
from qm.people.writes import tokens as token_writes
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import vocabulary as vocabulary_writes
from qm.reviewing.reads.evaluations import rubric_of
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes.drafts_edit import put_criterion
from qm.rules.writes import versions as rule_writes
from qm.trials.writes import restate as whatif_restate
from qm.trials.writes import runs as whatif_runs
from recorder.types import Role
from scoring.rules import seeded
from scoring.types import Rubric

RESTATED = 5
"""Calls that the trial and the ledger hold."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Keys that addresses name."""

    rule: str
    """Of a rule with a draft."""
    phrase_group: str
    rubric: int
    """A published form."""
    rubric_draft: int
    rubric_key: str
    criterion: str
    """One that no rule answers, which can be learned."""
    whatif_run: int
    restatement: int
    quarantined: int


def add(people: People) -> Kinds:
    """Make them as the supervisor would."""
    supervisor = people.actor(UserRole.SUPERVISOR)
    rule = seeded()[0].key
    rule_writes.start_draft(supervisor, rule)
    phrase_writes.start_draft(supervisor)
    rows = phrase_reads.rows(phrase_reads.draft())
    phrase_writes.add_phrase(supervisor, group=rows[0].group, text="测量用的短语", role=Role.AGENT)
    vocabulary_writes.set_terms(supervisor, queue="转账", text="手机银行\n大额转账")
    refused = ingest(
        io.BytesIO(b"not a sound"), {"external_id": "broken"}, actor=supervisor, filename="坏.wav"
    )
    run, restatement = _restated(supervisor)
    published = _in_force()
    draft = rubric_drafts.copy(supervisor, published)
    form = rubric_of(published)
    return Kinds(
        rule=rule,
        phrase_group=rows[0].group,
        rubric=published,
        rubric_draft=draft.id or 0,
        rubric_key=form.key,
        criterion=next(item.key for item in form.criteria if learnable(item)),
        whatif_run=run,
        restatement=restatement,
        quarantined=refused.quarantine_id or 0,
    )


def token(people: People) -> str:
    """A token of the supervisor's own, as text."""
    supervisor = people.actor(UserRole.SUPERVISOR)
    return token_writes.issue_token(supervisor, user_id=supervisor.user_id or 0, name="bench").text


def _in_force() -> int:
    with reading() as session:
        return rubric_in_force(session).id or 0


def _restated(supervisor: Actor) -> tuple[int, int]:
    """A trial of a new version on the newest calls, then these restated; gives the numbers of both."""
    draft = rubric_drafts.copy(supervisor, _in_force()).id or 0
    rubric_drafts.change(supervisor, draft, _reworded, what="改")
    with reading() as session:
        newest = session.exec(
            select(Recording.started_at).order_by(col(Recording.started_at).desc()).limit(RESTATED)
        ).all()
    run = whatif_runs.start(supervisor, draft, from_at=newest[-1], to_at=now() + timedelta(days=1)).id or 0
    whatif_runs.work(run)
    return run, whatif_restate.restate(supervisor, run, reason="测量：改一处说法").restatement_id


def _reworded(rubric: Rubric) -> Rubric:
    """The form with one option worded anew: no score changes."""
    criterion = next(item for item in rubric.criteria if item.options)
    options = (replace(criterion.options[0], label=f"{criterion.options[0].label}。"), *criterion.options[1:])
    return put_criterion(rubric, replace(criterion, options=options))
