"""Instructor-led labs: a class server that keeps logs and replays them, the learner's link to it, and view models.

Nothing here draws. The server believes inputs only: what state they lead to it finds out by
replaying them. The wall clock is used here (when did an input arrive?), and always handed in.
"""
