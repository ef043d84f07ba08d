"""The list of events shows their numbers, which questions ask for."""

from __future__ import annotations

import pytest

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.event_list import EventList


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_row_begins_with_the_number_of_its_event(size: tuple[int, int]) -> None:
    session = Session()
    session.run("New-VM web01; Start-VM web01")
    app = HvlabApp(session, None, frames=False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.frame()
        events = app.query_one(EventList)
        rows = [plain(row) for row in events.lines()]
        assert [row.split()[0] for row in rows] == [f"#{seq}" for _, seq in events._at]
        numbers = [int(row.split()[0].lstrip("#")) for row in rows if "»" in row]
        assert "New-VM web01" in [session.world.trace[number].get("text") for number in numbers]
