"""The desk: evaluations, answers, releases, snapshots, evidence packs."""
