"""Synthetic video: the protocol, and both ends. What is drawn travels no ring: it lies in shared video memory."""
