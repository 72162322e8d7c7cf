"""What changes the installation's health: one transaction, one audit event, the actor checked."""
