"""Panes as text and as pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widget import Widget

from hvlab import paths
from hvlab.tui.app import HvlabApp
from hvlab.tui.capture import as_svg, as_text


async def test_a_pane_and_the_screen_are_written_and_nothing_is_overwritten(
    make_app: Callable[..., HvlabApp], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "user_data", lambda: tmp_path)
    app = make_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("f3")
        app.frame()
        await pilot.pause()
        picture = as_text(app, app.query_one("#picture", Widget))
        whole = as_text(app)
        svg = as_svg(app, app.query_one("#picture", Widget))
        for _ in range(2):
            app.action_save("txt", False)
        app.action_save("svg", True)
    assert "F3 Picture" in picture and "HYPERVISOR" in picture
    assert "Three boxes" in whole and "Three boxes" not in picture
    assert svg.startswith("<svg") and "HYPERVISOR" in svg and "Three" not in svg
    files = {file.name: file.read_text(encoding="utf-8") for file in (tmp_path / "pictures").iterdir()}
    assert sorted(files) == ["picture-1.txt", "picture-2.txt", "screen-1.svg"]
    assert "HYPERVISOR" in files["picture-1.txt"]
    assert "PS&#160;C:" in files["screen-1.svg"]
