"""Accounts: by role, new, change, new password, switch off."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Regexp

from qm.actor import UserRole
from qm.errors import QmError
from qm.models import User
from qm.queries import people_admin as queries
from qm.services import people as service
from qm.web.access import actor, allow
from qm.web.choices import choices, named
from qm.web.manage import blueprint
from qm.web.saying import say
from qm.web.undo import flash_undo
from qm.web.words import WORDS

_NEEDED = lazy_gettext("请填写这一项。")
_LATIN = lazy_gettext("请用字母、数字、点、横线或下划线。")


def _number(value: object) -> int | None:
    """A place's id, from the form's text or from the account."""
    text = str(value or "")
    return int(text) if text.isdigit() else None


class PersonForm(FlaskForm):  # type: ignore[misc]
    """An account's name, role and place."""

    name = StringField(validators=[DataRequired(_NEEDED), Length(max=80)])
    role = SelectField(choices=named(WORDS[UserRole]))
    branch_id = SelectField(coerce=_number, validate_choice=False)
    team_id = SelectField(coerce=_number, validate_choice=False)
    agent_id = SelectField(coerce=_number, validate_choice=False)

    def fill_choices(self) -> None:
        """The places that the administrator may give."""
        none: list[tuple[object, object]] = [("", lazy_gettext("不限"))]
        teams = queries.roster(actor())
        self.branch_id.choices = choices([*none, *((b.id, b.name) for b in queries.branches(actor()))])
        self.team_id.choices = choices([*none, *((item.team.id, item.team.name) for item in teams)])
        seats = [(agent.id, f"{agent.number} {agent.name}") for item in teams for agent in item.agents]
        self.agent_id.choices = choices([*none, *seats])

    @property
    def place(self) -> service.Place:
        """Where the person belongs."""
        return service.Place(self.branch_id.data, self.team_id.data, self.agent_id.data)


class NewPersonForm(PersonForm):
    """A new account: as above, with the name to sign in with."""

    username = StringField(
        validators=[DataRequired(_NEEDED), Length(max=60), Regexp(r"^[A-Za-z0-9._-]+$", message=_LATIN)]
    )


@blueprint.get("/people")
@allow(UserRole.ADMINISTRATOR)
def people() -> ResponseReturnValue:
    """Accounts by role."""
    return render_template("pages/manage/people.html", people=queries.everyone(actor()))


def _form_page(
    form: PersonForm, user: User | None, status: int = 200, problem: str = ""
) -> ResponseReturnValue:
    form.fill_choices()
    page = render_template("pages/manage/person.html", form=form, user=user, problem=problem)
    return page, status


@blueprint.get("/people/new")
@allow(UserRole.ADMINISTRATOR)
def person_new() -> ResponseReturnValue:
    """The form of a new account."""
    return _form_page(NewPersonForm(role=UserRole.INSPECTOR.value), None)


@blueprint.post("/people/new")
@allow(UserRole.ADMINISTRATOR)
def person_create() -> ResponseReturnValue:
    """Add an account; its password is shown once."""
    form = NewPersonForm()
    if not form.validate_on_submit():
        return _form_page(form, None, 422)
    try:
        issued = service.create_user(
            actor(),
            username=form.username.data,
            name=form.name.data,
            role=UserRole(form.role.data),
            place=form.place,
        )
    except QmError as error:
        return _form_page(form, None, error.status, say(error))
    return render_template("pages/manage/password.html", issued=issued, is_new=True)


@blueprint.get("/people/<int:user_id>")
@allow(UserRole.ADMINISTRATOR)
def person(user_id: int) -> ResponseReturnValue:
    """One account."""
    user = queries.person(actor(), user_id)
    return _form_page(PersonForm(obj=user, role=user.role.value), user)


@blueprint.post("/people/<int:user_id>")
@allow(UserRole.ADMINISTRATOR)
def person_change(user_id: int) -> ResponseReturnValue:
    """Change name, role and place."""
    form, user = PersonForm(), queries.person(actor(), user_id)
    if not form.validate_on_submit():
        return _form_page(form, user, 422)
    role = UserRole(form.role.data)
    try:
        service.change_user(actor(), user_id, name=form.name.data, role=role, place=form.place)
    except QmError as error:
        return _form_page(form, user, error.status, say(error))
    flash(gettext("已保存%(name)s的账号。", name=form.name.data.strip()), "done")
    return redirect(url_for("manage.people"))


@blueprint.post("/people/<int:user_id>/password")
@allow(UserRole.ADMINISTRATOR)
def person_password(user_id: int) -> ResponseReturnValue:
    """A new password, shown once."""
    issued = service.reset_password(actor(), user_id)
    return render_template("pages/manage/password.html", issued=issued, is_new=False)


@blueprint.post("/people/<int:user_id>/deactivate")
@allow(UserRole.ADMINISTRATOR)
def person_off(user_id: int) -> ResponseReturnValue:
    """Switch an account off; can be undone."""
    try:
        user = service.set_active(actor(), user_id, active=False)
    except service.OwnAccount as error:
        account = queries.person(actor(), user_id)
        return _form_page(PersonForm(obj=account, role=account.role.value), account, 409, say(error))
    undo = url_for("manage.person_on", user_id=user_id)
    flash_undo(gettext("已停用%(name)s，其登录立即失效。", name=user.name), action=undo)
    return redirect(url_for("manage.people"))


@blueprint.post("/people/<int:user_id>/activate")
@allow(UserRole.ADMINISTRATOR)
def person_on(user_id: int) -> ResponseReturnValue:
    """Switch an account on again."""
    user = service.set_active(actor(), user_id, active=True)
    flash(gettext("已启用%(name)s的账号。", name=user.name), "done")
    return redirect(url_for("manage.people"))
