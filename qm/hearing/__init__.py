"""What was said: transcripts, phrases found, personal data, search."""
