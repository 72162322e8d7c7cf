"""What changes the phrase library: one transaction, one audit event, the actor checked."""
