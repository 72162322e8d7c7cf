"""Sound goes only to whom it may, by range, and every listening is on record once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from time_machine import TimeMachineFixture

from qm.core import clock, objects
from qm.core.actor import SYSTEM
from qm.core.database import reading
from qm.intake.writes import listening
from qm.intake.writes.ingest import ingest
from qm.models import AuditEvent, Recording
from qm.worker import pipeline
from recorder.peaks import Peaks
from tests.support.calls import fields, sound
from tests.support.people import Centre

Clients = Callable[[str], FlaskClient]


@pytest.fixture
def recording_id(centre: Centre, tmp_path: Path) -> str:
    made = ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="通话 1.wav")
    assert made.recording_id is not None
    pipeline.store_derivatives(made.recording_id)
    return made.recording_id


def rendition(recording_id: str) -> bytes:
    with reading() as session:
        row = session.get(Recording, recording_id)
    assert row is not None
    with objects.store().open(row.playback_key or "") as file:
        return file.read()


def listens() -> list[AuditEvent]:
    with reading() as session:
        return list(session.exec(select(AuditEvent).where(AuditEvent.action == "recording_listened")).all())


def test_the_whole_rendition_is_played(client_of: Clients, recording_id: str) -> None:
    answer = client_of("inspector").get(f"/media/{recording_id}/audio")
    assert answer.status_code == 200
    assert answer.data == rendition(recording_id)
    assert answer.headers["Content-Type"] == "audio/ogg; codecs=opus"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=0-0", 0, 1)],
)
def test_a_range_is_served(
    client_of: Clients, recording_id: str, asked: str, start: int, stop: int | None
) -> None:
    whole = rendition(recording_id)
    answer = client_of("inspector").get(f"/media/{recording_id}/audio", headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.data == whole[start:stop]
    first = start if start >= 0 else len(whole) + start
    last = first + len(answer.data) - 1
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"


def test_a_range_beyond_the_end_is_refused_with_the_length(client_of: Clients, recording_id: str) -> None:
    size = len(rendition(recording_id))
    answer = client_of("inspector").get(f"/media/{recording_id}/audio", headers={"Range": f"bytes={size}-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_several_ranges_give_the_whole(client_of: Clients, recording_id: str) -> None:
    answer = client_of("inspector").get(f"/media/{recording_id}/audio", headers={"Range": "bytes=0-1,5-9"})
    assert (answer.status_code, answer.data) == (200, rendition(recording_id))


def test_what_the_browser_has_is_not_sent_again(client_of: Clients, recording_id: str) -> None:
    client = client_of("inspector")
    etag = client.get(f"/media/{recording_id}/audio").headers["ETag"]
    again = client.get(f"/media/{recording_id}/audio", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    other = client.get(
        f"/media/{recording_id}/audio", headers={"Range": "bytes=0-9", "If-Range": '"another"'}
    )
    assert other.status_code == 200


def test_asking_for_the_head_is_no_listening(client_of: Clients, recording_id: str) -> None:
    answer = client_of("inspector").head(f"/media/{recording_id}/audio")
    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(rendition(recording_id))
    assert listens() == []


@pytest.mark.parametrize("what", ["audio", "peaks", "original"])
@pytest.mark.parametrize("name", ["agent", "far_inspector", "other_leader", "administrator"])
def test_whoever_may_not_see_the_call_hears_nothing(
    client_of: Clients, recording_id: str, name: str, what: str
) -> None:
    answer = client_of(name).get(f"/media/{recording_id}/{what}")
    assert answer.status_code in (403, 404)
    assert listens() == []


def test_a_stranger_is_asked_to_sign_in(app: Flask, recording_id: str) -> None:
    assert app.test_client().get(f"/media/{recording_id}/audio").status_code == 302


def test_the_ranges_of_one_listening_are_one_event(
    centre: Centre, client_of: Clients, recording_id: str
) -> None:
    client = client_of("inspector")
    for start in (0, 100, 200):
        client.get(f"/media/{recording_id}/audio", headers={"Range": f"bytes={start}-"})
    (event,) = listens()
    assert event.user_id == centre.actors["inspector"].user_id
    assert (event.subject_id, event.address) == (recording_id, "127.0.0.1")
    client_of("leader").get(f"/media/{recording_id}/audio")
    assert len(listens()) == 2


def test_listening_again_later_is_another_event(
    centre: Centre, recording_id: str, time_machine: TimeMachineFixture
) -> None:
    inspector = centre.actors["inspector"]
    listening.listened(inspector, recording_id)
    time_machine.move_to(clock.now() + listening.ONE_LISTENING + timedelta(seconds=1))
    listening.listened(inspector, recording_id)
    assert len(listens()) == 2


def test_the_original_comes_unchanged_with_its_name(
    client_of: Clients, recording_id: str, tmp_path: Path
) -> None:
    answer = client_of("supervisor").get(f"/media/{recording_id}/original")
    assert answer.data == (tmp_path / "call.wav").read_bytes()
    assert answer.headers["Content-Disposition"].endswith("%E9%80%9A%E8%AF%9D%201.wav")
    assert client_of("leader").get(f"/media/{recording_id}/original").status_code == 403


def test_the_waveform_is_drawn(client_of: Clients, recording_id: str) -> None:
    answer = client_of("inspector").get(f"/media/{recording_id}/peaks")
    assert len(Peaks.from_json(answer.data).channels) == 2


def test_before_the_rendition_is_made_the_answer_says_so(
    client_of: Clients, centre: Centre, tmp_path: Path
) -> None:
    made = ingest(sound(tmp_path), fields(), actor=SYSTEM, filename="a.wav")
    answer = client_of("inspector").get(
        f"/media/{made.recording_id}/audio", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 404
    assert answer.json["error"]["code"] == "not_playable_yet"


def test_a_lost_object_is_named(client_of: Clients, recording_id: str) -> None:
    with reading() as session:
        row = session.get(Recording, recording_id)
    assert row is not None
    objects.store().delete(row.playback_key or "")
    answer = client_of("inspector").get(
        f"/media/{recording_id}/audio", headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json["error"]["code"]) == (404, "object_gone")
    assert listens() == []
