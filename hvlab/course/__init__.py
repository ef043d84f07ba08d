"""Lessons, their checks, grading and reports. Knows the session; knows no screen."""
