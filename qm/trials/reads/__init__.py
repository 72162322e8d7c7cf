"""What is asked about trials of forms and rules."""
