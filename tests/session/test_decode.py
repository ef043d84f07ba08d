"""Bytes are decoded by the tables that packed them, completely, whatever they hold."""

from __future__ import annotations

import msgspec
import pytest

from hvlab.kernel.trace import TraceEvent
from hvlab.session.decode import decode, hex_rows, request_of
from hvlab.session.session import Session


def with_bytes(session: Session) -> list[TraceEvent]:
    return [event for event in session.world.trace if isinstance(event.get("bytes"), bytes)]


def test_every_byte_of_every_event_belongs_to_one_field(booted: Session) -> None:
    events = with_bytes(booted)
    assert {event.kind for event in events} == {"hypercall", "vmbus.message", "ring.packet", "intercept"}
    for event in events:
        data = event.get("bytes")
        views = [
            view
            for section in decode(event, request_of(booted.world.trace, event))
            for view in section.fields
        ]
        assert [view.offset for view in views] == [
            sum(view.size for view in views[:place]) for place in range(len(views))
        ], event
        assert b"".join(view.raw for view in views) == data, event


def test_a_write_names_its_pages_and_carries_a_scsi_request(booted: Session) -> None:
    write = next(
        event
        for event in with_bytes(booted)
        if event.kind == "ring.packet"
        and event.get("packet_type") == "GPA direct"
        and len(event.get("bytes")) == 96
    )
    names = [section.name for section in decode(write)]
    assert names == [
        "PacketDescriptor",
        "GpaDirectHeader",
        "GpaRange",
        "StoragePacket",
        "ScsiRequest",
        "PacketTrailer",
    ]


def test_a_completion_is_read_as_what_it_answers(booted: Session) -> None:
    trace = booted.world.trace
    found = {}
    for event in with_bytes(booted):
        request = request_of(trace, event)
        if request is not None and "storvsp" in event.source:
            sections = [section.name for section in decode(event, request)]
            found[sections[2]] = request.get("transaction")
    assert {"StorageVersion", "StorageProperties", "ScsiRequest"} <= set(found)


def test_a_posted_message_is_decoded_inside_its_hypercall(booted: Session) -> None:
    posts = [event for event in with_bytes(booted) if event.get("name") == "PostMessage"]
    assert [section.name for section in decode(posts[0])][:2] == ["HvCallPostMessage", "INITIATE_CONTACT"]


def test_the_version_reads_as_a_name(booted: Session) -> None:
    contact = next(event for event in with_bytes(booted) if event.get("name") == "INITIATE_CONTACT")
    texts = {view.name: view.text for view in decode(contact)[0].fields}
    assert texts["version"] == "0xd 0.13"


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 5, 16, 20, 40])
def test_damaged_bytes_are_shown_not_refused(booted: Session, place: int) -> None:
    for event in with_bytes(booted):
        data = bytearray(event.get("bytes"))
        if place >= len(data):
            continue
        data[place] ^= 0xFF
        for damaged in (bytes(data), bytes(data[:place])):
            changed = msgspec.structs.replace(event, fields={**event.fields, "bytes": damaged})
            views = [view for section in decode(changed) for view in section.fields]
            assert b"".join(view.raw for view in views) == damaged


def test_a_dump_shows_every_byte() -> None:
    rows = hex_rows(bytes(range(20)), 8)
    assert [row[0] for row in rows] == [0, 8, 16]
    assert rows[2] == (16, "10 11 12 13", "····")
