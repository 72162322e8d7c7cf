"""Everything is denied unless a route says who may.

Each view carries `@public`, `@signed_in` or `@allow(role, …)`; one without is refused for
everybody, and a test lists every route with what it says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, current_app, g, redirect, request, session, url_for
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as NoSuchPage

from qm.core import identity
from qm.core.actor import Actor, UserRole
from qm.core.errors import Forbidden, QmError

View = TypeVar("View", bound=Callable[..., object])

PUBLIC: frozenset[UserRole] = frozenset()
"""Marks a view that needs no sign-in."""

_ATTRIBUTE = "qm_allowed"


class SignInNeeded(QmError):
    """Nobody is signed in; machines get 401."""

    status = 401
    message = "请先登录；接口请在 Authorization 头中提供有效令牌。"


def allow(*roles: UserRole) -> Callable[[View], View]:
    """Mark a view as open to these roles and no others."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, frozenset(roles))
        return view

    return mark


def signed_in(view: View) -> View:
    """Mark a view as open to whoever is signed in."""
    return allow(*UserRole)(view)


def public(view: View) -> View:
    """Mark a view as open to the world."""
    setattr(view, _ATTRIBUTE, PUBLIC)
    return view


def allowed_roles(app: Flask, endpoint: str) -> frozenset[UserRole] | None:
    """Who may call this endpoint; None where nobody was named."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], _ATTRIBUTE, None)


def actor() -> Actor:
    """The signed-in person. Raises `SignInNeeded`."""
    current: Actor | None = g.get("actor")
    if current is None:
        raise SignInNeeded
    return current


def actor_or_none() -> Actor | None:
    """The signed-in person, or None on public pages."""
    current: Actor | None = g.get("actor")
    return current


def client_address() -> str:
    """The caller's network address, for audit and throttling."""
    return request.remote_addr or ""


def _bearer() -> str | None:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() if header.startswith("Bearer ") else None


def _identify() -> Actor | None:
    if request.blueprint == "api":
        token = _bearer()
        return identity.actor_by_token(token, address=client_address()) if token else None
    user_id, version = session.get("user_id"), session.get("version")
    if user_id is None:
        return None
    return identity.actor_by_session(user_id, version, address=client_address())


def _enforce() -> Response | None:
    if request.routing_exception is not None:
        # Unknown pages answer 404/405 without telling who is signed in.
        if isinstance(request.routing_exception, NoSuchPage | MethodNotAllowed):
            g.actor = _identify()
        return None
    endpoint = request.endpoint or ""
    if endpoint == "static":
        return None
    g.actor = _identify()
    roles = allowed_roles(current_app, endpoint)
    if roles is None:
        raise Forbidden
    if roles == PUBLIC:
        return None
    if g.actor is None:
        return _ask_to_sign_in()
    if g.actor.role not in roles:
        raise Forbidden
    return None


def _ask_to_sign_in() -> Response:
    wants_page = (
        request.method == "GET" and request.blueprint != "api" and "HX-Request" not in request.headers
    )
    if not wants_page:
        raise SignInNeeded
    answer = redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
    assert isinstance(answer, Response)
    return answer


def register(app: Flask) -> None:
    """Enforce access before each request and give templates `actor`."""
    app.before_request(_enforce)
    app.context_processor(lambda: {"actor": actor_or_none(), "UserRole": UserRole})
