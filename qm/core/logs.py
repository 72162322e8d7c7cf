"""Structured logs with request and job ids. Never transcript text, names or numbers of customers."""

from __future__ import annotations

import logging
import sys
import uuid

import structlog
from flask import Flask, Response, g, request

from qm.core.settings import Settings

HEADER = "X-Request-Id"
_ID_CHARS = 64


def configure(config: Settings) -> None:
    """Log lines of this process: for people (`console`) or for machines (`json`), to standard error."""
    level = logging.getLevelName(config.log_level)
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if config.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")


def register(app: Flask) -> None:
    """Give each request an id, in its log lines and in the answer's `X-Request-Id` header."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(lambda _error: structlog.contextvars.unbind_contextvars("request_id"))


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    plain = given.isascii() and given.replace("-", "").isalnum() and len(given) <= _ID_CHARS
    g.request_id = given if plain else uuid.uuid4().hex
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" in g:
        response.headers[HEADER] = g.request_id
    return response
