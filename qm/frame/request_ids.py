"""An id for each request, by which its log lines are found."""

from __future__ import annotations

import uuid

import structlog
from flask import Flask, Response, g, request

HEADER = "X-Request-Id"
_ID_CHARS = 64


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
