"""Integration components: heartbeat and shutdown over message pipes on the VMBus."""
