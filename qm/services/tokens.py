"""API tokens: shown once, stored as a hash, revoked for good."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from qm.actor import Actor
from qm.clock import now
from qm.database import writing
from qm.errors import Conflict
from qm.models import ApiToken
from qm.queries import people_admin
from qm.queries.people import hash_token
from qm.services import audit


class AccountOff(Conflict):
    """A switched-off account cannot act."""

    message = "该账号已停用，不能发放令牌。请先启用账号。"


class AlreadyRevoked(Conflict):
    """Revoking is for good."""

    message = "这个令牌已经作废。如仍需接入，请新建一个。"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token with its text, which is shown once."""

    token: ApiToken
    text: str


def issue_token(actor: Actor, *, user_id: int, name: str) -> IssuedToken:
    """A token that acts within the user's scope. Raises `NotFound`, `AccountOff`."""
    text = f"qm_{secrets.token_urlsafe(32)}"
    with writing() as session:
        user = people_admin.person(actor, user_id)
        if not user.active:
            raise AccountOff
        token = ApiToken(
            name=name.strip(), token_hash=hash_token(text), user_id=user.id or 0, created_at=now()
        )
        session.add(token)
        session.flush()
        audit.record(actor, "token_issued", "api_token", token.id, name=token.name, user=user.username)
        return IssuedToken(token, text)


def revoke_token(actor: Actor, token_id: int) -> ApiToken:
    """End a token. Raises `NotFound`, `AlreadyRevoked`."""
    with writing() as session:
        token = people_admin.token(actor, token_id)
        if token.revoked_at is not None:
            raise AlreadyRevoked
        token.revoked_at = now()
        session.add(token)
        audit.record(actor, "token_revoked", "api_token", token.id, name=token.name)
        return token
