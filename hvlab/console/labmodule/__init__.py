"""The lab's own cmdlets: what no real host has. Everything here is marked as such in help and completion."""
