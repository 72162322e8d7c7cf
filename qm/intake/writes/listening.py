"""Who listened to which call, when, from where. A player's many Range requests are one listening."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.visibility import recording_for
from qm.models import Listening, ListeningKind

ONE_LISTENING = timedelta(minutes=10)


def listened(actor: Actor, recording_id: str) -> None:
    """Record a listening, unless this person's last one of this call from here was within `ONE_LISTENING`.

    Raises `NotFound` for a call that the person may not hear.
    """
    _record_once(actor, ListeningKind.PLAYED, audit.AuditAction.RECORDING_LISTENED, recording_id)


def downloaded(actor: Actor, recording_id: str) -> None:
    """Record that the original was taken away, ranges of one download counted once.

    Raises `Forbidden`, `NotFound`.
    """
    actor.require(UserRole.INSPECTOR, UserRole.SUPERVISOR)
    _record_once(actor, ListeningKind.DOWNLOADED, audit.AuditAction.RECORDING_DOWNLOADED, recording_id)


def _record_once(actor: Actor, kind: ListeningKind, action: audit.AuditAction, recording_id: str) -> None:
    recording_for(actor, recording_id)
    with reading() as session:  # a range of a listening under way waits for no writer
        known = _last(session, actor, kind, recording_id)
    if known is not None and _under_way(known):
        return
    with writing() as session:
        if _begun(session, actor, kind, recording_id):
            audit.record(actor, action, recording_id)


def _begun(session: Session, actor: Actor, kind: ListeningKind, recording_id: str) -> bool:
    """Keep that a listening begins now; False where another request of it just did."""
    known = _last(session, actor, kind, recording_id)
    if known is not None:
        session.refresh(known, with_for_update=True)
        if _under_way(known):
            return False
        known.at = now()
        session.add(known)
        return True
    assert actor.user_id is not None  # only who is signed in gets the sound
    fresh = Listening(
        recording_id=recording_id, user_id=actor.user_id, kind=kind, address=actor.address, at=now()
    )
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        return False
    return True


def _last(session: Session, actor: Actor, kind: ListeningKind, recording_id: str) -> Listening | None:
    return session.exec(
        select(Listening).where(
            Listening.recording_id == recording_id,
            Listening.user_id == actor.user_id,
            Listening.kind == kind,
            Listening.address == actor.address,
        )
    ).first()


def _under_way(known: Listening) -> bool:
    return known.at >= now() - ONE_LISTENING
