"""What a rule may say: its nodes, its YAML and what is wrong with it."""
