"""What is asked about forms."""
