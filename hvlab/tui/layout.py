"""Which arrangement of panes fits a terminal's size: pure, so that it can be tested without a screen."""

from __future__ import annotations

MINIMUM_WIDTH, MINIMUM_HEIGHT = 80, 24
PANES = ("lesson", "picture", "events", "inspector", "view")
"""Who may have the stage where there is room for one only; `view` is whichever view was opened last."""
VIEWS = (
    "rings",
    "processors",
    "storage",
    "network",
    "manager",
    "server",
    "datacenter",
    "types",
    "history",
    "guestview",
    "backup",
    "conversion",
    "ways",
)
"""The views, one at a time in the picture's and the events' place; each is made when it is first opened."""
CLASSES = ("small", "narrow", "low", "tall", "huge", "very-tall")


def classes_for(width: int, height: int) -> frozenset[str]:
    """The screen's classes for a size in cells."""
    if width < MINIMUM_WIDTH or height < MINIMUM_HEIGHT:
        return frozenset({"small"})
    found = set()
    if width < 112:
        found.add("narrow")
        if height >= 34:
            found.add("tall")
    elif height < 36:
        found.add("low")
    if width >= 160:
        found.add("huge")
    if height >= 52 and width >= 112:
        found.add("very-tall")
    return frozenset(found)
