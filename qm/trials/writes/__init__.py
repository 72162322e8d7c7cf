"""What changes trials of forms and rules: one transaction, one audit event, the actor checked."""
