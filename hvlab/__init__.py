"""hvlab: a Hyper-V datacentre that lives in a terminal, and a course about it."""

__version__ = "0.1.0"
