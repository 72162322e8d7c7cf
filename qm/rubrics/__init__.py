"""Forms with their builder and what they are bound to."""
