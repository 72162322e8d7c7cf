"""What is asked about what was said in a call."""
