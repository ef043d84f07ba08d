"""The small pure parts: layout classes, Markdown, wrapping, the palette."""

from __future__ import annotations

import pytest

from hvlab.tui.canvas import Canvas, break_line, fit, plain, wrap
from hvlab.tui.guest_pane import draw_monitor
from hvlab.tui.layout import classes_for
from hvlab.tui.markdown import lay_out
from hvlab.tui.palette import LAYER_VARIABLES, LAYERS, Palette

PAGE = """# Title

A **bold** and *soft* `word` in a paragraph that is long enough to be broken more than once.

- one item that is long enough to go on in a second row
- two

1. first

```powershell
New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\\Images\\WS2008-x64.vhd
```

```text
+--+ drawing
```

> quoted

| a | b |
|---|---|
| 1 | 2 |

---
"""


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((79, 40), {"small"}),
        ((120, 23), {"small"}),
        ((80, 24), {"narrow"}),
        ((100, 40), {"narrow", "tall"}),
        ((120, 30), {"low"}),
        ((120, 40), set()),
        ((200, 60), {"huge", "very-tall"}),
    ],
)
def test_sizes_have_their_arrangement(size: tuple[int, int], wanted: set[str]) -> None:
    assert classes_for(*size) == wanted


@pytest.mark.parametrize("width", [20, 36, 80])
def test_a_page_fits_its_width(width: int) -> None:
    page = lay_out(PAGE, width)
    assert all(len(plain(row)) <= width for row in page.lines)
    words = " ".join(" ".join(plain(row) for row in page.lines).split())
    for word in ("Title", "bold", "soft", "word", "• two", "1. first", "drawing", "quoted"):
        assert word in words


def test_commands_can_be_clicked_and_drawings_cannot() -> None:
    page = lay_out(PAGE, 36)
    assert set(page.commands.values()) == {
        "New-VM web01 -MemoryStartupBytes 512MB -VHDPath C:\\Images\\WS2008-x64.vhd"
    }
    assert all("▏" in plain(page.lines[row]) for row in page.commands)


def test_wrapping_loses_nothing() -> None:
    assert wrap("a bb ccc", 4) == ["a bb", "ccc"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrap("", 5) == [""]
    assert [plain(row) for row in break_line("abcdef", "", 4)] == ["abcd", "ef"]
    assert [plain(row) for row in break_line("  ab cd efghijk", "", 6)] == ["  ab", "cd", "efghij", "k"]
    assert [plain(row) for row in break_line("ab cde", "", 5)] == ["ab", "cde"]
    assert fit("abcdef", 4) == "abc…"
    assert fit("abc", 0) == ""


def test_a_canvas_clips() -> None:
    canvas = Canvas(4, 2)
    canvas.put(-1, 0, "abcdefgh", "x")
    canvas.put(0, 5, "no")
    canvas.box(0, 0, 1, 1, "y")
    assert [plain(row) for row in canvas.lines()] == ["bcde", "    "]


def test_every_layer_has_its_heats() -> None:
    palette = Palette({**LAYER_VARIABLES, "surface": "#101010", "foreground": "#e0e0e0"})
    for layer in LAYERS:
        styles = [palette.style(f"{layer}+{heat}") for heat in range(4)]
        assert len(set(styles)) == 4
        assert palette.style(f"{layer}~0").bgcolor is not None


def test_a_theme_without_colours_of_its_own_still_tells_layers_apart() -> None:
    palette = Palette({"surface": "ansi_default", "foreground": "ansi_default", "layer-vmbus": "ansi_cyan"})
    assert palette.style("vmbus+3").bold
    assert palette.style("vmbus+0").color is not None


def test_the_monitor_shows_its_rows() -> None:
    rows = [plain(row) for row in draw_monitor(["one", "two"], "web01", "Esc", True, 80, 16).lines()]
    assert any("web01" in row for row in rows)
    assert any("one" in row for row in rows)
