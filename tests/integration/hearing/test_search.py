"""Search on both databases: same hits, same counts, nobody sees what is not theirs."""

from __future__ import annotations

import pytest
from sqlmodel import Session, delete

from qm.core.clock import now
from qm.core.database import writing
from qm.hearing.reads.search import search
from qm.hearing.writes.search_index import index_utterances
from qm.models import Recording, TranscriptRow, UtteranceRow
from recorder.types import Role
from tests.support.people import Centre, build_centre

TURNS = [
    (Role.AGENT, "您好，工号8021为您服务，请问有什么可以帮您？"),
    (Role.CUSTOMER, "我要查一下身份证号码后四位。"),
    (Role.AGENT, "感谢您的来电，再见。"),
]


def add_call(session: Session, name: str, *, team_id: int, branch_id: int, agent_id: int) -> None:
    session.add(
        Recording(
            id=name, source="test", external_id=name, team_id=team_id, branch_id=branch_id, agent_id=agent_id,
            started_at=now(), filename=f"{name}.wav", sha256=name * 4, size_bytes=1, container="wav",
            codec="pcm", channels=2, rate_hz=8000, duration_s=10.0, object_key=name, created_at=now(),
        )
    )  # fmt: skip
    session.flush()
    transcript = TranscriptRow(
        recording_id=name,
        engine="t",
        engine_version="1",
        model="m",
        language="zh",
        document={},
        created_at=now(),
    )
    session.add(transcript)
    session.flush()
    rows = [
        UtteranceRow(
            recording_id=name,
            transcript_id=transcript.id or 0,
            seq=i,
            role=role,
            start_s=i,
            end_s=i + 1,
            text=text,
        )
        for i, (role, text) in enumerate(TURNS)
    ]
    session.add_all(rows)
    session.flush()
    index_utterances(session, rows)


@pytest.fixture
def calls(any_database: str) -> Centre:
    centre = build_centre()
    with writing() as session:
        add_call(
            session, "near", team_id=centre.team_id, branch_id=centre.branch_id, agent_id=centre.agent_id
        )
        add_call(
            session,
            "far",
            team_id=centre.far_team_id,
            branch_id=centre.far_branch_id,
            agent_id=centre.far_agent_id,
        )
    return centre


@pytest.mark.parametrize(
    ("query", "expected"),
    [("感谢您", 1), ("身份证号", 1), ("证号 后四", 1), ("号证", 0), ("8021", 1), ("802", 0), ("您 服务", 1)],
)
def test_characters_next_to_each_other_are_found_and_others_not(
    calls: Centre, query: str, expected: int
) -> None:
    assert search(calls.actors["inspector"], query).total == expected


def test_each_sees_the_calls_of_the_own_branch(calls: Centre) -> None:
    def found(who: str) -> set[str]:
        return {item.recording_id for item in search(calls.actors[who], "感谢您").found}

    assert found("inspector") == {"near"}
    assert found("far_inspector") == {"far"}
    assert found("headquarters") == {"near", "far"}
    assert found("leader") == {"near"}
    assert found("other_leader") == found("agent") == found("administrator") == set()


def test_role_narrows_the_search(calls: Centre) -> None:
    inspector = calls.actors["inspector"]
    assert search(inspector, "您", role=Role.CUSTOMER).total == 0
    assert search(inspector, "身份证", role=Role.CUSTOMER).total == 1


def test_deleted_utterances_leave_the_index(calls: Centre) -> None:
    with writing() as session:
        session.exec(delete(UtteranceRow).where(UtteranceRow.recording_id == "near"))
    assert search(calls.actors["headquarters"], "感谢您").total == 1
