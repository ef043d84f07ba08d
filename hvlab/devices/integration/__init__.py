"""Integration components over message pipes on the VMBus: heartbeat, shutdown, time, key-value pairs, VSS."""
