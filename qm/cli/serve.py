"""`qm serve`, `qm worker`: the web server with workers beside it, and a worker alone."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

import click
from waitress.server import create_server

from qm import jobs
from qm.cli.setup import open_database
from qm.core import logs
from qm.core.settings import settings


@click.command()
@click.option("--host", help="监听地址，默认 QM_HOST。Address to listen on.")
@click.option("--port", type=int, help="端口，默认 QM_PORT；0 为任选。Port; 0 picks a free one.")
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    help="旁边的处理进程数，默认 QM_WORKER_PROCESSES；0 为不启动。Workers beside it.",
)
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """启动网站和旁边的处理进程。Serve the site, with workers beside it; Ctrl-C stops both.

    \b
    升级数据库、建立初始内容都自动完成。The database is migrated and seeded by itself.
    多机部署 Scaled out: QM_WORKER_PROCESSES=0 qm serve   +   qm worker (任意多个 any number)
    """
    from qm.app import create_app  # noqa: PLC0415 - other commands need no web
    from qm.worker.supervisor import Workers  # noqa: PLC0415

    config = settings()
    logs.configure(config)
    open_database()
    jobs.prepare()
    server = create_server(
        create_app(config),
        host=host or config.host,
        port=config.port if port is None else port,
        threads=config.threads,
        ident="qm",
        max_request_body_size=config.max_upload_mb * 1024 * 1024 + 1_048_576,
    )
    signal.signal(signal.SIGTERM, _leave)
    number = config.worker_processes if workers is None else workers
    with Workers(number):
        click.echo(f"qm  http://{server.effective_host}:{server.effective_port}/  workers: {number}")
        sys.stdout.flush()
        try:
            server.run()
        finally:
            server.close()


@click.command()
@click.option("--parent", type=int, hidden=True, help="End with this process.")
def worker(parent: int | None) -> None:
    """单独运行一个处理进程。Run one worker: it hears, scans and pre-scores recordings from the queue.

    \b
    断电或被杀后重新运行即可，已完成的步骤不会重做。
    After a crash run it again: finished steps are not repeated.
    """
    from qm.worker.run import run  # noqa: PLC0415 - imports the engine

    config = settings()
    logs.configure(config)
    open_database(migrate=parent is None)
    run(config, parent=parent)
    os._exit(0)  # interrupted steps stay recorded as such and are continued by the next worker


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
