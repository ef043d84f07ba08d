"""The views as pictures, each in its usual state: sizes, themes and languages take turns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any

import pytest
from textual.pilot import Pilot

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from tests.tui.conftest import CREATE

WORK = (
    "New-VMSwitch lan -SwitchType Internal",
    f"{CREATE} -SwitchName lan",
    "New-VM db01 -MemoryStartupBytes 1GB",
    "Start-VM web01; Wait-Lab web01",
    "New-LabBookmark booted",
    "Checkpoint-VM web01 -SnapshotName before",
    "Start-LabWorkload web01 -Operation Write -Count 40; Wait-Lab web01 -For Idle",
    "Test-LabNetwork | Out-Null",
)


@cache
def worked() -> Session:
    """A lab in which something has happened; the pictures only look at it."""
    session = Session()
    for command in WORK:
        assert session.run(command).ok
    return session


def pressing(theme: str, keys: str) -> Callable[[Pilot[int]], Awaitable[None]]:
    async def drive(pilot: Pilot[int]) -> None:
        app = pilot.app
        assert isinstance(app, HvlabApp)
        app.theme = theme
        await pilot.pause()
        for key in keys.split():
            await pilot.press(key)
        app.frame(0)
        await pilot.pause()

    return drive


BIG, SMALL, HUGE = (120, 40), (80, 24), (200, 60)
DARK, LIGHT, CONTRAST = "hvlab", "hvlab-light", "hvlab-contrast"


@pytest.mark.parametrize(
    ("size", "theme", "language", "keys"),
    [
        pytest.param(BIG, DARK, "en", "alt+r", id="rings"),
        pytest.param(SMALL, LIGHT, "de", "alt+r", id="rings-small"),
        pytest.param(HUGE, CONTRAST, "en", "alt+r", id="rings-huge"),
        pytest.param(BIG, LIGHT, "de", "alt+p", id="processors"),
        pytest.param(SMALL, DARK, "en", "alt+p plus", id="processors-small"),
        pytest.param(BIG, CONTRAST, "en", "alt+s", id="storage"),
        pytest.param(SMALL, DARK, "de", "alt+s pagedown", id="storage-small"),
        pytest.param(BIG, DARK, "de", "alt+n", id="network"),
        pytest.param(HUGE, LIGHT, "en", "alt+n", id="network-huge"),
        pytest.param(BIG, LIGHT, "en", "alt+m", id="manager"),
        pytest.param(SMALL, CONTRAST, "de", "alt+m right right", id="manager-small"),
        pytest.param(HUGE, DARK, "de", "alt+e", id="server-huge"),
        pytest.param(BIG, DARK, "en", "alt+y down down", id="types"),
        pytest.param(SMALL, LIGHT, "de", "alt+y end", id="types-small"),
        pytest.param(HUGE, CONTRAST, "en", "alt+y pagedown", id="types-huge"),
        pytest.param(BIG, LIGHT, "de", "alt+h down down", id="history"),
        pytest.param(SMALL, DARK, "en", "alt+h", id="history-small"),
        pytest.param(BIG, DARK, "de", "alt+g", id="guestview"),
        pytest.param(BIG, CONTRAST, "en", "alt+g s", id="guestview-emulated"),
        pytest.param(SMALL, LIGHT, "en", "alt+g", id="guestview-small"),
        pytest.param(BIG, LIGHT, "en", "alt+k", id="backup"),
        pytest.param(SMALL, DARK, "de", "alt+k", id="backup-small"),
        pytest.param(BIG, DARK, "en", "alt+t left left", id="time"),
        pytest.param(SMALL, LIGHT, "de", "alt+t p", id="time-small"),
    ],
)
def test_view(snap_compare: Any, size: tuple[int, int], theme: str, language: str, keys: str) -> None:
    app = HvlabApp(worked(), None, language, frames=False)
    assert snap_compare(app, terminal_size=size, run_before=pressing(theme, keys))


@cache
def bare() -> Session:
    """A server without the role, its firmware as it came."""
    return Session(scenario="bare-server")


@pytest.mark.parametrize(
    ("size", "theme", "language", "keys"),
    [
        pytest.param(BIG, DARK, "en", "alt+e", id="server"),
        pytest.param(SMALL, LIGHT, "de", "alt+e right", id="server-small"),
    ],
)
def test_view_of_a_bare_server(
    snap_compare: Any, size: tuple[int, int], theme: str, language: str, keys: str
) -> None:
    app = HvlabApp(bare(), None, language, frames=False)
    assert snap_compare(app, terminal_size=size, run_before=pressing(theme, keys))


@cache
def room() -> Session:
    """Two servers that form a cluster; one lacks licences."""
    session = Session(scenario="two-nodes")
    for command in (
        "New-Cluster LAB -Node HV01,HV02",
        r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath E:\web01.vhd -Path E:\ ",
        "Add-ClusterVirtualMachineRole web01; Start-VM web01; Wait-Lab web01",
        "Get-LabLicense -Server HV02 | Remove-LabLicense -Confirm:$false",
    ):
        assert session.run(command).ok
    return session


@pytest.mark.parametrize(
    ("size", "theme", "language", "keys"),
    [
        pytest.param(BIG, DARK, "en", "alt+c", id="datacenter"),
        pytest.param(SMALL, LIGHT, "de", "alt+c n", id="datacenter-small"),
        pytest.param(HUGE, CONTRAST, "de", "alt+c", id="datacenter-huge"),
    ],
)
def test_view_of_two_servers(
    snap_compare: Any, size: tuple[int, int], theme: str, language: str, keys: str
) -> None:
    app = HvlabApp(room(), None, language, frames=False)
    assert snap_compare(app, terminal_size=size, run_before=pressing(theme, keys))
