"""What changes people, teams and tokens: one transaction, one audit event, the actor checked."""
