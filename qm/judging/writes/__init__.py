"""What changes judgements: one transaction, one audit event, the actor checked."""
