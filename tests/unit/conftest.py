"""A request, so that words for people can be asked for: in Chinese, or in English."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, session

from qm.frame import locale


@pytest.fixture
def chinese() -> Iterator[None]:
    """A reader who has chosen nothing."""
    app = Flask("words")
    app.secret_key = "words"
    locale.register(app)
    with app.test_request_context():
        app.preprocess_request()
        yield


@pytest.fixture
def english(chinese: None) -> None:
    """A reader who has chosen English."""
    session["locale"] = "en"
