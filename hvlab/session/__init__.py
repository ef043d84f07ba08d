"""A world together with the log of what was done to it: running, recording, replaying."""
