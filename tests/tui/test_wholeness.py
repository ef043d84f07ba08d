"""What is written in a pane is written whole: nothing runs into its neighbour, no half of a word, no half of a row."""

from __future__ import annotations

from functools import cache

import pytest

from hvlab.session.hostview import look
from hvlab.session.session import Session
from hvlab.session.typesview import compare
from hvlab.text import LANGUAGES, Text
from hvlab.tui import types_rows
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.capture import as_text
from hvlab.tui.feed import Feed
from hvlab.tui.picture_scene import MINIMUM_HEIGHT, build
from hvlab.tui.server_pane import ServerPane
from tests.tui.conftest import IMAGE

WIDTHS = (78, 100, 118, 158, 198)


@cache
def three_machines() -> Session:
    """A lab in which three guests run; the pictures only look at it."""
    session = Session()
    commands = []
    for name in ("web01", "web02", "web03"):
        disk = rf"C:\VHDs\{name}.vhd"
        commands += [
            f"New-VHD {disk} -ParentPath {IMAGE} -Differencing",
            f"New-VM {name} -MemoryStartupBytes 512MB -VHDPath {disk}; Start-VM {name}; Wait-Lab {name}",
        ]
    for command in commands:
        assert session.run(command).ok, command
    return session


def picture(width: int, height: int) -> list[str]:
    session = three_machines()
    feed = Feed(session.world)
    feed.poll()
    scene = build(look(session.world, session.host), feed.sums, width, height, "web01", Text("en"))
    return [plain(row) for row in scene.canvas.lines()]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("operation", ["read", "write"])
def test_instructions_stand_whole_beside_what_becomes_of_them(
    width: int, language: str, operation: str
) -> None:
    found, text = compare("ws2008", "one-host", operation), Text(language)
    rows = [plain(row) for row in types_rows.stream_rows(found, 0, len(found.stream), text, width)]
    for row, one in zip(rows, found.stream, strict=True):
        assert f" {types_rows.instruction_text(one, text)} " in row
        assert len(row.rstrip()) <= width
    places = {row.index(text("tui.types.mark.native")) for row in rows[:1]}
    assert max(places) <= 48, "what becomes of an instruction stands close to it"
    sums = plain(types_rows.sum_rows(found, text, width, 8)[-1])
    assert "…" not in sums and "  " in sums.strip()


@pytest.mark.parametrize("height", range(MINIMUM_HEIGHT, MINIMUM_HEIGHT + 20))
def test_each_other_machine_of_the_picture_has_its_worker_and_its_lane(height: int) -> None:
    for row in picture(78, height):
        for name in ("web02", "web03"):
            if f"{name} ·" in row:
                assert f"vmwp {name}" in row and "─────" in row


def test_where_there_is_room_every_service_of_a_guest_is_named() -> None:
    for width, height in ((90, 30), (118, 24), (198, 24)):
        joined = " ".join("".join(row[-width * 41 // 100 :] for row in picture(width, height)).split())
        for service in ("shutdown", "heartbeat", "timesync", "kvp", "vss", "keyboard", "mouse", "video"):
            assert service in joined, (width, height)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_command_of_an_action_is_read_whole(language: str) -> None:
    app = HvlabApp(three_machines(), None, language, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+h", "down", "down")
        await pilot.pause()
        shown = " ".join(as_text(app).split())
        calls = ("SYSCALL -User", "'VMCALL PostMessage'")
        assert "; ".join(f"Invoke-LabInstruction web01 {call}" for call in calls) in shown


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_server_s_stack_takes_no_more_room_than_its_words(language: str) -> None:
    app = HvlabApp(Session(), None, language, frames=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("alt+e")
        await pilot.pause()
        rows = [plain(row) for row in app.query_one(ServerPane).shown]
        first = next(number for number, row in enumerate(rows) if row.startswith(" Windows Server 2008"))
        hardware = next(number for number, row in enumerate(rows) if row.startswith(" Intel"))
        assert hardware - first <= 3
