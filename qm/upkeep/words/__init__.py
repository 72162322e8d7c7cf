"""Words for the installation's health."""
