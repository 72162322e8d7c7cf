"""Reads. Each look-up contains who may see the thing, so a forgotten check is impossible."""
