"""What stands in the root behind the channels of a virtual machine: one module a kind of service."""
