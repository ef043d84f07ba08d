"""Devices: for each its protocol, the service in the root (VSP) and the client in the guest (VSC)."""
