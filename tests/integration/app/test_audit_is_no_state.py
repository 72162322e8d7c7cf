"""The audit is read by people only: whoever archives it changes nothing that the application does."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlmodel import func, select

import qm
from qm.core import database
from qm.core.database import reading
from qm.intake.writes import listening
from qm.jobs import schema
from qm.models import AuditEvent
from qm.reviewing.reads.desk import review
from qm.reviewing.reads.pack_files import check_pack
from qm.reviewing.writes.evaluations import Draft, save
from qm.reviewing.writes.packs import export, unknown_here
from qm.reviewing.writes.refusals import StaleEvaluation
from qm.rules.writes import updates as rule_updates
from tests.integration.reviewing.test_evaluations import one, rubric_id
from tests.support.people import Centre, build_centre
from tests.support.rude_call import release_rude_call
from tests.support.scored import add_call

FACTS_REVISION = "0011"
RULE = "greeting"
AUDITING = {
    "qm/models/__init__.py",
    "qm/models/operations.py",
    "qm/core/audit.py",
    "qm/upkeep/reads/audit.py",
    "qm/bench/generated_calls.py",
}
"""Modules that may name the table of the audit: its model, its writer, its page, the generator."""


class Lived:
    """An installation in which everything happened that is to be remembered."""

    def __init__(self, centre: Centre, folder: Path) -> None:
        self.centre = centre
        self.inspector, self.other = centre.actors["inspector"], centre.actors["inspector2"]
        self.released = release_rude_call(centre)
        self.pack = folder / "pack.zip"
        self.pack.write_bytes(export(self.inspector, self.released).file.read())
        self.call = add_call(centre.agent_id)
        save(self.inspector, self.call, Draft(0, rubric_id(), (one(),)))
        listening.listened(self.inspector, self.call)
        listening.downloaded(self.inspector, self.call)
        rule_updates.decline(centre.actors["headquarters"], RULE)

    def check(self) -> None:
        """Everything is still known."""
        with pytest.raises(StaleEvaluation, match="Inspector 在"):
            save(self.other, self.call, Draft(0, rubric_id(), (one(option="none"),)))
        seen = review(self.other, self.call).other
        assert seen is not None
        assert seen.name == self.inspector.name
        assert review(self.inspector, self.call).other is None
        events = audited()
        listening.listened(self.inspector, self.call)
        listening.downloaded(self.inspector, self.call)
        assert audited() == events
        listening.listened(self.other, self.call)
        assert audited() == events + 1
        key, sha256 = RULE, rule_updates.shipped()[RULE].sha256
        assert (key, sha256) in rule_updates._declined()
        assert unknown_here(check_pack(self.pack)) == ()


def audited() -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(AuditEvent)).one()


@pytest.fixture
def lived(any_database: str, tmp_path: Path) -> Lived:
    return Lived(build_centre(), tmp_path)


def archive_the_audit(dialect: str) -> None:
    of_table = " ON audit_event" if dialect == "postgres" else ""
    with database.engine().execution_options(qm_writes=True).begin() as connection:
        connection.execute(sa.text(f"DROP TRIGGER guard_audit_event_delete{of_table}"))
        assert connection.execute(sa.text("DELETE FROM audit_event")).rowcount > 4


def test_everything_is_still_known_when_the_audit_is_archived(lived: Lived, any_database: str) -> None:
    archive_the_audit(any_database)
    lived.check()


def test_an_upgrade_takes_over_what_the_audit_knew(lived: Lived, any_database: str) -> None:
    script = ScriptDirectory.from_config(schema.alembic_config())
    schema.roll_back(str(script.get_revision(FACTS_REVISION).down_revision))
    schema.migrate()
    archive_the_audit(any_database)
    lived.check()


def test_only_the_audits_own_modules_name_its_table() -> None:
    root = Path(qm.__file__).parent
    naming = {
        str(path.relative_to(root.parent))
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (isinstance(node, ast.alias) and node.name == "AuditEvent")
        or (isinstance(node, ast.Attribute) and node.attr == "AuditEvent")
        or (isinstance(node, ast.ClassDef) and node.name == "AuditEvent")
        or (isinstance(node, ast.Constant) and "audit_event" in str(node.value) and "FROM" in str(node.value))
        if "migrations" not in path.parts
    }
    assert naming == AUDITING
