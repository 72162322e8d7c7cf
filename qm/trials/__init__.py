"""What if: trials of forms, restated scores, agreement of rules with people."""
