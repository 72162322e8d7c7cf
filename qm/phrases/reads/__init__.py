"""What is asked about the phrase library."""
