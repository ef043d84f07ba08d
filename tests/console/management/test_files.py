"""The host's files and clock through their cmdlets: what is printed, what is refused, and what is left behind."""

from __future__ import annotations

import pytest

from hvlab.console.texthost import TextHost
from hvlab.session.session import Session


def printed(script: str, session: Session | None = None) -> str:
    """What a script prints, errors included, without blank lines."""
    lines: list[str] = []
    host = TextHost(lines.append, width=100)
    session = session or Session()
    session.shell.host = host
    session.run(script)
    host.statement_done()
    return "\n".join(line.rstrip() for line in "".join(lines).splitlines() if line.strip())


def failure(script: str, session: Session | None = None) -> str:
    """The identifier of a script's last error."""
    outcome = (session or Session()).run(script)
    assert outcome.errors, "nothing was refused"
    return outcome.errors[-1].error_id.partition(",")[0]


@pytest.mark.parametrize(
    ("script", "output"),
    [
        (r"(dir C:\Images).Count -ge 3", "True"),
        (r"dir C:\Images\NT*.vhd -Name", "NT4.vhd"),
        (r"Get-ChildItem C:\ -Directory -Name", "Images\nWindows"),
        (r"(Get-ChildItem C:\ -Recurse -Filter *.vhd).Count -eq (dir C:\Images).Count", "True"),
        (r"(dir C:\ -Recurse -Name) -contains 'Images\NT4.vhd'", "True"),
        (r"(Get-Item C:\images\nt4.VHD).FullName", r"C:\Images\NT4.vhd"),
        (r"(Get-Item C:\Images\NT4.vhd).BaseName + (Get-Item C:\Images\NT4.vhd).Extension", "NT4.vhd"),
        (r"Test-Path C:\Images\NT4.vhd, C:\Images, C:\no, Z:\x", "True\nTrue\nFalse\nFalse"),
        (r"Test-Path C:\Images -PathType Leaf; Test-Path C:\Images\*.vhd", "False\nTrue"),
        ("'one','two' | Set-Content D:\\a.txt; Get-Content D:\\a.txt", "one\ntwo"),
        ("Set-Content D:\\a.txt x; Add-Content D:\\a.txt y; (gc D:\\a.txt) -join '+'", "x+y"),
        ("1..5 | Set-Content D:\\a.txt; gc D:\\a.txt -Tail 2; gc D:\\a.txt -TotalCount 1", "4\n5\n1"),
        ("'a','b' > D:\\a.txt; 'c' >> D:\\a.txt; (Get-Content D:\\a.txt -Raw).Length", "9"),
        ("'k' | Out-File D:\\a.txt; Clear-Content D:\\a.txt; (Get-Item D:\\a.txt).Length", "0"),
        (r"mkdir D:\x\y | Out-Null; (dir D:\ -Recurse).FullName", "D:\\x\nD:\\x\\y"),
        (r"cd D:\; 'z' > here.txt; (Get-Location).Path; Test-Path D:\here.txt", "D:\\\nTrue"),
        (r"mkdir D:\t | Out-Null; cd D:\t; cd ..; (pwd).Path", "D:\\"),
        (r"copy C:\Images\NT4.vhd D:\n.vhd; (Get-VHD D:\n.vhd).VhdType", "Dynamic"),
        ("'q' > D:\\a.txt; move D:\\a.txt D:\\b.txt; dir D:\\ -Name", "b.txt"),
        ("'q' > D:\\a.txt; ren D:\\a.txt c.txt; dir D:\\ -Name", "c.txt"),
        ("'q' > D:\\a.txt; 'q' > D:\\b.log; del D:\\*.txt; dir D:\\ -Name", "b.log"),
        (r"mkdir D:\f | Out-Null; 'q' > D:\f\a; rd D:\f -Recurse; Test-Path D:\f", "False"),
        ("'q' > D:\\a.txt; del D:\\a.txt -WhatIf; Test-Path D:\\a.txt", None),
        (
            r"Join-Path D:\x y.vhd; Split-Path D:\x\y.vhd; Split-Path D:\x\y.vhd -Leaf",
            "D:\\x\\y.vhd\nD:\\x\ny.vhd",
        ),
        (r"Split-Path D:\y.vhd; Split-Path D:\y.vhd -Qualifier", "D:\\\nD:"),
        (
            "New-VM a | Out-Null; Get-VM | Select-Object Name, State | Export-Csv D:\\v.csv -NoTypeInformation; "
            "gc D:\\v.csv; (Import-Csv D:\\v.csv).Name",
            '"Name","State"\n"a","Off"\na',
        ),
        ("'x;y','1;2' | ConvertFrom-Csv -Delimiter ';' | ForEach-Object { $_.x + $_.y }", "12"),
        ("'1,\"a,b\"' | ConvertFrom-Csv -Header n, t | ForEach-Object t", "a,b"),
        ("Get-Date -Format 'yyyy-MM-dd HH:mm:ss'", "2008-06-22 00:00:00"),
        ("Start-Sleep 90; Get-Date -Format s", "2008-06-22T00:01:30"),
        ("Start-Sleep -Milliseconds 1500; (Get-Date).Second", "1"),
        ("(Get-Date -Year 2009 -Month 2 -Day 3).ToString('d')", None),
        ("(New-TimeSpan -Start 2008-06-20 -End (Get-Date)).Days", "2"),
        (
            "1 + 1 | Out-Null; 'two'; (Get-History).Count; (Get-History 1).CommandLine",
            "two\n2\n1 + 1 | Out-Null",
        ),
    ],
)
def test_files_and_clock(script: str, output: str | None) -> None:
    found = printed(script)
    if output is None:
        assert found
    else:
        assert found == output


@pytest.mark.parametrize(
    ("script", "identifier"),
    [
        (r"dir C:\no", "PathNotFound"),
        (r"Get-Content D:\no.txt", "PathNotFound"),
        (r"cd E:\ ", "DriveNotFound"),
        (r"cd C:\Images\NT4.vhd", "PathNotFound"),
        (r"Set-Content C:\Images x", "GetContentWriterUnauthorizedAccessError"),
        (r"Set-Content 'D:\a|b.txt' x", "ItemNotSupported"),
        (r"Get-Content C:\Images\NT4.vhd", "FileTooLarge"),
        (r"del C:\Images", "DirectoryNotEmpty"),
        (r"copy C:\Images D:\ ", "NotSupported"),
        (r"copy C:\Images\NT4.vhd C:\Images\NT4.vhd", "CopyError"),
        (r"move C:\Images\NT4.vhd C:\Images\WS2008-x64.vhd", "MoveFileInfoItemIOError"),
        (r"mkdir C:\Images", "DirectoryExist"),
        ("'a' > D:\\a.txt; 'b' | Out-File D:\\a.txt -NoClobber", "NoClobber"),
        ("Start-Sleep 99999999", "ParameterArgumentValidationError"),
        ("Get-Date -Year 2009 -Month 2 -Day 30", "ArgumentOutOfRangeException"),
    ],
)
def test_what_is_refused(script: str, identifier: str) -> None:
    session = Session()
    assert failure(script, session) == identifier
    assert "NT4.vhd" in printed(r"dir C:\Images -Name", session), "and nothing was lost"


RUNNING = r"New-VM a -VHDPath C:\Images\NT4.vhd | Out-Null; Start-VM a"


@pytest.mark.parametrize("command", ["del", "ren {0} x.vhd", "Set-Content {0} x", "copy {0} D:\\x.vhd"])
def test_a_running_machine_s_disk_is_in_use(command: str) -> None:
    session = Session()
    assert session.run(RUNNING).ok
    line = command.format(r"C:\Images\NT4.vhd") if "{0}" in command else rf"{command} C:\Images\NT4.vhd"
    assert failure(line, session) == "FileInUse"
    assert session.run("Stop-VM a -TurnOff").ok and session.run(line).ok


def test_so_is_the_parent_of_its_disk() -> None:
    session = Session()
    assert session.run(
        r"New-VHD D:\c.vhd -ParentPath C:\Images\NT4.vhd -Differencing; New-VM a -VHDPath D:\c.vhd; "
        "Start-VM a"
    ).ok
    assert failure(r"del C:\Images\NT4.vhd", session) == "FileInUse"


def test_files_go_back_in_time() -> None:
    session = Session()
    session.run("'one' > D:\\a.txt")
    digest = session.world.digest()
    session.run("del D:\\a.txt")
    session.run("mkdir D:\\x")
    session.run("Undo-Lab 2")
    assert session.world.digest() == digest and printed("gc D:\\a.txt", session) == "one"


def test_a_full_volume_takes_no_more_text() -> None:
    session = Session()
    assert session.run("Add-LabFault VolumeFull -Volume D").ok
    assert failure("'x' > D:\\a.txt", session) == "DiskFull"
    assert printed(r"Test-Path D:\a.txt", session) == "False"


@pytest.mark.parametrize(
    "command", [r"cat C:\x", r"cd C:\x", r"del C:\x", r"Get-Item C:\x", r"copy C:\x D:\ ", r"dir C:\x"]
)
def test_a_path_that_leads_nowhere_is_caught_by_its_own_exception(command: str) -> None:
    caught = printed(
        f"try {{ {command} -EA Stop }} "
        "catch [System.Management.Automation.ItemNotFoundException] { 'nf' } catch { 'other' }"
    )
    assert caught == "nf"
    told = Session().run(command).errors[-1].category_info
    assert told.startswith(r"ObjectNotFound: (C:\x:String) [") and told.endswith("ItemNotFoundException")


def test_other_errors_of_files_have_their_own_exceptions_too() -> None:
    assert printed(r"try { mkdir C:\Images -EA Stop } catch [System.IO.IOException] { 'io' }") == "io"
    assert printed(r"cd Q:\; $Error[0].Exception.GetType().Name").endswith("DriveNotFoundException")


def test_disks_are_found_from_where_one_is() -> None:
    session = Session(exports=False)
    script = r"""cd C:\Images
        (New-VHD .\e.vhd 64MB).Path; (New-VHD ..\d.vhd 64MB).Path; (New-VHD \f.vhd 64MB).Path
        (Get-VHD NT4.vhd).Path; (New-VHD g.vhd 64MB).Path
        New-VM a -VHDPath .\NT4.vhd | Out-Null; Add-VMHardDiskDrive a -Path .\e.vhd
        (Get-VMHardDiskDrive a).Path"""
    assert printed(script, session).splitlines() == [
        r"C:\Images\e.vhd",
        r"C:\d.vhd",
        r"C:\f.vhd",
        r"C:\Images\NT4.vhd",
        r"C:\Users\Public\Documents\Hyper-V\Virtual Hard Disks\g.vhd",
        r"C:\Images\NT4.vhd",
        r"C:\Images\e.vhd",
    ]
    refused = session.run(r"Get-VHD ..\..\d.vhd").errors[-1].explain
    assert refused is not None
    folder = str(refused[1]["example"]).rpartition("\\")[0]
    assert printed(f"Test-Path '{folder}'", session) == "True"


def test_a_listing_has_the_columns_of_windows_powershell() -> None:
    assert printed("dir C:\\") == (
        "    Directory: C:\\\n"
        "Mode                LastWriteTime         Length Name\n"
        "----                -------------         ------ ----\n"
        "d-----        6/22/2008  12:00 AM                Images\n"
        "d-----        6/22/2008  12:00 AM                Windows"
    )


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("cd \\", "C:\\"),
        ("cd /", "C:\\"),
        ("cd ..", "C:\\"),
        ("cd C:\\Images; cd ..", "C:\\"),
        ("cd C:\\Images; cd \\", "C:\\"),
        ("cd D:; cd \\", "D:\\"),
        ("cd C:\\Images\\..\\..\\Images", "C:\\Images"),
        ("cd \\Images", "C:\\Images"),
        ("cd .\\Images", "C:\\Images"),
    ],
)
def test_places_as_one_types_them(typed: str, place: str) -> None:
    session = Session()
    assert session.run(typed).ok
    assert session.shell.runtime.location == place


def test_a_backslash_alone_is_the_root_for_every_command() -> None:
    session = Session()
    assert session.run("dir \\; Test-Path '\\'; Get-Item \\").ok
    assert {
        error.error_id.partition(",")[0] for error in session.run("Get-Content \\; Copy-Item \\ D:\\").errors
    }
