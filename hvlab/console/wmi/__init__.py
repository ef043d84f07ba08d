"""Windows Management Instrumentation: the namespace root\\virtualization as a view of the world, and WQL over it."""
