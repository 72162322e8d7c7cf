"""Signing in: argon2, and a wait after repeated failures of one name or one address."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlmodel import col, delete, func, or_, select

from qm.core import audit, identity
from qm.core.actor import Actor
from qm.core.clock import now
from qm.core.database import reading, writing
from qm.core.errors import QmError
from qm.core.settings import settings
from qm.models import SignInAttempt, User

_hasher = PasswordHasher()


@cache
def _decoy() -> str:
    """Verified for unknown names, so that timing does not tell which names exist."""
    return _hasher.hash("nobody has this password")


class SignInRefused(QmError):
    """Name or password is wrong; which one is not told."""

    status = 401
    message = "用户名或密码不正确，请重新输入。"


class SignInThrottled(QmError):
    """Too many failures."""

    status = 429
    message = "登录失败次数过多，请 %(minutes)d 分钟后再试，或联系管理员重置密码。"


def hash_password(password: str) -> str:
    """What is stored of a password."""
    return _hasher.hash(password)


def sign_in(*, username: str, password: str, address: str) -> tuple[Actor, int]:
    """The actor and session version. Raises `SignInRefused`, `SignInThrottled`."""
    _check_throttle(username, address)
    user = identity.user_by_name(username)
    if not _verify(user, password) or user is None or not user.active:
        with writing() as session:
            session.add(SignInAttempt(username=username[:60], address=address, at=now()))
        raise SignInRefused
    actor = identity.actor_of(user, address=address)
    with writing() as session:
        session.exec(delete(SignInAttempt).where(col(SignInAttempt.username) == username))
        audit.record(actor, audit.AuditAction.SIGNED_IN, user.id)
    return actor, user.session_version


def _verify(user: User | None, password: str) -> bool:
    decoy = _decoy()  # whoever comes first waits for it, known or not
    try:
        return _hasher.verify(user.password_hash if user else decoy, password)
    except (VerificationError, InvalidHashError):
        return False


def _check_throttle(username: str, address: str) -> None:
    minutes = settings().login_window_minutes
    since = now() - timedelta(minutes=minutes)
    limit = settings().login_attempts
    with reading() as session:
        rows = session.exec(
            select(
                func.count().filter(col(SignInAttempt.username) == username),
                func.count().filter(col(SignInAttempt.address) == address),
            ).where(
                SignInAttempt.at >= since,
                or_(SignInAttempt.username == username, SignInAttempt.address == address),
            )
        ).one()
    # Offices share an address: it may fail more often than one name before it waits.
    if rows[0] >= limit or rows[1] >= limit * 10:
        raise SignInThrottled(minutes=minutes)
