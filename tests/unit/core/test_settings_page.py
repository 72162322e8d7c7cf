"""Every setting is documented."""

from pathlib import Path

from qm.core.settings import Settings
from qm.core.settings_page import page

DOCUMENT = Path(__file__).parents[3] / "docs" / "settings.md"


def test_the_page_equals_the_code() -> None:
    assert DOCUMENT.read_text("utf-8") == page(), "run `make docs`"


def test_every_setting_says_what_it_means() -> None:
    silent = [name for name, field in Settings.model_fields.items() if not field.description]
    assert silent == []
