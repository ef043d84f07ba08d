"""Several hosts and what spans them; builds the world from a scenario."""
