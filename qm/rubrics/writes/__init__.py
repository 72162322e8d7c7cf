"""What changes forms: one transaction, one audit event, the actor checked."""
