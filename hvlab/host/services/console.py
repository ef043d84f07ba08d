"""Keyboard, mouse and video: the worker process's ends, behind the window that vmconnect shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hvlab.devices.input import effects as inputs
from hvlab.devices.input.keyboard import KeyboardHost
from hvlab.devices.input.mouse import MouseHost
from hvlab.devices.video import ends as video
from hvlab.devices.video.ends import VideoHost
from hvlab.host.services.base import Service
from hvlab.vmbus import packets
from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.host.link import BusLink


@dataclass
class ConsoleService(Service):
    """What the three have in common: packets that ask for no completion, and notes for people."""

    def note(self, link: BusLink, action: str, value: str) -> None:
        """Something happened that a person can see."""
        process = f"{link.host}/root/{self.process(link)}"
        link.world.emit(
            "integration", process, link.child, link.partition, None, None, self.key, action, value
        )

    def say(self, link: BusLink, relid: int, payload: bytes) -> None:
        """Put a message into the ring."""
        link.send(relid, packets.in_band(payload, 0, False))


@dataclass
class InputService(ConsoleService):
    """A keyboard or a mouse."""

    machine: KeyboardHost | MouseHost

    @property
    def ready(self) -> bool:
        """Whether the guest has a driver that listens."""
        return self.machine.state == "ready"

    def closed(self, link: BusLink) -> None:
        """The driver is gone."""
        self.machine.state = "closed"

    def packet(self, link: BusLink, relid: int, packet: Packet) -> None:
        """A message of the guest's driver."""
        if packet.kind == packets.IN_BAND:
            self.serve(link, relid, self.machine.received(packet.payload))

    def serve(self, link: BusLink, relid: int, effects: list[inputs.Effect]) -> None:
        """Do what the state machine asks for."""
        for effect in effects:
            if isinstance(effect, inputs.Say):
                self.say(link, relid, effect.payload)
            elif isinstance(effect, inputs.Ready):
                self.note(link, "ready", f"{effect.version >> 16}.{effect.version & 0xFFFF}")


@dataclass
class KeyboardService(InputService):
    """The keyboard."""

    machine: KeyboardHost

    PEER: ClassVar[str] = "kbd"

    def press(self, link: BusLink, code: int, info: int) -> None:
        """A key goes down or up."""
        relid = link.relid_of(self.key)
        link.serve(relid, self.serve, link, relid, self.machine.press(code, info))


@dataclass
class MouseService(InputService):
    """The mouse."""

    machine: MouseHost

    PEER: ClassVar[str] = "mouse"

    def move(self, link: BusLink, buttons: int, x: int, y: int) -> None:
        """The pointer is there, and these buttons are down."""
        relid = link.relid_of(self.key)
        link.serve(relid, self.serve, link, relid, self.machine.move(buttons, x, y))


@dataclass
class VideoService(ConsoleService):
    """The screen: which surface the guest shows, and how often it has changed."""

    machine: VideoHost
    surface: video.Situation | None = None
    updates: int = 0

    PEER: ClassVar[str] = "synthvid"

    @property
    def ready(self) -> bool:
        """Whether the guest's driver shows a surface."""
        return self.machine.state == video.READY

    def closed(self, link: BusLink) -> None:
        """The emulated adapter shows the screen again."""
        self.machine.state = video.CLOSED
        self.surface = None

    def packet(self, link: BusLink, relid: int, packet: Packet) -> None:
        """A message of the guest's driver."""
        if packet.kind == packets.IN_BAND:
            self.serve(link, relid, self.machine.received(packet.payload))

    def serve(self, link: BusLink, relid: int, effects: list[video.Effect]) -> None:
        """Do what the state machine asks for. The host looks at every screen: it shows a small picture of it."""
        for effect in effects:
            if isinstance(effect, video.Say):
                self.say(link, relid, effect.payload)
            elif isinstance(effect, video.Ready):
                self.note(link, "ready", f"{effect.version[0]}.{effect.version[1]}")
                self.serve(link, relid, self.machine.watch(True))
            elif isinstance(effect, video.Situation):
                self._shows(link, effect)
            elif isinstance(effect, video.Dirty):
                self.updates += 1

    def _shows(self, link: BusLink, surface: video.Situation) -> None:
        if surface != self.surface:
            self.surface = surface
            self.note(link, "shows", f"{surface.width}x{surface.height}x{surface.depth}")
