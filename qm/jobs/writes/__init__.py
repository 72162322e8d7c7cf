"""What changes durable jobs: one transaction, one audit event, the actor checked."""
