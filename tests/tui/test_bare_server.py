"""The picture shows a hypervisor and a root partition only where there are some."""

from __future__ import annotations

import pytest

from hvlab.repl.telling import state
from hvlab.session.session import Session
from hvlab.tui.app import HvlabApp


@pytest.mark.parametrize(("scenario", "there"), [("bare-server", False), ("one-host", True)])
async def test_the_picture_tells_whether_there_is_a_hypervisor(scenario: str, there: bool) -> None:
    session = Session(scenario=scenario)
    app = HvlabApp(session, None, "en", frames=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.frame()
        await pilot.pause()
        pane = app.query_one("#picture")
        lines = ["".join(part.text for part in pane.render_line(y)) for y in range(pane.size.height)]
    picture = "\n".join(lines)
    assert ("HYPERVISOR" in picture) is there
    assert ("root partition" in picture) is there
    assert ("VMMS" in picture) is there
    assert ("no hypervisor below the system" in picture) is not there
    assert ("no hypervisor below the system" in " ".join(state(session, session.text))) is not there
