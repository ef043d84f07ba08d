"""One server: the root partition's kernel, worker processes, the management service, virtual machines."""
