"""The queue and the recordings."""
