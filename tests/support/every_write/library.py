"""Writes about what calls are judged by: phrases, rules, forms, policies, what is learned and tried."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from qm.core.actor import SYSTEM, Actor
from qm.core.clock import now
from qm.core.database import writing
from qm.judging.writes import learning, learning_runs
from qm.models import Proposal, ProposalKind
from qm.phrases.writes import library as phrases
from qm.phrases.writes import offers as phrase_offers
from qm.phrases.writes import versions as phrase_versions
from qm.phrases.writes import vocabulary
from qm.proposals import reads as proposals_read
from qm.proposals import writes as proposals
from qm.rubrics.writes import bindings as rubric_bindings
from qm.rubrics.writes import drafts as rubric_drafts
from qm.rubrics.writes import drafts_edit as edits
from qm.rubrics.writes import versions as rubrics
from qm.rules.writes import contact_policy
from qm.rules.writes import marks as rules_marks
from qm.rules.writes import updates as rules_updates
from qm.rules.writes import versions as rules
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
    return phrases.add_phrase(actor, group=house.phrase.group, text="很高兴能帮到您呢", role=Role.AGENT)


def _add_group(actor: Actor, _house: House) -> object:
    return phrases.add_group(actor, name="新组", kind=PhraseKind.TOPIC, first="新话", role=Role.AGENT)


def _change_phrase(actor: Actor, house: House) -> object:
    return phrases.change_phrase(actor, house.phrase.id or 0, text="您好很高兴", role=Role.AGENT)


def _restore_phrase(actor: Actor, house: House) -> object:
    row = house.phrase
    return phrases.restore_phrase(
        actor, group=row.group, group_name=row.group_name, kind=row.kind, role=row.role, text="放回来的话"
    )


def _import(actor: Actor, _house: House) -> object:
    table = "group,name,kind,role,phrase\nnew,新组,topic,agent,新导入的话\n"
    return phrases.import_table(actor, table, replace=False)


def _save_rule(actor: Actor, house: House) -> object:
    return rules.save_draft(actor, house.rule, document=rule_text(house.rule, "转给谁"), fixtures="")


def _import_form(actor: Actor, house: House) -> object:
    rubric = rubric_from_dict(house.form.document)
    return rubrics.import_draft(actor, replace(rubric, key="imported", title="新表"))


def _keep_form(actor: Actor, house: House) -> object:
    rubric = replace(rubric_from_dict(house.form.document), key="kept")
    with writing() as session:
        return rubric_drafts.keep_draft(session, actor, rubric, branch_id=None, what="新建")


def _change_form(actor: Actor, house: House) -> object:
    return rubric_drafts.change(actor, house.form_draft, edits.add_section("新段"), what="加一段")


def _bind(actor: Actor, house: House) -> object:
    return rubric_bindings.bind(
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
        phrases.start_draft,
        lambda a, _h: phrases.start_draft(a),
        SUPERVISORS,
        before=lambda h: (phrases.discard_draft(SYSTEM), phrases.discard_draft(_near(h))),
    ),
    Write(
        phrases.discard_draft,
        lambda a, _h: phrases.discard_draft(a),
        SUPERVISORS,
    ),
    Write(phrases.add_phrase, _add_phrase, CENTRE),
    Write(phrases.add_group, _add_group, SUPERVISORS),
    Write(phrases.change_phrase, _change_phrase, CENTRE),
    Write(
        phrases.rename_group,
        lambda a, h: phrases.rename_group(a, group=h.phrase.group, name="另一个名字"),
        CENTRE,
    ),
    Write(phrases.remove_phrase, lambda a, h: phrases.remove_phrase(a, h.phrase.id or 0), CENTRE),
    Write(phrases.restore_phrase, _restore_phrase, CENTRE),
    Write(phrases.import_table, _import, SUPERVISORS),
    Write(
        phrase_versions.publish,
        lambda a, _h: phrase_versions.publish(a),
        SUPERVISORS,  # each place its own groups
        before=lambda h: (_add_phrase(SYSTEM, h), _add_group(h.people["far supervisor"], h)),
    ),
    Write(
        vocabulary.set_terms, lambda a, _h: vocabulary.set_terms(a, queue="理财", text="稳盈宝"), SUPERVISORS
    ),
)
RULES = (
    Write(rules.create, lambda a, _h: rules.create(a, document=rule_text("brand_new")), SUPERVISORS),
    Write(
        rules.start_draft,
        lambda a, h: rules.start_draft(a, h.rule),
        SUPERVISORS,
        before=lambda h: rules.discard_draft(SYSTEM, h.rule),
    ),
    Write(rules.save_draft, _save_rule, CENTRE),
    Write(rules.discard_draft, lambda a, h: rules.discard_draft(a, h.rule), CENTRE),
    Write(rules.set_shadow, lambda a, h: rules.set_shadow(a, h.rule, on=True), CENTRE),
    Write(rules.publish, lambda a, h: rules.publish(a, h.rule), CENTRE),
    Write(
        rules.roll_back,
        lambda a, h: rules.roll_back(a, h.rule, 1),
        CENTRE,
        before=lambda h: rules.discard_draft(SYSTEM, h.rule),
    ),
    Write(rules.retire, lambda a, h: rules.retire(a, h.rule), CENTRE),
    Write(rules_updates.take, lambda a, _h: rules_updates.take(a, "greeting"), SUPERVISORS),
    Write(rules_updates.decline, lambda a, _h: rules_updates.decline(a, "greeting"), CENTRE),
    Write(rules_marks.mark, lambda a, h: rules_marks.mark(a, h.rule, h.call, present=True), OWN_SUPERVISORS),
    Write(
        rules_marks.unmark,
        lambda a, h: rules_marks.unmark(a, h.rule, h.call),
        OWN_SUPERVISORS,
        before=lambda h: rules_marks.mark(SYSTEM, h.rule, h.call, present=True),
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
    Write(rubrics.import_draft, _import_form, SUPERVISORS),
    Write(rubrics.publish, lambda a, h: rubrics.publish(a, h.form_draft), CENTRE),
    Write(rubrics.discard, lambda a, h: rubrics.discard(a, h.imported), CENTRE),
    Write(rubrics.retire, lambda a, h: rubrics.retire(a, h.form.id or 0), CENTRE),
    Write(rubric_bindings.bind, _bind, OWN_SUPERVISORS),
    Write(
        rubric_bindings.end,
        lambda a, h: rubric_bindings.end(a, h.binding_id, last_day=now().date()),
        OWN_SUPERVISORS,
    ),
    Write(contact_policy.set_policy, _policy, SUPERVISORS),
)
TRIALS = (
    Write(learning.train_criterion, lambda a, _h: learning.train_criterion(a, FORM, LEARNED), SUPERVISORS),
    Write(learning.use, lambda a, h: learning.use(a, h.unused_model_id), CENTRE),
    Write(learning.drop, lambda a, h: learning.drop(a, h.model_id), CENTRE),
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
    return phrases.add_phrase(actor, group=house.own_phrase.group, text="来本地柜台办", role=Role.AGENT)


def _propose_rule(actor: Actor, house: House) -> Proposal:
    return rules.propose(actor, house.own_rule, note="各地都要")


def _proposed(house: House) -> Proposal:
    found = proposals_read.open_one(ProposalKind.RULE, house.own_rule)
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
    return proposals.put(actor, ProposalKind.RULE, "some", title="某条", branch_id=near, note="")


OWN = (
    Write(phrases.add_phrase, _own_phrase, OWN_SUPERVISORS),
    Write(
        phrases.remove_phrase, lambda a, h: phrases.remove_phrase(a, h.own_phrase.id or 0), OWN_SUPERVISORS
    ),
    Write(
        rules.save_draft,
        lambda a, h: rules.save_draft(a, h.own_rule, document=rule_text(h.own_rule, "转哪里"), fixtures=""),
        OWN_SUPERVISORS,
    ),
    Write(rules.publish, lambda a, h: rules.publish(a, h.own_rule), OWN_SUPERVISORS),
    Write(rules.retire, lambda a, h: rules.retire(a, h.own_rule), OWN_SUPERVISORS),
    Write(rubrics.publish, lambda a, h: rubrics.publish(a, h.own_form_draft), OWN_SUPERVISORS),
    Write(rubrics.retire, lambda a, h: rubrics.retire(a, h.own_form.id or 0), OWN_SUPERVISORS),
    Write(rules.propose, _propose_rule, OWN_SUPERVISORS),
    Write(rubrics.propose, lambda a, h: rubrics.propose(a, h.own_form_draft), OWN_SUPERVISORS),
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
    Write(proposals.put, _put, OWN_SUPERVISORS),
    Write(
        proposals.decline,
        lambda a, h: proposals.decline(a, _proposed(h).id or 0, answer="暂不推广"),
        CENTRE,
        before=lambda h: _propose_rule(_near(h), h),
    ),
    Write(
        proposals.withdraw,
        lambda a, h: proposals.withdraw(a, _proposed(h).id or 0),
        OWN_SUPERVISORS,
        before=lambda h: _propose_rule(_near(h), h),
    ),
    Write(
        proposals.taken_up,
        _ended(proposals.taken_up),
        OWN_SUPERVISORS,
        before=lambda h: _propose_rule(_near(h), h),
    ),
    Write(
        proposals.thrown_away,
        _ended(proposals.thrown_away),
        OWN_SUPERVISORS,
        before=lambda h: _propose_rule(_near(h), h),
    ),
)
WRITES = (*PHRASES, *RULES, *FORMS, *TRIALS, *OWN)
