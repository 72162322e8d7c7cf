"""Autosave asks the database for what it needs: a page's worth of questions a keystroke is too much."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from sqlmodel import col, select
from werkzeug.datastructures import MultiDict

from qm.app import create_app
from qm.core.database import reading
from qm.models import AuditEvent
from qm.reviewing.pages.progress import figures
from qm.reviewing.reads.answers import answers_of
from qm.reviewing.reads.desk import review
from qm.reviewing.reads.evaluations import human_evaluation
from qm.rubrics.reads.form_views import FormView
from tests.support.heard import bring_in
from tests.support.people import Centre, build_centre, sign_in
from tests.support.statements import Asked, asked

STATEMENTS_MAX = 11
PROOF = {"start_s": 8.2, "end_s": 9.4, "role": "agent", "text": "我不清楚", "source": "phrase:shirking"}
OTHER_PROOF = {"start_s": 3.0, "end_s": 4.0, "role": "agent", "text": "您好", "source": "human"}


def told(sent: Asked) -> str:
    return "\n".join(statement for statement, _ in sent)


@dataclass
class Form:
    """An open review page whose script saves by itself."""

    client: FlaskClient
    recording_id: str
    rubric_id: int
    revision: int = 0
    fields: dict[str, list[str]] = field(default_factory=dict)

    def save(self, status: int = 200, **changed: object) -> dict[str, object]:
        self.fields |= {name.replace("__", "."): _values(value) for name, value in changed.items()}
        form = {"revision": [str(self.revision)], "rubric_id": [str(self.rubric_id)], **self.fields}
        data = MultiDict([(name, item) for name, items in form.items() for item in items])
        answer = self.client.post(
            f"/desk/review/{self.recording_id}/save", data=data, headers={"Accept": "application/json"}
        )
        assert answer.status_code == status, answer.text
        told = answer.get_json()
        self.revision = told["revision"] if status == 200 else self.revision
        return dict(told)


def _values(value: object) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item if isinstance(item, str) else json.dumps(item) for item in items]


@pytest.fixture
def team(any_database: str) -> Centre:
    return build_centre()


@pytest.fixture
def opened(team: Centre, config: object) -> Callable[[str], Form]:
    """The page of a heard and judged call, opened by somebody."""
    recording_id = bring_in("p02_rude_transfer")
    app = create_app()
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)

    def by(username: str) -> Form:
        view = review(team.actors[username], recording_id)
        return Form(sign_in(app.test_client(), username), recording_id, view.form.rubric_id, view.revision)

    return by


@pytest.fixture
def form(opened: Callable[[str], Form]) -> Form:
    return opened("inspector")


def accept_all(team: Centre, form: Form) -> None:
    """What the button does: every suggestion is filled in, with its evidence."""
    view: FormView = review(team.actors["inspector"], form.recording_id).form
    for item in view.criteria:
        if item.suggestion is not None and item.suggestion.answer.options:
            form.fields[f"option.{item.key}"] = list(item.suggestion.answer.options)
            proofs = [
                {name: getattr(proof, name) for name in PROOF}
                for proof in item.evidence
                if proof.start_s >= 0
            ]
            form.fields[f"evidence.{item.key}"] = _values(proofs)


AUTOSAVES: dict[str, Callable[[Form], object]] = {
    "another option": lambda form: form.save(option__greeting="none"),
    "a comment": lambda form: form.save(comment__greeting="报了工号"),
    "evidence": lambda form: form.save(evidence__greeting=[PROOF]),
    "other evidence": lambda form: (
        form.save(evidence__greeting=[PROOF]),
        form.save(evidence__greeting=[OTHER_PROOF]),
    ),
    "a further answer": lambda form: form.save(option__courtesy="good", evidence__courtesy=[PROOF]),
    "an answer taken back": lambda form: form.save(option__greeting=[]),
    "the comment on the whole call": lambda form: form.save(comment="总评"),
    "nothing": lambda form: form.save(),
}


@pytest.mark.parametrize("kind", AUTOSAVES)
def test_an_autosave_takes_fewer_than_twelve_statements(form: Form, kind: str) -> None:
    form.save(option__greeting="full")
    with asked() as sent:
        AUTOSAVES[kind](form)
    saves = 2 if kind == "other evidence" else 1
    assert len(sent) <= STATEMENTS_MAX * saves, told(sent)


def test_the_first_save_takes_fewer_than_twelve_statements(form: Form) -> None:
    with asked() as sent:
        form.save(option__greeting="full", evidence__greeting=[PROOF])
    assert len(sent) <= STATEMENTS_MAX, told(sent)


def test_accepting_every_suggestion_takes_no_more_statements_than_one(team: Centre, form: Form) -> None:
    form.save(option__greeting="none")
    accept_all(team, form)
    assert len(form.fields) > 8
    with asked() as sent:
        form.save()
    assert len(sent) <= STATEMENTS_MAX, told(sent)


def test_autosave_tells_the_figures_that_the_page_would_show(team: Centre, form: Form) -> None:
    accept_all(team, form)
    told = form.save(comment="总评")
    view = review(team.actors["inspector"], form.recording_id)
    assert told == json.loads(json.dumps(figures(view.revision, view.form), default=str))
    assert view.form.comment == "总评"
    assert told["total"] != "–"


def test_what_is_saved_again_and_again_is_stored_once(form: Form) -> None:
    form.save(option__greeting="full", option__courtesy="good", evidence__greeting=[PROOF])
    form.save(evidence__greeting=[OTHER_PROOF, PROOF], option__courtesy=[])
    row = human_evaluation(form.recording_id)
    assert row is not None
    (answer,) = answers_of(row.id or 0)
    assert (answer.criterion, answer.options) == ("greeting", ("full",))
    assert [item.text for item in answer.evidence] == ["您好", "我不清楚"]
    assert (row.revision, row.transcript_id is None, row.library_id is None) == (2, False, False)
    with reading() as session:
        events = session.exec(
            select(AuditEvent.detail)
            .where(AuditEvent.action == "evaluation_saved")
            .order_by(col(AuditEvent.id))
        ).all()
    assert events == [{"revision": 1}, {"revision": 2}]


def test_a_second_person_is_told_who_saved_and_an_answer_that_does_not_fit_is_refused(
    opened: Callable[[str], Form], form: Form
) -> None:
    other = opened("inspector2")
    form.save(option__greeting="full")
    told = other.save(option__greeting="none", status=409)
    assert "Inspector 在" in str(told["error"])
    assert told["revision"] == 1
    assert "keep.greeting" in str(told["conflict"])
    refused = form.save(option__greeting="nothing like it", status=422)
    assert "greeting" in str(refused["error"])
    row = human_evaluation(form.recording_id)
    assert row is not None
    assert row.revision == 1
