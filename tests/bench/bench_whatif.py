"""How long a what-if takes on made-up stored evaluations: `python -m tests.bench.bench_whatif [N]`.

On a real SQLite database; each evaluation has the answers of the whole form.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from datetime import timedelta

N = 2000


def main(n: int) -> None:
    """Print seconds and evaluations a second."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"QM_DATA_DIR": folder, "QM_SECRET_KEY": "bench", "QM_WORKER_PROCESSES": "0"}
        from sqlmodel import select

        from qm.cli.setup import open_database
        from qm.core.actor import SYSTEM
        from qm.core.clock import now
        from qm.core.database import reading
        from qm.models import RubricVersion
        from qm.rubrics.writes import drafts as rubric_drafts
        from qm.rubrics.writes import drafts_edit as rubric_edits
        from qm.trials.reads import outcome
        from qm.trials.writes import runs as whatif_runs
        from tests.support.people import build_centre

        open_database()
        centre = build_centre()
        fill(n, centre.agent_id)
        supervisor = centre.actors["headquarters"]
        with reading() as session:
            source = session.exec(select(RubricVersion).where(RubricVersion.key == "phone_banking")).one()
        draft = rubric_drafts.copy(supervisor, source.id or 0)
        first = source.document["sections"][0]["criteria"][0]["key"]
        rubric_drafts.change(supervisor, draft.id or 0, rubric_edits.remove_criterion(first), what="x")
        run = whatif_runs.start(
            supervisor, draft.id or 0, from_at=now() - timedelta(days=9), to_at=now() + timedelta(days=1)
        )
        begun = time.monotonic()
        whatif_runs.work(run.id or 0)
        took = time.monotonic() - begun
        begun = time.monotonic()
        view = outcome.view(SYSTEM, run.id or 0)
        print(f"{view.run.done} evaluations, {view.changed} change: {took:.1f} s, {n / took:.0f}/s; "
              f"page {time.monotonic() - begun:.2f} s")  # fmt: skip


def fill(n: int, agent_id: int) -> None:
    """Write `n` released evaluations with random answers."""
    from qm.core.clock import now
    from qm.core.database import writing
    from qm.models import AnswerRow, Evaluation, EvaluationKind, EvaluationState, Recording
    from scoring.arithmetic import score
    from scoring.rubric import seeded
    from tests.support.scored import _answer, _rubric, add_call

    dice = random.Random(1)
    template = add_call(agent_id)
    rubric_id, rubric = _rubric()
    assert seeded()[0].key == rubric.key
    with writing() as session:
        base = session.get(Recording, template)
        assert base is not None
        for _ in range(n):
            key = uuid.uuid4().hex
            fields = base.model_dump() | {
                "id": key, "external_id": key, "sha256": key * 2, "object_key": key, "filename": key,
            }  # fmt: skip
            session.add(Recording(**fields))
            session.flush()
            answers = [
                replace(_answer(c, {}), options=(dice.choice(c.options).key,))
                if c.options
                else _answer(c, {})
                for c in rubric.criteria
            ]
            outcome = score(rubric, answers, {"queue": "转账", "direction": "inbound"})
            row = Evaluation(
                recording_id=key, agent_id=agent_id, rubric_id=rubric_id, kind=EvaluationKind.HUMAN,
                state=EvaluationState.RELEASED, total=outcome.total, created_at=now(), updated_at=now(),
                released_at=now(),
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add_all(
                AnswerRow(evaluation_id=row.id or 0, criterion=a.criterion, options=list(a.options),
                          occurrences=a.occurrences, comment=a.comment) for a in answers
            )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else N)
