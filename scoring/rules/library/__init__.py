"""The seeded rules for banks and brokers: YAML files, each with its fixtures beside it."""
