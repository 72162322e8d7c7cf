"""What is asked about recordings that come in."""
