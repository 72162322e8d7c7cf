"""Released scores as agents and leaders read them."""
