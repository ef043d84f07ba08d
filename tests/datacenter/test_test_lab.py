"""A test host beside production: room for many labs from one parent, a closed network, and the way over."""

from __future__ import annotations

from tests.host.support import Lab


def test_five_labs_take_less_room_than_two_copies_and_reach_nobody_but_each_other() -> None:
    lab = Lab(scenario="test-lab")
    free = lab.storage.files.volume("D:\\").free
    lab.run(
        r'1..5 | ForEach-Object { New-VHD "D:\lab$_.vhd" -ParentPath D:\Parent\WS2008-x64.vhd | Out-Null;'
        r' New-VM "lab$_" 512MB -VHDPath "D:\lab$_.vhd" | Out-Null }'
    )
    lab.run(
        "New-VMSwitch Test -SwitchType Private | Out-Null; Connect-VMNetworkAdapter lab1, lab2 -SwitchName Test"
    )
    lab.run("Start-VM lab1, lab2; Wait-Lab lab1, lab2 -For Heartbeat")
    lab.run("Set-LabGuestAddress lab1 10.1.0.1 | Out-Null; Set-LabGuestAddress lab2 10.1.0.2 | Out-Null")
    parent = lab.file("D:\\Parent\\WS2008-x64.vhd").size
    assert free - lab.storage.files.volume("D:\\").free < 2 * parent
    ping = "Test-Connection {} -Source lab1 -Count 1 -Quiet"
    assert lab.run(ping.format("10.1.0.2")) == [True]
    assert lab.run(ping.format("192.168.0.20")) == [False], "production is not reached"

    lab.run(r"Set-LabGuestFile lab1 app.txt tested | Out-Null; Stop-VM lab1; Export-VM lab1 D:\Export")
    lab.run(r"Copy-Item D:\Export\lab1 \\PROD01\D$\lab1 -Recurse; Import-VM D:\lab1 -ComputerName PROD01")
    lab.run("New-VMSwitch Office -NetAdapterName 'Local Area Connection 2' -ComputerName PROD01 | Out-Null")
    lab.run(
        "Connect-VMNetworkAdapter lab1 -SwitchName Office -ComputerName PROD01; Start-VM lab1 -ComputerName PROD01"
    )
    lab.run("Wait-Lab lab1 -For Heartbeat -ComputerName PROD01")
    lab.run("Set-LabGuestAddress lab1 192.168.0.31 -ComputerName PROD01 | Out-Null")
    assert lab.run("(Get-LabGuestFile lab1 app.txt -ComputerName PROD01).Content") == ["tested"]
    assert lab.run("Test-Connection 192.168.0.31 -Count 1 -Quiet") == [True], "in production it is reached"
