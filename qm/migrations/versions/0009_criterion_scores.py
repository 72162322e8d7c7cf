"""What each criterion earned and cost, as rows that the database can add up.

Evaluations that people released before get theirs here, worked out once from form, answers and call data by
the arithmetic as it stood at this revision. It is written out below, because what was upgraded must not
change when the application's does. An evaluation whose answers do not fit its form gets none; `qm doctor`
names it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, timedelta, timezone
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TOGETHER = 500
Document = Mapping[str, Any]


class _Misfit(ValueError):
    """An answer that does not fit its form."""


def upgrade() -> None:
    """Add the table and fill it."""
    op.create_table(
        "criterion_score",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=60), nullable=False),
        sa.Column("earned", sa.BigInteger(), nullable=False),
        sa.Column("could_earn", sa.BigInteger(), nullable=False),
        sa.Column("lost", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_criterion_score_evaluation_id_evaluation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "criterion", name=op.f("pk_criterion_score")),
        sqlite_with_rowid=False,
    )
    _fill(op.get_bind())


def downgrade() -> None:
    """Take the table away: it holds nothing that cannot be worked out again."""
    op.drop_table("criterion_score")


def _table(name: str, *plain: str, **typed: Any) -> Any:
    columns = [*(sa.column(item) for item in plain), *(sa.column(key, kind) for key, kind in typed.items())]
    return sa.table(name, *columns)


_EVALUATION = _table("evaluation", "id", "recording_id", "rubric_id", "kind", "state", "revision")
_FORM = _table("rubric_version", "id", document=sa.JSON)
_SNAPSHOT = _table("evaluation_snapshot", "evaluation_id", "revision", "document")
_AGENT = _table("agent", "id", "number")
_TEAM = _table("team", "id", "name")
_ROW = _table("criterion_score", "evaluation_id", "criterion", "earned", "could_earn", "lost")
_ANSWER = _table(
    "answer",
    "evaluation_id",
    "criterion",
    "occurrences",
    "number",
    options=sa.JSON,
    not_applicable=sa.Boolean,
)
_RECORDING = _table(
    "recording",
    "id",
    "agent_id",
    "team_id",
    "queue",
    "direction",
    "caller",
    "utc_offset_min",
    started_at=sa.DateTime(timezone=True),
    attributes=sa.JSON,
)


def _fill(bind: sa.Connection) -> None:
    forms = {row.id: row.document for row in bind.execute(sa.select(_FORM))}
    for evaluations in _released(bind):
        ids = [row.id for row in evaluations]
        answers: dict[int, dict[str, Any]] = defaultdict(dict)
        for row in bind.execute(sa.select(_ANSWER).where(_ANSWER.c.evaluation_id.in_(ids))):
            if row.not_applicable or row.options or row.number is not None or row.occurrences is not None:
                answers[row.evaluation_id][row.criterion] = row
        found = [
            line for row in evaluations for line in _lines(bind, row, forms[row.rubric_id], answers[row.id])
        ]
        if found:
            bind.execute(sa.insert(_ROW), found)


def _released(bind: sa.Connection) -> Iterator[Sequence[Any]]:
    """Evaluations that people released, some at a time."""
    last = 0
    while True:
        statement = (
            sa.select(_EVALUATION)
            .where(_EVALUATION.c.kind == "human", _EVALUATION.c.state != "draft", _EVALUATION.c.id > last)
            .order_by(_EVALUATION.c.id)
            .limit(_TOGETHER)
        )
        rows = bind.execute(statement).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _lines(bind: sa.Connection, row: Any, form: Document, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    asks = any(
        condition["source"] == "call_data"
        for section in form["sections"]
        for criterion in section["criteria"]
        for condition in criterion.get("show_if", ())
    )
    try:
        marks = list(losses(form, answers, _call_data(bind, row) if asks else {}))
    except _Misfit:
        return []
    names = ("criterion", "earned", "could_earn", "lost")
    return [{"evaluation_id": row.id, **dict(zip(names, mark, strict=True))} for mark in marks]


def _call_data(bind: sa.Connection, row: Any) -> dict[str, str]:
    """What showing conditions read: as it was kept with the release, else as it is now."""
    kept = bind.execute(
        sa.select(_SNAPSHOT.c.document)
        .where(_SNAPSHOT.c.evaluation_id == row.id, _SNAPSHOT.c.revision <= row.revision)
        .order_by(_SNAPSHOT.c.revision.desc())
        .limit(1)
    ).scalar()
    if kept is not None:
        found: dict[str, str] = json.loads(kept)["score"]["call_data"]
        return found
    call = bind.execute(
        sa.select(_RECORDING, _AGENT.c.number, _TEAM.c.name)
        .outerjoin(_AGENT, _AGENT.c.id == _RECORDING.c.agent_id)
        .outerjoin(_TEAM, _TEAM.c.id == _RECORDING.c.team_id)
        .where(_RECORDING.c.id == row.recording_id)
    ).one()
    at = call.started_at if call.started_at.tzinfo else call.started_at.replace(tzinfo=UTC)
    named = {
        "agent_no": call.number or "",
        "team": call.name or "",
        "queue": call.queue,
        "direction": call.direction,
        "started_at": at.astimezone(timezone(timedelta(minutes=call.utc_offset_min))).isoformat(),
        "caller": call.caller,
    }
    extra = {key: str(value) for key, value in call.attributes.items()}
    return {**extra, **{key: value for key, value in named.items() if value or key not in extra}}


def losses(
    form: Document, answers: Mapping[str, Any], call_data: Mapping[str, str]
) -> Iterator[tuple[str, int, int, int]]:
    """Criterion, earned, could earn, lost (millionths of a point) of each criterion that counted.

    `answers` by criterion, without empty ones; each has `options`, `number`, `occurrences`, `not_applicable`.
    """
    criteria = {item["key"]: item for section in form["sections"] for item in section["criteria"]}
    if answers.keys() - criteria.keys():
        raise _Misfit
    visible = {key for key in criteria if _shown(criteria, key, answers, call_data, set())}
    sections = [(section, list(_marks(form, section, answers, visible))) for section in form["sections"]]
    whole = sum(_decimal(section["weight"]) for section, marks in sections if _most(marks))
    for section, marks in sections:
        most = _most(marks)
        weight = _rounded(Fraction(_decimal(section["weight"])) * 100 / Fraction(whole)) if most else 0
        for key, earned, could_earn, lost in marks:
            taken = _rounded(Fraction(lost))
            if form.get("mode", "weighted") == "weighted":
                missed = Fraction(could_earn - earned)
                taken = _rounded(missed / Fraction(most) * weight / 10**6) if most else 0
            yield key, _rounded(Fraction(earned)), _rounded(Fraction(could_earn)), taken


_Mark = tuple[str, Decimal, Decimal, Decimal]


def _most(marks: Sequence[_Mark]) -> Decimal:
    return sum((could_earn for _, _, could_earn, _ in marks), Decimal(0))


def _rounded(value: Fraction) -> int:
    """Millionths, half up."""
    scaled = abs(value) * 10**6
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return whole if value >= 0 else -whole


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def _shown(
    criteria: Document, key: str, answers: Document, call_data: Mapping[str, str], above: set[str]
) -> bool:
    """Every condition holds, and so do those of the criteria it names; none in a circle does."""
    if key not in criteria or key in above:
        return False
    return all(
        _holds(condition, answers, call_data)
        and (
            condition["source"] == "call_data"
            or _shown(criteria, condition["key"], answers, call_data, above | {key})
        )
        for condition in criteria[key].get("show_if", ())
    )


def _holds(condition: Document, answers: Document, call_data: Mapping[str, str]) -> bool:
    key, values = condition["key"], condition["values"]
    if condition["source"] == "call_data":
        found = [call_data[key]] if key in call_data else []
    else:
        found = _spoken(answers.get(key))
        if not found:
            return False
    if condition["operator"] == "one_of":
        return any(value in values for value in found)
    if condition["operator"] == "not_one_of":
        return all(value not in values for value in found)
    return any(_compares(condition["operator"], value, values) for value in found)


def _spoken(answer: Any) -> list[str]:
    if answer is None:
        return []
    if answer.not_applicable:
        return ["not_applicable"]
    if answer.options:
        return list(answer.options)
    figure = answer.number if answer.number is not None else answer.occurrences
    return [] if figure is None else [str(figure)]


def _compares(operator: str, value: str, values: Sequence[str]) -> bool:
    try:
        figure, bound = Decimal(value), Decimal(values[0])
    except (InvalidOperation, IndexError):
        return False
    return figure >= bound if operator == "at_least" else figure <= bound


def _marks(form: Document, section: Document, answers: Document, visible: set[str]) -> Iterator[_Mark]:
    """Key, earned, could earn, taken off of each criterion that is shown, answered, applicable and scored."""
    for criterion in section["criteria"]:
        answer = answers.get(criterion["key"])
        if answer is None or criterion["key"] not in visible:
            continue
        if answer.not_applicable:
            if not criterion.get("not_applicable_allowed"):
                raise _Misfit
        elif criterion["kind"] != "text":
            earned, lost = _taken(form, criterion, answer)
            if not criterion.get("bonus"):
                yield criterion["key"], earned, _decimal(criterion["max_points"]), lost


def _taken(form: Document, criterion: Document, answer: Any) -> tuple[Decimal, Decimal]:
    most = _decimal(criterion["max_points"])
    if criterion["kind"] == "deduction":
        if answer.occurrences is None or answer.occurrences < 0:
            raise _Misfit
        lost = _decimal(criterion.get("deduct_points", 0)) * answer.occurrences
        if criterion.get("deduct_cap") is not None:
            lost = min(lost, _decimal(criterion["deduct_cap"]))
        if form.get("mode", "weighted") == "weighted":
            lost = min(lost, most)
        return max(most - lost, Decimal(0)), lost
    earned = min(sum(_chosen(criterion, answer), Decimal(0)), most)
    return earned, most - earned


def _chosen(criterion: Document, answer: Any) -> list[Decimal]:
    """Points of the options that an answer takes."""
    options = criterion.get("options") or [
        {"key": "yes", "points": criterion["max_points"]},
        {"key": "no", "points": 0},
    ]
    if criterion["kind"] == "number":
        figure = Decimal("NaN") if answer.number is None else _decimal(answer.number)
        if not figure.is_finite():
            raise _Misfit
        bands = [option for option in options if _in_band(option, figure)]
        if not bands:
            raise _Misfit
        return [_decimal(bands[0].get("points", 0))]
    points = {option["key"]: _decimal(option.get("points", 0)) for option in options}
    taken = list(answer.options)
    one = criterion["kind"] == "multiple" or len(taken) == 1
    if not one or len(set(taken)) < len(taken) or not points.keys() >= set(taken):
        raise _Misfit
    return [points[key] for key in taken]


def _in_band(option: Document, figure: Decimal) -> bool:
    low, high = option.get("low"), option.get("high")
    return (low is None or figure >= _decimal(low)) and (high is None or figure < _decimal(high))
