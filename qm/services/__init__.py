"""Writes. Each function is one transaction plus one audit event."""
