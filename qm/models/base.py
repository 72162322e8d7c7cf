"""What all tables share: named constraints, UTC times, exact decimals, checked enums."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from recorder.message import Message, message_of_json, plain

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(sa.TypeDecorator[datetime]):
    """Aware datetimes, stored as UTC on both databases; a naive one is a programming error."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse naive values; convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: give a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """Give the zone back that SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DecimalText(sa.TypeDecorator[Decimal]):
    """Decimals kept to the last digit on both databases (SQLite would make floats of them)."""

    impl = sa.String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Store the exact digits."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Decimal | None:  # noqa: ARG002
        """Read the exact digits."""
        return None if value is None else Decimal(value)


class MessageText(sa.TypeDecorator[str]):
    """A sentence: a `Message` as JSON, so that every reader has it in their language; other text as it is.

    Cut at `most` characters; a message whose JSON is longer is kept as the Chinese sentence. Rows written
    before messages were kept hold finished sentences, and are shown as they stand.
    """

    impl = sa.String
    cache_ok = True

    def __init__(self, most: int | None = None) -> None:
        super().__init__(most)
        self.most = most

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Store text, or JSON that begins as no sentence does."""
        return None if value is None else written(value, self.most)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        """Give the message back, or the text."""
        if value is None or not value.startswith(_MESSAGE_BEGINS):
            return value
        try:
            return message_of_json(json.loads(value))
        except ValueError:
            return value


class MessageList(sa.TypeDecorator[list[str]]):
    """Sentences in a JSON array, each as `MessageText` keeps it: an object for a `Message`, else text."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: sa.Dialect) -> Any:  # noqa: ARG002
        """Store each."""
        return None if value is None else [plain(item) for item in value]

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> list[str] | None:  # noqa: ARG002
        """Read each."""
        return None if value is None else [text_of(item) for item in value]


_MESSAGE_BEGINS = '{"text":'


def written(text: str, most: int | None = None) -> str:
    """A sentence as `MessageText` stores it."""
    if isinstance(text, Message):
        document = json.dumps(text.to_json(), ensure_ascii=False, separators=(",", ":"))
        if most is None or len(document) <= most:
            return document
    return str(text)[:most]


def text_of(document: Any) -> str:
    """The sentence that `recorder.message.plain` put into a JSON document."""
    return message_of_json(document) if isinstance(document, dict) else str(document)


class Millionths(sa.TypeDecorator[Decimal]):
    """Points with at most six decimals, kept as a whole number of millionths: the database adds them exactly.

    `DecimalText` keeps any digits, but a sum of texts is a sum of floats on SQLite.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """Refuse what would have to be rounded."""
        if value is None:
            return None
        whole = int(value.scaleb(6))
        if whole != value.scaleb(6):
            raise ValueError("points with more than six decimals")
        return whole

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:  # noqa: ARG002
        """Read the exact digits; a sum on PostgreSQL comes as a decimal."""
        return None if value is None else Decimal(int(value)).scaleb(-6)


def enum_type(enum: type[StrEnum], name: str) -> sa.Enum:
    """A VARCHAR with a named check constraint, storing the enum's values."""
    return sa.Enum(
        enum,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


def json_type() -> Any:
    """JSON on both databases."""
    return sa.JSON()


def unique_where(name: str, *columns_then_condition: str) -> sa.Index:
    """A unique index over the rows that meet a condition (the last argument), on both databases."""
    *columns, condition = columns_then_condition
    where = sa.text(condition)
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)
