"""What a branch proposes to the centre: forms, rules, phrases."""
