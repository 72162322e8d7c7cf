"""What criteria earned and cost stands beside the release, and figures over many calls are sums of it."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import col, delete, select, update

from qm.core import periods
from qm.core.actor import SYSTEM
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.jobs import schema
from qm.models import (
    AnswerRow,
    CriterionScore,
    Evaluation,
    EvaluationKind,
    EvaluationState,
    Recording,
    RubricVersion,
    VersionState,
)
from qm.records.reads.averages import Average, average
from qm.records.reads.figures import Scope, loss_lines, lost_titles, monthly, tallies
from qm.records.reads.performance import released
from qm.records.reads.teams import team_view
from qm.reviewing.writes import criterion_scores, releases
from qm.reviewing.writes.evaluations import Draft, save
from qm.trials.writes import restate as whatif_restate
from qm.upkeep.writes.doctor import Ailment, Trouble, examine
from qm.upkeep.writes.mend import mend
from scoring.averages import Observation
from scoring.averages import average as average_of
from scoring.losses import CriterionLoss, losses
from scoring.rubric import rubric_to_dict
from scoring.types import Answer, Rubric
from tests.support.people import Centre, build_centre
from tests.support.rubrics import form, per_case, section, yes_no
from tests.support.scored import add_call, add_scored
from tests.support.trials import cheaper, drafted, tried

FORMS = (
    form(
        section("open", "30", yes_no("hello", "4"), yes_no("name", "2.5")),
        section("work", "70", yes_no("steps", "6"), per_case("slips", "0.125", cap="2", maximum="3")),
    ),
    form(section("open", "40", yes_no("hello", "3"), yes_no("steps", "7")), decimals=2),
)


def kept(evaluation_id: int) -> dict[str, Decimal]:
    with reading() as session:
        rows = session.exec(select(CriterionScore).where(CriterionScore.evaluation_id == evaluation_id)).all()
    return {row.criterion: row.lost for row in rows}


def drafted_evaluation(centre: Centre, rubric: Rubric, answers: list[Answer]) -> tuple[int, int]:
    inspector = centre.actors["inspector"]
    saved = save(inspector, add_call(centre.agent_id), Draft(0, published(rubric), tuple(answers)))
    return saved.evaluation_id, saved.revision


def published(rubric: Rubric) -> int:
    with writing() as session:
        row = session.exec(
            select(RubricVersion).where(RubricVersion.key == rubric.key)
        ).first() or RubricVersion(
            key=rubric.key,
            version=1,
            title="表",
            state=VersionState.PUBLISHED,
            document=rubric_to_dict(rubric),
            created_at=now(),
        )
        session.add(row)
        session.flush()
        return row.id or 0


def test_rows_come_with_the_release_and_go_when_it_is_taken_back(centre: Centre) -> None:
    answers = [Answer("hello", ("no",)), Answer("steps", ("yes",))]
    number, revision = drafted_evaluation(centre, FORMS[1], answers)
    assert kept(number) == {}
    inspector = centre.actors["inspector"]
    releases.release(inspector, number, revision=revision)
    assert kept(number) == {"hello": Decimal(30), "steps": Decimal(0)}
    taken = releases.take_back(inspector, number)
    assert kept(number) == {}
    releases.release(inspector, number, revision=taken.revision)
    assert set(kept(number)) == {"hello", "steps"}


def test_a_restatement_replaces_the_rows(centre: Centre, scored: list[int]) -> None:
    before = kept(scored[2])["greeting"]
    run = tried(centre, drafted(centre, cheaper))
    whatif_restate.restate(centre.actors["headquarters"], run.id or 0, reason="统一口径")
    assert kept(scored[2])["greeting"] > before
    assert troubles() == []


@pytest.mark.parametrize("table", [Evaluation, Recording])
def test_rows_go_with_their_evaluation(centre: Centre, table: type) -> None:
    call = add_scored(centre.agent_id)
    assert kept(call.evaluation_id)
    wanted = {Evaluation: call.evaluation_id, Recording: call.recording_id}[table]
    with writing() as session:
        session.exec(delete(table).where(col(table.id) == wanted))
    assert kept(call.evaluation_id) == {}


def troubles() -> list[Trouble]:
    return [trouble for trouble in examine() if trouble.ailment is Ailment.FIGURES_DIFFER]


def test_doctor_finds_rows_that_are_altered_missing_or_nobodys_and_mends_them(centre: Centre) -> None:
    altered, missing, sound = (add_scored(centre.agent_id, faults={"greeting": "none"}) for _ in range(3))
    draft = add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    with writing() as session:
        row = session.get_one(CriterionScore, (altered.evaluation_id, "greeting"))
        row.lost += Decimal("0.000001")
        session.add(row)
        session.exec(delete(CriterionScore).where(col(CriterionScore.evaluation_id) == missing.evaluation_id))
        session.add(
            CriterionScore(
                evaluation_id=draft.evaluation_id, criterion="x", earned=Decimal(1), could_earn=Decimal(1),
                lost=Decimal(0),
            )
        )  # fmt: skip
    found = {trouble.subject for trouble in troubles()}
    assert found == {str(item.evaluation_id) for item in (altered, missing, draft)}
    assert all(mend(trouble, actor=SYSTEM) for trouble in troubles())
    assert troubles() == []
    assert kept(missing.evaluation_id) == kept(sound.evaluation_id)
    assert kept(draft.evaluation_id) == {}


def test_answers_that_do_not_fit_their_form_are_told_and_left(centre: Centre) -> None:
    call = add_scored(centre.agent_id)
    with writing() as session:
        session.add(AnswerRow(evaluation_id=call.evaluation_id, criterion="no_such", options=["yes"]))
    (trouble,) = troubles()
    assert not mend(trouble, actor=SYSTEM)


def test_points_that_would_have_to_be_rounded_are_refused(centre: Centre) -> None:
    call = add_scored(centre.agent_id)
    finer = update(CriterionScore).values(lost=Decimal("0.0000001"))
    with writing() as session, pytest.raises(sa.exc.StatementError, match="six decimals"):
        session.exec(finer.where(col(CriterionScore.evaluation_id) == call.evaluation_id))


@dataclass(frozen=True)
class Made:
    """One evaluation with what the pure functions say of it."""

    row: Evaluation
    told: tuple[CriterionLoss, ...]

    @property
    def weight(self) -> Decimal:
        return 1 / Decimal(str(self.row.inclusion_probability or 1))


def drawn(centre: Centre, n: int, *, seed: int) -> list[Made]:
    """Evaluations of two agents on two forms, drawn at random over three months; the newest first."""
    luck = random.Random(seed)
    forms = [replace(item, key=f"form_{index}") for index, item in enumerate(FORMS)]
    ids = [published(item) for item in forms]
    made = []
    for _ in range(n):
        which = luck.randrange(len(forms))
        answers = [given for c in forms[which].criteria if (given := answered(luck, c.key)) is not None]
        agent_id = luck.choice((centre.agent_id, centre.teammate_id))
        row = evaluation(luck, add_call(agent_id), agent_id, ids[which])
        with writing() as session:
            session.add(row)
            session.flush()
            session.add_all(stored_answer(row.id or 0, answer) for answer in answers)
            criterion_scores.put(session, row.id or 0, forms[which], answers, {})
        made.append(Made(row, losses(forms[which], answers)))
    return sorted(made, key=lambda item: (item.row.released_at, item.row.id), reverse=True)


def stored_answer(evaluation_id: int, answer: Answer) -> AnswerRow:
    return AnswerRow(
        evaluation_id=evaluation_id,
        criterion=answer.criterion,
        options=list(answer.options),
        occurrences=answer.occurrences,
    )


def answered(luck: random.Random, criterion: str) -> Answer | None:
    if luck.random() < 0.2:
        return None
    if criterion == "slips":
        return Answer(criterion, occurrences=luck.randrange(5))
    return Answer(criterion, (luck.choice(["yes", "no"]),))


def evaluation(luck: random.Random, recording_id: str, agent_id: int, rubric_id: int) -> Evaluation:
    return Evaluation(
        recording_id=recording_id,
        agent_id=agent_id,
        rubric_id=rubric_id,
        kind=EvaluationKind.HUMAN,
        state=luck.choice([EvaluationState.RELEASED, EvaluationState.ACKNOWLEDGED]),
        total=Decimal(luck.randrange(0, 101)) / luck.choice([1, 10]),
        lost_total=luck.choice([None, None, Decimal("77.5")]),
        inclusion_probability=luck.choice([None, 0.1, 0.3, 0.7, 1.0, luck.random()]),
        created_at=now(),
        updated_at=now(),
        released_at=now() - timedelta(hours=luck.randrange(0, 24 * 90)),
    )


def plain_average(made: Sequence[Made]) -> Average | None:
    seen = [Observation(float(x.row.total or 0), x.row.inclusion_probability or 1.0) for x in made]
    return average_of(seen) if seen else None


def plain_losses(made: Sequence[Made]) -> list[tuple[str, Decimal, int, int]]:
    """As the pages reckoned them from the answers, call by call."""
    seen: dict[str, list[tuple[Made, CriterionLoss]]] = defaultdict(list)
    for call in made:
        for item in call.told:
            seen[item.criterion].append((call, item))
    lines = []
    for key, items in seen.items():
        whole = sum((call.weight * item.points for call, item in items), Decimal(0))
        mean = whole / sum(call.weight for call, _ in items)
        lines.append((key, mean, sum(item.points > 0 for _, item in items), len(items)))
    return sorted((line for line in lines if line[2]), key=lambda line: -line[1])


@pytest.mark.parametrize("seed", range(3))
def test_sums_of_the_database_are_what_the_pure_functions_say(any_database: str, seed: int) -> None:
    centre = build_centre()
    made = drawn(centre, 60, seed=seed)
    for person, own in (
        ("agent", [x for x in made if x.row.agent_id == centre.agent_id]),
        ("leader", made),
        ("supervisor", made),
        ("other_leader", []),
    ):
        actor = centre.actors[person]
        assert average(tallies(actor)) == plain_average(own)
        lines = [(x.criterion, x.mean_points, x.lost_in, x.counted_in) for x in loss_lines(actor)]
        assert lines == [(key, round(mean, 9), *counts) for key, mean, *counts in plain_losses(own)]
        assert [x.evaluation_id for x in released(actor, limit=1000)] == [x.row.id for x in own]
        for criterion, *_ in lines:
            behind = {x.evaluation_id for x in released(actor, Scope(lost_in=criterion), limit=1000)}
            assert behind == {
                x.row.id for x in own for item in x.told if item.criterion == criterion and item.points
            }
        by_month: dict[date, list[Made]] = defaultdict(list)
        for x in own:
            assert x.row.released_at is not None
            by_month[x.row.released_at.astimezone(ZoneInfo("Asia/Shanghai")).date().replace(day=1)].append(x)
        assert [(x.month, x.average) for x in monthly(actor)] == [
            (month, plain_average(by_month[month])) for month in sorted(by_month, reverse=True)
        ]
        assert lost_titles([x.row.id or 0 for x in own]) == {
            x.row.id: tuple(
                item.title for item in sorted(x.told, key=lambda item: -item.points) if item.points > 0
            )
            for x in own
        }


def test_the_migration_fills_in_what_releases_wrote(any_database: str) -> None:
    centre = build_centre()
    drawn(centre, 30, seed=3)
    add_scored(centre.agent_id, faults={"greeting": "none"})
    add_scored(centre.agent_id, state=EvaluationState.DRAFT)
    with reading() as session:
        before = set(map(values_of, session.exec(select(CriterionScore)).all()))
    schema.roll_back("0008")
    schema.migrate()
    with reading() as session:
        after = session.exec(select(CriterionScore)).all()
    assert len(after) == len(before)
    assert set(map(values_of, after)) == before


def values_of(row: CriterionScore) -> tuple[int, str, Decimal, Decimal, Decimal]:
    return row.evaluation_id, row.criterion, row.earned, row.could_earn, row.lost


def test_a_teams_page_says_of_each_member_what_the_pure_functions_say(any_database: str) -> None:
    centre = build_centre()
    made = drawn(centre, 60, seed=7)
    period = periods.current(periods.PeriodKind.MONTH)
    own = [x for x in made if x.row.released_at and period.start <= x.row.released_at < period.end]
    view = team_view(centre.actors["leader"], centre.team_id, period)
    assert (view.calls, view.average) == (len(own), plain_average(own))
    assert view.vetoed == sum(x.row.lost_total is not None for x in own)
    assert view.waiting == sum(x.row.state is EvaluationState.RELEASED for x in own)
    assert [x.evaluation_id for x in view.recent] == [x.row.id for x in own[:8]]
    for member in view.members:
        theirs = [x for x in own if x.row.agent_id == member.agent.id]
        assert member.average == plain_average(theirs)
        assert [x.evaluation_id for x in member.last_calls] == [x.row.id for x in theirs[:3]]
        assert member.unacknowledged == sum(x.row.state is EvaluationState.RELEASED for x in theirs)
