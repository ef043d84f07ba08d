"""The role is removed and installed again: what stays, what goes, what comes back."""

from __future__ import annotations

import pytest

from tests.host.support import SYSTEM, Lab

NETWORK = "New-VMSwitch LAN -NetAdapterName 'Local Area Connection'"
REMOVE = "ServerManagerCmd -remove Hyper-V -restart"
AGAIN = "ServerManagerCmd -install Hyper-V -restart"


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def test_files_stay_machines_are_unknown_and_come_back_without_their_network() -> None:
    lab = Lab()
    lab.run(f"{NETWORK}; New-VM web01 512MB -VHDPath {SYSTEM} -SwitchName LAN; Start-VM web01")
    lab.run("Wait-Lab web01 -For Heartbeat; Set-LabGuestFile web01 a.txt one")
    identifier = lab.vmms.machine("web01").identifier
    lab.run(REMOVE)
    assert lab.vmms.server.role == "Absent" and not lab.vmms.server.launched
    assert lab.run("Get-VM") == [] and not lab.vmms.networks.switches
    paths = lab.storage.files.paths()
    assert SYSTEM in paths and any(path.endswith(".bin") for path in paths), (
        "it was saved, as its settings say"
    )
    assert reason(lab, "New-VM a -NoVHD") == "no-role"
    assert lab.run("Test-Connection 192.168.0.1 -Count 1"), "the adapter has its address back"
    lab.run(AGAIN)
    machine = lab.vmms.machine("web01")
    assert machine.identifier == identifier and machine.adapters[0].switch == ""
    lab.run("if ((Get-VM web01).State -ne 'Running') { Start-VM web01 }; Wait-Lab web01 -For Heartbeat")
    row = lab.run("(Get-LabGuestFile web01 a.txt).Content")
    assert row == ["one"]


def test_until_the_restart_everything_works_on() -> None:
    lab = Lab()
    lab.run("ServerManagerCmd -remove Hyper-V; New-VM web01 -NoVHD; Start-VM web01")
    assert lab.vmms.server.role == "RemovedAtRestart"
    lab.run("Restart-Computer")
    assert lab.vmms.server.role == "Absent" and lab.run("Get-VM") == []
    assert [e.get("detail") for e in lab.world.trace if e.kind == "server" and e.get("action") == "role"] == [
        "Removing",
        "RemovedAtRestart",
        "Absent",
    ]


def test_a_host_that_goes_down_in_the_middle_keeps_the_role() -> None:
    lab = Lab()
    lab.vmms.server.remove_role()
    lab.settle(1)
    lab.vmms.root_crashes()
    lab.settle(1000)
    assert lab.vmms.server.role in ("Installed", "Absent")
    assert (lab.vmms.server.role == "Installed") == lab.vmms.server.launched


@pytest.mark.parametrize("again", [REMOVE, "ServerManagerCmd -remove Hyper-V -whatif"])
def test_a_role_that_is_not_there_cannot_be_removed(again: str) -> None:
    lab = Lab(scenario="bare-server")
    if "whatif" in again:
        assert lab.run(again) and lab.vmms.server.role == "Absent"
    else:
        assert reason(lab, again) == "role-not-there"


def test_core_has_its_own_program() -> None:
    lab = Lab(scenario="core-host")
    before = lab.vmms.server.role
    if before != "Installed":
        lab.run("start /w ocsetup Microsoft-Hyper-V; Restart-Computer")
    lab.run("start /w ocsetup Microsoft-Hyper-V /uninstall; Restart-Computer")
    assert lab.vmms.server.role == "Absent"
