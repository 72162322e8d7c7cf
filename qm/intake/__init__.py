"""Recordings come in: ingest, quarantine, uploads, listening."""
