"""The synthetic keyboard and mouse: protocol, and both ends of each."""
