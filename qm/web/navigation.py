"""What each role finds in the header."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, request
from flask_babel import LazyString, lazy_gettext

from qm.actor import UserRole
from qm.web.access import actor_or_none


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: where it leads, and the endpoints under which it is the current one."""

    label: LazyString
    endpoint: str
    roles: frozenset[UserRole]
    also: tuple[str, ...] = ()

    @property
    def current(self) -> bool:
        """True on the entry's own pages."""
        return request.endpoint == self.endpoint or request.endpoint in self.also


_I, _A, _L, _S, _X = UserRole

ENTRIES = (
    Entry(lazy_gettext("工作台"), "desk.queue", frozenset({_I}), ("desk.review",)),
    Entry(lazy_gettext("我的反馈"), "mine.evaluations", frozenset({_A}), ("mine.evaluation",)),
    Entry(lazy_gettext("我的成绩"), "mine.performance", frozenset({_A})),
    Entry(
        lazy_gettext("我的团队"),
        "team.overview",
        frozenset({_L}),
        ("team.agent", "team.evaluation", "team.calls"),
    ),
    Entry(lazy_gettext("联系频次"), "manage.contacts", frozenset({_L})),
    Entry(lazy_gettext("总览"), "manage.overview", frozenset({_S, _X})),
    Entry(
        lazy_gettext("团队"),
        "team.overview",
        frozenset({_S}),
        ("team.agent", "team.evaluation", "team.calls"),
    ),
    Entry(lazy_gettext("录音"), "desk.recordings", frozenset({_I, _S, _L}), ("desk.recording",)),
    Entry(lazy_gettext("搜索"), "desk.search", frozenset({_I, _S, _L})),
    Entry(
        lazy_gettext("上传"),
        "manage.upload",
        frozenset({_S, _X}),
        ("manage.upload_submit", "manage.upload_manifest"),
    ),
    Entry(lazy_gettext("处理进度"), "manage.jobs", frozenset({_S, _X})),
    Entry(
        lazy_gettext("隔离区"),
        "manage.quarantine",
        frozenset({_S, _X}),
        ("manage.quarantined", "manage.quarantine_retry"),
    ),
    Entry(
        lazy_gettext("短语库"),
        "manage.phrases",
        frozenset({_S}),
        (
            "manage.phrase_group",
            "manage.phrase_changes",
            "manage.phrase_group_add",
            "manage.phrase_add",
            "manage.phrase_change",
            "manage.phrase_import",
            "manage.phrase_publish",
            "manage.vocabulary",
            "manage.vocabulary_save",
        ),
    ),
    Entry(
        lazy_gettext("规则"),
        "manage.rules",
        frozenset({_S}),
        (
            "manage.rule",
            "manage.rule_edit",
            "manage.rule_new",
            "manage.rule_create",
            "manage.rule_save",
            "manage.rule_publish",
            "manage.rule_try",
            "manage.rule_form",
            "manage.rule_audit",
            "manage.rule_agreement",
            "manage.rule_compare",
            "manage.rejudge",
            "manage.contacts",
            "manage.contacts_policy",
        ),
    ),
    Entry(
        lazy_gettext("评分表"),
        "manage.rubrics",
        frozenset({_S}),
        (
            "manage.rubric",
            "manage.rubric_build",
            "manage.rubric_bindings",
            "manage.rubric_bind",
            "manage.rubric_import",
            "manage.rubric_publish",
            "manage.whatif_start",
            "manage.whatif",
            "manage.whatif_run",
            "manage.learning",
            "manage.learning_criterion",
        ),
    ),
    Entry(
        lazy_gettext("人员"),
        "manage.people",
        frozenset({_X}),
        (
            "manage.person",
            "manage.person_new",
            "manage.person_create",
            "manage.person_change",
            "manage.person_password",
            "manage.roster",
            "manage.branch_add",
            "manage.team_add",
            "manage.agent_add",
            "manage.agent_change",
            "manage.tokens",
            "manage.token_issue",
            "manage.audit",
        ),
    ),
)


def _for_actor() -> list[Entry]:
    actor = actor_or_none()
    return [entry for entry in ENTRIES if actor and actor.role in entry.roles]


def register(app: Flask) -> None:
    """Give templates `navigation()`."""
    app.context_processor(lambda: {"navigation": _for_actor})
