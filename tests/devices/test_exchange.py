"""Time, key-value pairs and VSS: host and guest against each other, and each against what it must not accept."""

from __future__ import annotations

from itertools import product

import pytest

from hvlab.devices.integration import guest, host, kvp, protocol, vss
from hvlab.devices.integration.guest import IcGuest, KvpChanged, SetClock, Writers
from hvlab.devices.integration.host import Done, IcHost
from hvlab.devices.integration.kvp import KvpGuest, KvpHost, Wish
from hvlab.devices.integration.protocol import KVP, STATUS_FAIL, TIMESYNC, VSS, Version
from hvlab.devices.integration.timesync import TimeGuest, TimeHost
from hvlab.devices.integration.vss import VssGuest, VssHost

ONE: tuple[Version, ...] = ((1, 0),)


def said(effects: list[host.Effect] | list[guest.Effect]) -> list[bytes]:
    """The messages among the effects."""
    return [effect.payload for effect in effects if isinstance(effect, (host.Say, guest.Say))]


def agree(service: IcHost, driver: IcGuest) -> None:
    """Let both negotiate."""
    (offer,) = said(service.opened())
    (answer,) = said(driver.received(offer))
    assert service.received(answer) == [host.Agreed(driver.version)]


def talk(service: IcHost, driver: IcGuest, effects: list[host.Effect]) -> list[host.Effect]:
    """Carry messages to and fro until there are none; what the host has to say beside them."""
    heard = []
    while effects:
        effect = effects.pop(0)
        if not isinstance(effect, host.Say):
            heard.append(effect)
            continue
        for answer in said(driver.received(effect.payload)):
            effects += service.received(answer)
    return heard


def body_of(message: bytes) -> bytes:
    """The body of a message that is one."""
    found = protocol.unwrap(message)
    assert found is not None
    return found[1]


def test_the_bodies_have_the_sizes_of_the_reference() -> None:
    assert protocol.TIME_BODY.size == 25 and protocol.TIME_BODY_4.size == 24
    assert protocol.KVP_VALUE.size == 2572 and protocol.KVP_HEADER.size == 4
    assert len(Wish(kvp.ENUMERATE, kvp.AUTO).body) == 2580
    assert len(Wish(kvp.SET, kvp.EXTERNAL, "a", "b").body) == 2576
    assert len(Wish(kvp.DELETE, kvp.EXTERNAL, "a").body) == 520
    assert protocol.VSS_BODY.size == 12


def test_the_heartbeat_and_vss_have_the_instances_of_real_systems() -> None:
    assert str(protocol.HEARTBEAT_INSTANCE) == "fd149e91-82e0-4a7d-afa6-2a4166cbd7c0"
    assert str(protocol.VSS_INSTANCE) == "2450ee40-33bf-4fbd-892e-9fb06e9214cf"


# -- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("versions", "size"), [(((1, 0),), 25), (((4, 0), (3, 0)), 24)])
@pytest.mark.parametrize("sync", [True, False])
def test_a_time_is_told_and_answered(versions: tuple[Version, ...], size: int, sync: bool) -> None:
    service, driver = TimeHost(TIMESYNC, ONE, versions), TimeGuest(TIMESYNC, ONE, versions)
    assert service.tell(5, True) == [], "nothing is said before an agreement"
    agree(service, driver)
    (message,) = said(service.tell(0x01C8D3E0_00000000, sync))
    body = body_of(message)
    assert len(body) == size and body[:8] == bytes.fromhex("00000000e0d3c801")
    flags_at = 24 if size == 25 else 16
    assert body[flags_at] == (1 if sync else 2)
    say, clock = driver.received(message)
    assert clock == SetClock(0x01C8D3E0_00000000, sync)
    assert isinstance(say, guest.Say) and service.received(say.payload) == [Done("heard", 0)]


def test_a_time_cut_short_is_declined_and_a_probe_sets_no_clock() -> None:
    driver = TimeGuest(TIMESYNC, ONE, ONE)
    agree(TimeHost(TIMESYNC, ONE, ONE), driver)
    for body, status in ((bytes(24), STATUS_FAIL), (bytes(25), 0)):
        (answer,) = driver.received(protocol.wrap(TIMESYNC, body, (1, 0), (1, 0), 1, 3))
        assert isinstance(answer, guest.Say)
        found = protocol.unwrap(answer.payload)
        assert found is not None and found[0]["status"] == status


# -- key-value pairs ----------------------------------------------------------------------------


def pairs() -> tuple[KvpHost, KvpGuest]:
    """Both ends, agreed; the guest says three things of itself."""
    service, driver = KvpHost(KVP, ONE, ONE), KvpGuest(KVP, ONE, ONE)
    driver.pools[kvp.AUTO] = {"OSName": "Windows", "OSVersion": "6.0.6001", "Größe": "Ü"}
    agree(service, driver)
    return service, driver


def test_a_pool_is_read_index_by_index_until_there_is_no_more() -> None:
    service, driver = pairs()
    heard = talk(service, driver, service.wish(Wish(kvp.ENUMERATE, kvp.AUTO)))
    assert heard == [Done("ENUMERATE", 0)]
    assert service.items[kvp.AUTO] == driver.pools[kvp.AUTO]
    assert service.transaction == 4, "three items, and the end"


def test_the_texts_are_utf_16_with_sizes_in_bytes_and_a_closing_zero() -> None:
    found = protocol.KVP_VALUE.unpack(kvp.pack_value("OSName", "Ü"))
    assert (found["value_type"], found["key_size"], found["value_size"]) == (1, 14, 4)
    assert found["key"][:14] == b"O\0S\0N\0a\0m\0e\0\0\0" and found["value"][:4] == b"\xdc\0\0\0"
    assert kvp.fits("k" * 255, "v" * 1023)
    assert not kvp.fits("k" * 256) and not kvp.fits("k", "v" * 1024)
    assert kvp.read_value(kvp.pack_value("k" * 255, "v" * 1023)) == ("k" * 255, "v" * 1023)


def test_one_question_at_a_time_the_others_wait() -> None:
    service, driver = pairs()
    first = service.wish(Wish(kvp.SET, kvp.EXTERNAL, "A", "1"))
    assert service.wish(Wish(kvp.SET, kvp.EXTERNAL, "B", "2")) == []
    assert service.wish(Wish(kvp.GET, kvp.EXTERNAL, "A")) == []
    assert len(said(first)) == 1
    assert talk(service, driver, first) == [Done("SET", 0), Done("SET", 0), Done("GET", 0)]
    assert driver.pools[kvp.EXTERNAL] == {"A": "1", "B": "2"} and service.items[kvp.EXTERNAL] == {"A": "1"}


def test_the_guest_says_what_the_host_has_changed() -> None:
    service, driver = pairs()
    for wish in (Wish(kvp.SET, kvp.EXTERNAL, "A", "1"), Wish(kvp.DELETE, kvp.EXTERNAL, "A")):
        (message,) = said(service.wish(wish))
        say, changed = driver.received(message)
        assert changed == KvpChanged(kvp.EXTERNAL, "A")
        assert isinstance(say, guest.Say)
        service.received(say.payload)


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        (Wish(kvp.GET, kvp.AUTO, "Nobody"), protocol.STATUS_NOT_FOUND),
        (Wish(kvp.DELETE, kvp.EXTERNAL, "Nobody"), protocol.STATUS_NOT_FOUND),
        (Wish(kvp.SET, kvp.AUTO, "OSName", "x"), STATUS_FAIL),
        (Wish(kvp.SET, kvp.GUEST, "A", "x"), STATUS_FAIL),
        (Wish(kvp.DELETE, kvp.AUTO, "OSName"), STATUS_FAIL),
        (Wish(kvp.GET, 4, "A"), protocol.STATUS_UNSUPPORTED),
    ],
)
def test_what_the_guest_does_not_do(wish: Wish, status: int) -> None:
    service, driver = pairs()
    before = repr(driver.pools)
    assert talk(service, driver, service.wish(wish)) == [
        Done(protocol.KVP_OPERATIONS[wish.operation], status)
    ]
    assert repr(driver.pools) == before


@pytest.mark.parametrize("operation", range(7))
@pytest.mark.parametrize("rest", [b"", bytes(3), bytes(515), bytes(2571), b"\xff" * 2576])
def test_a_request_cut_short_or_with_wrong_sizes_is_answered_with_failure(
    operation: int, rest: bytes
) -> None:
    _, driver = pairs()
    before = repr(driver.pools)
    body = bytes([operation, kvp.EXTERNAL, 0, 0]) + rest
    (answer,) = said(driver.received(protocol.wrap(KVP, body, (1, 0), (1, 0), 9, 3)))
    found = protocol.unwrap(answer)
    assert found is not None and found[0]["status"] != 0 and repr(driver.pools) == before


def test_an_answer_that_was_not_asked_for_is_not_heard() -> None:
    service, driver = pairs()
    (message,) = said(service.wish(Wish(kvp.ENUMERATE, kvp.AUTO)))
    (answer,) = said(driver.received(message))
    stray = bytearray(answer)
    stray[8 + protocol.IC_HEADER.offsets["transaction_id"]] ^= 1
    assert service.received(bytes(stray)) == [] and service.asking is not None
    assert service.give_up() == [Done("ENUMERATE", STATUS_FAIL)]
    assert service.received(answer) == [] and service.give_up() == []


# -- VSS ----------------------------------------------------------------------------------------

STEPS = (vss.THAWED, vss.CHECKING, vss.FREEZING, vss.FROZEN, vss.THAWING)
HOST_ASKS = {
    ("thawed", 2): "checking",
    ("thawed", 5): "freezing",
    ("freezing", 6): "thawing",
    ("frozen", 6): "thawing",
}


@pytest.mark.parametrize(("step", "operation"), list(product(STEPS, range(8))))
def test_the_host_asks_only_what_makes_sense(step: str, operation: int) -> None:
    service = VssHost(VSS, ONE, ONE, state=host.READY, step=step)
    effects = service.begin(operation)
    expected = HOST_ASKS.get((step, operation))
    assert (len(said(effects)) == 1) == (expected is not None)
    assert service.step == (expected or step)


GUEST_DOES = {**HOST_ASKS, ("frozen", 2): "checking"}


@pytest.mark.parametrize(("step", "operation"), list(product(STEPS, range(8))))
def test_the_guest_decides_every_request_in_every_state(step: str, operation: int) -> None:
    driver = VssGuest(VSS, ONE, ONE, ready=True, version=(1, 0), step=step)
    body = protocol.VSS_BODY.pack(operation=operation)
    effects = driver.received(protocol.wrap(VSS, body, (1, 0), (1, 0), 3, 3))
    expected = GUEST_DOES.get((step, operation))
    if expected is not None:
        assert effects == [Writers(operation)] and driver.step == expected
        (say,) = driver.did(True)
        assert isinstance(say, guest.Say)
        assert driver.step == {"checking": step, "freezing": "frozen", "thawing": "thawed"}[expected]
        return
    (answer,) = said(effects)
    found = protocol.unwrap(answer)
    known = operation in (vss.CHECK, vss.FREEZE, vss.THAW)
    assert found is not None
    assert found[0]["status"] == (STATUS_FAIL if known else protocol.STATUS_UNSUPPORTED)
    assert driver.step == step and driver.did(True) == []


def frozen() -> tuple[VssHost, VssGuest]:
    """Both ends, the writers frozen."""
    service, driver = VssHost(VSS, ONE, ONE), VssGuest(VSS, ONE, ONE)
    agree(service, driver)
    (message,) = said(service.begin(vss.FREEZE))
    driver.received(message)
    (answer,) = said(driver.did(True))
    assert service.received(answer) == [Done("FREEZE", 0)]
    assert service.step == driver.step == vss.FROZEN
    return service, driver


def test_freeze_and_thaw() -> None:
    service, driver = frozen()
    (message,) = said(service.begin(vss.THAW))
    assert driver.received(message) == [Writers(vss.THAW)]
    (answer,) = said(driver.did(True))
    assert service.received(answer) == [Done("THAW", 0)] and service.step == vss.THAWED


def test_a_guest_that_has_thawed_by_itself_fails_the_thaw() -> None:
    service, driver = frozen()
    driver.thawed_alone()
    (message,) = said(service.begin(vss.THAW))
    (answer,) = said(driver.received(message))
    assert service.received(answer) == [Done("THAW", STATUS_FAIL)] and service.step == vss.THAWED


def test_a_freeze_that_fails_leaves_both_thawed() -> None:
    service, driver = VssHost(VSS, ONE, ONE), VssGuest(VSS, ONE, ONE)
    agree(service, driver)
    (message,) = said(service.begin(vss.FREEZE))
    driver.received(message)
    (answer,) = said(driver.did(False))
    assert service.received(answer) == [Done("FREEZE", STATUS_FAIL)]
    assert service.step == driver.step == vss.THAWED


def test_a_freeze_that_the_host_gives_up_is_answered_late_and_not_heard() -> None:
    service, driver = VssHost(VSS, ONE, ONE), VssGuest(VSS, ONE, ONE)
    agree(service, driver)
    (message,) = said(service.begin(vss.FREEZE))
    driver.received(message)
    assert service.give_up() == [Done("FREEZE", STATUS_FAIL)] and service.give_up() == []
    (late,) = said(driver.did(True))
    assert service.received(late) == [] and service.step == vss.THAWED


def test_a_new_channel_forgets() -> None:
    service, _ = frozen()
    service.reset()
    assert (service.step, service.operation, service.state) == (vss.THAWED, 0, host.NEGOTIATING)
    pair, _ = pairs()
    pair.wish(Wish(kvp.ENUMERATE, kvp.AUTO))
    pair.reset()
    assert (pair.asking, pair.wishes, pair.items) == (None, [], {})
