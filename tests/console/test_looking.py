"""What only looks is no step to undo; what changes anything, or might, is one."""

from __future__ import annotations

import pytest

from hvlab.console.host import RecordingHost
from hvlab.session.session import Session

LOOKS = (
    "Get-VM",
    "Get-VM | Where-Object { $_.State -eq 'Off' } | Sort-Object Name",
    '"$(@(Get-VM).Count) machines, $((Get-VM).Name.ToUpper())"',
    "(Get-VM).Count + 1",
    "if (Get-VM) { 'some' } else { 'none' }",
    "Get-VM | ForEach-Object { '{0}: {1}' -f $_.Name, $_.State }",
    "'a' -match 'b'",
    "[math]::Max(1, 2)",
)
CHANGES = (
    "New-VM a1 -NoVHD",
    "$x = 1",
    "$x++",
    "Get-VM > D:\\vms.txt",
    '"$(New-VM a1 -NoVHD)"',
    "Get-VM | ForEach-Object { Start-VM $_.Name }",
    "Get-VM | ForEach-Object Delete",
    "Get-VM | Where-Object { Remove-VM $_.Name -Force }",
    "foreach ($vm in Get-VM) { $vm.Name }",
    "function f { 1 }",
    "f",
    "& { 1 }",
    "(Get-WmiObject Msvm_ComputerSystem).RequestStateChange(2)",
    "(Get-VM | Sort-Object { $script:last = $_ }).Count",
    "Set-Location D:\\",
)


@pytest.mark.parametrize("source", LOOKS)
def test_it_only_looks(source: str) -> None:
    assert Session().only_looks(source)


@pytest.mark.parametrize("source", CHANGES)
def test_it_may_change_something(source: str) -> None:
    assert not Session().only_looks(source)


def test_undo_goes_from_change_to_change_and_takes_names_and_places_along() -> None:
    host = RecordingHost()
    session = Session(host=host)
    look = '"$x $((Get-Alias v).Definition) $(@(Get-VM).Count) $((Get-Location).Path)"'

    def seen(command: str) -> object:
        assert session.run(command).ok
        assert session.run(look).ok
        return host.objects[-1]

    steps = (
        "$x = 1; Set-Alias v Get-VM",
        "New-VM a1 -NoVHD | Out-Null; $x = 2",
        "Set-Alias v Get-VMSwitch; Set-Location D:\\",
    )
    forward = [seen(step) for step in steps]
    assert forward == ["1 Get-VM 0 C:\\", "2 Get-VM 1 C:\\", "2 Get-VMSwitch 1 D:\\"]
    assert seen("Undo-Lab; Undo-Lab") == forward[1]
    assert seen("Undo-Lab; Undo-Lab") == forward[0]
    assert seen("Redo-Lab; Redo-Lab") == forward[1]
    assert seen("Redo-Lab; Redo-Lab") == forward[2]
