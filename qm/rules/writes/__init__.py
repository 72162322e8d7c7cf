"""What changes rules: one transaction, one audit event, the actor checked."""
