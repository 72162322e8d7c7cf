"""What each criterion earned and cost, kept as rows for the figures over many calls (`CriterionScore`).

Written by those who release, take back or restate, in the same transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, select

from qm.core import audit
from qm.core.actor import Actor
from qm.core.batches import batches
from qm.core.database import reading, writing
from qm.core.visibility import counts
from qm.models import CriterionScore, Evaluation
from qm.reviewing.reads.answers import answers_by_evaluation
from qm.reviewing.writes import snapshots
from qm.rubrics.reads.versions import rubrics_by_id
from scoring import pack
from scoring.errors import AnswerInvalid
from scoring.losses import losses
from scoring.types import Answer, ConditionSource, Rubric


def rows_of(
    evaluation_id: int, rubric: Rubric, answers: Iterable[Answer], call_data: Mapping[str, str]
) -> list[CriterionScore]:
    """The rows of one evaluation: the criteria that counted, in the order of the form.

    Raises `AnswerInvalid` for answers that do not fit the rubric.
    """
    return [
        CriterionScore(
            evaluation_id=evaluation_id,
            criterion=item.criterion,
            earned=item.earned,
            could_earn=item.could_earn,
            lost=item.points,
        )
        for item in losses(rubric, answers, call_data)
    ]


def put(
    session: Session,
    evaluation_id: int,
    rubric: Rubric,
    answers: Iterable[Answer],
    call_data: Mapping[str, str],
) -> None:
    """Make the rows of an evaluation equal to its answers. Joins the open write."""
    remove(session, evaluation_id)
    session.add_all(rows_of(evaluation_id, rubric, answers, call_data))


def remove(session: Session, evaluation_id: int) -> None:
    """Take the rows of an evaluation away: it counts no longer. Joins the open write."""
    session.exec(delete(CriterionScore).where(col(CriterionScore.evaluation_id) == evaluation_id))


@dataclass(frozen=True, slots=True)
class Unlike:
    """An evaluation whose rows are not what its answers come to."""

    evaluation_id: int
    mendable: bool
    """False where the answers do not fit the form."""


def unlike(rows: Sequence[Evaluation]) -> Iterator[Unlike]:
    """Works the rows of these evaluations out anew and tells where those kept are others."""
    for some in batches(rows):
        kept, wanted = _kept(some), _wanted(some)
        for row in some:
            key = row.id or 0
            if wanted[key] is None or wanted[key] != kept[key]:
                yield Unlike(key, mendable=wanted[key] is not None)


def repair(actor: Actor, evaluation_id: int) -> None:
    """Put what the answers come to in the place of the rows there are. Raises `AnswerInvalid`."""
    actor.require()
    with writing() as session:
        row = session.get(Evaluation, evaluation_id, with_for_update=True)
        if row is None:
            return
        remove(session, evaluation_id)
        session.add_all(_fresh([row])(row))
        audit.record(actor, audit.AuditAction.FIGURES_MENDED, evaluation_id)


_Figures = dict[str, tuple[object, ...]]


def _figures(rows: Iterable[CriterionScore]) -> _Figures:
    return {row.criterion: (row.earned, row.could_earn, row.lost) for row in rows}


def _kept(rows: Sequence[Evaluation]) -> dict[int, _Figures]:
    found: dict[int, list[CriterionScore]] = defaultdict(list)
    with reading() as session:
        statement = select(CriterionScore).where(
            col(CriterionScore.evaluation_id).in_([row.id for row in rows])
        )
        for line in session.exec(statement).all():
            found[line.evaluation_id].append(line)
    return {row.id or 0: _figures(found[row.id or 0]) for row in rows}


def _wanted(rows: Sequence[Evaluation]) -> dict[int, _Figures | None]:
    fresh = _fresh(rows)
    found: dict[int, _Figures | None] = {}
    for row in rows:
        try:
            found[row.id or 0] = _figures(fresh(row))
        except AnswerInvalid:
            found[row.id or 0] = None
    return found


def _fresh(rows: Sequence[Evaluation]) -> Callable[[Evaluation], list[CriterionScore]]:
    """What works the rows of any of these evaluations out from its answers."""
    counted = [row for row in rows if counts(row)]
    answers = answers_by_evaluation((row.id or 0 for row in counted), with_evidence=False)
    forms = rubrics_by_id({row.rubric_id for row in counted})

    def of(row: Evaluation) -> list[CriterionScore]:
        if not counts(row):
            return []
        form = forms[row.rubric_id]
        return rows_of(row.id or 0, form, answers[row.id or 0], _call_data(row, form))

    return of


def _call_data(row: Evaluation, form: Rubric) -> dict[str, str]:
    """What showing conditions read, as it was kept with the release: agents and teams are renamed."""
    conditions = (condition for criterion in form.criteria for condition in criterion.show_if)
    if not any(condition.source is ConditionSource.CALL_DATA for condition in conditions):
        return {}
    found: dict[str, str] = pack.parse_pinned(snapshots.pinned(row))["score"]["call_data"]
    return found
