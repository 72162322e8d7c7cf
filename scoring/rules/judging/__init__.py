"""Judging a call by rules: from what was heard to answers with their proofs."""
