"""The application: who works with recordings, transcripts and scores."""

__version__ = "0.1.0"
