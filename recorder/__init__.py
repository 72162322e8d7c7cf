"""A recording comes in: what is it, is it sound, where does it live."""
