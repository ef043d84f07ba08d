"""Every main screen as text: at three sizes in both languages, and the same in every theme.

One file a screen and language holds the three sizes. After a change that is meant:
`pytest tests/snapshots/test_matrix.py --snapshot-update`, then read the differences.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from hvlab.session.session import Session
from hvlab.text import LANGUAGES
from hvlab.tui.app import HvlabApp
from hvlab.tui.capture import as_text
from hvlab.tui.palette import THEMES
from tests.tui.conftest import CREATE, PlainLesson

FOLDER = Path(__file__).parent / "texts"
SIZES = ((80, 24), (120, 40), (200, 60))

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
CLUSTER = (
    "New-Cluster LAB -Node HV01,HV02",
    r"New-VM web01 -MemoryStartupBytes 512MB -VHDPath E:\web01.vhd -Path E:\ ",
    "Add-ClusterVirtualMachineRole web01; Start-VM web01; Wait-Lab web01",
    "Get-LabLicense -Server HV02 | Remove-LabLicense -Confirm:$false",
)
LABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "new": ("one-host", ()),
    "worked": ("one-host", WORK),
    "bare": ("bare-server", ()),
    "cluster": ("two-nodes", CLUSTER),
    "forked": (
        "one-host",
        (
            f"{CREATE}; Start-VM web01; Wait-Lab web01",
            "Start-LabWorkload web01 -Operation Write -Count 9; Wait-Lab web01 -For Idle",
            "Undo-Lab 2",
            "Stop-VM web01 -TurnOff",
        ),
    ),
    "room": ("machine-room", ("New-LabP2V FILE01 D:\\ -Offline",)),
}
SCREENS = {
    "start": ("new", ""),
    "rings": ("worked", "alt+r"),
    "processors": ("worked", "alt+p"),
    "storage": ("worked", "alt+s"),
    "network": ("worked", "alt+n"),
    "manager": ("worked", "alt+m"),
    "server": ("worked", "alt+e"),
    "bare-server": ("bare", "alt+e right"),
    "datacenter": ("cluster", "alt+c"),
    "types": ("worked", "alt+y down down"),
    "history": ("worked", "alt+h down down"),
    "guestview": ("worked", "alt+g"),
    "guestview-emulated": ("worked", "alt+g s"),
    "backup": ("worked", "alt+k"),
    "conversion": ("room", "alt+o down"),
    "ways": ("forked", "alt+w"),
    "time": ("worked", "alt+t left left"),
    "help": ("worked", "alt+t f1"),
}
"""Name of a screen: the lab, and the keys that lead there."""


@cache
def lab(name: str) -> Session:
    """A lab in which something has happened; the screens only look at it."""
    scenario, commands = LABS[name]
    session = Session(scenario=scenario)
    for command in commands:
        assert session.run(command).ok, command
    return session


def compare(name: str, found: str, update: bool) -> None:
    """The screen is as it was kept, or is kept anew."""
    file = FOLDER / f"{name}.txt"
    if update:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8", newline="\n")
    assert file.exists(), f"{file.name} is not kept yet: run with --snapshot-update"
    assert found == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCREENS)
async def test_screen(request: pytest.FixtureRequest, name: str, language: str) -> None:
    kept, keys = SCREENS[name]
    lesson: Callable[[Session], PlainLesson] | None = PlainLesson if kept == "new" else None
    app = HvlabApp(lab(kept), lesson, language, frames=False)
    found = []
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.pause()
        for key in keys.split():
            await pilot.press(key)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            app.frame(0)
            await pilot.pause()
            found.append(f"=== {size[0]}x{size[1]}\n{as_text(app)}")
        plain = as_text(app)
        for theme in THEMES:
            app.theme = theme.name
            await pilot.pause()
            assert as_text(app) == plain, theme.name
    compare(f"{name}-{language}", "".join(found), bool(request.config.getoption("--snapshot-update", False)))
