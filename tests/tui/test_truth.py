"""On random sessions: no glyph without its event, no figure that the world or the trace does not hold.

A lab is led through random commands. After each of them every view that has watched from the beginning is held
against one that looks now for the first time, and the figures are held against another reading: of the trace,
of the memory's pages, or what the console's own cmdlets say.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hvlab.console.host import RecordingHost
from hvlab.hypervisor import Hypervisor
from hvlab.kernel.trace import TraceEvent
from hvlab.session import managerview, ringview, schedule
from hvlab.session.hostview import look
from hvlab.session.picturing import MOVES
from hvlab.session.replay import replay
from hvlab.session.session import Session
from hvlab.text import Text
from hvlab.tui.canvas import plain
from hvlab.tui.feed import Feed
from hvlab.tui.layout import VIEWS
from hvlab.tui.manager_rows import machine_row
from hvlab.tui.picture_motion import RATE_SHOWN, RATE_WINDOW, TRAVEL, Motion
from hvlab.tui.picture_scene import build
from hvlab.tui.view_pane import ViewPane
from hvlab.tui.views import make
from tests.session.test_replay import data_of
from tests.tui.conftest import CREATE
from tests.tui.test_seen import STILL

WIDTH, HEIGHT = 150, 80
COMMANDS = (
    CREATE,
    r"New-VM nt4 -VHDPath C:\Images\NT4.vhd",
    "New-VM bare -MemoryStartupBytes 64MB",
    "Start-VM web01",
    "Start-VM nt4",
    "Wait-Lab web01",
    "Wait-Lab nt4",
    "Start-Sleep 3",
    "Start-LabWorkload web01 -Operation Write -Count 3",
    "Start-LabWorkload web01 -Operation Read -Count 2; Wait-Lab web01 -For Idle",
    "Start-LabWorkload nt4 -Operation Write -Count 2",
    "Stop-VM web01",
    "Stop-VM web01 -TurnOff",
    "Save-VM web01",
    "Suspend-VM web01",
    "Resume-VM web01",
    "Checkpoint-VM web01 -SnapshotName one",
    "New-VMSwitch lan -SwitchType Internal; Connect-VMNetworkAdapter web01 -SwitchName lan",
    "Test-LabNetwork | Out-Null",
    "Remove-VM bare -Force",
    "Undo-Lab",
    "Redo-Lab",
)
lives = st.lists(st.sampled_from(COMMANDS), min_size=3, max_size=8).map(
    lambda rest: [CREATE, "Start-VM web01; Wait-Lab web01", *rest]
)


def drawn(view: ViewPane, session: Session) -> list[str]:
    view._catch_up(session)
    return [plain(row) for row in view.rows(session, Text("en"), WIDTH, HEIGHT)]


def views_say_what_is(session: Session, watching: dict[str, ViewPane]) -> None:
    for name, view in watching.items():
        assert drawn(view, session) == drawn(make(name), session), name


def manager_says_what_the_cmdlets_say(session: Session) -> None:
    host = RecordingHost()
    before, session.shell.host = session.shell.host, host
    session.run("Get-VM; Get-VM | Get-VMSnapshot")
    session.shell.host = before
    objects: list[Any] = host.objects
    said = [row for row in objects if row.get("Uptime") is not None]
    snapshots = Counter(row.get("VMName") for row in objects if row not in said)
    rows = managerview.machines(session.world, session.host)
    assert [row.name for row in rows] == [row.get("Name") for row in said]
    for row, one in zip(rows, said, strict=True):
        words = plain(machine_row(row, False, Text("en"), WIDTH))
        assert row.state == str(one.get("State"))
        assert row.memory == one.get("MemoryAssigned")
        assert row.snapshots == snapshots[row.name]
        assert row.name in words and (not row.snapshots or words.split()[-1] == str(row.snapshots))


def exits_are_the_trace_s(session: Session) -> None:
    """Each processor's exits by reason, in the view of processors, counted anew from the trace."""
    events = list(session.world.trace)
    hypervisor = session.world.get(f"{session.host}/hypervisor", Hypervisor)
    counted = Counter(
        (event.partition, event.vp, str(event.get("reason")) if event.kind == "exit" else event.kind)
        for event in events
        if event.kind in ("exit", "intercept", "hypercall")
    )
    views = {
        (view.owner, view.vp): dict(view.exits) for view in schedule.virtual(session.world, session.host)
    }
    for number, partition in hypervisor.partitions.items():
        owner = schedule.owner_of(hypervisor.software_name(partition))
        for index in partition.vps:
            mine = {why: n for (who, vp, why), n in counted.items() if (who, vp) == (number, index)}
            assert views[owner, index] == mine, owner


def rings_are_the_pages(session: Session) -> None:
    hypervisor = session.world.get(f"{session.host}/hypervisor", Hypervisor)
    for machine, relid in ringview.channels(session.world, session.host):
        found = ringview.look(session.world, session.host, machine, relid)
        assert found is not None
        for ring in found.rings:
            page = bytes(hypervisor.memory.page(ring.pages[0][1]))
            assert (ring.write, ring.read) == (
                int.from_bytes(page[:4], "little"),
                int.from_bytes(page[4:8], "little"),
            )
            inside = b"".join(bytes(hypervisor.memory.page(spa)) for _, spa in ring.pages[1:])
            assert ring.data == inside and ring.used + ring.free == ring.size == len(inside)


def picture_counts_the_trace(session: Session, feed: Feed) -> None:
    feed.poll()
    again = Feed(session.world)
    again.poll()
    assert feed.sums == again.sums
    kinds = Counter(event.kind for event in session.world.trace)
    exits = kinds["exit"] + kinds["intercept"] + kinds["hypercall"]
    view = look(session.world, session.host)
    rows = [plain(row) for row in build(view, feed.sums, WIDTH, 40, "web01", Text("en")).canvas.lines()]
    band = next(row for row in rows if row.startswith(" HYPERVISOR"))
    assert [int(number) for number in re.findall(r"\d+", band)] == [
        exits,
        kinds["hypercall"],
        kinds["interrupt"],
    ]
    assert f"disk: {kinds['disk.io']} access" in next(row for row in rows if row.startswith(" HARDWARE"))


def no_glyph_lacks_its_event(session: Session, events: list[TraceEvent]) -> None:
    """Frame by frame: what differs from the picture at rest is a glyph of an event on its way, or a counted rate."""
    view = look(session.world, session.host)
    feed = Feed(session.world)
    feed.poll()
    scene = build(view, feed.sums, WIDTH, 40, "web01", Text("en"))
    rest = [plain(row) for row in scene.canvas.lines()]
    motion = Motion()
    told: list[tuple[float, str]] = []
    for start in range(0, min(len(events), 240), 8):
        new = events[start : start + 8]
        motion.feed(new)
        told += [(motion.now, event.kind) for event in new if event.kind in MOVES]
        under_way = {traveller.seq: traveller for traveller in motion.travellers}
        assert len(under_way) == len(motion.travellers)
        glyphs = {}
        for seq, traveller in under_way.items():
            event = session.world.trace[seq]
            assert event in events and event.kind in MOVES
            assert 0 <= motion.now - traveller.start + 1 < TRAVEL / motion.pace + 1
            rail = scene.rails.get(traveller.move.rail)
            for cell in rail.cells if rail is not None else ():
                glyphs.setdefault(cell, set()).add(traveller.move.glyph)
        assert sum(motion.rate(rail) for rail in motion.recent) == sum(
            motion.now - at < RATE_WINDOW for at, _ in told
        )
        meters = {
            (meter.x + column, meter.y): rail
            for rail, meter in scene.meters.items()
            if motion.rate(rail) >= RATE_SHOWN
            for column in range(meter.width)
        }
        now = [plain(row) for row in motion.paint(scene).lines()]
        for rail in set(meters.values()):
            meter = scene.meters[rail]
            assert f"{motion.rate(rail)}/s" in now[meter.y][meter.x : meter.x + meter.width]
        for y, (one, other) in enumerate(zip(rest, now, strict=True)):
            for x, (before, after) in enumerate(zip(one, other, strict=True)):
                if before != after and (x, y) not in meters:
                    assert after in glyphs.get((x, y), ()), (x, y, after)
        motion.advance(0.1)
    motion.advance(TRAVEL + RATE_WINDOW + 3)
    assert [plain(row) for row in motion.paint(scene).lines()] == rest


def lead(life: list[str]) -> None:
    session = Session()
    watching = {name: make(name) for name in VIEWS if name not in STILL}
    feed = Feed(session.world)
    for command in life:
        before = len(session.world.trace)
        session.run(command)
        views_say_what_is(session, watching)
        exits_are_the_trace_s(session)
        rings_are_the_pages(session)
        picture_counts_the_trace(session, feed)
        manager_says_what_the_cmdlets_say(session)
        no_glyph_lacks_its_event(session, list(session.world.trace.since(before)))


CALM = settings(
    deadline=None, derandomize=True, max_examples=4, suppress_health_check=list(HealthCheck), database=None
)


@CALM
@given(lives)
def test_what_is_shown_is_what_is(life: list[str]) -> None:
    lead(life)


@pytest.mark.slow
@settings(CALM, max_examples=60)
@given(lives)
def test_what_is_shown_is_what_is_for_long(life: list[str]) -> None:
    lead(life)


def test_another_lab_with_the_same_record_shows_the_same() -> None:
    """The views read the world and the trace and nothing else: a replay's show the same."""
    session = Session()
    for command in (*COMMANDS[:3], "Start-VM web01; Wait-Lab web01", *COMMANDS[8:10]):
        session.run(command)
    again = replay(data_of(session), "the same")
    for name in set(VIEWS) - set(STILL):
        assert drawn(make(name), session) == drawn(make(name), again), name
