"""Writes about what calls are judged by: phrases, rules, forms, policies, what is learned and tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qm.core.actor import SYSTEM, Actor
from qm.core.clock import now
from qm.core.database import writing
from qm.judging.writes import learning as learning_writes
from qm.judging.writes import learning_runs
from qm.models import Proposal, ProposalKind
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import offers as phrase_offers
from qm.phrases.writes import versions as phrase_versions
from qm.phrases.writes import vocabulary as vocabulary_writes
from qm.proposals import reads as proposal_reads
from qm.proposals import writes as proposal_writes
from qm.rubrics.writes import bindings as binding_writes
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as rubric_edits
from qm.rubrics.writes import versions as rubric_writes
from qm.rules.writes import contact_policy
from qm.rules.writes import marks as rule_marks
from qm.rules.writes import updates as rule_updates
from qm.rules.writes import versions as rule_writes
from qm.trials.writes import restate as whatif_restate
from qm.trials.writes import runs as whatif_runs
from recorder.types import Role
from scoring.rubric import rubric_from_dict
from scoring.types import ScoringMode
from tests.support.every_write.written import CENTRE, Act, Write, anywhere, who
from tests.support.house import FORM, LEARNED, House, rule_text
from tests.support.trials import PERIOD
from transcribe.types import PhraseKind

SUPERVISORS = anywhere("supervisor")
OWN_SUPERVISORS = who("supervisor")


def _add_phrase(actor: Actor, house: House) -> object:
    return phrase_writes.add_phrase(actor, group=house.phrase.group, text="很高兴能帮到您呢", role=Role.AGENT)


def _add_group(actor: Actor, _house: House) -> object:
    return phrase_writes.add_group(actor, name="新组", kind=PhraseKind.TOPIC, first="新话", role=Role.AGENT)


def _change_phrase(actor: Actor, house: House) -> object:
    return phrase_writes.change_phrase(actor, house.phrase.id or 0, text="您好很高兴", role=Role.AGENT)


def _restore_phrase(actor: Actor, house: House) -> object:
    row = house.phrase
    return phrase_writes.restore_phrase(
        actor, group=row.group, group_name=row.group_name, kind=row.kind, role=row.role, text="放回来的话"
    )


def _import(actor: Actor, _house: House) -> object:
    table = "group,name,kind,role,phrase\nnew,新组,topic,agent,新导入的话\n"
    return phrase_writes.import_table(actor, table, replace=False)


def _save_rule(actor: Actor, house: House) -> object:
    return rule_writes.save_draft(actor, house.rule, document=rule_text(house.rule, "转给谁"), fixtures="")


def _import_form(actor: Actor, house: House) -> object:
    rubric = rubric_from_dict(house.form.document)
    return rubric_writes.import_draft(actor, replace(rubric, key="imported", title="新表"))


def _keep_form(actor: Actor, house: House) -> object:
    rubric = replace(rubric_from_dict(house.form.document), key="kept")
    with writing() as session:
        return rubric_drafts.keep_draft(session, actor, rubric, branch_id=None, what="新建")


def _change_form(actor: Actor, house: House) -> object:
    return rubric_drafts.change(actor, house.form_draft, rubric_edits.add_section("新段"), what="加一段")


def _bind(actor: Actor, house: House) -> object:
    return binding_writes.bind(
        actor,
        rubric_key=house.form.key,
        queue="信用卡",
        team_id=house.centre.team_id,
        direction="",
        from_day=now().date(),
        to_day=None,
    )


def _policy(actor: Actor, _house: House) -> object:
    return contact_policy.set_policy(
        actor, quiet_from="21:00", quiet_until="08:00", max_per_day=2, direction="outbound"
    )


def _start_run(actor: Actor, house: House) -> object:
    return whatif_runs.start(
        actor, house.form_draft, from_at=now() - PERIOD, to_at=now() + PERIOD, with_rule_drafts=False
    )


def _end_trainings(house: House) -> object:
    return learning_runs.cancel(SYSTEM, house.training_id)


PHRASES = (
    Write(
        phrase_writes.start_draft,
        lambda a, _h: phrase_writes.start_draft(a),
        SUPERVISORS,
        before=lambda h: (phrase_writes.discard_draft(SYSTEM), phrase_writes.discard_draft(_near(h))),
    ),
    Write(
        phrase_writes.discard_draft,
        lambda a, _h: phrase_writes.discard_draft(a),
        SUPERVISORS,
    ),
    Write(phrase_writes.add_phrase, _add_phrase, CENTRE),
    Write(phrase_writes.add_group, _add_group, SUPERVISORS),
    Write(phrase_writes.change_phrase, _change_phrase, CENTRE),
    Write(
        phrase_writes.rename_group,
        lambda a, h: phrase_writes.rename_group(a, group=h.phrase.group, name="另一个名字"),
        CENTRE,
    ),
    Write(phrase_writes.remove_phrase, lambda a, h: phrase_writes.remove_phrase(a, h.phrase.id or 0), CENTRE),
    Write(phrase_writes.restore_phrase, _restore_phrase, CENTRE),
    Write(phrase_writes.import_table, _import, SUPERVISORS),
    Write(
        phrase_versions.publish,
        lambda a, _h: phrase_versions.publish(a),
        SUPERVISORS,  # each place its own groups
        before=lambda h: (_add_phrase(SYSTEM, h), _add_group(h.people["far supervisor"], h)),
    ),
    Write(
        vocabulary_writes.set_terms,
        lambda a, _h: vocabulary_writes.set_terms(a, queue="理财", text="稳盈宝"),
        CENTRE,
    ),
)
RULES = (
    Write(
        rule_writes.create, lambda a, _h: rule_writes.create(a, document=rule_text("brand_new")), SUPERVISORS
    ),
    Write(
        rule_writes.start_draft,
        lambda a, h: rule_writes.start_draft(a, h.rule),
        SUPERVISORS,
        before=lambda h: rule_writes.discard_draft(SYSTEM, h.rule),
    ),
    Write(rule_writes.save_draft, _save_rule, CENTRE),
    Write(rule_writes.discard_draft, lambda a, h: rule_writes.discard_draft(a, h.rule), CENTRE),
    Write(rule_writes.set_shadow, lambda a, h: rule_writes.set_shadow(a, h.rule, on=True), CENTRE),
    Write(rule_writes.publish, lambda a, h: rule_writes.publish(a, h.rule), CENTRE),
    Write(
        rule_writes.roll_back,
        lambda a, h: rule_writes.roll_back(a, h.rule, 1),
        CENTRE,
        before=lambda h: rule_writes.discard_draft(SYSTEM, h.rule),
    ),
    Write(rule_writes.retire, lambda a, h: rule_writes.retire(a, h.rule), CENTRE),
    Write(rule_updates.take, lambda a, _h: rule_updates.take(a, "greeting"), SUPERVISORS),
    Write(rule_updates.decline, lambda a, _h: rule_updates.decline(a, "greeting"), CENTRE),
    Write(rule_marks.mark, lambda a, h: rule_marks.mark(a, h.rule, h.call, present=True), OWN_SUPERVISORS),
    Write(
        rule_marks.unmark,
        lambda a, h: rule_marks.unmark(a, h.rule, h.call),
        OWN_SUPERVISORS,
        before=lambda h: rule_marks.mark(SYSTEM, h.rule, h.call, present=True),
    ),
)
FORMS = (
    Write(
        rubric_drafts.begin,
        lambda a, _h: rubric_drafts.begin(a, title="新表", mode=ScoringMode.WEIGHTED),
        SUPERVISORS,
    ),
    Write(rubric_drafts.copy, lambda a, h: rubric_drafts.copy(a, h.form.id or 0), SUPERVISORS),
    Write(rubric_drafts.keep_draft, _keep_form, CENTRE),
    Write(rubric_drafts.change, _change_form, CENTRE),
    Write(rubric_drafts.undo, lambda a, h: rubric_drafts.undo(a, h.form_draft), CENTRE),
    Write(rubric_drafts.settle_import, lambda a, h: rubric_drafts.settle_import(a, h.imported), CENTRE),
    Write(rubric_writes.import_draft, _import_form, SUPERVISORS),
    Write(rubric_writes.publish, lambda a, h: rubric_writes.publish(a, h.form_draft), CENTRE),
    Write(rubric_writes.discard, lambda a, h: rubric_writes.discard(a, h.imported), CENTRE),
    Write(rubric_writes.retire, lambda a, h: rubric_writes.retire(a, h.form.id or 0), CENTRE),
    Write(binding_writes.bind, _bind, OWN_SUPERVISORS),
    Write(
        binding_writes.end,
        lambda a, h: binding_writes.end(a, h.binding_id, last_day=now().date()),
        OWN_SUPERVISORS,
    ),
    Write(contact_policy.set_policy, _policy, SUPERVISORS),
)
TRIALS = (
    Write(
        learning_writes.train_criterion,
        lambda a, _h: learning_writes.train_criterion(a, FORM, LEARNED),
        SUPERVISORS,
    ),
    Write(learning_writes.use, lambda a, h: learning_writes.use(a, h.unused_model_id), CENTRE),
    Write(learning_writes.drop, lambda a, h: learning_writes.drop(a, h.model_id), CENTRE),
    Write(
        learning_runs.request,
        lambda a, _h: learning_runs.request(a, FORM, LEARNED),
        SUPERVISORS,
        before=_end_trainings,
    ),
    Write(learning_runs.cancel, lambda a, h: learning_runs.cancel(a, h.training_id), SUPERVISORS),
    Write(whatif_runs.start, _start_run, SUPERVISORS),
    Write(whatif_runs.resume, lambda a, h: whatif_runs.resume(a, h.failed_run_id), OWN_SUPERVISORS),
    Write(whatif_runs.cancel, lambda a, h: whatif_runs.cancel(a, h.queued_run_id), OWN_SUPERVISORS),
    Write(
        whatif_restate.restate,
        lambda a, h: whatif_restate.restate(a, h.run_id, reason="问候只算完整的"),
        CENTRE,  # it publishes the centre's draft
    ),
)


def _own_phrase(actor: Actor, house: House) -> object:
    return phrase_writes.add_phrase(actor, group=house.own_phrase.group, text="来本地柜台办", role=Role.AGENT)


def _propose_rule(actor: Actor, house: House) -> Proposal:
    return rule_writes.propose(actor, house.own_rule, note="各地都要")


def _proposed(house: House) -> Proposal:
    found = proposal_reads.open_one(ProposalKind.RULE, house.own_rule)
    assert found is not None
    return found


def _near(house: House) -> Actor:
    return house.people["near supervisor"]


def _ended(end: Callable[..., object]) -> Act:
    def act(actor: Actor, house: House) -> object:
        with writing() as session:
            return end(session, actor, ProposalKind.RULE, house.own_rule)

    return act


def _put(actor: Actor, house: House) -> object:
    near = house.centre.branch_id
    return proposal_writes.put(actor, ProposalKind.RULE, "some", title="某条", branch_id=near, note="")


OWN = (
    Write(phrase_writes.add_phrase, _own_phrase, OWN_SUPERVISORS),
    Write(
        phrase_writes.remove_phrase,
        lambda a, h: phrase_writes.remove_phrase(a, h.own_phrase.id or 0),
        OWN_SUPERVISORS,
    ),
    Write(
        rule_writes.save_draft,
        lambda a, h: rule_writes.save_draft(
            a, h.own_rule, document=rule_text(h.own_rule, "转哪里"), fixtures=""
        ),
        OWN_SUPERVISORS,
    ),
    Write(rule_writes.publish, lambda a, h: rule_writes.publish(a, h.own_rule), OWN_SUPERVISORS),
    Write(rule_writes.retire, lambda a, h: rule_writes.retire(a, h.own_rule), OWN_SUPERVISORS),
    Write(rubric_writes.publish, lambda a, h: rubric_writes.publish(a, h.own_form_draft), OWN_SUPERVISORS),
    Write(rubric_writes.retire, lambda a, h: rubric_writes.retire(a, h.own_form.id or 0), OWN_SUPERVISORS),
    Write(rule_writes.propose, _propose_rule, OWN_SUPERVISORS),
    Write(rubric_writes.propose, lambda a, h: rubric_writes.propose(a, h.own_form_draft), OWN_SUPERVISORS),
    Write(
        phrase_offers.propose,
        lambda a, h: phrase_offers.propose(a, group=h.own_phrase.group),
        OWN_SUPERVISORS,
    ),
    Write(
        phrase_offers.adopt,
        lambda a, h: phrase_offers.adopt(a, group=h.own_phrase.group),
        CENTRE,
        before=lambda h: phrase_offers.propose(_near(h), group=h.own_phrase.group),
    ),
    Write(proposal_writes.put, _put, OWN_SUPERVISORS),
    Write(
        proposal_writes.decline,
        lambda a, h: proposal_writes.decline(a, _proposed(h).id or 0, answer="暂不推广"),
        CENTRE,
        before=lambda h: _propose_rule(_near(h), h),
    ),
    Write(
        proposal_writes.withdraw,
        lambda a, h: proposal_writes.withdraw(a, _proposed(h).id or 0),
        OWN_SUPERVISORS,
        before=lambda h: _propose_rule(_near(h), h),
    ),
    Write(
        proposal_writes.taken_up,
        _ended(proposal_writes.taken_up),
        OWN_SUPERVISORS,
        before=lambda h: _propose_rule(_near(h), h),
    ),
    Write(
        proposal_writes.thrown_away,
        _ended(proposal_writes.thrown_away),
        OWN_SUPERVISORS,
        before=lambda h: _propose_rule(_near(h), h),
    ),
)
WRITES = (*PHRASES, *RULES, *FORMS, *TRIALS, *OWN)
