"""What is asked about rules."""
