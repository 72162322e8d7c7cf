"""Words for forms."""
