"""The synthetic network adapter: netvsp in the root, netvsc in the guest."""
