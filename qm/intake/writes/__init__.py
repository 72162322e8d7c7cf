"""What changes recordings that come in: one transaction, one audit event, the actor checked."""
