"""Figures about judgement, measured on labelled conversations."""
