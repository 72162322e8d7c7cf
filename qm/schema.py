"""Bringing the database's schema to this version."""

from __future__ import annotations

from alembic import command
from alembic.config import Config

from qm import database
from qm.paths import MIGRATIONS


def alembic_config() -> Config:
    """Alembic's configuration; no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(revision: str = "head") -> None:
    """Upgrade the bound database, all revisions in one transaction; safe to run twice."""
    config = alembic_config()
    with database.engine().execution_options(qm_writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def roll_back(revision: str) -> None:
    """Downgrade the bound database, for tests and emergencies."""
    config = alembic_config()
    with database.engine().execution_options(qm_writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
