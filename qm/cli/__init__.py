"""The command line. Each command lives in the module that `COMMANDS` names and is imported when used.

To add one: write `qm/cli/<module>.py` with a click command, and add a line to `COMMANDS`.
"""

from __future__ import annotations

import importlib
import sys

import click

from qm.core.errors import QmError

COMMANDS: dict[str, dict[str, str]] = {
    "开始 Begin": {
        "demo": "qm.cli.demo:demo",
        "serve": "qm.cli.serve:serve",
        "worker": "qm.cli.serve:worker",
        "migrate": "qm.cli.database:migrate",
        "models": "qm.cli.models:models",
    },
    "录音 Recordings": {
        "ingest": "qm.cli.ingest:ingest",
        "watch": "qm.cli.watch:watch",
        "jobs": "qm.cli.jobs:jobs",
        "rejudge": "qm.cli.rejudge:rejudge",
        "doctor": "qm.cli.doctor:doctor",
    },
    "内容 Content": {
        "search": "qm.cli.search:search",
        "phrases": "qm.cli.phrases:phrases",
        "verify": "qm.cli.verify:verify",
    },
    "人员 People": {
        "user": "qm.cli.accounts:user",
        "token": "qm.cli.accounts:token",
    },
    "测量 Measure": {
        "bench": "qm.cli.bench:bench",
    },
}
"""Section of the help → command → `module:attribute`."""


class SectionedGroup(click.Group):
    """A group that imports a command when it is needed and lists commands by section."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, in the order of the sections."""
        return [name for section in COMMANDS.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command."""
        targets = {name: target for section in COMMANDS.values() for name, target in section.items()}
        if cmd_name not in targets:
            return None
        module, attribute = targets[cmd_name].split(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Sections with a line a command."""
        for title, section in COMMANDS.items():
            with formatter.section(title):
                commands = ((name, self.get_command(ctx, name)) for name in section)
                formatter.write_dl(
                    [(name, command.get_short_help_str(90)) for name, command in commands if command]
                )


@click.group(
    cls=SectionedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.version_option(package_name="qm")
def cli() -> None:
    """qm：离线录音质检。Offline quality monitoring of call recordings.

    \b
    一段录音的路 The road of one recording:
      ingest → store → transcribe → scan → pre-score → review → release → acknowledge

    \b
    第一次使用 First use:   qm demo
    正式使用 For real:      qm migrate && qm user add … && qm serve
    设置 Settings:          QM_… 环境变量，见 docs/settings.md
    """


def main() -> None:
    """Entry point: expected errors are told in words, never as a traceback."""
    try:
        cli(prog_name="qm")
    except QmError as error:
        click.secho(str(error), fg="red", err=True)
        sys.exit(1)
