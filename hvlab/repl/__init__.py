"""`hvlab console`: the lab at a prompt, without a screen."""
