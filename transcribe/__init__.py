"""What was said, and how: speech to utterances, phrases found, acoustics."""
