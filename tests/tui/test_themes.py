"""Colours that can be read: each of our themes keeps its promise of contrast."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from hvlab.tui.palette import LAYERS, THEMES, Palette

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


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_words_and_layers_can_be_read(theme: Theme) -> None:
    variables = {**theme.to_color_system().generate(), **theme.variables}
    palette = Palette(variables)
    least = LEAST.get(theme.name, 4.5)
    for name in [*WORDS, *(f"{layer}+3" for layer in LAYERS)]:
        color = palette.style(name).color
        assert color is not None
        shown = Color.parse(color.get_truecolor().hex)
        if name == "dim":
            assert contrast(shown, palette.background) >= min(least, 4.5)
        else:
            assert contrast(shown, palette.background) >= least, (theme.name, name)


def test_red_and_green_do_not_decide_anything_for_safe_eyes() -> None:
    theme = next(theme for theme in THEMES if theme.name == "hvlab-safe")
    good, bad = Color.parse(theme.success or ""), Color.parse(theme.error or "")
    assert abs(good.b - bad.b) > 120, "told apart by blue against yellow, which all dichromats but few see"
