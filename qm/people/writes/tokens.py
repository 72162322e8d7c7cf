"""API tokens: shown once, stored as a hash, revoked for good."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlmodel import Session, col, update

from qm.core import audit
from qm.core.actor import Actor, UserRole
from qm.core.clock import now
from qm.core.database import writing
from qm.core.errors import Conflict, Forbidden
from qm.core.identity import hash_token
from qm.models import ApiToken
from qm.people import reads as people_reads


class AccountOff(Conflict):
    """A switched-off account cannot act."""

    message = "该账号已停用，不能发放令牌。请先启用账号。"


class NotYours(Forbidden):
    """A token of somebody who scores would let its issuer score and read in that person's name."""

    message = "能听录音、能评分的账号，令牌只能由本人发放。请选择自己，或选择管理员账号作为接口账号。"


class AlreadyRevoked(Conflict):
    """Revoking is for good."""

    message = "这个令牌已经作废。如仍需接入，请新建一个。"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token with its text, which is shown once."""

    token: ApiToken
    text: str


def issue_token(actor: Actor, *, user_id: int, name: str) -> IssuedToken:
    """A token that acts with the rights of the person it names (docs/adr/0006).

    That person is the issuer, or an administrator's account, which can neither hear nor score; only the
    command line, whose user has the database anyway, may name anybody. Raises `NotFound`, `AccountOff`,
    `NotYours`.
    """
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    text = f"qm_{secrets.token_urlsafe(32)}"
    with writing() as session:
        own = user_id == actor.user_id
        if not own and not actor.may(UserRole.ADMINISTRATOR):
            raise NotYours
        user = people_reads.person(actor, user_id)
        if not own and actor.user_id is not None and user.role is not UserRole.ADMINISTRATOR:
            raise NotYours
        if not user.active:
            raise AccountOff
        token = ApiToken(
            name=name.strip(), token_hash=hash_token(text), user_id=user.id or 0, created_at=now()
        )
        session.add(token)
        session.flush()
        audit.record(actor, audit.AuditAction.TOKEN_ISSUED, token.id, name=token.name, user=user.username)
        return IssuedToken(token, text)


def revoke_all(session: Session, user_id: int) -> None:
    """End every token that names this person. Joins the open write."""
    session.exec(
        update(ApiToken)
        .where(col(ApiToken.user_id) == user_id, col(ApiToken.revoked_at).is_(None))
        .values(revoked_at=now())
    )


def revoke_token(actor: Actor, token_id: int) -> ApiToken:
    """End a token. Raises `NotFound`, `AlreadyRevoked`."""
    actor.require(UserRole.SUPERVISOR, UserRole.ADMINISTRATOR)
    with writing() as session:
        token = people_reads.token(actor, token_id)
        if token.revoked_at is not None:
            raise AlreadyRevoked
        token.revoked_at = now()
        session.add(token)
        audit.record(actor, audit.AuditAction.TOKEN_REVOKED, token.id, name=token.name)
        return token
