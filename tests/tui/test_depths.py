"""One key leads through three depths: the story, every event, every event with its bytes."""

from __future__ import annotations

import pytest

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.event_list import EventList
from hvlab.tui.inspector import InspectorPane
from tests.tui.conftest import CREATE


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_one_key_changes_the_depth(size: tuple[int, int]) -> None:
    session = Session()
    assert session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01").ok
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        listed, inspector = app.query_one(EventList), app.query_one(InspectorPane)
        await pilot.press("f4", "s")
        await pilot.pause()
        assert listed.depth == "all" and "every event" in str(listed.border_title)
        rows = len(listed.shown)
        await pilot.press("slash", *"gpa direct", "enter", "s")
        await pilot.pause()
        assert listed.depth == "bytes" and inspector.region and inspector.view == "bytes"
        assert "packet_type" in "\n".join(plain(row) for row in inspector.shown), "of the newest that fits"
        await pilot.press("f4", "escape", "f4", "s")
        await pilot.pause()
        assert listed.depth == "story" and inspector.view == "meaning" and len(listed.shown) < rows


async def test_the_chosen_event_stays_chosen_at_every_depth_and_without_a_layer() -> None:
    session = Session()
    assert session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01").ok
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        listed, inspector = app.query_one(EventList), app.query_one(InspectorPane)
        await pilot.press("f4", "s")
        await pilot.pause()
        inside = next(row.seqs[0] for row in listed.story.rows[40:] if row.layer == "vmbus")  # type: ignore[union-attr]
        listed.select_event(inside)
        await pilot.pause()
        for _ in range(3):
            await pilot.press("f4", "s")
            await pilot.pause()
            assert listed.cursor_row is not None and listed._at[listed.cursor_row][1] == inside, listed.depth
            assert f"#{inside} " in plain(listed.lines()[listed.cursor_row])
            top = listed.scroll_offset.y
            assert top <= listed.cursor_row < top + listed.size.height
            assert inspector.event is not None and inspector.event.seq == inside
        await pilot.press("f4", "4")
        await pilot.pause()
        assert listed.cursor_row is not None and listed._at[listed.cursor_row][1] < inside, (
            "the nearest before it"
        )
        assert inspector.event is not None and inspector.event.seq == listed._at[listed.cursor_row][1]


async def test_bytes_and_why_take_the_newest_event_where_none_was_chosen() -> None:
    session = Session()
    assert session.run(f"{CREATE}; Start-VM web01; Wait-Lab web01").ok
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("f4", "w")
        await pilot.pause()
        inspector = app.query_one(InspectorPane)
        assert inspector.event is not None and inspector.view == "why"
        assert inspector.event.seq >= len(session.world.trace) - 20
