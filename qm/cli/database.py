"""`qm migrate`."""

from __future__ import annotations

import click

from qm.cli.setup import open_database
from qm.queries.health import newest_migration


@click.command()
def migrate() -> None:
    """把数据库升级到本版本，并补齐初始内容。Bring the database to this version; safe to run twice."""
    open_database()
    click.echo(f"数据库已是最新 / schema is current: {newest_migration()}")
