"""Screens as pictures."""
