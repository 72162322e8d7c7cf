"""Every write of the application, and how it is called with real rows."""
