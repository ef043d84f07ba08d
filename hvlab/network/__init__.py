"""Frames, switches and stations: networks as pure state machines, with no host, guest or bus in them."""
