"""Rules answer criteria: prescoring, judging again, learned criteria."""
