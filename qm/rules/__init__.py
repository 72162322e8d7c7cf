"""Rules with their workshop, and how often customers are contacted."""
