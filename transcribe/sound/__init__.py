"""How Chinese characters sound: syllables, readings, and which sounds telephone speech confuses."""

from transcribe.sound.syllables import Syllable, primary, readings, split, toneless

__all__ = ["Syllable", "primary", "readings", "split", "toneless"]
