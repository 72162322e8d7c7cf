"""`qm bench`: figures, each with the command that prints it."""

from __future__ import annotations

import json
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def bench() -> None:
    """测量速度与准确率。Measure speed and accuracy on a folder of calls (format: samples/README.md)."""


@bench.command("pipeline")
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def pipeline(folder: Path, as_json: bool) -> None:
    """整条路的耗时、内存、对象与行。The whole road: seconds by step, memory, objects, rows."""
    from qm.bench.pipeline import run  # noqa: PLC0415 - benches load models

    _show(run(folder), as_json=as_json)


@bench.command("hearing")
@click.argument("folder", type=FOLDER)
@click.option(
    "--phrases", "phrases_file", type=click.Path(exists=True, path_type=Path), help="短语文件，每行一条。"
)
@click.option(
    "--against", type=click.Choice(["faster-whisper"]), help="同一次运行中与之比较。Compare in the same run."
)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def hearing(folder: Path, phrases_file: Path | None, against: str | None, as_json: bool) -> None:
    """听写准确率与速度、短语命中率。Character error, time / audio, phrases found."""
    from qm.bench.hearing import run  # noqa: PLC0415

    _show(run(folder, phrases_file=phrases_file, against=against), as_json=as_json)


@bench.command("judgement")
@click.argument("folder", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def judgement(folder: Path, as_json: bool) -> None:
    """从声音到结论：与标注逐项比较。From sound to verdicts, compared with the labels."""
    from qm.bench.judgement import run  # noqa: PLC0415

    _show(run(folder), as_json=as_json)


@bench.command("rejudge")
@click.argument("calls", type=click.IntRange(min=10), default=10_000)
@click.argument("rules", type=click.IntRange(min=1), default=60)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def rejudge(calls: int, rules: int, as_json: bool) -> None:
    """重新判定的速度：CALLS 通 × RULES 条规则。Judging stored calls again: seconds, and how they grow."""
    from qm.bench.rejudge import run  # noqa: PLC0415
    from qm.cli.rejudge import with_bar  # noqa: PLC0415

    _show(run(calls, rules, with_bar), as_json=as_json)


@bench.command("pages")
@click.option(
    "--recordings", type=click.IntRange(min=1), default=500, show_default=True, help="通话数。Calls."
)
@click.option(
    "--evaluations",
    type=click.IntRange(min=1),
    default=200,
    show_default=True,
    help="已发布的评分。Released.",
)
@click.option("--rounds", type=click.IntRange(min=1), default=10, show_default=True, help="每页打开几次。")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="生成的数据放在哪里。")
@click.option("--fresh", is_flag=True, help="重新生成数据。Generate the data anew.")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def pages(
    recordings: int, evaluations: int, rounds: int, folder: Path | None, fresh: bool, as_json: bool
) -> None:
    """每个页面的耗时、语句数、字节数。Every GET page on generated data, as the role that it is for."""
    from qm.bench.pages import failed, run  # noqa: PLC0415
    from qm.cli.bench_table import print_pages  # noqa: PLC0415

    report = run(min(evaluations, recordings), recordings, rounds=rounds, folder=folder, fresh=fresh)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print_pages(report)
    if failed(report):
        raise SystemExit(1)


def _show(report: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for key, value in _flat("", report):
        click.echo(f"{key:<44} {value:.4f}" if isinstance(value, float) else f"{key:<44} {value}")


def _flat(prefix: str, value: object) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [pair for key, inner in value.items() for pair in _flat(f"{prefix}.{key}".lstrip("."), inner)]
    return [(prefix, value)]
