"""Every command that changes the lab is seen somewhere: in the story, in the picture, or in one of the views."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from hvlab.course import cmdlets
from hvlab.session.hostview import look
from hvlab.session.session import Session
from hvlab.session.story import Story
from hvlab.text import Text
from hvlab.tui.canvas import plain
from hvlab.tui.feed import Feed
from hvlab.tui.layout import VIEWS
from hvlab.tui.picture_scene import build
from hvlab.tui.view_pane import ViewPane
from hvlab.tui.views import make

WALKS = tomllib.loads((Path(__file__).parent / "walks.toml").read_text(encoding="utf-8"))["walk"]
STILL = ("history", "types")
"""Views that show what the lab cannot change."""
WIDTH, HEIGHT = 150, 200
NO_LAB = {
    "ForEach-Object", "Set-Variable", "New-Variable", "Clear-Variable", "Remove-Variable", "Set-Alias",
    "New-Alias", "Measure-Command", "Push-Location", "Pop-Location", "Set-Location",
}  # fmt: skip
"""They change the shell or run what they are given, and nothing in the lab."""
NOT_WALKED = {
    "Connect-LabServer",
    "Disable-VMResourceMetering",
    "Enable-VMResourceMetering",
    "Export-LabFile",
    "Export-LabSession",
    "Get-LabPlacement",
    "Import-LabFile",
    "Install-LabAddition",
    "Install-LabClientTool",
    "Invoke-WmiMethod",
    "Move-VM",
    "Register-WmiEvent",
    "Remove-Event",
    "Remove-LabBreakpoint",
    "Repair-LabVHD",
    "Reset-VMResourceMetering",
    "Set-LabBreakpoint",
    "Start-LabGuestService",
    "Start-LabPing",
    "Stop-LabGuestService",
    "Stop-LabPing",
    "Submit-LabAnswer",
    "Switch-LabBranch",
    "Uninstall-LabAddition",
    "Unregister-Event",
    "Wait-Event",
    "ocsetup",
    "start",
}
"""Commands that no walk holds yet."""


class Everything:
    """All that the screen would show of a lab."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.views: dict[str, ViewPane] = {name: make(name) for name in VIEWS if name not in STILL}

    def shown(self) -> dict[str, str]:
        """What each view and the picture say now; the story without the commands themselves."""
        text, session = Text("en"), self.session
        found = {}
        for name, view in self.views.items():
            view._catch_up(session)
            rows = view.rows(session, text, WIDTH, HEIGHT)
            found[name] = "\n".join(plain(row) for row in rows)
        feed = Feed(session.world)
        events = feed.poll()
        host = look(session.world, session.host)
        scene = build(host, feed.sums, WIDTH, 50, "", text)
        found["picture"] = "\n".join(plain(row) for row in scene.canvas.lines())
        story = Story()
        story.every = True  # one of its two depths: each event a row
        story.add([event for event in events if event.kind != "command"])
        found["story"] = "\n".join(story.sentence(row, text) for row in story.rows)
        return found


def words(command: str) -> Iterator[str]:
    """What could be names of commands in a line."""
    yield from (word.casefold() for word in re.findall(r"[A-Za-z][A-Za-z0-9-]*", command))


@cache
def changing() -> dict[str, str]:
    """The commands that may change something: folded name to name."""
    table = Session(cmdlets=cmdlets.CMDLETS).table
    found = (table.find(name) for name, *_ in table.names())
    return {one.name.casefold(): one.name for one in found if one is not None and not one.read_only}


@pytest.mark.parametrize("number", range(len(WALKS)))
def test_what_a_command_changes_is_seen(number: int) -> None:
    walk = WALKS[number]
    session = Session(scenario=walk["scenario"], cmdlets=cmdlets.CMDLETS)
    everything = Everything(session)
    before = everything.shown()
    unseen = []
    for command in walk["commands"]:
        digest = session.world.digest()
        outcome = session.run(command)
        assert outcome.ok, (command, [error.message for error in outcome.errors])
        after = everything.shown()
        if session.world.digest() != digest and after == before:
            unseen.append(command)
        before = after
    assert not unseen


def test_the_walks_hold_every_command_that_changes_the_lab() -> None:
    said = {word for walk in WALKS for command in walk["commands"] for word in words(command)}
    walked = {name for folded, name in changing().items() if folded in said}
    assert set(changing().values()) - NO_LAB - walked == NOT_WALKED
