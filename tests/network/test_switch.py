"""The switch: learning, ageing, VLANs and refusals by hand, then properties over random traffic."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvlab.network import frames
from hvlab.network.addresses import BROADCAST
from hvlab.network.switch import ACCESS, AGEING, TRUNK, Switch


def mac(number: int) -> bytes:
    """An address for a test's station."""
    return bytes([0, 0x15, 0x5D, 0, 0, number])


def frame(destination: bytes, source: bytes, vlan: int = 0) -> bytes:
    """A frame of 60 bytes, or 64 with a tag."""
    data = frames.build(destination, source, 0x1234, b"data")
    return frames.tagged(data, vlan) if vlan else data


def switch_of(count: int) -> Switch:
    """A switch with that many stations, whose addresses are mac(1)..."""
    switch = Switch()
    for number in range(1, count + 1):
        switch.plug(f"vm{number}", mac(number))
    return switch


def targets(switch: Switch, number: int, data: bytes, now: int = 0) -> list[int]:
    """Where a frame goes."""
    return [port for port, _ in switch.forward(number, data, now).out]


def test_an_unknown_destination_floods_and_a_known_one_does_not() -> None:
    switch = switch_of(4)
    assert switch.forward(1, frame(mac(2), mac(1)), 0).action == "flood"
    assert targets(switch, 2, frame(mac(1), mac(2))) == [1]
    assert targets(switch, 1, frame(mac(2), mac(1))) == [2]
    assert targets(switch, 3, frame(BROADCAST, mac(3))) == [1, 2, 4]


def test_an_address_ages_and_is_then_flooded_again() -> None:
    switch = switch_of(3)
    switch.forward(2, frame(BROADCAST, mac(2)), 0)
    assert targets(switch, 1, frame(mac(2), mac(1)), AGEING) == [2]
    assert targets(switch, 1, frame(mac(2), mac(1)), AGEING + 1) == [2, 3]
    assert (0, mac(2)) not in switch.table


def test_an_address_moves_with_its_station() -> None:
    switch = Switch()
    for name in "abc":
        switch.plug(name, spoofing=True)
    switch.forward(1, frame(BROADCAST, mac(9)), 0)
    assert targets(switch, 3, frame(mac(9), mac(3))) == [1]
    switch.forward(2, frame(BROADCAST, mac(9)), 5)
    assert targets(switch, 3, frame(mac(9), mac(3)), 6) == [2]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bytes(20), "bad frame"),
        (frame(mac(2), BROADCAST), "bad sender"),
        (frame(mac(2), mac(7)), "foreign sender"),
        (frame(mac(2), mac(1), vlan=5), "vlan"),
    ],
)
def test_what_ends_at_the_port(data: bytes, why: str) -> None:
    switch = switch_of(2)
    decision = switch.forward(1, data, 0)
    assert (decision.action, decision.why, decision.out) == ("drop", why, ())
    assert switch.ports[1].dropped == 1 and switch.table == {}


def test_a_pulled_cable_neither_gives_nor_takes_and_its_addresses_are_forgotten() -> None:
    switch = switch_of(3)
    switch.forward(2, frame(BROADCAST, mac(2)), 0)
    switch.link(2, False)
    assert switch.table == {}
    assert switch.forward(2, frame(mac(1), mac(2)), 1).why == "cable"
    assert targets(switch, 1, frame(BROADCAST, mac(1)), 1) == [3]
    switch.link(2, True)
    assert targets(switch, 1, frame(BROADCAST, mac(1)), 2) == [2, 3]


def test_a_destination_on_the_senders_own_port_goes_nowhere() -> None:
    switch = Switch()
    switch.plug("uplink", spoofing=True)
    switch.plug("vm", mac(1))
    switch.forward(1, frame(BROADCAST, mac(8)), 0)
    assert switch.forward(1, frame(mac(8), mac(9)), 0).why == "own segment"


def test_access_ports_and_a_trunk() -> None:
    switch = switch_of(3)
    trunk = switch.plug("uplink", spoofing=True)
    trunk.mode, trunk.allowed = TRUNK, (10, 20)
    for number, vlan in ((1, 10), (2, 20), (3, 30)):
        switch.ports[number].mode, switch.ports[number].vlan = ACCESS, vlan
    out = switch.forward(1, frame(BROADCAST, mac(1)), 0).out
    assert [(port, frames.parse(data).vlan) for port, data in out] == [(4, 10)]
    out = switch.forward(4, frame(BROADCAST, mac(50), vlan=20), 0).out
    assert [(port, frames.parse(data).vlan) for port, data in out] == [(2, 0)]
    assert switch.forward(4, frame(BROADCAST, mac(50), vlan=30), 0).why == "vlan"
    assert targets(switch, 3, frame(BROADCAST, mac(3))) == []


def test_a_trunks_native_vlan_goes_without_a_tag() -> None:
    switch = switch_of(1)
    trunk = switch.plug("uplink", spoofing=True)
    trunk.mode, trunk.vlan = TRUNK, 10
    switch.ports[1].mode, switch.ports[1].vlan = ACCESS, 10
    ((_, out),) = switch.forward(1, frame(BROADCAST, mac(1)), 0).out
    assert frames.parse(out).vlan == 0
    assert targets(switch, 2, frame(BROADCAST, mac(9))) == [1]


MODES = st.sampled_from([("Untagged", 0, None), (ACCESS, 10, None), (ACCESS, 20, None), (TRUNK, 0, None),
                         (TRUNK, 10, (20,)), (TRUNK, 0, (10, 20))])  # fmt: skip


@settings(max_examples=60)
@given(
    st.lists(st.tuples(MODES, st.booleans()), min_size=1, max_size=6),
    st.lists(
        st.tuples(
            st.integers(1, 6), st.integers(0, 7), st.integers(0, 7), st.sampled_from([0, 0, 10, 20, 30])
        ),
        max_size=40,
    ),
)
def test_properties_of_any_traffic(ports: list[Any], traffic: list[tuple[int, int, int, int]]) -> None:
    switch = Switch()
    for (mode, vlan, allowed), linked in ports:
        port = switch.plug("station", spoofing=True)
        port.mode, port.vlan, port.allowed, port.linked = mode, vlan, allowed, linked
    came = gone = ended = 0
    for now, (number, to, source, tag) in enumerate(traffic):
        number = (number - 1) % len(ports) + 1
        destination = BROADCAST if to == 0 else mac(to)
        before = dict(switch.table)
        decision = switch.forward(number, frame(destination, mac(source), tag), now)
        came += switch.ports[number].linked
        gone += len(decision.out)
        ended += decision.action == "drop"
        receivers = [receiver for receiver, _ in decision.out]
        assert number not in receivers and len(receivers) == len(set(receivers))
        assert (decision.action == "drop") == bool(decision.why)
        for receiver, data in decision.out:
            port = switch.ports[receiver]
            assert port.linked and port.carries(decision.vlan)
            seen = frames.parse(data)
            inside = seen.vlan or (port.vlan if port.mode != "Untagged" else 0)
            assert inside == decision.vlan, "a frame never changes its VLAN"
            assert (seen.destination, seen.payload[:4]) == (destination, b"data")
        if decision.action == "flood":
            assert destination == BROADCAST or (decision.vlan, destination) not in before
            fitting = [p.number for p in switch.ports.values()
                       if p.number != number and p.linked and p.carries(decision.vlan)]  # fmt: skip
            assert receivers == fitting
        if decision.action == "forward":
            assert receivers == [before[decision.vlan, destination][0]]
    assert sum(port.frames_in for port in switch.ports.values()) == came
    assert sum(port.frames_out for port in switch.ports.values()) == gone
    assert sum(port.dropped for port in switch.ports.values()) == ended
