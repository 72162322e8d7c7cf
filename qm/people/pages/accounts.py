"""Accounts: by role, new, change, new password, switch off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from qm.core.actor import UserRole
from qm.core.errors import QmError
from qm.frame.access import actor, allow
from qm.frame.choices import choices, named
from qm.frame.saying import say
from qm.frame.undo import flash_undo
from qm.models import User
from qm.people import reads as people_reads
from qm.people.words import ROLES
from qm.people.writes import accounts as account_writes

blueprint = Blueprint("people", __name__)

_NEEDED = lazy_gettext("请填写这一项。")
_LATIN = lazy_gettext("请用字母、数字、点、横线或下划线。")


def _number(value: object) -> int | None:
    """A place's id, from the form's text or from the account."""
    text = str(value or "")
    return int(text) if text.isdigit() else None


class PersonForm(FlaskForm):  # type: ignore[misc]
    """An account's name, role and place."""

    name = StringField(validators=[DataRequired(_NEEDED), Length(max=80)])
    role = SelectField(choices=named(ROLES))
    branch_id = SelectField(coerce=_number, validate_choice=False)
    team_id = SelectField(coerce=_number, validate_choice=False)
    agent_id = SelectField(coerce=_number, validate_choice=False)

    def fill_choices(self) -> None:
        """The places that the administrator may give."""
        none: list[tuple[object, object]] = [("", lazy_gettext("不限"))]
        teams = people_reads.roster(actor())
        self.branch_id.choices = choices([*none, *((b.id, b.name) for b in people_reads.branches(actor()))])
        self.team_id.choices = choices([*none, *((item.team.id, item.team.name) for item in teams)])
        seats = [(agent.id, f"{agent.number} {agent.name}") for item in teams for agent in item.agents]
        self.agent_id.choices = choices([*none, *seats])

    @property
    def place(self) -> account_writes.Place:
        """Where the person belongs."""
        return account_writes.Place(self.branch_id.data, self.team_id.data, self.agent_id.data)


class NewPersonForm(PersonForm):
    """A new account: as above, with the name to sign in with."""

    username = StringField(
        validators=[DataRequired(_NEEDED), Length(max=60), Regexp(r"^[A-Za-z0-9._-]+$", message=_LATIN)]
    )


@blueprint.get("/manage/people")
@allow(UserRole.ADMINISTRATOR)
def people() -> ResponseReturnValue:
    """Accounts by role."""
    return render_template("people/people.html", people=people_reads.everyone(actor()))


def _form_page(
    form: PersonForm, user: User | None, status: int = 200, problem: str = ""
) -> ResponseReturnValue:
    form.fill_choices()
    page = render_template("people/person.html", form=form, user=user, problem=problem)
    return page, status


@blueprint.get("/manage/people/new")
@allow(UserRole.ADMINISTRATOR)
def person_new() -> ResponseReturnValue:
    """The form of a new account."""
    return _form_page(NewPersonForm(role=UserRole.INSPECTOR.value), None)


@blueprint.post("/manage/people/new")
@allow(UserRole.ADMINISTRATOR)
def person_create() -> ResponseReturnValue:
    """Add an account; its password is shown once."""
    form = NewPersonForm()
    if not form.validate_on_submit():
        return _form_page(form, None, 422)
    try:
        issued = account_writes.create_user(
            actor(),
            username=form.username.data,
            name=form.name.data,
            role=UserRole(form.role.data),
            place=form.place,
        )
    except QmError as error:
        return _form_page(form, None, error.status, say(error))
    return render_template("people/password.html", issued=issued, is_new=True)


@blueprint.get("/manage/people/<int:user_id>")
@allow(UserRole.ADMINISTRATOR)
def person(user_id: int) -> ResponseReturnValue:
    """One account."""
    user = people_reads.person(actor(), user_id)
    return _form_page(PersonForm(obj=user, role=user.role.value), user)


@blueprint.post("/manage/people/<int:user_id>")
@allow(UserRole.ADMINISTRATOR)
def person_change(user_id: int) -> ResponseReturnValue:
    """Change name, role and place."""
    form, user = PersonForm(), people_reads.person(actor(), user_id)
    if not form.validate_on_submit():
        return _form_page(form, user, 422)
    role = UserRole(form.role.data)
    try:
        account_writes.change_user(actor(), user_id, name=form.name.data, role=role, place=form.place)
    except QmError as error:
        return _form_page(form, user, error.status, say(error))
    flash(gettext("已保存%(name)s的账号。", name=form.name.data.strip()), "done")
    return redirect(url_for("people.people"))


@blueprint.post("/manage/people/<int:user_id>/password")
@allow(UserRole.ADMINISTRATOR)
def person_password(user_id: int) -> ResponseReturnValue:
    """A new password, shown once."""
    issued = account_writes.reset_password(actor(), user_id)
    return render_template("people/password.html", issued=issued, is_new=False)


@blueprint.post("/manage/people/<int:user_id>/deactivate")
@allow(UserRole.ADMINISTRATOR)
def person_off(user_id: int) -> ResponseReturnValue:
    """Switch an account off; can be undone."""
    try:
        user = account_writes.set_active(actor(), user_id, active=False)
    except account_writes.OwnAccount as error:
        account = people_reads.person(actor(), user_id)
        return _form_page(PersonForm(obj=account, role=account.role.value), account, 409, say(error))
    undo = url_for("people.person_on", user_id=user_id)
    flash_undo(gettext("已停用%(name)s，其登录立即失效。", name=user.name), action=undo)
    return redirect(url_for("people.people"))


@blueprint.post("/manage/people/<int:user_id>/activate")
@allow(UserRole.ADMINISTRATOR)
def person_on(user_id: int) -> ResponseReturnValue:
    """Switch an account on again."""
    user = account_writes.set_active(actor(), user_id, active=True)
    flash(gettext("已启用%(name)s的账号。", name=user.name), "done")
    return redirect(url_for("people.people"))
