"""The wheel carries everything a page needs, and runs outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[3]

OPEN_A_PAGE = """
import qm, sys
assert "site-packages" in qm.__file__ and "clean" in qm.__file__, qm.__file__
from qm.cli.setup import open_database
open_database()
from qm.app import create_app
client = create_app().test_client()
page = client.get("/sign-in")
assert page.status_code == 200 and "登录" in page.text
client.set_cookie("locale", "en")
assert "Sign in" in client.get("/sign-in").text
for path in ("layouts/app.css", "layouts/tokens.css", "layouts/app.js", "vendor/htmx/htmx.min.js"):
    assert client.get(f"/static/{path}").status_code == 200, path
assert client.get("/readyz").status_code == 200
from qm.core.paths import SAMPLES
assert len(list(SAMPLES.glob("*.json"))) == 12
print("opened")
"""


def run(*arguments: str) -> None:
    """This environment's Python with arguments, in the checkout."""
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True, text=True)


def test_a_wheel_installed_into_a_clean_environment_opens_a_page(tmp_path: Path) -> None:
    run("-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist"))
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    clean = tmp_path / "clean"
    venv.create(clean, with_pip=False)
    target = str(clean / "bin" / "python")
    run("-m", "pip", "--python", target, "install", "--no-deps", "--no-index", "--quiet", str(wheel))
    # The dependencies come from this environment, by a plain path: its editable qm is not found that way.
    (site,) = clean.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("QM_", "PYTHON"))}
    environment["QM_DATA_DIR"] = str(tmp_path / "data")
    command = [target, "-c", OPEN_A_PAGE]
    answer = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.stdout.strip() == "opened", answer.stderr[-2000:]
