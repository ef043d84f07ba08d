"""Networks as they are looked at: the switches' own figures, and pings as they went."""

from __future__ import annotations

import pytest

from hvlab.host.networks import VirtualNetworks
from hvlab.session import networkview
from hvlab.session.networkview import NetworkView
from hvlab.session.session import Session
from tests.conftest import IMAGE


def look(session: Session) -> NetworkView:
    view = networkview.look(session.world, session.host)
    assert view is not None
    return view


@pytest.fixture(scope="module")
def talked() -> Session:
    session = Session()
    session.run("New-VMSwitch lan -SwitchType Internal")
    session.run(f"New-VM web01 -MemoryStartupBytes 512MB -VHDPath {IMAGE} -SwitchName lan")
    session.run("Start-VM web01; Wait-Lab web01; Test-LabNetwork | Out-Null")
    return session


def test_ports_and_tables_are_the_switches_own(talked: Session) -> None:
    networks = talked.world.get("host1/root/vmswitch", VirtualNetworks)
    switches = {switch.name: switch.switch for switch in networks.switches.values()}
    switches[""] = networks.segment.switch
    view = look(talked)
    assert {switch.name for switch in view.switches} == set(switches)
    for switch in view.switches:
        real = switches[switch.name]
        for port in switch.ports:
            one = real.ports[port.number]
            assert (port.frames_in, port.frames_out) == (one.frames_in, one.frames_out)
            assert (port.name, port.dropped, port.linked) == (one.name, one.dropped, one.linked)
        assert len(switch.table) == len(real.table) > 0


def test_frames_of_the_trace_add_up_to_the_ports_figures(talked: Session) -> None:
    events = [
        (number, event)
        for number, event in enumerate(talked.world.trace.events, 1)
        if event[1] == "net.frame"
    ]
    frames = [networkview.frame(number, event) for number, event in events]
    for switch in look(talked).switches:
        for port in switch.ports:
            came = [one for one in frames if (one.switch, one.entry) == (switch.name, port.name)]
            assert len(came) == port.frames_in, (switch.name, port.name)


def test_the_last_ping_of_each_pair_is_what_its_asker_knows(talked: Session) -> None:
    view = look(talked)
    assert view.askers == ("web01", "host")
    assert view.pings["host", "web01"].outcome == "ok"
    assert view.pings["host", "web01"].took > 0
    assert view.pings["web01", "router"].outcome == "no route"
    assert ("router", "host") not in view.pings


def test_everybody_with_an_address_is_there(talked: Session) -> None:
    assert [name for name, _ in look(talked).stations] == ["web01", "host", "host", "router", "fileserver"]


def test_what_is_forgotten_after_five_minutes_is_not_shown(talked: Session) -> None:
    session = Session()
    session.run("New-VMSwitch lan -SwitchType Internal; Test-LabNetwork | Out-Null")
    assert any(switch.table for switch in look(session).switches)
    session.run("Start-Sleep -Seconds 301")
    assert not any(switch.table for switch in look(session).switches)


def test_a_host_without_networks_has_nothing_to_show() -> None:
    assert networkview.look(Session().world, "elsewhere") is None
