"""Style names to colours, from the theme in use.

Names: plain words (dim, faint, bold, title, good, bad, warn, key, code), layers
(hypervisor, vmbus, …) with an optional heat: `vmbus+3` has just been touched,
`vmbus+0` rests; `hypervisor~1` is the layer as a coloured ground. Heat fades by
mixing the layer's colour into the background, so it works in every theme; where a
theme has no colours of its own, bold and dim do. What stands behind a colon (`bold:vmbus`) says
what the words are about: they are underlined, and nothing else. Whoever wants no colour at all (`NO_COLOR`) gets
`ATTRIBUTES` in place of all of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

HEATS = 4
LAYERS = ("console", "root", "hypervisor", "vmbus", "device", "guest", "hardware")

LAYER_VARIABLES = {
    "layer-console": "#e8c9a0",
    "layer-root": "#7fb2ff",
    "layer-hypervisor": "#f0b754",
    "layer-vmbus": "#5fd7d7",
    "layer-device": "#cf9fff",
    "layer-guest": "#8fd694",
    "layer-hardware": "#9aa7b8",
}
"""What a theme that says nothing of layers gets."""

HVLAB_DARK = Theme(
    name="hvlab",
    primary="#5fa8ff",
    secondary="#5fd7d7",
    accent="#f0b754",
    foreground="#d5dbe5",
    background="#10151d",
    surface="#151c26",
    panel="#1d2633",
    success="#8fd694",
    warning="#f0b754",
    error="#ff7b7b",
    dark=True,
    variables=LAYER_VARIABLES,
)
HVLAB_LIGHT = Theme(
    name="hvlab-light",
    primary="#1a55ab",
    secondary="#0f7c80",
    accent="#8a5100",
    foreground="#1e2733",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e6e3db",
    success="#266c31",
    warning="#8a5100",
    error="#b3261e",
    dark=False,
    variables={
        "layer-console": "#7a4b12",
        "layer-root": "#1a55ab",
        "layer-hypervisor": "#8a5100",
        "layer-vmbus": "#0a6569",
        "layer-device": "#7a3fb0",
        "layer-guest": "#266c31",
        "layer-hardware": "#4d5866",
        "hvlab-dim": "0.74",
        "hvlab-faint": "0.56",
        "hvlab-rest": "0.84",
    },
)

HVLAB_CONTRAST = Theme(
    name="hvlab-contrast",
    primary="#9fd0ff",
    secondary="#7fffff",
    accent="#ffd75f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#262626",
    success="#9dff9d",
    warning="#ffd75f",
    error="#ff9d9d",
    dark=True,
    variables={
        "layer-console": "#ffd7a0",
        "layer-root": "#9fd0ff",
        "layer-hypervisor": "#ffd75f",
        "layer-vmbus": "#7fffff",
        "layer-device": "#e3baff",
        "layer-guest": "#9dff9d",
        "layer-hardware": "#d0d0d0",
        "hvlab-dim": "0.82",
        "hvlab-faint": "0.62",
    },
)
"""Nothing on it falls below seven to one."""
HVLAB_SAFE = Theme(
    name="hvlab-safe",
    primary="#56b4e9",
    secondary="#56b4e9",
    accent="#f0e442",
    foreground="#e6e6e6",
    background="#10151d",
    surface="#151c26",
    panel="#1d2633",
    success="#56b4e9",
    warning="#f0e442",
    error="#e69f00",
    dark=True,
    variables={
        "layer-console": "#e6e6e6",
        "layer-root": "#56b4e9",
        "layer-hypervisor": "#e69f00",
        "layer-vmbus": "#f0e442",
        "layer-device": "#dd95bd",
        "layer-guest": "#2fbf94",
        "layer-hardware": "#b0b0b0",
    },
)
"""For eyes that do not tell red from green: the colours of Okabe and Ito, lightened where they lie on dark."""
THEMES = (HVLAB_DARK, HVLAB_LIGHT, HVLAB_CONTRAST, HVLAB_SAFE)

_WARMING = (0.0, 1 / 3, 2 / 3, 1.0, 1.0)
"""How far each heat is on the way from a layer at rest to all of its colour."""

_PLAIN_FALLBACK = {
    "console": "yellow",
    "root": "blue",
    "hypervisor": "yellow",
    "vmbus": "cyan",
    "device": "magenta",
    "guest": "green",
    "hardware": "white",
}


ATTRIBUTES = {
    "bold": Style(bold=True),
    "italic": Style(italic=True),
    "dim": Style(dim=True),
    "faint": Style(dim=True),
    "title": Style(bold=True),
    "accent": Style(bold=True),
    "good": Style(),
    "bad": Style(bold=True, underline=True),
    "warn": Style(underline=True),
    "code": Style(),
    "prompt": Style(bold=True),
    "key": Style(bold=True),
    "selected": Style(reverse=True),
    "marked": Style(reverse=True),
}
"""Words without colour. Layers: bold what has just been touched, dim what rests, reversed what is chosen."""


class Palette:
    """Looks names up; made anew when the theme changes. `coloured=False`: by attributes alone."""

    def __init__(self, variables: Mapping[str, str], *, coloured: bool = True) -> None:
        self._coloured = coloured
        self._variables = variables
        self._cache: dict[str, Style] = {"": Style()}
        self.background = self._color("surface") or Color(21, 28, 38)
        self.foreground = self._color("foreground") or Color(213, 219, 229)

    def _color(self, variable: str) -> Color | None:
        value = self._variables.get(variable)
        if value is None:
            return None
        try:
            color = Color.parse(value)
        except ColorParseError:
            return None
        return None if color.ansi is not None else Color(*color.rgb)

    def style(self, name: str) -> Style:
        """The style of that name; an unknown name is plain text."""
        found = self._cache.get(name)
        if found is None:
            found = self._cache[name] = self._make(name)
        return found

    def _share(self, variable: str, otherwise: float) -> float:
        return float(self._variables.get(variable, otherwise))

    def _mix(self, color: Color, part: float) -> str:
        return self.background.blend(color, part).hex

    def _make(self, name: str) -> Style:
        if ":" in name:
            return self.style(name.partition(":")[0]) + Style(underline=True)
        if "~" in name:
            return self._band(*name.split("~"))
        base, _, heat_text = name.partition("+")
        heat = int(heat_text) if heat_text else 2
        if not self._coloured:
            if base in LAYERS:
                return Style(bold=heat >= 3, dim=heat == 0, reverse=heat >= HEATS)
            return ATTRIBUTES.get(base, Style())
        if base in LAYERS:
            color = self._color(f"layer-{base}")
            if color is None:
                return Style(color=_PLAIN_FALLBACK[base], bold=heat >= 3, dim=heat == 0)
            if heat >= HEATS:
                return Style(color=self.background.hex, bgcolor=color.hex, bold=True)
            rest = self._share("hvlab-rest", 0.64)
            return Style(color=self._mix(color, rest + (1 - rest) * _WARMING[heat]), bold=heat >= 3)
        return self._word(base)

    def _band(self, layer: str, heat: str) -> Style:
        """A layer's colour as ground, for the bands of hypervisor and hardware."""
        if not self._coloured:
            return Style(reverse=True, bold=heat >= "2")
        color = self._color(f"layer-{layer}")
        if color is None:
            return Style(color=_PLAIN_FALLBACK[layer], reverse=True, bold=heat >= "2")
        ground = self._mix(color, 0.12 + 0.08 * max(0, int(heat) - 2))
        words = color.blend(
            self.foreground, 0.2
        )  # a colour alone is hard to read on a ground of its own kind
        return Style(
            color=self._mix(words, (0.8, 0.9, 1.0, 1.0)[int(heat)]), bgcolor=ground, bold=heat >= "2"
        )

    def _word(self, name: str) -> Style:
        fore = self.foreground

        def named(variable: str, bold: bool = False, reverse: bool = False) -> Style:
            color = self._color(variable)
            return Style(color=color.hex if color else None, bold=bold, reverse=reverse)

        table = {
            "bold": lambda: Style(color=fore.hex, bold=True),
            "italic": lambda: Style(color=fore.hex, italic=True),
            "dim": lambda: Style(color=self._mix(fore, self._share("hvlab-dim", 0.67))),
            "faint": lambda: Style(color=self._mix(fore, self._share("hvlab-faint", 0.46))),
            "title": lambda: named("primary", bold=True),
            "accent": lambda: named("accent", bold=True),
            "good": lambda: named("success"),
            "bad": lambda: named("error"),
            "warn": lambda: named("warning"),
            "code": lambda: named("layer-console"),
            "prompt": lambda: Style(color=self._mix(fore, 0.8), bold=True),
            "key": lambda: named("accent", bold=True),
            "selected": lambda: Style(bgcolor=self._mix(fore, 0.11)),
            "marked": lambda: named("primary", reverse=True),
        }
        make = table.get(name)
        return make() if make is not None else Style()
