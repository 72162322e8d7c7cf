"""What changes what was said in a call: one transaction, one audit event, the actor checked."""
