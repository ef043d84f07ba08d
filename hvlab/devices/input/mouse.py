"""The synthetic mouse: a version, the description of the device, then reports of where the pointer is.

The pointer's place is absolute: it need not be captured, and works over a remote
desktop too. Layouts and numbers as Linux's hid-hyperv has them; messages travel in
a pipe. The report descriptor is the lab's own: three buttons, two axes.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from hvlab.devices.input.effects import Effect, Failed, Pointer, Ready, Say
from hvlab.kernel import Field, Layout
from hvlab.vmbus.packets import PIPE_HEADER

INTERFACE = uuid.UUID("cfa8b69e-5b4a-4cc0-b98b-8ba1a1f3f95a")
INSTANCE = uuid.UUID("58f75a6d-d949-4320-99e1-a2a2576d581c")
REQUEST, RESPONSE, DEVICE_INFO, DEVICE_INFO_ACK, REPORT = range(5)
EDGE = 32767
CLOSED, ASKED, DESCRIBED, READY, REFUSED = "closed", "asked", "described", "ready", "refused"

MOUSE_HEADER = Layout(
    "MouseHeader",
    Field(
        "type",
        "u32",
        names={
            0: "PROTOCOL_REQUEST",
            1: "PROTOCOL_RESPONSE",
            2: "DEVICE_INFO",
            3: "DEVICE_INFO_ACK",
            4: "INPUT_REPORT",
        },
    ),
    Field("size", "u32"),
)
MOUSE_REQUEST = Layout("MouseRequest", Field("version", "u32", shown="hex"))
MOUSE_RESPONSE = Layout("MouseResponse", Field("version", "u32", shown="hex"), Field("approved", "u8"))
MOUSE_DEVICE = Layout(
    "MouseDevice",
    Field("size", "u32"),
    Field("vendor", "u16", shown="hex"),
    Field("product", "u16", shown="hex"),
    Field("version", "u16"),
    Field("_reserved", "bytes", 22),
)
HID_DESCRIPTOR = Layout(
    "HidDescriptor",
    Field("length", "u8"),
    Field("descriptor_type", "u8", shown="hex"),
    Field("hid_version", "u16", shown="hex"),
    Field("country", "u8"),
    Field("descriptors", "u8"),
    Field("report_type", "u8", shown="hex"),
    Field("report_length", "u16"),
)
MOUSE_REPORT = Layout("MouseReport", Field("buttons", "u8"), Field("x", "u16"), Field("y", "u16"))
REPORT_DESCRIPTOR = bytes.fromhex(
    "05010902a1010901a100"  # generic desktop, mouse, pointer
    "050919012903150025017501950381027505950181" + "03"  # three buttons, five bits of filling
    "050109300931150026ff7f751095028102c0c0"  # x and y, absolute, 0 to 32767
)
VENDOR, PRODUCT = 0x045E, 0x0621


def wrap(kind: int, body: bytes) -> bytes:
    """A whole pipe message."""
    message = MOUSE_HEADER.pack(type=kind, size=len(body)) + body
    return PIPE_HEADER.pack(type=1, length=len(message)) + message


def unwrap(payload: bytes) -> tuple[int, bytes]:
    """The type and the body of a pipe message; type -1 if it is none."""
    start = PIPE_HEADER.size + MOUSE_HEADER.size
    if len(payload) < start or PIPE_HEADER.unpack(payload)["type"] != 1:
        return -1, b""
    header = MOUSE_HEADER.unpack(payload, PIPE_HEADER.size)
    if header["size"] > len(payload) - start:
        return -1, b""
    return int(header["type"]), payload[start : start + header["size"]]


@dataclass
class MouseHost:
    """The host's end."""

    versions: tuple[int, ...]
    state: str = CLOSED
    version: int = 0

    def received(self, payload: bytes) -> list[Effect]:
        """A message of the guest. A request begins anew in every state; what else is not awaited is ignored."""
        kind, body = unwrap(payload)
        if kind == REQUEST and len(body) >= MOUSE_REQUEST.size:
            return self._requested(MOUSE_REQUEST.unpack(body)["version"])
        if kind == DEVICE_INFO_ACK and self.state == DESCRIBED:
            self.state = READY
            return [Ready(self.version)]
        return []

    def _requested(self, version: int) -> list[Effect]:
        known = version in self.versions
        answer = Say(wrap(RESPONSE, MOUSE_RESPONSE.pack(version=version, approved=int(known))))
        self.state, self.version = (DESCRIBED, version) if known else (REFUSED, 0)
        if not known:
            return [answer]
        device = MOUSE_DEVICE.pack(size=MOUSE_DEVICE.size, vendor=VENDOR, product=PRODUCT, version=1)
        hid = HID_DESCRIPTOR.pack(
            length=HID_DESCRIPTOR.size,
            descriptor_type=0x21,
            hid_version=0x110,
            descriptors=1,
            report_type=0x22,
            report_length=len(REPORT_DESCRIPTOR),
        )
        return [answer, Say(wrap(DEVICE_INFO, device + hid + REPORT_DESCRIPTOR))]

    def move(self, buttons: int, x: int, y: int) -> list[Effect]:
        """The pointer is there; nothing before the guest's driver is ready."""
        if self.state != READY:
            return []
        return [Say(wrap(REPORT, MOUSE_REPORT.pack(buttons=buttons, x=x, y=y)))]


@dataclass
class MouseGuest:
    """The guest's end; it steps down from its highest version."""

    versions: tuple[int, ...]
    state: str = CLOSED
    tried: int = 0

    def start(self) -> list[Effect]:
        """The channel is open: ask."""
        self.state, self.tried = ASKED, 0
        return self._request()

    def _request(self) -> list[Effect]:
        return [Say(wrap(REQUEST, MOUSE_REQUEST.pack(version=self.versions[self.tried])))]

    def received(self, payload: bytes) -> list[Effect]:
        """A message of the host; what is not in the table is ignored."""
        kind, body = unwrap(payload)
        act = GUEST_TABLE.get((self.state, kind))
        return act(self, body) if act is not None else []

    def _answered(self, body: bytes) -> list[Effect]:
        if len(body) < MOUSE_RESPONSE.size:
            return []
        if MOUSE_RESPONSE.unpack(body)["approved"]:
            self.state = DESCRIBED
            return []
        if self.tried + 1 < len(self.versions):
            self.tried += 1
            return self._request()
        self.state = REFUSED
        return [Failed(self.versions[self.tried])]

    def _described(self, body: bytes) -> list[Effect]:
        if len(body) < MOUSE_DEVICE.size + HID_DESCRIPTOR.size:
            return []
        hid = HID_DESCRIPTOR.unpack(body, MOUSE_DEVICE.size)
        if not hid["length"] or not hid["report_length"]:
            return []
        self.state = READY
        return [Say(wrap(DEVICE_INFO_ACK, b"\0")), Ready(self.versions[self.tried])]

    def _reported(self, body: bytes) -> list[Effect]:
        if len(body) < MOUSE_REPORT.size:
            return []
        report = MOUSE_REPORT.unpack(body)
        return [Pointer(report["buttons"], report["x"], report["y"])]


GUEST_TABLE: dict[tuple[str, int], Callable[[MouseGuest, bytes], list[Effect]]] = {
    (ASKED, RESPONSE): MouseGuest._answered,
    (DESCRIBED, DEVICE_INFO): MouseGuest._described,
    (READY, REPORT): MouseGuest._reported,
}
