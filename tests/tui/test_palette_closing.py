"""The palette of commands, opened and closed faster than it can search."""

from __future__ import annotations

from collections.abc import Callable

from hvlab.tui.app import HvlabApp
from hvlab.tui.commands import Palette


async def test_closing_the_palette_before_it_has_searched_breaks_nothing(
    make_app: Callable[..., HvlabApp],
) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.action_command_palette()
        await pilot.pause()
        palette = app.screen
        assert isinstance(palette, Palette)
        await palette.remove_children()
        palette._gather_commands("pause")  # what a key that was on its way asks for
        await pilot.pause()
        await app.pop_screen()
        await pilot.press("ctrl+p", *"pause")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, Palette)
        assert app.screen._hit_count > 0
