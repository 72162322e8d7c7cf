"""Signing in and out, choosing a language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from qm.core.errors import QmError
from qm.frame.access import actor_or_none, client_address, public
from qm.frame.locale import LOCALES
from qm.frame.saying import say
from qm.people.writes import sign_in as sign_in_writes

blueprint = Blueprint("auth", __name__)


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password."""

    username = StringField(validators=[DataRequired(), Length(max=60)])
    password = PasswordField(validators=[DataRequired(), Length(max=200)])


def _safe_next(target: str | None) -> str:
    """Only paths of this site: an address given by a stranger must not lead elsewhere."""
    parts = urlsplit(target or "")
    if (
        not target
        or parts.scheme
        or parts.netloc
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
    ):
        return url_for("home.front")
    return target


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if actor_or_none() is not None:
        return redirect(url_for("home.front"))
    return render_template("people/sign_in.html", form=SignInForm())


@blueprint.post("/sign-in")
@public
def sign_in_submit() -> ResponseReturnValue:
    """Check name and password; begin a session."""
    form = SignInForm()
    if not form.validate_on_submit():
        problem = gettext("请填写用户名和密码。")
        return render_template("people/sign_in.html", form=form, problem=problem), 422
    try:
        actor, version = sign_in_writes.sign_in(
            username=form.username.data.strip(), password=form.password.data, address=client_address()
        )
    except QmError as error:
        problem = say(error)
        return render_template("people/sign_in.html", form=form, problem=problem), error.status
    locale = session.get("locale")
    session.clear()
    session.permanent = True
    session.update(user_id=actor.user_id, version=version)
    if locale:
        session["locale"] = locale
    return redirect(_safe_next(request.args.get("next")))


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End the session on this machine."""
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    return redirect(url_for("auth.sign_in"))


@blueprint.post("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """Choose the language and come back."""
    if code in LOCALES:
        session["locale"] = code
    referrer = urlsplit(request.referrer or "")
    same_site = referrer.netloc == request.host
    back = referrer.path + (f"?{referrer.query}" if referrer.query else "") if same_site else ""
    return redirect(_safe_next(back))
