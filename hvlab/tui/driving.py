"""Which driver a screen of hvlab's has: Textual's own in a terminal, ours on a page in a browser."""

from __future__ import annotations

from textual.driver import Driver

PAGES = "textual.drivers.web_driver"


def driver_for(found: type[Driver]) -> type[Driver]:
    """The driver to use in place of the one that Textual has found."""
    if found.__module__ != PAGES:
        return found
    from hvlab.tui.page_driver import PageDriver

    return PageDriver
