"""The migration's own arithmetic, written out once, equals the application's when it was written."""

from __future__ import annotations

import importlib
import json

from hypothesis import given
from hypothesis import strategies as st

from scoring.losses import losses
from scoring.rubric import rubric_to_dict
from scoring.types import Answer, Rubric
from scoring.visibility import is_answered
from tests.support.rubrics import conditional_evaluations, evaluations

backfill = importlib.import_module("qm.migrations.versions.0009_criterion_scores")


@given(st.one_of(evaluations(), conditional_evaluations()), st.sampled_from(["转账", "基金", ""]))
def test_the_migration_fills_in_what_the_application_would(
    evaluation: tuple[Rubric, list[Answer]], queue: str
) -> None:
    rubric, answers = evaluation
    call_data = {"queue": queue, "seconds": "12.5"}
    told = losses(rubric, answers, call_data)
    by_key = {c.key: c for c in rubric.criteria}
    stored = {a.criterion: a for a in answers if is_answered(by_key[a.criterion], a)}
    document = json.loads(json.dumps(rubric_to_dict(rubric)))
    assert list(backfill.losses(document, stored, call_data)) == [
        (x.criterion, int(x.earned * 10**6), int(x.could_earn * 10**6), int(x.points * 10**6)) for x in told
    ]
