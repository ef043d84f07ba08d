"""Storage: simulated files, the host's volumes, and the VHD format on top of them."""
