"""Colours that can be read: each of our themes keeps its promise of contrast."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.color import Color
from textual.theme import Theme

from hvlab.tui.app import HvlabApp
from hvlab.tui.palette import LAYERS, THEMES, Palette
from hvlab.tui.prompt import PromptInput

WORDS = ("bold", "title", "accent", "good", "bad", "warn", "code", "key", "prompt", "dim")
LEAST = {"hvlab-contrast": 7.0}


def luminance(color: Color) -> float:
    """Relative luminance after WCAG 2."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)


def contrast(one: Color, other: Color) -> float:
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def looks(theme: Theme) -> tuple[Palette, dict[str, Color]]:
    """A theme's palette, and the grounds that words lie on: panes, bars, what is chosen in a list."""
    variables = {**theme.to_color_system().generate(), **theme.variables}
    palette = Palette(variables)
    chosen = palette.style("selected").bgcolor
    assert chosen is not None
    return palette, {
        "pane": palette.background,
        "bar": Color.parse(variables["panel"]),
        "chosen": Color.parse(chosen.get_truecolor().hex),
    }


def shown(palette: Palette, name: str, ground: Color) -> float:
    """The contrast of a style's words: against the ground of its own if it has one."""
    style = palette.style(name)
    assert style.color is not None
    if style.bgcolor is not None:
        ground = Color.parse(style.bgcolor.get_truecolor().hex)
    return contrast(Color.parse(style.color.get_truecolor().hex), ground)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_words_can_be_read_on_panes_bars_and_where_they_are_chosen(theme: Theme) -> None:
    palette, grounds = looks(theme)
    for name in WORDS:
        least = 4.5 if name == "dim" else LEAST.get(theme.name, 4.5)
        for place, ground in grounds.items():
            asked = least if place != "chosen" else 4.0 if name in ("dim", "bad") else 4.5
            assert shown(palette, name, ground) >= asked, (name, place)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_faint_words_can_be_read(theme: Theme) -> None:
    """Heads of columns, offsets, addresses: less than the rest, but never gone."""
    palette, grounds = looks(theme)
    for place, least in (("pane", 3.0), ("bar", 3.0), ("chosen", 2.5)):
        assert shown(palette, "faint", grounds[place]) >= least, place
    assert shown(palette, "faint", grounds["pane"]) * 1.3 < shown(palette, "dim", grounds["pane"])


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_layers_can_be_read_at_rest_and_warm_up(theme: Theme) -> None:
    """Heat 0 draws lines, from heat 1 on there are words; what is warmer stands out more."""
    palette, grounds = looks(theme)
    for layer in LAYERS:
        found = [shown(palette, f"{layer}+{heat}", grounds["pane"]) for heat in range(4)]
        assert found[0] >= 3.0, layer
        assert found[1] >= 4.5, layer
        assert found == sorted(found) and found[3] > found[0] * 1.2, layer
        assert shown(palette, f"{layer}+4", grounds["pane"]) >= LEAST.get(theme.name, 4.5), layer
        assert min(shown(palette, f"{layer}~{heat}", grounds["pane"]) for heat in (1, 2, 3)) >= 4.5, layer


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
async def test_what_enter_does_can_be_read_in_the_prompt(
    make_app: Callable[..., HvlabApp], theme: Theme
) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        app.theme = theme.name
        await pilot.pause()
        style = app.query_one(PromptInput).get_component_rich_style("input--placeholder")
        assert style.color is not None and style.bgcolor is not None
        words, ground = (Color.parse(part.get_truecolor().hex) for part in (style.color, style.bgcolor))
        assert contrast(words, ground) >= 4.5


def test_red_and_green_do_not_decide_anything_for_safe_eyes() -> None:
    theme = next(theme for theme in THEMES if theme.name == "hvlab-safe")
    good, bad = Color.parse(theme.success or ""), Color.parse(theme.error or "")
    assert abs(good.b - bad.b) > 120, "told apart by blue against yellow, which all dichromats but few see"


async def test_colours_are_chosen_by_what_they_are_good_for(make_app: Callable[..., HvlabApp]) -> None:
    app = make_app(lesson=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.action_language()
        await app.run_action("change_theme")
        await pilot.pause()
        await pilot.press(*"farbenblind")
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.text.language == "de"
        assert app.theme == "hvlab-safe"
        assert not app.is_covered
