"""The control plane's wire table against sizes and places transcribed from the reference by hand."""

from __future__ import annotations

import uuid

import pytest

from hvlab.vmbus import messages

SIZES = {
    1: ("OFFER_CHANNEL", 196),
    2: ("RESCIND_CHANNEL_OFFER", 12),
    3: ("REQUEST_OFFERS", 8),
    4: ("ALL_OFFERS_DELIVERED", 8),
    5: ("OPEN_CHANNEL", 148),
    6: ("OPEN_CHANNEL_RESULT", 20),
    7: ("CLOSE_CHANNEL", 12),
    8: ("GPADL_HEADER", 20),
    9: ("GPADL_BODY", 16),
    10: ("GPADL_CREATED", 20),
    11: ("GPADL_TEARDOWN", 16),
    12: ("GPADL_TORNDOWN", 12),
    13: ("REL_ID_RELEASED", 12),
    14: ("INITIATE_CONTACT", 40),
    15: ("VERSION_RESPONSE", 16),
    16: ("UNLOAD", 8),
    17: ("UNLOAD_COMPLETE", 8),
}
FROM_THE_HOST = {1, 2, 4, 6, 10, 12, 15, 17}
OFFER = {
    "interface_id": 8,
    "instance_id": 24,
    "flags": 56,
    "mmio_megabytes": 58,
    "user_defined": 60,
    "subchannel_index": 180,
    "mmio_megabytes_optional": 182,
    "channel_id": 184,
    "monitor_id": 188,
    "monitor_allocated": 189,
    "is_dedicated": 190,
    "connection_id": 192,
}
OPEN = {
    "channel_id": 8,
    "open_id": 12,
    "ring_gpadl": 16,
    "target_vp": 20,
    "downstream_ring_page_offset": 24,
    "user_data": 28,
}


def test_names_numbers_sizes_and_directions() -> None:
    assert {number: (kind.name, kind.layout.size) for number, kind in messages.TYPES.items()} == SIZES
    assert {n for n, kind in messages.TYPES.items() if kind.direction == "host->guest"} == FROM_THE_HOST


@pytest.mark.parametrize(("name", "places"), [("OFFER_CHANNEL", OFFER), ("OPEN_CHANNEL", OPEN)])
def test_where_the_fields_lie(name: str, places: dict[str, int]) -> None:
    offsets = messages.BY_NAME[name].layout.offsets
    assert {field: offsets[field] for field in places} == places


def test_a_message_begins_with_its_number_and_ids_are_little_endian() -> None:
    interface = uuid.UUID("ba6163d9-04a1-4d29-b605-72e2ffb1dc7f")
    data = messages.pack("OFFER_CHANNEL", interface_id=interface, channel_id=3, connection_id=0x2003)
    assert data[:8] == bytes([1, 0, 0, 0, 0, 0, 0, 0])
    assert data[8:16] == bytes.fromhex("d96361baa104294d") and data[16:24] == bytes.fromhex(
        "b60572e2ffb1dc7f"
    )
    assert data[184:188] == b"\x03\0\0\0" and data[192:196] == b"\x03\x20\0\0"


def test_the_largest_messages_fill_a_synic_message_and_no_more() -> None:
    sizes = [len(m) for m in messages.gpadl_messages(1, 2, list(range(512)), 512 * 4096)]
    assert len(sizes) == 1 + 18
    assert sizes[0] == 20 + 8 * 27 and set(sizes[1:-1]) == {16 + 8 * 28}
    assert max(sizes) <= messages.MAXIMUM_MESSAGE


@pytest.mark.parametrize("count", [1, 2, 26, 27, 54, 55, 100])
def test_a_range_arrives_as_it_was_sent(count: int) -> None:
    pages = [7 + 3 * number for number in range(count)]
    sent = messages.gpadl_messages(9, 0xE1E10, pages, count * 4096)
    kind, fields, data = messages.parse(sent[0])
    assert kind.name == "GPADL_HEADER" and fields["range_count"] == 1
    for number, body in enumerate(sent[1:], 1):
        _, more, tail = messages.parse(body)
        assert (more["message_number"], more["gpadl_id"]) == (number, 0xE1E10)
        data += tail
    assert fields["range_bytes"] == len(data) == 8 + 8 * count
    assert messages.read_ranges(data, 1) == [(count * 4096, 0, pages)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(7),
        (4096).to_bytes(4, "little") + bytes(4),  # no page follows
        (0).to_bytes(4, "little") + bytes(12),  # nothing in it
        (1).to_bytes(4, "little") + (4096).to_bytes(4, "little") + bytes(8),  # begins outside its first page
    ],
)
def test_ranges_that_are_none(data: bytes) -> None:
    with pytest.raises(ValueError):
        messages.read_ranges(data, 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "MessageTooSmall"),
        (b"\x01\0\0\0", "MessageTooSmall"),
        (messages.pack("OPEN_CHANNEL")[:-8], "MessageTooSmall"),
        (bytes([99, 0, 0, 0, 0, 0, 0, 0]), "UnknownMessageType"),
    ],
)
def test_messages_that_are_none(data: bytes, reason: str) -> None:
    with pytest.raises(messages.BadMessage) as caught:
        messages.parse(data)
    assert caught.value.reason == reason
