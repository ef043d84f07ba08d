"""An event's bytes, field by field, from the wire tables: pure, and the same tables that packed them.

`decode` gives Sections in the order in which they lie in the bytes; every byte
belongs to exactly one field of one section, so nothing is left unexplained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hvlab.devices.input import keyboard, mouse
from hvlab.devices.integration import protocol as ic
from hvlab.devices.storage import protocol as storage
from hvlab.devices.video import protocol as video
from hvlab.hypervisor.calls import HYPERCALLS
from hvlab.hypervisor.intercepts import IO_PORT_MESSAGE
from hvlab.kernel import Layout
from hvlab.kernel.trace import Trace, TraceEvent
from hvlab.kernel.wire import FieldView
from hvlab.session.decode_network import frame_at, nvsp_at
from hvlab.vmbus import messages, packets


@dataclass(frozen=True)
class Section:
    """A struct found in the bytes: the layout's name and its fields; offsets count from the event's first byte."""

    name: str
    fields: tuple[FieldView, ...]


def decode(event: TraceEvent, request: TraceEvent | None = None) -> list[Section]:
    """The structs in an event's bytes; empty if it has none. `request` is what a completion answers."""
    data = event.get("bytes")
    if not isinstance(data, (bytes, bytearray)) or not data:
        return []
    data = bytes(data)
    if event.kind == "vmbus.message":
        found = _message(data, 0)
    elif event.kind == "ring.packet":
        found = _packet(data, _service(event), request)
    elif event.kind == "hypercall":
        found = _hypercall(data, str(event.get("name")))
    elif event.kind == "intercept":
        found = [_section(IO_PORT_MESSAGE, data, 0)]
    elif event.kind == "net.frame":
        found = [_section(layout, data, at) for layout, at in frame_at(data)]
    else:
        found = []
    return _complete(found, data)


def _section(layout: Layout, data: bytes, offset: int) -> Section:
    return Section(layout.name, tuple(layout.describe(data, offset)))


def _raw(name: str, data: bytes, start: int, end: int) -> FieldView:
    raw = data[start:end]
    text = f"{len(raw)} x 00" if not any(raw) else raw[:8].hex(" ") + (" ..." if len(raw) > 8 else "")
    return FieldView(name, start, len(raw), raw, raw, text)


def _complete(sections: Sequence[Section], data: bytes) -> list[Section]:
    """Name the bytes that no struct claims."""
    found: list[Section] = []
    at = 0
    for section in sections:
        if not section.fields:
            continue
        start = section.fields[0].offset
        if start > at:
            found.append(Section("Padding", (_raw("padding", data, at, start),)))
        found.append(section)
        last = section.fields[-1]
        at = last.offset + last.size
    if at < len(data):
        found.append(Section("Rest", (_raw("rest", data, at, len(data)),)))
    return found


# -- the control plane --------------------------------------------------------------------------


def _message(data: bytes, offset: int) -> list[Section]:
    try:
        kind, fields, _ = messages.parse(data[offset:])
    except messages.BadMessage:
        return []
    found = [_section(kind.layout, data, offset)]
    at = offset + kind.layout.size
    if kind.name == "GPADL_HEADER":
        found += _ranges(data, at, fields["range_count"])
    elif kind.followed:
        found.append(Section("PageNumbers", _pages(data, at, (len(data) - at) // 8, 0)))
    return found


def _pages(data: bytes, at: int, count: int, first: int) -> tuple[FieldView, ...]:
    views = []
    for number in range(count):
        start = at + 8 * number
        raw = data[start : start + 8]
        if len(raw) < 8:
            break
        page = int.from_bytes(raw, "little")
        views.append(FieldView(f"page[{first + number}]", start, 8, raw, page, f"0x{page:x}"))
    return tuple(views)


def _ranges(data: bytes, at: int, count: int) -> list[Section]:
    found = []
    for _ in range(count):
        head = packets.GPA_RANGE.describe(data, at)
        if len(head) < 2:
            break
        size, offset = int.from_bytes(head[0].raw, "little"), int.from_bytes(head[1].raw, "little")
        at += packets.GPA_RANGE.size
        pages = _pages(data, at, -(-(offset + size) // 4096), 0)
        found.append(Section(packets.GPA_RANGE.name, (*head, *pages)))
        at += 8 * len(pages)
    return found


# -- rings --------------------------------------------------------------------------------------


def _service(event: TraceEvent) -> str:
    ends = event.source + " " + event.target
    if "storvs" in ends:
        return "storage"
    for part, service in (
        ("netvs", "network"),
        ("/kbd", "keyboard"),
        ("/mouse", "mouse"),
        ("/synthvid", "video"),
    ):
        if part in ends:
            return service
    return "integration"


def _packet(data: bytes, service: str, request: TraceEvent | None) -> list[Section]:
    found = [_section(packets.DESCRIPTOR, data, 0)]
    try:
        packet = packets.parse(data)
    except packets.BadPacket:
        return found
    descriptor = packets.DESCRIPTOR.unpack(data)
    if packet.kind == packets.GPA_DIRECT:
        found.append(_section(packets.GPA_HEADER, data, packets.DESCRIPTOR.size))
        found += _ranges(data, packets.DESCRIPTOR.size + packets.GPA_HEADER.size, len(packet.ranges))
    elif packet.kind == packets.TRANSFER_PAGES:
        at = packets.DESCRIPTOR.size + packets.TRANSFER_HEADER.size
        found.append(_section(packets.TRANSFER_HEADER, data, packets.DESCRIPTOR.size))
        found += [
            _section(packets.GPA_RANGE, data, at + number * packets.GPA_RANGE.size)
            for number in range(len(packet.ranges))
        ]
    start = descriptor["data_offset8"] * 8
    end = descriptor["length8"] * 8
    payload = data[:end]
    if service == "storage":
        found += _storage(payload, start, request)
    elif service == "network":
        found += [_section(layout, payload, at) for layout, at in nvsp_at(payload, start)]
    elif service == "keyboard":
        found += _keyboard(payload, start)
    elif service in ("mouse", "video"):
        found += _piped(payload, start, _MOUSE if service == "mouse" else _VIDEO)
    else:
        found += _integration(payload, start)
    if len(data) >= end + packets.TRAILER.size:
        found.append(_section(packets.TRAILER, data, end))
    return found


def _storage(data: bytes, start: int, request: TraceEvent | None) -> list[Section]:
    header = _section(storage.PACKET_HEADER, data, start)
    if len(header.fields) < len(storage.PACKET_HEADER.fields):
        return []
    operation = storage.PACKET_HEADER.unpack(data, start)["operation"]
    if operation == storage.COMPLETE_IO and request is not None:
        operation = operation_of(request) or operation
    body = start + storage.PACKET_HEADER.size
    layout: Layout | None = None
    if operation == storage.EXECUTE_SRB:
        layout = (
            storage.SCSI_REQUEST_52
            if len(data) - start >= storage.packet_size(storage.WIN8)
            else storage.SCSI_REQUEST_36
        )
    elif operation == storage.QUERY_PROTOCOL_VERSION:
        layout = storage.PROTOCOL_VERSION
    elif operation == storage.QUERY_PROPERTIES:
        layout = storage.CHANNEL_PROPERTIES
    return [header] if layout is None else [header, _section(layout, data, body)]


def operation_of(event: TraceEvent) -> int | None:
    """The storage operation that a ring packet asks for; None if it is no storage packet."""
    data = event.get("bytes")
    if event.kind != "ring.packet" or _service(event) != "storage" or not data:
        return None
    try:
        payload = packets.parse(bytes(data)).payload
    except packets.BadPacket:
        return None
    if len(payload) < storage.PACKET_HEADER.size:
        return None
    return int(storage.PACKET_HEADER.unpack(payload)["operation"])


_Bodies = tuple[Layout, dict[int, tuple[Layout, ...]]]
"""The header of a device's messages, and what lies behind it for each type."""
_MOUSE: _Bodies = (
    mouse.MOUSE_HEADER,
    {
        mouse.REQUEST: (mouse.MOUSE_REQUEST,),
        mouse.RESPONSE: (mouse.MOUSE_RESPONSE,),
        mouse.DEVICE_INFO: (mouse.MOUSE_DEVICE, mouse.HID_DESCRIPTOR),
        mouse.REPORT: (mouse.MOUSE_REPORT,),
    },
)
_VIDEO: _Bodies = (
    video.VIDEO_HEADER,
    {
        video.VERSION_REQUEST: (video.VIDEO_VERSION,),
        video.VERSION_RESPONSE: (video.VIDEO_ACCEPTED,),
        video.VRAM_LOCATION: (video.VIDEO_MEMORY,),
        video.VRAM_LOCATION_ACK: (video.VIDEO_ACK,),
        video.SITUATION_UPDATE: (video.VIDEO_SITUATION,),
        video.SITUATION_UPDATE_ACK: (video.VIDEO_ACK,),
        video.FEATURE_CHANGE: (video.VIDEO_FEATURES,),
        video.DIRT: (video.VIDEO_DIRT,),
    },
)
_KEYBOARD = {
    keyboard.REQUEST: keyboard.KEYBOARD_REQUEST,
    keyboard.RESPONSE: keyboard.KEYBOARD_RESPONSE,
    keyboard.EVENT: keyboard.KEYBOARD_EVENT,
}


def _keyboard(data: bytes, start: int) -> list[Section]:
    if len(data) - start < keyboard.KEYBOARD_HEADER.size:
        return []
    kind = keyboard.KEYBOARD_HEADER.unpack(data, start)["type"]
    return [_section(_KEYBOARD.get(kind, keyboard.KEYBOARD_HEADER), data, start)]


def _piped(data: bytes, start: int, bodies: _Bodies) -> list[Section]:
    """A pipe header, a header with the message's type, and what lies behind it."""
    header, layouts = bodies
    found = [_section(packets.PIPE_HEADER, data, start)]
    at = start + packets.PIPE_HEADER.size
    if len(data) - at < header.size:
        return found
    found.append(_section(header, data, at))
    kind = header.unpack(data, at)["type"]
    at += header.size
    for layout in layouts.get(kind, ()):
        found.append(_section(layout, data, at))
        at += layout.size
    return found


def _integration(data: bytes, start: int) -> list[Section]:
    pipe = _section(packets.PIPE_HEADER, data, start)
    at = start + packets.PIPE_HEADER.size
    header = _section(ic.IC_HEADER, data, at)
    if len(header.fields) < len(ic.IC_HEADER.fields):
        return [pipe]
    kind = ic.IC_HEADER.unpack(data, at)["message_type"]
    size = ic.IC_HEADER.unpack(data, at)["message_size"]
    at += ic.IC_HEADER.size
    found = [pipe, header]
    layout = ic.BODIES.get(kind)
    if layout is not None and len(data) - at >= layout.size <= max(size, layout.size):
        found.append(_section(layout, data, at))
        at += layout.size
        if kind == ic.NEGOTIATE:
            found.append(_versions(data, at, (size - layout.size) // 4))
    return found


def _versions(data: bytes, at: int, count: int) -> Section:
    views = []
    for number in range(count):
        start = at + 4 * number
        raw = data[start : start + 4]
        if len(raw) == 4:
            text = f"{int.from_bytes(raw[:2], 'little')}.{int.from_bytes(raw[2:], 'little')}"
            views.append(FieldView(f"version[{number}]", start, 4, raw, raw, text))
    return Section("IcVersions", tuple(views))


# -- hypercalls ---------------------------------------------------------------------------------


def _hypercall(data: bytes, name: str) -> list[Section]:
    call = HYPERCALLS.get(name)
    if call is None:
        return []
    found = [_section(call.layout, data, 0)]
    if name == "PostMessage" and len(data) > call.layout.offsets["payload"]:
        # The payload is a message of its own, with a table of its own.
        head = [view for view in found[0].fields if view.name != "payload"]
        size = next((int.from_bytes(v.raw, "little") for v in head if v.name == "payload_size"), 0)
        start = head[-1].offset + head[-1].size
        inner = _message(data[: start + size], start)
        if inner:
            return [Section(call.layout.name, tuple(head)), *inner]
    return found


# -- which request a completion answers -----------------------------------------------------------


def request_of(trace: Trace, event: TraceEvent) -> TraceEvent | None:
    """The packet that a completion answers, found among its causes."""
    if event.kind != "ring.packet" or event.get("packet_type") != "completion":
        return None
    for cause in trace.chain(event.seq)[1:]:
        if (
            cause.kind == "ring.packet"
            and cause.channel == event.channel
            and cause.get("transaction") == event.get("transaction")
            and cause.get("direction") != event.get("direction")
        ):
            return cause
    return None


def hex_rows(data: bytes, width: int = 8) -> list[tuple[int, str, str]]:
    """A dump: (offset, hex, characters), `width` bytes a row."""
    rows = []
    for start in range(0, len(data), width):
        part = data[start : start + width]
        shown = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        rows.append((start, part.hex(" "), shown))
    return rows
