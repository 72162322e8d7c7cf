"""When a machine's token was last used."""

from __future__ import annotations

from sqlmodel import select

from qm.core.clock import now
from qm.core.database import writing
from qm.core.identity import hash_token
from qm.models import ApiToken


def token_used(header: str) -> None:
    """Note that the token of an `Authorization` header was used; once a day is enough."""
    token = header.removeprefix("Bearer ").strip()
    moment = now()
    with writing() as session:
        row = session.exec(select(ApiToken).where(ApiToken.token_hash == hash_token(token))).first()
        if row is not None and (row.last_used_at is None or row.last_used_at.date() != moment.date()):
            row.last_used_at = moment
