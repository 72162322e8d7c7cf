"""Alembic's entry: the tables of `qm.models` on the bound database."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import qm.models  # noqa: F401 - fills the metadata
from qm.core import database
from qm.jobs import schema
from qm.models.base import DecimalText, Millionths, UtcDateTime


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write plain column types: a migration must not change when our classes do."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, DecimalText):
        return "sa.String(length=40)"
    if isinstance(item, Millionths):
        return "sa.BigInteger()"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})" if item.length else "sa.String()"
    return False


def run(connection: sa.Connection) -> None:
    """Migrate within the given connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_object=schema.is_ours,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with database.engine().execution_options(qm_writes=True).begin() as opened:
        run(opened)
