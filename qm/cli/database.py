"""`qm migrate`."""

from __future__ import annotations

import click

from qm.cli.setup import open_database
from qm.hearing.writes import personal_data
from qm.upkeep.reads.health import newest_migration


@click.command()
def migrate() -> None:
    """把数据库升级到本版本，并补齐初始内容。Bring the database to this version; safe to run twice."""
    open_database()
    if masked := personal_data.mask_stored():
        click.echo(
            f"已遮住 {masked} 份旧转写里的个人信息 / older transcripts checked for personal data: {masked}"
        )
    click.echo(f"数据库已是最新 / schema is current: {newest_migration()}")
