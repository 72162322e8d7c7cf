"""An object of the store as an HTTP response: whole, or the one range that was asked for (RFC 9110, 14)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from flask import Response, request
from werkzeug.http import quote_etag

from qm.core.errors import NotFound
from recorder.storage import ObjectStat, ObjectStore, read_chunks


class ObjectGone(NotFound):
    """The row names an object that the store does not have."""

    message = "音频文件不在存储中，请联系管理员运行 qm doctor 核对。"


def stream(store: ObjectStore, key: str, *, content_type: str) -> Response:
    """Answer the present request with an object, by Range where asked. Raises `ObjectGone`.

    Works alike on a directory and on S3; never holds more than a chunk.
    """
    found = store.stat(key)
    if found is None:
        raise ObjectGone
    etag = quote_etag(f"{found.sha256 or key}-{found.size_bytes}")
    if request.if_none_match.contains_raw(etag):
        return _finished(Response(status=304), etag)
    span = _span(found, etag)
    if span is None:
        refused = Response(status=416, headers={"Content-Range": f"bytes */{found.size_bytes}"})
        return _finished(refused, etag)
    start, length = span
    partial = length < found.size_bytes or (request.range is not None and _range_counts(etag))
    body: Iterator[bytes] = iter(()) if request.method == "HEAD" else _chunks(store, key, start, length)
    response = Response(body, status=206 if partial else 200, content_type=content_type)
    response.headers["Content-Length"] = str(length)
    if partial:
        response.headers["Content-Range"] = f"bytes {start}-{start + length - 1}/{found.size_bytes}"
    return _finished(response, etag)


def _span(found: ObjectStat, etag: str) -> tuple[int, int] | None:
    """Start and length to send; None where the range cannot be satisfied. Several ranges give the whole."""
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or not _range_counts(etag):
        return 0, found.size_bytes
    bounds = asked.range_for_length(found.size_bytes)
    return None if bounds is None else (bounds[0], bounds[1] - bounds[0])


def _range_counts(etag: str) -> bool:
    """A range counts unless `If-Range` names another version; several ranges are not served."""
    condition = request.if_range
    same = condition is None or condition.etag is None or quote_etag(condition.etag) == etag
    return same and request.range is not None and len(request.range.ranges) == 1


def _chunks(store: ObjectStore, key: str, start: int, length: int) -> Iterator[bytes]:
    with ExitStack() as stack:
        yield from read_chunks(stack.enter_context(store.open(key, start, length)))


def _finished(response: Response, etag: str) -> Response:
    response.headers["ETag"] = etag
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = "private, no-cache"
    return response
