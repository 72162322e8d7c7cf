"""`qm phrases`: the phrase library as a table, and why a phrase is or is not heard."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from qm.cli.setup import open_database
from qm.core.actor import SYSTEM
from qm.phrases.reads import library as phrase_reads
from qm.phrases.writes import library as phrase_writes
from qm.phrases.writes import versions as phrase_versions
from transcribe.phrases.explain import Decision, explain
from transcribe.phrases.library import write_csv


@click.group()
def phrases() -> None:
    """短语库：导入、导出、试听。The phrase library: import, export, try."""


@phrases.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8-sig"), default="-")
def export(file: TextIO) -> None:
    """把现行版本导出为 CSV。Write the version in force as CSV."""
    open_database()
    file.write(write_csv(phrase_reads.as_sets(phrase_reads.rows(phrase_reads.published()))))


@phrases.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--replace", is_flag=True, help="以表格为准，删去表中没有的短语。The table replaces the library."
)
@click.option("--publish", is_flag=True, help="导入后立即发布。Publish at once.")
def import_(file: Path, replace: bool, publish: bool) -> None:
    """从 CSV 导入到草稿；错处按行指出。Read a CSV into the draft; errors are named by line."""
    open_database()
    try:
        added = phrase_writes.import_table(SYSTEM, file.read_text("utf-8-sig"), replace=replace)
    except phrase_writes.TableUnusable as error:
        for line in error.errors:
            click.echo(f"第 {line.line} 行 line {line.line}: {line.detail}", err=True)
        raise
    click.echo(f"新增 {added} 条 / {added} added")
    if publish:
        published = phrase_versions.publish(SYSTEM)
        click.echo(f"已发布第 {published.library.version} 版 / version {published.library.version} published")


@phrases.command("test")
@click.argument("phrase")
@click.option("--heard", required=True, help="听到的文字。What was heard.")
def test(phrase: str, heard: str) -> None:
    """说明一个短语为何匹配或不匹配。Explain a match: syllables side by side, cost of each step, decision.

    \b
    例 Example:  qm phrases test "为您服务" --heard "公号八零二一位您服务"
    """
    explanation = explain(phrase, heard)
    click.echo(explanation.render())
    raise SystemExit(0 if explanation.decision is Decision.FOUND else 1)
