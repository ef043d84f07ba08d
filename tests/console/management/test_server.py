"""From a bare server to a running machine, by the commands that one would type; and what each mistake says."""

from __future__ import annotations

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text


class Desk:
    """A session in a scenario, and what its commands emit."""

    def __init__(self, scenario: str, language: str = "en") -> None:
        self.recorded = RecordingHost()
        self.session = Session(scenario=scenario, host=self.recorded, language=language)

    def run(self, text: str) -> list[object]:
        self.recorded.objects.clear()
        outcome = self.session.run(text)
        assert outcome.ok, (text, [error.message for error in outcome.errors])
        return list(self.recorded.objects)

    def fails(self, text: str) -> str:
        """The id of the explanation of the one error."""
        (error,) = self.session.run(text).errors
        assert error.explain is not None
        for language in LANGUAGES:
            assert Text(language)(error.explain[0], **error.explain[1])
        return error.explain[0]


def test_from_a_bare_server_to_a_running_machine() -> None:
    desk = Desk("bare-server")
    assert desk.fails("New-VM web01 512MB -NoVHD") == "explain.no-role"
    assert desk.fails("New-VMSwitch Inside -SwitchType Private") == "explain.no-role"
    (line,) = desk.run("ServerManagerCmd -install Hyper-V")
    assert "restart" in str(line)
    desk.run("wusa Windows6.0-KB950050-x64.msu /quiet /norestart; Restart-Computer")
    desk.run("New-VM web01 512MB -NoVHD")
    assert desk.fails("Start-VM web01") == "explain.no-hypervisor"
    assert desk.run("(Get-EventLog System -Newest 1).EventID") == [41]
    assert desk.run("(Get-WinEvent Microsoft-Windows-Hyper-V-Worker-Admin -MaxEvents 1).Id") == [3112]
    desk.run("Set-LabFirmware -Virtualization On -ExecuteDisable On; Restart-Computer")
    states = "Test-LabServer | Where-Object Met -eq $false | ForEach-Object { $_.State }"
    assert desk.run(states) == ["NeedsPowerCycle", "NeedsPowerCycle"]
    desk.run("Stop-Computer; Start-LabServer")
    assert desk.run(states) == []
    desk.run("Start-VM web01")
    assert desk.run("(Get-VM web01).State -eq 'Running'") == [True]


def test_core_has_no_server_manager_and_ocsetup_alone_does_not_wait() -> None:
    desk = Desk("core-host")
    assert desk.fails("ServerManagerCmd -install Hyper-V") == "explain.no-server-manager"
    desk.run("ocsetup Microsoft-Hyper-V")
    assert desk.run("(Get-LabServer).Role") == ["Installing"]
    desk = Desk("core-host")
    desk.run("start /w ocsetup Microsoft-Hyper-V")
    assert desk.run("(Get-LabServer).Role") == ["RestartNeeded"]
    desk.run("Restart-Computer; New-VM web01 512MB -VHDPath C:\\Images\\NT4.vhd; Start-VM web01")


def test_bcdedit_switches_the_hypervisor_off_and_on() -> None:
    desk = Desk("one-host")
    desk.run("New-VM web01 512MB -NoVHD; bcdedit /set hypervisorlaunchtype off; Restart-Computer")
    assert desk.fails("Start-VM web01") == "explain.no-hypervisor"
    assert desk.run("(Get-EventLog System -Newest 1).EventID") == [5]
    assert any("Off" in str(line) for line in desk.run("bcdedit"))
    desk.run("bcdedit /set hypervisorlaunchtype auto; Restart-Computer; Start-VM web01")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_log_follows_a_machine_through_its_life(language: str) -> None:
    desk = Desk("one-host", language)
    desk.run(
        "New-VM web01 512MB -NoVHD; Start-VM web01; Suspend-VM web01; Resume-VM web01; Save-VM web01; "
        "Start-VM web01; Stop-VM web01 -TurnOff; Remove-VM web01 -Force"
    )
    numbers = desk.run("Get-WinEvent | Where-Object LogName -like *Hyper-V* | ForEach-Object { $_.Id }")
    assert numbers == [13003, 18502, 18596, 18510, 18518, 18516, 18500, 13002]
    assert all("web01" in str(text) for text in desk.run("(Get-WinEvent *-VMMS-Admin).Message"))


@pytest.mark.parametrize(
    ("text", "explanation"),
    [
        ("Get-EventLog Nothing", "explain.no-such-log"),
        ("Test-LabProcessor Z80", "explain.no-such-processor"),
        ("wusa KB952627", "explain.program-usage"),
        ("bcdedit /set nx alwayson", "explain.program-usage"),
        ("start notepad", "explain.program-usage"),
        ("ocsetup Telnet", "explain.program-usage"),
        ("ServerManagerCmd -install DNS", "explain.program-usage"),
        ("ServerManagerCmd -install Hyper-V", "explain.role-there"),
        ("Start-LabServer", "explain.host-on"),
        ("Stop-Computer; Get-EventLog System", "explain.host-off"),
    ],
)
def test_each_mistake_is_explained(text: str, explanation: str) -> None:
    assert Desk("one-host").fails(text) == explanation


def test_the_catalogue_tells_what_is_absent() -> None:
    desk = Desk("one-host")
    verdict = "(Test-LabProcessor '{}').Verdict"
    assert desk.run(verdict.format("Intel Xeon E5410")) == ["Suitable"]
    assert desk.run(verdict.format("Intel Core 2 Duo E4300")) == ["Missing: Intel VT"]
    assert desk.run(verdict.format("AMD Opteron 248")) == ["Missing: AMD-V"]
    assert desk.run(verdict.format("Intel Itanium 2 9050")) == ["Itanium"]
    assert desk.run(verdict.format("Intel Xeon 2.8 Prestonia")) == ["Missing: x64, Intel VT, DEP (XD)"]


def test_undo_brings_the_firmware_and_the_log_back() -> None:
    desk = Desk("one-host")
    before = desk.run("(Get-WinEvent).Count")
    desk.run("Set-LabFirmware -Virtualization Off")
    desk.run("New-VM web01 512MB -NoVHD")
    desk.run("Undo-Lab; Undo-Lab")
    assert desk.run("(Get-LabServer).VirtualizationSetting") == ["On"]
    assert desk.run("(Get-WinEvent).Count") == before


def test_the_clients_tools_have_another_number_than_the_servers_update() -> None:
    desk = Desk("core-host")
    assert desk.fails("Connect-LabServer") == "explain.no-client-tools"
    assert desk.fails("Install-LabClientTool KB950050") == "explain.tools-not-for-client"
    assert desk.fails("Install-LabClientTool KB1") == "explain.tools-unknown"
    desk.run("Install-LabClientTool KB952627")
    assert desk.fails("Connect-LabServer") == "explain.no-role"
    desk.run("start /w ocsetup Microsoft-Hyper-V; Restart-Computer; New-VM web01 512MB -NoVHD")
    assert desk.run("(Connect-LabServer).VirtualMachines") == ["web01"]


def test_the_handouts_platform_takes_the_handouts_number() -> None:
    recorded = RecordingHost()
    session = Session(platform="ws2008-handout", host=recorded)
    assert session.run("Install-LabClientTool KB950050; Connect-LabServer").ok


def test_core_needs_less_of_everything() -> None:
    desk = Desk("one-host")
    for name in ("Memory", "Disk", "Restarts"):
        full, core = desk.run(f"Compare-LabInstallation | ForEach-Object {{ $_.{name} }}")
        assert isinstance(full, int) and isinstance(core, int) and 0 < core < full
    for name in ("Ports", "Bulletins"):
        full, core = desk.run(f"Compare-LabInstallation | ForEach-Object {{ $_.{name}.Count }}")
        assert isinstance(full, int) and isinstance(core, int) and 0 < core < full


def test_editions_tell_where_the_role_is() -> None:
    desk = Desk("one-host")
    assert desk.run("(Get-LabEdition Itanium).HyperV.Count") == [0]
    assert desk.run("(Get-LabEdition | Where-Object { $_.HyperV.Count }).Count") == [4]
    assert desk.fails("Get-LabEdition Home") == "explain.not-an-edition"
    assert desk.run("(Get-LabGuest nt4).Supported") == [False]
    assert desk.run("(Get-LabGuest ws2008-x64).Supported") == [True]


def test_another_host_is_asked_and_repaired_from_the_first() -> None:
    desk = Desk("misconfigured-hosts")
    power = "(Get-EventLog System -Newest 1 -ComputerName {}).EventID"
    assert [desk.run(power.format(name))[0] for name in ("NOVT", "NOSVM", "NONX", "NOLAUNCH", "OLDCPU")] == [
        41,
        42,
        44,
        5,
        41,
    ]
    desk.run(
        "bcdedit /set hypervisorlaunchtype auto -ComputerName NOLAUNCH; Restart-Computer -ComputerName NOLAUNCH"
    )
    desk.run("Set-LabFirmware -ExecuteDisable On -ComputerName NONX")
    desk.run("Stop-Computer -ComputerName NONX; Start-LabServer -ComputerName NONX")
    for name in ("NOLAUNCH", "NONX"):
        desk.run(f"New-VM web01 512MB -NoVHD -ComputerName {name}; Start-VM web01 -ComputerName {name}")
    absent = "(Test-LabServer -ComputerName {} | Where-Object State -eq Absent).Count"
    assert desk.run(absent.format("OLDCPU")) == [1]
    assert desk.run(absent.format("NOVT")) == [0], "switched off is not absent"
    assert (
        desk.fails("Set-LabFirmware -Virtualization On -ComputerName OLDCPU") == "explain.no-firmware-switch"
    )
    assert desk.fails("ServerManagerCmd -install Hyper-V -ComputerName HV32") == "explain.role-on-x86"
    assert desk.fails("ServerManagerCmd -install Hyper-V -ComputerName ITANIUM") == "explain.role-on-itanium"
    assert desk.fails("Compare-LabPlatform") == "explain.no-hypervisor"


def test_what_looks_at_the_lab_works_where_there_is_no_hypervisor() -> None:
    desk = Desk("bare-server")
    desk.run(
        "Get-VMHost; Get-VM; Get-VMSwitch; Get-LabPartition; Get-LabProcessor; Get-LabEvent; Get-LabPlatform"
    )
    assert desk.run("(Get-LabPartition | Measure-Object).Count") == [0]
    desk.run("Add-LabFault RootCrash; Wait-Lab -Seconds 200")
    assert desk.run("(Get-EventLog System -EntryType Error).EventID") == [6008]


def test_a_saved_state_of_the_beta_is_not_taken_by_the_release() -> None:
    desk = Desk("bare-server")
    desk.run("Set-LabFirmware -Virtualization On -ExecuteDisable On; Stop-Computer; Start-LabServer")
    desk.run("ServerManagerCmd -install Hyper-V -restart")
    desk.run("New-VM web01 512MB -NoVHD; Start-VM web01; Save-VM web01; Start-VM web01; Save-VM web01")
    desk.run("wusa KB950050; Restart-Computer")
    assert desk.fails("Start-VM web01") == "explain.saved-by-beta"
    assert desk.run("(Get-VM web01).State -eq 'Saved'") == [True], "nothing is lost by trying"
    desk.run("Remove-VMSavedState web01; Start-VM web01")
