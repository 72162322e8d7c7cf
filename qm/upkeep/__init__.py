"""Overview, health, doctor, retention, audit."""
