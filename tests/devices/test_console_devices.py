"""Keyboard, mouse and video: both ends against each other, every message in every state, and rubbish."""

from __future__ import annotations

from itertools import product

import pytest

from hvlab.devices.input import effects as inputs
from hvlab.devices.input import keyboard, mouse
from hvlab.devices.input.keyboard import KeyboardGuest, KeyboardHost
from hvlab.devices.input.mouse import MouseGuest, MouseHost
from hvlab.devices.video import ends as video
from hvlab.devices.video import protocol
from hvlab.devices.video.ends import Dirty, Situation, VideoGuest, VideoHost
from hvlab.vmbus.packets import PIPE_HEADER

V1, V2 = 0x10000, 0x20000
SURFACE = Situation(1024, 768, 16)


def talk(host, guest, effects):  # type: ignore[no-untyped-def]
    """Carry the guest's messages and all answers; what each side has to say beside them."""
    heard: tuple[list[object], list[object]] = ([], [])
    ways = [(effect, True) for effect in effects]
    while ways:
        effect, to_host = ways.pop(0)
        if not isinstance(effect, (inputs.Say, video.Say)):
            heard[not to_host].append(effect)
            continue
        answers = (host if to_host else guest).received(effect.payload)
        ways += [(answer, not to_host) for answer in answers]
    return heard


# -- keyboard -----------------------------------------------------------------------------------


def test_the_keyboard_s_messages_are_byte_for_byte_as_documented() -> None:
    (request,) = KeyboardGuest((V1,)).start()
    assert request == inputs.Say(bytes.fromhex("0100000000000100"))
    answer, ready = KeyboardHost((V1,)).received(bytes.fromhex("0100000000000100"))
    assert answer == inputs.Say(bytes.fromhex("0200000001000000")) and ready == inputs.Ready(V1)
    (event,) = KeyboardHost((V1,), state=keyboard.READY).press(0x53, keyboard.E0 | keyboard.BREAK)
    assert event == inputs.Say(bytes.fromhex("030000005300000006000000"))


def test_keys_come_through_after_the_agreement_only() -> None:
    host, guest = KeyboardHost((V1,)), KeyboardGuest((V1,))
    assert host.press(0x1C, 0) == []
    assert talk(host, guest, guest.start()) == ([inputs.Ready(V1)], [inputs.Ready(V1)])[::-1]
    (event,) = host.press(0x1C, 0)
    assert isinstance(event, inputs.Say)
    assert guest.received(event.payload) == [inputs.Key(0x1C, 0)]


def test_both_step_down_to_a_common_version_or_give_up() -> None:
    host, guest = KeyboardHost((V1,)), KeyboardGuest((V2, V1))
    talk(host, guest, guest.start())
    assert host.state == guest.state == keyboard.READY
    lone = KeyboardGuest((V2,))
    heard = talk(KeyboardHost((V1,)), lone, lone.start())
    assert inputs.Failed(V2) in heard[0] + heard[1] and lone.state == keyboard.REFUSED
    mouse_guest = MouseGuest((V1,))
    heard = talk(MouseHost((V2,)), mouse_guest, mouse_guest.start())
    assert inputs.Failed(V1) in heard[0] + heard[1] and mouse_guest.state == mouse.REFUSED


GUEST_STATES = (keyboard.CLOSED, keyboard.ASKED, keyboard.READY, keyboard.REFUSED)


@pytest.mark.parametrize(("state", "kind"), list(product(GUEST_STATES, range(6))))
def test_the_keyboard_s_guest_hears_only_what_it_awaits(state: str, kind: int) -> None:
    guest = KeyboardGuest((V1,), state=state)
    effects = guest.received(kind.to_bytes(4, "little") + b"\1\0\0\0\0\0\0\0")
    expected = {("asked", 2): inputs.Ready(V1), ("ready", 3): inputs.Key(1, 0)}.get((state, kind))
    assert effects == ([expected] if expected else [])


# -- mouse --------------------------------------------------------------------------------------


def test_the_mouse_s_structs_have_their_sizes() -> None:
    assert mouse.MOUSE_DEVICE.size == 32 and mouse.HID_DESCRIPTOR.size == 9
    assert mouse.MOUSE_RESPONSE.size == 5
    assert keyboard.KEYBOARD_EVENT.size == 12


def test_the_report_descriptor_describes_the_report() -> None:
    data, place, depth, bits, count, width = mouse.REPORT_DESCRIPTOR, 0, 0, 0, 0, 0
    while place < len(data):
        item, size = data[place] & 0xFC, data[place] & 3
        value = int.from_bytes(data[place + 1 : place + 1 + size], "little")
        place += 1 + size
        width = value if item == 0x74 else width
        count = value if item == 0x94 else count
        bits += count * width if item == 0x80 else 0
        depth += (item == 0xA0) - (item == 0xC0)
    assert (place, depth, bits) == (len(data), 0, 8 * mouse.MOUSE_REPORT.size)


def test_the_mouse_is_described_before_it_moves() -> None:
    host, guest = MouseHost((V2,)), MouseGuest((V2,))
    (request,) = guest.start()
    assert isinstance(request, inputs.Say)
    assert request.payload == bytes.fromhex("010000000c000000 0000000004000000 00000200".replace(" ", ""))
    assert host.move(0, 1, 1) == []
    response, device = host.received(request.payload)
    assert isinstance(response, inputs.Say) and isinstance(device, inputs.Say)
    assert guest.received(device.payload) == [], "not before the version is approved"
    assert guest.received(response.payload) == []
    ack, ready = guest.received(device.payload)
    assert ready == inputs.Ready(V2) and isinstance(ack, inputs.Say)
    assert host.move(0, 1, 1) == [], "not before the guest has read the description"
    assert host.received(ack.payload) == [inputs.Ready(V2)]
    (report,) = host.move(1, 100, 32767)
    assert isinstance(report, inputs.Say)
    assert guest.received(report.payload) == [inputs.Pointer(1, 100, 32767)]


MOUSE_STATES = (mouse.CLOSED, mouse.ASKED, mouse.DESCRIBED, mouse.READY, mouse.REFUSED)


@pytest.mark.parametrize(("state", "kind"), list(product(MOUSE_STATES, range(7))))
def test_every_message_of_the_mouse_is_decided_in_every_state(state: str, kind: int) -> None:
    body = bytes.fromhex("000002000100000000000000") + bytes(60)
    message = mouse.wrap(kind, body)
    guest = MouseGuest((V2,), state=state)
    after = {("asked", 1): "described"}.get((state, kind), state)
    guest.received(message)
    assert guest.state == after, "a description without a report descriptor is none"
    host = MouseHost((V2,), state=state)
    after = "described" if kind == 0 else "ready" if (state, kind) == ("described", 3) else state
    host.received(message)
    assert host.state == after


# -- video --------------------------------------------------------------------------------------


def screens() -> tuple[VideoHost, VideoGuest]:
    """Both ends, ready."""
    host, guest = VideoHost(((3, 2), (3, 0))), VideoGuest(((3, 2), (3, 0)), 0xF8000000, SURFACE)
    heard = talk(host, guest, guest.start())
    assert host.state == guest.state == video.READY
    assert SURFACE in heard[1] + heard[0]
    return host, guest


def test_video_versions_are_written_minor_first() -> None:
    assert protocol.wire_version((3, 2)) == 0x00020003
    (request,) = VideoGuest(((3, 0),), 0, SURFACE).start()
    assert isinstance(request, video.Say)
    assert request.payload == bytes.fromhex("010000000c000000010000000c00000003000000")


def test_the_video_structs_have_their_sizes() -> None:
    sizes = {
        protocol.VIDEO_ACCEPTED: 6,
        protocol.VIDEO_MEMORY: 17,
        protocol.VIDEO_SITUATION: 27,
        protocol.VIDEO_FEATURES: 4,
        protocol.VIDEO_DIRT: 18,
    }
    assert {layout.name: layout.size for layout in sizes} == {
        layout.name: size for layout, size in sizes.items()
    }


def test_changes_are_told_only_when_the_host_wants_them() -> None:
    host, guest = screens()
    area = Dirty(0, 16, 1024, 32)
    assert guest.changed(area) == []
    for wanted in (True, False):
        (ask,) = host.watch(wanted)
        assert isinstance(ask, video.Say)
        effects = guest.received(ask.payload)
        assert effects[0] == video.Wanted(wanted)
        situation = effects[1]
        assert isinstance(situation, video.Say)
        assert SURFACE in host.received(situation.payload)
        told = guest.changed(area)
        assert bool(told) == wanted
        if told:
            assert isinstance(told[0], video.Say) and host.received(told[0].payload) == [area]


def test_the_video_guest_steps_down_or_gives_up() -> None:
    guest = VideoGuest(((3, 2), (3, 0)), 0, SURFACE)
    host = VideoHost(((3, 0),))
    talk(host, guest, guest.start())
    assert (guest.state, host.version, guest.tried) == (video.READY, (3, 0), 1)
    lone = VideoGuest(((3, 5),), 0, SURFACE)
    heard = talk(VideoHost(((3, 0),)), lone, lone.start())
    assert video.Failed() in heard[0] + heard[1] and lone.state == video.REFUSED


HOST_AFTER = {
    **{(state, 1): "asked" for state in ("closed", "asked", "located", "ready")},
    ("asked", 3): "located",
    ("located", 5): "ready",
}
GUEST_AFTER = {("asked", 2): "located", ("located", 4): "showing", ("showing", 6): "ready"}


@pytest.mark.parametrize(
    ("state", "kind"),
    list(product(("closed", "asked", "located", "showing", "ready", "refused"), range(16))),
)
def test_every_video_message_is_decided_in_every_state(state: str, kind: int) -> None:
    body = bytes.fromhex("0300000001") + bytes(40)
    if kind == protocol.VRAM_LOCATION_ACK:
        body = bytes(8)
    message = protocol.wrap(kind, body)
    host = VideoHost(((3, 0),), state=state)
    host.received(message)
    assert host.state == HOST_AFTER.get((state, kind), state)
    guest = VideoGuest(((3, 0),), 0, SURFACE, state=state)
    guest.received(message)
    assert guest.state == GUEST_AFTER.get((state, kind), state)


@pytest.mark.parametrize("size", range(0, 40, 3))
@pytest.mark.parametrize("first", [0, 1, 2])
def test_rubbish_and_messages_cut_short_change_nothing(size: int, first: int) -> None:
    for kind in range(12):
        whole = PIPE_HEADER.pack(type=first, length=size) + kind.to_bytes(4, "little") + b"\xff" * size
        for end in (
            *(KeyboardGuest((V1,), state=state) for state in (keyboard.ASKED, keyboard.READY)),
            *(MouseGuest((V2,), state=state) for state in MOUSE_STATES),
            *(MouseHost((V2,), state=state) for state in MOUSE_STATES),
            *(VideoHost(((3, 0),), state=state) for state in ("closed", "asked", "located", "ready")),
            *(VideoGuest(((3, 0),), 0, SURFACE, state=state) for state in ("asked", "showing", "ready")),
        ):
            before = repr(end)
            if isinstance(end, KeyboardGuest):
                end.received(whole[:size])
            else:
                assert end.received(whole) == [], "a size beyond the message's end"
                assert repr(end) == before
