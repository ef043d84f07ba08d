"""The course as a map: every chapter and lesson with how far one has come; Enter opens one, P its tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text as Styled
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from hvlab.course.tasks import PREFIX
from hvlab.tui.window import Choices, Window

if TYPE_CHECKING:
    from hvlab.course.map import Place, Stretch
    from hvlab.tui.app import HvlabApp

MARKS = {"passed": "✓", "begun": "◐", "new": "·"}


class MapScreen(Window[str | None]):
    """A window over everything. Ends with the id of the lesson chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,alt+l,q", "stay", show=False),
        Binding("p", "practise", show=False),
    ]

    def __init__(self, stretches: Sequence[Stretch], here: str = "", route: Sequence[str] = ()) -> None:
        super().__init__()
        self._route = route
        self._stretches = stretches
        self._here = here

    def compose(self) -> ComposeResult:
        """The list; what sums it up stands in the border, where no number of lessons pushes it out."""
        with Vertical(id="map-box"):
            yield Choices(*self._options(), id="map")

    def on_mount(self) -> None:
        """Begin at the lesson that is open, else at the first that was not passed."""
        places = [place for stretch in self._stretches for place in stretch.places]
        lessons = {place.lesson for place in places}
        passed = sum(1 for place in places if place.state == "passed")
        text = cast("HvlabApp", self.app).text
        box = self.query_one("#map-box")
        box.border_title = text("tui.map.title")
        box.border_subtitle = text("tui.map.sum", passed=passed, total=len(places))
        if self._route:
            along = sum(1 for place in places if place.state == "passed" and place.lesson in self._route)
            box.border_subtitle += " · " + text("tui.map.route", passed=along, total=len(self._route))
        listed = self.query_one(OptionList)
        ids = [option.id or "" for option in listed.options]
        first = (n for n, name in enumerate(ids) if name in lessons and self._place(name).state != "passed")
        listed.highlighted = ids.index(self._here) if self._here in lessons else next(first, None)
        listed.focus()

    def _place(self, lesson: str) -> Place:
        return next(p for stretch in self._stretches for p in stretch.rows() if p.lesson == lesson)

    def _options(self) -> list[Option]:
        text = cast("HvlabApp", self.app).text
        options = []
        for stretch in self._stretches:
            options.append(Option(Styled(stretch.title, "bold"), disabled=True))
            for place in stretch.rows():
                row = Styled(f" {MARKS[place.state]}{'→' if place.lesson in self._route else ' '}")
                asks = place not in stretch.places
                row.append(
                    place.title, "italic" if asks else "" if place.ready or place.state != "new" else "dim"
                )
                points = f"{place.points}/{place.maximum}" if place.state != "new" else ""
                row.append(f"  {text('tui.map.minutes', count=place.minutes)} {points}", "dim")
                options.append(Option(row, id=place.lesson))
        return options

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option.id)

    def action_practise(self) -> None:
        """Tasks of the lesson under the cursor, one after the other."""
        listed = self.query_one(OptionList)
        if listed.highlighted is None:
            return
        place = self._place(listed.options[listed.highlighted].id or "")
        if place.tasks:
            self.dismiss(PREFIX + place.lesson)
        else:
            self.notify(cast("HvlabApp", self.app).text("tui.map.no_tasks", title=place.title), markup=False)

    def action_stay(self) -> None:
        """Close the map."""
        self.dismiss(None)
