"""Figures: how well and how fast, measured on calls with known truth."""
