"""Rings and memory: the two rings of one channel as they lie in the guest's pages, and who owns which page."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from hvlab.tui.canvas import Line, fit, line, wrap
from hvlab.tui.view_pane import ViewPane

if TYPE_CHECKING:
    from hvlab.kernel.trace import RawEvent
    from hvlab.session.session import Session
    from hvlab.text import Text
    from hvlab.tui.ring_rows import Packet

Place = tuple[str, int]


class RingsPane(ViewPane):
    """Follows the channel where a packet went last, until the learner picks one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "channel(1)", "tui.keys.next_channel"),
        Binding("left,h", "channel(-1)", "tui.keys.previous_channel"),
        Binding("f", "follow_packets", "tui.keys.follow_packets"),
    ]

    def __init__(self) -> None:
        super().__init__("rings")
        self.chosen: Place | None = None
        self._busiest: Place | None = None
        self._packets: dict[tuple[str, int, str], Packet] = {}

    def choice(self) -> Hashable:
        """The channel."""
        return self.chosen

    def forget(self) -> None:
        """No packet has been seen."""
        self._busiest = None
        self._packets.clear()

    def note(self, seq: int, event: RawEvent) -> None:
        """Remember the newest packet of each ring."""
        if event[1] != "ring.packet" or event[7] is None:
            return
        direction, kind, _, offset, _, data = event[8]
        guest = event[3] if direction == "guest->host" else event[4]
        machine = guest.split("/")[1]
        self._busiest = machine, event[7]
        self._packets[machine, event[7], direction] = seq, offset, len(data), kind

    def _focused(self, places: list[Place]) -> Place | None:
        if self.chosen in places:
            return self.chosen
        if self._busiest in places:
            return self._busiest
        return places[0] if places else None

    def rows(self, session: Session, text: Text, width: int, height: int) -> list[Line]:
        """The channel in focus, then the memory."""
        from hvlab.session import ringview
        from hvlab.session.sentences import word
        from hvlab.tui.ring_rows import channel_rows, memory_rows

        world, host = session.world, session.host
        places = ringview.channels(world, host)
        place = self._focused(places)
        rows: list[Line] = []
        view = ringview.look(world, host, *place) if place else None
        if place is None or view is None:
            rows += [line((row, "dim")) for row in wrap(text("tui.rings.none"), width)]
        else:
            number = text("tui.rings.number", number=places.index(place) + 1, total=len(places))
            follows = "" if self.chosen else " · " + text("tui.rings.follows")
            head = f"{view.machine} · {text('tui.rings.channel', relid=view.relid)} · {view.device}"
            tail = f" · {word(view.state.lower(), text)} · {number}{follows}"
            rows.append(line((head, "bold"), (fit(tail, max(0, width - len(head))), "dim")))
            packets = {
                ring.direction: packet
                for ring in view.rings
                if (packet := self._packets.get((*place, ring.direction)))
            }
            rows += channel_rows(view, packets, text, width, height)
        memory = ringview.memory(world, host)
        return rows + (memory_rows(memory, text, width, height - len(rows)) if memory is not None else [])

    def action_channel(self, step: int) -> None:
        """The next channel, round the end."""
        from hvlab.session import ringview

        session = self._session
        places = ringview.channels(session.world, session.host) if session is not None else []
        now = self._focused(places)
        if now is not None:
            self.chosen = places[(places.index(now) + step) % len(places)]
            self.again()

    def action_follow_packets(self) -> None:
        """Show the channel where a packet went last."""
        self.chosen = None
        self.again()
