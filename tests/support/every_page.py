"""Every GET endpoint with real addresses, in an installation that has a row of each kind, and who gets what.

`VISITS` is complete by construction: a test compares its endpoints with the application's route map, so a new
page without an entry fails, and an entry without a page does, too. Which roles may open a route stands in
`docs/permissions.md`; a visit adds for whom of these the row it names does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from qm.core import database
from qm.core.actor import UserRole
from qm.core.paths import ROOT
from qm.core.settings import settings
from qm.jobs import schema
from tests.support.furnished import Rows, furnish

PEOPLE = {
    "inspector": UserRole.INSPECTOR,
    "agent": UserRole.AGENT,
    "leader": UserRole.LEADER,
    "supervisor": UserRole.SUPERVISOR,
    "administrator": UserRole.ADMINISTRATOR,
    "far_inspector": UserRole.INSPECTOR,
    "teammate": UserRole.AGENT,
    "other_leader": UserRole.LEADER,
    "southern": UserRole.SUPERVISOR,
    "headquarters": UserRole.SUPERVISOR,
}
"""Who opens each page: one of each role whose row it is, one of each who has others, and headquarters."""

BRANCH = ("far_inspector", "southern")
"""Does not see what belongs to the near branch."""
TEAM = (*BRANCH, "other_leader")
"""Does not see what belongs to team A."""
NEIGHBOURS = ("other_leader", "southern")
"""Of the leaders and supervisors: does not see team A."""
BRANCHES = ("southern", "supervisor")
"""Does not see what headquarters asked for."""
UNHEARING = (*TEAM, "teammate", "administrator")
"""Does not hear agent 8021's call; administrators hear none."""

Values = Callable[[Rows], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Visit:
    """One address of an endpoint."""

    endpoint: str
    values: Values = lambda _rows: {}
    """What the address is built from, the query's fields among it."""
    which: str = ""
    """Names this address where the endpoint has several."""
    hidden_from: tuple[str, ...] = ()
    """People whose role may open the page, and for whom this row does not exist: 404."""
    leads_on: bool = False
    """A redirection, not a page."""
    led_back: tuple[str, ...] = ()
    """People who may only read this row, and are led to where it is read: 302."""
    kind: str = "text/html"
    listens: bool = False
    """Opening it may leave a row of the listening, and one event in the audit."""

    @property
    def name(self) -> str:
        """How a failed test names it."""
        return f"{self.endpoint}:{self.which}" if self.which else self.endpoint

    @property
    def is_page(self) -> bool:
        """HTML to be read."""
        return self.kind == "text/html" and not self.leads_on


def visit(endpoint: str, which: str = "", values: Values = lambda _rows: {}, **more: Any) -> Visit:
    """A visit, written short."""
    return Visit(endpoint, values, which, **more)


FORM = "phone_banking"
_JSON = "application/json"
_YAML = "application/yaml"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _month(rows: Rows) -> Mapping[str, Any]:
    return {"team": rows.team, "period": "month"}


def _released(rows: Rows) -> Mapping[str, Any]:
    return {"recording_id": rows.released}


VISITS: tuple[Visit, ...] = (
    visit("static", values=lambda _r: {"filename": "layouts/app.css"}, kind="text/css"),
    visit("home.front", leads_on=True),
    visit("home.healthy", kind=_JSON),
    visit("home.ready", kind=_JSON),
    visit("auth.sign_in", leads_on=True),
    visit("desk.queue"),
    visit("recordings.recordings"),
    visit("recordings.recordings", "filtered", lambda _r: {"queue": "转账", "unscored": 1, "forbidden": 1}),
    visit("recordings.recordings", "none", lambda _r: {"agent": "nobody"}),
    visit("search.search"),
    visit("search.search", "found", lambda _r: {"q": "您好"}),
    visit("search.search", "none", lambda _r: {"q": "量子纠缠"}),
    visit("recording.recording", "released", _released, hidden_from=TEAM),
    visit("recording.recording", "soundless", lambda r: {"recording_id": r.soundless}, hidden_from=TEAM),
    visit("review.review", "automatic", lambda r: {"recording_id": r.automatic}, hidden_from=BRANCH),
    visit("review.review", "draft", lambda r: {"recording_id": r.drafted}, hidden_from=BRANCH),
    visit("review.review", "released", _released, hidden_from=BRANCH),
    visit("review.review", "masked", lambda r: {"recording_id": r.masked}, hidden_from=BRANCH),
    visit("mine.evaluations"),
    visit("mine.evaluations", "criterion", lambda _r: {"criterion": "greeting"}),
    visit("mine.evaluation", "new", lambda r: {"evaluation_id": r.evaluation}, hidden_from=("teammate",)),
    visit(
        "mine.evaluation", "acknowledged", lambda r: {"evaluation_id": r.acknowledged},
        hidden_from=("teammate",),
    ),
    visit("record.performance"),
    visit("team.overview"),
    visit("team.overview", "month", _month, hidden_from=NEIGHBOURS),
    visit("team.agent", "", lambda r: {"agent_id": r.agent}, hidden_from=NEIGHBOURS),
    visit("team.calls", "", _month, hidden_from=NEIGHBOURS),
    visit("team.evaluation", "", lambda r: {"evaluation_id": r.evaluation}, hidden_from=NEIGHBOURS),
    visit("overview.overview"),
    visit("upload.upload"),
    visit("jobs.jobs"),
    visit("jobs.jobs", "failed", lambda _r: {"state": "failed"}),
    visit("quarantine.quarantine"),
    visit("quarantine.quarantine", "discarded", lambda _r: {"state": "discarded"}),
    visit(
        "quarantine.quarantined", "", lambda r: {"quarantine_id": r.quarantined}, hidden_from=("southern",)
    ),
    visit("audit.audit"),
    visit("audit.audit", "subject", lambda r: {"subject": r.released}),
    visit("people.people"),
    visit("people.person", "", lambda r: {"user_id": r.person}),
    visit("people.person", "off", lambda r: {"user_id": r.switched_off}),
    visit("people.person_new"),
    visit("people.roster"),
    visit("people.tokens"),
    visit("contacts.contacts"),
    visit("contacts.contacts", "month", lambda _r: {"period": "month"}),
    visit("contacts.contacts_table", kind="text/csv"),
    visit("phrases.vocabulary"),
    visit("phrases.phrases"),
    visit("phrases.phrases", "found", lambda _r: {"q": "您好"}),
    visit("phrases.phrase_group", "", lambda _r: {"group": "greeting"}),
    visit("phrases.phrase_changes"),
    visit("phrases.phrase_export", kind="text/csv"),
    visit("rubrics.rubrics"),
    visit("rubrics.rubric", "in_force", lambda r: {"rubric_id": r.rubric}),
    visit("rubrics.rubric", "retired", lambda r: {"rubric_id": r.rubric_retired}),
    visit("rubrics.rubric", "draft", lambda r: {"rubric_id": r.rubric_draft}),
    visit("rubrics.rubric_build", "form", lambda r: {"rubric_id": r.rubric_draft}, led_back=BRANCHES),
    visit(
        "rubrics.rubric_build",
        "criterion",
        lambda r: {"rubric_id": r.rubric_draft, "at": "c:greeting"},
        led_back=BRANCHES,
    ),
    visit("rubrics.rubric_build", "in_force", lambda r: {"rubric_id": r.rubric}, leads_on=True),
    visit("rubrics.rubric_bindings"),
    visit("rubrics.rubric_export", "excel", lambda r: {"rubric_id": r.rubric, "kind": "xlsx"}, kind=_EXCEL),
    visit("rubrics.rubric_export", "yaml", lambda r: {"rubric_id": r.rubric, "kind": "yaml"}, kind=_YAML),
    visit("rubrics.rubric_template", kind=_EXCEL),
    visit("rules.rules"),
    visit("rules.rule", "draft", lambda r: {"key": r.rule}),
    visit("rules.rule", "version", lambda r: {"key": r.rule, "version": 1}),
    visit("rules.rule", "new", lambda r: {"key": r.rule_new}),
    visit("rules.rule_edit", "", lambda r: {"key": r.rule}, led_back=BRANCHES),
    visit("rules.rule_edit", "yaml", lambda r: {"key": r.rule_new}, led_back=BRANCHES),
    visit("rules.rule_audit", "", lambda r: {"key": r.rule}),
    visit("rules.rule_new"),
    visit("agreement.rule_agreement"),
    visit("agreement.rule_compare", "", _released, hidden_from=("southern",)),
    visit("rejudge.rejudge"),
    visit("learning.learning"),
    visit("learning.learning_criterion", "", lambda r: {"rubric_key": FORM, "criterion": r.learned}),
    visit("whatif.whatif"),
    visit("whatif.whatif_run", "done", lambda r: {"run_id": r.whatif}, hidden_from=BRANCHES),
    visit("whatif.whatif_run", "queued", lambda r: {"run_id": r.whatif_queued}, hidden_from=("southern",)),
    visit("whatif.whatif_ledger", "", lambda r: {"restatement_id": r.restatement}, hidden_from=BRANCHES),
    visit("media.audio", "", _released, hidden_from=UNHEARING, kind="audio/ogg", listens=True),
    visit("media.original", "", _released, hidden_from=BRANCH, kind="audio/wav", listens=True),
    visit("media.peaks", "", _released, hidden_from=UNHEARING, kind=_JSON),
    visit("api.recording", "", _released, hidden_from=BRANCH, kind=_JSON),
    visit("api.transcript", "", _released, hidden_from=BRANCH, kind=_JSON),
    visit("api.evaluation", "", _released, hidden_from=BRANCH, kind=_JSON),
)  # fmt: skip


def get_rules(app: Flask) -> dict[str, str]:
    """The path of each endpoint that answers GET."""
    return {rule.endpoint: rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


@cache
def documented() -> dict[str, frozenset[UserRole] | None]:
    """Who may GET each path, by `docs/permissions.md`; None where everybody may."""
    lines = (ROOT / "docs" / "permissions.md").read_text("utf-8").splitlines()
    routes = [line.strip("|").split("|") for line in lines if line.startswith("| `")]
    return {
        path.strip(" `"): None if everybody.strip() else _marked(marks)
        for path, method, everybody, *marks in routes
        if method.strip() == "GET"
    }


def _marked(marks: list[str]) -> frozenset[UserRole]:
    return frozenset(role for role, mark in zip(UserRole, marks, strict=True) if mark.strip())


def expected_status(asked: Visit, person: str, roles: frozenset[UserRole] | None) -> int:
    """What this person gets there; `roles` are those that the route is documented for."""
    if roles is not None and PEOPLE[person] not in roles:
        return 403
    if person in asked.hidden_from:
        return 404
    return 302 if asked.leads_on or person in asked.led_back else 200


@dataclass(frozen=True, slots=True)
class Furnished:
    """A data folder to be copied, and what is in it."""

    folder: Path
    rows: Rows


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """The installation that every page is opened in, written once."""
    folder = tmp_path_factory.mktemp("furnished") / "data"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("QM_DATA_DIR", str(folder))
        patch.setenv("QM_SECRET_KEY", "only for tests")
        settings.cache_clear()
        database.bind(database.make_engine(settings().resolved_database_url))
        schema.migrate()
        rows = furnish(folder.parent)
        database.unbind()
    settings.cache_clear()
    return Furnished(folder, rows)
