"""P2V and V2V: what each version of the manager converts onto which host, and what arrives."""

from __future__ import annotations

from typing import Any

import pytest

from hvlab.catalog.managers import managers
from hvlab.datacenter.sources import SourceServer, path_of
from tests.host.support import Lab


def room(platform: str = "ws2008") -> Lab:
    return Lab(scenario="machine-room", platform=platform)


def source(lab: Lab, name: str) -> SourceServer:
    return lab.world.get(path_of(name), SourceServer)


def reason(lab: Lab, text: str) -> str:
    lab.tried(text)
    explain = lab.recorded.errors[0].explain
    assert explain is not None
    return explain[0].removeprefix("explain.")


def converted(lab: Lab, text: str) -> dict[str, Any]:
    row: Any = lab.run(text)[0]
    return {name: row.get(name) for name in ("Method", "Records", "Verified")}


@pytest.mark.parametrize(
    ("name", "command", "method", "records"),
    [
        ("FILE01", "New-LabP2V FILE01 D:\\VMs", "Live", 40),
        ("WEB01", "New-LabP2V WEB01 D:\\VMs", "Live", 30),
        ("DESK01", "New-LabP2V DESK01 D:\\VMs -Offline", "Offline", 10),
        ("VSAPP01", "New-LabV2V VSAPP01 D:\\VMs", "Offline", 25),
        ("ESXDB01", "New-LabV2V ESXDB01 D:\\VMs", "Offline", 35),
    ],
)
def test_a_converted_server_boots_with_all_its_records(
    name: str, command: str, method: str, records: int
) -> None:
    lab = room()
    before = source(lab, name).files.open("C:\\disk.vhd").file.content.digest_state()
    assert converted(lab, command) == {"Method": method, "Records": records, "Verified": records}
    lab.run(f"Start-VM {name}; Wait-Lab {name} -For Heartbeat")
    after = source(lab, name)
    assert after.files.open("C:\\disk.vhd").file.content.digest_state() == before and after.running
    assert (after.stood > 0) == (method == "Offline")


def test_without_the_fix_up_the_copy_finds_no_disk() -> None:
    lab = room()
    lab.run("New-LabP2V WEB01 D:\\VMs -SkipFixUp; Start-VM WEB01; Wait-Lab -Seconds 60")
    assert (lab.guest("WEB01").phase, lab.guest("WEB01").stop_code) == ("stop-error", 0x7B)


@pytest.mark.parametrize(
    ("platform", "command", "why"),
    [
        ("ws2008", "New-LabP2V FILE01 D:\\VMs -Version 2007", "vmm-host"),
        ("ws2008r2", "New-LabP2V FILE01 D:\\VMs -Version 2008", "vmm-host"),
        ("ws2012", "New-LabP2V FILE01 D:\\VMs -Version 2008R2", "vmm-no-host"),
        ("ws2008", "New-LabP2V OLD01 D:\\VMs", "vmm-guest"),
        ("ws2008", "New-LabP2V OLD01 D:\\VMs -Offline", "vmm-guest"),
        ("vs2005", "New-LabP2V WEB01 D:\\VMs -Version 2007", "vmm-guest"),
        ("vs2005", "New-LabP2V DESK01 D:\\VMs -Version 2007", "vmm-guest"),
        ("vs2005", "New-LabV2V VSAPP01 D:\\VMs -Version 2007", "vmm-monitor"),
        ("ws2008", "New-LabP2V DOM01 D:\\VMs", "p2v-offline"),
        ("ws2008", "New-LabP2V DOM01 D:\\VMs -Offline", "p2v-driver"),
        ("ws2008", "New-LabP2V VSAPP01 D:\\VMs", "source-not-physical"),
        ("ws2008", "New-LabV2V FILE01 D:\\VMs", "source-not-virtual"),
        ("ws2008", "New-LabP2V NONE D:\\VMs", "no-source"),
        ("ws2008", "New-LabP2V FILE01 Z:\\VMs", "no-such-folder"),
        ("ws2008", "New-VM FILE01 -NoVHD; New-LabP2V FILE01 D:\\VMs", "name-taken"),
        ("ws2008", "New-VHD D:\\VMs\\FILE01.vhd 64MB; New-LabP2V FILE01 D:\\VMs", "file-there"),
        ("ws2008", "New-LabP2V DOM01 D:\\VMs -Offline -DriverPath D:\\none.sys", "no-such-file"),
    ],
)
def test_what_cannot_be_converted_is_refused_with_its_reason(platform: str, command: str, why: str) -> None:
    lab = room(platform)
    assert reason(lab, command) == why
    assert not [path for path in lab.storage.files.paths() if path.endswith((".vhd.new", "OLD01.vhd"))]


def test_an_old_system_stands_still_and_needs_its_driver() -> None:
    lab = room()
    lab.run("Set-Content D:\\mptscsi.sys driver")
    row = converted(lab, "New-LabP2V DOM01 D:\\VMs -Offline -DriverPath D:\\mptscsi.sys")
    assert row == {"Method": "Offline", "Records": 20, "Verified": 20}
    assert source(lab, "DOM01").stood >= 2 * managers().timing.restart


def test_the_first_version_converts_onto_virtual_server() -> None:
    lab = room("vs2005")
    lab.run("New-LabP2V FILE01 D:\\VMs -Version 2007; Start-VM FILE01; Wait-Lab FILE01")


def test_a_full_disk_fails_and_leaves_nothing_behind() -> None:
    lab = room()
    volume = lab.storage.files.volume("D:\\")
    volume.used = volume.capacity - (10 << 30)
    before = lab.storage.files.paths()
    assert reason(lab, "New-LabP2V FILE01 D:\\VMs -Fixed -Offline") == "disk-full"
    assert lab.storage.files.paths() == before and not lab.vmms.machines
    assert source(lab, "FILE01").running
    assert converted(lab, "New-LabP2V FILE01 D:\\VMs")["Verified"] == 40
