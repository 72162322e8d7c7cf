"""One mapping from errors to a page, a fragment or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from qm.core.errors import Conflict, QmError, snake_case
from qm.frame.saying import say
from recorder.message import Param, plain

log = structlog.get_logger()

_HTTP_MESSAGES = {
    404: "没有找到这个页面，请检查地址或返回首页。",
    405: "这个地址不接受此操作，请返回重试。",
    413: "文件过大，请拆分后上传，或请管理员调整上限。",
}


class SomebodyQuicker(Conflict):
    """The same was done by somebody else in the same moment."""

    message = "有人刚刚做了同样的改动，请刷新页面后再试。"


def wants_json() -> bool:
    """True for the API and for callers that accept JSON rather than HTML."""
    return (
        request.path.startswith("/api/")
        or request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def _answer(
    status: int, code: str, message: str, params: Mapping[str, Param] | None = None
) -> ResponseReturnValue:
    if wants_json():
        told: dict[str, Any] = {"code": code, "message": message}
        if params:
            told["params"] = {name: plain(value) for name, value in params.items()}
        return jsonify(error=told), status
    if "HX-Request" in request.headers:
        response = make_response(render_template("frame/_problem.html", message=message, code=code), status)
        response.headers["HX-Retarget"] = "#notice"
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    return render_template("frame/problem.html", status=status, message=message, code=code), status


def _expected(error: QmError) -> ResponseReturnValue:
    return _answer(error.status, error.code, say(error), error.params)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    text = gettext(_HTTP_MESSAGES.get(error.code, "请求无法完成，请检查后重试。"))
    return _answer(error.code, snake_case(error.name), text)


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return _answer(400, "form_expired", gettext("页面已过期，请刷新后再提交；已自动保存的内容不会丢失。"))


def _doubled(error: IntegrityError) -> ResponseReturnValue:
    """Two did the same thing at once, and the database let one of them."""
    if "unique" not in str(error.orig).lower():
        return _unexpected(error)
    log.warning("done_twice", path=request.path)
    return _expected(SomebodyQuicker())


def _unexpected(error: Exception) -> ResponseReturnValue:
    log.error("unexpected_error", path=request.path, exc_info=error)
    return _answer(500, "unexpected", gettext("系统出错，已记录。请稍后重试；若仍出现，请把时间告诉管理员。"))


def register(app: Flask) -> None:
    """Install the mapping."""
    app.register_error_handler(QmError, _expected)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _doubled)
    app.register_error_handler(Exception, _unexpected)
