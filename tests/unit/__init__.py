"""Tests without database and without socket."""
