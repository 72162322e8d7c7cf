"""What is asked about released scores and agents' records."""
