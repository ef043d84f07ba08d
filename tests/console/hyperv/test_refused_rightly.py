"""Refusals that once named the wrong thing: each says what is really the matter."""

from __future__ import annotations

import pytest

from hvlab.session.session import Session

DISKS = "New-VHD D:\\f.vhd 64MB -Fixed | Out-Null; New-VM a 64MB -NoVHD | Out-Null"


@pytest.mark.parametrize(
    ("command", "message", "reason"),
    [
        ("Resize-VHD D:\\f.vhd 2041GB", "is not valid: it must be between 3 MB and 2040 GB", "vhd-size"),
        ("Resize-VHD D:\\f.vhd 32MB", "failed to resize", "no-shrink"),
        ("Move-VM nobody -DestinationHost HV02", "unable to find a virtual machine", "no-such-vm"),
        ("Move-VM a -DestinationHost HV02", "live migration is not available", "no-live-migration"),
        ("New-VMSwitch s -SwitchType External", "Internal, Private", "external-by-adapter"),
        ("1..9 | % { Add-VMNetworkAdapter a }", "the maximum of 8", "limit-synthetic-adapters-handout"),
    ],
)
def test_what_is_said_is_the_matter(command: str, message: str, reason: str) -> None:
    session = Session()
    assert session.run(DISKS).ok
    error = session.run(command).errors[-1]
    assert message in error.message and error.explain is not None and error.explain[0] == f"explain.{reason}"


@pytest.mark.parametrize(("scenario", "reason"), [("itanium", "no-role-ever"), ("bare-server", "no-role")])
def test_who_can_never_have_the_role_is_not_told_to_install_it(scenario: str, reason: str) -> None:
    error = Session(scenario=scenario).run("New-VM a 64MB -NoVHD").errors[-1]
    assert error.explain is not None and error.explain[0] == f"explain.{reason}"


@pytest.mark.parametrize(
    "command",
    [
        "gwmi -Namespace root\\virtualization Msvm_VirtualSwitch",
        "Get-VHD D:\\f.vhd",
        "New-VHD D:\\n.vhd 64MB",
        "Copy-Item D:\\f.vhd D:\\g.vhd",
        "Get-ChildItem D:\\",
    ],
)
def test_a_host_that_is_switched_off_answers_nothing(command: str) -> None:
    session = Session()
    assert session.run(DISKS + "; Stop-Computer").ok
    assert [error.explain and error.explain[0] for error in session.run(command).errors] == [
        "explain.host-off"
    ]
    assert session.run(f"Start-LabServer; {command}").ok
