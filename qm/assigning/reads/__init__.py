"""What is asked about who scores which call."""
