"""NO_COLOR (no-color.org): nothing that is written names a colour; bold, dim, underlined and reversed say it all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.filter import ANSIToTruecolor, Monochrome, NoColor

if TYPE_CHECKING:
    from typing import Any

    from textual.app import App


def without_colours(app: App[Any]) -> None:
    """Let an app write no colours if NO_COLOR is set; Textual by itself would write shades of grey."""
    if app.no_color:
        # ANSIToTruecolor would make dim words a mixed colour, and that would be gone then.
        kept = [one for one in app._filters if not isinstance(one, (ANSIToTruecolor, Monochrome))]
        app._filters[:] = [*kept, NoColor()]
        app.add_class("no-color")
