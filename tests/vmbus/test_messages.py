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
    18: ("OPEN_RESERVED", 28),
    19: ("CLOSE_RESERVED", 20),
    20: ("CLOSE_RESERVED_RESPONSE", 12),
    21: ("TL_CONNECT_REQUEST", 40),
    22: ("MODIFY_CHANNEL", 16),
    23: ("TL_CONNECT_RESULT", 44),
    24: ("MODIFY_CHANNEL_RESPONSE", 16),
    25: ("MODIFY_CONNECTION", 24),
    26: ("MODIFY_CONNECTION_RESPONSE", 9),
    27: ("PAUSE", 8),
    28: ("PAUSE_RESPONSE", 8),
    29: ("RESUME", 8),
}
FROM_THE_HOST = {1, 2, 4, 6, 10, 12, 15, 17, 20, 23, 24, 26, 28}
# The reference's column "min version"; all others are there from the first version on.
SINCE = {17: "1.1", 18: "4.0", 20: "4.0", 21: "4.0", 22: "4.1", 23: "4.1", 24: "5.3"}
BY_FEATURE = {25, 26, 27, 28, 29}
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
PLACES = {
    "OFFER_CHANNEL": OFFER,
    "RESCIND_CHANNEL_OFFER": {"channel_id": 8},
    "REQUEST_OFFERS": {},
    "ALL_OFFERS_DELIVERED": {},
    "OPEN_CHANNEL": OPEN,
    "OPEN_CHANNEL_RESULT": {"channel_id": 8, "open_id": 12, "status": 16},
    "CLOSE_CHANNEL": {"channel_id": 8},
    "GPADL_HEADER": {"channel_id": 8, "gpadl_id": 12, "range_bytes": 16, "range_count": 18},
    "GPADL_BODY": {"message_number": 8, "gpadl_id": 12},
    "GPADL_CREATED": {"channel_id": 8, "gpadl_id": 12, "status": 16},
    "GPADL_TEARDOWN": {"channel_id": 8, "gpadl_id": 12},
    "GPADL_TORNDOWN": {"gpadl_id": 8},
    "REL_ID_RELEASED": {"channel_id": 8},
    "INITIATE_CONTACT": {
        "version": 8,
        "target_message_vp": 12,
        "interrupt_page": 16,
        "parent_to_child_monitor_page": 24,
        "child_to_parent_monitor_page": 32,
    },
    "VERSION_RESPONSE": {"version_supported": 8, "connection_state": 9, "selected_version": 12},
    "UNLOAD": {},
    "UNLOAD_COMPLETE": {},
    "OPEN_RESERVED": {
        "channel_id": 8,
        "target_vp": 12,
        "target_sint": 16,
        "ring_gpadl": 20,
        "downstream_ring_page_offset": 24,
    },
    "CLOSE_RESERVED": {"channel_id": 8, "target_vp": 12, "target_sint": 16},
    "CLOSE_RESERVED_RESPONSE": {"channel_id": 8},
    "TL_CONNECT_REQUEST": {"endpoint_id": 8, "service_id": 24},
    "MODIFY_CHANNEL": {"channel_id": 8, "target_vp": 12},
    "TL_CONNECT_RESULT": {"endpoint_id": 8, "service_id": 24, "status": 40},
    "MODIFY_CHANNEL_RESPONSE": {"channel_id": 8, "status": 12},
    "MODIFY_CONNECTION": {"parent_to_child_monitor_page": 8, "child_to_parent_monitor_page": 16},
    "MODIFY_CONNECTION_RESPONSE": {"connection_state": 8},
    "PAUSE": {},
    "PAUSE_RESPONSE": {},
    "RESUME": {},
}
VERSIONS = {
    0x0000000D: "0.13",
    0x00010001: "1.1",
    0x00020004: "2.4",
    0x00030000: "3.0",
    0x00040000: "4.0",
    0x00040001: "4.1",
    0x00050000: "5.0",
    0x00050001: "5.1",
    0x00050002: "5.2",
    0x00050003: "5.3",
    0x00060000: "6.0",
}


def test_names_numbers_sizes_and_directions() -> None:
    assert {number: (kind.name, kind.layout.size) for number, kind in messages.TYPES.items()} == SIZES
    assert {n for n, kind in messages.TYPES.items() if kind.direction == "host->guest"} == FROM_THE_HOST


def test_from_which_version_on_a_message_exists() -> None:
    for number, kind in messages.TYPES.items():
        option = number in BY_FEATURE
        assert VERSIONS[kind.since] == ("6.0" if option else SINCE.get(number, "0.13")), kind.name
        # No feature can be agreed on in a contact of 40 bytes.
        known = [version for version in VERSIONS if kind.known_at(version)]
        assert known == ([] if option else [version for version in VERSIONS if version >= kind.since])


@pytest.mark.parametrize("name", PLACES)
def test_where_the_fields_lie(name: str) -> None:
    layout = messages.BY_NAME[name].layout
    named = {field: at for field, at in layout.offsets.items() if not field.startswith("_")}
    assert named == {"message_type": 0, **PLACES[name]}


def test_only_gpadls_are_followed_by_data() -> None:
    assert {kind.name for kind in messages.TYPES.values() if kind.followed} == {"GPADL_HEADER", "GPADL_BODY"}


def test_versions_are_major_and_minor_in_halves() -> None:
    assert messages.VERSION_NAMES == VERSIONS
    assert messages.pack("INITIATE_CONTACT", version=messages.WIN8)[8:12] == b"\x04\0\x02\0"


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
        (4097).to_bytes(4, "little") + bytes(12),  # a page too few
        (4096).to_bytes(4, "little") + (8).to_bytes(4, "little") + bytes(8),  # the offset takes another page
        (1 << 31).to_bytes(4, "little") + bytes(12),  # far more than there is
        (0).to_bytes(4, "little") + bytes(12),  # nothing in it
        (1).to_bytes(4, "little") + (4096).to_bytes(4, "little") + bytes(8),  # begins outside its first page
    ],
)
def test_ranges_that_are_none(data: bytes) -> None:
    with pytest.raises(ValueError):
        messages.read_ranges(data, 1)


def test_several_ranges_lie_one_behind_the_other() -> None:
    first = (10).to_bytes(4, "little") + (4090).to_bytes(4, "little") + bytes([5, *bytes(7), 6, *bytes(7)])
    second = (4096).to_bytes(4, "little") + bytes(4) + bytes([9, *bytes(7)])
    assert messages.read_ranges(first + second, 2) == [(10, 4090, [5, 6]), (4096, 0, [9])]
    with pytest.raises(ValueError):
        messages.read_ranges(first + second, 3)


def test_a_range_may_begin_inside_its_first_page() -> None:
    (message,) = messages.gpadl_messages(1, 2, [5, 6], 10, 4090)
    assert message[20:28] == (10).to_bytes(4, "little") + (4090).to_bytes(4, "little")
    assert messages.read_ranges(message[20:], 1) == [(10, 4090, [5, 6])]


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
