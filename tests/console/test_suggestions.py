"""What the lab's line under an error proposes works in the very state that it is said in, in both languages."""

from __future__ import annotations

import re

import pytest

from hvlab.catalog import manual
from hvlab.console.cmdlets import Cmdlet
from hvlab.console.host import RecordingHost
from hvlab.session.session import Session
from hvlab.text import LANGUAGES, Text

NAME = re.compile(r"(?<![\w`-])[A-Z][a-z]+-(?:[A-Z][a-z]|VM|VHD)\w*")
TOKEN = re.compile(r"""\s+('[^']*'|"[^"]*"|\{.*?\}|\S+)""")
FILE = re.compile(r"\w+\.\w+")

REFUSED = (
    ("empty", "Get-VM nobody", "no-such-vm"),
    ("empty", "Undo-Lab", "travel-nothing-to-undo"),
    ("empty", "Redo-Lab", "travel-nothing-to-redo"),
    ("bare", "Move-Lab -Step 99", "travel-no-such-step"),
    ("bare", "Switch-LabBranch 99", "travel-no-such-branch"),
    ("bare", "Move-Lab -Bookmark nowhere", "travel-no-such-bookmark"),
    ("bare", "Remove-LabBreakpoint 99", "travel-no-such-breakpoint"),
    ("bare", "Move-Lab nonsense", "travel-no-such-place"),
    ("bare", "Move-Lab -Event 999999", "travel-not-yet"),
    ("bare", "Set-LabBreakpoint", "travel-nothing-to-watch"),
    ("bare", "Suspend-VM web01", "wrong-state-way"),
    ("bare", "Start-VM web01; Save-VM web01; Rename-VM web01 web02", "wrong-state-way"),
    ("bare", "Resume-VM web01", "wrong-state"),
    ("bare", "New-VM web01 -NoVHD", "name-taken"),
    ("bare", "New-VM 'a/b' -NoVHD", "bad-name"),
    ("empty", "New-VM a 5MB -NoVHD", "bad-memory"),
    ("empty", "New-VM a 70GB -NoVHD", "limit-memory-per-vm-mb-handout"),
    ("empty", r"New-VM a -VHDPath C:\none.vhd", "no-such-file"),
    ("machine", r"New-VM web02 -VHDPath C:\Images\WS2008-x64.vhd", "disk-in-use"),
    ("running", r"Add-VMHardDiskDrive web01 -Path C:\Images\NT4.vhd", "no-hot-add"),
    ("machine", r"Add-VMHardDiskDrive web01 IDE 0 0 C:\Images\NT4.vhd", "place-taken"),
    ("machine", "Remove-VMHardDiskDrive web01 IDE 1 1", "no-drive-there"),
    ("machine", "Start-VM web01; Stop-VM web01", "no-shutdown-service"),
    ("running", "Get-LabKvpItem web01", "no-integration-service"),
    ("booted", "Invoke-LabWriter web01 Thaw", "wrong-writers-state"),
    ("booted", "Remove-LabKvpItem web01 Nothing", "no-such-pair"),
    ("booted", "Move-LabMouse web01 9000 9000", "beyond-screen"),
    ("booted", "Remove-LabGuestFile web01 none.txt", "guest-file-absent"),
    ("network", "Start-LabWorkload web01 -Kind Network", "no-target"),
    ("booted", "Start-LabWorkload web01 Write -ControllerType SCSI -ControllerNumber 0", "no-such-disk"),
    ("booted", "Start-LabWorkload web01 Write -Offset 900GB", "disk-ends"),
    ("booted", "Start-LabWorkload web01 Write -Size 64MB", "block-size"),
    ("booted", "Invoke-LabInstruction web01 nonsense", "bad-instruction"),
    ("booted", "Install-LabIntegrationService web01", "integration-present"),
    ("booted", "Add-LabFault ServiceSilent web01 nothing", "no-such-device"),
    ("mounted", r"Resize-VHD D:\web.vhd 60GB", "mounted-in-use"),
    ("booted", "Rename-VM web01 other", "rename-running"),
    ("booted", r"Remove-Item C:\Images\WS2008-x64.vhd", "file-in-use"),
    ("machine", "Start-LabWorkload web01", "guest-not-running"),
    ("bare", "Wait-Lab web01", "wait-not-running"),
    ("bare", "Add-LabFault HungGuest web01", "fault-needs-running"),
    ("empty", "Add-LabFault HungGuest", "fault-needs"),
    ("empty", "Remove-LabFault 9", "no-such-fault"),
    ("running", "Wait-Lab web01 -For Heartbeat -Timeout 5", "wait-in-vain"),
    ("empty", "Compare-LabPlatform nonsense", "no-such-platform"),
    ("empty", "New-VHD C:\\Images\\NT4.vhd 64MB", "file-exists"),
    ("empty", "New-VHD X:\\a.vhd 64MB", "no-such-volume"),
    ("empty", "New-VHD D:\\a.vhdx 64MB", "vhd-extension"),
    ("empty", "New-VHD D:\\a.vhd 1MB", "vhd-size"),
    ("empty", "New-VHD D:\\a.vhd 900GB -Fixed", "disk-full"),
    ("chain", "Resize-VHD D:\\base.vhd 128MB", "has-children"),
    ("chain", "Resize-VHD D:\\child.vhd 128MB", "not-differencing"),
    ("disk", "Resize-VHD D:\\data.vhd 16MB", "no-shrink"),
    ("disk", "Merge-VHD D:\\data.vhd", "no-parent"),
    ("empty", "New-VHD D:\\f.vhd 64MB -Fixed; Optimize-VHD D:\\f.vhd", "only-dynamic"),
    ("empty", "Get-Content C:\\none.txt", "path-missing"),
    ("empty", "Set-Content C:\\Images x", "is-a-folder"),
    ("empty", "Get-Content C:\\Images\\NT4.vhd", "no-text"),
    ("empty", "Pop-Location", "no-way-back"),
    ("empty", "Start-Sleep 99999999", "sleep-too-long"),
    ("saved", "Rename-VM web01 web02", "wrong-state-way"),
    ("bare", "1..5 | ForEach-Object { Add-VMScsiController web01 }", "limit-scsi-controllers"),
    ("scsi", "Remove-VMScsiController web01 0", "scsi-not-last"),
    ("bare", "Remove-VMScsiController web01 7", "scsi-not-last"),
    ("bare", "1..2 | ForEach-Object { Remove-VMScsiController web01 0 }", "no-scsi-controller"),
    ("bare", "Set-VMMemory web01 -DynamicMemoryEnabled $true", "no-dynamic-memory"),
    ("bare", "Set-VMProcessor web01 -Reserve 80 -Maximum 50", "reserve-over-maximum"),
    ("bare", "Set-VMProcessor web01 64", "limit-processors-per-vm"),
    ("bare", "Set-VMDvdDrive web01 -Path C:\\Images\\NT4.vhd", "not-a-disc"),
    ("bare", "Add-VMDvdDrive web01 0 1", "dvd-place"),
    ("bare", "Set-VMDvdDrive web01 1 1", "no-dvd-there"),
    ("bare", "Restore-VMSnapshot None web01", "no-such-snapshot"),
    ("machine", "Set-Content D:\\Export\\web01\\a.txt x; Export-VM web01 D:\\Export", "export-there"),
    ("machine", "Remove-Item C:\\Images\\WS2008-x64.vhd; Export-VM web01 D:\\Export", "export-unreadable"),
    ("bare", "Export-VM web01 Z:\\Export", "no-such-folder"),
    ("empty", "Import-VM D:\\", "no-export-there"),
    (
        "exported",
        "1..2 | ForEach-Object { Import-VM D:\\Export\\web01; Remove-VM web01 }",
        "imported-already",
    ),
    (
        "exported",
        "Import-VM D:\\Export\\web01; Rename-VM web01 a; Export-VM a D:\\; Rename-VM a b; Import-VM D:\\a",
        "id-taken",
    ),
    ("exported", "Import-VM D:\\Export\\web01 -Copy", "no-import-copy"),
    (
        "backedup",
        "Set-Content 'D:\\Backup\\web01\\Backup 2\\a' x; New-LabBackup web01 D:\\Backup",
        "backup-there",
    ),
    ("backedup", "Restore-LabBackup D:\\Backup", "no-backup-there"),
    ("booted", "Set-LabGuestDisk web01 Dynamic", "wrong-state-way"),
    ("mounted", "Mount-VHD D:\\web.vhd", "mounted-already"),
    ("disk", "Dismount-VHD D:\\data.vhd", "not-mounted"),
    ("mounted", "Set-Content M:\\a\\b.txt x; Dismount-VHD D:\\web.vhd", "mount-no-room"),
    ("mounted", "New-VM a -VHDPath D:\\web.vhd; Start-VM a", "disk-mounted"),
    ("machine", "Set-VMBios web01 IDE, CD", "boot-order"),
    ("snapshots", "Rename-VMSnapshot Before web01 ' '", "snapshot-name"),
    ("empty", "New-LabP2V FILE01 D:\\", "no-source"),
    ("files", "Copy-Item D:\\ D:\\a -Recurse", "into-itself"),
    ("empty", "Move-LabLicense 1 HV09", "no-such-server"),
    ("empty", "Remove-LabLicense 99", "no-such-licence"),
    ("empty", "Get-VMSwitch none; New-VM a -NoVHD -SwitchName none", "no-such-switch"),
    ("empty", "New-VMSwitch LAN -NetAdapterName nothing", "no-such-nic"),
    ("empty", "New-VMSwitch LAN -NetAdapterName 'Wireless Network Connection'", "wireless-nic"),
    ("switch", "New-VMSwitch LAN -SwitchType Private", "switch-name-taken"),
    ("switch", "New-VMSwitch WAN -NetAdapterName 'Local Area Connection'", "nic-in-use"),
    ("switch", "Set-VMNetworkAdapter web01 -StaticMacAddress 01", "bad-mac"),
    ("switch", "Set-VMNetworkAdapter web01 -DynamicMacAddress -MacAddressSpoofing On", "no-spoofing-setting"),
    ("switch", "Set-VMNetworkAdapterVlan web01 -Trunk -AllowedVlanIdList x -NativeVlanId 1", "bad-vlan-list"),
    ("network", "Set-LabGuestAddress web01 999.1.1.1", "bad-ip"),
    ("network", "Test-Connection nowhere -Count 1", "no-such-station"),
    ("network", "Test-Connection 10.9.9.9 -Source web01 -Count 1", "ping-no-route"),
    ("empty", "Get-WmiObject Msvm_ComputerSystem", "wmi-class-elsewhere"),
    ("empty", "Get-WmiObject Msvm_Nothing", "wmi-no-class-here"),
    ("empty", "Get-WM", "did_you_mean_command"),
    ("empty", "Get-LabGuestPicture web01", "no_such_command_but"),
    ("empty", "frobnicate", "no_such_command"),
    ("empty", r".\x.ps1", "no_such_script"),
    ("bare", "$vm = Get-VM web01; $vm.Foo()", "no_such_method"),
    ("empty", r"New-VHD D:\x.vhd -SizeBytes 5 GB", "unit_apart"),
    ("empty", "Get-VM -Name", "how_written"),
    ("empty", "Start-VM -Nmae x", "did_you_mean_parameter"),
    ("empty", "New-VMSwitch", "missing_parameter"),
)


def proposals(line: str, values: list[str], session: Session) -> list[str]:
    """The commands of a sentence: a cmdlet's name and what follows it as far as that belongs to a command."""
    found = []
    for match in NAME.finditer(line):
        cmdlet = session.table.find(match.group())
        assert cmdlet is not None, f"no such command: {match.group()} in {line!r}"
        arguments = _arguments(cmdlet, line[match.end() :], values)
        if arguments or not any(p.mandatory for p in cmdlet.parameters):
            found.append(" ".join([cmdlet.name, *arguments]))
    return found


def _arguments(cmdlet: Cmdlet, rest: str, values: list[str]) -> list[str]:
    taken: list[str] = []
    parameters = {f"-{p.name}".lower(): p for p in cmdlet.parameters}
    wants_value = False
    place = 0
    while match := TOKEN.match(rest, place):
        token = match[1].rstrip(".,;:)")
        known = parameters.get(token.lower())
        if known is not None:
            wants_value = known.kind != "switch"
        elif (
            wants_value or token.strip("'\"") in values or token[0] in "{0123456789" or FILE.fullmatch(token)
        ):
            wants_value = False
        else:
            break
        taken.append(token)
        if token != match[1]:
            break
        place = match.end()
    return taken[:-1] if wants_value and taken else taken


@pytest.mark.parametrize(("setup", "command", "reason"), REFUSED)
def test_what_is_proposed_runs_in_the_state_in_which_it_is_said(
    setup: str, command: str, reason: str
) -> None:
    for language in LANGUAGES:
        host = RecordingHost()
        data = manual.manual()
        session = Session(host=host, exports=False, step_limit=200_000)
        assert session.run(data.setups[setup]).ok
        session.run(command)
        explained = [record.explain for record in host.errors if record.explain is not None]
        assert reason in [name.partition(".")[2] for name, _ in explained], (explained, host.errors)
        for name, given in explained:
            line = Text(language)(name, **given)
            for proposal in proposals(line, [str(value) for value in given.values()], session):
                begun = len(host.errors)
                outcome = session.run(proposal)
                assert outcome.ok, (line, proposal, [record.message for record in host.errors[begun:]])
