"""A draft as the builder shows it: the form, what is wrong with each part, a trial scoring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from qm.core.actor import Actor
from qm.core.database import reading
from qm.core.errors import NotFound
from qm.core.visibility import visible_to
from qm.hearing.reads.stored import load_evidence
from qm.models import FindingRow, Recording, RubricEdit, RubricVersion, VersionState
from qm.models.base import text_of
from qm.rubrics.reads.form_build import build_form
from qm.rubrics.reads.form_views import FormView
from qm.rubrics.reads.versions import version
from qm.rules.reads import versions as rules
from scoring.errors import AnswerInvalid, ScoringError
from scoring.marks import check
from scoring.rubric import Change, Problem, diff, rubric_from_dict, validate
from scoring.types import Answer, ConditionSource, Criterion, Rubric, Section

EXAMPLES_MAX = 8


@dataclass(frozen=True, slots=True)
class Noted:
    """One thing to mend, with the part of the form it concerns."""

    at: str
    """`form`, `s:KEY` or `c:KEY`."""
    title: str
    """Of that part; empty for the form."""
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that an import could not read."""

    place: str
    """A cell such as D7, or a line; empty for the whole file."""
    message: str


@dataclass(frozen=True, slots=True)
class Trial:
    """The form filled in on trial; `form` is None where it cannot be scored yet."""

    form: FormView | None
    data_keys: tuple[str, ...]
    """Call data that conditions look at."""
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """The last edit, which *undo* takes back."""

    what: str
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class Builder:
    """Everything the builder page shows but the part being edited."""

    row: RubricVersion
    rubric: Rubric
    problems: tuple[Noted, ...]
    unread: tuple[Unread, ...]
    """What the import could not read."""
    last: Step | None
    trial: Trial
    rules: tuple[tuple[str, str], ...]
    """Key and title of each rule in force."""
    before: RubricVersion | None
    """The version in force."""
    changed: tuple[Change, ...]
    """Against the version in force."""

    def noted(self, at: str) -> tuple[Noted, ...]:
        """What is wrong with one part."""
        return tuple(item for item in self.problems if item.at == at)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stored passage that can serve as an example."""

    recording_id: str
    start_s: float
    end_s: float
    text: str
    started_at: datetime


def builder(rubric_id: int, answers: Sequence[Answer] = (), data: Mapping[str, str] | None = None) -> Builder:
    """A version in the builder. Raises `NotFound`."""
    row = version(rubric_id)
    rubric = rubric_from_dict(row.document)
    named = tuple((rule.key, rule.title) for rule in rules.in_force_for(row.branch_id))
    with reading() as session:
        edits = session.exec(
            select(RubricEdit).where(RubricEdit.rubric_id == rubric_id).order_by(col(RubricEdit.id).desc())
        ).all()
        before = session.exec(
            select(RubricVersion)
            .where(RubricVersion.key == row.key, RubricVersion.state == VersionState.PUBLISHED)
            .order_by(col(RubricVersion.version).desc())
        ).first()
    last = edits[0] if edits and edits[0].before is not None else None
    return Builder(
        row=row,
        rubric=rubric,
        problems=tuple(_noted(rubric, p) for p in validate(rubric, rule_keys={key for key, _ in named})),
        unread=tuple(_unread(item) for edit in edits for item in edit.problems),
        last=Step(last.what, last.edited_at) if last else None,
        trial=trial(rubric, rubric_id, answers, data or {}),
        rules=named,
        before=before,
        changed=diff(rubric_from_dict(before.document), rubric) if before else (),
    )


def trial(rubric: Rubric, rubric_id: int, answers: Sequence[Answer], data: Mapping[str, str]) -> Trial:
    """The form scored with these answers; those that no longer fit are left out."""
    keys = tuple(
        dict.fromkeys(
            condition.key
            for criterion in rubric.criteria
            for condition in criterion.show_if
            if condition.source is ConditionSource.CALL_DATA
        )
    )
    known = {criterion.key: criterion for criterion in rubric.criteria}
    kept = [a for a in answers if a.criterion in known and _fits(known[a.criterion], a)]
    try:
        form = build_form(rubric, rubric_id, kept, call_data=data) if rubric.criteria else None
    except (ScoringError, ArithmeticError):
        form = None
    return Trial(form, keys, data)


def part(rubric: Rubric, at: str) -> Section | Criterion | None:
    """The part that `at` names; None for the form itself or a part that is gone."""
    letter, _, key = at.partition(":")
    if letter == "s":
        return next((item for item in rubric.sections if item.key == key), None)
    return next((item for item in rubric.criteria if letter == "c" and item.key == key), None)


def passages(actor: Actor, rule_key: str | None) -> tuple[Passage, ...]:
    """Passages that a rule found in calls this person may hear, newest calls first."""
    if not rule_key:
        return ()
    with reading() as session:
        rows = session.exec(
            select(FindingRow, Recording)
            .join(Recording, col(Recording.id) == FindingRow.recording_id)
            .where(FindingRow.rule_key == rule_key, visible_to(actor))
            .order_by(col(Recording.started_at).desc())
            .limit(EXAMPLES_MAX * 4)
        ).all()
    found = [
        Passage(call.id, item.start_s, item.end_s, item.text, call.started_at)
        for finding, call in rows
        for item in map(load_evidence, finding.evidence[:1])
        if item.source not in ("absence", "unheard")
    ]
    return tuple(found[:EXAMPLES_MAX])


def call_exists(actor: Actor, recording_id: str) -> None:
    """Raise `NotFound` where this person may not hear such a call."""
    with reading() as session:
        if not session.exec(
            select(Recording.id).where(Recording.id == recording_id, visible_to(actor))
        ).first():
            raise NotFound


def _unread(told: Mapping[str, Any]) -> Unread:
    return Unread(text_of(told["place"]), text_of(told["message"]))


def _noted(rubric: Rubric, problem: Problem) -> Noted:
    """The part that a path such as `sections[0].criteria[2].weight` names."""
    steps = problem.path.replace("]", "").split(".")
    numbers: dict[str, int] = defaultdict(lambda: -1)
    for step in steps:
        name, _, number = step.partition("[")
        if number:
            numbers[name] = int(number)
    field = steps[-1].partition("[")[0]
    if numbers["sections"] < 0:
        return Noted("form", "", field, problem.message)
    section = rubric.sections[numbers["sections"]]
    if numbers["criteria"] < 0 or numbers["criteria"] >= len(section.criteria):
        return Noted(f"s:{section.key}", section.title, field, problem.message)
    criterion = section.criteria[numbers["criteria"]]
    return Noted(f"c:{criterion.key}", criterion.title, field, problem.message)


def _fits(criterion: Criterion, answer: Answer) -> bool:
    try:
        check(criterion, answer)
    except AnswerInvalid:
        return False
    return True
