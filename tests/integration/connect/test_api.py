"""The API as a telephone system uses it."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select

from qm.core.actor import SYSTEM
from qm.core.database import reading, writing
from qm.jobs import mirror
from qm.models import ApiToken, Recording
from qm.people.writes.tokens import issue_token, revoke_token
from qm.worker import pipeline
from tests.support.calls import fields, sound
from tests.support.heard import bring_in
from tests.support.people import Centre


class Machine:
    """A client with a token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client = client
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str):
        return self._client.get(f"/api/v1{path}", headers=self._headers)

    def send(self, data: bytes, **form: str):
        body = {"file": (io.BytesIO(data), "通话.wav"), **form}
        return self._client.post("/api/v1/recordings", data=body, headers=self._headers)


@pytest.fixture
def machine_of(app: Flask, centre: Centre):
    def made(username: str) -> Machine:
        user_id = centre.actors[username].user_id or 0
        return Machine(app.test_client(), issue_token(SYSTEM, user_id=user_id, name="PBX").text)

    return made


def test_a_recording_is_handed_in_and_followed(machine_of, tmp_path: Path) -> None:
    machine = machine_of("supervisor")
    answer = machine.send(sound(tmp_path).read_bytes(), **fields())
    assert answer.status_code == 201
    assert answer.headers["Location"].endswith(f"/api/v1/recordings/{answer.json['id']}")
    status = machine.get(f"/recordings/{answer.json['id']}")
    assert status.json["status"] == "stored"
    assert status.json["job"] | {"updated_at": ""} == {
        "state": "queued",
        "step": "store",
        "progress": 0.0,
        "error": None,
        "updated_at": "",
    }
    with reading() as session:
        assert session.exec(select(ApiToken)).one().last_used_at is not None
        assert session.exec(select(Recording)).one().filename == "通话.wav"


def test_call_data_may_come_as_json(machine_of, tmp_path: Path) -> None:
    answer = machine_of("supervisor").send(
        sound(tmp_path).read_bytes(), call_data=json.dumps(fields(), ensure_ascii=False)
    )
    assert answer.status_code == 201


def test_the_same_call_again_is_a_conflict_that_names_it(machine_of, tmp_path: Path) -> None:
    machine, data = machine_of("supervisor"), sound(tmp_path).read_bytes()
    first = machine.send(data, **fields())
    again = machine.send(data, **fields())
    assert again.status_code == 409
    assert again.json["error"]["code"] == "duplicate_id"
    assert again.json["error"]["existing_id"] == first.json["id"]


def test_a_bad_file_is_refused_by_name_and_kept(machine_of) -> None:
    answer = machine_of("administrator").send(b"<html>", **fields())
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "not_audio"
    assert answer.json["error"]["quarantine_id"]


def test_bad_call_data_is_refused_with_every_fault(machine_of, tmp_path: Path) -> None:
    answer = machine_of("supervisor").send(sound(tmp_path).read_bytes(), direction="?")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "bad_call_data")
    assert all(word in answer.json["error"]["message"] for word in ("通话编号", "工号", "开始时间", "方向"))


@pytest.mark.parametrize("call_data", ["{", "[]", '"text"', "[" * 100_000])
def test_call_data_that_is_no_object_is_refused(machine_of, tmp_path: Path, call_data: str) -> None:
    answer = machine_of("supervisor").send(sound(tmp_path).read_bytes(), call_data=call_data)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "call_data_unreadable")


def test_a_request_without_a_file_is_refused(app: Flask, machine_of) -> None:
    machine = machine_of("supervisor")
    answer = machine._client.post("/api/v1/recordings", data=fields(), headers=machine._headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "file_missing")


def test_without_a_token_nothing_is_told(app: Flask) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic abc"}):
        answer = app.test_client().get("/api/v1/recordings/x", headers=headers)
        assert (answer.status_code, answer.json["error"]["code"]) == (401, "sign_in_needed")


def test_a_session_is_no_token(client_of) -> None:
    assert client_of("supervisor").get("/api/v1/recordings/x").status_code == 401


def test_a_revoked_token_is_none(app: Flask, centre: Centre) -> None:
    issued = issue_token(SYSTEM, user_id=centre.actors["supervisor"].user_id or 0, name="PBX")
    machine = Machine(app.test_client(), issued.text)
    assert machine.get("/recordings/x").status_code == 404
    revoke_token(SYSTEM, issued.token.id or 0)
    assert machine.get("/recordings/x").status_code == 401


@pytest.mark.parametrize("username", ["inspector", "agent", "leader"])
def test_only_supervisors_and_administrators_hand_in(machine_of, tmp_path: Path, username: str) -> None:
    assert machine_of(username).send(sound(tmp_path).read_bytes(), **fields()).status_code == 403


def test_what_was_heard_and_how_it_was_judged_can_be_read(machine_of, centre: Centre) -> None:
    recording_id = bring_in("p02_rude_transfer")
    machine = machine_of("inspector")
    transcript = machine.get(f"/recordings/{recording_id}/transcript").json
    assert transcript["utterances"][0]["role"] in ("agent", "customer")
    assert any(hit["kind"] == "forbidden" for hit in transcript["hits"])
    evaluation = machine.get(f"/recordings/{recording_id}/evaluation").json
    assert evaluation["kind"] == "automatic"
    assert evaluation["answers"]
    assert all(answer["evidence"] for answer in evaluation["answers"])
    assert machine.get(f"/recordings/{recording_id}").json["status"] == "ready"
    for path in ("", "/transcript", "/evaluation"):
        far = machine_of("far_inspector").get(f"/recordings/{recording_id}{path}")
        assert far.status_code == 404


def test_a_transcript_that_is_not_there_yet_is_said_to_be_so(machine_of, tmp_path: Path) -> None:
    machine = machine_of("supervisor")
    made = machine.send(sound(tmp_path).read_bytes(), **fields()).json
    answer = machine.get(f"/recordings/{made['id']}/transcript")
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_heard_yet")


def test_every_answer_carries_a_request_id(app: Flask) -> None:
    client = app.test_client()
    given = client.get("/healthz", headers={"X-Request-Id": "abc-123"})
    assert given.headers["X-Request-Id"] == "abc-123"
    forged = client.get("/healthz", headers={"X-Request-Id": "a b=c;d"})
    assert len(forged.headers["X-Request-Id"]) == 32


def test_a_failed_step_is_told_with_its_reason(machine_of, tmp_path: Path) -> None:
    machine = machine_of("supervisor")
    made = machine.send(sound(tmp_path).read_bytes(), **fields()).json
    with writing():
        mirror.fail(made["id"], "磁盘已满")
        pipeline.mark_failed(made["id"])
    status = machine.get(f"/recordings/{made['id']}").json
    assert (status["status"], status["job"]["state"]) == ("failed", "failed")
    assert status["job"]["error"] == "磁盘已满"


def test_codes_of_unknown_addresses_and_methods_are_written_like_all_others(app: Flask) -> None:
    client = app.test_client()
    told = [client.get("/api/v1/nothing"), client.put("/api/v1/recordings")]
    assert [answer.json["error"]["code"] for answer in told if answer.json] == [
        "not_found",
        "method_not_allowed",
    ]
