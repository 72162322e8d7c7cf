"""Who scores which call: assignments and the list of recordings."""
