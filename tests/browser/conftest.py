"""Fixtures of browser tests."""

from tests.support.servers.live import live, prepared

__all__ = ["live", "prepared"]
