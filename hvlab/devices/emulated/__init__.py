"""Emulated devices: real hardware played by the worker process, register by register."""
