"""Fixtures of browser tests."""

from tests.support.live import live, prepared

__all__ = ["live", "prepared"]
