"""The language of service lines: which of several same-sounding words was meant."""
