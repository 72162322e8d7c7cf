"""What changes evaluations: one transaction, one audit event, the actor checked."""
