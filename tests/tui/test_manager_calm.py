"""The manager is drawn anew when something that it shows has changed, and not for every packet."""

from __future__ import annotations

from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp
from hvlab.tui.canvas import plain
from hvlab.tui.console_pane import ConsolePane
from hvlab.tui.manager_pane import ManagerPane
from tests.tui.conftest import CREATE, run


async def test_a_boot_draws_it_only_when_a_figure_in_it_changes() -> None:
    app = HvlabApp(Session(), None, frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("alt+m")
        await pilot.pause()
        app.query_one(ConsolePane).type_command(f"{CREATE}; Start-VM web01; Wait-Lab web01", run=True)
        await pilot.pause()
        run(app, 250)
        view = app.query_one(ManagerPane)
        assert app.desk is not None
        machine = app.desk.session.run("(Get-VM web01).Uptime")
        assert machine.ok
        run(app, 2)
        assert 3 < view.laid_out < 60
        shown = "\n".join(plain(row) for row in view.shown)
        seconds = app.desk.session.world.now // 10**9
        assert f"00:00:0{seconds - 1}" in shown or f"00:00:0{seconds}" in shown
        assert "512 MB" in shown
