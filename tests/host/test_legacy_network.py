"""The legacy adapter in the whole: it needs no integration services, and what it costs is counted."""

from __future__ import annotations

from tests.console.hyperv.test_networks import values
from tests.host.support import OLD, SYSTEM, Lab


def lab_with(disk: str, legacy: bool) -> Lab:
    """A booted guest with one adapter on an external switch, at 192.168.0.31."""
    lab = Lab()
    lab.run("New-VMSwitch LAN -NetAdapterName 'Local Area Connection'")
    lab.run(f"New-VM a -VHDPath {disk}; Remove-VMNetworkAdapter a")
    lab.run(f"Add-VMNetworkAdapter a -IsLegacy ${legacy} -SwitchName LAN")
    lab.run("Start-VM a; Wait-Lab a; Set-LabGuestAddress a 192.168.0.31")
    return lab


def cost_of_a_ping(lab: Lab) -> tuple[int, int]:
    """Intercepts and nanoseconds of one ping to the host, when addresses are known."""
    lab.run("Test-Connection host -Source a -Count 1")
    before = len(lab.world.trace)
    (ping,) = lab.run("Test-Connection host -Source a -Count 1")
    assert values([ping], "Outcome") == ["ok"]
    (ended,) = lab.events("guest.network", before)
    lab.settle()
    return len(lab.events("intercept", before)), ended.get("round_trip")


def test_a_guest_without_integration_services_has_a_network_by_the_legacy_adapter_only() -> None:
    lab = lab_with(OLD, legacy=True)
    assert lab.run("Test-Connection fileserver -Source a -Count 1 -Quiet") == [True]
    assert lab.run("Test-Connection a -Count 1 -Quiet") == [True]
    without = Lab()
    without.run("New-VMSwitch LAN -NetAdapterName 'Local Area Connection'")
    without.run(f"New-VM a -VHDPath {OLD} -SwitchName LAN; Start-VM a; Wait-Lab a")
    assert without.tried("Set-LabGuestAddress a 192.168.0.31") == ["InvalidState"]


def test_the_same_ping_by_both_adapters() -> None:
    legacy, synthetic = (cost_of_a_ping(lab_with(SYSTEM, kind)) for kind in (True, False))
    # One access to send; the answer is there before the guest looks, so one look and one acknowledgement do for both.
    assert legacy[0] == 3 and synthetic[0] == 0
    assert legacy[1] > 2 * synthetic[1]


def test_many_frames_at_once_are_all_answered_or_counted() -> None:
    lab = lab_with(OLD, legacy=True)
    lab.run("Test-Connection a -Count 1")
    answers = lab.run("Invoke-LabRequest 192.168.0.31 -Count 20")
    assert sum(count for count in values(answers, "Count") if isinstance(count, int)) == 20
    assert "a" in values(answers, "Node")
    assert lab.run("Test-Connection a -Count 1 -Quiet") == [True], "it has not got stuck"


def test_four_legacy_adapters_and_eight_synthetic_ones_in_one_machine() -> None:
    lab = Lab()
    lab.run("New-VMSwitch LAN -SwitchType Private")
    lab.run(f"New-VM a -VHDPath {SYSTEM}")
    lab.run("1..7 | ForEach-Object { Add-VMNetworkAdapter a -SwitchName LAN }")  # besides the one it has
    lab.run("1..4 | ForEach-Object { Add-VMNetworkAdapter a -SwitchName LAN -IsLegacy $true }")
    lab.run("Start-VM a; Wait-Lab a -For Heartbeat; Wait-Lab -Seconds 2")
    assert len(lab.run("Get-LabGuestAddress a")) == 12
    assert len(set(values(lab.run("Get-LabGuestAddress a"), "MacAddress"))) == 12
    lab.run("Stop-VM a")
    assert lab.state("a") == "Off"


def test_a_pulled_cable_of_a_legacy_adapter_is_not_told() -> None:
    lab = lab_with(OLD, legacy=True)
    lab.run("Set-LabCable a -State Pulled")
    assert values(lab.run("Get-LabGuestAddress a"), "Media") == ["Connected"]
    assert lab.tried("Test-Connection fileserver -Source a -Count 1") == ["TestConnectionException"]
    lab.run("Set-LabCable a -State Connected")
    assert lab.run("Test-Connection fileserver -Source a -Count 1 -Quiet") == [True]
