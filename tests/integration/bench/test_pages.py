"""`qm bench pages` opens every GET endpoint there is, and tells of one that it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from qm.app import create_app
from qm.bench import page_addresses, pages
from qm.bench.generated import Generated, installation
from qm.cli import cli
from qm.core import database
from qm.core.settings import Settings, settings

FIGURES = {"role", "url", "status", "p50_ms", "p95_ms", "cpu_ms", "statements", "bytes"}
SIZE = ("--recordings", "8", "--evaluations", "4", "--rounds", "2")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the generated installation is kept: made by the test that comes first, used by the others."""
    return tmp_path_factory.mktemp("bench")


def bench(folder: Path, *more: str) -> tuple[int, dict[str, dict]]:
    ran = CliRunner().invoke(cli, ["bench", "pages", *SIZE, "--folder", str(folder), "--json", *more])
    return ran.exit_code, json.loads(ran.stdout)


def test_every_page_is_opened_as_the_role_it_is_for(config: Settings, kept: Path) -> None:
    code, report = bench(kept)
    app = create_app()
    database.unbind()
    there = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert report["not_opened"] == {}
    assert set(report["pages"]) == there
    wrong = {name: page["status"] for name, page in report["pages"].items() if page["status"] != 200}
    assert wrong == {"home.front": 302}
    assert {frozenset(page) for page in report["pages"].values()} == {frozenset(FIGURES)}
    assert all(page["p50_ms"] <= page["p95_ms"] for page in report["pages"].values())
    assert report["pages"]["search.search"]["role"] == "inspector"
    assert report["pages"]["team.overview"]["role"] == "leader"
    assert (report["environment"]["recordings"], report["environment"]["evaluations"]) == (8, 4)
    assert code == 0


def test_the_installation_is_used_again_and_this_one_is_left_alone(config: Settings, kept: Path) -> None:
    with installation(8, 4, folder=kept):
        made = next(kept.iterdir()) / "made.json"
    before = made.stat().st_mtime_ns
    with installation(8, 4, folder=kept) as found:
        assert settings().data_dir != config.data_dir
        assert found.recordings == 8
    assert settings().data_dir == config.data_dir
    assert not config.data_dir.joinpath("qm.sqlite").exists()
    assert made.stat().st_mtime_ns == before
    assert [path.name.split("-")[:2] for path in kept.iterdir()] == [["8", "4"]]


def test_what_cannot_be_opened_is_named_and_the_command_fails(
    config: Settings, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(app: Flask, made: Generated) -> list[page_addresses.Address]:
        kinds = replace(made.kinds, quarantined=0, whatif_run=999_999)
        found = page_addresses.addresses(app, replace(made, kinds=kinds))
        return [item for item in found if "whatif" in item.path or "quarantine" in item.path]

    monkeypatch.setattr(pages, "addresses", lacking)
    code, report = bench(kept)
    assert report["not_opened"] == {"quarantine.quarantined": "nothing generated for quarantine_id"}
    assert report["pages"]["whatif.whatif_run"]["status"] == 404
    assert code == 1
