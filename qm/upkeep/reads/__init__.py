"""What is asked about the installation's health."""
