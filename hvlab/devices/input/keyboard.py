"""The synthetic keyboard: the guest asks for a version, then the host sends key events.

Layouts and numbers as Linux's hyperv-keyboard has them; the messages carry no pipe
header. Version 1.0 is the only one that is known.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from hvlab.devices.input.effects import Effect, Failed, Key, Ready, Say
from hvlab.kernel import Field, Layout

INTERFACE = uuid.UUID("f912ad6d-2b17-48ea-bd65-f927a61c7684")
INSTANCE = uuid.UUID("d34b2567-b9b6-42b9-8778-0a4ec0b955bf")
REQUEST, RESPONSE, EVENT, LEDS = 1, 2, 3, 4
UNICODE, BREAK, E0, E1 = 1, 2, 4, 8
ACCEPTED = 1
CLOSED, ASKED, READY, REFUSED = "closed", "asked", "ready", "refused"

_TYPE = Field("type", "u32", names={1: "PROTOCOL_REQUEST", 2: "PROTOCOL_RESPONSE", 3: "EVENT", 4: "LEDS"})
KEYBOARD_HEADER = Layout("KeyboardHeader", _TYPE)
KEYBOARD_REQUEST = Layout("KeyboardRequest", _TYPE, Field("version", "u32", shown="hex"))
KEYBOARD_RESPONSE = Layout("KeyboardResponse", _TYPE, Field("status", "u32", flags={1: "accepted"}))
KEYBOARD_EVENT = Layout(
    "KeyboardEvent",
    _TYPE,
    Field("make_code", "u16", shown="hex"),
    Field("_reserved", "u16"),
    Field("info", "u32", flags={1: "unicode", 2: "break", 4: "E0", 8: "E1"}, shown="hex"),
)


def _type(payload: bytes) -> int:
    return int(KEYBOARD_HEADER.unpack(payload)["type"]) if len(payload) >= KEYBOARD_HEADER.size else 0


@dataclass
class KeyboardHost:
    """The host's end."""

    versions: tuple[int, ...]
    state: str = CLOSED

    def received(self, payload: bytes) -> list[Effect]:
        """A message of the guest. A request is answered in every state; whatever else comes is ignored."""
        if _type(payload) != REQUEST or len(payload) < KEYBOARD_REQUEST.size:
            return []
        version = KEYBOARD_REQUEST.unpack(payload)["version"]
        known = version in self.versions
        self.state = READY if known else REFUSED
        say = Say(KEYBOARD_RESPONSE.pack(type=RESPONSE, status=ACCEPTED if known else 0))
        return [say, Ready(version)] if known else [say]

    def press(self, code: int, info: int) -> list[Effect]:
        """A key goes down, or up (BREAK); nothing before the guest's driver is ready."""
        if self.state != READY:
            return []
        return [Say(KEYBOARD_EVENT.pack(type=EVENT, make_code=code, info=info))]


@dataclass
class KeyboardGuest:
    """The guest's end; it steps down from its highest version."""

    versions: tuple[int, ...]
    state: str = CLOSED
    tried: int = 0

    def start(self) -> list[Effect]:
        """The channel is open: ask."""
        self.state, self.tried = ASKED, 0
        return self._request()

    def _request(self) -> list[Effect]:
        return [Say(KEYBOARD_REQUEST.pack(type=REQUEST, version=self.versions[self.tried]))]

    def received(self, payload: bytes) -> list[Effect]:
        """A message of the host; what is not in the table is ignored."""
        act = GUEST_TABLE.get((self.state, _type(payload)))
        return act(self, payload) if act is not None else []

    def _answered(self, payload: bytes) -> list[Effect]:
        if len(payload) < KEYBOARD_RESPONSE.size:
            return []
        if KEYBOARD_RESPONSE.unpack(payload)["status"] & ACCEPTED:
            self.state = READY
            return [Ready(self.versions[self.tried])]
        if self.tried + 1 < len(self.versions):
            self.tried += 1
            return self._request()
        self.state = REFUSED
        return [Failed(self.versions[self.tried])]

    def _event(self, payload: bytes) -> list[Effect]:
        if len(payload) < KEYBOARD_EVENT.size:
            return []
        event = KEYBOARD_EVENT.unpack(payload)
        return [Key(event["make_code"], event["info"])]


GUEST_TABLE: dict[tuple[str, int], Callable[[KeyboardGuest, bytes], list[Effect]]] = {
    (ASKED, RESPONSE): KeyboardGuest._answered,
    (READY, EVENT): KeyboardGuest._event,
}
