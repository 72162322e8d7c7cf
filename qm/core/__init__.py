"""What every capability rests on: clock, database, errors, settings, audit, who may see what."""
