"""Both ends of synthetic video, pure state machines.

The guest asks for a version, says where its video memory lies, and then which
surface it shows (the situation). The host may ask to be told what changes (dirt);
then each change of the screen is a message with a rectangle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hvlab.devices.video import protocol
from hvlab.devices.video.protocol import (
    DIRT,
    FEATURE_CHANGE,
    SITUATION_UPDATE,
    SITUATION_UPDATE_ACK,
    VERSION_REQUEST,
    VERSION_RESPONSE,
    VRAM_LOCATION,
    VRAM_LOCATION_ACK,
    wire_version,
    wrap,
)

Version = tuple[int, int]
CLOSED, ASKED, LOCATED, SHOWING, READY, REFUSED = (
    "closed",
    "asked",
    "located",
    "showing",
    "ready",
    "refused",
)


@dataclass(frozen=True)
class Say:
    """Put this pipe message into the ring."""

    payload: bytes


@dataclass(frozen=True)
class Ready:
    """The screen is there."""

    version: Version


@dataclass(frozen=True)
class Failed:
    """The host knows none of the guest's versions."""


@dataclass(frozen=True)
class Situation:
    """Which surface the guest shows."""

    width: int
    height: int
    depth: int


@dataclass(frozen=True)
class Dirty:
    """A rectangle of the screen has changed."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Wanted:
    """Whether the host wants to hear of changes."""

    dirt: bool


Effect = Say | Ready | Failed | Situation | Dirty | Wanted


@dataclass
class VideoHost:
    """The host's end."""

    versions: tuple[Version, ...]
    state: str = CLOSED
    version: Version = (0, 0)

    def received(self, payload: bytes) -> list[Effect]:
        """A message of the guest; what is not in the table is ignored."""
        kind, body = protocol.unwrap(payload)
        act = HOST_TABLE.get((self.state, kind))
        return act(self, body) if act is not None else []

    def watch(self, wanted: bool) -> list[Effect]:
        """Somebody looks at the screen, or nobody does any more."""
        if self.state != READY:
            return []
        features = protocol.VIDEO_FEATURES.pack(dirt_needed=int(wanted), situation_needed=1)
        return [Say(wrap(FEATURE_CHANGE, features))]

    def _asked(self, body: bytes) -> list[Effect]:
        if len(body) < protocol.VIDEO_VERSION.size:
            return []
        asked = protocol.VIDEO_VERSION.unpack(body)["version"]
        known = [version for version in self.versions if wire_version(version) == asked]
        self.state, self.version = (ASKED, known[0]) if known else (CLOSED, (0, 0))
        answer = protocol.VIDEO_ACCEPTED.pack(version=asked, accepted=int(bool(known)), outputs=1)
        return [Say(wrap(VERSION_RESPONSE, answer))]

    def _located(self, body: bytes) -> list[Effect]:
        if len(body) < protocol.VIDEO_MEMORY.size:
            return []
        context = protocol.VIDEO_MEMORY.unpack(body)["user_context"]
        self.state = LOCATED if self.state == ASKED else self.state
        return [Say(wrap(VRAM_LOCATION_ACK, protocol.VIDEO_ACK.pack(user_context=context)))]

    def _situated(self, body: bytes) -> list[Effect]:
        if len(body) < protocol.VIDEO_SITUATION.size:
            return []
        seen = protocol.VIDEO_SITUATION.unpack(body)
        first = self.state == LOCATED
        self.state = READY
        return [
            Say(wrap(SITUATION_UPDATE_ACK, protocol.VIDEO_ACK.pack(user_context=seen["user_context"]))),
            *([Ready(self.version)] if first else []),
            Situation(seen["width_pixels"], seen["height_pixels"], seen["depth_bits"]),
        ]

    def _dirtied(self, body: bytes) -> list[Effect]:
        if len(body) < protocol.VIDEO_DIRT.size:
            return []
        dirt = protocol.VIDEO_DIRT.unpack(body)
        return [Dirty(dirt["left"], dirt["top"], dirt["right"], dirt["bottom"])]


_HostAct = Callable[[VideoHost, bytes], list[Effect]]
HOST_TABLE: dict[tuple[str, int], _HostAct] = {
    **{(state, VERSION_REQUEST): VideoHost._asked for state in (CLOSED, ASKED, LOCATED, READY)},
    **{(state, VRAM_LOCATION): VideoHost._located for state in (ASKED, LOCATED, READY)},
    **{(state, SITUATION_UPDATE): VideoHost._situated for state in (LOCATED, READY)},
    (READY, DIRT): VideoHost._dirtied,
}


@dataclass
class VideoGuest:
    """The guest's end: `surface` is what it shows, `memory` where its video memory lies (a guest-physical address)."""

    versions: tuple[Version, ...]
    memory: int
    surface: Situation
    state: str = CLOSED
    tried: int = 0
    dirt_wanted: bool = False

    def start(self) -> list[Effect]:
        """The channel is open: ask."""
        self.state, self.tried = ASKED, 0
        return self._request()

    def _request(self) -> list[Effect]:
        version = wire_version(self.versions[self.tried])
        return [Say(wrap(VERSION_REQUEST, protocol.VIDEO_VERSION.pack(version=version)))]

    def received(self, payload: bytes) -> list[Effect]:
        """A message of the host; what is not in the table is ignored."""
        kind, body = protocol.unwrap(payload)
        act = GUEST_TABLE.get((self.state, kind))
        return act(self, body) if act is not None else []

    def changed(self, area: Dirty) -> list[Effect]:
        """Something on the screen has changed."""
        if self.state != READY or not self.dirt_wanted:
            return []
        dirt = protocol.VIDEO_DIRT.pack(
            count=1, left=area.left, top=area.top, right=area.right, bottom=area.bottom
        )
        return [Say(wrap(DIRT, dirt))]

    def _situation(self) -> Say:
        surface = self.surface
        body = protocol.VIDEO_SITUATION.pack(
            outputs=1,
            active=1,
            depth_bits=surface.depth,
            width_pixels=surface.width,
            height_pixels=surface.height,
            pitch_bytes=surface.width * surface.depth // 8,
        )
        return Say(wrap(SITUATION_UPDATE, body))

    def _answered(self, body: bytes) -> list[Effect]:
        if len(body) < protocol.VIDEO_ACCEPTED.size:
            return []
        if protocol.VIDEO_ACCEPTED.unpack(body)["accepted"]:
            self.state = LOCATED
            place = protocol.VIDEO_MEMORY.pack(user_context=self.memory, address_given=1, address=self.memory)
            return [Say(wrap(VRAM_LOCATION, place))]
        if self.tried + 1 < len(self.versions):
            self.tried += 1
            return self._request()
        self.state = REFUSED
        return [Failed()]

    def _placed(self, body: bytes) -> list[Effect]:
        if len(body) < protocol.VIDEO_ACK.size:
            return []
        if protocol.VIDEO_ACK.unpack(body)["user_context"] != self.memory:
            return []
        self.state = SHOWING
        return [self._situation()]

    def _shown(self, body: bytes) -> list[Effect]:
        self.state = READY
        return [Ready(self.versions[self.tried])]

    def _features(self, body: bytes) -> list[Effect]:
        if len(body) < protocol.VIDEO_FEATURES.size:
            return []
        wanted = protocol.VIDEO_FEATURES.unpack(body)
        self.dirt_wanted = bool(wanted["dirt_needed"])
        effects: list[Effect] = [Wanted(self.dirt_wanted)]
        return [*effects, self._situation()] if wanted["situation_needed"] else effects


_GuestAct = Callable[[VideoGuest, bytes], list[Effect]]
GUEST_TABLE: dict[tuple[str, int], _GuestAct] = {
    (ASKED, VERSION_RESPONSE): VideoGuest._answered,
    (LOCATED, VRAM_LOCATION_ACK): VideoGuest._placed,
    (SHOWING, SITUATION_UPDATE_ACK): VideoGuest._shown,
    (READY, FEATURE_CHANGE): VideoGuest._features,
}
