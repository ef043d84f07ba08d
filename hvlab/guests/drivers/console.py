"""The guest's drivers for the synthetic keyboard, mouse and video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hvlab import catalog
from hvlab.catalog.versions import pair_versions, word_versions
from hvlab.devices.input import effects as inputs
from hvlab.devices.input.keyboard import KeyboardGuest
from hvlab.devices.input.mouse import MouseGuest
from hvlab.devices.video import ends as video
from hvlab.devices.video.ends import VideoGuest
from hvlab.guests.drivers.base import Driver
from hvlab.vmbus import packets
from hvlab.vmbus.guest import GuestChannel
from hvlab.vmbus.packets import Packet

if TYPE_CHECKING:
    from hvlab.guests.guest import GuestSystem

VIDEO_MEMORY = 0xF8000000
"""Where the guest puts its video memory: below the end of the 32-bit addresses, above any RAM (the lab's choice)."""
SURFACE = video.Situation(1024, 768, 16)
"""What the driver shows at first; 16 bits a pixel, as before 2012."""


@dataclass
class InputDriver(Driver):
    """A keyboard or a mouse."""

    machine: KeyboardGuest | MouseGuest

    WITH_DEVICES: ClassVar[bool] = True

    def opened(self, guest: GuestSystem, relid: int) -> None:
        """Ask for a version."""
        self._serve(guest, relid, self.machine.start())

    def packet(self, guest: GuestSystem, relid: int, packet: Packet) -> None:
        """A message of the host."""
        if packet.kind == packets.IN_BAND:
            self._serve(guest, relid, self.machine.received(packet.payload))

    def _serve(self, guest: GuestSystem, relid: int, effects: list[inputs.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, inputs.Say):
                guest.bus.send(relid, packets.in_band(effect.payload, 0, False))
            elif isinstance(effect, inputs.Ready):
                guest.note_driver(self.name, "ready", f"{effect.version >> 16}.{effect.version & 0xFFFF}")
            elif isinstance(effect, inputs.Key):
                guest.key(effect.code, effect.info)
            elif isinstance(effect, inputs.Pointer):
                guest.pointer(effect.buttons, effect.x, effect.y)
            else:
                guest.note_driver(self.name, "failed", f"{effect.version:#x}")


@dataclass
class KeyboardDriver(InputDriver):
    """The keyboard."""

    PATH: ClassVar[str] = "kbd"

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> KeyboardDriver | None:
        """Systems without the driver know no version."""
        versions = word_versions(catalog.guest(guest.system).keyboard_versions)
        return cls("keyboard", KeyboardGuest(versions)) if versions else None


@dataclass
class MouseDriver(InputDriver):
    """The mouse."""

    PATH: ClassVar[str] = "mouse"

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> MouseDriver | None:
        """Systems without the driver know no version."""
        versions = word_versions(catalog.guest(guest.system).mouse_versions)
        return cls("mouse", MouseGuest(versions)) if versions else None


@dataclass
class VideoDriver(Driver):
    """The screen."""

    machine: VideoGuest

    PATH: ClassVar[str] = "synthvid"
    WITH_DEVICES: ClassVar[bool] = True

    @classmethod
    def make(cls, guest: GuestSystem, channel: GuestChannel) -> VideoDriver | None:
        """Systems without the driver know no version."""
        versions = pair_versions(catalog.guest(guest.system).video_versions)
        return cls("video", VideoGuest(versions, VIDEO_MEMORY, SURFACE)) if versions else None

    def opened(self, guest: GuestSystem, relid: int) -> None:
        """Ask for a version."""
        self._serve(guest, relid, self.machine.start())

    def packet(self, guest: GuestSystem, relid: int, packet: Packet) -> None:
        """A message of the host."""
        if packet.kind == packets.IN_BAND:
            self._serve(guest, relid, self.machine.received(packet.payload))

    def changed(self, guest: GuestSystem, relid: int) -> None:
        """The screen is drawn anew."""
        surface = self.machine.surface
        self._serve(guest, relid, self.machine.changed(video.Dirty(0, 0, surface.width, surface.height)))

    def _serve(self, guest: GuestSystem, relid: int, effects: list[video.Effect]) -> None:
        for effect in effects:
            if isinstance(effect, video.Say):
                guest.bus.send(relid, packets.in_band(effect.payload, 0, False))
            elif isinstance(effect, video.Ready):
                guest.note_driver("video", "ready", f"{effect.version[0]}.{effect.version[1]}")
            elif isinstance(effect, video.Failed):
                guest.note_driver("video", "failed", "")
