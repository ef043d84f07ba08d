"""The integration components: host and guest talking to each other, and each against rubbish."""

from __future__ import annotations

import pytest

from hvlab.devices.integration import guest, host, protocol
from hvlab.devices.integration.guest import IcGuest
from hvlab.devices.integration.host import NEGOTIATING, READY, REFUSED, IcHost
from hvlab.devices.integration.protocol import HEARTBEAT, NEGOTIATE, SHUTDOWN, Version
from hvlab.vmbus.packets import PIPE_HEADER

OLD: tuple[Version, ...] = ((1, 0),)
BOTH: tuple[Version, ...] = ((3, 0), (1, 0))


def said(effects: list[host.Effect] | list[guest.Effect]) -> bytes:
    """The one message among the effects."""
    (message,) = [e.payload for e in effects if isinstance(e, (host.Say, guest.Say))]
    return message


def parts(message: bytes) -> tuple[dict[str, int], bytes]:
    """Header and body of a message that is one."""
    found = protocol.unwrap(message)
    assert found is not None
    return found


def pair(
    kind: int,
    of_host: tuple[tuple[Version, ...], tuple[Version, ...]] = (BOTH, BOTH),
    of_guest: tuple[tuple[Version, ...], tuple[Version, ...]] = (BOTH, BOTH),
) -> tuple[IcHost, IcGuest, list[guest.Effect], list[host.Effect]]:
    """A host and a guest that have negotiated, and what came of it."""
    service, driver = IcHost(kind, *of_host), IcGuest(kind, *of_guest)
    answer = driver.received(said(service.opened()))
    return service, driver, answer, service.received(said(answer))


# -- the wire -----------------------------------------------------------------------------------


def test_the_first_message_is_byte_for_byte_as_documented() -> None:
    message = said(IcHost(HEARTBEAT, BOTH, OLD).opened())
    pipe = bytes.fromhex("01000000 28000000".replace(" ", ""))
    header = "0300 0000 0000 0100 0000 1400 00000000 00 03 0000"
    body = "0200 0100 00000000 0300 0000 0100 0000 0100 0000"
    assert message == pipe + bytes.fromhex(header.replace(" ", "")) + bytes.fromhex(body.replace(" ", ""))


def test_the_bodies_have_their_sizes() -> None:
    assert protocol.IC_HEADER.size == 20 and PIPE_HEADER.size == 8
    assert protocol.HEARTBEAT_BODY.size == 40 and protocol.SHUTDOWN_BODY.size == 2060


# -- negotiation --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_host", "of_guest", "chosen"),
    [
        ((BOTH, BOTH), (BOTH, BOTH), ((3, 0), (3, 0))),
        ((OLD, OLD), (BOTH, BOTH), ((1, 0), (1, 0))),
        ((BOTH, BOTH), (OLD, OLD), ((1, 0), (1, 0))),
        ((BOTH, ((3, 2), (3, 1), (1, 0))), (BOTH, ((3, 1), (3, 0))), ((3, 0), (3, 1))),
    ],
)
def test_the_highest_common_versions_are_agreed(
    of_host: tuple[tuple[Version, ...], tuple[Version, ...]],
    of_guest: tuple[tuple[Version, ...], tuple[Version, ...]],
    chosen: tuple[Version, Version],
) -> None:
    service, driver, answer, outcome = pair(HEARTBEAT, of_host, of_guest)
    assert guest.Agreed(chosen[1]) in answer and outcome == [host.Agreed(chosen[1])]
    assert (service.state, service.framework, service.version) == (READY, *chosen)
    assert driver.ready
    header, body = parts(said(answer))
    assert header["flags"] == 5 and header["message_type"] == NEGOTIATE and header["message_size"] == 16
    assert protocol.read_versions(body) == ([chosen[0]], [chosen[1]])


@pytest.mark.parametrize(
    ("of_host", "of_guest"),
    [((OLD, BOTH), (((3, 0),), BOTH)), ((BOTH, OLD), (BOTH, ((3, 0),))), ((BOTH, BOTH), ((), ()))],
)
def test_without_common_versions_the_guest_refuses_with_no_versions(
    of_host: tuple[tuple[Version, ...], tuple[Version, ...]],
    of_guest: tuple[tuple[Version, ...], tuple[Version, ...]],
) -> None:
    service, driver, answer, outcome = pair(HEARTBEAT, of_host, of_guest)
    _, body = parts(said(answer))
    assert body[:4] == bytes(4), "counts 0/0"
    assert outcome == [] and service.state == REFUSED and not driver.ready
    assert service.beat() == []


@pytest.mark.parametrize(
    ("frameworks", "versions"),
    [
        ((), ()),
        (((3, 0),), ()),
        (((3, 0), (1, 0)), ((3, 0),)),
        (((3, 0),), ((9, 9),)),
        (((9, 9),), ((3, 0),)),
    ],
)
def test_a_choice_that_was_not_offered_is_no_agreement(
    frameworks: tuple[Version, ...], versions: tuple[Version, ...]
) -> None:
    service = IcHost(SHUTDOWN, BOTH, BOTH)
    service.opened()
    body = protocol.pack_versions(frameworks, versions)
    assert service.received(protocol.wrap(NEGOTIATE, body, (3, 0), (3, 0), 0, 5)) == []
    assert service.state == REFUSED and service.shut_down(False) == []


def test_a_new_negotiation_begins_anew() -> None:
    service, driver, _, _ = pair(HEARTBEAT)
    again = service.opened()
    assert service.state == NEGOTIATING and service.beat() == []
    assert service.received(said(driver.received(said(again)))) == [host.Agreed((3, 0))]


# -- heartbeat ----------------------------------------------------------------------------------


def test_the_guest_adds_one_to_the_heartbeats_number() -> None:
    service, driver, _, _ = pair(HEARTBEAT)
    for number in (1, 2, 3):
        asked = said(service.beat())
        header, body = parts(asked)
        assert int.from_bytes(body[:8], "little") == number
        assert header["flags"] == 3 and header["message_type"] == HEARTBEAT
        answer = said(driver.received(asked))
        echoed, answered = parts(answer)
        assert int.from_bytes(answered[:8], "little") == number + 1
        assert int.from_bytes(answered[8:12], "little") == 1, "healthy"
        assert echoed["transaction_id"] == header["transaction_id"] and echoed["flags"] == 5
        assert service.received(answer) == [host.Beat(number)]
        assert service.answered == number


def test_transaction_numbers_fit_their_byte() -> None:
    service, driver, _, _ = pair(HEARTBEAT)
    for _ in range(600):
        outcome = service.received(said(driver.received(said(service.beat()))))
    assert outcome == [host.Beat(600)]


# -- shutdown -----------------------------------------------------------------------------------


@pytest.mark.parametrize("force", [False, True])
def test_a_shutdown_is_answered_before_it_is_done(force: bool) -> None:
    service, driver, _, _ = pair(SHUTDOWN)
    asked = said(service.shut_down(force))
    header, body = parts(asked)
    assert header["message_type"] == SHUTDOWN and len(body) == 2060
    assert [int.from_bytes(body[at : at + 4], "little") for at in (0, 8)] == [0x80000000, int(force)]
    say, act = driver.received(asked)
    assert isinstance(say, guest.Say) and act == guest.ShutDown(force)
    assert service.received(say.payload) == [host.ShutdownAnswer(True)]


def test_a_guest_that_hangs_declines() -> None:
    service, driver, _, _ = pair(SHUTDOWN)
    driver.refuses = True
    (say,) = driver.received(said(service.shut_down(False)))
    assert isinstance(say, guest.Say)
    assert parts(say.payload)[0]["status"] == protocol.STATUS_FAIL
    assert service.received(say.payload) == [host.ShutdownAnswer(False)]


# -- rubbish ------------------------------------------------------------------------------------

GOOD = protocol.wrap(HEARTBEAT, protocol.HEARTBEAT_BODY.pack(sequence=9), (3, 0), (3, 0), 1, 5)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        bytes(27),
        bytes(28),
        GOOD[:-1],
        b"\2" + GOOD[1:],
        protocol.wrap(HEARTBEAT, b"1234567", (3, 0), (3, 0), 1, 7),
        protocol.wrap(SHUTDOWN, b"x" * 11, (3, 0), (3, 0), 1, 7),
        protocol.wrap(2, bytes(100), (3, 0), (3, 0), 1, 7),
        protocol.wrap(99, bytes(100), (3, 0), (3, 0), 1, 7),
    ],
)
@pytest.mark.parametrize("kind", [HEARTBEAT, SHUTDOWN])
def test_rubbish_is_ignored_by_both(kind: int, message: bytes) -> None:
    service, driver, _, _ = pair(kind)
    before = (repr(service), repr(driver))
    if kind == SHUTDOWN and message[12:14] == b"\3\0":  # a short answer to a shutdown still is one
        assert driver.received(message) == []
    else:
        assert driver.received(message) == [] and service.received(message) == []
    assert (repr(service), repr(driver)) == before


def test_a_negotiation_that_is_cut_short_gets_no_answer() -> None:
    driver = IcGuest(HEARTBEAT, BOTH, BOTH)
    for body in (b"", bytes(7), b"\2\0\2\0" + bytes(4) + bytes(15), b"\xff\xff\xff\xff" + bytes(4)):
        assert driver.received(protocol.wrap(NEGOTIATE, body, (3, 0), (3, 0), 0, 3)) == []
    assert not driver.ready


def test_before_an_agreement_nobody_asks_and_no_answer_counts() -> None:
    service, driver = IcHost(HEARTBEAT, BOTH, BOTH), IcGuest(HEARTBEAT, BOTH, BOTH)
    service.opened()
    assert service.beat() == []
    assert service.received(GOOD) == [] and service.answered == 0
    assert driver.received(GOOD) == []


def test_a_request_is_no_answer() -> None:
    service, _, _, _ = pair(HEARTBEAT)
    request = protocol.wrap(HEARTBEAT, protocol.HEARTBEAT_BODY.pack(sequence=9), (3, 0), (3, 0), 1, 3)
    assert service.received(request) == [] and service.answered == 0
