"""-ComputerName: the same commands, spoken to another host of the lab."""

from __future__ import annotations

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session.choices import completions
from hvlab.session.session import Session

VM2 = r"New-VM web02 512MB -VHDPath C:\Images\WS2008-x64.vhd -ComputerName "


def two() -> Session:
    return Session(scenario="two-nodes", exports=False)


def values(session: Session, command: str) -> list[str]:
    host = RecordingHost()
    session.shell.host = host
    outcome = session.run(command)
    assert outcome.ok, [error.message for error in outcome.errors]
    return [str(value) for value in host.objects]


@pytest.mark.parametrize("name", ["host2", "HV02", "hv02"])
def test_a_machine_is_made_on_the_host_that_is_named_and_nowhere_else(name: str) -> None:
    session = two()
    assert session.run(VM2 + name).ok
    assert values(session, "(Get-VM | Measure-Object).Count") == ["0"]
    assert values(session, "(Get-VM -ComputerName host2).ComputerName") == ["HV02"]
    for here in (".", "localhost", "HV01", "host1"):
        assert values(session, f"(Get-VM -ComputerName {here} | Measure-Object).Count") == ["0"]


def test_a_machine_from_the_pipeline_is_started_where_it_is() -> None:
    session = two()
    assert session.run(VM2 + "host2").ok
    assert session.run("New-VM web02 1GB -NoVHD").ok  # of the same name, on the first host
    assert session.run("Get-VM -ComputerName host2 | Start-VM").ok
    assert session.run("Wait-Lab web02 -For Heartbeat -ComputerName host2").ok
    assert values(session, "(Get-VM web02 -ComputerName HV02).State") == ["Running"]
    assert values(session, "(Get-VM web02).State") == ["Off"]
    assert session.world.has("host2/web02") and not session.world.has("host1/web02")


def test_an_unknown_host_is_refused_with_those_there_are() -> None:
    outcome = two().run("Get-VM -ComputerName HV09")
    assert not outcome.ok
    assert "HV01, HV02" in outcome.errors[0].message
    assert "HV01." in Session(exports=False).run("Get-VM -ComputerName host2").errors[0].message


def test_hosts_have_addresses_of_their_own_and_hear_each_other() -> None:
    session = two()
    assert values(session, "Test-Connection 192.168.0.11 -Quiet") == ["True"]
    for host in ("host1", "host2"):
        assert session.run(f"New-VM {host}vm 512MB -NoVHD -ComputerName {host}").ok
        assert session.run(f"Start-VM {host}vm -ComputerName {host}").ok
    one, other = (
        values(session, f"(Get-VMNetworkAdapter {host}vm -ComputerName {host}).MacAddress")[0]
        for host in ("host1", "host2")
    )
    assert one != other and one[:-2] != other[:-2]


def test_the_names_of_the_hosts_are_offered() -> None:
    source = "Get-VM -ComputerName "
    assert {choice.text for choice in completions(two(), source, len(source))} == {"HV01", "HV02"}
