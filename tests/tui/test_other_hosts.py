"""The picture and the views are of one host: what another does is told, and changes none of their figures."""

from __future__ import annotations

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.processors_pane import ProcessorsPane
from tests.tui.conftest import run

FAR = r"New-VM far -VHDPath C:\Images\WS2008-x64.vhd -ComputerName HV02"
START = "Start-VM far -ComputerName HV02; Wait-Lab far -For Booted -ComputerName HV02"


async def test_what_another_host_does_is_told_and_not_counted() -> None:
    session = Session(scenario="two-nodes")
    app = HvlabApp(session, None, "en", frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert app.desk is not None
        run(app, 3)
        exits = app.desk.feed.sums.kinds["exit"]
        assert exits == sum(
            event.kind == "exit" and event.source.startswith("host1/") for event in session.world.trace
        )
        session.run(f"{FAR}; {START}")
        await pilot.press("alt+p")
        run(app, 3)
        trace = list(session.world.trace)
        assert sum(event.kind == "exit" for event in trace) > exits + 10
        assert app.desk.feed.sums.kinds["exit"] == exits
        assert ("far", "ring.packet") not in app.desk.feed.sums.machines
        assert not app.desk.picture.motion.travellers
        view = app.desk.views.current
        assert isinstance(view, ProcessorsPane)
        assert any(event.kind == "vp.run" for event in trace)
        assert view._stretches == []
        assert app.desk.feed.seq == len(trace)
