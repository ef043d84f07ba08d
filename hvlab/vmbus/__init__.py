"""The VMBus: messages, rings, packets, and its two ends as pure state machines."""
