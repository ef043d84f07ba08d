"""Leads the learner's eye: to where a command's work is seen, back to the page, and to the machine that it is about.

Where there is room for one pane only, the page gives way to the picture, or to the view that the lesson is best
seen with, as soon as something happens; the page comes back a little after it has ended. Whatever the learner
brings forward by hand stays, and nothing is taken from under the keys.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hvlab.tui.layout import VIEWS

if TYPE_CHECKING:
    from hvlab.tui.desk import Desk

SOON = 0.4
"""Seconds after which a command's work is brought into sight even if nothing has happened yet."""
LINGER = 3.0
"""Seconds for which it can still be looked at when the command has ended."""


def machines_named(text: str, machines: Sequence[str]) -> list[str]:
    """Those of the machines that a command or a page names, in the order in which it does, each once."""
    by_name = {name.casefold(): name for name in machines}
    if not by_name:
        return []
    longest_first = sorted(by_name, key=len, reverse=True)
    pattern = rf"(?<![\w.\\-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w\\-]|\.\w)"
    found = re.findall(pattern, text.casefold())
    return list(dict.fromkeys(by_name[name] for name in found))


class Eye:
    """Where there is room for one pane only: which one is in sight while the lab is at work."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._led = False
        """Whether a pane was brought for what is going on now, or just has ended."""
        self._worked = 0.0
        self._rested = 0.0
        self._known = 0
        """The events there were when nothing was going on."""

    @property
    def _is_at_work(self) -> bool:
        desk = self.desk
        return desk.runner.busy or desk.runner.free or desk.runner.paused or bool(desk.player.direction)

    def look(self, seconds: float) -> None:
        """A frame has passed."""
        desk = self.desk
        if not self._is_at_work:
            self._worked = 0.0
            self._known = len(desk.session.world.trace)
            if self._led:
                self._rested += seconds
                if self._rested >= LINGER:
                    self._return()
            return
        self._rested = 0.0
        self._worked += seconds
        happens = len(desk.session.world.trace) != self._known or bool(desk.player.direction)
        hurries = desk.runner.busy and desk.runner.hurries
        if (happens or self._worked >= SOON) and not hurries and desk.runner.question is None:
            self.lead()

    def lead(self) -> None:
        """Bring what the work is seen in, in the page's place; once for what is going on."""
        app = self.desk.app
        if self._led or app.stage != "lesson" or not app.has_one_stage or app.is_covered:
            return
        self._led = True
        panes = self.desk.lesson.panes() if self.desk.lesson is not None else ()
        view = next((name for name in panes if name in VIEWS), "")
        if view:
            self.desk.views.open(view, keys=False)
        else:
            app.bring("events" if "events" in panes and "picture" not in panes else "picture")

    def _return(self) -> None:
        """Bring the page back, unless the learner has gone to what was brought, or elsewhere."""
        app, self._led = self.desk.app, False
        if app.has_one_stage and app.stage in ("picture", "events", "view") and not app.is_reading(app.stage):
            app.bring("lesson", guest=app.screen_stack[0].has_class("guest"))
