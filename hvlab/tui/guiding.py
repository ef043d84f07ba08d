"""What a lesson's screen says by itself while the lab works: each phase of a boot once, and the first offer.

The sentences belong to events of the trace, and are told when these come. The first time that an
offer comes over the VMBus, the lab stands still so that it can be looked at; that happens once in a
learner's life (`Preferences.seen_offer`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from hvlab.session.sentences import machine_of

if TYPE_CHECKING:
    from hvlab.kernel.trace import TraceEvent
    from hvlab.text import Text
    from hvlab.tui.preferences import Preferences
    from hvlab.tui.runner import Runner

OFFER = "OFFER_CHANNEL"


class Guide:
    """`told`: the phases of which there has been a sentence."""

    def __init__(self) -> None:
        self.told: set[str] = set()

    def skip(self, events: Iterable[TraceEvent]) -> None:
        """What happened before the screen was opened is not told."""
        self.told |= {str(event.get("phase")) for event in events if event.kind == "guest.phase"}

    def sentences(self, events: Iterable[TraceEvent], text: Text) -> Iterator[str]:
        """A sentence for each phase that is reached for the first time."""
        for event in events:
            phase = str(event.get("phase")) if event.kind == "guest.phase" else ""
            if phase and phase not in self.told and text.has(f"tui.guide.phase.{phase}"):
                self.told.add(phase)
                yield "· " + text(f"tui.guide.phase.{phase}", vm=machine_of(event))

    def halts(self, events: Iterable[TraceEvent], known: Preferences, runner: Runner) -> bool:
        """Let the lab stand still if the first offer is among the events, unless one hurries."""
        if known.seen_offer or not runner.busy or runner.hurries:
            return False
        if not any(e.kind == "vmbus.message" and e.get("name") == OFFER for e in events):
            return False
        known.seen_offer = True
        known.save()
        runner.paused = True
        return True
